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
	for at := 0; at < len(img.Pix); at += 4 {
		counts[color.RGBA{R: img.Pix[at], G: img.Pix[at+1], B: img.Pix[at+2], A: 0xff}]++
	}
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
	for i := range out.Pix {
		c := color.RGBA{R: img.Pix[4*i], G: img.Pix[4*i+1], B: img.Pix[4*i+2], A: 0xff}
		at, ok := index[c]
		if !ok {
			at = uint8(palette.Index(c))
			index[c] = at
		}
		out.Pix[i] = at
	}
	return out
}

// number orders colours.
func number(c color.RGBA) int { return int(c.R)<<16 | int(c.G)<<8 | int(c.B) }
