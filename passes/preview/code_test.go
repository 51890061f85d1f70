package preview

import (
	"bytes"
	"image"
	"image/draw"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	xdraw "golang.org/x/image/draw"

	"regulars/models"
	"regulars/templates"
)

// sizes are the pixels to a point at which codes are read: as small as a picture of
// the card on half its width too.
var sizes = []float64{0.5, 1, 2}

// A scanner that is none of ours reads the code of each ready design off the picture,
// of either phone, and that of another kind, so that each kind stands on designs that
// come with others.
func TestCodeOfEachDesignIsReadOffThePicture(t *testing.T) {
	tool, err := exec.LookPath("ZXingReader")
	if err != nil {
		const why = "ZXingReader is not installed (Debian: zxing-cpp-tools)"
		if os.Getenv("CI") == "true" {
			t.Fatal(why)
		}
		t.Skip(why)
	}
	formats := map[models.Symbology]string{models.QR: "QRCode", models.PDF417: "PDF417", models.Aztec: "Aztec", models.Code128: "Code128"}
	kinds := []models.Symbology{models.QR, models.PDF417, models.Aztec, models.Code128}
	for i, d := range templates.Designs() {
		own := designed(t, d.Name, "en").Barcode
		for _, sym := range slices.Compact([]models.Symbology{own, kinds[i%len(kinds)]}) {
			t.Run(d.Name+" "+string(sym), func(t *testing.T) {
				t.Parallel()
				p, format := designed(t, d.Name, "en"), formats[sym]
				p.Barcode, p.Card.Fallbacks = sym, nil
				for _, f := range drawn(t, p, HalfWay, Options{Sides: []Side{Front}}).Faces {
					for _, size := range sizes {
						file := filepath.Join(t.TempDir(), "card.png")
						require.NoError(t, os.WriteFile(file, seen(t, &f, sym, size), 0o600))
						out, err := exec.CommandContext(t.Context(), tool, "-format", format, file).CombinedOutput()
						require.NoError(t, err, "%s at %v: %s", f.Name, size, out)
						require.Contains(t, string(out), `"`+string(sampleCard)+`"`, "%s at %v", f.Name, size)
					}
				}
			})
		}
	}
}

// seen is a face at a size, as a PNG file. Half of it is the whole made smaller, as a
// screen does with a picture.
func seen(t *testing.T, f *Face, sym models.Symbology, size float64) []byte {
	t.Helper()
	scale := max(size, 1)
	img, err := f.Image(scale)
	require.NoError(t, err)
	if sym == models.Aztec { // the reader looks for it in the middle of a picture alone
		img = img.(*image.RGBA).SubImage(panelOn(f, scale))
	}
	if size < 1 {
		half := image.NewRGBA(image.Rect(0, 0, img.Bounds().Dx()/2, img.Bounds().Dy()/2))
		whole := image.Rectangle{Min: img.Bounds().Min, Max: img.Bounds().Min.Add(half.Rect.Max.Mul(2))} // a face may be an odd number of points wide
		xdraw.BiLinear.Scale(half, half.Bounds(), img, whole, draw.Src, nil)
		img = half
	}
	var b bytes.Buffer
	require.NoError(t, png.Encode(&b, img))
	return b.Bytes()
}

// panelOn is where the code of a face stands, in pixels.
func panelOn(f *Face, scale float64) image.Rectangle {
	for _, o := range f.ops {
		if c, ok := o.(code); ok {
			wide, high := c.side*float64(c.matrix.Width), c.high*float64(c.matrix.Height)
			at := func(v float64) int { return int(v * scale) }
			return image.Rect(at(c.x-14), at(c.y-14), at(c.x+wide+14), at(c.y+high+14))
		}
	}
	return image.Rectangle{}
}
