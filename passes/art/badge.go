package art

import (
	"image"
	"image/color"
	"math"
)

// maxDots is how many levels are told apart by dots.
const maxDots = 6

// badge draws the rosette of a member's level in the middle of the strip, over which
// nothing is written, and below it which of the levels it is.
func badge(img *image.RGBA, p Palette, l Look) {
	size := img.Bounds().Size()
	high := float64(size.Y)
	side := int(high * 0.66)
	at := image.Rect(0, 0, side, side).Add(image.Pt((size.X-side)/2, int(high*0.09)))
	ink := accent(p)
	ground := faint(ink, 0.22)
	if top := l.Have == l.Of; top { // the highest level is whole
		ground = ink
	}
	stencil(img, at, faint(ink, 0.75), tails)
	stencil(img, at, p.Background, func(pen *pen) { scallops(pen, 9.6, 0) })
	stencil(img, at, ground, func(pen *pen) { scallops(pen, 9.6, 0) })
	stencil(img, at, ink, func(pen *pen) {
		scallops(pen, 9.6, 0)
		pen.hole(penField/2, rosette, 7.6)
	})
	star := Readable(ink, p.Background)
	if ground == ink {
		stencil(img, at, p.Background, func(pen *pen) {
			pen.disc(penField/2, rosette, 7.6)
			pen.hole(penField/2, rosette, 7)
		})
		star = Readable(p.Background, ink)
	}
	within := image.Rect(0, 0, side*9/24, side*9/24)
	stencil(img, within.Add(at.Min).Add(image.Pt((side-within.Dx())/2, int(float64(side)*rosette/penField)-within.Dy()/2)), star, icons["star"])
	dots(img, at, ink, l)
}

// rosette is how high its middle is on the field.
const rosette = 10

// scallops draws a disc with an edge of small bows.
func scallops(pen *pen, radius, turn float64) {
	const count = 14
	var points []float64
	for i := range 6 * count {
		angle := turn + 2*math.Pi*float64(i)/(6*count)
		r := radius * (1 - 0.045*(1-math.Cos(float64(count)*angle)))
		points = append(points, penField/2+r*math.Sin(angle), rosette-r*math.Cos(angle))
	}
	pen.line(points...)
}

// tails are the two ribbons under a rosette.
func tails(pen *pen) {
	pen.line(7.2, 15, 11.4, 17, 8.8, 23.6, 7.1, 21.1, 4.2, 21.7)
	pen.line(16.8, 15, 19.8, 21.7, 16.9, 21.1, 15.2, 23.6, 12.6, 17)
}

// dots draws one for each level, and fills those that were reached.
func dots(img *image.RGBA, under image.Rectangle, ink color.RGBA, l Look) {
	if l.Of < 2 || l.Of > maxDots {
		return
	}
	dot := max(3, under.Dx()/11)
	step := dot * 17 / 10
	x := under.Min.X + (under.Dx()-step*l.Of+step-dot)/2
	y := under.Max.Y + dot
	for i := range l.Of {
		at := image.Rect(0, 0, dot, dot).Add(image.Pt(x+i*step, y))
		c := ink
		if i >= l.Have {
			c = faint(ink, 0.3)
		}
		stencil(img, at, c, func(pen *pen) { pen.disc(penField/2, penField/2, penField/2) })
	}
}
