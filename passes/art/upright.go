package art

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/draw"
)

// orientation returns how a photo has to be turned, 1 to 8 as Exif numbers it
// (CIPA DC-008, tag 0x0112); 1 where nothing says so. Phones keep photos as the
// sensor saw them.
func orientation(file []byte) int {
	if !bytes.HasPrefix(file, []byte{0xff, 0xd8}) {
		return 1
	}
	for _, part := range besideJPEG(file) {
		if exif, ok := bytes.CutPrefix(part, []byte("Exif\x00\x00")); ok {
			return orientationIn(exif)
		}
	}
	return 1
}

// orientationIn reads it from the first directory of a TIFF.
func orientationIn(tiff []byte) int {
	var order binary.ByteOrder = binary.LittleEndian
	switch {
	case bytes.HasPrefix(tiff, []byte("MM\x00*")):
		order = binary.BigEndian
	case !bytes.HasPrefix(tiff, []byte("II*\x00")):
		return 1
	}
	if len(tiff) < 8 {
		return 1
	}
	at := int(order.Uint32(tiff[4:]))
	if at < 8 || at+2 > len(tiff) {
		return 1
	}
	count := int(order.Uint16(tiff[at:]))
	for i := range count {
		entry := at + 2 + 12*i
		if entry+12 > len(tiff) {
			return 1
		}
		if order.Uint16(tiff[entry:]) == 0x0112 {
			if turned := int(order.Uint16(tiff[entry+8:])); turned >= 1 && turned <= 8 {
				return turned
			}
			return 1
		}
	}
	return 1
}

// upright turns and mirrors a picture as its orientation says.
func upright(img image.Image, orientation int) image.Image {
	if orientation == 1 {
		return img
	}
	from := image.NewNRGBA(image.Rectangle{Max: img.Bounds().Size()})
	draw.Draw(from, from.Bounds(), img, img.Bounds().Min, draw.Src)
	w, h := from.Rect.Dx(), from.Rect.Dy()
	size := image.Pt(w, h)
	if orientation >= 5 { // it lies on its side
		size = image.Pt(h, w)
	}
	to := image.NewNRGBA(image.Rectangle{Max: size})
	for y := range size.Y {
		for x := range size.X {
			var sx, sy int
			switch orientation {
			case 2:
				sx, sy = w-1-x, y
			case 3:
				sx, sy = w-1-x, h-1-y
			case 4:
				sx, sy = x, h-1-y
			case 5:
				sx, sy = y, x
			case 6:
				sx, sy = y, h-1-x
			case 7:
				sx, sy = w-1-y, h-1-x
			case 8:
				sx, sy = w-1-y, x
			}
			copy(to.Pix[to.PixOffset(x, y):][:4], from.Pix[from.PixOffset(sx, sy):][:4])
		}
	}
	return to
}
