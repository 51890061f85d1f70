package google_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"regulars/models"
	"regulars/passes"
	"regulars/passes/google"
)

var update = flag.Bool("update", false, "rewrite testdata from the current output")

const issuer = "3388000000012345678"

// golden compares v, as it goes over the wire, with testdata/name.
func golden(t *testing.T, name string, v any) {
	t.Helper()
	raw, err := json.Marshal(v)
	require.NoError(t, err)
	var got bytes.Buffer
	require.NoError(t, json.Indent(&got, raw, "", "  "))
	got.WriteByte('\n')
	require.NotContains(t, got.String(), "⟦", "a text is missing from the catalogue")
	path := filepath.Join("testdata", name)
	if *update {
		require.NoError(t, os.WriteFile(path, got.Bytes(), 0o644))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, string(want), got.String(), "run go test ./passes/google -update and read the diff")
}

func cafe() *models.Program {
	return &models.Program{ID: "demo", Version: 3, Terms: models.Terms{
		Name: "Corner Café Regulars", Organization: "Corner Café", Description: "Loyalty card of Corner Café",
		TimeZone: "Europe/Amsterdam", Currency: "EUR", Country: "NL", Locale: "nl", Barcode: models.QR,
		Brand:   models.Brand{Background: "#4a2c2a", Foreground: "#ffffff", Label: "#f3d9b1"},
		Rules:   []models.Rule{models.SpendRule(1, 100)},
		Rewards: []models.Reward{{ID: "coffee", Name: "Koffie", Unit: models.Points, Cost: 50}, {ID: "lunch", Name: "Lunch", Unit: models.Points, Cost: 200}},
		Tiers:   []models.Tier{{Name: "Gold", From: 500}},
		Contact: models.Contact{Email: "hello@cafe.example", Phone: "+31201234567", Website: "https://cafe.example", Address: "Dorpsstraat 1\n1011 AA Amsterdam"},
	}}
}

func member() passes.State {
	s := holding(cafe(), models.State{Balances: map[models.Unit]int64{models.Points: 120}, Tier: "Gold"})
	s.Message = "Deze week: taart voor 50 punten"
	return s
}

// holding returns what the card of Anna says under p when her ledger says s.
func holding(p *models.Program, s models.State) passes.State {
	joined := time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)
	m := &models.Member{Card: "71234567890123456784", Name: "Anna de Vries", Locale: "nl-BE", JoinedAt: joined}
	return passes.Of(p, m, s, "https://cafe.example/m/abc", joined.AddDate(0, 1, 0))
}

// bakery counts points that end and stamps on a card.
func bakery() *models.Program {
	p := cafe()
	p.Rules = append(p.Rules, models.Rule{ID: "bread", Name: "Een stempel per brood", Unit: models.Stamps, Give: 1, Per: models.PerItem})
	p.StampCards = []models.StampCard{{ID: "loaves", Name: "Broden", Unit: models.Stamps, Size: 10}}
	p.Rewards = append(p.Rewards, models.Reward{ID: "loaf", Name: "Brood", Unit: models.Stamps, Cost: 10})
	return p
}

func regular() passes.State {
	end := time.Date(2026, 12, 31, 23, 0, 0, 0, time.UTC) // midnight in Amsterdam
	return holding(bakery(), models.State{
		Balances: map[models.Unit]int64{models.Points: 20, models.Stamps: 23},
		Lots:     []models.Lot{{Unit: models.Points, Amount: 15, Expires: &end}},
	})
}

func TestClassSaysWhatAllMembersShare(t *testing.T) {
	images := google.Images{Logo: "https://cafe.example/a/logo-1.png", Hero: "https://cafe.example/a/hero-1.png"}
	golden(t, "class.json", google.Class(cafe(), issuer, images, "https://cafe.example/google/callback"))

	plain := cafe()
	plain.Contact, plain.Rewards = models.Contact{}, nil
	wide := images
	wide.Wide = "https://cafe.example/a/wide-1.png"
	golden(t, "class-wide.json", google.Class(plain, issuer, wide, ""))
	golden(t, "class-units.json", google.Class(bakery(), issuer, images, ""))
	golden(t, "class-plain.json", google.Class(plain, issuer, google.Images{Logo: images.Logo}, ""))
}

func TestObjectSaysWhatTheCardSays(t *testing.T) {
	id := google.ObjectID{Issuer: issuer, Serial: "k3Xv_9"}
	newcomer := passes.Of(cafe(), &models.Member{Card: "71234567890123456784", Name: "Άννα", Locale: "el"}, cafe().Start(), "", time.Now())
	for _, tt := range []struct {
		name    string
		program *models.Program
		state   passes.State
	}{
		{"object-member.json", cafe(), member()},
		{"object-newcomer.json", cafe(), newcomer},
		{"object-units.json", bakery(), regular()},
		{"object-voided.json", cafe(), passes.State{Program: "demo", Version: 3, Voided: true}},
	} {
		t.Run(tt.name, func(t *testing.T) { golden(t, tt.name, google.Object(tt.program, tt.state, id, "")) })
	}
	golden(t, "object-stamps.json", google.Object(bakery(), regular(), id, "https://cards.example/art/demo/3/hero-stamps-3-10.png"))
}

func TestBalanceOfZeroIsSent(t *testing.T) {
	s := holding(cafe(), models.State{})
	raw, err := json.Marshal(google.Object(cafe(), s, google.ObjectID{Issuer: issuer, Serial: "s"}, ""))
	require.NoError(t, err)
	require.Contains(t, string(raw), `"balance":{"int":0,`)
}

func TestVoidedCardKeepsNothingPersonal(t *testing.T) {
	s := member()
	s.Voided = true
	raw, err := json.Marshal(google.Object(cafe(), s, google.ObjectID{Issuer: issuer, Serial: "s"}, ""))
	require.NoError(t, err)
	for _, personal := range []string{"Anna", "1234", "abc", "taart", "Gold", "120"} {
		require.NotContains(t, strings.ReplaceAll(string(raw), issuer, ""), personal)
	}
	require.Contains(t, string(raw), `"accountName":null`)
	require.Contains(t, string(raw), `"state":"INACTIVE"`)
}

func TestEachSymbologyHasItsTypeAtGoogle(t *testing.T) {
	for sym, want := range map[models.Symbology]string{
		models.QR: "QR_CODE", models.PDF417: "PDF_417", models.Aztec: "AZTEC", models.Code128: "CODE_128",
	} {
		p := cafe()
		p.Barcode = sym
		o := google.Object(p, member(), google.ObjectID{Issuer: issuer, Serial: "s"}, "")
		require.Equal(t, want, o.Barcode.Type)
		require.Equal(t, "71234567890123456784", o.Barcode.Value)
	}
}

func TestTextsStayWithinWhatIsShown(t *testing.T) {
	p := cafe()
	p.Rewards = nil
	for i := range 40 {
		p.Rewards = append(p.Rewards, models.Reward{ID: models.RewardID(rune('a' + i)), Name: strings.Repeat("ż", 25), Unit: models.Points, Cost: int64(i + 1)})
	}
	for _, m := range google.Class(p, issuer, google.Images{}, "").TextModulesData {
		for _, v := range m.LocalizedBody.TranslatedValues {
			require.LessOrEqual(t, len([]rune(v.Value)), 502)
		}
	}
}

func TestIDsAreInGooglesAlphabetAndNeverMeet(t *testing.T) {
	seen := map[string]string{}
	for _, name := range []string{"demo", "de.mo", "de.2emo", "de/mo", "café", "DEMO", "de mo", "de_mo", "de-mo"} {
		id := google.ClassID(issuer, models.ProgramID(name))
		require.Regexp(t, `^3388000000012345678\.[A-Za-z0-9._-]+$`, id)
		require.Empty(t, seen[id], "%q has the id of another", name)
		seen[id] = name
	}
	require.Equal(t, issuer+".demo", google.ClassID(issuer, "demo"))
}
