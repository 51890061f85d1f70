package art

import (
	"cmp"
	"image"
	"image/color"
	"maps"
	"slices"
)

// paletted returns img in its 256 most frequent colours, each other pixel in
// the nearest of them. What we draw has few colours besides those of soft
// edges, so nobody sees a difference, and the file is half as large: every
// phone fetches it with every change of its pass. img is opaque.
func paletted(img *image.RGBA) *image.Paletted {
	counts := map[color.RGBA]int{}
	eachRun(img, func(c color.RGBA, from, to int) { counts[c] += to - from })
	colours := slices.SortedFunc(maps.Keys(counts), func(a, b color.RGBA) int {
		return cmp.Or(cmp.Compare(counts[b], counts[a]), cmp.Compare(number(a), number(b)))
	})
	kept := colours[:min(len(colours), 256)]
	slices.SortFunc(kept, func(a, b color.RGBA) int { return cmp.Compare(number(a), number(b)) })
	palette := make(color.Palette, len(kept))
	index := make(map[color.RGBA]uint8, len(colours))
	for i, c := range kept {
		palette[i], index[c] = c, uint8(i)
	}
	out := image.NewPaletted(img.Bounds(), palette)
	eachRun(img, func(c color.RGBA, from, to int) {
		at, ok := index[c]
		if !ok {
			at = uint8(palette.Index(c))
			index[c] = at
		}
		for i := from; i < to; i++ {
			out.Pix[i] = at
		}
	})
	return out
}

// eachRun gives take each run of pixels of one colour: what we draw has long ones,
// and a look into a map for each pixel took longer than drawing it.
func eachRun(img *image.RGBA, take func(c color.RGBA, from, to int)) {
	n := len(img.Pix) / 4
	at := func(i int) color.RGBA {
		return color.RGBA{R: img.Pix[4*i], G: img.Pix[4*i+1], B: img.Pix[4*i+2], A: 0xff}
	}
	for from := 0; from < n; {
		c, to := at(from), from+1
		for to < n && at(to) == c {
			to++
		}
		take(c, from, to)
		from = to
	}
}

// number orders colours.
func number(c color.RGBA) int { return int(c.R)<<16 | int(c.G)<<8 | int(c.B) }
