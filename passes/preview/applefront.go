package preview

import (
	"fmt"
	"image/color"

	"golang.org/x/text/cases"
	"golang.org/x/text/language"

	"regulars/models"
)

// The measures of an iPhone's card, in points of a screen 375 wide.
const (
	cardWidth  = 375
	cardHeight = 490
	cardRadius = 12
	edge       = 15 // left and right of what is written
	headHeight = 66
)

// strips is how high the picture across is, by style.
var strips = map[string]float64{"storeCard": 144, "coupon": 144, "eventTicket": 98}

// front is the front of an iPhone's card that is being laid out.
type front struct {
	board
	card                 *appleCard
	ground, ink, label   color.NRGBA
	y                    float64 // below what was laid out
	upper                cases.Caser
	shared               bool // secondary and auxiliary fields stand in one row
	sym                  models.Symbology
	message, alt, codeAt string
	coded, faint         bool // it has a code, and that is no longer good
}

// apple draws the sides that are wanted of a .pkpass file.
func (s *Sheet) apple(file []byte, lang string, o Options) error {
	c, err := readApple(file, lang, o.Now)
	if err != nil {
		return err
	}
	name := clean(c.text(c.doc, "description"))
	if o.wants(models.Apple, Front) {
		s.add(AppleFront, name+", as an iPhone shows it", lang, cardWidth, c.drawFront)
	}
	if o.wants(models.Apple, Back) {
		s.add(AppleBack, name+", the back on an iPhone", lang, cardWidth, c.drawBack)
	}
	return nil
}

// add lays out a face.
func (s *Sheet) add(name FaceName, title, lang string, width float64, draw func(board)) {
	f := Face{Name: name, Title: title, Lang: lang, Width: width}
	draw(board{&f, &s.Warnings})
	s.Faces = append(s.Faces, f)
}

func (c *appleCard) drawFront(b board) {
	f := &front{board: b, card: c, faint: c.ended()}
	f.ground = c.colour("backgroundColor", color.NRGBA{0xf2, 0xf2, 0xf7, 0xff})
	f.ink = c.colour("foregroundColor", inkOn(f.ground))
	f.label = c.colour("labelColor", f.ink)
	f.upper = cases.Upper(language.Make(c.lang))
	f.sym, f.message, f.alt, f.codeAt, f.coded = c.barcode()
	if _, contactless := c.doc["nfc"]; contactless {
		f.coded = false // then the code is on the back
	}
	f.shared = c.style == "storeCard" || c.style == "coupon" || c.style == "generic" && f.coded && square(f.sym)
	if c.style == "posterGeneric" {
		f.warn(Warning{Code: NotDrawn, Field: "posterGeneric", Message: "A poster is drawn here as a generic pass.", Remedy: "Look at it on a phone with iOS 27."})
	}
	f.head()
	f.middle()
	f.rows()
	f.foot()
}

// head is the row with the logo, its text and the fields that are seen in the stack.
func (f *front) head() {
	x := float64(edge)
	if logo, ok := f.card.picture(&f.board, "logo"); ok {
		at := logo.fit(rect{x, 8, 160, 50}, false)
		f.show(logo, at, rounded(at, 0))
		x = at.right() + 10
	}
	fields := f.area("headerFields", 3)
	if f.card.style == "posterGeneric" && len(fields) > 1 {
		fields = fields[:1]
	}
	taken := f.beside(fields, rect{x, 10, cardWidth - edge - x, 0}, iphone(20), 12, true)
	room := cardWidth - edge - x
	if taken > 0 {
		room -= taken + 10
	}
	f.write(line{x: x, w: room, base: 39, text: clean(f.card.text(f.card.doc, "logoText")), style: iphone(18), colour: f.ink, field: "logoText"})
	f.y = headHeight
}

// area returns the fields of an area that phones draw, and warns of the others.
func (f *front) area(name string, most int) []field {
	all := f.card.fields(name)
	if len(all) > most {
		f.leftOut(all[most:], most)
		all = all[:most]
	}
	return all
}

func (f *front) leftOut(fields []field, most int) {
	for _, one := range fields {
		f.warn(Warning{
			Code: LeftOut, Field: one.path, Text: clean(one.value), Message: fmt.Sprintf("“%s” is not drawn: there is room for %d.", brief(clean(one.label+" "+one.value)), most),
			Remedy: "Move it to backFields, or leave another one out.",
		})
	}
}

// middle is what each style has below the head.
func (f *front) middle() {
	switch f.card.style {
	case "boardingPass":
		f.journey()
		return
	case "generic", "posterGeneric":
		f.beneath()
		return
	}
	strip, ok := f.card.picture(&f.board, "strip")
	if f.card.style == "eventTicket" && !ok {
		f.beneath()
		return
	}
	at := rect{0, f.y, cardWidth, strips[f.card.style]}
	if ok {
		f.show(strip, strip.cover(at), rounded(at, 0))
	}
	for _, one := range f.area("primaryFields", 1) {
		f.large(one, rect{edge, at.y + at.h/2 + 1, cardWidth - 2*edge, 0}, at.h/4+10, false)
	}
	f.y = at.bottom() + 4
}

// large writes a field in letters as large as have room, its label above or below.
func (f *front) large(one field, at rect, size float64, above bool) {
	value := clean(one.value)
	for size > 22 && iphone(size).width(value) > at.w {
		size--
	}
	big := line{x: at.x, w: at.w, base: at.y, text: value, style: iphone(size), colour: f.ink, align: one.align, field: one.path + ".value"}
	small := line{x: at.x, w: at.w, base: at.y + 24, text: clean(one.label), style: iphone(15), colour: f.label, align: one.align, field: one.path + ".label"}
	if above {
		small.base, small.text, small.style = at.y-size-2, f.upper.String(small.text), iphoneBold(11)
		f.write(small)
		f.write(big)
		return
	}
	f.write(big)
	f.write(small)
}

// beneath is the middle of a card without a strip: the large field, and a picture
// at its right.
func (f *front) beneath() {
	room := float64(cardWidth - 2*edge)
	bottom := f.y + 84
	if f.card.style != "coupon" {
		if p, ok := f.card.picture(&f.board, "thumbnail"); ok {
			at := p.fit(rect{0, f.y + 4, 90, 90}, false)
			at.x, at.y = cardWidth-edge-at.w, f.y+4
			f.show(p, at, rounded(at, 4))
			room -= at.w + 12
			bottom = max(bottom, at.bottom()+8)
		}
	}
	for _, one := range f.area("primaryFields", 1) {
		f.large(one, rect{edge, f.y + 54, room, 0}, 34, true)
	}
	f.y = bottom
}

// journey is the middle of a boarding pass: from where, and where to.
func (f *front) journey() {
	fields := f.area("primaryFields", 2)
	const half = (cardWidth - 2*edge) / 2
	for i, one := range fields {
		at := rect{edge, f.y + 58, half - 26, 0}
		if i == 1 {
			at.x, one.align = cardWidth-edge-at.w, right
		}
		f.large(one, at, 44, true)
	}
	x, y := float64(cardWidth)/2, f.y+42
	var arrow path
	arrow.move(x-14, y-2)
	arrow.line(x+4, y-2)
	arrow.line(x+4, y-8)
	arrow.line(x+15, y)
	arrow.line(x+4, y+8)
	arrow.line(x+4, y+2)
	arrow.line(x-14, y+2)
	arrow.close()
	f.fill(arrow, f.label)
	f.y += 82
}

// foot is the code, and the ground under all.
func (f *front) foot() {
	c := f.card
	height := float64(cardHeight)
	if f.coded {
		p := newPanel(f.sym, f.message, f.alt, iphone(13), cardWidth-2*edge)
		height = max(height, f.y+p.h+34)
		y := height - 18 - p.h
		if footer, ok := c.picture(&f.board, "footer"); ok {
			at := footer.fit(rect{edge, y - 22, cardWidth - 2*edge, 15}, true)
			f.show(footer, at, rounded(at, 0))
		}
		f.panel(p, 0, cardWidth, y, 8, f.codeAt, f.faint)
	}
	f.Height = max(height, f.y+20)
	whole := rect{0, 0, cardWidth, f.Height}
	shape := rounded(whole, cardRadius)
	switch c.style {
	case "coupon":
		shape = perforated(whole, 3.2)
	case "eventTicket":
		shape = ticket(whole, cardRadius, 14)
	case "boardingPass":
		shape = notched(whole, cardRadius, headHeight+76, 7)
	}
	if background, ok := c.picture(&f.board, "background"); ok && c.style == "eventTicket" {
		out := background.blurred()
		f.below(fill{shape, f.ground}, out.photo(out.cover(whole), shape), fill{shape, color.NRGBA{0, 0, 0, 0x33}})
		return // whose colours are the picture's
	}
	f.below(fill{shape, f.ground})
	f.readable("foregroundColor", "texts", f.ink, f.ground)
	f.readable("labelColor", "labels", f.label, f.ground)
}
