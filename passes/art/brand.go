package art

import (
	"fmt"
	"image/color"

	"regulars/models"
)

// Dress gives a brand another ground, and text colours that can be read on it:
// white or nearly black, and for labels the same with some of the ground in it.
// It reports false when colour is not written #rrggbb.
func Dress(b models.Brand, colour string) (models.Brand, bool) {
	red, green, blue, ok := models.ParseColour(colour)
	if !ok {
		return b, false
	}
	ground := color.RGBA{R: red, G: green, B: blue, A: 0xff}
	ink := color.RGBA{R: 0x1a, G: 0x1a, B: 0x1a, A: 0xff}
	if white := (color.RGBA{R: 0xff, G: 0xff, B: 0xff, A: 0xff}); Contrast(white, ground) >= Contrast(ink, ground) {
		ink = white
	}
	b.Background, b.Foreground = hex(ground), hex(Readable(ink, ground))
	b.Label = hex(Readable(mix(ink, ground, 0.22), ground))
	return b, true
}

func hex(c color.RGBA) string { return fmt.Sprintf("#%02x%02x%02x", c.R, c.G, c.B) }
