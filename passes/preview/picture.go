package preview

import (
	"bytes"
	"errors"
	"image"
	"image/draw"
	"image/png"

	xdraw "golang.org/x/image/draw"
)

// The bounds of a picture that is read. Its pixels are counted before any is
// decoded: a file of 47 KB can hold 1.5 GB.
const (
	maxPixels = 4_000_000
	maxFile   = 256 << 10 // beyond which a picture is drawn anew in the size that is seen
	sharpest  = 3         // pixels to a point
)

var errNoPicture = errors.New("no PNG picture of a size that phones draw")

// decoded reads a PNG file of at most so many pixels.
func decoded(file []byte) (image.Image, error) {
	config, err := png.DecodeConfig(bytes.NewReader(file))
	if err != nil || config.Width < 1 || config.Height < 1 || config.Width > maxPixels || config.Height > maxPixels || config.Width*config.Height > maxPixels {
		return nil, errNoPicture
	}
	img, err := png.Decode(bytes.NewReader(file))
	if err != nil {
		return nil, errNoPicture
	}
	return img, nil
}

// picture is a picture that was read, with its size in points.
type picture struct {
	file []byte
	img  image.Image
	w, h float64
}

// reading reads a picture of so many pixels to a point.
func reading(file []byte, scale float64) (picture, error) {
	img, err := decoded(file)
	if err != nil {
		return picture{}, err
	}
	size := img.Bounds().Size()
	return picture{file: file, img: img, w: float64(size.X) / scale, h: float64(size.Y) / scale}, nil
}

// fit is the largest place of the picture's shape at the left or in the middle of
// room, and no larger than the picture.
func (p picture) fit(room rect, middle bool) rect {
	k := min(room.w/p.w, room.h/p.h, 1)
	at := rect{room.x, room.y + (room.h-p.h*k)/2, p.w * k, p.h * k}
	if middle {
		at.x += (room.w - at.w) / 2
	}
	return at
}

// cover is the smallest place of the picture's shape around room.
func (p picture) cover(room rect) rect {
	k := max(room.w/p.w, room.h/p.h)
	w, h := p.w*k, p.h*k
	return rect{room.x + (room.w-w)/2, room.y + (room.h-h)/2, w, h}
}

// photo draws the picture in a place, cut to a clip. What is much larger than is
// seen is scaled, so that a drawing does not grow with a stranger's file.
func (p picture) photo(at rect, clip path) photo {
	file := p.file
	if len(file) > maxFile || p.img.Bounds().Dx() > int(2*sharpest*at.w) {
		w, h := max(1, min(int(sharpest*at.w), p.img.Bounds().Dx())), max(1, min(int(sharpest*at.h), p.img.Bounds().Dy()))
		file = scaled(p.img, w, h)
	}
	return photo{at: at, clip: clip, file: file}
}

// blurred is the picture as it is seen far out of focus, which is how an event
// ticket's background is.
func (p picture) blurred() picture {
	small := image.NewRGBA(image.Rect(0, 0, 12, 16))
	xdraw.CatmullRom.Scale(small, small.Bounds(), p.img, p.img.Bounds(), draw.Src, nil)
	p.file = scaled(small, 180, 240)
	p.img, _ = decoded(p.file) // we made it
	return p
}

func scaled(from image.Image, w, h int) []byte {
	to := image.NewNRGBA(image.Rect(0, 0, w, h))
	xdraw.CatmullRom.Scale(to, to.Bounds(), from, from.Bounds(), draw.Src, nil)
	var b bytes.Buffer
	if err := png.Encode(&b, to); err != nil {
		panic(err) // a buffer takes all, and the picture is well formed
	}
	return b.Bytes()
}
