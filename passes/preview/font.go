package preview

import (
	"strings"
	"sync"
	"unicode"

	"github.com/go-fonts/liberation/liberationsansbold"
	"github.com/go-fonts/liberation/liberationsansregular"
	"golang.org/x/image/font"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
)

// style is how a text is written.
type style struct {
	size float64 // points
	bold bool
	// narrow is the share of the width of our face that the phone's own takes. San
	// Francisco and Roboto are not ours to give away: of Liberation, which has the
	// widths of Helvetica, San Francisco needs a little more and Roboto a little
	// less. So 1 on iPhones and roboto on Android never take more than there, and
	// what is cut off here is cut off there.
	narrow float64
}

// roboto is how wide Google's face is beside ours.
const roboto = 0.97

func iphone(size float64) style     { return style{size: size, narrow: 1} }
func iphoneBold(size float64) style { return style{size: size, bold: true, narrow: 1} }
func droid(size float64) style      { return style{size: size, narrow: roboto} }
func droidBold(size float64) style  { return style{size: size, bold: true, narrow: roboto} }

// typeface is a font with the advances that were asked for, in ems.
type typeface struct {
	font *sfnt.Font

	mu       sync.Mutex
	buffer   sfnt.Buffer
	advances map[rune]float64
}

func load(ttf []byte) *typeface {
	f, err := sfnt.Parse(ttf)
	if err != nil {
		panic(err) // part of the program
	}
	return &typeface{font: f, advances: map[rune]float64{}}
}

var (
	regular = sync.OnceValue(func() *typeface { return load(liberationsansregular.TTF) })
	bold    = sync.OnceValue(func() *typeface { return load(liberationsansbold.TTF) })
)

func (s style) face() *typeface {
	if s.bold {
		return bold()
	}
	return regular()
}

// em is the size at which advances are measured.
var em = fixed.I(1000)

// maxKnown bounds how many characters' advances are kept.
const maxKnown = 4096

// advance is how wide a character is, in ems. One that the face does not have, such
// as an Arabic letter or a picture, counts as a square.
func (t *typeface) advance(r rune) float64 {
	t.mu.Lock()
	defer t.mu.Unlock()
	if a, known := t.advances[r]; known {
		return a
	}
	a := 1.0
	switch i, err := t.font.GlyphIndex(&t.buffer, r); {
	case unicode.Is(unicode.Mn, r) || r == '\u200d' || r >= '\ufe00' && r <= '\ufe0f':
		a = 0 // stands above or below the one before, or joins two
	case err == nil && i != 0:
		if wide, err := t.font.GlyphAdvance(&t.buffer, i, em, font.HintingNone); err == nil {
			a = float64(wide) / float64(em)
		}
	}
	if len(t.advances) < maxKnown {
		t.advances[r] = a
	}
	return a
}

// width is how wide a text is in points.
func (s style) width(text string) float64 {
	face, sum := s.face(), 0.0
	for _, r := range text {
		sum += face.advance(r)
	}
	return sum * s.size * s.narrow
}

// ellipsis is what phones put where they cut a text off.
const ellipsis = "…"

// fit returns as much of a text as has room, and how many characters of it that
// is; the whole text when it has.
func (s style) fit(text string, room float64) (shown string, fits int) {
	face, sum, keep, at := s.face(), 0.0, 0, 0
	rest := room - s.width(ellipsis)
	for i, r := range text {
		if sum <= rest && !unicode.Is(unicode.Mn, r) {
			keep, fits = i, at
		}
		sum += face.advance(r) * s.size * s.narrow
		at++
		if sum > room+0.01 {
			return strings.TrimRight(text[:keep], " ") + ellipsis, fits
		}
	}
	return text, at
}

// wrap breaks a text into lines of at most that width, between words where it can.
func (s style) wrap(text string, room float64) []string {
	var lines []string
	for _, paragraph := range strings.Split(text, "\n") {
		line := ""
		for _, word := range strings.Fields(paragraph) {
			longer := word
			if line != "" {
				longer = line + " " + word
			}
			if s.width(longer) <= room {
				line = longer
				continue
			}
			if line != "" {
				lines = append(lines, line)
			}
			line = word
			for s.width(line) > room {
				head := s.head(line, room)
				lines = append(lines, line[:head])
				line = line[head:]
			}
		}
		lines = append(lines, line)
	}
	return lines
}

// head is how many bytes of a word have room, at least one character.
func (s style) head(word string, room float64) int {
	face, sum := s.face(), 0.0
	for i, r := range word {
		sum += face.advance(r) * s.size * s.narrow
		if i > 0 && sum > room && !unicode.Is(unicode.Mn, r) {
			return i
		}
	}
	return len(word)
}
