package art

import (
	"image"
	"image/color"
	"math"

	"golang.org/x/image/vector"

	"regulars/models"
)

// pen draws shapes on a field of 24 by 24 that lies in a square of a picture.
// Shapes are added up; what is drawn against the clock is cut out of them.
type pen struct {
	r     *vector.Rasterizer
	scale float32
}

// penField is how wide the field is that icons are drawn on.
const penField = 24

// stencil fills a square of img with an icon in a colour.
func stencil(img *image.RGBA, room image.Rectangle, c color.RGBA, draw func(*pen)) {
	p := &pen{r: vector.NewRasterizer(room.Dx(), room.Dy()), scale: float32(room.Dx()) / penField}
	draw(p)
	p.r.Draw(img, room, image.NewUniform(c), image.Point{})
}

func (p *pen) to(x, y float64) (float32, float32) { return float32(x) * p.scale, float32(y) * p.scale }

// line draws a closed outline through points.
func (p *pen) line(at ...float64) {
	p.r.MoveTo(p.to(at[0], at[1]))
	for i := 2; i < len(at); i += 2 {
		p.r.LineTo(p.to(at[i], at[i+1]))
	}
	p.r.ClosePath()
}

// curve draws a closed outline of cubic curves: a beginning, and for each of them
// two points that pull it and its end.
func (p *pen) curve(at ...float64) {
	p.r.MoveTo(p.to(at[0], at[1]))
	for i := 2; i+5 < len(at); i += 6 {
		ax, ay := p.to(at[i], at[i+1])
		bx, by := p.to(at[i+2], at[i+3])
		cx, cy := p.to(at[i+4], at[i+5])
		p.r.CubeTo(ax, ay, bx, by, cx, cy)
	}
	p.r.ClosePath()
}

// bow is how far the pulling points of a quarter of a circle are along its sides.
const bow = 0.5523

func (p *pen) disc(x, y, radius float64) {
	p.round(x-radius, y-radius, 2*radius, 2*radius, radius, false)
}

func (p *pen) hole(x, y, radius float64) {
	p.round(x-radius, y-radius, 2*radius, 2*radius, radius, true)
}

func (p *pen) box(x, y, w, h, radius float64) { p.round(x, y, w, h, radius, false) }

func (p *pen) slot(x, y, w, h float64) { p.line(x, y, x, y+h, x+w, y+h, x+w, y) }

// round draws a box with round corners, against the clock to cut it out.
func (p *pen) round(x, y, w, h, r float64, out bool) {
	k := r * (1 - bow)
	at := []float64{
		x + r, y, // along the top, then each corner and side
		x + r, y, x + w - r, y, x + w - r, y, x + w - k, y, x + w, y + k, x + w, y + r,
		x + w, y + r, x + w, y + h - r, x + w, y + h - r, x + w, y + h - k, x + w - k, y + h, x + w - r, y + h,
		x + w - r, y + h, x + r, y + h, x + r, y + h, x + k, y + h, x, y + h - k, x, y + h - r,
		x, y + h - r, x, y + r, x, y + r, x, y + k, x + k, y, x + r, y,
	}
	if out {
		for i, j := 0, len(at)-2; i < j; i, j = i+2, j-2 {
			at[i], at[i+1], at[j], at[j+1] = at[j], at[j+1], at[i], at[i+1]
		}
	}
	p.curve(at...)
}

// star draws one of so many points.
func (p *pen) star(x, y, outer, inner float64, points int) {
	var at []float64
	for i := range 2 * points {
		r := outer
		if i%2 == 1 {
			r = inner
		}
		turn := math.Pi*float64(i)/float64(points) - math.Pi/2
		at = append(at, x+r*math.Cos(turn), y+r*math.Sin(turn))
	}
	p.line(at...)
}

// icons are those of models.Icons.
var icons = map[models.Icon]func(*pen){
	"cup": func(p *pen) {
		p.box(7.2, 2.6, 1.5, 3.6, 0.75)
		p.box(11.2, 2.6, 1.5, 3.6, 0.75)
		p.disc(16.2, 12, 3.9)
		p.hole(16.2, 12, 2)
		p.curve(4, 8, 4, 8, 16, 8, 16, 8, 16, 8, 16, 13, 16, 13, 16, 16.6, 13.6, 18.4, 10, 18.4, 6.4, 18.4, 4, 16.6, 4, 13, 4, 13, 4, 8, 4, 8)
		p.box(3, 19.8, 14.5, 1.7, 0.85)
	},
	"loaf": func(p *pen) {
		p.curve(2.5, 9.5, 2.5, 4.5, 21.5, 4.5, 21.5, 9.5, 21.5, 11.5, 20.5, 12.4, 20, 12.7, 20, 12.7, 20, 17, 20, 17, 20, 18.6, 19, 19.5, 17.5, 19.5, 17.5, 19.5, 6.5, 19.5, 6.5, 19.5, 5, 19.5, 4, 18.6, 4, 17, 4, 17, 4, 12.7, 4, 12.7, 3.5, 12.4, 2.5, 11.5, 2.5, 9.5)
		for _, x := range []float64{7.6, 11.4, 15.2} {
			p.line(x, 8, x-1.4, 13, x, 13, x+1.4, 8)
		}
	},
	"star": func(p *pen) { p.star(12, 12.8, 10.4, 4.5, 5) },
	"heart": func(p *pen) {
		p.curve(12, 20.8, 4.2, 15, 2.6, 11.2, 2.6, 8.6, 2.6, 5.4, 5, 3.4, 7.6, 3.4, 9.5, 3.4, 11.1, 4.5, 12, 6.2, 12.9, 4.5, 14.5, 3.4, 16.4, 3.4, 19, 3.4, 21.4, 5.4, 21.4, 8.6, 21.4, 11.2, 19.8, 15, 12, 20.8)
	},
	"leaf": func(p *pen) {
		p.curve(5.2, 18.2, 2.6, 10, 8.6, 3.6, 20.6, 3.4, 21.4, 14.6, 15.4, 21, 7.4, 19.2, 7.4, 19.2, 4.9, 21.8, 4.9, 21.8, 4.9, 21.8, 3.5, 20.4, 3.5, 20.4, 3.5, 20.4, 5.2, 18.2, 5.2, 18.2)
		p.line(7.2, 17.6, 15.6, 9.4, 14.8, 8.6, 6.4, 16.6)
	},
	"book": func(p *pen) {
		p.curve(2.4, 5.2, 5.6, 4, 9, 4.2, 11.4, 6, 11.4, 6, 11.4, 20.4, 11.4, 20.4, 9, 18.6, 5.6, 18.4, 2.4, 19.6, 2.4, 19.6, 2.4, 5.2, 2.4, 5.2)
		p.curve(21.6, 5.2, 21.6, 5.2, 21.6, 19.6, 21.6, 19.6, 18.4, 18.4, 15, 18.6, 12.6, 20.4, 12.6, 20.4, 12.6, 6, 12.6, 6, 15, 4.2, 18.4, 4, 21.6, 5.2)
	},
	"dumbbell": func(p *pen) {
		p.box(7, 10.9, 10, 2.2, 0.4)
		for _, b := range [][2]float64{{4.9, 6.5}, {16.1, 6.5}} {
			p.box(b[0], b[1], 3, 11, 1.2)
		}
		p.box(2, 8.8, 2.2, 6.4, 1)
		p.box(19.8, 8.8, 2.2, 6.4, 1)
	},
	"gift": func(p *pen) {
		p.disc(8.7, 5, 2.7)
		p.hole(8.7, 5, 1.2)
		p.disc(15.3, 5, 2.7)
		p.hole(15.3, 5, 1.2)
		p.box(2.6, 7.2, 18.8, 4.2, 1)
		p.slot(11.1, 7.2, 1.8, 4.2)
		p.box(4, 12.4, 16, 9, 1.2)
		p.slot(11.1, 12.4, 1.8, 9)
	},
	"paw": func(p *pen) {
		p.disc(4.9, 10.6, 2.4)
		p.disc(9.2, 6, 2.6)
		p.disc(14.8, 6, 2.6)
		p.disc(19.1, 10.6, 2.4)
		p.curve(12, 10.8, 15.2, 10.8, 19, 15.6, 17.9, 18.6, 16.9, 21.2, 14.2, 19.9, 12, 19.9, 9.8, 19.9, 7.1, 21.2, 6.1, 18.6, 5, 15.6, 8.8, 10.8, 12, 10.8)
	},
	"drop": func(p *pen) {
		p.curve(12, 2.4, 12, 2.4, 19, 10.4, 19, 14.8, 19, 18.9, 16, 21.6, 12, 21.6, 8, 21.6, 5, 18.9, 5, 14.8, 5, 10.4, 12, 2.4, 12, 2.4)
	},
	"bag": func(p *pen) {
		p.disc(12, 7.6, 4.6)
		p.hole(12, 7.6, 2.9)
		p.curve(4.6, 7.6, 4.6, 7.6, 19.4, 7.6, 19.4, 7.6, 19.4, 7.6, 20.6, 19, 20.6, 19, 20.6, 20.4, 19.8, 21.4, 18.4, 21.4, 18.4, 21.4, 5.6, 21.4, 5.6, 21.4, 4.2, 21.4, 3.4, 20.4, 3.4, 19, 3.4, 19, 4.6, 7.6, 4.6, 7.6)
	},
	"fork": func(p *pen) {
		for _, x := range []float64{4.6, 7, 9.4} {
			p.box(x, 2.4, 1.4, 7.6, 0.7)
		}
		p.curve(4.6, 8.4, 4.6, 8.4, 10.8, 8.4, 10.8, 8.4, 10.8, 11.4, 9.6, 12.6, 8.7, 13, 8.7, 13, 6.7, 13, 6.7, 13, 5.8, 12.6, 4.6, 11.4, 4.6, 8.4)
		p.box(6.6, 11, 2.2, 10.6, 1.1)
		p.curve(15.4, 2.4, 19, 3.4, 20, 9, 19, 13.4, 19, 13.4, 17.4, 13.4, 17.4, 13.4, 17.4, 13.4, 17.4, 21.6, 17.4, 21.6, 17.4, 21.6, 15.4, 21.6, 15.4, 21.6, 15.4, 21.6, 15.4, 2.4, 15.4, 2.4)
	},
	"scissors": func(p *pen) {
		for _, x := range []float64{6.2, 17.8} {
			p.disc(x, 17.8, 3.7)
			p.hole(x, 17.8, 1.9)
		}
		p.line(7.5, 14.7, 15.4, 2.2, 17.6, 3, 9.6, 16.2)
		p.line(16.5, 14.7, 14.4, 16.2, 6.4, 3, 8.6, 2.2)
	},
	"flower": func(p *pen) {
		for i := range 6 {
			turn := 2 * math.Pi * float64(i) / 6
			p.disc(12+5.8*math.Sin(turn), 12-5.8*math.Cos(turn), 3.3)
		}
		p.disc(12, 12, 3)
	},
	"tick": func(p *pen) { p.line(3.6, 12.8, 6.2, 10.2, 10, 14, 17.8, 5.6, 20.4, 8, 10.2, 19.2) },
}
