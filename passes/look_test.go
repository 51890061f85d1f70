package passes_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"regulars/models"
	"regulars/passes"
	"regulars/passes/apple"
	"regulars/passes/art"
	"regulars/passes/google"
	"regulars/templates"
)

func version(change func(*models.Terms)) *models.Program {
	p := &models.Program{ID: "demo", Version: 3, Terms: models.Terms{
		Name: "Regulars", Organization: "Café", Description: "Card of the café", TimeZone: "Europe/Amsterdam", Currency: "EUR", Country: "NL",
		Locale: "en", Barcode: models.QR, Rules: []models.Rule{models.SpendRule(1, 100)}, Refunds: models.AllowNegative, MaxPurchase: 100_000,
		Brand:   models.Brand{Background: "#4b2e20", Foreground: "#ffffff", Label: "#e7c9a5"},
		Rewards: []models.Reward{{ID: "coffee", Name: "Coffee", Unit: models.Points, Cost: 50}, {ID: "lunch", Name: "Lunch", Unit: models.Points, Cost: 200}},
		Tiers:   []models.Tier{{Name: "Regular", From: 0}, {Name: "Gold", From: 100}},
		Contact: models.Contact{Email: "hello@demo.example", Phone: "+31201234567", Website: "https://demo.example", Address: "Main Street 1"},
	}}
	change(&p.Terms)
	return p
}

// drawn is all that phones are given of a version, for members of all sorts.
func drawn(t *testing.T, p *models.Program) []string {
	t.Helper()
	var all []string
	keep := func(v any) {
		b, err := json.Marshal(v)
		require.NoError(t, err)
		all = append(all, string(b))
	}
	keep([]any{p.Name, p.Brand}) // all that pictures are drawn from
	keep(google.Class(p, "3388", google.Images{Logo: "https://cards.example/logo.png"}, ""))
	for _, locale := range append([]string{""}, templates.Languages...) {
		for _, balance := range []int64{-10, 0, 70, 999} {
			m := &models.Member{Card: "70000000000000000011", Name: "Anna", Locale: locale, JoinedAt: time.Date(2026, 1, 31, 23, 30, 0, 0, time.UTC)}
			end := time.Date(2026, 12, 31, 23, 0, 0, 0, time.UTC)
			s := passes.Of(p, m, models.State{
				Balances: map[models.Unit]int64{models.Points: balance, models.Stamps: 13}, Tier: p.TierAt(0),
				Lots: []models.Lot{{Unit: models.Points, Amount: 5, Expires: &end}},
			}, "https://cards.example/m/x", m.JoinedAt)
			card, err := apple.Card(p, s, apple.Identity{PassTypeID: "pass.x", TeamID: "T", Serial: "s", Token: "t"})
			require.NoError(t, err)
			keep(card)
			keep(google.Object(p, s, google.ObjectID{Issuer: "3388", Serial: "s"}, ""))
		}
	}
	return all
}

// What SameLook passes over is on no card, in any language and for no member.
func TestWhatHasTheSameLookIsDrawnTheSame(t *testing.T) {
	before := version(func(*models.Terms) {})
	for name, change := range map[string]func(*models.Terms){
		"refunds":                func(t *models.Terms) { t.Refunds = models.OnlyAvailable },
		"the highest purchase":   func(t *models.Terms) { t.MaxPurchase++ },
		"a tier beyond":          func(t *models.Terms) { t.Tiers = append(t.Tiers, models.Tier{Name: "Platinum", From: 900}) },
		"the name of a tier":     func(t *models.Terms) { t.Tiers = []models.Tier{{Name: "Regular"}, {Name: "Golden", From: 100}} },
		"the id of a reward":     func(t *models.Terms) { t.Rewards[0].ID = "espresso" },
		"an empty list for none": func(t *models.Terms) { t.Brand.Logo = []byte{} },
	} {
		t.Run(name, func(t *testing.T) {
			after := version(change)
			require.True(t, passes.SameLook(before, after))
			require.Equal(t, drawn(t, before), drawn(t, after))
		})
	}
	before.Version--
	require.True(t, passes.SameLook(before, version(func(*models.Terms) {})), "the number is on no card")
}

func TestWhatCardsShowIsAnotherLook(t *testing.T) {
	before := version(func(*models.Terms) {})
	for name, change := range map[string]func(*models.Terms){
		"name":     func(t *models.Terms) { t.Name = "Friends" },
		"the zone": func(t *models.Terms) { t.TimeZone = "Asia/Tokyo" }, // days
		"another unit": func(t *models.Terms) {
			t.Rules = append(t.Rules, models.Rule{ID: "a", Name: "A", Unit: models.Stamps, Give: 1, Per: models.PerItem})
		},
		"a stamp card": func(t *models.Terms) {
			t.StampCards = []models.StampCard{{ID: "a", Name: "A", Unit: models.Stamps, Size: 9}}
		},
		"what a tier gives": func(t *models.Terms) { t.Tiers[0].Discount = 5 },
		"organization":      func(t *models.Terms) { t.Organization = "Bar" },
		"earning":           func(t *models.Terms) { t.Rules[0].Give = 2 },
		"currency":          func(t *models.Terms) { t.Currency = "NOK" },
		"language":          func(t *models.Terms) { t.Locale = "nl" },
		"colour":            func(t *models.Terms) { t.Brand.Background = "#000000" },
		"barcode":           func(t *models.Terms) { t.Barcode = models.Aztec },
		"reward's cost":     func(t *models.Terms) { t.Rewards[1].Cost = 150 },
		"reward's name":     func(t *models.Terms) { t.Rewards[0].Name = "Tea" },
		"reward gone":       func(t *models.Terms) { t.Rewards = nil },
		"contact":           func(t *models.Terms) { t.Contact.Phone = "+31207654321" },
		"the first tier":    func(t *models.Terms) { t.Tiers[0].Name = "Friend" },
	} {
		t.Run(name, func(t *testing.T) {
			after := version(change)
			require.False(t, passes.SameLook(before, after))
			require.NotEqual(t, drawn(t, before), drawn(t, after))
		})
	}
}

// Which levels stand above another decides who may have a reward.
func TestLevelsOfRewardsAreSeen(t *testing.T) {
	levels := func(gold int64) *models.Program {
		return version(func(t *models.Terms) {
			t.Tiers = []models.Tier{{Name: "Regular"}, {Name: "Silver", From: 50}, {Name: "Gold", From: gold}}
			t.Rewards[0].Tier = "Gold"
		})
	}
	require.False(t, passes.SameLook(levels(100), levels(20)))
	require.True(t, passes.SameLook(levels(100), levels(100)))
}

func TestBadgesOfLevelsAreSeen(t *testing.T) {
	levels := func(names ...string) *models.Program {
		return version(func(t *models.Terms) {
			t.Brand.Shows, t.Tiers = models.ShowsTier, nil
			for i, name := range names {
				t.Tiers = append(t.Tiers, models.Tier{Name: name, From: int64(len(names)-i) * 100}) // the highest first
			}
		})
	}
	p := levels("Gold", "Silver", "Regular")
	look := func(tier string) art.Look { return passes.State{Tier: tier}.Look(p) }
	require.Equal(t, art.Look{Shows: models.ShowsTier, Have: 3, Of: 3}, look("Gold"))
	require.Equal(t, art.Look{Shows: models.ShowsTier, Have: 1, Of: 3}, look("Regular"))
	require.Equal(t, art.Look{}, look("Platinum"), "a level of an older version")
	require.True(t, passes.CanLook(p, look("Silver")))
	require.False(t, passes.CanLook(p, art.Look{Shows: models.ShowsTier, Have: 4, Of: 3}))
	require.False(t, passes.SameLook(p, levels("Gold", "Regular")))
}
