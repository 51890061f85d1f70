package templates

import (
	"encoding/json"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// forms are the plural forms that each language has for whole numbers and
// what is said of the rest (CLDR).
var forms = map[string][]string{
	"en": {"one", "other"}, "nl": {"one", "other"}, "nb": {"one", "other"}, "el": {"one", "other"},
	"pl": {"few", "many", "one", "other"},
}

// texts reads the catalogue of an area in one language: the plural forms of
// each key, "" for a text without.
func texts(t *testing.T, area, lang string) map[string]map[string]string {
	t.Helper()
	b, err := os.ReadFile("lang/" + area + "." + lang + ".json")
	require.NoError(t, err)
	var raw map[string]any
	require.NoError(t, json.Unmarshal(b, &raw))
	out := map[string]map[string]string{}
	for key, v := range raw {
		out[key] = map[string]string{}
		switch v := v.(type) {
		case string:
			out[key][""] = v
		case map[string]any:
			for form, s := range v {
				out[key][form] = s.(string)
			}
		}
	}
	return out
}

var placeholder = regexp.MustCompile(`{{[^}]*}}`)

// placeholders lists what a text names. A plural form may say the number in
// words, so Count is left out.
func placeholders(s string) string {
	found := slices.Compact(slices.Sorted(slices.Values(placeholder.FindAllString(s, -1))))
	return strings.Join(slices.DeleteFunc(found, func(p string) bool { return p == "{{.Count}}" }), " ")
}

func TestCataloguesAreComplete(t *testing.T) {
	files, err := filepath.Glob("lang/*.en.json")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, f := range files {
		area := strings.TrimSuffix(filepath.Base(f), ".en.json")
		english := texts(t, area, "en")
		for _, lang := range Languages {
			t.Run(area+" "+lang, func(t *testing.T) {
				there := texts(t, area, lang)
				require.ElementsMatch(t, slices.Collect(maps.Keys(english)), slices.Collect(maps.Keys(there)))
				for key, plural := range there {
					want := placeholders(english[key]["other"] + english[key][""])
					if _, plain := english[key][""]; !plain {
						require.Equal(t, forms[lang], slices.Sorted(maps.Keys(plural)), key)
					}
					for form, s := range plural {
						require.NotEmpty(t, s, key)
						require.Equal(t, want, placeholders(s), "%s %s", key, form)
					}
				}
			})
		}
	}
}

func TestEveryPageSpeaksEveryLanguage(t *testing.T) {
	for _, lang := range Languages {
		for name, p := range stories {
			page := drawn(t, lang, "layout", p)
			require.NotContains(t, page, "⟦", "%s in %s", name, lang)
			require.NotContains(t, page, "&lt;no value&gt;", "%s in %s", name, lang)
			require.Contains(t, page, `<html lang="`+lang+`">`)
		}
	}
}

// kinds are those of units.
var kinds = []string{"points", "visits", "stamps"}

// computed are the keys that are put together when they are said: what comes
// after a prefix and a point.
var computed = map[string][]string{
	"entry": {"open", "earn", "load", "expire", "redeem", "reverse", "adjust", "check_in", "survey", "review", "bonus", "gift", "received", "merge", "unmerge", "join", "leave"}, "till.deed": {"check_in", "survey", "review"}, "role": {"owner", "manager", "marketer", "staff"},
	"wallet.name": {"apple", "google"}, "wallet.maker": {"apple", "google"}, "consent": {"program", "wallet", "email", "telephone"},
	"pass.stage":      {string(StageOffered), string(StageQueued), string(StageAccepted), string(StageAsked), string(StageFetched), string(StageRemoved)},
	"overview.ending": {"apple", "tls"}, "overview.ended": {"apple", "tls"},
	"unit.label": append([]string{"value"}, kinds...), "unit.count": kinds, "unit.togo": kinds, "unit.have": kinds, "unit.ends": kinds, "unit.usable": kinds, "unit.offer": kinds,
	"design.shows": {"none", "stamps", "progress", "tier"}, "design.shape": {"round", "square", "bare"}, "design.barcode": {"qr", "pdf417", "aztec", "code128"},
	"design.icon": {"bag", "book", "cup", "drop", "dumbbell", "flower", "fork", "gift", "heart", "leaf", "loaf", "paw", "scissors", "star", "tick"},
	"design.area": {"header", "primary", "secondary", "auxiliary", "back", "back:earn", "back:rewards", "back:terms"}, "design.sample": {"new", "half", "ready", "long"},
	"design.face": {"apple-front", "apple-back", "google-front", "google-back"}, "design": {"logo", "strip", "stamp", "apps", "launch", "nfc", "provider", "app", "smart_tap", "shared", "no_screenshots", "rotating", "static", "vouchers"},
	"design.logo": {"none", "now"}, "design.strip": {"none", "now"}, "design.stamp": {"none", "now"}, "design.holders": {"none", "one_device", "anybody"},
	"design.add": {"fields", "links", "places", "beacons"}, "design.warning": {"no_code", "no_picture", "refused", "not_drawn", "too_much"}, "design.warning.contrast": {"texts", "labels"},
	"design.wording": {"unopened", "unclosed", "unpaired", "undotted", "no_such_name"},
	"design.ready":   {"bakery-points", "bookshop-value", "cafe-stamps", "coupon", "gift-card", "gym-membership", "restaurant-tiers", "salon-visits"},
	"coupon.state":   {"good", "used", "expired", "cancelled"},
	"sharing.done":   {"given", "invited", "withdrawn", "joined", "left", "removed"},
	"field":          {"name", "phone", "email", "invitation"}, "date.month": {"1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12"},
}

// Whatever the code says by a computed key is in the catalogue as well.
func TestComputedKeys(t *testing.T) {
	english := texts(t, "pages", "en")
	maps.Copy(english, texts(t, "units", "en"))
	maps.Copy(english, texts(t, "sharing", "en"))
	maps.Copy(english, texts(t, "invited", "en"))
	maps.Copy(english, texts(t, "holders", "en"))
	maps.Copy(english, texts(t, "coupons", "en"))
	maps.Copy(english, texts(t, "design", "en"))
	for prefix, names := range computed {
		for _, name := range names {
			require.Contains(t, english, prefix+"."+name)
		}
	}
}

// What nothing says any more is taken out, so that nobody translates it.
func TestNoTextIsLeftOver(t *testing.T) {
	source := product(t)
	files, err := filepath.Glob("lang/*.en.json")
	require.NoError(t, err)
	for _, f := range files {
		for key := range texts(t, strings.TrimSuffix(filepath.Base(f), ".en.json"), "en") {
			prefix, name, _ := cutLast(key, ".")
			if names, ok := computed[prefix]; ok && slices.Contains(names, name) {
				continue
			}
			if prefix == "fault" { // api/pages compares these with the codes of failures
				continue
			}
			assert.True(t, strings.Contains(source, `"`+key+`"`), "nothing says %s", key)
		}
	}
}

// product is what may say a text: the pages and all Go files but the tests.
func product(t *testing.T) string {
	t.Helper()
	var source strings.Builder
	require.NoError(t, filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if d.Name() == "node_modules" || d.Name() == ".git" {
				return fs.SkipDir
			}
			return nil
		}
		ext := filepath.Ext(path)
		if ext != ".html" && ext != ".go" || strings.HasSuffix(path, "_test.go") || strings.Contains(path, "testdata") {
			return nil
		}
		b, err := os.ReadFile(path)
		source.Write(b)
		return err
	}))
	require.NotZero(t, source.Len())
	return source.String()
}

// cutLast cuts s at the last sep.
func cutLast(s, sep string) (before, after string, found bool) {
	i := strings.LastIndex(s, sep)
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+len(sep):], true
}

func TestPluralsOfPolish(t *testing.T) {
	for n, want := range map[int64]string{0: "0 punktów", 1: "1 punkt", 2: "2 punkty", 5: "5 punktów", 12: "12 punktów", 22: "22 punkty", 1234: "1\u00a0234 punkty"} {
		require.Equal(t, want, For("pl").Count("unit.count.points", n))
	}
	for n, want := range map[int64]string{1: "1 godzinę temu", 3: "3 godziny temu", 5: "5 godzin temu", 14: "14 godzin temu", 22: "22 godziny temu"} {
		require.Equal(t, want, For("pl").Count("ago.hours", n))
	}
	for n, want := range map[int64]string{1: "na 1 telefonie", 2: "na 2 telefonach", 5: "na 5 telefonach"} {
		require.Equal(t, want, For("pl").Count("pass.devices", n))
	}
	for n, want := range map[int64]string{1: "Popraw 1 pole", 2: "Popraw 2 pola", 5: "Popraw 5 pól"} {
		require.Equal(t, want, For("pl").Count("form.errors", n))
	}
}

func TestLanguageIsNegotiated(t *testing.T) {
	for header, want := range map[string]string{
		"nl-BE,en;q=0.5": "nl", "no": "nb", "nn-NO": "nb", "fr": "en", "fr,pl;q=0.3": "pl", "el-GR": "el", "": "en", "!!": "en",
	} {
		require.Equal(t, want, For(header).Lang, header)
	}
	require.Equal(t, "el", For("", "el").Lang, "the first that says anything")
}

func TestAgo(t *testing.T) {
	en := For("en")
	for _, tt := range []struct {
		name string
		back time.Duration
		want string
	}{
		{"a clock that is ahead", -time.Minute, "just now"},
		{"seconds", 59 * time.Second, "just now"},
		{"one minute", time.Minute, "1 min ago"},
		{"one hour", time.Hour, "1 hour ago"},
		{"this morning", 14 * time.Hour, "14 hours ago"},
		{"yesterday by the calendar", 15 * time.Hour, "yesterday, 23:05"},
		{"days", 3 * day, "3 days ago"},
		{"a date after a week", 7 * day, "15 November 2026"},
	} {
		t.Run(tt.name, func(t *testing.T) { require.Equal(t, tt.want, en.Ago(ago(tt.back), now)) })
	}
	require.Equal(t, "22 Νοεμβρίου 2026, 14:05", For("el").DateTime(now))
}

func TestExplainFallsBackToTheMessage(t *testing.T) {
	require.Equal(t, "Vul een naam in.", For("nl").Explain("blank", "Enter a name."))
	require.Equal(t, "As it is.", For("nl").Explain("no_such_code", "As it is."))
}
