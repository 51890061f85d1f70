package preview

import (
	"fmt"
	"image/color"
	"strings"
	"unicode"
	"unicode/utf8"

	"regulars/passes/art"
)

// align is how a text stands in its place.
type align int

const (
	left align = iota
	centre
	right
)

// board is a face that is being laid out.
type board struct {
	*Face
	warnings *[]Warning
}

// line is a text that is to stand on one line in a place.
type line struct {
	x, w   float64 // the place
	base   float64 // its base line
	text   string
	style  style
	colour color.NRGBA
	align  align
	field  string // where the text comes from; a text of the phone's own has none
	limit  int    // characters that the phone shows at most; any number when 0
}

// write puts as much of a text on the face as has room, and warns when that is not
// all. It returns the width that was taken.
func (b *board) write(l line) float64 {
	if l.text == "" || l.w <= 0 {
		return 0
	}
	text, limited := l.text, false
	if n := utf8.RuneCountInString(text); l.limit > 0 && n > l.limit {
		text, limited = strings.TrimRight(string([]rune(text)[:l.limit]), " ")+ellipsis, true
	}
	shown, fits := l.style.fit(text, l.w)
	if shown == text && limited {
		fits = l.limit
	}
	if shown != l.text && l.field != "" {
		remedy := shorten(fits)
		if limited && fits == l.limit {
			remedy = fmt.Sprintf("Say it in %d characters: Google shows no more.", fits)
		}
		b.cut(l.field, l.text, shown, fits, remedy)
	}
	wide := l.style.width(shown)
	x := l.x
	switch l.align {
	case centre:
		x += (l.w - wide) / 2
	case right:
		x += l.w - wide
	}
	b.ops = append(b.ops, run{x: x, y: l.base, width: wide, text: shown, style: l.style, colour: l.colour})
	return wide
}

// cut warns of a text that is cut off.
func (b *board) cut(field, text, shown string, fits int, remedy string) {
	b.warn(Warning{
		Code: CutOff, Field: field, Text: text, Shown: shown, Fits: fits,
		Message: fmt.Sprintf("“%s” is cut off after %d of %d characters.", brief(text), fits, utf8.RuneCountInString(text)),
		Remedy:  remedy,
	})
}

func shorten(fits int) string {
	if fits == 0 {
		return "There is no room for it beside the others; move it to the back."
	}
	return fmt.Sprintf("Say it in %d characters, or move it to the back.", fits)
}

// maxWarnings is more than anybody reads.
const maxWarnings = 40

func (b *board) warn(w Warning) {
	w.Face, w.Text, w.Shown = b.Name, brief(w.Text), brief(w.Shown)
	if len(*b.warnings) < maxWarnings {
		*b.warnings = append(*b.warnings, w)
	}
}

// brief is a text in a warning.
func brief(s string) string {
	if r := []rune(s); len(r) > 120 {
		return string(r[:120]) + ellipsis
	}
	return s
}

func (b *board) fill(p path, c color.NRGBA) { b.ops = append(b.ops, fill{p, c}) }

// show draws a picture in a place, cut to a clip.
func (b *board) show(p picture, at rect, clip path) { b.ops = append(b.ops, p.photo(at, clip)) }

// below puts a shape under all that was drawn.
func (b *board) below(o ...op) { b.ops = append(o, b.ops...) }

// readable warns when a text is hard to read on its ground.
func (b *board) readable(field, what string, ink, ground color.NRGBA) {
	opaque := func(c color.NRGBA) color.RGBA { return color.RGBA{c.R, c.G, c.B, 0xff} }
	if ratio := art.Contrast(opaque(ink), opaque(ground)); ratio < 4.5 {
		b.warn(Warning{
			Code: HardToRead, Field: field, Message: fmt.Sprintf("The %s have a contrast of %.1f to the card's ground, and 4.5 is needed to read them well.", what, ratio),
			Remedy: "Take a lighter or a darker colour.",
		})
	}
}

// clean makes a stranger's text one line without signs that do something.
func clean(s string) string {
	return strings.Join(strings.Fields(cleanLines(s)), " ")
}

// maxText is more of a text than any face shows.
const maxText = 6000 // characters

// cleanLines does the same and keeps the lines.
func cleanLines(s string) string {
	if len(s) > 4*maxText {
		s = s[:4*maxText]
	}
	s = strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\u2028' || r == '\u2029':
			return '\n'
		case r == '\t':
			return ' '
		case unicode.Is(unicode.Cc, r) || r == utf8.RuneError,
			r >= 0x200e && r <= 0x200f || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 || r == 0xfeff:
			return -1
		}
		return r
	}, s)
	if r := []rune(s); len(r) > maxText {
		s = string(r[:maxText])
	}
	return s
}

// shade is a colour of which so much is seen.
func shade(c color.NRGBA, share float64) color.NRGBA {
	c.A = uint8(float64(c.A)*share + 0.5)
	return c
}

// inkOn is black or white, whichever reads better on a ground.
func inkOn(ground color.NRGBA) color.NRGBA {
	g := color.RGBA{ground.R, ground.G, ground.B, 0xff}
	if art.Contrast(color.RGBA{0xff, 0xff, 0xff, 0xff}, g) >= art.Contrast(color.RGBA{0x1a, 0x1a, 0x1a, 0xff}, g) {
		return white
	}
	return color.NRGBA{0x1a, 0x1a, 0x1a, 0xff}
}

var (
	white = color.NRGBA{0xff, 0xff, 0xff, 0xff}
	black = color.NRGBA{0, 0, 0, 0xff}
)
