package art

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"regulars/models"
)

// Pictures of one pixel as WebP: lossy, lossless, with transparency, and a film.
const (
	lossy    = "UklGRiIAAABXRUJQVlA4IBYAAAAwAQCdASoBAAEADsD+JaQAA3AAAAAA"
	lossless = "UklGRhoAAABXRUJQVlA4TA0AAAAvAAAAEAcQERGIiP4HAA=="
	clear    = "UklGRkoAAABXRUJQVlA4WAoAAAAQAAAAAAAAAAAAQUxQSAwAAAARBxAR/Q9ERP8DAABWUDggGAAAABQBAJ0BKgEAAQAAAP4AAA3AAP7mtQAAAA=="
	film     = "UklGRlIAAABXRUJQVlA4WAoAAAASAAAAAAAAAAAAQU5JTQYAAAD/////AABBTk1GJgAAAAAAAAAAAAAAAAAAAGQAAABWUDhMDQAAAC8AAAAQBxAREYiI/gcA"
)

func fromBase64(t testing.TB, s string) []byte {
	t.Helper()
	b, err := base64.StdEncoding.DecodeString(s)
	require.NoError(t, err)
	return b
}

// photo is a JPEG of that size, its left upper quarter red, with such a segment
// before the pixels.
func photo(t testing.TB, width, height int, segment []byte) []byte {
	t.Helper()
	img := image.NewRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			img.Set(x, y, color.White)
			if x < width/2 && y < height/2 {
				img.Set(x, y, color.RGBA{R: 255, A: 255})
			}
		}
	}
	var b bytes.Buffer
	require.NoError(t, jpeg.Encode(&b, img, &jpeg.Options{Quality: 100}))
	file := b.Bytes()
	if segment == nil {
		return file
	}
	head := append([]byte{0xff, 0xd8, 0xff, 0xe1}, binary.BigEndian.AppendUint16(nil, uint16(len(segment)+2))...)
	return append(append(head, segment...), file[2:]...)
}

// exif is a segment that says how a photo has to be turned.
func exif(order binary.AppendByteOrder, orientation uint16) []byte {
	b := []byte("Exif\x00\x00II*\x00")
	if order == binary.AppendByteOrder(binary.BigEndian) {
		b = []byte("Exif\x00\x00MM\x00*")
	}
	b = order.AppendUint32(b, 8)
	b = order.AppendUint16(b, 2)
	for _, tag := range []struct{ id, value uint16 }{{0x0103, 6}, {0x0112, orientation}} {
		b = order.AppendUint16(order.AppendUint16(b, tag.id), 3)
		b = order.AppendUint16(order.AppendUint32(b, 1), tag.value)
		b = append(b, 0, 0)
	}
	return order.AppendUint32(b, 0)
}

// addChunk puts a chunk into a PNG file after its header.
func addChunk(file []byte, kind string, data []byte) []byte {
	chunk := binary.BigEndian.AppendUint32(nil, uint32(len(data)))
	chunk = append(append(chunk, kind...), data...)
	chunk = binary.BigEndian.AppendUint32(chunk, crc32.ChecksumIEEE(chunk[4:]))
	return append(append(append([]byte(nil), file[:33]...), chunk...), file[33:]...)
}

func accepted(t *testing.T, field string, file []byte) image.Image {
	t.Helper()
	got, err := Accept(field, file)
	if e, ok := errors.AsType[*models.Error](err); ok {
		require.NoError(t, err, e.Msg)
	}
	img, err := png.Decode(bytes.NewReader(got))
	require.NoError(t, err)
	again, err := Accept(field, got)
	require.NoError(t, err)
	require.Equal(t, got, again, "what is accepted once stays as it is")
	return img
}

func TestAcceptReadsThreeFormats(t *testing.T) {
	require.Equal(t, 20, accepted(t, "brand.logo", picture(t, 20, 10, color.White)).Bounds().Dx())
	require.Equal(t, 30, accepted(t, "brand.strip", photo(t, 30, 30, nil)).Bounds().Dx())
	for _, file := range []string{lossy, lossless, clear} {
		require.Equal(t, 1, accepted(t, "brand.logo", fromBase64(t, file)).Bounds().Dx())
	}
}

func TestWhatIsNoPixelIsLeftOut(t *testing.T) {
	file := addChunk(picture(t, 20, 10, color.White), "tEXt", []byte("Comment\x00taken at 52.1, 4.9"))
	got, err := Accept("brand.logo", file)
	require.NoError(t, err)
	require.NotContains(t, string(got), "52.1")
}

func TestPhotosStandUpright(t *testing.T) {
	for _, order := range []binary.AppendByteOrder{binary.LittleEndian, binary.BigEndian} {
		// Where the red quarter of the sensor's picture is, once it is upright.
		for turned, corner := range map[uint16]image.Point{
			1: {0, 0}, 2: {1, 0}, 3: {1, 1}, 4: {0, 1}, 5: {0, 0}, 6: {1, 0}, 7: {1, 1}, 8: {0, 1}, 9: {0, 0},
		} {
			img := accepted(t, "brand.logo", photo(t, 64, 32, exif(order, turned)))
			size := img.Bounds().Size()
			require.Equal(t, turned >= 5 && turned <= 8, size.Y > size.X, turned)
			for _, at := range []image.Point{{0, 0}, {1, 0}, {0, 1}, {1, 1}} {
				_, g, _, _ := img.At(size.X/4+at.X*size.X/2, size.Y/4+at.Y*size.Y/2).RGBA()
				require.Equal(t, at == corner, g < 0x8000, "turned %d: %v", turned, at)
			}
		}
	}
}

func TestPicturesAreNoLargerThanTheyAreShown(t *testing.T) {
	for _, tt := range []struct {
		field         string
		width, height int
		want          image.Point
	}{
		{"brand.strip", 4032, 3024, image.Pt(1125, 844)}, // cut to the strip later
		{"brand.strip", 4000, 500, image.Pt(3456, 432)},
		{"brand.strip", 800, 300, image.Pt(800, 300)},
		{"brand.logo", 4000, 1000, image.Pt(1320, 330)},
		{"brand.logo", 660, 660, image.Pt(660, 660)},
		{"brand.stamps.picture", 1024, 2048, image.Pt(256, 512)},
	} {
		require.Equal(t, tt.want, accepted(t, tt.field, photo(t, tt.width, tt.height, nil)).Bounds().Size(), tt.field)
	}
}

func TestAcceptRefuses(t *testing.T) {
	plain := picture(t, 50, 50, color.White)
	jpg := photo(t, 32, 32, nil)
	cut := fromBase64(t, lossy)
	for name, tt := range map[string]struct {
		file []byte
		code string
		says string
	}{
		"nothing":                   {nil, "unreadable_picture", "PNG, JPEG or WebP"},
		"text":                      {[]byte("hello"), "unreadable_picture", "PNG, JPEG or WebP"},
		"a drawing":                 {[]byte("\xef\xbb\xbf <svg onload=alert(1)>"), "unreadable_picture", "SVG"},
		"a drawing with a prologue": {[]byte("<?xml version='1.0'?><svg/>"), "unreadable_picture", "SVG"},
		"a GIF":                     {[]byte("GIF89a......"), "unreadable_picture", "This is a GIF."},
		"a HEIC photo":              {[]byte("\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic"), "unreadable_picture", "HEIC"},
		"an AVIF picture":           {[]byte("\x00\x00\x00\x18ftypavif\x00\x00\x00\x00mif1avif"), "unreadable_picture", "AVIF"},
		"a PDF":                     {[]byte("%PDF-1.7 ..."), "unreadable_picture", "PDF"},
		"a film as WebP":            {fromBase64(t, film), "unreadable_picture", "PNG, JPEG or WebP"},
		"half a file":               {plain[:60], "unreadable_picture", ""},
		"half a photo":              {jpg[:len(jpg)/2], "unreadable_picture", ""},
		"half a WebP":               {cut[:len(cut)-8], "unreadable_picture", ""},
		"a pixel flood":             {header(20000, 20000), "picture_too_large", "5 MB"},
		"a long line":               {header(1, 5000), "picture_too_large", ""},
		"seventeen million":         {header(4096, 4096), "picture_too_large", ""},
		"a heavy file":              {make([]byte, 5<<20+1), "picture_too_large", ""},
		"an archive behind a PNG":   {append(bytes.Clone(plain), "PK\x03\x04 and more"...), "unsafe_picture", "picture editor"},
		"a PDF behind a photo":      {append(bytes.Clone(jpg), "\r\n%PDF-1.4"...), "unsafe_picture", ""},
		"a page behind a WebP":      {append(fromBase64(t, lossy), "<HTML><body>"...), "unsafe_picture", ""},
		"a program in a comment":    {addChunk(plain, "tEXt", []byte("Comment\x00<?php system($_GET[0]);")), "unsafe_picture", ""},
		"a script in a photo":       {photo(t, 32, 32, []byte("<SCRIPT>alert(1)</SCRIPT>")), "unsafe_picture", ""},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Accept("brand.logo", tt.file)
			e, ok := errors.AsType[*models.Error](err)
			require.True(t, ok)
			require.Equal(t, tt.code, e.Code)
			require.Equal(t, models.Invalid, e.Kind)
			require.Equal(t, "brand.logo", e.Field)
			require.Contains(t, e.Msg, tt.says)
		})
	}
	_, err := Draw("x", models.Brand{Logo: []byte("no picture")})
	require.Error(t, err)
}

// Phones put a second picture, or some seconds of film, behind a photo.
func TestPhotoWithAFilmBehindItIsTaken(t *testing.T) {
	accepted(t, "brand.logo", append(photo(t, 40, 40, nil), append([]byte("\x00\x00\x00\x18ftypmp42"), strings.Repeat("film", 100)...)...))
	accepted(t, "brand.logo", append(photo(t, 40, 40, nil), photo(t, 20, 20, nil)...))
}

// header returns the beginning of a PNG file that promises so many pixels.
func header(width, height uint32) []byte {
	chunk := append([]byte("IHDR"), binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, width), height)...)
	chunk = append(chunk, 8, 6, 0, 0, 0)
	file := append([]byte("\x89PNG\r\n\x1a\n\x00\x00\x00\x0d"), chunk...)
	return binary.BigEndian.AppendUint32(file, crc32.ChecksumIEEE(chunk))
}

func FuzzAccept(f *testing.F) {
	f.Add(picture(f, 3, 2, color.White))
	f.Add(header(20000, 20000))
	f.Add([]byte{0xff, 0xd8, 0xff})
	f.Add(photo(f, 4, 4, exif(binary.BigEndian, 6)))
	for _, file := range []string{lossy, lossless, clear, film} {
		f.Add(fromBase64(f, file))
	}
	f.Fuzz(func(t *testing.T, file []byte) {
		got, err := Accept("brand.logo", file)
		if err != nil {
			_, ours := errors.AsType[*models.Error](err)
			require.True(t, ours)
			return
		}
		_, err = png.Decode(bytes.NewReader(got))
		require.NoError(t, err)
	})
}
