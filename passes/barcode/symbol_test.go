package barcode

import (
	"encoding/xml"
	"fmt"
	"image"
	"image/color"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/makiuchi-d/gozxing"
	zxaztec "github.com/makiuchi-d/gozxing/aztec"
	"github.com/makiuchi-d/gozxing/oned"
	"github.com/makiuchi-d/gozxing/qrcode"
	"github.com/stretchr/testify/require"

	"regulars/models"
)

var symbologies = []models.Symbology{models.QR, models.PDF417, models.Aztec, models.Code128}

// read decodes img with a reader that shares no code with the drawing.
func read(t *testing.T, r gozxing.Reader, img image.Image) string {
	t.Helper()
	return decode(t, r, img, nil)
}

// readAlone is read for a picture of nothing but the code, and tells the reader so:
// one random QR code in three hundred it can't find otherwise, which the reader of
// TestAllSymbologiesReadBackOutside can.
func readAlone(t *testing.T, r gozxing.Reader, img image.Image) string {
	t.Helper()
	return decode(t, r, img, map[gozxing.DecodeHintType]any{gozxing.DecodeHintType_PURE_BARCODE: true})
}

func decode(t *testing.T, r gozxing.Reader, img image.Image, hints map[gozxing.DecodeHintType]any) string {
	t.Helper()
	bmp, err := gozxing.NewBinaryBitmapFromImage(img)
	require.NoError(t, err)
	result, err := r.Decode(bmp, hints)
	require.NoError(t, err)
	return result.GetText()
}

func TestCardNumbersReadBack(t *testing.T) {
	readers := map[models.Symbology]gozxing.Reader{
		models.QR: qrcode.NewQRCodeReader(), models.Aztec: zxaztec.NewAztecReader(), models.Code128: oned.NewCode128Reader(),
	}
	for sym, reader := range readers {
		t.Run(string(sym), func(t *testing.T) {
			for range 20 {
				n := string(fresh(t))
				m, err := Encode(sym, n)
				require.NoError(t, err)
				require.Equal(t, n, readAlone(t, reader, m.Image(4)))
			}
		})
	}
}

// TestAllSymbologiesReadBackOutside asks the zxing-cpp reader, which is close
// to what tills use and the only one at hand that knows PDF417.
func TestAllSymbologiesReadBackOutside(t *testing.T) {
	tool, err := exec.LookPath("ZXingReader")
	if err != nil {
		const why = "ZXingReader is not installed (Debian: zxing-cpp-tools)"
		if os.Getenv("CI") == "true" {
			t.Fatal(why)
		}
		t.Skip(why)
	}
	random := rand.New(rand.NewPCG(1, 2))
	dir := t.TempDir()
	for _, sym := range symbologies {
		t.Run(string(sym), func(t *testing.T) {
			for i := range 24 {
				text := string(fresh(t))
				if i >= 20 { // other lengths make other numbers of rows
					text = strings.Repeat(strconv.Itoa(random.IntN(1e6)), 1+random.IntN(3)) + "AB"
				}
				m, err := Encode(sym, text)
				require.NoError(t, err)
				file := filepath.Join(dir, fmt.Sprintf("%s-%d.png", sym, i))
				require.NoError(t, os.WriteFile(file, m.PNG(4), 0o600))
				out, err := exec.CommandContext(t.Context(), tool, file).CombinedOutput()
				require.NoError(t, err, "%s", out)
				require.Contains(t, string(out), `"`+text+`"`)
			}
		})
	}
}

func TestPDF417HasRowsInThrees(t *testing.T) {
	for _, part := range []string{"7", "A", "aB-"} {
		for length := len(part); length <= 90; length += len(part) {
			m, err := Encode(models.PDF417, strings.Repeat(part, length/len(part)))
			require.NoError(t, err, "%d characters", length)
			require.Zero(t, m.Height%3, "%d characters make %d rows, which readers refuse", length, m.Height)
			require.Equal(t, 3, m.RowHeight)
		}
	}
}

func TestCardNumberFitsAPhoneInCode128(t *testing.T) {
	m, err := Encode(models.Code128, example)
	require.NoError(t, err)
	require.Equal(t, 1, m.Height)
	require.LessOrEqual(t, m.Width+2*m.Quiet, 188, "47 mm of screen at a quarter millimetre a bar")
}

func TestEncodeRefuses(t *testing.T) {
	for name, tt := range map[string]struct {
		sym  models.Symbology
		text string
	}{
		"no text":           {models.QR, ""},
		"too much":          {models.QR, strings.Repeat("7", 513)},
		"control character": {models.Code128, "7\x1d"},
		"not ASCII":         {models.Aztec, "ł"},
		"no such symbology": {"ean13", "7"},
		"too wide":          {models.Code128, strings.Repeat("A", 400)},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Encode(tt.sym, tt.text)
			require.Error(t, err)
		})
	}
}

func TestSVGHasItsQuietZoneAndAllModules(t *testing.T) {
	for _, sym := range symbologies {
		m, err := Encode(sym, example)
		require.NoError(t, err)
		var doc struct {
			ViewBox string `xml:"viewBox,attr"`
			Paths   []struct {
				D string `xml:"d,attr"`
			} `xml:"path"`
		}
		require.NoError(t, xml.Unmarshal([]byte(m.SVG()), &doc))
		require.Equal(t, fmt.Sprintf("0 0 %d %d", m.Width+2*m.Quiet, m.Height*m.RowHeight+2*m.Quiet), doc.ViewBox)
		require.Len(t, doc.Paths, 2)
		drawn := 0
		for _, part := range strings.Split(doc.Paths[1].D, "M")[1:] {
			var x, y, w, h, back int
			_, err := fmt.Sscanf(part, "%d %dh%dv%dh-%dz", &x, &y, &w, &h, &back)
			require.NoError(t, err)
			require.Equal(t, w, back)
			require.GreaterOrEqual(t, min(x, y), m.Quiet)
			drawn += w
		}
		dark := 0
		for y := range m.Height {
			for x := range m.Width {
				if m.Dark(x, y) {
					dark++
				}
			}
		}
		require.Equal(t, dark, drawn, "%s", sym)
	}
}

// TestTerminalReadsBack paints the half blocks as a terminal of light text on
// dark ground does.
func TestTerminalReadsBack(t *testing.T) {
	const link = "http://192.168.1.20:8080/join/demo"
	m, err := Encode(models.QR, link)
	require.NoError(t, err)
	lines := strings.Split(strings.TrimSuffix(m.Terminal(), "\n"), "\n")
	const scale = 6
	img := image.NewGray(image.Rect(0, 0, len([]rune(lines[0]))*scale, 2*len(lines)*scale))
	for row, line := range lines {
		for col, r := range []rune(line) {
			for y := range 2 * scale {
				light := r == '█' || r == '▀' && y < scale || r == '▄' && y >= scale
				for x := range scale {
					if light {
						img.SetGray(col*scale+x, row*2*scale+y, color.Gray{Y: 230})
					}
				}
			}
		}
	}
	require.Equal(t, link, read(t, qrcode.NewQRCodeReader(), img))
}
