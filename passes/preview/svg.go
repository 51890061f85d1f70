package preview

import (
	"encoding/base64"
	"encoding/xml"
	"fmt"
	"hash/fnv"
	"image/color"
	"math"
	"strconv"
	"strings"
)

// fonts are the faces that a browser should take: the phone's own where it is, or
// one of the same widths. Texts are set in the measured width in any.
var fonts = map[bool]string{
	true:  `-apple-system, "SF Pro Text", "Helvetica Neue", Helvetica, "Liberation Sans", Arial, sans-serif`,
	false: `Roboto, "Google Sans Text", "Liberation Sans", Arial, Helvetica, sans-serif`,
}

// SVG returns the face as an SVG document that needs nothing else: texts are texts,
// pictures are in it, and there is neither script nor style in it, so that a strict
// page may hold it. Whatever a stranger wrote is escaped.
func (f *Face) SVG() []byte {
	w := &svg{clips: map[string]bool{}}
	fmt.Fprintf(w, `<svg xmlns="http://www.w3.org/2000/svg" width="%s" height="%s" viewBox="0 0 %[1]s %[2]s" role="img"`, num(f.Width), num(f.Height))
	if f.Lang != "" {
		fmt.Fprintf(w, ` xml:lang="%s" lang="%[1]s"`, escaped(f.Lang))
	}
	fmt.Fprintf(w, "><title>%s</title><desc>%s</desc>\n", escaped(f.Title), escaped(f.Words()))
	for _, o := range f.ops {
		switch o := o.(type) {
		case fill:
			fmt.Fprintf(w, `<path d="%s"%s/>`, o.path.d(), paint(o.colour))
		case run:
			w.run(o)
		case photo:
			w.photo(o)
		case code:
			fmt.Fprintf(w, `<path shape-rendering="crispEdges" d="%s"%s/>`, o.d(), paint(o.colour))
		}
		w.WriteByte('\n')
	}
	w.WriteString("</svg>\n")
	return []byte(w.String())
}

// svg writes the elements of a document.
type svg struct {
	strings.Builder
	clips map[string]bool // that are written
}

func (w *svg) run(r run) {
	weight := ""
	if r.style.bold {
		weight = ` font-weight="600"`
	}
	length := ""
	if r.width > 0 && len([]rune(r.text)) > 1 {
		length = fmt.Sprintf(` textLength="%s" lengthAdjust="spacingAndGlyphs"`, num(r.width))
	}
	fmt.Fprintf(w, `<text x="%s" y="%s" font-family="%s" font-size="%s"%s%s%s>%s</text>`,
		num(r.x), num(r.y), escaped(fonts[r.style.narrow == 1]), num(r.style.size), weight, length, paint(r.colour), escaped(r.text))
}

// photo writes a picture. The clip's name is made of what it cuts, so that two
// drawings on one page may share it.
func (w *svg) photo(p photo) {
	d := p.clip.d()
	h := fnv.New32a()
	_, _ = h.Write([]byte(d)) // a hash takes all
	id := "clip-" + strconv.FormatUint(uint64(h.Sum32()), 36)
	if !w.clips[id] {
		w.clips[id] = true
		fmt.Fprintf(w, `<clipPath id="%s"><path d="%s"/></clipPath>`, id, d)
	}
	fmt.Fprintf(w, `<image x="%s" y="%s" width="%s" height="%s" preserveAspectRatio="none" clip-path="url(#%s)" href="data:image/png;base64,`,
		num(p.at.x), num(p.at.y), num(p.at.w), num(p.at.h), id)
	w.WriteString(base64.StdEncoding.EncodeToString(p.file))
	w.WriteString(`"/>`)
}

// d writes an outline as SVG has it.
func (p path) d() string {
	var b strings.Builder
	for _, s := range p {
		b.WriteByte(s.kind)
		for i := range s.points() {
			if i > 0 {
				b.WriteByte(' ')
			}
			b.WriteString(num(s.at[i]))
		}
	}
	return b.String()
}

// d writes the dark modules of a code, a run of a row at a time.
func (c code) d() string {
	var b strings.Builder
	c.bars(func(r rect) {
		fmt.Fprintf(&b, "M%s %sh%sv%sh-%[3]sz", num(r.x), num(r.y), num(r.w), num(r.h))
	})
	return b.String()
}

// bars gives each run of dark modules to take.
func (c code) bars(take func(rect)) {
	for y := range c.matrix.Height {
		for x := 0; x < c.matrix.Width; x++ {
			n := 0
			for c.matrix.Dark(x+n, y) {
				n++
			}
			if n > 0 {
				take(rect{c.x + float64(x)*c.side, c.y + float64(y)*c.high, float64(n) * c.side, c.high})
				x += n
			}
		}
	}
}

func paint(c color.NRGBA) string {
	s := fmt.Sprintf(` fill="#%02x%02x%02x"`, c.R, c.G, c.B)
	if c.A != 0xff {
		s += fmt.Sprintf(` fill-opacity="%s"`, num(float64(c.A)/0xff))
	}
	return s
}

// num writes a number with at most two decimals.
func num(v float64) string {
	return strconv.FormatFloat(math.Round(v*100)/100, 'f', -1, 64)
}

// escaped makes a text safe in an element and in an attribute; what XML can't hold
// becomes a question mark in a diamond.
func escaped(s string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(s)) // a builder takes all
	return b.String()
}
