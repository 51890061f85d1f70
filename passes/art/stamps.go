package art

import (
	"cmp"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"math"
	"strconv"
	"strings"

	xdraw "golang.org/x/image/draw"

	"regulars/models"
)

// Look is what a strip shows of a member: Have of Of stamps, or steps on the way
// to a reward. The zero Look is the strip that all cards share.
type Look struct {
	Shows models.Shows
	Have  int
	Of    int
}

// String names the look, for ParseLook.
func (l Look) String() string { return fmt.Sprintf("%s-%d-%d", l.Shows, l.Have, l.Of) }

// ParseLook reads what String wrote.
func ParseLook(s string) (l Look, ok bool) {
	shows, counts, _ := strings.Cut(s, "-")
	have, of, _ := strings.Cut(counts, "-")
	l.Shows = models.Shows(shows)
	var bad, worse error
	l.Have, bad = strconv.Atoi(have)
	l.Of, worse = strconv.Atoi(of)
	return l, bad == nil && worse == nil && l.String() == s
}

// gap is the room between two stamps, of their width.
const gap = 0.2

// stampRooms returns the squares that n stamps stand in, as large as they may be
// in that room, in rows of the same length or one less.
func stampRooms(n int, room image.Rectangle) []image.Rectangle {
	side, rows := 0.0, 1
	for r := 1; r <= n; r++ {
		per := (n + r - 1) / r
		w := float64(room.Dx()) / (float64(per) + gap*float64(per-1))
		h := float64(room.Dy()) / (float64(r) + gap*float64(r-1))
		if s := min(w, h); s > side {
			side, rows = s, r
		}
	}
	side = min(side, float64(room.Dy())*0.62) // a few are not blown up
	step := side * (1 + gap)
	top := float64(room.Min.Y) + (float64(room.Dy())-step*float64(rows)+side*gap)/2
	var all []image.Rectangle
	for r := range rows {
		per := n / rows
		if r < n%rows {
			per++
		}
		left := float64(room.Min.X) + (float64(room.Dx())-step*float64(per)+side*gap)/2
		for i := range per {
			x, y := left+step*float64(i), top+step*float64(r)
			all = append(all, image.Rect(int(math.Round(x)), int(math.Round(y)), int(math.Round(x+side)), int(math.Round(y+side))))
		}
	}
	return all
}

// stamps draws how many stamps a card has, and marks the free one.
func stamps(img *image.RGBA, p Palette, s *models.StampArt, own image.Image, l Look) {
	size := img.Bounds().Size()
	room := img.Bounds().Inset(size.Y / 9)
	for i, at := range stampRooms(l.Of, room) {
		last := i == l.Of-1
		switch {
		case own != nil && !last:
			ownStamp(img, at, own, i < l.Have)
		default:
			icon := cmp.Or(s.Icon, "tick")
			if last {
				icon = cmp.Or(s.Free, "gift")
			}
			stamp(img, at, p, s.Shape, icon, i < l.Have, last)
		}
	}
}

// stamp draws one place of a card: what was collected is a full shape with the
// icon cut out, what is to come an outline with a faint one. The free one wears
// the accent's colour and a second outline.
func stamp(img *image.RGBA, at image.Rectangle, p Palette, shape models.StampShape, icon models.Icon, have, free bool) {
	ink := p.Foreground
	if free {
		ink = accent(p)
	}
	outline := func(grow float64) func(*pen) {
		return func(pen *pen) {
			switch shape {
			case models.SquareStamps:
				pen.box(grow, grow, penField-2*grow, penField-2*grow, 5.5-grow/2)
			case models.BareStamps:
			default:
				pen.disc(penField/2, penField/2, penField/2-grow)
			}
		}
	}
	within := at.Inset(at.Dx() / 5)
	if shape == models.BareStamps {
		within = at.Inset(at.Dx() / 16)
	}
	draw, ok := icons[icon]
	if !ok {
		draw = icons["tick"]
	}
	switch {
	case shape == models.BareStamps && have:
		stencil(img, within, ink, draw)
	case have:
		stencil(img, at, ink, outline(0))
		stencil(img, within, Readable(p.Background, ink), draw)
	default:
		stencil(img, at, faint(ink, 0.16), outline(0))
		ringOf(img, at, faint(ink, 0.8), shape)
		strength := 0.32
		if free {
			strength = 0.85
		}
		stencil(img, within, faint(ink, strength), draw)
	}
	if free && have {
		ringOf(img, at.Inset(-max(2, at.Dx()/14)), ink, shape)
	}
}

// ringOf draws the outline of a stamp.
func ringOf(img *image.RGBA, at image.Rectangle, c color.RGBA, shape models.StampShape) {
	const wide = 1.1
	stencil(img, at, c, func(p *pen) {
		switch shape {
		case models.BareStamps:
		case models.SquareStamps:
			p.box(0, 0, penField, penField, 5.5)
			p.round(wide, wide, penField-2*wide, penField-2*wide, 5.5-wide, true)
		default:
			p.disc(penField/2, penField/2, penField/2)
			p.hole(penField/2, penField/2, penField/2-wide)
		}
	})
}

// ownStamp draws the business's own stamp, pale where it is to come.
func ownStamp(img *image.RGBA, at image.Rectangle, own image.Image, have bool) {
	room := fit(own.Bounds().Size(), at)
	if have {
		scaleInto(img, room, own)
		return
	}
	pale := image.NewRGBA(image.Rectangle{Max: room.Size()})
	xdraw.CatmullRom.Scale(pale, pale.Bounds(), own, own.Bounds(), draw.Src, nil)
	draw.DrawMask(img, room, pale, image.Point{}, image.NewUniform(color.Alpha{A: 70}), image.Point{}, draw.Over)
}

// progress draws how far the next reward is, below what Apple writes on a strip.
func progress(img *image.RGBA, p Palette, l Look) {
	size := img.Bounds().Size()
	unit := float64(size.Y) / stripHeight
	x, w := 15*unit, float64(size.X)-30*unit
	y, h := 124*unit, 9*unit
	bar := func(share float64, c color.RGBA) {
		long := max(w*share, h)
		room := image.Rect(int(math.Round(x)), int(math.Round(y)), int(math.Round(x+long)), int(math.Round(y+h)))
		stencil(img, room, c, func(pen *pen) {
			high := penField * float64(room.Dy()) / float64(room.Dx())
			pen.box(0, 0, penField, high, high/2)
		})
	}
	bar(1, faint(p.Foreground, 0.28))
	if l.Have > 0 {
		bar(float64(min(l.Have, l.Of))/float64(max(l.Of, 1)), p.Foreground)
	}
}

// accent is the brand's third colour where it stands out from the others.
func accent(p Palette) color.RGBA {
	if Contrast(p.Label, p.Background) >= contrastLarge {
		return p.Label
	}
	return p.Foreground
}

// faint is a colour of which so much is seen.
func faint(c color.RGBA, share float64) color.RGBA {
	part := func(v uint8) uint8 { return uint8(math.Round(float64(v) * share)) }
	return color.RGBA{R: part(c.R), G: part(c.G), B: part(c.B), A: part(0xff)}
}
