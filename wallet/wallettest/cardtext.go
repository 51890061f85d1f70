package wallettest

import (
	"strings"
	"unicode/utf8"
)

const cardWidth = 46

// drawing is a card as text: a frame with lines in it.
type drawing struct{ lines []string }

// rule marks a line across the card.
const rule = "\x00"

func (d *drawing) rule() {
	if n := len(d.lines); n > 0 && d.lines[n-1] != rule {
		d.lines = append(d.lines, rule)
	}
}

// pair puts left and right on one line, or on two when they don't fit.
func (d *drawing) pair(left, right string) {
	space := cardWidth - utf8.RuneCountInString(left) - utf8.RuneCountInString(right)
	if space < 1 {
		d.text(left)
		d.text(right)
		return
	}
	d.lines = append(d.lines, left+strings.Repeat(" ", space)+right)
}

// field writes a label and its value; nothing when there is no value.
func (d *drawing) field(label, value string) {
	switch {
	case value == "":
	case strings.Contains(value, "\n"):
		d.text(label)
		d.text(value)
	default:
		d.pair(label, value)
	}
}

func (d *drawing) centre(s string) {
	pad := max(0, cardWidth-utf8.RuneCountInString(s)) / 2
	d.text(strings.Repeat(" ", pad) + s)
}

// text writes s, broken into lines that fit.
func (d *drawing) text(s string) {
	for line := range strings.SplitSeq(s, "\n") {
		for utf8.RuneCountInString(line) > cardWidth {
			r := []rune(line)
			cut := cardWidth
			if at := strings.LastIndexByte(string(r[:cardWidth]), ' '); at > 0 {
				cut = utf8.RuneCountInString(string(r[:cardWidth])[:at])
			}
			d.lines = append(d.lines, string(r[:cut]))
			line = strings.TrimLeft(string(r[cut:]), " ")
		}
		d.lines = append(d.lines, line)
	}
}

// String draws the frame.
func (d *drawing) String() string {
	var b strings.Builder
	edge := strings.Repeat("─", cardWidth+2)
	b.WriteString("╭" + edge + "╮\n")
	for i, l := range d.lines {
		if l == rule {
			if i < len(d.lines)-1 {
				b.WriteString("├" + edge + "┤\n")
			}
			continue
		}
		b.WriteString("│ " + l + strings.Repeat(" ", max(0, cardWidth-utf8.RuneCountInString(l))) + " │\n")
	}
	b.WriteString("╰" + edge + "╯\n")
	return b.String()
}
