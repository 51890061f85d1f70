package models_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"regulars/models"
)

// designed is a program whose card has something of everything.
func designed() *models.Terms {
	t := program().Terms
	t.Card = models.Card{
		Fields: []models.CardField{
			{ID: "points", At: models.Header, Label: "Points", Text: "{{.points}}", Align: models.AlignRight},
			{ID: "next", At: models.Primary, Label: "{{.reward_to_go}}", Text: "{{.reward}}"},
			{ID: "who", At: models.Secondary, Label: "Name", Text: "{{.name}}"},
			{ID: "hours", At: models.Back, Label: "Open", Text: "Every day from eight"},
			{ID: "terms", At: models.Back},
		},
		Fallbacks: []models.Symbology{models.Aztec},
		Links:     []models.CardLink{{Name: "Menu", URL: "https://shop.example/menu"}, {Name: "Call", URL: "tel:+31201234567"}},
		Places:    []models.CardPlace{{At: "52.3676, 4.9041", Text: "Come in"}},
		Near:      200,
		Beacons:   []models.CardPlace{{At: "f8f589a2-2d4c-44f3-b3bd-9a6f0a6ffb21/7/65535"}},
		Expires:   "2027-12-31",
		Apple:     models.AppleCard{Apps: []string{"1234567890"}, Launch: "shop://card"},
		Google:    models.GoogleCard{Holders: models.OneDevice, Rotating: true, Vouchers: true, Provider: "Café", SmartTap: []string{"20712345"}, App: "com.example.shop"},
	}
	t.Translations = []models.Translation{
		{Text: "Every day from eight", NL: "Elke dag vanaf acht uur"},
		{Text: "{{.reward_to_go}}", NL: "Nog {{.reward_missing}}"},
		{Text: t.Rewards[0].Name, PL: "Kawa"},
	}
	return &t
}

func TestCardOfTheOwnersIsTaken(t *testing.T) { require.NoError(t, models.CheckTerms(designed())) }

func TestFaultsOfACardNameTheirPlace(t *testing.T) {
	key, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	require.NoError(t, err)
	p384, err := x509.MarshalPKIXPublicKey(&key.PublicKey)
	require.NoError(t, err)
	for field, spoil := range map[string]func(*models.Terms){
		"card.fields[0].text":      func(t *models.Terms) { t.Card.Fields[0].Text = "{{.pionts}}" },
		"card.fields[0].label":     func(t *models.Terms) { t.Card.Fields[0].Label = "{{.visits}}" }, // which are not counted
		"card.fields[0].at":        func(t *models.Terms) { t.Card.Fields[0].At = "top" },
		"card.fields[0].id":        func(t *models.Terms) { t.Card.Fields[0].ID = "My points" },
		"card.fields[0].align":     func(t *models.Terms) { t.Card.Fields[0].Align = "justify" },
		"card.fields[1].align":     func(t *models.Terms) { t.Card.Fields[1].Align = models.AlignLeft },
		"card.fields[1].id":        func(t *models.Terms) { t.Card.Fields[1].ID = "points" },
		"card.fields[1].text":      func(t *models.Terms) { t.Card.Fields[1].Text = "" },
		"card.fields[2].at":        func(t *models.Terms) { t.Card.Fields[2].At = models.Primary }, // a second one
		"card.fields[3].text":      func(t *models.Terms) { t.Card.Fields[3].Text = strings.Repeat("ω", 1001) },
		"card.fields[3].label":     func(t *models.Terms) { t.Card.Fields[3].Label = strings.Repeat("ω", 41) },
		"card.fallbacks[0]":        func(t *models.Terms) { t.Card.Fallbacks[0] = t.Barcode },
		"card.links[0].url":        func(t *models.Terms) { t.Card.Links[0].URL = "javascript:alert(1)" },
		"card.links[1].url":        func(t *models.Terms) { t.Card.Links[1].URL = `https://a.example/"onclick` },
		"card.links[1].name":       func(t *models.Terms) { t.Card.Links[1].Name = "" },
		"card.places[0].at":        func(t *models.Terms) { t.Card.Places[0].At = "4.9041, 152.3676, 1" },
		"card.places[0].text":      func(t *models.Terms) { t.Card.Places[0].Text = strings.Repeat("x", 101) },
		"card.places":              func(t *models.Terms) { t.Card.Places = make([]models.CardPlace, 11) },
		"card.beacons[0].at":       func(t *models.Terms) { t.Card.Beacons[0].At += "6" },
		"card.near":                func(t *models.Terms) { t.Card.Near = -1 },
		"card.expires":             func(t *models.Terms) { t.Card.Expires = "31-12-2027" },
		"card.apple.apps[0]":       func(t *models.Terms) { t.Card.Apple.Apps[0] = "shop" },
		"card.apple.launch":        func(t *models.Terms) { t.Card.Apple.Apps = nil },
		"card.apple.nfc":           func(t *models.Terms) { t.Card.Apple.NFC = base64.StdEncoding.EncodeToString(p384) },
		"card.google.holders":      func(t *models.Terms) { t.Card.Google.Holders = "two" },
		"card.google.rotating":     func(t *models.Terms) { t.Barcode = models.Code128 },
		"card.google.smart_tap[0]": func(t *models.Terms) { t.Card.Google.SmartTap[0] = "us" },
		"card.google.static":       func(t *models.Terms) { t.Card.Google.Static = "allow" },
		"card.google.static ":      func(t *models.Terms) { t.Card.Google.Static = models.StaticRefused }, // and Smart Tap
		"card.google.provider":     func(t *models.Terms) { t.Card.Google.Provider = "Thirteen Oaks" },
		"card.google.app":          func(t *models.Terms) { t.Card.Google.App = "shop" },
		"translations[0].text":     func(t *models.Terms) { t.Translations[0].Text = "Every day" },
		"translations[1].nl":       func(t *models.Terms) { t.Translations[1].NL = "Nog {{.pionts}}" },
		"translations[0].nl":       func(t *models.Terms) { t.Translations[0].NL = strings.Repeat("x", 61) },
		"translations[2]":          func(t *models.Terms) { t.Translations[2].PL = "" },
		"translations[1].text":     func(t *models.Terms) { t.Translations[1].Text = t.Translations[0].Text },
	} {
		t.Run(field, func(t *testing.T) {
			terms := designed()
			spoil(terms)
			e, ok := errors.AsType[*models.Error](models.CheckTerms(terms))
			require.True(t, ok)
			require.Equal(t, strings.TrimSpace(field), e.Field, e.Msg)
			require.Equal(t, models.Invalid, e.Kind)
		})
	}
}

func TestNothingIsWrittenOverStamps(t *testing.T) {
	terms := designed()
	terms.StampCards = []models.StampCard{{ID: "drinks", Name: "Drinks", Unit: models.Stamps, Size: 10}}
	terms.Brand.Shows = models.ShowsStamps
	e, ok := errors.AsType[*models.Error](models.CheckTerms(terms))
	require.True(t, ok)
	require.Contains(t, e.Msg, "Nothing can be written over the stamps")
}

func TestReadersKeyIsTakenBothWays(t *testing.T) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	whole, err := x509.MarshalPKIXPublicKey(&key.PublicKey)
	require.NoError(t, err)
	point := whole[len(whole)-65:]
	short := append([]byte("\x30\x39"), whole[2:23]...) // the same algorithm
	short = append(short, 0x03, 0x22, 0x00, 2+point[64]&1)
	short = append(short, point[1:33]...)
	for _, der := range [][]byte{whole, short} {
		terms := designed()
		terms.Card.Apple.NFC = base64.StdEncoding.EncodeToString(der)
		require.NoError(t, models.CheckTerms(terms))
	}
}

func TestPlacesAndBeaconsAreRead(t *testing.T) {
	north, east, ok := models.CardPlace{At: "-33.8688,151.2093"}.Coordinates()
	require.True(t, ok)
	require.InDelta(t, -33.8688, north, 0)
	require.InDelta(t, 151.2093, east, 0)
	for _, wrong := range []string{"", "1", "91, 0", "0, 181", "NaN, 0", "0, NaN", "52,3676, 4,9041", "inf, 0"} {
		_, _, ok := models.CardPlace{At: wrong}.Coordinates()
		require.False(t, ok, wrong)
	}
	const id = "F8F589A2-2D4C-44F3-B3BD-9A6F0A6FFB21"
	uuid, major, minor, ok := models.CardPlace{At: strings.ToLower(id) + "/7/0"}.Beacon()
	require.True(t, ok)
	require.Equal(t, id, uuid)
	require.Equal(t, []uint16{7, 0}, []uint16{*major, *minor})
	_, major, minor, ok = models.CardPlace{At: id}.Beacon()
	require.True(t, ok)
	require.Nil(t, major)
	require.Nil(t, minor)
	for _, wrong := range []string{"", id + "/65536", id + "/1/2/3", id + "/", id + "//1", id[1:]} {
		_, _, _, ok := models.CardPlace{At: wrong}.Beacon()
		require.False(t, ok, wrong)
	}
}

func TestCardEndsAtTheEndOfItsLastDay(t *testing.T) {
	p := program()
	require.Nil(t, p.ExpiresAt())
	p.TimeZone, p.Card.Expires = "Europe/Amsterdam", "2026-10-25" // a day of 25 hours
	require.Equal(t, time.Date(2026, 10, 25, 23, 0, 0, 0, time.UTC), p.ExpiresAt().UTC())
}

func TestProgramIsReadInOtherLanguages(t *testing.T) {
	p := program()
	p.Terms = *designed()
	p.Tiers = []models.Tier{{Name: "Friend", Perks: []string{"A smile"}}}
	p.Translations = append(p.Translations, models.Translation{Text: "A smile", PL: "Uśmiech"}, models.Translation{Text: "Friend", PL: "Przyjaciel"})
	require.NoError(t, models.CheckTerms(&p.Terms))
	own := p.Rewards[0].Name
	polish, dutch := p.In("pl-PL"), p.In("nl")
	require.Equal(t, "Kawa", polish.Rewards[0].Name)
	require.Equal(t, own, dutch.Rewards[0].Name, "what was not translated stands in the program's own language")
	require.Equal(t, "Elke dag vanaf acht uur", dutch.Card.Fields[3].Text)
	require.Equal(t, "Nog {{.reward_missing}}", dutch.Card.Fields[1].Label)
	require.Equal(t, "Uśmiech", polish.Tiers[0].Perks[0])
	require.Equal(t, "Friend", polish.Tiers[0].Name, "a tier is known by its name")
	require.Equal(t, "Przyjaciel", p.Say("Friend", "pl"))
	require.Equal(t, own, p.Rewards[0].Name, "the program itself stays as it is")
	require.Equal(t, "A smile", p.Tiers[0].Perks[0])
	require.Equal(t, "Every day from eight", p.Card.Fields[3].Text)
}
