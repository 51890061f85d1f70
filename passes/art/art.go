// Package art draws what stands on a card besides text: icon, logo and strip,
// with the member's stamps or progress, from the brand's colours and the program's
// name, or from the pictures that the business gave.
//
// It is pure: the same program gives the same bytes. Pictures from outside are
// only ever drawn anew, so that nothing of their files but the pixels reaches
// a phone.
package art

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/draw"
	"image/png"

	xdraw "golang.org/x/image/draw"

	"regulars/models"
)

// Picture is a file of a pass, such as strip@2x.png.
type Picture struct {
	Name string
	PNG  []byte
}

// Sizes in points of what a store card shows (Apple's Pass Design: icon and
// strip as of 2026, logo at most so large).
const (
	iconSide    = 38
	logoWidth   = 160
	logoHeight  = 50
	formWidth   = 150 // of the logo over a form, at most
	formHeight  = 40
	stripWidth  = 375
	stripHeight = 144
)

// suffixes of the files for screens of one, two and three pixels to a point.
var suffixes = []string{"", "@2x", "@3x"}

// Draw returns the pictures that all store cards of a program share, in the order
// of their names: icon and logo. name is the program's. It fails only if a picture
// in b was not made by Accept.
func Draw(name string, b models.Brand) ([]Picture, error) {
	given, err := decodeBrand(b)
	if err != nil {
		return nil, err
	}
	palette := PaletteOf(b)
	icons, err := sizes("icon", func(s int) image.Image { return icon(name, palette, given.logo, iconSide*s) })
	if err != nil {
		return nil, err
	}
	logos, err := sizes("logo", func(s int) image.Image { return logo(name, palette, given.logo, logoWidth*s, logoHeight*s) })
	return append(icons, logos...), err
}

// FormLogo returns the logo that stands over Apple's form for signing up.
func FormLogo(name string, b models.Brand) ([]Picture, error) {
	given, err := decodeBrand(b)
	if err != nil {
		return nil, err
	}
	palette := PaletteOf(b)
	return sizes("personalizationLogo", func(s int) image.Image { return logo(name, palette, given.logo, formWidth*s, formHeight*s) })
}

// Strips returns the strip of a store card with that look.
func Strips(name string, b models.Brand, l Look) ([]Picture, error) {
	given, err := decodeBrand(b)
	if err != nil {
		return nil, err
	}
	palette := PaletteOf(b)
	return sizes("strip", func(s int) image.Image { return given.strips(name, palette, b, l, stripWidth*s, stripHeight*s) })
}

// sizes draws a picture for each kind of screen.
func sizes(name string, draw func(scale int) image.Image) ([]Picture, error) {
	var all []Picture
	for i, suffix := range suffixes {
		file, err := encode(draw(i + 1))
		if err != nil {
			return nil, fmt.Errorf("draw %s%s: %w", name, suffix, err)
		}
		all = append(all, Picture{Name: name + suffix + ".png", PNG: file})
	}
	return all, nil
}

// Square returns the icon as a PNG file of so many pixels a side.
func Square(name string, b models.Brand, side int) ([]byte, error) {
	given, err := decodeBrand(b)
	if err != nil {
		return nil, err
	}
	return encode(icon(name, PaletteOf(b), given.logo, side))
}

// Banner returns the strip with that look as a PNG file of that size in pixels.
func Banner(name string, b models.Brand, l Look, width, height int) ([]byte, error) {
	given, err := decodeBrand(b)
	if err != nil {
		return nil, err
	}
	return encode(given.strips(name, PaletteOf(b), b, l, width, height))
}

// Wordmark says whether the business gave a logo so wide that it surely spells
// a name, which then need not stand next to it again.
func Wordmark(b models.Brand) bool {
	config, err := png.DecodeConfig(bytes.NewReader(b.Logo))
	return err == nil && config.Width > 2*config.Height
}

// Wide returns a wordmark as a PNG file of that size in pixels, as large as may be at
// the left, where cards begin. What it leaves free shows the ground.
func Wide(b models.Brand, width, height int) ([]byte, error) {
	given, err := decodeBrand(b)
	if err != nil {
		return nil, err
	}
	if given.logo == nil {
		return nil, errors.New("draw a wordmark: there is no logo")
	}
	img := image.NewRGBA(image.Rect(0, 0, width, height))
	room := fit(given.logo.Bounds().Size(), img.Bounds())
	scaleInto(img, room.Sub(image.Pt(room.Min.X, 0)), given.logo)
	return encode(img)
}

// icon is the logo on the brand's ground, or the initials when there is no
// logo that fits a square. Corners are left to the phone, and nothing is
// transparent.
func icon(name string, p Palette, given image.Image, side int) image.Image {
	img := image.NewRGBA(image.Rect(0, 0, side, side))
	wash(img, p)
	if given != nil {
		if size := given.Bounds().Size(); size.X <= 2*size.Y && size.Y <= 2*size.X {
			margin := side / 8
			scaleInto(img, fit(size, img.Bounds().Inset(margin)), given)
			return img
		}
	}
	letters(img, img.Bounds(), initials(name), p.Foreground)
	return paletted(img)
}

// logo is the business's own, as large as may be, or a disc with the initials.
func logo(name string, p Palette, given image.Image, width, height int) image.Image {
	if given != nil {
		room := fit(given.Bounds().Size(), image.Rect(0, 0, width, height))
		img := image.NewRGBA(image.Rectangle{Max: room.Size()})
		scaleInto(img, img.Bounds(), given)
		return img
	}
	img := image.NewRGBA(image.Rect(0, 0, height, height))
	disc(img, p.Foreground)
	letters(img, img.Bounds().Inset(height/8), initials(name), Readable(p.Background, p.Foreground))
	return img
}

// strips is the business's picture, cut to fit, or a calm pattern, and what is
// shown of the member before it.
func (given *pictures) strips(name string, p Palette, b models.Brand, l Look, width, height int) image.Image {
	img := image.NewRGBA(image.Rect(0, 0, width, height))
	if given.strip == nil {
		waves(img, p, name)
	} else {
		draw.Draw(img, img.Bounds(), image.NewUniform(p.Background), image.Point{}, draw.Src)
		xdraw.CatmullRom.Scale(img, img.Bounds(), given.strip, cover(given.strip.Bounds(), width, height), draw.Over, nil)
		if l.Shows != models.ShowsNothing { // nobody could tell stamps from a picture
			draw.Draw(img, img.Bounds(), image.NewUniform(faint(p.Background, 0.72)), image.Point{}, draw.Over)
		}
	}
	switch l.Shows {
	case models.ShowsStamps:
		stamps(img, p, &b.Stamps, given.stamp, l)
	case models.ShowsProgress:
		progress(img, p, l)
	case models.ShowsTier:
		badge(img, p, l)
	}
	if given.strip == nil && given.stamp == nil {
		return paletted(img)
	}
	return img
}

// fit returns the largest rectangle of that shape in the middle of room.
func fit(size image.Point, room image.Rectangle) image.Rectangle {
	w, h := room.Dx(), max(1, room.Dx()*size.Y/size.X)
	if h > room.Dy() {
		w, h = max(1, room.Dy()*size.X/size.Y), room.Dy()
	}
	corner := room.Min.Add(image.Pt((room.Dx()-w)/2, (room.Dy()-h)/2))
	return image.Rectangle{Min: corner, Max: corner.Add(image.Pt(w, h))}
}

// cover returns the largest part in the middle of from that has the shape
// width to height.
func cover(from image.Rectangle, width, height int) image.Rectangle {
	return fit(image.Pt(width, height), from)
}

func scaleInto(to *image.RGBA, room image.Rectangle, from image.Image) {
	xdraw.CatmullRom.Scale(to, room, from, from.Bounds(), draw.Over, nil)
}

func encode(img image.Image) ([]byte, error) {
	var b bytes.Buffer
	encoder := png.Encoder{CompressionLevel: png.DefaultCompression}
	if err := encoder.Encode(&b, img); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}
