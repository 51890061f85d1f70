package preview

import (
	"image/color"
	"math"

	"regulars/models"
	"regulars/passes/barcode"
)

// panel is the white field with a code and the text under it.
type panel struct {
	w, h float64
	code code
	alt  string
	ok   bool // the code could be drawn
	text style
	pad  float64
}

// square says whether a symbology is as high as wide.
func square(sym models.Symbology) bool { return sym == models.QR || sym == models.Aztec }

// newPanel measures the panel of a message, no wider than room. Modules are whole
// points where there is room for that, so that they are whole pixels at every scale.
func newPanel(sym models.Symbology, message, alt string, text style, room float64) panel {
	p := panel{alt: alt, text: text, pad: 14}
	m, err := barcode.Encode(sym, message)
	wide, high := 0.0, 0.0
	if p.ok = err == nil; p.ok {
		units := float64(m.Width)
		var side, row float64
		switch {
		case square(sym):
			side = whole(152 / units) // Aztec's, of 19, are 8 points then, and 4 at half the size
			row = side
		case sym == models.Code128:
			p.pad = 20 // ten modules of two points
			side = whole(min((room-2*p.pad)/units, 2))
			row = 72
		default:
			side = whole(min((room-2*p.pad)/units, 110/float64(m.Height*m.RowHeight), 3))
			row = side * float64(m.RowHeight)
		}
		p.code = code{side: side, high: row, matrix: m, colour: black}
		wide, high = units*side, float64(m.Height)*row
	} else {
		wide, high = 160, 60
	}
	p.w, p.h = wide+2*p.pad, high+28
	if alt != "" {
		p.w = min(max(p.w, text.width(alt)+28), room)
		p.h += text.size + 3
	}
	return p
}

// whole rounds down to whole points, where that leaves one.
func whole(v float64) float64 {
	if v >= 1 {
		return math.Floor(v)
	}
	return v
}

// even rounds to an even number of points.
func even(v float64) float64 { return 2 * math.Round(v/2) }

// panel draws a panel in the middle of a width, from a height on. A card that is no
// longer good has a faint code. It stands at an even number of points, so that bars of
// two are whole pixels in a picture of half the size too, and scanners read them.
func (b *board) panel(p panel, x, w, y, radius float64, field string, faint bool) {
	left := even(x + (w-p.w)/2)
	y = even(y)
	b.fill(rounded(rect{left, y, p.w, p.h}, radius), white)
	ink := black
	if faint {
		ink = color.NRGBA{0, 0, 0, 0x40}
	}
	if p.ok {
		c := p.code
		c.x, c.y, c.colour = left+even((p.w-c.side*float64(c.matrix.Width))/2), y+14, ink
		b.ops = append(b.ops, c)
	} else {
		b.fill(rounded(rect{left + p.pad, y + 14, p.w - 2*p.pad, 60}, 6), color.NRGBA{0xd8, 0xd8, 0xdc, 0xff})
		b.warn(Warning{
			Code: NoCode, Field: field, Message: "This preview can't draw the code; phones may.",
			Remedy: "It draws QR, PDF417, Aztec and Code 128 of up to 512 plain characters.",
		})
	}
	b.write(line{x: left + 10, w: p.w - 20, base: y + p.h - 12, text: p.alt, style: p.text, colour: ink, align: centre, field: field + ".altText"})
}
