package apple

import (
	"fmt"
	"image/color"
	"strconv"
	"strings"

	"regulars/passes/art"
)

// leastContrast is that of small text by WCAG 2.2, success criterion 1.4.3.
const leastContrast = 4.5

// contrast advises on texts that are hard to read on the background. What has
// no colour of its own is the phone's to choose.
func (j *judge) contrast(p *Pass) {
	ground, ok := colourOf(p.BackgroundColor)
	if !ok {
		return
	}
	for _, text := range []struct{ key, colour string }{{"foregroundColor", p.ForegroundColor}, {"labelColor", p.LabelColor}} {
		if c, ok := colourOf(text.colour); ok && art.Contrast(c, ground) < leastContrast {
			j.add(LowContrast, text.key, fmt.Sprintf("Its contrast with the background is %.1f, and %.1f is easily read.", art.Contrast(c, ground), leastContrast),
				"Make it lighter or darker.")
		}
	}
	for _, key := range []string{"stripColor", "footerBackgroundColor"} {
		if value := j.pass.text(key); value != "" && !isRGB(value) {
			j.add(BadColour, key, "It is not written rgb(r, g, b).", "Write three numbers from 0 to 255, such as rgb(60, 40, 20).")
		}
	}
}

// colourOf reads rgb(r, g, b).
func colourOf(s string) (color.RGBA, bool) {
	if !isRGB(s) {
		return color.RGBA{}, false
	}
	var channels [3]uint8
	for i, n := range strings.Split(s[len("rgb("):len(s)-1], ",") {
		value, _ := strconv.Atoi(strings.Trim(n, " "))
		channels[i] = uint8(value)
	}
	return color.RGBA{R: channels[0], G: channels[1], B: channels[2], A: 0xff}, true
}
