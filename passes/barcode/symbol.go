package barcode

import (
	"fmt"

	"github.com/boombuler/barcode"
	"github.com/boombuler/barcode/aztec"
	"github.com/boombuler/barcode/code128"
	"github.com/boombuler/barcode/pdf417"
	"github.com/boombuler/barcode/qr"

	"regulars/models"
)

// maxText is the longest text that Encode draws: more than any link of ours,
// and still readable from a phone at arm's length.
const maxText = 512

// Matrix is a barcode as dark and light modules, without its quiet zone. A
// module is one unit wide and RowHeight units high.
type Matrix struct {
	Width, Height int
	RowHeight     int // 1 for square modules, more for stacked and linear codes
	Quiet         int // units of light that must be left on each side
	dark          []bool
}

// Dark says whether the module in that column and row is dark. Outside the
// symbol all is light.
func (m Matrix) Dark(x, y int) bool {
	return x >= 0 && y >= 0 && x < m.Width && y < m.Height && m.dark[y*m.Width+x]
}

// Encode draws text, printable ASCII of at most 512 characters, in that
// symbology. QR has error correction M and Aztec 23 %, enough for a clean
// screen.
func Encode(sym models.Symbology, text string) (Matrix, error) {
	if text == "" || len(text) > maxText {
		return Matrix{}, fmt.Errorf("draw a %s code: the text has %d characters, not 1 to %d", sym, len(text), maxText)
	}
	for i := range len(text) {
		if text[i] < 0x20 || text[i] > 0x7e {
			return Matrix{}, fmt.Errorf("draw a %s code: character %d is not printable ASCII", sym, i+1)
		}
	}
	m, err := encode(sym, text)
	if err != nil {
		return Matrix{}, fmt.Errorf("draw a %s code: %w", sym, err)
	}
	return m, nil
}

// encode picks the drawing; the quiet zones are those of the standards.
func encode(sym models.Symbology, text string) (Matrix, error) {
	switch sym {
	case models.QR:
		code, err := qr.Encode(text, qr.M, qr.Auto)
		return matrix(code, err, 1, 4)
	case models.Aztec:
		code, err := aztec.Encode([]byte(text), 23, aztec.DEFAULT_LAYERS)
		return matrix(code, err, 1, 2) // the standard asks none; two keep it off a page's frame
	case models.Code128:
		code, err := code128.Encode(text)
		if err != nil {
			return Matrix{}, err
		}
		// At least 15 % of the width, so that a hand-held line finds it.
		return matrix(code, nil, max(20, code.Bounds().Dx()/4), 10)
	case models.PDF417:
		code, err := stacked(text)
		m, err := matrix(code, err, 1, 2)
		return halved(m), err
	}
	return Matrix{}, fmt.Errorf("there is no such symbology")
}

// stacked draws PDF417. The library computes the left row indicators wrongly
// unless the number of rows is a multiple of three; the security level changes
// that number, so one is chosen that fits, the usual one first. Up to 90
// characters there always is one; above, some lengths have none.
func stacked(text string) (barcode.Barcode, error) {
	for _, level := range []byte{2, 3, 4, 1, 5, 0} {
		code, err := pdf417.Encode(text, level)
		if err != nil {
			return nil, err
		}
		if code.Bounds().Dy()/2%3 == 0 {
			return code, nil
		}
	}
	return nil, fmt.Errorf("no security level gives a number of rows that readers accept")
}

// halved takes one of each two rows, because the library draws PDF417 rows two
// modules high, and makes them three high as the standard asks.
func halved(m Matrix) Matrix {
	half := Matrix{Width: m.Width, Height: m.Height / 2, RowHeight: 3, Quiet: m.Quiet, dark: make([]bool, m.Width*(m.Height/2))}
	for y := range half.Height {
		copy(half.dark[y*m.Width:(y+1)*m.Width], m.dark[2*y*m.Width:])
	}
	return half
}

func matrix(code barcode.Barcode, err error, rowHeight, quiet int) (Matrix, error) {
	if err != nil {
		return Matrix{}, err
	}
	size := code.Bounds().Size()
	m := Matrix{Width: size.X, Height: size.Y, RowHeight: rowHeight, Quiet: quiet, dark: make([]bool, size.X*size.Y)}
	for y := range size.Y {
		for x := range size.X {
			r, _, _, _ := code.At(x, y).RGBA()
			m.dark[y*size.X+x] = r < 0x8000
		}
	}
	return m, nil
}
