package models_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"regulars/models"
)

func bonus(id models.RuleID, percent int64, change func(*models.Bonus)) models.Bonus {
	b := models.Bonus{ID: id, Name: "more", Percent: percent}
	change(&b)
	return b
}

func always(*models.Bonus) {}

func TestBonuses(t *testing.T) {
	bread := models.Item{Name: "Bread", Category: "bakery", Quantity: 1, Amount: 400}
	milk := models.Item{Name: "Milk", Category: "dairy", Quantity: 3, Amount: 600}
	bakery := func(b *models.Bonus) { b.What.Categories = []string{"bakery"} }
	for _, tt := range []struct {
		name     string
		bonuses  []models.Bonus
		stacking models.Stacking
		want     map[models.RuleID]int64
	}{
		{"double", []models.Bonus{bonus("double", 200, always)}, models.Stacking{}, map[models.RuleID]int64{"spend": 10, "double": 10}},
		{"the best of two", []models.Bonus{bonus("half", 150, always), bonus("double", 200, always)}, models.Stacking{}, map[models.RuleID]int64{"spend": 10, "double": 10}},
		{"both, multiplied", []models.Bonus{bonus("half", 150, always), bonus("double", 200, always)}, models.Stacking{Multiply: true}, map[models.RuleID]int64{"spend": 10, "half": 5, "double": 15}},
		{"both, up to a ceiling", []models.Bonus{bonus("triple", 300, always), bonus("double", 200, always)}, models.Stacking{Multiply: true, Ceiling: 400}, map[models.RuleID]int64{"spend": 10, "triple": 20, "double": 10}},
		{"one, up to a ceiling", []models.Bonus{bonus("triple", 300, always)}, models.Stacking{Ceiling: 250}, map[models.RuleID]int64{"spend": 10, "triple": 15}},
		{"double on a part of it", []models.Bonus{bonus("double", 200, bakery)}, models.Stacking{}, map[models.RuleID]int64{"spend": 10, "double": 4}},
		{"the best is what gives most", []models.Bonus{bonus("double", 200, bakery), bonus("half", 150, always)}, models.Stacking{}, map[models.RuleID]int64{"spend": 10, "half": 5}},
		{"of another rule", []models.Bonus{bonus("double", 200, func(b *models.Bonus) { b.Rules = []models.RuleID{"other"} })}, models.Stacking{}, map[models.RuleID]int64{"spend": 10}},
		{"elsewhere", []models.Bonus{bonus("double", 200, func(b *models.Bonus) { b.When.Locations = []string{"Harbour"} })}, models.Stacking{}, map[models.RuleID]int64{"spend": 10}},
		{"here", []models.Bonus{bonus("double", 200, func(b *models.Bonus) { b.When.Locations = []string{"Corner", "Harbour"} })}, models.Stacking{}, map[models.RuleID]int64{"spend": 10, "double": 10}},
		{"for a tier that one has not", []models.Bonus{bonus("double", 200, func(b *models.Bonus) { b.When.Tiers = []string{"Gold"} })}, models.Stacking{}, map[models.RuleID]int64{"spend": 10}},
		{"for a tier that one has", []models.Bonus{bonus("double", 200, func(b *models.Bonus) { b.When.Tiers = []string{"Silver"} })}, models.Stacking{}, map[models.RuleID]int64{"spend": 10, "double": 10}},
		{"in the birthday's month", []models.Bonus{bonus("double", 200, func(b *models.Bonus) { b.When.Facts = []models.Fact{models.BirthdayMonth} })}, models.Stacking{}, map[models.RuleID]int64{"spend": 10, "double": 10}},
		{"not on the birthday", []models.Bonus{bonus("double", 200, func(b *models.Bonus) { b.When.Facts = []models.Fact{models.BirthdayToday} })}, models.Stacking{}, map[models.RuleID]int64{"spend": 10}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := shopping(t, func(terms *models.Terms) {
				terms.Rules = append(perAmount(1, 100), rule(func(r *models.Rule) { r.ID, r.Unit, r.Min = "other", models.Visits, 100_000 }))
				terms.Bonuses, terms.Stacking = tt.bonuses, tt.stacking
				terms.Tiers = []models.Tier{{Name: "Silver", From: 0}, {Name: "Gold", From: 100}}
			})
			s.state = s.p.Start()
			e := buy(1000)
			e.Purchase.Items, e.Location, e.Facts = []models.Item{bread, milk}, "Corner", []models.Fact{models.BirthdayMonth}
			s.do(e)
			require.Equal(t, tt.want, s.why())
		})
	}
}

// Half a point is not lost: two of them are one.
func TestPartsOfAUnitAreCarriedOver(t *testing.T) {
	s := shopping(t, func(terms *models.Terms) {
		terms.Rules = perAmount(1, 100)
		terms.Bonuses = []models.Bonus{bonus("half", 150, always)}
	})
	s.buys(100)
	require.EqualValues(t, 1, s.has(models.Points))
	first := s.last
	s.buys(100)
	require.EqualValues(t, 3, s.has(models.Points))
	s.do(models.Event{Kind: models.EntryReverse, Original: &models.Entry{Kind: models.EntryEarn, Deltas: first.Deltas, Counts: first.Counts, Credit: first.Credit}})
	s.buys(100)
	require.EqualValues(t, 3, s.has(models.Points))
}

// Hours and days are those of the wall clock where the business is, on days of
// 23 and of 25 hours too.
func TestHoursOnTheWallClock(t *testing.T) {
	for _, tt := range []struct {
		zone string
		when models.When
		at   string // UTC
		want bool
	}{
		// Amsterdam: 02:00 becomes 03:00 on 29 March 2026, 03:00 becomes 02:00 on 25 October.
		{"Europe/Amsterdam", hours("17:00", "19:00"), "2026-03-28T16:00:00Z", true},
		{"Europe/Amsterdam", hours("17:00", "19:00"), "2026-03-29T15:00:00Z", true},
		{"Europe/Amsterdam", hours("17:00", "19:00"), "2026-03-29T14:59:00Z", false},
		{"Europe/Amsterdam", hours("17:00", "19:00"), "2026-03-29T17:00:00Z", false},
		{"Europe/Amsterdam", hours("02:00", "03:00"), "2026-03-29T01:00:00Z", false},
		{"Europe/Amsterdam", hours("02:00", "03:00"), "2026-10-25T00:30:00Z", true},
		{"Europe/Amsterdam", hours("02:00", "03:00"), "2026-10-25T01:30:00Z", true},
		{"Europe/Amsterdam", hours("02:00", "03:00"), "2026-10-25T02:00:00Z", false},
		{"Europe/Amsterdam", models.When{Days: []string{"sun"}}, "2026-10-24T22:00:00Z", true},
		{"Europe/Amsterdam", models.When{Days: []string{"sun"}}, "2026-10-25T22:59:00Z", true},
		{"Europe/Amsterdam", models.When{Days: []string{"sun"}}, "2026-10-25T23:00:00Z", false},
		// New York: 8 March and 1 November 2026.
		{"America/New_York", hours("22:00", "02:00"), "2026-03-08T03:00:00Z", true},
		{"America/New_York", hours("22:00", "02:00"), "2026-03-08T06:59:00Z", true},
		{"America/New_York", hours("22:00", "02:00"), "2026-03-08T07:00:00Z", false},
		{"America/New_York", dates("2026-11-28", "2026-11-28"), "2026-11-28T04:59:00Z", false},
		{"America/New_York", dates("2026-11-28", "2026-11-28"), "2026-11-28T05:00:00Z", true},
		{"America/New_York", dates("2026-11-28", "2026-11-28"), "2026-11-29T04:59:00Z", true},
		{"America/New_York", dates("2026-11-01", "2026-11-01"), "2026-11-02T04:59:00Z", true},
		{"America/New_York", dates("2026-11-01", "2026-11-01"), "2026-11-02T05:00:00Z", false},
		// Lord Howe Island moves by half an hour, on 5 April and 4 October 2026.
		{"Australia/Lord_Howe", hours("08:00", "09:00"), "2026-10-02T21:00:00Z", false},
		{"Australia/Lord_Howe", hours("08:00", "09:00"), "2026-10-03T21:00:00Z", true},
		{"Australia/Lord_Howe", hours("08:00", "09:00"), "2026-10-04T21:00:00Z", true},
		{"Australia/Lord_Howe", hours("08:00", "09:00"), "2026-04-05T21:30:00Z", true},
		{"Australia/Lord_Howe", hours("08:00", "09:00"), "2026-04-05T21:00:00Z", false},
		// Past midnight it is still the evening before.
		{"Europe/Amsterdam", friday("22:00", "02:00"), "2026-03-14T00:30:00Z", true},
		{"Europe/Amsterdam", friday("22:00", "02:00"), "2026-03-13T00:30:00Z", false},
		{"Europe/Amsterdam", friday("22:00", "24:00"), "2026-03-13T22:59:00Z", true},
		{"Europe/Amsterdam", friday("22:00", "24:00"), "2026-03-13T23:00:00Z", false},
	} {
		t.Run(tt.zone+" "+tt.at, func(t *testing.T) {
			at, err := time.Parse(time.RFC3339, tt.at)
			require.NoError(t, err)
			s := shopping(t, func(terms *models.Terms) {
				terms.TimeZone = tt.zone
				terms.Rules = []models.Rule{rule(func(r *models.Rule) { r.When = tt.when })}
			})
			e := buy(100)
			e.At = at
			s.do(e)
			require.Equal(t, tt.want, s.has(models.Points) == 1, at.In(s.p.Zone()).String())
		})
	}
}

func hours(from, until string) models.When {
	return models.When{Hours: []models.Hours{{From: from, Until: until}}}
}

func friday(from, until string) models.When {
	w := hours(from, until)
	w.Days = []string{"fri"}
	return w
}

func dates(from, to string) models.When {
	return models.When{Dates: []models.Dates{{From: from, To: to}}}
}
