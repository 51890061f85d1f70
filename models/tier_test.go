package models_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"regulars/models"
)

// spending is a shopper whose tiers are by what is spent.
func spending(t *testing.T, over models.TierOver, change ...func(*models.Terms)) *shopper {
	t.Helper()
	return shopping(t, func(terms *models.Terms) {
		terms.Rules, terms.TierBy, terms.TierOver = perAmount(1, 100), models.TierBySpend, over
		terms.Tiers = []models.Tier{{Name: "Bronze"}, {Name: "Gold", From: 50_000}, {Name: "Silver", From: 20_000}}
		for _, c := range change {
			c(terms)
		}
		require.NoError(t, models.CheckTerms(terms))
	})
}

func (s *shopper) expire(at time.Time) { s.do(models.Event{Kind: models.EntryExpire, At: at}) }

func (s *shopper) until() string {
	if s.state.TierUntil == nil {
		return ""
	}
	return s.state.TierUntil.Format(time.RFC3339)
}

func TestWhenATierEnds(t *testing.T) {
	year, grace := models.TierOver{Calendar: true}, models.TierOver{Calendar: true, Grace: 31}
	rolling := func(months, grace int) models.TierOver { return models.TierOver{Months: months, Grace: grace} }
	for _, tt := range []struct {
		name   string
		zone   string
		over   models.TierOver
		bought string // UTC
		ends   string
	}{
		{"a year of months", "Europe/Amsterdam", rolling(12, 0), "2026-03-10T11:00:00Z", "2027-03-31T22:00:00Z"},
		{"a month, into the day of 23 hours", "Europe/Amsterdam", rolling(1, 0), "2026-02-28T22:59:00Z", "2026-03-31T22:00:00Z"},
		{"a month later, an hour later", "Europe/Amsterdam", rolling(1, 0), "2026-02-28T23:00:00Z", "2026-04-30T22:00:00Z"},
		{"grace that ends before the clocks go back", "Europe/Amsterdam", rolling(1, 24), "2026-08-10T11:00:00Z", "2026-10-24T22:00:00Z"},
		{"grace that ends with the day of 25 hours", "Europe/Amsterdam", rolling(1, 25), "2026-08-10T11:00:00Z", "2026-10-25T23:00:00Z"},
		{"over the year's end", "Europe/Amsterdam", rolling(2, 0), "2026-11-30T22:59:00Z", "2027-01-31T23:00:00Z"},
		{"December here, January there", "America/New_York", rolling(1, 0), "2027-01-01T04:59:00Z", "2027-02-01T05:00:00Z"},
		{"into summer time", "America/New_York", rolling(1, 8), "2026-01-15T12:00:00Z", "2026-03-09T04:00:00Z"},
		{"into winter time", "America/New_York", rolling(1, 1), "2026-09-30T12:00:00Z", "2026-11-02T05:00:00Z"},
		{"a day without a midnight after it", "America/Santiago", rolling(1, 5), "2026-07-15T12:00:00Z", "2026-09-06T04:00:00Z"},
		{"the day of 25 hours there", "America/Santiago", rolling(1, 4), "2026-02-15T12:00:00Z", "2026-04-05T04:00:00Z"},
		{"half an hour's change", "Australia/Lord_Howe", rolling(1, 4), "2026-08-15T12:00:00Z", "2026-10-04T13:00:00Z"},
		{"half an hour's change, the day before", "Australia/Lord_Howe", rolling(1, 3), "2026-08-15T12:00:00Z", "2026-10-03T13:30:00Z"},
		{"a calendar year", "Europe/Amsterdam", year, "2026-01-01T11:00:00Z", "2027-12-31T23:00:00Z"},
		{"its last minute", "Europe/Amsterdam", year, "2026-12-31T22:59:00Z", "2027-12-31T23:00:00Z"},
		{"the first of the next", "Europe/Amsterdam", year, "2026-12-31T23:00:00Z", "2028-12-31T23:00:00Z"},
		{"the last minute on the other side", "America/New_York", year, "2027-01-01T04:59:00Z", "2028-01-01T05:00:00Z"},
		{"the first where it begins early", "Australia/Lord_Howe", year, "2026-12-31T13:00:00Z", "2028-12-31T13:00:00Z"},
		{"and the last", "Australia/Lord_Howe", year, "2026-12-31T12:59:00Z", "2027-12-31T13:00:00Z"},
		{"a calendar year with grace", "Europe/Amsterdam", grace, "2026-03-10T11:00:00Z", "2028-01-31T23:00:00Z"},
		{"in the grace of the year before", "Europe/Amsterdam", grace, "2026-01-31T22:59:00Z", "2028-01-31T23:00:00Z"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := spending(t, tt.over, func(terms *models.Terms) { terms.TimeZone = tt.zone })
			s.at(utc(t, tt.bought), 50_000)
			require.Equal(t, "Gold", s.state.Tier)
			require.Equal(t, tt.ends, s.until(), s.state.TierUntil.In(s.p.Zone()).String())
			require.Equal(t, s.state.TierUntil, s.state.NextEnd())
			ends := *s.state.TierUntil
			_, err := s.p.Apply(s.state, models.Event{Kind: models.EntryExpire, At: ends.Add(-time.Millisecond)})
			require.Equal(t, "nothing_ends", models.CodeOf(err))
			require.Equal(t, "Gold", s.p.TierOf(&s.state, ends.Add(-time.Millisecond)))
			require.Equal(t, "Bronze", s.p.TierOf(&s.state, ends), "before the entry too")
			s.expire(ends)
			require.Equal(t, "Bronze", s.state.Tier)
			require.Empty(t, s.until(), "nothing is below it")
			require.EqualValues(t, 500, s.has(models.Points), "the points stay")
			require.EqualValues(t, 50_000, s.state.Earned)
		})
	}
}

// Silver gives 5 percent, gold 10: a tier is reached within the purchase that
// reaches it, and what it gives holds from the next one on.
func TestSilverFivePercentAndGoldTen(t *testing.T) {
	s := spending(t, models.TierOver{Months: 12}, func(terms *models.Terms) {
		terms.Tiers = []models.Tier{{Name: "Silver", From: 20_000, Discount: 5}, {Name: "Gold", From: 50_000, Discount: 10, Perks: []string{"New roasts a week before others"}}}
	})
	discount := func() int64 {
		tier, _ := s.p.Tier(s.state.Tier)
		return tier.Discount
	}
	s.at(day, 19_999)
	require.Zero(t, discount())
	s.at(day, 1)
	require.EqualValues(t, 5, discount())
	s.at(day.AddDate(0, 6, 0), 30_000)
	require.EqualValues(t, 10, discount())
	s.expire(*s.state.TierUntil)
	require.EqualValues(t, 5, discount(), "what was spent half a year later still counts")
	require.Equal(t, "2027-09-30T22:00:00Z", s.until())
	s.expire(*s.state.TierUntil)
	require.Zero(t, discount())
	require.Empty(t, s.state.Tier)
	require.Nil(t, s.state.NextEnd())
}

// In rolling months the tier ends with the month without which it would not be.
func TestEachPurchaseCountsForItsMonths(t *testing.T) {
	s := spending(t, models.TierOver{Months: 12})
	for month, want := range [][2]string{{"Silver", "2027-03-31T22:00:00Z"}, {"Silver", "2027-04-30T22:00:00Z"}, {"Gold", "2027-03-31T22:00:00Z"}} {
		s.state = models.State{}
		for i := range month + 1 {
			s.at(day.AddDate(0, i, 0), 20_000)
		}
		require.Equal(t, want, [2]string{s.state.Tier, s.until()}, "%d months", month+1)
	}
	s.expire(utc(t, "2027-04-15T00:00:00Z")) // late: the program stood still
	require.Equal(t, [2]string{"Silver", "2027-05-31T22:00:00Z"}, [2]string{s.state.Tier, s.until()})
}

// A level of one calendar year is kept through the next.
func TestTiersOfACalendarYear(t *testing.T) {
	s := spending(t, models.TierOver{Calendar: true})
	s.at(utc(t, "2026-03-01T12:00:00Z"), 49_999)
	require.Equal(t, "Silver", s.state.Tier)
	s.at(utc(t, "2027-01-01T12:00:00Z"), 49_999)
	require.Equal(t, [2]string{"Silver", "2028-12-31T23:00:00Z"}, [2]string{s.state.Tier, s.until()}, "years are not added up")
	s.at(utc(t, "2027-12-01T12:00:00Z"), 1)
	require.Equal(t, "Gold", s.state.Tier)
	s.at(utc(t, "2028-12-01T12:00:00Z"), 20_000)
	require.Equal(t, "Gold", s.state.Tier)
	s.expire(utc(t, "2029-01-01T00:00:00Z"))
	require.Equal(t, [2]string{"Silver", "2029-12-31T23:00:00Z"}, [2]string{s.state.Tier, s.until()}, "by what was spent in 2028")
	require.Zero(t, s.state.Counts.Of("credit/2026"))
}

// In the days of grace what is bought still counts for the year before.
func TestGraceOfACalendarYear(t *testing.T) {
	s := spending(t, models.TierOver{Calendar: true, Grace: 31})
	s.at(utc(t, "2026-05-01T12:00:00Z"), 50_000)
	s.at(utc(t, "2027-05-01T12:00:00Z"), 30_000)
	s.at(utc(t, "2028-01-31T12:00:00Z"), 20_000)
	require.Equal(t, [2]string{"Gold", "2029-01-31T23:00:00Z"}, [2]string{s.state.Tier, s.until()})
	require.Equal(t, models.TierProgress{Credit: 50_000}, s.p.TierProgress(&s.state, utc(t, "2028-01-31T22:59:00Z")))
	require.Equal(t, models.TierProgress{Credit: 20_000}, s.p.TierProgress(&s.state, utc(t, "2028-01-31T23:00:00Z")))
	back := s.at(utc(t, "2028-01-31T12:00:00Z"), 4_000)
	require.EqualValues(t, 54_000, s.state.Counts.Of("credit/2027"))
	s.do(models.Event{Kind: models.EntryReverse, Original: back, At: utc(t, "2028-02-05T12:00:00Z")})
	require.EqualValues(t, 50_000, s.state.Counts.Of("credit/2027"))
	require.EqualValues(t, 20_000, s.state.Counts.Of("credit/2028"))
}

// A purchase that comes back takes the tier along that it reached, at once, and
// no other.
func TestTierOfAPurchaseThatCameBack(t *testing.T) {
	s := spending(t, models.TierOver{Months: 12})
	s.at(day, 20_000)
	bought := s.at(day.AddDate(0, 1, 0), 30_000)
	bought.Purchase = &models.Purchase{Amount: 30_000}
	require.Equal(t, "Gold", s.state.Tier)
	back := models.Event{Kind: models.EntryReverse, Original: bought, At: day.AddDate(0, 2, 0), Part: 1}
	s.do(back)
	require.Equal(t, [2]string{"Silver", "2027-04-30T22:00:00Z"}, [2]string{s.state.Tier, s.until()})
	back.Part, back.Undone = 0, models.Undone{Times: 1, Amount: 1}
	s.do(back)
	require.Equal(t, [2]string{"Silver", "2027-03-31T22:00:00Z"}, [2]string{s.state.Tier, s.until()}, "the other one reaches it, and ends sooner")
	require.EqualValues(t, 20_000, s.state.Earned)
	require.Equal(t, models.Memory{{Key: "credit/2026-03", N: 20_000}}, s.state.Counts)
}

// What no longer counts is not taken back a second time.
func TestAPurchaseThatCameBackLate(t *testing.T) {
	s := spending(t, models.TierOver{Months: 1})
	bought := s.at(day, 60_000)
	s.expire(*s.state.TierUntil)
	later := s.at(day.AddDate(0, 6, 0), 50_000)
	require.Equal(t, "Gold", s.state.Tier)
	s.do(models.Event{Kind: models.EntryReverse, Original: bought, At: day.AddDate(0, 6, 0)})
	require.Equal(t, "Gold", s.state.Tier)
	s.do(models.Event{Kind: models.EntryReverse, Original: later, At: day.AddDate(0, 6, 0)})
	require.Equal(t, "Bronze", s.state.Tier)
	require.Zero(t, s.state.Earned)
	require.Empty(t, s.state.Counts)
}

// Whether the entry that ends a tier comes before a purchase or after it: what
// the purchase earns is the same.
func TestABonusEndsWithItsTier(t *testing.T) {
	s := spending(t, models.TierOver{Months: 1}, func(terms *models.Terms) {
		terms.Bonuses = []models.Bonus{{ID: "gold", Name: "Gold", Percent: 200, When: models.When{Tiers: []string{"Gold"}}}}
	})
	s.at(day, 60_000)
	ended := *s.state.TierUntil
	s.at(ended.Add(-time.Millisecond), 100)
	require.EqualValues(t, 602, s.has(models.Points))
	s.at(ended, 100)
	require.EqualValues(t, 603, s.has(models.Points))
	require.Equal(t, "Gold", s.state.Tier, "it falls by an entry of its own")
	s.expire(ended.Add(time.Minute))
	require.Equal(t, "Bronze", s.state.Tier)
}

// A program that looks at a time for the first time leaves everybody the tier
// that they have, for as long as one that is reached that day.
func TestTiersThatWereForEver(t *testing.T) {
	s := spending(t, models.TierOver{})
	bought := s.at(day, 60_000)
	require.Nil(t, s.state.TierUntil)
	for name, over := range map[string]models.TierOver{"2027-04-30T22:00:00Z": {Months: 12}, "2027-12-31T23:00:00Z": {Calendar: true}} {
		now := spending(t, over)
		now.state = s.state
		now.at(day.AddDate(0, 1, 0), 100)
		require.Equal(t, [2]string{"Gold", name}, [2]string{now.state.Tier, now.until()})
		now.do(models.Event{Kind: models.EntryReverse, Original: bought, At: day.AddDate(0, 1, 0)})
		require.Equal(t, [2]string{"Gold", name}, [2]string{now.state.Tier, now.until()}, "it was not reached by that")
		again := now.state
		now.expire(*now.state.TierUntil)
		require.Equal(t, "Bronze", now.state.Tier)
		s := &shopper{t: t, p: s.p, state: again}
		s.at(day, 100)
		require.Empty(t, s.until(), "and back")
	}
}

// A tier that became harder to reach is kept until it ends.
func TestTiersThatBecameHarder(t *testing.T) {
	s := spending(t, models.TierOver{Months: 12})
	s.at(day, 50_000)
	now := spending(t, models.TierOver{Months: 12}, func(terms *models.Terms) { terms.Tiers[1].From = 80_000 })
	now.state = s.state
	now.at(day.AddDate(0, 1, 0), 100)
	require.Equal(t, [2]string{"Gold", "2027-03-31T22:00:00Z"}, [2]string{now.state.Tier, now.until()})
	now.p.Tiers[1].Name = "Platinum"
	now.at(day.AddDate(0, 1, 0), 100)
	require.Equal(t, [2]string{"Silver", "2027-03-31T22:00:00Z"}, [2]string{now.state.Tier, now.until()}, "there is no Gold any more")
}

func TestProgressToTheNextTier(t *testing.T) {
	s := spending(t, models.TierOver{})
	require.Equal(t, "Silver", s.p.TierProgress(&s.state, day).Next.Name, "a new member is Bronze already")
	s.at(day, 12_000)
	got := s.p.TierProgress(&s.state, day)
	require.EqualValues(t, 12_000, got.Credit)
	require.Equal(t, "Silver", got.Next.Name)
	s = spending(t, models.TierOver{Months: 2})
	s.at(day, 12_000)
	s.at(day.AddDate(0, 1, 0), 12_000)
	got = s.p.TierProgress(&s.state, day.AddDate(0, 1, 0))
	require.EqualValues(t, 24_000, got.Credit)
	require.Equal(t, "Gold", got.Next.Name)
	got = s.p.TierProgress(&s.state, day.AddDate(0, 3, 0))
	require.EqualValues(t, 12_000, got.Credit, "March no longer counts in June")
	require.Equal(t, "Silver", got.Next.Name)
	s.at(day.AddDate(0, 3, 0), 90_000)
	require.Nil(t, s.p.TierProgress(&s.state, day.AddDate(0, 3, 0)).Next)
}

// What was earned before the program came counts towards levels, where it is
// what they go by.
func TestOpeningBalanceCountsForLevels(t *testing.T) {
	for _, tt := range []struct {
		by   models.TierBy
		unit models.Unit
		want int64
	}{
		{"", models.Points, 40}, {models.TierByPoints, models.Points, 40}, {models.TierByPoints, models.Stamps, 0},
		{models.TierBySpend, models.Points, 0}, {models.TierByVisits, models.Visits, 40}, {models.TierByVisits, models.Points, 0},
	} {
		s := shopping(t, func(terms *models.Terms) {
			terms.Rules, terms.TierBy = perAmount(1, 100), tt.by
			for _, u := range []models.Unit{models.Stamps, models.Visits} {
				terms.Rules = append(terms.Rules, models.Rule{ID: models.RuleID(u), Name: "why", Unit: u, Give: 1, Per: models.PerPurchase})
			}
		})
		s.do(models.Event{Kind: models.EntryOpen, Delta: models.Delta{Unit: tt.unit, Amount: 40}})
		require.Equal(t, tt.want, s.state.Earned, "%s by %q", tt.unit, tt.by)
	}
}
