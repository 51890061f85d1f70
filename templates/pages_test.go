package templates

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "rewrite testdata from the current output")

// golden compares got with testdata/name and says how to accept a change.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		require.NoError(t, os.WriteFile(path, got, 0o644))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err)
	if !bytes.Equal(got, want) {
		t.Errorf("%s differs; run go test ./templates -update and read the diff\ngot:\n%s", path, got)
	}
}

// plainAsset leaves the hash out of a name, so that a page changes only when
// the page does, and so that it is the same with and without Node.
func plainAsset(name string) string { return "/assets/" + name }

func drawn(t *testing.T, lang, part string, p Page) string {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, draw(&b, part, view{Texts: For(lang), P: p, assets: plainAsset}))
	return b.String()
}

func TestStorybook(t *testing.T) {
	drawnTypes := map[string]bool{}
	for name, p := range stories {
		drawnTypes[p.file()] = true
		t.Run(name, func(t *testing.T) {
			golden(t, name+".html", []byte(drawn(t, "en", "layout", p)))
		})
	}
	for _, p := range every {
		require.True(t, drawnTypes[p.file()], "%s has no story", p.file())
	}
}

func TestTillWithoutTheScannerSaysSo(t *testing.T) {
	var b bytes.Buffer
	none := func(name string) string {
		if name == "scanner.js" || name == "htmx.js" {
			return ""
		}
		return plainAsset(name)
	}
	require.NoError(t, draw(&b, "layout", view{Texts: For("en"), P: stories["till"], assets: none}))
	require.Contains(t, b.String(), "without the camera scanner")
	require.NotContains(t, b.String(), "<video")
	require.Contains(t, b.String(), `<form id="scan"`)
}

func TestFragmentIsThePanelAlone(t *testing.T) {
	whole, part := drawn(t, "en", "layout", stories["till_done"]), drawn(t, "en", "fragment", stories["till_done"])
	require.Contains(t, whole, part)
	require.True(t, strings.HasPrefix(part, `<div class="done`), part)
	require.NotContains(t, part, "camera")
	require.Contains(t, drawn(t, "en", "fragment", stories["members"]), `id="list"`)
}

// What no page draws any more is taken out.
func TestNoPartIsLeftOver(t *testing.T) {
	files, err := filepath.Glob("html/*.html")
	require.NoError(t, err)
	drawn := map[string]bool{"layout": true, "fragment": true} // by name, from Go
	var source strings.Builder
	for _, f := range files {
		b, err := os.ReadFile(f)
		require.NoError(t, err)
		source.Write(b)
	}
	for _, use := range regexp.MustCompile(`{{(?:template|block) "([a-z-]+)"`).FindAllStringSubmatch(source.String(), -1) {
		drawn[use[1]] = true
	}
	for _, part := range regexp.MustCompile(`{{define "([a-z-]+)"`).FindAllStringSubmatch(source.String(), -1) {
		require.True(t, drawn[part[1]], "nothing draws %s", part[1])
	}
}

// The pages work under a policy without inline scripts and styles.
func TestNothingInline(t *testing.T) {
	inline := regexp.MustCompile(`(?i)\sstyle="|\son[a-z]+="|<style|javascript:|<script>|<script[^>]*>[^<]`)
	for name, p := range stories {
		require.Empty(t, inline.FindString(drawn(t, "en", "layout", p)), name)
		require.NotContains(t, Policy(p), "unsafe-inline")
	}
	require.Contains(t, Policy(Till{}), "wasm-unsafe-eval")
	require.NotContains(t, Policy(Join{}), "wasm-unsafe-eval")
}

func TestWhatPeopleTypeIsEscaped(t *testing.T) {
	page := drawn(t, "en", "layout", stories["join_mistakes"])
	require.Contains(t, page, `value="&lt;b onclick=&#34;x&#34;&gt;"`)
}

// A customer stands in the shop with one bar of reception.
func TestCustomerPagesAreSmallAndNeedNoScript(t *testing.T) {
	css, err := assetFiles.ReadFile("static/app.css")
	require.NoError(t, err)
	for _, name := range []string{"join", "join_mistakes", "join_busy", "joined", "found", "member"} {
		page := drawn(t, "el", "layout", stories[name])
		require.NotContains(t, page, "<script", name)
		require.Less(t, len(page)+len(css), 30_000, name)
		require.Less(t, len(compress([]byte(page)))+len(compress(css)), 15_000, name)
	}
}

// The second sign-up must look the same for every number, whoever it belongs to.
func TestFoundHoldsNothingOfThePerson(t *testing.T) {
	require.NotContains(t, drawn(t, "en", "layout", stories["found"]), card.Member)
	require.NotContains(t, drawn(t, "en", "layout", stories["found"]), "@")
}

// A double tap must be one sale: each form that changes something has a key.
func TestEveryChangingFormHasAKey(t *testing.T) {
	form := regexp.MustCompile(`(?s)<form[^>]*method="post" action="([^"]*)".*?</form>`)
	for name, p := range stories {
		for _, f := range form.FindAllStringSubmatch(drawn(t, "en", "layout", p), -1) {
			if f[1] == "/login" || f[1] == "/logout" || f[1] == "/till/scan" || f[1] == "/console/members" { // a search
				continue
			}
			require.Contains(t, f[0], `name="key" value="k`, "%s %s", name, f[1])
		}
	}
}

func TestEveryInputHasALabel(t *testing.T) {
	input := regexp.MustCompile(`<input id="([a-z]+)"`)
	for name, p := range stories {
		page := drawn(t, "en", "layout", p)
		for _, m := range input.FindAllStringSubmatch(page, -1) {
			require.True(t, strings.Contains(page, `<label for="`+m[1]+`"`), "%s: %s", name, m[1])
		}
	}
}
