package art

import (
	"hash/fnv"
	"image"
	"image/color"
	"math"
)

// wash fills img with the background, a little lighter at the top and darker
// at the bottom. Rows of one colour keep the files, and so each pass, small.
func wash(img *image.RGBA, p Palette) {
	size := img.Bounds().Size()
	light, dark := ends(p)
	for y := range size.Y {
		c := mix(light, dark, float64(y)/float64(size.Y))
		row := img.Pix[y*img.Stride : y*img.Stride+4*size.X]
		for x := 0; x < len(row); x += 4 {
			row[x], row[x+1], row[x+2], row[x+3] = c.R, c.G, c.B, 0xff
		}
	}
}

// ends returns the two ends of the background's gradient, kept so near to it
// that text readable on the one is readable on the other.
func ends(p Palette) (light, dark color.RGBA) {
	return mix(p.Background, white, 0.07), mix(p.Background, black, 0.10)
}

var (
	white = color.RGBA{R: 0xff, G: 0xff, B: 0xff, A: 0xff}
	black = color.RGBA{A: 0xff}
)

// wave is one band of the pattern: it covers what lies below its line.
type wave struct {
	level, swing, length, phase float64 // in heights, heights, widths, turns
	share                       float64 // of the accent laid over
}

// waves draws the strip of a business that gave no picture: the brand's
// gradient, a pale sun and a few broad waves in its own colour. The name moves
// them, so that two cards with the same colours differ.
func waves(img *image.RGBA, p Palette, name string) {
	wash(img, p)
	size := img.Bounds().Size()
	w, h := float64(size.X), float64(size.Y)
	turn := fraction(name)
	accent := p.Label
	bands := []wave{
		{level: 0.52, swing: 0.13, length: 1.15, phase: turn, share: 0.07},
		{level: 0.68, swing: 0.11, length: 0.90, phase: turn + 0.37, share: 0.08},
		{level: 0.84, swing: 0.08, length: 0.72, phase: turn + 0.71, share: 0.09},
	}
	sunX, sunY, radius := w*(0.70+0.16*turn), h*0.34, h*0.46
	foreground := luminance(p.Foreground)
	for x := range size.X {
		var lines [3]float64
		for i, b := range bands {
			lines[i] = h * (b.level + b.swing*math.Sin(2*math.Pi*(float64(x)/(w*b.length)+b.phase)))
		}
		for y := range size.Y {
			at := img.PixOffset(x, y)
			pixel := img.Pix[at : at+3 : at+3]
			dx, dy := float64(x)-sunX, float64(y)-sunY
			away := math.Sqrt(dx*dx + dy*dy)
			share := 0.06*edge(radius-away) + 0.05*edge(radius*0.66-away)
			for i, b := range bands {
				share += (1 - share) * b.share * edge(float64(y)-lines[i])
			}
			c := mix(color.RGBA{R: pixel[0], G: pixel[1], B: pixel[2]}, accent, share)
			// The primary field stands on the strip, in the foreground colour.
			if l := luminance(c); (max(l, foreground)+0.05)/(min(l, foreground)+0.05) < contrastLarge {
				c = p.Background
			}
			pixel[0], pixel[1], pixel[2] = c.R, c.G, c.B
		}
	}
}

// edge turns a distance in pixels, positive inside, into how much of the pixel
// is covered.
func edge(distance float64) float64 { return min(1, max(0, distance+0.5)) }

// fraction makes a number from 0 to 1 of a name.
func fraction(name string) float64 {
	h := fnv.New32a()
	_, _ = h.Write([]byte(name)) // a hash takes all
	return float64(h.Sum32()%1000) / 1000
}

// disc draws a full circle with a soft edge on a transparent ground.
func disc(img *image.RGBA, c color.RGBA) {
	side := img.Bounds().Dx()
	middle := float64(side) / 2
	for y := range side {
		for x := range side {
			cover := edge(middle - 0.5 - math.Hypot(float64(x)+0.5-middle, float64(y)+0.5-middle))
			img.Set(x, y, color.NRGBA{R: c.R, G: c.G, B: c.B, A: uint8(math.Round(255 * cover))})
		}
	}
}
