package preview

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/png"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"
)

// browser finds Chromium; these tests may be left out, but never in CI.
func browser(t *testing.T) string {
	t.Helper()
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	const why = "no Chromium on the PATH; .ci/chromium installs one"
	if os.Getenv("CI") == "true" {
		t.Fatal(why)
	}
	t.Skip(why)
	return ""
}

// shot is how a browser draws an SVG document under the strictest policy.
func shot(t *testing.T, f *Face) image.Image {
	t.Helper()
	svg := f.SVG()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Content-Security-Policy", "default-src 'none'; img-src data:")
		_, _ = fmt.Fprintf(w, `<!doctype html><title>x</title><body marginwidth="0" marginheight="0" topmargin="0" leftmargin="0">%s`, svg)
	}))
	defer server.Close()
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(browser(t)), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.UserDataDir(t.TempDir()), chromedp.Flag("disable-component-update", true), chromedp.Flag("hide-scrollbars", true))
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	ctx, cancel = chromedp.NewExecAllocator(ctx, options...)
	defer cancel()
	ctx, cancel = chromedp.NewContext(ctx)
	defer cancel()
	require.NoError(t, chromedp.Do(ctx, chromedp.EmulateViewport(int64(f.Width), int64(f.Height)), chromedp.Navigate(server.URL)))
	file, err := chromedp.Run(ctx, chromedp.CaptureScreenshot())
	require.NoError(t, err)
	img, err := png.Decode(bytes.NewReader(file))
	require.NoError(t, err)
	return img
}

// A browser draws the SVG as we draw the PNG: the same things in the same places.
func TestBrowserDrawsTheSame(t *testing.T) {
	for _, f := range drawn(t, designed(t, "cafe-stamps", "el"), RewardReady, Options{}).Faces {
		ours, err := f.Image(1)
		require.NoError(t, err)
		theirs := shot(t, &f)
		if dir := os.Getenv("REGULARS_ART"); dir != "" {
			var b bytes.Buffer
			require.NoError(t, png.Encode(&b, theirs))
			require.NoError(t, os.WriteFile(filepath.Join(dir, "browser-"+string(f.Name)+".png"), b.Bytes(), 0o600))
		}
		worst, mean := apart(ours, theirs)
		t.Logf("%s: squares of 8 points differ by %.1f on average, and %.1f at most, of 255", f.Name, mean, worst)
		require.Less(t, mean, 3.0, f.Name)
		require.Less(t, worst, 70.0, f.Name)
	}
}

// apart is how far two pictures are from each other: by the brightness of squares of
// eight pixels, for letters differ in their edges and not in their places.
func apart(a, b image.Image) (worst, mean float64) {
	const side = 8
	size, n := a.Bounds().Size(), 0
	grey := func(img image.Image, x, y int) float64 {
		sum := 0.0
		for dy := range side {
			for dx := range side {
				r, g, b, alpha := img.At(x+dx, y+dy).RGBA()
				paper := 0xffff - alpha // what is transparent lies on white
				sum += (0.3*float64(r+paper) + 0.59*float64(g+paper) + 0.11*float64(b+paper)) / 257
			}
		}
		return sum / (side * side)
	}
	for y := 0; y+side <= size.Y; y += side {
		for x := 0; x+side <= size.X; x += side {
			d := grey(a, x, y) - grey(b, x, y)
			worst, mean, n = max(worst, d, -d), mean+max(d, -d), n+1
		}
	}
	return worst, mean / float64(n)
}
