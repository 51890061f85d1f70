package preview

import (
	"encoding/base64"
	"flag"
	"fmt"
	"hash/fnv"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/stretchr/testify/require"

	"regulars/models"
	"regulars/passes"
	"regulars/templates"
)

var update = flag.Bool("update", false, "rewrite testdata from the current output")

// noon is when all tests of this package happen.
var noon = time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC)

// designed returns a program that begins with a ready design.
func designed(t testing.TB, name, locale string) *models.Program {
	t.Helper()
	for _, d := range templates.Designs() {
		if d.Name != name {
			continue
		}
		p := &models.Program{ID: "corner", Version: 1}
		require.NoError(t, yaml.UnmarshalWithOptions(d.Terms, &p.Terms, yaml.UseJSONUnmarshaler()))
		p.Name, p.Organization, p.Description = "Corner Regulars", "The Corner", "Loyalty card of The Corner"
		p.TimeZone, p.Currency, p.Country, p.Locale = "Europe/Amsterdam", "EUR", "NL", locale
		p.Contact = models.Contact{Email: "hello@corner.example", Phone: "+31 20 123 4567", Website: "https://corner.example", Address: "Main Street 1, Amsterdam"}
		require.NoError(t, models.CheckTerms(&p.Terms))
		return p
	}
	t.Fatalf("there is no design %s", name)
	return nil
}

// drawn draws a sample of a program.
func drawn(t testing.TB, p *models.Program, sample SampleName, o Options) Sheet {
	t.Helper()
	o.Now = noon
	s, err := Sample(p, sample, o.Locale, noon)
	require.NoError(t, err)
	sheet, err := Of(p, s, o)
	require.NoError(t, err)
	return sheet
}

// keep writes a picture to be looked at where REGULARS_ART says.
func keep(t testing.TB, name string, sheet Sheet, scale float64) {
	t.Helper()
	dir := os.Getenv("REGULARS_ART")
	if dir == "" {
		return
	}
	all := sheet.Together()
	png, err := all.PNG(scale)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(dir, name+".png"), png, 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(dir, name+".svg"), all.SVG(), 0o600))
	t.Log(name, sheet.Warnings)
}

var embedded = regexp.MustCompile(`data:image/png;base64,([A-Za-z0-9+/=]+)`)

// legible returns a drawing with each picture in it named by its size and pixels,
// so that a difference can be read and another packing of a PNG file is none.
func legible(t testing.TB, svg []byte) string {
	t.Helper()
	return embedded.ReplaceAllStringFunc(string(svg), func(uri string) string {
		file, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(uri, "data:image/png;base64,"))
		require.NoError(t, err)
		img, err := decoded(file)
		require.NoError(t, err)
		h := fnv.New32a()
		for y := range img.Bounds().Dy() {
			for x := range img.Bounds().Dx() {
				r, g, b, a := img.At(x, y).RGBA()
				_, _ = h.Write([]byte{byte(r >> 8), byte(g >> 8), byte(b >> 8), byte(a >> 8)})
			}
		}
		return fmt.Sprintf("picture:%dx%d-%08x", img.Bounds().Dx(), img.Bounds().Dy(), h.Sum32())
	})
}

// The ready designs on both phones, front and back, as they were looked at.
func TestDesignsAreDrawnAsLookedAt(t *testing.T) {
	for _, d := range templates.Designs() {
		t.Run(d.Name, func(t *testing.T) {
			sheet := drawn(t, designed(t, d.Name, "en"), HalfWay, Options{})
			require.Len(t, sheet.Faces, 4)
			keep(t, d.Name, sheet, 2)
			for i := range sheet.Faces {
				f := &sheet.Faces[i]
				file := filepath.Join("testdata", d.Name+"."+string(f.Name)+".svg")
				got := legible(t, f.SVG())
				if *update {
					require.NoError(t, os.MkdirAll("testdata", 0o750))
					require.NoError(t, os.WriteFile(file, []byte(got), 0o600))
				}
				want, err := os.ReadFile(file)
				require.NoError(t, err)
				require.Equal(t, string(want), got, "run go test ./passes/preview -run Designs -update and read the diff")
			}
		})
	}
}

// Each sample of each design, in each language, is a card that can be drawn, and
// stands where its name says.
func TestSamplesOfEveryDesign(t *testing.T) {
	for _, d := range templates.Designs() {
		for _, lang := range templates.Languages {
			p := designed(t, d.Name, lang)
			for _, name := range SampleNames {
				s, err := Sample(p, name, lang, noon)
				require.NoError(t, err, "%s %s", d.Name, name)
				switch name {
				case NewMember:
					require.Zero(t, s.Primary().Amount)
					require.Empty(t, s.Ready)
				case HalfWay:
					require.Positive(t, s.Primary().Amount)
					require.Empty(t, s.Ready, "%s: %v", d.Name, s.Balances)
				case RewardReady, LongNames:
					bought := func(r models.Reward) bool { return r.Cost > 0 && r.Unit == s.Primary().Unit && r.Tier == "" }
					require.Equal(t, slices.ContainsFunc(p.Rewards, bought), len(s.Ready) > 0, "%s: %v", d.Name, s)
				}
			}
		}
	}
	_, err := Sample(designed(t, "cafe-stamps", "en"), "rich", "", noon)
	require.Equal(t, "unknown_sample", models.CodeOf(err))
}

// What is drawn is what is issued: the texts of the faces are those of the pass and
// the object, in the language that is asked for.
func TestPreviewSpeaksTheMembersLanguage(t *testing.T) {
	for lang, says := range map[string]string{"en": "5 stamps to go", "nl": "nog 5 stempels", "pl": "jeszcze 5 pieczątek", "nb": "mangler 5 stempler", "el": "ακόμη 5 σφραγίδες"} {
		sheet := drawn(t, designed(t, "cafe-stamps", "en"), HalfWay, Options{Locale: lang, Platforms: []models.Platform{models.Google}, Sides: []Side{Back}})
		require.Len(t, sheet.Faces, 1)
		require.Contains(t, sheet.Faces[0].Words(), says, lang)
		require.Contains(t, string(sheet.Faces[0].SVG()), ` lang="`+lang+`"`)
	}
}

// What an owner designed stands where it was put, on both phones.
func TestOwnersCard(t *testing.T) {
	p := designed(t, "restaurant-tiers", "en")
	p.Card = models.Card{
		Fields: []models.CardField{
			{ID: "points", At: models.Header, Label: "Points", Text: "{{.points}}"},
			{ID: "next", At: models.Primary, Label: "{{.reward_to_go}}", Text: "{{.reward}}"},
			{ID: "who", At: models.Secondary, Label: "For", Text: "{{.first_name | a friend}}"},
			{ID: "level", At: models.Auxiliary, Label: "Level", Text: "{{.tier}}", Align: models.AlignRight},
			{ID: "hours", At: models.Back, Label: "Open", Text: "Every day from eight to six"},
		},
		Links: []models.CardLink{{Name: "The menu", URL: "https://corner.example/menu"}},
	}
	require.NoError(t, models.CheckTerms(&p.Terms))
	sheet := drawn(t, p, HalfWay, Options{})
	keep(t, "owner", sheet, 1)
	for i, says := range [][]string{
		{"POINTS\n7", "Dessert for two\n8 points to go", "FOR\nEmma", "LEVEL\nGuest"},
		{"Open\nEvery day from eight to six", "The menu"},
		{"Points\n7", "8 points to go\nDessert for two", "For\nEmma", "Level\nGuest"},
		{"Open\nEvery day from eight to six", "The menu"},
	} {
		for _, text := range says {
			require.Contains(t, sheet.Faces[i].Words(), text, sheet.Faces[i].Name)
		}
	}
	require.Empty(t, sheet.Warnings)
}

// A logo that spells the name stands wide on an Android phone, in place of the circle.
func TestWordmark(t *testing.T) {
	p := designed(t, "restaurant-tiers", "en")
	p.Brand.Logo = landscape(t, 300, 100)
	sheet := drawn(t, p, HalfWay, Options{})
	keep(t, "wordmark", sheet, 1)
	require.Contains(t, string(sheet.Faces[2].SVG()), `width="150"`)
}

// A member whose language is not known has a pass with all, and the phone chooses.
func TestPhoneChoosesTheLanguage(t *testing.T) {
	p := designed(t, "bakery-points", "en")
	s, err := Sample(p, HalfWay, "", noon)
	require.NoError(t, err)
	sheet, err := Of(p, s, Options{Now: noon, Locale: "nl-BE", Sides: []Side{Front}})
	require.NoError(t, err)
	require.Contains(t, sheet.Faces[0].Words(), "PUNTEN\n12")
	require.Equal(t, "nl", sheet.Faces[0].Lang)
	s.Locale = "pl"
	sheet, err = Of(p, s, Options{Now: noon, Locale: "nl", Sides: []Side{Front}})
	require.NoError(t, err)
	require.Contains(t, sheet.Faces[0].Words(), "PUNKTY\n12", "a member's own language is the card's")
}

func TestOnlyWhatIsAskedForIsDrawn(t *testing.T) {
	p := designed(t, "bakery-points", "en")
	for name, o := range map[FaceName]Options{
		AppleFront:  {Platforms: []models.Platform{models.Apple}, Sides: []Side{Front}},
		AppleBack:   {Platforms: []models.Platform{models.Apple}, Sides: []Side{Back}},
		GoogleFront: {Platforms: []models.Platform{models.Google}, Sides: []Side{Front}},
		GoogleBack:  {Platforms: []models.Platform{models.Google}, Sides: []Side{Back}},
	} {
		sheet := drawn(t, p, HalfWay, o)
		require.Len(t, sheet.Faces, 1)
		require.Equal(t, name, sheet.Faces[0].Name)
		require.Equal(t, sheet.Faces[0], sheet.Together(), "one face alone needs no ground")
	}
}

// An erased member's card has no code and nothing personal.
func TestVoidCard(t *testing.T) {
	p := designed(t, "bakery-points", "en")
	s := passes.Of(p, &models.Member{ErasedAt: &noon}, p.Start(), "", noon)
	sheet, err := Of(p, s, Options{Now: noon})
	require.NoError(t, err)
	for _, f := range sheet.Faces {
		for _, o := range f.ops {
			_, is := o.(code)
			require.False(t, is)
		}
	}
}

func TestScalesOfPNG(t *testing.T) {
	sheet := drawn(t, designed(t, "bakery-points", "en"), HalfWay, Options{Sides: []Side{Front}})
	for _, scale := range []float64{1, 1.5, 2, 3, 4} {
		img, err := sheet.Faces[0].Image(scale)
		require.NoError(t, err)
		require.Equal(t, int(math.Ceil(375*scale)), img.Bounds().Dx())
	}
	for _, scale := range []float64{0, 0.5, -1, 5, math.NaN(), math.Inf(1)} {
		_, err := sheet.Faces[0].PNG(scale)
		require.Equal(t, models.Invalid, models.KindOf(err), scale)
	}
	tall := Face{Width: 375, Height: 80_000}
	_, err := tall.PNG(4)
	require.Equal(t, "preview_too_large", models.CodeOf(err))
}
