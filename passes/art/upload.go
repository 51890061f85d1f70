package art

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/draw"
	"image/jpeg"
	"image/png"

	"regulars/models"
)

// Limits of a picture from outside. The pixels are counted before any is
// decoded: a file of 47 KB can hold a picture of 1.5 GB.
const (
	maxFile   = 2 << 20
	maxSide   = 4096
	maxPixels = 4_000_000
)

// Accept checks a PNG or JPEG file that somebody uploaded and returns it drawn
// anew as PNG, without comments, places, profiles or anything after its end.
// field is the input's name. Errors are *models.Error, Invalid.
func Accept(field string, file []byte) ([]byte, error) {
	img, err := decode(file)
	if err != nil {
		return nil, asInput(field, err)
	}
	fresh := image.NewNRGBA(image.Rectangle{Max: img.Bounds().Size()})
	draw.Draw(fresh, fresh.Bounds(), img, img.Bounds().Min, draw.Src)
	out, err := encode(fresh)
	if err != nil {
		return nil, fmt.Errorf("encode %s: %w", field, err)
	}
	if len(out) > maxFile {
		return nil, asInput(field, errTooLarge)
	}
	return out, nil
}

// The two things that can be wrong with a picture.
var (
	errTooLarge   = fmt.Errorf("the picture is above %d bytes, %d pixels a side or %d pixels", maxFile, maxSide, maxPixels)
	errUnreadable = errors.New("the picture is neither PNG nor JPEG")
)

func asInput(field string, err error) error {
	e := &models.Error{Kind: models.Invalid, Code: "unreadable_picture", Field: field, Err: err,
		Msg: "This picture can't be read. Save it as PNG or JPEG and upload that."}
	if errors.Is(err, errTooLarge) {
		e.Code, e.Msg = "picture_too_large", "This picture is too large. Use one of at most 4 million pixels, 4096 a side, and 2 MB."
	}
	return e
}

// decode reads a PNG or JPEG file of at most so many pixels.
func decode(file []byte) (image.Image, error) {
	if len(file) > maxFile {
		return nil, errTooLarge
	}
	readConfig, read := png.DecodeConfig, png.Decode
	if bytes.HasPrefix(file, []byte{0xff, 0xd8}) {
		readConfig, read = jpeg.DecodeConfig, jpeg.Decode
	}
	config, err := readConfig(bytes.NewReader(file))
	switch {
	case err != nil || config.Width < 1 || config.Height < 1:
		return nil, errUnreadable
	case config.Width > maxSide || config.Height > maxSide || config.Width*config.Height > maxPixels:
		return nil, errTooLarge
	}
	img, err := read(bytes.NewReader(file))
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
