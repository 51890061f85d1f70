package preview

import (
	"image/color"
	"strings"
)

// The colours of a sheet of an iPhone's own.
var (
	sheetGround = color.NRGBA{0xf2, 0xf2, 0xf7, 0xff}
	sheetInk    = color.NRGBA{0x00, 0x00, 0x00, 0xff}
	sheetFaint  = color.NRGBA{0x6c, 0x6c, 0x70, 0xff}
	sheetLine   = color.NRGBA{0xd8, 0xd8, 0xdc, 0xff}
	sheetLink   = color.NRGBA{0x00, 0x62, 0xcc, 0xff}
)

// The bounds of a sheet: who writes more is not read to the end.
const (
	maxBack   = 100  // fields
	maxHeight = 8000 // points
)

func (c *appleCard) drawBack(b board) {
	b.backHead(c)
	y := 88.0
	if _, contactless := c.doc["nfc"]; contactless {
		y = b.backCode(c, y)
	}
	top, x, w := y, 16.0, float64(cardWidth-32)
	fields := c.fields("backFields")
	for i, one := range fields {
		if i == maxBack || y > maxHeight {
			b.warn(Warning{Code: TooMuch, Field: one.path, Message: "The preview ends here; the pass has more on its back.", Remedy: "Say less: nobody reads this much."})
			break
		}
		if i > 0 {
			b.fill(rounded(rect{x + 16, y, w - 16, 1}, 0), sheetLine)
		}
		y = b.backField(&one, x+16, w-32, y+11) + 13
	}
	if y > top {
		b.below(fill{rounded(rect{x, top, w, y - top}, 12), white})
	}
	b.Height = y + 24
	b.below(fill{rounded(rect{0, 0, cardWidth, b.Height}, cardRadius), sheetGround})
}

// backHead says whose card it is.
func (b *board) backHead(c *appleCard) {
	x := 16.0
	if icon, ok := c.picture(b, "icon"); ok {
		at := rect{x, 22, 44, 44}
		b.show(icon, icon.cover(at), rounded(at, 10))
		x = at.right() + 12
	}
	room := cardWidth - x - 16
	b.write(line{x: x, w: room, base: 41, text: clean(c.text(c.doc, "organizationName")), style: iphoneBold(17), colour: sheetInk, field: "organizationName"})
	b.write(line{x: x, w: room, base: 60, text: clean(c.text(c.doc, "description")), style: iphone(13), colour: sheetFaint})
}

// backCode draws the code of a contactless card, which is on its back.
func (b *board) backCode(c *appleCard, y float64) float64 {
	sym, message, alt, path, ok := c.barcode()
	if !ok {
		return y
	}
	p := newPanel(sym, message, alt, iphone(13), cardWidth-32)
	b.panel(p, 0, cardWidth, y, 12, path, c.ended())
	return y + p.h + 16
}

// backField writes a label and the lines of a value, and returns where they end.
func (b *board) backField(one *field, x, w, y float64) float64 {
	if label := clean(one.label); label != "" {
		for _, l := range iphone(13).wrap(label, w) {
			y += 15
			b.write(line{x: x, w: w, base: y, text: l, style: iphone(13), colour: sheetFaint, align: one.align})
		}
		y += 3
	}
	value, colour := one.value, sheetInk
	if one.attributed != "" {
		value = untagged(one.attributed)
		if value != one.attributed {
			colour = sheetLink
		}
	}
	for _, paragraph := range strings.Split(cleanLines(value), "\n") {
		ink := colour
		if !one.plain && isLink(strings.TrimSpace(paragraph)) {
			ink = sheetLink
		}
		for _, l := range iphone(16).wrap(paragraph, w) {
			if y > maxHeight {
				return y
			}
			y += 20
			b.write(line{x: x, w: w, base: y - 1, text: l, style: iphone(16), colour: ink})
		}
	}
	return y
}
