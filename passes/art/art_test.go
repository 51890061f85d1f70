package art

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"testing"

	"github.com/stretchr/testify/require"

	"regulars/models"
)

var (
	dark  = models.Brand{Background: "#4b2e20", Foreground: "#ffffff", Label: "#e7c9a5"}
	light = models.Brand{Background: "#f4efe6", Foreground: "#2b2b2b", Label: "#b0573a"}
	bad   = models.Brand{Background: "#777777", Foreground: "#808080", Label: "#707070"}
)

// picture returns a PNG file of that size in one colour.
func picture(t testing.TB, width, height int, c color.Color) []byte {
	t.Helper()
	img := image.NewNRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			img.Set(x, y, c)
		}
	}
	var b bytes.Buffer
	require.NoError(t, png.Encode(&b, img))
	return b.Bytes()
}

func sizesOf(t *testing.T, pictures []Picture) map[string]image.Point {
	t.Helper()
	found := map[string]image.Point{}
	for _, p := range pictures {
		img, err := png.Decode(bytes.NewReader(p.PNG))
		require.NoError(t, err, p.Name)
		found[p.Name] = img.Bounds().Size()
	}
	return found
}

// drawn is all that a card without a member's look has.
func drawn(name string, b models.Brand) ([]Picture, error) {
	shared, err := Draw(name, b)
	if err != nil {
		return nil, err
	}
	strips, err := Strips(name, b, Look{})
	return append(shared, strips...), err
}

func TestDrawMakesAllSizes(t *testing.T) {
	pictures, err := drawn("Corner Café", dark)
	require.NoError(t, err)
	require.Equal(t, map[string]image.Point{
		"icon.png": {X: 38, Y: 38}, "icon@2x.png": {X: 76, Y: 76}, "icon@3x.png": {X: 114, Y: 114},
		"logo.png": {X: 50, Y: 50}, "logo@2x.png": {X: 100, Y: 100}, "logo@3x.png": {X: 150, Y: 150},
		"strip.png": {X: 375, Y: 144}, "strip@2x.png": {X: 750, Y: 288}, "strip@3x.png": {X: 1125, Y: 432},
	}, sizesOf(t, pictures))
}

func TestDrawIsTheSameEachTimeAndDiffersByName(t *testing.T) {
	one, err := drawn("Corner Café", dark)
	require.NoError(t, err)
	two, err := drawn("Corner Café", dark)
	require.NoError(t, err)
	require.Equal(t, one, two)
	other, err := drawn("Blue Books", dark)
	require.NoError(t, err)
	require.NotEqual(t, one[len(one)-1].PNG, other[len(other)-1].PNG)
}

func TestGivenPicturesAreFittedAndCut(t *testing.T) {
	b := dark
	b.Logo, b.Strip = picture(t, 400, 100, color.White), picture(t, 300, 300, color.NRGBA{R: 200, A: 255})
	pictures, err := drawn("Corner Café", b)
	require.NoError(t, err)
	found := sizesOf(t, pictures)
	require.Equal(t, image.Pt(160, 40), found["logo.png"], "the shape is kept")
	require.Equal(t, image.Pt(1125, 432), found["strip@3x.png"])
	require.True(t, Wordmark(b))
	img, err := png.Decode(bytes.NewReader(pictures[len(pictures)-1].PNG))
	require.NoError(t, err)
	r, g, _, _ := img.At(0, 0).RGBA()
	require.InDelta(t, 200, r>>8, 2, "the picture reaches the corners")
	require.Zero(t, g)

	b.Logo = picture(t, 100, 100, color.White)
	require.False(t, Wordmark(b))
	require.False(t, Wordmark(dark))
	square, err := Square("Corner Café", b, 64)
	require.NoError(t, err)
	img, err = png.Decode(bytes.NewReader(square))
	require.NoError(t, err)
	require.Equal(t, color.NRGBA{R: 255, G: 255, B: 255, A: 255}, color.NRGBAModel.Convert(img.At(32, 32)), "a square logo is the icon")
}

func TestWordmarkStandsAtTheLeft(t *testing.T) {
	b := dark
	b.Logo = picture(t, 300, 100, color.White)
	file, err := Wide(b, 1280, 400)
	require.NoError(t, err)
	img, err := png.Decode(bytes.NewReader(file))
	require.NoError(t, err)
	require.Equal(t, image.Pt(1280, 400), img.Bounds().Size())
	clear, white := color.NRGBA{}, color.NRGBA{R: 255, G: 255, B: 255, A: 255}
	for at, want := range map[image.Point]color.NRGBA{{}: white, {X: 1190, Y: 390}: white, {X: 1210, Y: 200}: clear} {
		require.Equal(t, want, color.NRGBAModel.Convert(img.At(at.X, at.Y)), at)
	}
	b.Logo = picture(t, 800, 100, color.White)
	file, err = Wide(b, 1280, 400)
	require.NoError(t, err)
	img, err = png.Decode(bytes.NewReader(file))
	require.NoError(t, err)
	for at, want := range map[image.Point]color.NRGBA{{X: 1270, Y: 200}: white, {X: 640, Y: 100}: clear, {X: 640, Y: 300}: clear} {
		require.Equal(t, want, color.NRGBAModel.Convert(img.At(at.X, at.Y)), at)
	}
	_, err = Wide(dark, 1280, 400)
	require.Error(t, err, "there is none")
}

func TestIconsAndStripsAreOpaque(t *testing.T) {
	b := light
	b.Strip = picture(t, 375, 144, color.NRGBA{R: 255, A: 40})
	pictures, err := drawn("Corner Café", b)
	require.NoError(t, err)
	for _, p := range pictures {
		img, err := png.Decode(bytes.NewReader(p.PNG))
		require.NoError(t, err)
		opaque, ok := img.(interface{ Opaque() bool })
		require.True(t, ok)
		require.Equal(t, p.Name[0] != 'l', opaque.Opaque(), p.Name)
	}
}

func TestTextIsReadableOnWhatIsDrawn(t *testing.T) {
	for name, b := range map[string]models.Brand{"dark": dark, "light": light, "bad": bad, "nonsense": {Background: "red"}} {
		t.Run(name, func(t *testing.T) {
			p := PaletteOf(b)
			require.GreaterOrEqual(t, Contrast(p.Foreground, p.Background), 4.5)
			require.GreaterOrEqual(t, Contrast(p.Label, p.Background), 4.5)
			banner, err := Banner("Corner Café", b, Look{}, 375, 144)
			require.NoError(t, err)
			img, err := png.Decode(bytes.NewReader(banner))
			require.NoError(t, err)
			least := 21.0
			for y := range 144 {
				for x := range 375 {
					r, g, b, _ := img.At(x, y).RGBA()
					at := color.RGBA{R: uint8(r >> 8), G: uint8(g >> 8), B: uint8(b >> 8), A: 255}
					least = min(least, Contrast(at, p.Foreground))
				}
			}
			require.GreaterOrEqual(t, least, 3.0)
		})
	}
}

func TestReadableLeavesGoodColoursAlone(t *testing.T) {
	p := PaletteOf(dark)
	require.Equal(t, color.RGBA{R: 255, G: 255, B: 255, A: 255}, p.Foreground)
	require.Equal(t, color.RGBA{R: 0xe7, G: 0xc9, B: 0xa5, A: 255}, p.Label)
	require.InDelta(t, 21, Contrast(white, black), 0.001)
}

func TestInitials(t *testing.T) {
	for name, want := range map[string]string{
		"Corner Café Regulars": "CC", "Ανθοπωλείο": "Α", "łódź-kawa": "ŁK", "  3 ’t Hofje": "3T", "咖啡": "", "": "", "¡Hola!": "H",
	} {
		require.Equal(t, want, initials(name), "%q", name)
	}
	_, err := Draw("咖啡", dark)
	require.NoError(t, err, "a name we have no letters for still gets pictures")
}
