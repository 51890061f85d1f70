package preview

import (
	"fmt"
	"image/color"
	"strings"
	"unicode"
)

// The measures of an Android phone's card.
const (
	droidWidth  = 360
	droidRadius = 24
	droidEdge   = 20
)

func (c *googleCard) drawFront(b board) {
	ground := c.ground()
	ink := inkOn(ground)
	b.droidHead(c, ground, ink)
	y := 84.0
	if hero, ok := c.picture("heroImage"); ok {
		at := rect{0, y, droidWidth, droidWidth * 336.0 / 1032}
		b.show(hero, hero.cover(at), rounded(at, 0))
		y = at.bottom()
	}
	y = b.droidRows(c, ink, y)
	y = b.droidCode(c, y+20)
	b.Height = y + 24
	b.below(fill{rounded(rect{0, 0, droidWidth, b.Height}, droidRadius), ground})
}

// droidHead is the row with the logo in a circle and the two names.
func (b *board) droidHead(c *googleCard, ground, ink color.NRGBA) {
	x := float64(droidEdge)
	room := droidWidth - 2.0*droidEdge
	if wide, ok := c.picture("wideProgramLogo"); ok {
		at := wide.fit(rect{x, 18, 150, 47}, false)
		b.show(wide, at, rounded(at, 0))
		b.write(line{x: at.right() + 14, w: room - at.w - 14, base: 48, text: clean(c.name.value), style: droid(19), colour: ink, field: c.name.path, limit: c.name.valueLimit})
		return
	}
	at := rect{x, 20, 44, 44}
	logo, ok := c.picture("programLogo")
	for _, key := range []string{"logo", "titleImage"} {
		if !ok {
			logo, ok = c.picture(key)
		}
	}
	b.fill(circle(at.inset(-1)), shade(ink, 0.16))
	if ok {
		b.show(logo, logo.cover(at), circle(at))
	} else {
		b.fill(circle(at), ink)
		b.write(line{x: at.x, w: at.w, base: at.y + 29, text: initial(c.issuer.value), style: droidBold(20), colour: ground, align: centre})
	}
	x, room = at.right()+14, room-at.w-14
	if len(c.large) > 0 {
		b.write(line{x: x, w: room, base: 48, text: clean(c.issuer.value), style: droid(16), colour: ink, field: c.issuer.path, limit: c.issuer.valueLimit})
		return
	}
	b.write(line{x: x, w: room, base: 38, text: clean(c.issuer.value), style: droid(13), colour: shade(ink, 0.86), field: c.issuer.path, limit: c.issuer.valueLimit})
	b.write(line{x: x, w: room, base: 60, text: clean(c.name.value), style: droid(19), colour: ink, field: c.name.path, limit: c.name.valueLimit})
}

// initial is the first letter of a name, in capitals.
func initial(name string) string {
	for _, r := range name {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return strings.ToUpper(string(r))
		}
	}
	return ""
}

// droidRows writes labels and values, up to three beside each other.
func (b *board) droidRows(c *googleCard, ink color.NRGBA, y float64) float64 {
	const all, between = droidWidth - 2.0*droidEdge, 14.0
	rows := c.rows
	if len(c.large) > 0 {
		rows = append([][]pair{c.large}, rows...)
	}
	for _, row := range rows {
		n := float64(len(row))
		w := (all - between*(n-1)) / n
		for i, one := range row {
			l := line{x: droidEdge + float64(i)*(w+between), w: w, base: y + 28, style: droid(13), colour: shade(ink, 0.86)}
			switch {
			case i > 0 && i == len(row)-1:
				l.align = right
			case i > 0:
				l.align = centre
			}
			l.text, l.field, l.limit = clean(one.label), one.path+".label", one.labelLimit
			b.write(l)
			l.text, l.field, l.limit = clean(one.value), one.path+".value", one.valueLimit
			l.base, l.style, l.colour = l.base+25, droid(20), ink
			b.write(l)
		}
		y += 62
	}
	return y
}

// droidCode draws the code on its white field, and returns where that ends.
func (b *board) droidCode(c *googleCard, y float64) float64 {
	m, ok := c.object["barcode"].(map[string]any)
	path := "object.barcode"
	if !ok {
		if m, ok = c.object["rotatingBarcode"].(map[string]any); !ok {
			return y - 20
		}
		path = "object.rotatingBarcode"
	}
	kind, _ := m["type"].(string)
	message, _ := m["value"].(string)
	if message == "" {
		message, _ = c.object["accountId"].(string)
	}
	alt, _ := m["alternateText"].(string)
	if alt == "" {
		if alt, _ = c.object["accountId"].(string); alt == "" {
			alt = message
		}
	}
	p := newPanel(kinds[kind], message, clean(alt), droid(13), droidWidth-24)
	p.w = max(p.w, 200)
	state, _ := c.object["state"].(string)
	b.panel(p, 0, droidWidth, y, 16, path, state != "" && state != "ACTIVE")
	return y + p.h
}

// The colours of a list of Google's own.
var (
	listInk   = color.NRGBA{0x1f, 0x1f, 0x1f, 0xff}
	listFaint = color.NRGBA{0x5f, 0x63, 0x68, 0xff}
	listLine  = color.NRGBA{0xe3, 0xe3, 0xe3, 0xff}
	listLink  = color.NRGBA{0x0b, 0x57, 0xd0, 0xff}
)

// drawDetails lists what Google shows below the card.
func (c *googleCard) drawDetails(b board) {
	b.write(line{x: droidEdge, w: droidWidth - 2*droidEdge, base: 44, text: clean(c.name.value), style: droid(22), colour: listInk, limit: c.name.valueLimit})
	y, linked := 62.0, false
	for i := range c.details {
		one := &c.details[i]
		if y > maxHeight {
			b.warn(Warning{Code: TooMuch, Field: one.path, Message: "The preview ends here; the card has more details.", Remedy: "Say less: nobody reads this much."})
			break
		}
		if one.link == "" {
			y = b.detail(one, y) + 12
			continue
		}
		if !linked {
			b.fill(rounded(rect{droidEdge, y + 2, droidWidth - 2*droidEdge, 1}, 0), listLine)
			y += 6
		}
		linked = true
		y = b.link(one, y)
	}
	for _, part := range []struct {
		name string
		from map[string]any
	}{{"object", c.object}, {"class", c.class}} {
		for i, m := range c.list(part.from["textModulesData"]) {
			if i >= shownModules {
				b.warn(Warning{Code: LeftOut, Field: fmt.Sprintf("%s.textModulesData[%d]", part.name, i), Text: clean(c.text(m, "header")), Message: "Of these, 10 are shown.", Remedy: "Say less, or say it in fewer modules."})
			}
		}
	}
	b.Height = y + 20
	b.below(fill{rounded(rect{0, 0, droidWidth, b.Height}, droidRadius), white})
}

// detail writes a header and the lines of a body, and returns where they end.
func (b *board) detail(one *pair, y float64) float64 {
	const w = droidWidth - 2*droidEdge
	if label := clean(one.label); label != "" {
		y += 18
		b.write(line{x: droidEdge, w: w, base: y, text: label, style: droid(13), colour: listFaint, field: one.path + ".header", limit: one.labelLimit})
	}
	value := cleanLines(one.value)
	if r := []rune(value); one.valueLimit > 0 && len(r) > one.valueLimit {
		shown := strings.TrimSpace(string(r[:one.valueLimit])) + ellipsis
		b.cut(one.path, clean(value), clean(shown), one.valueLimit, fmt.Sprintf("Say it in %d characters: Google shows no more.", one.valueLimit))
		value = shown
	}
	for _, l := range droid(16).wrap(value, w) {
		y += 21
		b.write(line{x: droidEdge, w: w, base: y - 1, text: l, style: droid(16), colour: listInk})
	}
	return y
}

// link writes something to tap.
func (b *board) link(one *pair, y float64) float64 {
	at := rect{droidEdge, y + 8, 32, 32}
	b.fill(circle(at), color.NRGBA{0xd3, 0xe3, 0xfd, 0xff})
	x, m := at.x+at.w/2, at.y+at.h/2
	var arrow path // up and to the right
	arrow.move(x-5, m+3.6)
	arrow.line(x+1.8, m-3.2)
	arrow.line(x-3, m-3.2)
	arrow.line(x-3, m-5)
	arrow.line(x+5, m-5)
	arrow.line(x+5, m+3)
	arrow.line(x+3.2, m+3)
	arrow.line(x+3.2, m-1.8)
	arrow.line(x-3.6, m+5)
	arrow.close()
	b.fill(arrow, listLink)
	text := clean(one.value)
	if text == "" {
		text = clean(one.link)
	}
	b.write(line{x: at.right() + 14, w: droidWidth - droidEdge - at.right() - 14, base: m + 5, text: text, style: droid(16), colour: listInk, field: one.path + ".description"})
	return y + 44
}
