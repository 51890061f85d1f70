package models_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"regulars/models"
)

func TestCheckTermsNamesTheField(t *testing.T) {
	good := program().Terms
	require.NoError(t, models.CheckTerms(&good))
	for field, spoil := range map[string]func(*models.Terms){
		"name":              func(t *models.Terms) { t.Name = "" },
		"organization":      func(t *models.Terms) { t.Organization = strings.Repeat("x", 61) },
		"description":       func(t *models.Terms) { t.Description = "" },
		"rules":             func(t *models.Terms) { t.Rules = nil },
		"rules[0].give":     func(t *models.Terms) { t.Rules[0].Give = 0 },
		"rules[0].amount":   func(t *models.Terms) { t.Rules[0].Amount = -1 },
		"max_purchase":      func(t *models.Terms) { t.MaxPurchase = 0 },
		"refunds":           func(t *models.Terms) { t.Refunds = "sometimes" },
		"barcode":           func(t *models.Terms) { t.Barcode = "ean13" },
		"time_zone":         func(t *models.Terms) { t.TimeZone = "Mars/Olympus" },
		"currency":          func(t *models.Terms) { t.Currency = "XXX" },
		"country":           func(t *models.Terms) { t.Country = "Netherlands" },
		"locale":            func(t *models.Terms) { t.Locale = "not a language" },
		"contact.address":   func(t *models.Terms) { t.Contact.Address = strings.Repeat("x", 201) },
		"brand.background":  func(t *models.Terms) { t.Brand.Background = "brown" },
		"brand.label":       func(t *models.Terms) { t.Brand.Label = "#12345" },
		"rewards[1].id":     func(t *models.Terms) { t.Rewards = append(t.Rewards, t.Rewards[0]) },
		"rewards[0].cost":   func(t *models.Terms) { t.Rewards = []models.Reward{{ID: "a", Name: "A", Unit: models.Points}} },
		"rewards[0].unit":   func(t *models.Terms) { t.Rewards = []models.Reward{{ID: "a", Name: "A", Unit: "x", Cost: 1}} },
		"rewards[0].name":   func(t *models.Terms) { t.Rewards = []models.Reward{{ID: "a", Unit: models.Points, Cost: 1}} },
		"tiers[0].name":     func(t *models.Terms) { t.Tiers = []models.Tier{{}} },
		"tier_by":           func(t *models.Terms) { t.TierBy = "luck" },
		"tiers[1].name":     func(t *models.Terms) { t.Tiers[1].Name = t.Tiers[0].Name },
		"tiers[0].discount": func(t *models.Terms) { t.Tiers[0].Discount = 101 },
		"tiers[0].perks":    func(t *models.Terms) { t.Tiers[0].Perks = []string{""} },
		"tier_over.months":  func(t *models.Terms) { t.TierOver.Months = 61 },
		"tier_over.grace":   func(t *models.Terms) { t.TierOver.Grace = 30 },
		"tier_over":         func(t *models.Terms) { t.TierOver = models.TierOver{Months: 12, Calendar: true} },
		"merchants[0].id": func(t *models.Terms) {
			t.Merchants = []models.Merchant{{ID: "house", Name: "A", Locations: []string{"a"}}}
		},
		"merchants[1].id": func(t *models.Terms) {
			t.Merchants = []models.Merchant{{ID: "a", Name: "A", Locations: []string{"a"}}, {ID: "a", Name: "A", Locations: []string{"b"}}}
		},
		"merchants[0].name":      func(t *models.Terms) { t.Merchants = []models.Merchant{{ID: "a", Locations: []string{"a"}}} },
		"merchants[0].locations": func(t *models.Terms) { t.Merchants = []models.Merchant{{ID: "a", Name: "A"}} },
		"merchants[1].locations": func(t *models.Terms) {
			t.Merchants = []models.Merchant{{ID: "a", Name: "A", Locations: []string{"a"}}, {ID: "b", Name: "B", Locations: []string{"a"}}}
		},
		"settlement":         func(t *models.Terms) { t.Settlement = []models.Rate{{Unit: models.Points, Units: 100, Amount: 100}} },
		"settlement[0].unit": func(t *models.Terms) { coalition(t, models.Rate{Unit: "stars", Units: 100, Amount: 100}) },
		"settlement[1].unit": func(t *models.Terms) {
			coalition(t, models.Rate{Unit: models.Points, Units: 1}, models.Rate{Unit: models.Points, Units: 1})
		},
		"settlement[0].units": func(t *models.Terms) { coalition(t, models.Rate{Unit: models.Points, Amount: 100}) },
		"giving.id": func(t *models.Terms) {
			t.Giving = models.Giving{ID: "spend", Name: "x", Percent: 100, Charities: []string{"a"}}
		},
		"giving.name": func(t *models.Terms) { t.Giving = models.Giving{ID: "trees", Percent: 100, Charities: []string{"a"}} },
		"giving.percent": func(t *models.Terms) {
			t.Giving = models.Giving{ID: "trees", Name: "x", Percent: 10_001, Charities: []string{"a"}}
		},
		"giving.charities": func(t *models.Terms) {
			t.Giving = models.Giving{ID: "trees", Name: "x", Percent: 100, Charities: []string{"a", "a"}}
		},
		"giving.min": func(t *models.Terms) {
			t.Giving = models.Giving{ID: "trees", Name: "x", Percent: 100, Charities: []string{"a"}, Min: -1}
		},
		"tiers[1].from": func(t *models.Terms) { t.Tiers = []models.Tier{{Name: "a"}, {Name: "b"}} },
	} {
		t.Run(field, func(t *testing.T) {
			terms := program().Terms
			spoil(&terms)
			err := models.CheckTerms(&terms)
			require.Equal(t, models.Invalid, models.KindOf(err))
			var e *models.Error
			require.ErrorAs(t, err, &e)
			require.Equal(t, field, e.Field)
		})
	}
}

func coalition(t *models.Terms, rates ...models.Rate) {
	t.Merchants, t.Settlement = []models.Merchant{{ID: "a", Name: "A", Locations: []string{"a"}}}, rates
}

// A country that the phone book does not know would make every number typed
// without + one that nobody has.
func TestCountryIsOneWithPhoneNumbers(t *testing.T) {
	for country, good := range map[string]bool{
		"NL": true, "PL": true, "NO": true, "GR": true, "US": true,
		"ZZ": false, "XX": false, "EU": false, "UK": false, "001": false, "nl": false, "NLD": false, "N": false, "": false,
	} {
		terms := program().Terms
		terms.Country = country
		require.Equal(t, good, models.CheckTerms(&terms) == nil, country)
	}
}

func TestTimeZoneIsOneByName(t *testing.T) {
	for _, zone := range []string{"Local", "", "CE", "../etc"} {
		terms := program().Terms
		terms.TimeZone = zone
		require.Equal(t, models.Invalid, models.KindOf(models.CheckTerms(&terms)), zone)
	}
}

// The shop's zone decides what a day is, on days of 23 and 25 hours too.
func TestDayIsTheShopsDay(t *testing.T) {
	p := program()
	for at, day := range map[string]string{
		"2026-01-31T22:59:59Z": "2026-01-31", "2026-01-31T23:00:00Z": "2026-02-01",
		"2026-03-29T00:59:59Z": "2026-03-29", "2026-03-29T21:59:59Z": "2026-03-29", "2026-03-29T22:00:00Z": "2026-03-30",
		"2026-10-25T22:59:59Z": "2026-10-25", "2026-10-25T23:00:00Z": "2026-10-26",
	} {
		when, err := time.Parse(time.RFC3339, at)
		require.NoError(t, err)
		require.Equal(t, day, p.Day(when), at)
	}
}

func TestProgramIDs(t *testing.T) {
	for id, good := range map[models.ProgramID]bool{
		"demo": true, "shop-2": true, "": false, "Demo": false, "a/b": false, "a:b": false, "a b": false, "..": false,
		models.ProgramID(strings.Repeat("a", 40)): true, models.ProgramID(strings.Repeat("a", 41)): false,
	} {
		require.Equal(t, good, models.CheckProgramID(id) == nil, string(id))
	}
}

func TestColours(t *testing.T) {
	r, g, b, ok := models.ParseColour("#0a80ff")
	require.True(t, ok)
	require.Equal(t, [3]uint8{10, 128, 255}, [3]uint8{r, g, b})
	for _, bad := range []string{"", "0a80ff", "#0a80f", "#0a80fg", "#+a80ff", "#0a80ff "} {
		_, _, _, ok := models.ParseColour(bad)
		require.False(t, ok, bad)
	}
}

// Ids of one account sort in the order of their numbers.
func TestEntryIDsSort(t *testing.T) {
	require.Less(t, models.EntryIDOf("a", 9), models.EntryIDOf("a", 10))
	require.Less(t, models.EntryIDOf("a", 999_999_999), models.EntryIDOf("a", 1_000_000_000))
}

func TestBasisOnlyRises(t *testing.T) {
	now := models.Basis{Seq: 5, Member: 3, Program: 2}
	require.False(t, now.Before(now))
	require.False(t, models.Basis{Seq: 6, Member: 3, Program: 2}.Before(now))
	require.False(t, models.Basis{Seq: 5, Member: 4, Program: 1}.Before(now), "the member has left a pilot")
	for _, old := range []models.Basis{{Seq: 4, Member: 3, Program: 2}, {Seq: 9, Member: 2, Program: 2}, {Seq: 9, Member: 3, Program: 1}} {
		require.True(t, old.Before(now))
	}
}

func TestWhatAStripMayShow(t *testing.T) {
	stamps := func(t *models.Terms) {
		t.Rules = append(t.Rules, models.Rule{ID: "cup", Name: "Cup", Unit: models.Stamps, Give: 1, Per: models.PerPurchase})
		t.StampCards = []models.StampCard{{ID: "cups", Name: "Cups", Unit: models.Stamps, Size: 10}}
		t.Brand.Shows = models.ShowsStamps
	}
	for field, change := range map[string]func(*models.Terms){
		"":                   stamps,
		"brand.shows":        func(t *models.Terms) { t.Brand.Shows = "waves" },
		"brand.stamps.card":  func(t *models.Terms) { t.Brand.Shows = models.ShowsStamps },
		"brand.stamps.shape": func(t *models.Terms) { stamps(t); t.Brand.Stamps.Shape = "oval" },
		"brand.stamps.icon":  func(t *models.Terms) { stamps(t); t.Brand.Stamps.Icon = "dragon" },
		"brand.stamps.free":  func(t *models.Terms) { stamps(t); t.Brand.Stamps.Free = "dragon" },
	} {
		terms := program(change).Terms
		err := models.CheckTerms(&terms)
		if field == "" {
			require.NoError(t, err)
			continue
		}
		fault, ok := errors.AsType[*models.Error](err)
		require.True(t, ok, field)
		require.Equal(t, field, fault.Field)
	}
	terms := program(stamps, func(t *models.Terms) { t.StampCards[0].Size = 40 }).Terms
	require.Error(t, models.CheckTerms(&terms), "too many to be told apart")
}
