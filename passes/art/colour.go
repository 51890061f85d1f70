package art

import (
	"image/color"
	"math"
	"sync"

	"regulars/models"
)

// Least contrasts by WCAG 2.2, success criterion 1.4.3.
const (
	contrastText  = 4.5
	contrastLarge = 3
)

// Palette is a brand's colours as they are drawn: text that would be hard to
// read on the background has been moved towards black or white.
type Palette struct {
	Background color.RGBA
	Foreground color.RGBA
	Label      color.RGBA
}

// PaletteOf returns the colours of b. A colour that is not #rrggbb, which
// models.CheckTerms does not let through, becomes the default.
func PaletteOf(b models.Brand) Palette {
	ground := parse(b.Background, color.RGBA{R: 0x2b, G: 0x3a, B: 0x42, A: 0xff})
	return Palette{
		Background: ground,
		Foreground: Readable(parse(b.Foreground, color.RGBA{R: 0xff, G: 0xff, B: 0xff, A: 0xff}), ground),
		Label:      Readable(parse(b.Label, color.RGBA{R: 0xc8, G: 0xd2, B: 0xd8, A: 0xff}), ground),
	}
}

func parse(s string, otherwise color.RGBA) color.RGBA {
	if r, g, b, ok := models.ParseColour(s); ok {
		return color.RGBA{R: r, G: g, B: b, A: 0xff}
	}
	return otherwise
}

// Contrast is the ratio of two opaque colours by WCAG, 1 to 21.
func Contrast(a, b color.RGBA) float64 {
	la, lb := luminance(a), luminance(b)
	return (max(la, lb) + 0.05) / (min(la, lb) + 0.05)
}

// Readable returns text, moved no further than it must towards black or white
// to have a contrast of 4.5 with ground.
func Readable(text, ground color.RGBA) color.RGBA {
	if Contrast(text, ground) >= contrastText {
		return text
	}
	end := color.RGBA{A: 0xff}
	if white := (color.RGBA{R: 0xff, G: 0xff, B: 0xff, A: 0xff}); Contrast(white, ground) >= Contrast(end, ground) {
		end = white
	}
	for step := 1; step < 20; step++ {
		if moved := mix(text, end, float64(step)/20); Contrast(moved, ground) >= contrastText {
			return moved
		}
	}
	return end // black or white always has 4.58 or more
}

// luminance is the relative luminance of sRGB.
func luminance(c color.RGBA) float64 {
	table := linear()
	return 0.2126*table[c.R] + 0.7152*table[c.G] + 0.0722*table[c.B]
}

// linear maps the values of a channel to light. It is a table because a strip
// asks for half a million pixels.
var linear = sync.OnceValue(func() *[256]float64 {
	var table [256]float64
	for v := range table {
		s := float64(v) / 255
		if table[v] = s / 12.92; s > 0.04045 {
			table[v] = math.Pow((s+0.055)/1.055, 2.4)
		}
	}
	return &table
})

// mix returns a with so much of b, 0 to 1, in it.
func mix(a, b color.RGBA, share float64) color.RGBA {
	part := func(x, y uint8) uint8 { return uint8(float64(x) + (float64(y)-float64(x))*share + 0.5) }
	return color.RGBA{R: part(a.R, b.R), G: part(a.G, b.G), B: part(a.B, b.B), A: 0xff}
}
