package templates_test

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	"image/png"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"

	"regulars/models"
	"regulars/passes/barcode"
	"regulars/templates"
)

// cards are what the fake camera is shown, one in each symbology.
var cards = map[models.Symbology]string{
	models.QR: "10000000000000000011", models.PDF417: "10000000000000000022",
	models.Aztec: "10000000000000000033", models.Code128: "10000000000000000044",
}

// counter is a till with nothing behind it: it remembers what it was sent.
type counter struct {
	mu       sync.Mutex
	refused  []string // what the browser reported against the page's policy
	scans    []string
	sales    []string
	fragment int
	away     bool // the connection breaks
	proxy    bool // something in between answers in its own words
}

func (c *counter) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c.mu.Lock()
	defer c.mu.Unlock()
	frame := templates.Frame{Business: "Corner Café", Person: "staff@demo.example", Path: "/till", Now: time.Now()}
	var page templates.Page = templates.Till{Frame: frame}
	status := http.StatusOK
	switch {
	case strings.HasPrefix(r.URL.Path, "/assets/"):
		templates.Assets().ServeHTTP(w, r)
		return
	case r.URL.Path == "/refused":
		report, _ := io.ReadAll(r.Body)
		c.refused = append(c.refused, string(report))
		return
	case strings.HasPrefix(r.URL.Path, "/brand/"):
		w.Header().Set("Content-Type", "text/css")
		_, _ = w.Write(templates.BrandCSS("#5b2a1d", "#fff8ee", "#f0c9a0"))
		return
	case strings.HasPrefix(r.URL.Path, "/art/"):
		w.Header().Set("Content-Type", "image/png")
		_ = png.Encode(w, image.NewGray(image.Rect(0, 0, 1032, 336)))
		return
	case strings.HasPrefix(r.URL.Path, "/story/"):
		page = templates.Stories[path.Base(r.URL.Path)]
	case r.URL.Path == "/console/members":
		page = templates.Members{Frame: frame, Start: true, Query: r.FormValue("q"), Rows: []templates.MemberRow{{URL: "/console/members/m1", Name: "Found " + r.FormValue("q")}}}
	case c.away && r.Method == http.MethodPost:
		panic(http.ErrAbortHandler)
	case c.proxy && r.Method == http.MethodPost:
		http.Error(w, "<h1>502 Bad Gateway</h1>", http.StatusBadGateway)
		return
	case r.URL.Path == "/till/scan" && r.FormValue("code") == "signed out":
		http.Redirect(w, r, "/login", http.StatusSeeOther)
		return
	case r.URL.Path == "/login":
		page = templates.Login{Frame: frame, Action: "/login"}
	case r.URL.Path == "/till/scan":
		c.scans = append(c.scans, r.FormValue("code"))
		page = templates.TillMember{Frame: frame, Member: "m1", Name: "Sofia", Balances: []templates.Balance{{Unit: points, Amount: 128}}, Points: true, Currency: "EUR", Places: 2, Key: "k1",
			LastVisit: frame.Now, Notices: []string{"Already here just now. Add another purchase?"},
			Rewards: []templates.TillReward{{RewardProgress: templates.RewardProgress{Name: "Free coffee", Unit: points, Cost: 100, Have: 128, Ready: true}, ID: "coffee", Key: "k2"}}}
		if len(r.FormValue("code")) < 6 {
			status, page = http.StatusUnprocessableEntity, templates.TillError{Frame: frame, Message: "Type it again.", Code: r.FormValue("code")}
		}
	case r.URL.Path == "/till/purchases":
		c.sales = append(c.sales, r.FormValue("member")+" "+r.FormValue("amount")+" "+r.FormValue("key"))
		page = templates.TillDone{
			Frame: frame, Kind: "earn", Name: "Sofia", Balances: []templates.Balance{{Unit: points, Amount: 140}},
			Changes: []templates.Change{{Unit: points, Amount: 12, After: 140}},
		}
	}
	render := templates.Render
	if r.Header.Get("HX-Request") == "true" {
		render, c.fragment = templates.RenderFragment, c.fragment+1
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Security-Policy", templates.Policy(page)+"; report-uri /refused")
	w.WriteHeader(status)
	_ = render(w, templates.For(r.FormValue("lang"), "en"), page)
}

func (c *counter) set(change func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	change()
}

func (c *counter) sent() (scans, sales []string, fragments int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.scans), slices.Clone(c.sales), c.fragment
}

var points = templates.Unit{Kind: "points"}

// film writes a clip in which each card is shown for a moment.
func film(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "clip.mjpeg")
	f, err := os.Create(path)
	require.NoError(t, err)
	defer func() { require.NoError(t, f.Close()) }()
	for _, sym := range []models.Symbology{models.QR, models.PDF417, models.Aztec, models.Code128} {
		m, err := barcode.Encode(sym, cards[sym])
		require.NoError(t, err)
		for _, shown := range []bool{false, true} {
			frame := image.NewRGBA(image.Rect(0, 0, 1280, 720))
			draw.Draw(frame, frame.Bounds(), image.NewUniform(color.RGBA{90, 110, 130, 255}), image.Point{}, draw.Src)
			if shown {
				code := m.Image(max(1, 480/(m.Width+2*m.Quiet)))
				at := image.Pt(640-code.Bounds().Dx()/2, 360-code.Bounds().Dy()/2)
				draw.Draw(frame, code.Bounds().Add(at), code, code.Bounds().Min, draw.Src)
			}
			var still bytes.Buffer
			require.NoError(t, jpeg.Encode(&still, frame, &jpeg.Options{Quality: 80}))
			for range map[bool]int{false: 8, true: 16}[shown] {
				_, err := f.Write(still.Bytes())
				require.NoError(t, err)
			}
		}
	}
	return path
}

// browse opens the till of c in a browser whose camera shows the clip, if any.
func browse(t *testing.T, c *counter, clip string) context.Context {
	t.Helper()
	chromium := browser(t)
	server := httptest.NewServer(c)
	t.Cleanup(server.Close)
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(chromium), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.UserDataDir(t.TempDir()), chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true), chromedp.WindowSize(1100, 900))
	if clip != "" {
		options = append(options, chromedp.Flag("use-fake-ui-for-media-stream", true),
			chromedp.Flag("use-fake-device-for-media-stream", "fps=20"), chromedp.Flag("use-file-for-fake-video-capture", clip))
	}
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewExecAllocator(ctx, options...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	require.NoError(t, chromedp.Do(ctx, chromedp.Navigate(server.URL+"/till"), chromedp.WaitReady(chromedp.CSS("#panel"))))
	t.Cleanup(func() { c.set(func() { require.Empty(t, c.refused, "the page broke its own policy") }) })
	return ctx
}

// browser finds Chromium; the browser tests may be left out, but never in CI.
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

// eval returns what an expression gives in the page.
func eval[T any](t *testing.T, ctx context.Context, expression string) T {
	t.Helper()
	v, err := chromedp.Run(ctx, chromedp.Evaluate[T](expression))
	require.NoError(t, err, expression)
	return v
}

// until waits for an expression to be true in the page. Polling from here, as
// the page's own policy forbids the compiled predicates of a poll within it.
func until(t *testing.T, ctx context.Context, expression string) {
	t.Helper()
	require.Eventually(t, func() bool {
		ok, err := chromedp.Run(ctx, chromedp.Evaluate[bool](expression))
		return err == nil && ok
	}, time.Minute, 20*time.Millisecond, expression)
}

const state = `document.querySelector("#panel > [data-state]").dataset.state`

// wedge types like a hand scanner, as fast as the page takes it, into whatever
// has the focus. letters are what a keyboard layout makes of the keys.
const wedge = `((digits, letters) => {
	const at = document.activeElement;
	[...digits].forEach((d, i) => {
		const key = letters[i];
		at.dispatchEvent(new KeyboardEvent("keydown", { key, code: "Digit" + d, bubbles: true, cancelable: true }));
		if ("value" in at) at.value += key;
	});
	return at.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", code: "Enter", bubbles: true, cancelable: true }));
})`

func needsBundle(t *testing.T) {
	t.Helper()
	if templates.AssetURL("scanner.js") != "" {
		return
	}
	const why = "the scanner is not built; make assets builds it"
	if os.Getenv("CI") == "true" {
		t.Fatal(why)
	}
	t.Skip(why)
}

func TestCameraReadsAllSymbologies(t *testing.T) {
	needsBundle(t)
	c := &counter{}
	ctx := browse(t, c, film(t))
	require.Eventually(t, func() bool {
		scans, _, _ := c.sent()
		for _, number := range cards {
			if !slices.Contains(scans, number) {
				return false
			}
		}
		return true
	}, 60*time.Second, 50*time.Millisecond, "not every code was read")
	scans, _, fragments := c.sent()
	require.Len(t, scans, fragments, "a scan must not reload the page: the camera would stop")
	for i := 1; i < len(scans); i++ {
		require.NotEqual(t, scans[i-1], scans[i], "one code in front of the camera is one scan")
	}
	require.True(t, eval[bool](t, ctx, `document.querySelector("video").srcObject.active`))
}

// On a phone the camera makes room for the sale: whose it is and the button are
// on the screen together, and no key lies under the button.
func TestCustomerAndButtonShareThePhonesScreen(t *testing.T) {
	needsBundle(t)
	ctx := browse(t, &counter{}, film(t))
	require.NoError(t, chromedp.Do(ctx, chromedp.EmulateViewport(360, 740, chromedp.EmulateMobile, chromedp.EmulateTouch), chromedp.Navigate(eval[string](t, ctx, `location.href`))))
	until(t, ctx, state+` === "member" && !document.querySelector(".pad").hidden && document.querySelector(".camera").offsetHeight <= 72`)
	// The sum makes the button's text longer. The camera may put another pad in the
	// place of this one at any moment, so finding the key and touching it are one.
	require.True(t, eval[bool](t, ctx, `(document.querySelector("[data-digit=\"1\"]").click(), true)`))
	until(t, ctx, `document.querySelector(".customer h2").getBoundingClientRect().top >= 0 &&
		document.querySelector(".sale .main").getBoundingClientRect().bottom <= innerHeight &&
		document.querySelector(".sale .main").getBoundingClientRect().top - document.querySelector(".pad").getBoundingClientRect().bottom >= 4`)
}

// A clone without Node has no htmx: each step is a page then, and all else the
// same.
func TestSaleInThreeTouches(t *testing.T) {
	c := &counter{}
	ctx := browse(t, c, "")
	until(t, ctx, `document.activeElement.id === "code"`)

	// A scanner set to another keyboard layout: the keys count, not the letters.
	require.False(t, eval[bool](t, ctx, wedge+`("10000000000000000011", "!@@@@@@@@@@@@@@@@@!!")`), "the Enter of a scan must not reach the page")
	until(t, ctx, state+` === "member"`)
	until(t, ctx, `document.activeElement.id === "amount"`)
	for _, key := range []string{"1", "2", ".", "5", "0", "9"} { // a third decimal is refused
		require.NoError(t, chromedp.Do(ctx, chromedp.Click(chromedp.CSS(`[data-digit="`+key+`"]`))))
	}
	require.Equal(t, "12.50", eval[string](t, ctx, `document.getElementById("amount").value`))
	require.Contains(t, eval[string](t, ctx, `document.querySelector(".sale .main").textContent`), "€12.50")

	// The next customer's card is scanned while the amount has the focus.
	eval[bool](t, ctx, `document.getElementById("amount").focus(), true`)
	require.False(t, eval[bool](t, ctx, wedge+`("20000000000000000099", "20000000000000000099")`))
	until(t, ctx, state+` === "member" && document.getElementById("amount").value === ""`)
	require.NoError(t, chromedp.Do(ctx, chromedp.SendKeys(chromedp.CSS("#amount"), "4,5"), chromedp.Click(chromedp.CSS(".sale .main"))))
	until(t, ctx, state+` === "done"`)
	until(t, ctx, `document.activeElement.matches("a.main")`)
	require.Contains(t, eval[string](t, ctx, `document.getElementById("spoken").textContent`), "12 points added")

	scans, sales, fragments := c.sent()
	require.Equal(t, []string{"10000000000000000011", "20000000000000000099"}, scans)
	require.Equal(t, []string{"m1 4,5 k1"}, sales)
	if templates.AssetURL("htmx.js") != "" {
		require.Equal(t, 3, fragments)
	} else {
		require.Zero(t, fragments)
	}
}

func TestTypingAndMistakes(t *testing.T) {
	needsBundle(t)
	c := &counter{}
	ctx := browse(t, c, "")
	require.NoError(t, chromedp.Do(ctx, chromedp.SendKeys(chromedp.CSS("#code"), "123\r")))
	until(t, ctx, state+` === "error"`)
	until(t, ctx, `document.activeElement.id === "code" && document.activeElement.value === "123"`)

	const button = `document.querySelector("#scan button").click(), true`
	c.set(func() { c.away = true })
	require.NoError(t, chromedp.Do(ctx, chromedp.SendKeys(chromedp.CSS("#code"), "456789\r")))
	until(t, ctx, `!document.getElementById("away").hidden`)
	c.set(func() { c.away, c.proxy = false, true })
	eval[bool](t, ctx, `document.getElementById("away").hidden = true`)
	eval[bool](t, ctx, button)
	until(t, ctx, `!document.getElementById("away").hidden && `+state+` === "error"`)

	c.set(func() { c.proxy = false })
	eval[bool](t, ctx, button)
	until(t, ctx, state+` === "member" && document.getElementById("away").hidden`)

	eval[bool](t, ctx, `document.getElementById("code").value = "signed out", `+button)
	until(t, ctx, `location.pathname === "/login" && !!document.getElementById("password")`)
}

func TestMembersAreFoundWhileTyping(t *testing.T) {
	needsBundle(t)
	ctx := browse(t, &counter{}, "")
	require.NoError(t, chromedp.Do(ctx, chromedp.Navigate(eval[string](t, ctx, `location.origin`)+"/console/members"), chromedp.SendKeys(chromedp.CSS("#q"), "sof")))
	until(t, ctx, `document.querySelector("#list th a")?.textContent === "Found sof" && document.activeElement.id === "q"`)
	require.Equal(t, 1, eval[int](t, ctx, `document.querySelectorAll("#list").length`))
}

// The narrowest phone, and a wide screen at 400 %, in the longest languages:
// nothing is cut off.
func TestNothingScrollsSidewaysAt320Pixels(t *testing.T) {
	ctx := browse(t, &counter{}, "")
	origin := eval[string](t, ctx, `location.origin`)
	require.NoError(t, chromedp.Do(ctx, chromedp.EmulateViewport(320, 640)))
	for _, lang := range []string{"pl", "el"} {
		for name := range templates.Stories {
			require.NoError(t, chromedp.Do(ctx, chromedp.Navigate(fmt.Sprintf("%s/story/%s?lang=%s", origin, name, lang))))
			require.LessOrEqual(t, eval[int](t, ctx, `document.documentElement.scrollWidth`), 320, "%s in %s", name, lang)
		}
	}
}

// clipped lists what is cut off by the box that it stands in.
const clipped = `[...document.querySelectorAll("body *")].filter((e) => e.checkVisibility() && !e.closest(".hidden, .skip, svg") && e.clientWidth > 1 &&
	getComputedStyle(e).overflow !== "visible" && (e.scrollWidth > e.clientWidth + 1 || e.scrollHeight > e.clientHeight + 1)).map((e) => e.outerHTML)`

// A usual phone, in every language: no sentence ends in the middle, not even
// the one of a camera that was refused, which is the case here.
func TestNothingIsCutOffAt360Pixels(t *testing.T) {
	ctx := browse(t, &counter{}, "")
	origin := eval[string](t, ctx, `location.origin`)
	require.NoError(t, chromedp.Do(ctx, chromedp.EmulateViewport(360, 740)))
	for _, lang := range templates.Languages {
		for name := range templates.Stories {
			require.NoError(t, chromedp.Do(ctx, chromedp.Navigate(fmt.Sprintf("%s/story/%s?lang=%s", origin, name, lang))))
			if strings.HasPrefix(name, "till") && templates.AssetURL("scanner.js") != "" {
				until(t, ctx, `!document.querySelector(".camera-off").hidden`)
			}
			require.Empty(t, eval[[]string](t, ctx, clipped), "%s in %s", name, lang)
		}
	}
}

// Whoever stands at the till uses a thumb.
func TestTargetsOfTheTillAreLarge(t *testing.T) {
	ctx := browse(t, &counter{}, "")
	origin := eval[string](t, ctx, `location.origin`)
	require.NoError(t, chromedp.Do(ctx, chromedp.EmulateViewport(360, 740)))
	for name := range templates.Stories {
		if !strings.HasPrefix(name, "till") {
			continue
		}
		require.NoError(t, chromedp.Do(ctx, chromedp.Navigate(origin+"/story/"+name)))
		small := eval[[]string](t, ctx, `[...document.querySelectorAll(".counter :is(button, a, input:not([type=hidden]))")]
			.filter((e) => e.checkVisibility() && e.offsetHeight < 56).map((e) => e.outerHTML)`) // as laid out: an animation may be moving it
		require.Empty(t, small, name)
	}
}

// Whatever paper is in the printer, the poster is one sheet of it, without the
// console around it.
func TestPosterPrintsOnOneSheet(t *testing.T) {
	ctx := browse(t, &counter{}, "")
	origin := eval[string](t, ctx, `location.origin`)
	require.NoError(t, chromedp.Do(ctx, chromedp.Navigate(origin+"/story/poster")))
	until(t, ctx, `!document.querySelector("[data-print]").hidden`)
	for name, paper := range map[string]chromedp.PaperSize{"A4": chromedp.PaperA4, "A5": chromedp.PaperA5, "Letter": chromedp.PaperLetter} {
		pdf, err := chromedp.Run(ctx, chromedp.PrintToPDF(chromedp.PDFPaper(paper)))
		require.NoError(t, err)
		require.Len(t, regexp.MustCompile(`/Type\s*/Page\b`).FindAll(pdf, -1), 1, name)
	}
}
