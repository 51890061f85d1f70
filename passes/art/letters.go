package art

import (
	"image"
	"image/color"
	"math"
	"strings"
	"sync"
	"unicode"

	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
)

// bold is the face of the initials. It has the letters of Latin, Greek and
// Cyrillic.
var bold = sync.OnceValue(func() *sfnt.Font {
	f, err := opentype.Parse(gobold.TTF)
	if err != nil {
		panic(err) // part of the program
	}
	return f
})

// initials returns the first letters of the first two words that have one, in
// capitals; a digit counts as a letter. Letters that we can't draw are left
// out, so the result may be empty.
func initials(name string) string {
	var out []rune
	var buffer sfnt.Buffer
	for _, word := range strings.FieldsFunc(name, func(r rune) bool { return unicode.IsSpace(r) || r == '-' || r == '/' }) {
		for _, r := range word {
			if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
				continue
			}
			r = unicode.ToUpper(r)
			if i, err := bold().GlyphIndex(&buffer, r); err == nil && i != 0 {
				out = append(out, r)
			}
			break
		}
		if len(out) == 2 {
			break
		}
	}
	return string(out)
}

// letters draws text in the middle of room, half as high as it; a ring when
// there is no text.
func letters(img *image.RGBA, room image.Rectangle, text string, c color.RGBA) {
	if text == "" {
		ring(img, room, c)
		return
	}
	// The height of capitals is about 0.72 of the size.
	size := float64(room.Dy()) * 0.42 / 0.72
	if len([]rune(text)) == 1 {
		size *= 1.2
	}
	face, err := opentype.NewFace(bold(), &opentype.FaceOptions{Size: size, DPI: 72, Hinting: font.HintingNone})
	if err != nil {
		panic(err) // the options are ours
	}
	bounds, _ := font.BoundString(face, text)
	width, height := bounds.Max.X-bounds.Min.X, bounds.Max.Y-bounds.Min.Y
	drawer := font.Drawer{Dst: img, Src: image.NewUniform(c), Face: face, Dot: fixed.Point26_6{
		X: fixed.I(room.Min.X) + (fixed.I(room.Dx())-width)/2 - bounds.Min.X,
		Y: fixed.I(room.Min.Y) + (fixed.I(room.Dy())-height)/2 - bounds.Min.Y,
	}}
	drawer.DrawString(text)
}

func ring(img *image.RGBA, room image.Rectangle, c color.RGBA) {
	middle := float64(room.Dx()) / 2
	for y := range room.Dy() {
		for x := range room.Dx() {
			away := math.Hypot(float64(x)+0.5-middle, float64(y)+0.5-middle)
			cover := min(edge(0.30*2*middle-away), edge(away-0.20*2*middle))
			at := room.Min.Add(image.Pt(x, y))
			img.SetRGBA(at.X, at.Y, over(img.RGBAAt(at.X, at.Y), c, cover))
		}
	}
}

// over lays c over what is there, keeping how opaque that is.
func over(below, c color.RGBA, cover float64) color.RGBA {
	mixed := mix(below, c, cover)
	mixed.A = below.A
	return mixed
}
