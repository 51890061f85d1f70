package models_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"regulars/models"
)

func utc(t *testing.T, s string) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339, s)
	require.NoError(t, err)
	return at
}

func TestWhenPointsEnd(t *testing.T) {
	for _, tt := range []struct {
		name   string
		zone   string
		expiry models.Expiry
		earned string // UTC
		ends   string
	}{
		{"a year", "Europe/Amsterdam", models.Expiry{Months: 12}, "2026-03-10T11:00:00Z", "2027-03-10T23:00:00Z"},
		{"31 January and a month", "Europe/Amsterdam", models.Expiry{Months: 1}, "2026-01-31T11:00:00Z", "2026-02-28T23:00:00Z"},
		{"31 January and a month of a leap year", "Europe/Amsterdam", models.Expiry{Months: 1}, "2028-01-31T11:00:00Z", "2028-02-29T23:00:00Z"},
		{"a month into summer time", "Europe/Amsterdam", models.Expiry{Months: 1}, "2026-02-28T11:00:00Z", "2026-03-28T23:00:00Z"},
		{"on the day of 23 hours", "Europe/Amsterdam", models.Expiry{Months: 1}, "2026-02-28T23:30:00Z", "2026-04-01T22:00:00Z"},
		{"the day the clocks change", "Europe/Amsterdam", models.Expiry{Date: "03-29"}, "2026-03-01T11:00:00Z", "2026-03-29T22:00:00Z"},
		{"on the day of 25 hours", "America/New_York", models.Expiry{Date: "11-01"}, "2026-10-01T11:00:00Z", "2026-11-02T05:00:00Z"},
		{"a day that has no midnight after it", "America/Santiago", models.Expiry{Date: "09-05"}, "2026-08-01T11:00:00Z", "2026-09-06T04:00:00Z"},
		{"half an hour's change", "Australia/Lord_Howe", models.Expiry{Date: "10-03"}, "2026-09-01T11:00:00Z", "2026-10-03T13:30:00Z"},
		{"half an hour's change, the day after", "Australia/Lord_Howe", models.Expiry{Date: "10-04"}, "2026-09-01T11:00:00Z", "2026-10-04T13:00:00Z"},
		{"the year's last day, on that day", "Europe/Amsterdam", models.Expiry{Date: "12-31"}, "2026-12-31T11:00:00Z", "2026-12-31T23:00:00Z"},
		{"the year's last day, on New Year's morning here", "Europe/Amsterdam", models.Expiry{Date: "12-31"}, "2026-12-31T23:30:00Z", "2027-12-31T23:00:00Z"},
		{"29 February in another year", "Europe/Amsterdam", models.Expiry{Date: "02-29"}, "2026-03-10T11:00:00Z", "2027-02-28T23:00:00Z"},
		{"the month's end", "Europe/Amsterdam", models.Expiry{Months: 1, MonthEnd: true}, "2026-01-05T11:00:00Z", "2026-02-28T23:00:00Z"},
		{"the last month's end", "Europe/Amsterdam", models.Expiry{Months: 11, MonthEnd: true}, "2026-01-31T11:00:00Z", "2026-12-31T23:00:00Z"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := shopping(t, func(terms *models.Terms) {
				tt.expiry.Unit = models.Points
				terms.TimeZone, terms.Rules, terms.Expiries = tt.zone, perAmount(1, 100), []models.Expiry{tt.expiry}
			})
			e := buy(500)
			e.At = utc(t, tt.earned)
			s.do(e)
			require.Len(t, s.state.Lots, 1)
			ends := *s.state.Lots[0].Expires
			require.Equal(t, tt.ends, ends.Format(time.RFC3339), ends.In(s.p.Zone()).String())
			require.EqualValues(t, 5, s.state.Usable(models.Points, ends.Add(-time.Millisecond)))
			require.Zero(t, s.state.Usable(models.Points, ends))
			_, err := s.p.Apply(s.state, models.Event{Kind: models.EntryExpire, At: ends.Add(-time.Millisecond)})
			require.Equal(t, "nothing_ends", models.CodeOf(err))
			s.do(models.Event{Kind: models.EntryExpire, At: ends})
			require.Zero(t, s.has(models.Points))
			require.Empty(t, s.state.Lots)
		})
	}
}

func withPoints(t *testing.T, e models.Expiry, change ...func(*models.Terms)) *shopper {
	t.Helper()
	e.Unit = models.Points
	return shopping(t, func(terms *models.Terms) {
		terms.Rules, terms.Expiries = perAmount(1, 100), []models.Expiry{e}
		terms.Rewards = []models.Reward{{ID: "coffee", Name: "Coffee", Unit: models.Points, Cost: 10}}
		for _, c := range change {
			c(terms)
		}
	})
}

// at is buys at another time.
func (s *shopper) at(when time.Time, amount int64) *models.Entry {
	s.t.Helper()
	e := buy(amount)
	e.At = when
	return s.entry(e)
}

// entry is do, as it stands in the ledger.
func (s *shopper) entry(e models.Event) *models.Entry {
	s.t.Helper()
	c := s.do(e)
	return &models.Entry{Kind: e.Kind, Deltas: c.Deltas, Counts: c.Counts, Lots: c.Lots, Credit: c.Credit}
}

func (s *shopper) amounts() (all []int64) {
	for _, l := range s.state.Lots {
		all = append(all, l.Amount)
	}
	return all
}

func TestWhatEndsFirstIsUsedFirst(t *testing.T) {
	s := withPoints(t, models.Expiry{Months: 6})
	s.at(day.AddDate(0, 1, 0), 800)
	s.at(day, 700) // booked late
	s.at(day, 100) // ends with the one before
	require.Equal(t, []int64{8, 8}, s.amounts())
	used := s.entry(models.Event{Kind: models.EntryRedeem, Reward: "coffee", At: day.AddDate(0, 2, 0)})
	require.Equal(t, []int64{6}, s.amounts())
	s.do(models.Event{Kind: models.EntryReverse, Original: used, At: day.AddDate(0, 2, 0)})
	require.Equal(t, []int64{8, 8}, s.amounts(), "a reward taken back restores the very same lots")
	s.do(models.Event{Kind: models.EntryExpire, At: day.AddDate(0, 6, 1)})
	require.EqualValues(t, 8, s.has(models.Points))
}

func TestAPurchaseTakenBackTakesItsOwnPoints(t *testing.T) {
	s := withPoints(t, models.Expiry{Months: 6})
	s.at(day, 500)
	later := s.at(day.AddDate(0, 1, 0), 700)
	s.do(models.Event{Kind: models.EntryReverse, Original: later, At: day.AddDate(0, 1, 1)})
	require.Equal(t, []int64{5}, s.amounts())
}

func TestRefundAfterThePointsWereSpent(t *testing.T) {
	for _, tt := range []struct {
		policy  models.Refunds
		balance int64
		lots    []int64
		after   int64 // points after 8 more
	}{
		{models.AllowNegative, -3, nil, 5},
		{models.OnlyAvailable, 0, nil, 8},
	} {
		s := withPoints(t, models.Expiry{Months: 6}, func(terms *models.Terms) { terms.Refunds = tt.policy })
		bought := s.at(day, 700)
		s.at(day.AddDate(0, 1, 0), 700)
		s.do(models.Event{Kind: models.EntryRedeem, Reward: "coffee", At: day.AddDate(0, 1, 0)})
		require.Equal(t, []int64{4}, s.amounts())
		s.do(models.Event{Kind: models.EntryReverse, Original: bought, At: day.AddDate(0, 1, 1)})
		require.Equal(t, tt.balance, s.has(models.Points), "4 were there and 7 are owed")
		require.Equal(t, tt.lots, s.amounts())
		s.at(day.AddDate(0, 1, 2), 800)
		require.Equal(t, tt.after, s.has(models.Points))
		require.Equal(t, []int64{tt.after}, s.amounts(), "a debt is repaid first")
	}
}

func TestPendingPoints(t *testing.T) {
	s := withPoints(t, models.Expiry{Pending: 14})
	bought := s.at(day, 1500)
	redeem := models.Event{Kind: models.EntryRedeem, Reward: "coffee", At: utc(t, "2026-03-23T22:59:00Z")}
	require.EqualValues(t, 15, s.has(models.Points))
	require.Zero(t, s.state.Usable(models.Points, redeem.At))
	ready, next := s.state.Rewards(s.p, redeem.At)
	require.Empty(t, ready)
	require.Equal(t, models.RewardID("coffee"), next.ID)
	_, err := s.p.Apply(s.state, redeem)
	require.Equal(t, "not_enough", models.CodeOf(err))
	redeem.At = utc(t, "2026-03-23T23:00:00Z") // the fourteenth day begins in Amsterdam
	s.do(redeem)
	require.EqualValues(t, 5, s.has(models.Points))
	s.do(models.Event{Kind: models.EntryReverse, Original: bought, At: redeem.At})
	require.EqualValues(t, -10, s.has(models.Points))
}

func TestPointsEndAfterInactivity(t *testing.T) {
	s := withPoints(t, models.Expiry{Inactive: 3})
	s.at(day, 500)
	s.at(day.AddDate(0, 2, 0), 500)
	require.Equal(t, []int64{10}, s.amounts(), "the first ones last as long as the last ones")
	require.Equal(t, "2026-08-10T22:00:00Z", s.state.NextEnd().Format(time.RFC3339))
	s.do(models.Event{Kind: models.EntryExpire, At: *s.state.NextEnd()})
	require.Zero(t, s.has(models.Points))
}

// Units that were there before the program had an end for them never end, and
// are used last.
func TestUnitsOfBeforeNeverEnd(t *testing.T) {
	s := withPoints(t, models.Expiry{Months: 6})
	s.state = holding(12, 0)
	s.at(day, 400)
	s.do(models.Event{Kind: models.EntryRedeem, Reward: "coffee", At: day})
	require.Empty(t, s.state.Lots)
	require.EqualValues(t, 6, s.has(models.Points))
	require.EqualValues(t, 6, s.state.Usable(models.Points, day.AddDate(50, 0, 0)))
}

// What ends after inactivity ends so long after the newest purchase, also when an
// older one is booked after it.
func TestLatePurchaseBringsNoEndForward(t *testing.T) {
	p := program(func(t *models.Terms) { t.Expiries = []models.Expiry{{Unit: models.Points, Inactive: 6}} })
	var s models.State
	for _, day := range []string{"2026-06-01", "2026-05-10"} {
		at, err := time.Parse(time.DateOnly, day)
		require.NoError(t, err)
		c, err := p.Apply(s, models.Event{Kind: models.EntryEarn, At: at.Add(10 * time.Hour), Purchase: &models.Purchase{Amount: 1000, Currency: "EUR"}})
		require.NoError(t, err)
		s = c.State
	}
	last := s.Lots[len(s.Lots)-1]
	require.EqualValues(t, 10, last.Amount)
	require.Equal(t, "2026-12-01", p.LastDay(*last.Expires))
}
