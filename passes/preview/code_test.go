package preview

import (
	"bytes"
	"image"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"regulars/models"
)

// A scanner reads the code off the picture, of either phone, at the smallest scale.
func TestCodeIsReadOffThePicture(t *testing.T) {
	tool, err := exec.LookPath("ZXingReader")
	if err != nil {
		const why = "ZXingReader is not installed (Debian: zxing-cpp-tools)"
		if os.Getenv("CI") == "true" {
			t.Fatal(why)
		}
		t.Skip(why)
	}
	dir := t.TempDir()
	for sym, format := range map[models.Symbology]string{models.QR: "QRCode", models.PDF417: "PDF417", models.Aztec: "Aztec", models.Code128: "Code128"} {
		p := designed(t, "bakery-points", "en")
		p.Barcode = sym
		for _, f := range drawn(t, p, HalfWay, Options{Sides: []Side{Front}}).Faces {
			for _, scale := range []float64{1, 2} {
				img, err := f.Image(scale)
				require.NoError(t, err)
				if sym == models.Aztec { // the reader looks for it in the middle of a picture alone
					img = img.(*image.RGBA).SubImage(panelOn(&f, scale))
				}
				var b bytes.Buffer
				require.NoError(t, png.Encode(&b, img))
				file := filepath.Join(dir, "card.png")
				require.NoError(t, os.WriteFile(file, b.Bytes(), 0o600))
				out, err := exec.CommandContext(t.Context(), tool, "-format", format, file).CombinedOutput()
				require.NoError(t, err, "%s on %s at %v: %s", sym, f.Name, scale, out)
				require.Contains(t, string(out), `"`+string(sampleCard)+`"`, "%s on %s at %v", sym, f.Name, scale)
			}
		}
	}
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
