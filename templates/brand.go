package templates

import (
	"fmt"
	"math"
	"strconv"
)

// colour is a colour of the sRGB space, 0 to 255 each.
type colour struct{ r, g, b float64 }

// paper and night are the page's backgrounds on which text is hardest to read,
// light and dark (--ground and --raised in static/app.css).
var paper, night = colour{244, 243, 240}, colour{37, 40, 47}

// readable is the least contrast of text that WCAG 2.2 AA asks for.
const readable = 4.5

// BrandCSS returns the stylesheet of a program's colours, each #rrggbb, for
// /brand/{program}.css. Whatever a business chooses stays readable: text on
// the brand's colour turns black or white, and the brand's colour as text is
// moved towards black or white, until the contrast is enough. A colour that
// cannot be read counts as Regulars' own.
func BrandCSS(background, foreground, label string) []byte {
	back, ok := parseColour(background)
	if !ok {
		back = colour{31, 63, 122}
	}
	fore, ok := parseColour(foreground)
	if !ok || contrast(fore, back) < readable {
		fore = inkOn(back)
	}
	lab, ok := parseColour(label)
	if !ok || contrast(lab, back) < readable {
		lab = fore
	}
	return fmt.Appendf(nil, ":root{--brand:%s;--brand-ink:%s;--brand-label:%s;--accent-light:%s;--accent-dark:%s}\n",
		back, fore, lab, towards(back, colour{}, paper), towards(back, colour{255, 255, 255}, night))
}

func parseColour(s string) (colour, bool) {
	if len(s) != 7 || s[0] != '#' {
		return colour{}, false
	}
	n, err := strconv.ParseUint(s[1:], 16, 32)
	if err != nil {
		return colour{}, false
	}
	return colour{float64(n >> 16), float64(n >> 8 & 255), float64(n & 255)}, true
}

// String writes c as #rrggbb.
func (c colour) String() string {
	return fmt.Sprintf("#%02x%02x%02x", uint8(math.Round(c.r)), uint8(math.Round(c.g)), uint8(math.Round(c.b)))
}

// luminance is WCAG's relative luminance, 0 for black to 1 for white.
func (c colour) luminance() float64 {
	linear := func(v float64) float64 {
		if v /= 255; v <= 0.04045 {
			return v / 12.92
		}
		return math.Pow((v+0.055)/1.055, 2.4)
	}
	return 0.2126*linear(c.r) + 0.7152*linear(c.g) + 0.0722*linear(c.b)
}

// contrast is WCAG's ratio of two colours, 1 to 21.
func contrast(a, b colour) float64 {
	la, lb := a.luminance(), b.luminance()
	return (max(la, lb) + 0.05) / (min(la, lb) + 0.05)
}

// inkOn returns black or white, whichever is read more easily on c.
func inkOn(c colour) colour {
	if white := (colour{255, 255, 255}); contrast(white, c) >= contrast(colour{}, c) {
		return white
	}
	return colour{}
}

// towards mixes c with end until it is readable on back.
func towards(c, end, back colour) colour {
	mixed := c
	for step := 1.0; step <= 20 && contrast(mixed, back) < readable; step++ {
		w := step / 20
		mixed = colour{c.r + (end.r-c.r)*w, c.g + (end.g-c.g)*w, c.b + (end.b-c.b)*w}
	}
	return mixed
}
