package barcode

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"strconv"
	"strings"
)

// SVG returns the symbol as an SVG document on a white ground with its quiet
// zone, one path, sharp at any size. It has no text and no colour but black
// and white, so that a dark page can't make it unreadable.
func (m Matrix) SVG() string {
	width, height := m.Width+2*m.Quiet, m.Height*m.RowHeight+2*m.Quiet
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" shape-rendering="crispEdges">`, width, height)
	fmt.Fprintf(&b, `<path fill="#fff" d="M0 0h%dv%dH0z"/><path d="`, width, height)
	for y := range m.Height {
		for x := 0; x < m.Width; {
			run := m.run(x, y)
			if run == 0 {
				x++
				continue
			}
			b.WriteString("M" + strconv.Itoa(x+m.Quiet) + " " + strconv.Itoa(y*m.RowHeight+m.Quiet))
			b.WriteString("h" + strconv.Itoa(run) + "v" + strconv.Itoa(m.RowHeight) + "h-" + strconv.Itoa(run) + "z")
			x += run
		}
	}
	b.WriteString(`"/></svg>`)
	return b.String()
}

// run counts the dark modules from x on.
func (m Matrix) run(x, y int) int {
	n := 0
	for m.Dark(x+n, y) {
		n++
	}
	return n
}

// Image returns the symbol in black on white with its quiet zone, scale pixels
// to a unit; a scale below 1 counts as 1.
func (m Matrix) Image(scale int) image.Image {
	scale = max(1, scale)
	width, height := m.Width+2*m.Quiet, m.Height*m.RowHeight+2*m.Quiet
	img := image.NewPaletted(image.Rect(0, 0, width*scale, height*scale), color.Palette{color.White, color.Black})
	for y := range height * scale {
		row := img.Pix[y*img.Stride : (y+1)*img.Stride]
		for x := range row {
			if m.Dark(x/scale-m.Quiet, floor(y/scale-m.Quiet, m.RowHeight)) {
				row[x] = 1
			}
		}
	}
	return img
}

// floor divides downwards, so that the quiet zone above is no row of ours.
func floor(a, b int) int {
	if a < 0 {
		return -1
	}
	return a / b
}

// PNG returns Image as a PNG file.
func (m Matrix) PNG(scale int) []byte {
	var b bytes.Buffer
	if err := png.Encode(&b, m.Image(scale)); err != nil {
		panic(err) // a buffer takes all, and the image is well formed
	}
	return b.Bytes()
}

// Terminal returns the symbol for a terminal of light text on dark ground, in
// half blocks: two rows of units to a line. Cameras read it there and, as most
// of them accept a negative, on a light ground too.
func (m Matrix) Terminal() string {
	var b strings.Builder
	height := m.Height*m.RowHeight + m.Quiet
	for y := -m.Quiet; y < height; y += 2 {
		for x := -m.Quiet; x < m.Width+m.Quiet; x++ {
			upper := !m.Dark(x, floor(y, m.RowHeight))
			lower := y+1 < height && !m.Dark(x, floor(y+1, m.RowHeight))
			b.WriteString(block(upper, lower))
		}
		b.WriteByte('\n')
	}
	return b.String()
}

func block(upper, lower bool) string {
	switch {
	case upper && lower:
		return "█"
	case upper:
		return "▀"
	case lower:
		return "▄"
	}
	return " "
}
