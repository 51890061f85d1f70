package art

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/draw"
	"image/jpeg"
	"image/png"

	xdraw "golang.org/x/image/draw"
	"golang.org/x/image/webp"

	"regulars/models"
)

// Limits of a picture from outside. The pixels are counted before any is
// decoded: a file of 47 KB can hold a picture of 1.5 GB.
const (
	maxFile   = 5 << 20
	maxSide   = 4096
	maxPixels = 16_000_000
)

// room is what a picture is kept for: no larger than any screen shows it.
type room struct {
	width, height int
	cover         bool // it is cut to this shape, so neither side may be smaller
}

var rooms = map[string]room{
	"brand.strip":          {stripWidth * 3, stripHeight * 3, true},
	"brand.logo":           {1320, 1320, false}, // twice Google's round logo
	"brand.stamps.picture": {512, 512, false},
}

// Accept checks a PNG, JPEG or WebP file that somebody uploaded and returns it
// drawn anew as PNG, upright, no larger than it is shown, without comments, places
// or profiles. What is accepted once is accepted again as it is. field is the
// input's name, such as brand.logo. Errors are *models.Error, Invalid.
func Accept(field string, file []byte) ([]byte, error) {
	img, err := decode(file)
	if err != nil {
		return nil, asInput(field, err)
	}
	out, err := encode(shrink(upright(img, orientation(file)), rooms[field]))
	if err != nil {
		return nil, fmt.Errorf("encode %s: %w", field, err)
	}
	return out, nil
}

// shrink draws a picture anew, smaller where it is larger than its room.
func shrink(img image.Image, r room) image.Image {
	size := img.Bounds().Size()
	fresh := image.NewNRGBA(image.Rectangle{Max: size})
	if r.width > 0 {
		x, y := float64(r.width)/float64(size.X), float64(r.height)/float64(size.Y)
		scale := min(x, y)
		if r.cover {
			scale = max(x, y)
		}
		if scale < 1 {
			to := image.Pt(max(1, int(float64(size.X)*scale+0.5)), max(1, int(float64(size.Y)*scale+0.5)))
			fresh = image.NewNRGBA(image.Rectangle{Max: to})
			xdraw.CatmullRom.Scale(fresh, fresh.Bounds(), img, img.Bounds(), draw.Src, nil)
			return fresh
		}
	}
	draw.Draw(fresh, fresh.Bounds(), img, img.Bounds().Min, draw.Src)
	return fresh
}

// What can be wrong with a picture.
var (
	errTooLarge   = fmt.Errorf("the picture is above %d bytes, %d pixels a side or %d pixels", maxFile, maxSide, maxPixels)
	errUnreadable = errors.New("the picture is none of PNG, JPEG and WebP, or broken")
	errStowaway   = errors.New("the file holds something besides a picture")
)

// other is a kind of file that is no picture of ours.
type other struct{ what, remedy string }

func (o other) Error() string { return "the file is " + o.what }

func asInput(field string, err error) error {
	e := &models.Error{Kind: models.Invalid, Code: "unreadable_picture", Field: field, Err: err,
		Msg: "This picture can't be read. Save it as PNG, JPEG or WebP and upload that."}
	if kind, ok := errors.AsType[other](err); ok {
		e.Msg = "This is " + kind.what + ". " + kind.remedy
	}
	switch {
	case errors.Is(err, errTooLarge):
		e.Code, e.Msg = "picture_too_large", "This picture is too large. Use one of at most 16 million pixels, 4096 a side, and 5 MB."
	case errors.Is(err, errStowaway):
		e.Code, e.Msg = "unsafe_picture", "This file holds something besides a picture, such as a program or an archive. Open it in a picture editor and save it anew."
	}
	return e
}

// format is a kind of picture that we read.
type format struct {
	config func([]byte) (image.Config, error)
	decode func([]byte) (image.Image, error)
	rest   func([]byte) [][]byte // what of the file is no pixel
}

var formats = map[string]format{
	"\x89PNG\r\n\x1a\n": {
		func(b []byte) (image.Config, error) { return png.DecodeConfig(bytes.NewReader(b)) },
		func(b []byte) (image.Image, error) { return png.Decode(bytes.NewReader(b)) }, besidePNG,
	},
	"\xff\xd8\xff": {
		func(b []byte) (image.Config, error) { return jpeg.DecodeConfig(bytes.NewReader(b)) },
		func(b []byte) (image.Image, error) { return jpeg.Decode(bytes.NewReader(b)) }, besideJPEG,
	},
	"RIFF": {
		func(b []byte) (image.Config, error) { return webp.DecodeConfig(bytes.NewReader(b)) },
		func(b []byte) (image.Image, error) { return webp.Decode(bytes.NewReader(b)) }, besideWebP,
	},
}

// formatOf tells a file by what is in it, whatever its name says.
func formatOf(file []byte) (format, error) {
	for mark, f := range formats {
		if bytes.HasPrefix(file, []byte(mark)) {
			return f, nil
		}
	}
	return format{}, strange(file)
}

// decode reads a file of at most so many pixels.
func decode(file []byte) (image.Image, error) {
	if len(file) > maxFile {
		return nil, errTooLarge
	}
	f, err := formatOf(file)
	if err != nil {
		return nil, err
	}
	config, err := f.config(file)
	switch {
	case err != nil || config.Width < 1 || config.Height < 1:
		return nil, errUnreadable
	case config.Width > maxSide || config.Height > maxSide || config.Width*config.Height > maxPixels:
		return nil, errTooLarge
	case smuggles(f.rest(file)):
		return nil, errStowaway
	}
	img, err := f.decode(file)
	if err != nil {
		return nil, errUnreadable
	}
	return img, nil
}

// pictures are what a business gave, nil where it gave none.
type pictures struct{ logo, strip, stamp image.Image }

func decodeBrand(b models.Brand) (pictures, error) {
	var p pictures
	for _, of := range []struct {
		name string
		file []byte
		to   *image.Image
	}{{"logo", b.Logo, &p.logo}, {"strip", b.Strip, &p.strip}, {"stamp", b.Stamps.Picture, &p.stamp}} {
		if len(of.file) == 0 {
			continue
		}
		img, err := decode(of.file)
		if err != nil {
			return p, fmt.Errorf("read the brand's %s: %w", of.name, err)
		}
		*of.to = img
	}
	return p, nil
}
