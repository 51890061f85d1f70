package art

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"regulars/models"
)

func TestIconsAreThoseToChooseFrom(t *testing.T) {
	require.Len(t, icons, len(models.Icons))
	for _, name := range models.Icons {
		require.Contains(t, icons, name)
		img := image.NewRGBA(image.Rect(0, 0, 48, 48))
		stencil(img, img.Bounds(), color.RGBA{A: 255}, icons[name])
		inked := 0
		for at := 3; at < len(img.Pix); at += 4 {
			inked += int(img.Pix[at])
		}
		share := float64(inked) / 255 / (48 * 48)
		require.Greater(t, share, 0.1, "%s can be seen", name)
		require.Less(t, share, 0.75, "%s has a shape", name)
	}
}

// However many there are, stamps stand within the strip, apart, in rows that
// differ by one at most.
func TestStampsHaveTheirPlaces(t *testing.T) {
	room := image.Rect(0, 0, 1125, 432)
	for n := 1; n <= 30; n++ {
		all := stampRooms(n, room)
		require.Len(t, all, n)
		rows := map[int]int{}
		for i, at := range all {
			require.True(t, at.In(room), "%d of %d: %v", i, n, at)
			require.GreaterOrEqual(t, at.Dx(), 60, "20 points at least: %d", n)
			rows[at.Min.Y]++
			for _, other := range all[:i] {
				require.True(t, at.Inset(-3).Intersect(other).Empty(), "%d", n)
			}
		}
		for _, a := range rows {
			for _, b := range rows {
				require.LessOrEqual(t, a-b, 1, "%d", n)
			}
		}
	}
}

func banner(t *testing.T, b models.Brand, l Look) image.Image {
	t.Helper()
	file, err := Banner("Corner Café", b, l, 750, 288)
	require.NoError(t, err)
	img, err := png.Decode(bytes.NewReader(file))
	require.NoError(t, err)
	if dir := os.Getenv("REGULARS_ART"); dir != "" { // to be looked at
		require.NoError(t, os.WriteFile(filepath.Join(dir, fmt.Sprintf("%s-%s-%s-%s.png", b.Background[1:], b.Stamps.Shape, b.Stamps.Icon, l)), file, 0o600))
	}
	return img
}

// A stamp that was collected stands out from its ground, and one that is to come
// does not look like it, in all colours and shapes.
func TestStampsCanBeToldApart(t *testing.T) {
	for i, ground := range []models.Brand{dark, light, bad} {
		for j, shape := range []models.StampShape{"", models.SquareStamps, models.BareStamps} {
			b := ground
			b.Stamps = models.StampArt{Shape: shape, Icon: models.Icons[(5*i+2*j)%len(models.Icons)]}
			before, after := banner(t, b, Look{models.ShowsStamps, 4, 10}), banner(t, b, Look{models.ShowsStamps, 5, 10})
			changed, most := 0, 1.0
			for y := range before.Bounds().Dy() {
				for x := range before.Bounds().Dx() {
					if was, is := rgba(before.At(x, y)), rgba(after.At(x, y)); was != is {
						changed++
						most = max(most, Contrast(was, is))
					}
				}
			}
			require.Greater(t, changed, 1000, "%v %s", ground, shape)
			require.Greater(t, most, 2.0, "%v %s", ground, shape)
		}
	}
}

func rgba(c color.Color) color.RGBA {
	r, g, b, _ := c.RGBA()
	return color.RGBA{R: uint8(r >> 8), G: uint8(g >> 8), B: uint8(b >> 8), A: 255}
}

func TestTheBusinesssOwnStamp(t *testing.T) {
	b := dark
	b.Stamps.Picture = picture(t, 80, 60, color.NRGBA{R: 255, A: 255})
	img := banner(t, b, Look{models.ShowsStamps, 1, 4})
	rooms := stampRooms(4, img.Bounds().Inset(288/9))
	middle := func(i int) color.RGBA {
		at := rooms[i].Min.Add(rooms[i].Size().Div(2))
		return rgba(img.At(at.X, at.Y))
	}
	require.Equal(t, color.RGBA{R: 255, A: 255}, middle(0))
	require.NotEqual(t, middle(0), middle(1), "one to come is pale")
}

func TestProgressGrows(t *testing.T) {
	long := func(have int) (n int) {
		img := banner(t, dark, Look{models.ShowsProgress, have, 50})
		for x := range 750 {
			if Contrast(rgba(img.At(x, 257)), PaletteOf(dark).Foreground) < 1.1 {
				n++
			}
		}
		return n
	}
	require.Zero(t, long(0))
	require.InDelta(t, 350, long(25), 20)
	require.InDelta(t, 700, long(50), 20)
}

func TestLooksHaveNames(t *testing.T) {
	l := Look{models.ShowsStamps, 4, 10}
	require.Equal(t, "stamps-4-10", l.String())
	back, ok := ParseLook(l.String())
	require.True(t, ok)
	require.Equal(t, l, back)
	for _, s := range []string{"", "stamps", "stamps-4", "stamps-04-10", "stamps-4-10-", "stamps- 4-10", "stamps-4-x"} {
		_, ok := ParseLook(s)
		require.False(t, ok, s)
	}
}
