package apple

import (
	"bytes"
	"fmt"
	"image/png"
	"regexp"
	"slices"
	"strings"
)

// slot is the place of a picture: its size in points, which is that of the
// file without @2x or @3x (ARCH; PB for those of 2026).
type slot struct {
	exact  [][2]int // any of these, width and height
	most   [2]int   // or no larger than this
	styles []string // that show it; all when there are none
}

var (
	posters = []string{poster, "eventTicket"} // an event ticket may be a poster too
	slots   = map[string]slot{
		"icon":                {exact: [][2]int{{38, 38}, {29, 29}}},
		"logo":                {most: [2]int{160, 50}},
		"thumbnail":           {most: [2]int{90, 90}, styles: []string{"generic", "eventTicket", poster}},
		"background":          {exact: [][2]int{{180, 220}, {345, 505}}, styles: posters},
		"footer":              {most: [2]int{286, 15}, styles: []string{"boardingPass"}},
		"strip":               {exact: [][2]int{{375, 144}, {375, 123}, {375, 98}, {320, 123}, {320, 110}, {320, 84}}, styles: []string{"storeCard", "coupon", "eventTicket"}},
		"primaryLogo":         {most: [2]int{126, 30}, styles: posters},
		"secondaryLogo":       {most: [2]int{135, 12}, styles: posters},
		"artwork":             {exact: [][2]int{{358, 448}}, styles: posters},
		"personalizationLogo": {most: [2]int{150, 40}},
	}
	// strips has the height of the strip on the phones of today, by style.
	strips = map[string]int{"storeCard": 144, "coupon": 144, "eventTicket": 98}

	pictureName = regexp.MustCompile(`^(?:([^/]+)\.lproj/)?([A-Za-z]+)(@[23]x)?\.png$`)
)

// picture is a picture's file taken apart.
type picture struct {
	file, folder, slot string
	scale              int
}

// pictureOf reads a file's name; false when no place has it.
func pictureOf(name string) (picture, bool) {
	m := pictureName.FindStringSubmatch(name)
	if m == nil {
		return picture{}, false
	}
	if _, known := slots[m[2]]; !known {
		return picture{}, false
	}
	scale := 1
	if m[3] != "" {
		scale = int(m[3][1] - '0')
	}
	return picture{file: name, folder: m[1], slot: m[2], scale: scale}, true
}

// picture says whether there is one for that place, in any size and language.
func (b *bundle) picture(slot string) bool {
	return slices.ContainsFunc(b.names, func(name string) bool {
		p, ok := pictureOf(name)
		return ok && p.slot == slot
	})
}

// Limits of pictures that are decoded to see whether they can be.
const (
	maxPictures = 80
	maxPixels   = 4_000_000  // of one
	allPixels   = 40_000_000 // of all
)

// pictures checks that there is an icon, that all pictures are PNG files of
// their place's size, and that the style shows them.
func (b *bundle) pictures(pass *object) {
	var found []picture
	room := allPixels
	for _, name := range b.names {
		p, known := pictureOf(name)
		if known {
			found = append(found, p)
		}
		if !strings.HasSuffix(name, ".png") {
			continue
		}
		if len(found) > maxPictures || room < 0 {
			b.add(TooLarge, "archive", "It has more pictures than any pass shows.", "Leave out what the pass does not show.")
			break
		}
		width, height, ok := b.decoded(name, &room)
		if ok && known {
			b.sized(p, width, height, pass)
		}
	}
	b.scales(found)
	if pass != nil {
		b.shown(found, pass)
	}
	if !b.picture("icon") {
		b.add(MissingEntry, "icon.png", "It is missing, and without it phones refuse the pass.", "Add icon.png, icon@2x.png and icon@3x.png.")
	}
}

// decoded reads a picture and returns its size.
func (b *bundle) decoded(name string, room *int) (width, height int, ok bool) {
	data := b.files[name]
	config, err := png.DecodeConfig(bytes.NewReader(data))
	if err == nil && (config.Width > maxPixels || config.Height > maxPixels || config.Width*config.Height > maxPixels) {
		b.add(BadImage, name, fmt.Sprintf("It has %d × %d pixels.", config.Width, config.Height), "Scale it to the size that is shown.")
		return 0, 0, false
	}
	if err == nil {
		*room -= config.Width * config.Height
		_, err = png.Decode(bytes.NewReader(data))
	}
	if err != nil {
		b.add(BadImage, name, "It is "+pictureKind(data)+".", "Save it as PNG.")
	}
	return config.Width, config.Height, err == nil
}

// pictureKind says what a file that is no good PNG is.
func pictureKind(data []byte) string {
	for magic, kind := range map[string]string{
		"\xff\xd8\xff": "a JPEG picture, not a PNG", "GIF8": "a GIF picture, not a PNG", "RIFF": "a WebP picture, not a PNG",
		"%PDF": "a PDF document, not a PNG", "<svg": "an SVG picture, not a PNG", "\x89PNG": "a damaged PNG picture",
	} {
		if bytes.HasPrefix(data, []byte(magic)) {
			return kind
		}
	}
	return "not a PNG picture"
}

// sized checks a picture against its place.
func (b *bundle) sized(p picture, width, height int, pass *object) {
	s := slots[p.slot]
	say := func(want, remedy string) {
		b.add(ImageSize, p.file, fmt.Sprintf("It has %d × %d pixels, and its place has %s.", width, height, want), remedy)
	}
	switch {
	case p.slot == "thumbnail" && (2*width > 3*height || 3*width < 2*height):
		say("sides no more unequal than 2 to 3", "Cut it, or phones will.")
	case len(s.exact) == 0 && (width > s.most[0]*p.scale || height > s.most[1]*p.scale):
		say(fmt.Sprintf("at most %d × %d", s.most[0]*p.scale, s.most[1]*p.scale), "Scale it; phones shrink it otherwise.")
	case len(s.exact) > 0 && !slices.ContainsFunc(s.exact, func(e [2]int) bool { return e[0]*p.scale == width && e[1]*p.scale == height }):
		say(fmt.Sprintf("%d × %d", s.exact[0][0]*p.scale, s.exact[0][1]*p.scale), "Scale and cut it to that size; phones do otherwise, and perhaps badly.")
	case p.slot == "strip" && width == 375*p.scale:
		for _, style := range stylesOf(pass) {
			if want := strips[style]; want > 0 && height != want*p.scale {
				say(fmt.Sprintf("%d × %d in the style %s", 375*p.scale, want*p.scale, style), "Cut it to that height; phones do otherwise.")
			}
		}
	}
}

// scales checks that each picture is there for every screen, alike in all
// languages.
func (b *bundle) scales(found []picture) {
	type place struct{ folder, slot string }
	have := map[place][4]bool{}
	for _, p := range found {
		scales := have[place{p.folder, p.slot}]
		scales[p.scale] = true
		have[place{p.folder, p.slot}] = scales
	}
	for _, p := range found {
		at := place{p.folder, p.slot}
		scales, there := have[at]
		if !there {
			continue // told already
		}
		delete(have, at)
		for scale := 2; scale <= 3; scale++ {
			if !scales[scale] {
				b.add(MissingScale, p.file, fmt.Sprintf("There is none for screens of scale %d, and what is enlarged is blurred.", scale), fmt.Sprintf("Add %s@%dx.png.", p.slot, scale))
			}
		}
	}
}

// shown tells of pictures that phones won't show.
func (b *bundle) shown(found []picture, pass *object) {
	styles := stylesOf(pass)
	told := map[string]bool{}
	for _, p := range found {
		s := slots[p.slot]
		if len(s.styles) > 0 && len(styles) > 0 && !told[p.slot] && !slices.ContainsFunc(styles, func(style string) bool { return slices.Contains(s.styles, style) }) {
			told[p.slot] = true
			b.add(IgnoredImage, p.file, "A pass of the style "+styles[0]+" shows no "+p.slot+".", "Leave it out.")
		}
		root := strings.TrimPrefix(p.file, p.folder+".lproj/")
		if _, both := b.files[root]; both && p.folder != "" {
			b.add(ShadowedImage, p.file, "The one at the top wins, so this one is never shown.", "Keep it in the languages alone.")
		}
	}
	if slices.Equal(styles, []string{"eventTicket"}) && b.picture("strip") && (b.picture("background") || b.picture("thumbnail")) {
		b.add(IgnoredImage, "strip.png", "An event ticket shows a strip, or a background and a thumbnail, never all.", "Leave one or the other out.")
	}
}
