package models_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"regulars/models"
)

// challenged is a shopper in a program with one challenge, that gives 25 points.
func challenged(t *testing.T, c models.Challenge) *shopper {
	t.Helper()
	c.ID, c.Name, c.Unit, c.Give = "c", "A challenge", models.Points, 25
	return shopping(t, func(terms *models.Terms) {
		terms.Rules = perAmount(1, 1_000_000)
		terms.Challenges = []models.Challenge{c}
	})
}

// visit buys something, so many days after the first day.
func (s *shopper) visit(later int, items ...models.Item) *models.Entry {
	s.t.Helper()
	e := buy(100)
	e.At = day.AddDate(0, 0, later)
	if len(items) > 0 {
		e.Purchase.Items = items
	}
	return s.enters(e)
}

// progress is done of the goal, and until which day.
func (s *shopper) progress(later int) (done int64, until string) {
	s.t.Helper()
	all := s.state.Progress(s.p, day.AddDate(0, 0, later))
	require.Len(s.t, all, 1)
	if all[0].Until != nil {
		until = s.p.Day(*all[0].Until)
	}
	return all[0].Done, until
}

func dayLater(n int) string { return day.AddDate(0, 0, n).Format(time.DateOnly) }

func TestFiveVisitsInThirtyDays(t *testing.T) {
	s := challenged(t, models.Challenge{Count: models.TallyVisits, Goal: 5, Within: 30, Times: 2})
	for _, later := range []int{0, 0, 6, 12, 18} { // two on one day are one visit
		s.visit(later)
	}
	require.Zero(t, s.has(models.Points))
	done, until := s.progress(18)
	require.EqualValues(t, 4, done)
	require.Equal(t, dayLater(30), until, "when the first visit is too long ago")
	done, until = s.progress(30)
	require.EqualValues(t, 3, done)
	require.Equal(t, dayLater(36), until)

	s.visit(31)
	require.Zero(t, s.has(models.Points), "the first is too long ago")
	fifth := s.visit(35)
	require.EqualValues(t, 25, s.has(models.Points))
	require.Equal(t, "A challenge", s.p.Why(fifth.Deltas[0].Rule))
	done, _ = s.progress(35)
	require.Zero(t, done, "and anew")
	s.visit(35)
	for later := range 4 {
		s.visit(36 + later)
	}
	require.EqualValues(t, 25, s.has(models.Points))

	// Without the fifth visit the four before it count again.
	s.do(models.Event{Kind: models.EntryReverse, At: day.AddDate(0, 0, 40), Original: fifth})
	require.Zero(t, s.has(models.Points))
	s.visit(40)
	require.EqualValues(t, 25, s.has(models.Points))
	for later := range 5 {
		s.visit(41 + later)
	}
	require.EqualValues(t, 50, s.has(models.Points))
	for later := range 9 {
		s.visit(46 + later)
	}
	require.EqualValues(t, 50, s.has(models.Points), "twice is all")
	done, _ = s.progress(60)
	require.EqualValues(t, 5, done)
}

// A visit that is booked late can be the one that was missing.
func TestVisitBookedLateWinsAChallenge(t *testing.T) {
	s := challenged(t, models.Challenge{Count: models.TallyVisits, Goal: 3, Within: 7})
	s.visit(1)
	s.visit(5)
	s.visit(0)
	require.EqualValues(t, 25, s.has(models.Points))
}

func TestStreakOfFourWeeks(t *testing.T) {
	s := challenged(t, models.Challenge{Count: models.TallyVisits, Goal: 4, Every: models.EveryWeek, Times: 9})
	monday := -(int(day.Weekday()) + 6) % 7
	s.visit(monday)
	s.visit(monday + 13) // the Sunday of the second week
	done, until := s.progress(monday + 13)
	require.EqualValues(t, 2, done)
	require.Equal(t, dayLater(monday+21), until, "the third week is to come")
	s.visit(monday + 14)
	s.visit(monday + 28) // the fourth week is left out
	require.Zero(t, s.has(models.Points))
	done, until = s.progress(monday + 28)
	require.EqualValues(t, 1, done)
	require.Equal(t, dayLater(monday+42), until)

	gap := s.visit(monday + 21) // and booked late
	require.EqualValues(t, 25, s.has(models.Points))
	done, _ = s.progress(monday + 28)
	require.Zero(t, done, "the fifth week was of this streak too")
	for week := range 4 {
		s.visit(monday + 35 + 7*week)
	}
	require.EqualValues(t, 50, s.has(models.Points))
	s.do(models.Event{Kind: models.EntryReverse, At: day.AddDate(0, 0, 70), Original: gap})
	require.EqualValues(t, 25, s.has(models.Points))
}

// In each of two months for at least €3.
func TestStreakOfMonths(t *testing.T) {
	s := challenged(t, models.Challenge{Count: models.TallyAmount, Goal: 2, Every: models.EveryMonth, Each: 300})
	first := int(time.Date(day.Year(), day.Month(), 1, 12, 0, 0, 0, time.UTC).Sub(day).Hours() / 24)
	for range 3 {
		s.visit(first)
	}
	s.visit(first + 40)
	s.visit(first + 40)
	require.Zero(t, s.has(models.Points))
	s.visit(first + 41)
	require.EqualValues(t, 25, s.has(models.Points))
}

func TestTryThreeNewDrinks(t *testing.T) {
	drink := func(sku string) models.Item {
		return models.Item{Name: sku, SKU: sku, Category: "drink", Quantity: 1, Amount: 100}
	}
	for _, within := range []int{0, 10} {
		s := challenged(t, models.Challenge{
			Count: models.TallyDifferent, Goal: 3, Within: within, What: models.Goods{Categories: []string{"drink"}}, To: dayLater(20),
		})
		s.visit(0, drink("mate"))
		s.visit(1, drink("mate"), models.Item{Name: "Bread", SKU: "bread", Quantity: 1, Amount: 1})
		s.visit(2, drink("chai"))
		done, until := s.progress(2)
		require.EqualValues(t, 2, done)
		require.Equal(t, map[int]string{0: dayLater(21), 10: dayLater(10)}[within], until)
		third := s.visit(3, drink("lassi.$"))
		require.EqualValues(t, 25, s.has(models.Points))
		s.do(models.Event{Kind: models.EntryReverse, At: day.AddDate(0, 0, 4), Original: third})
		require.Zero(t, s.has(models.Points))
		done, _ = s.progress(4)
		require.EqualValues(t, 2, done)
		s.visit(5, drink("cola"))
		require.EqualValues(t, 25, s.has(models.Points))
		require.Empty(t, s.state.Progress(s.p, day.AddDate(0, 0, 21)), "it is over")
	}
}

// 25 points after each €10, however it comes together.
func TestChallengeOfAnAmount(t *testing.T) {
	s := challenged(t, models.Challenge{Count: models.TallyAmount, Goal: 1000, Times: 3, From: dayLater(1)})
	s.buys(900)
	done := func() int64 { d, _ := s.progress(1); return d }
	next := func(amount int64) { e := buy(amount); e.At = day.AddDate(0, 0, 1); s.do(e) }
	require.Zero(t, done(), "that was before it began")
	next(900)
	require.EqualValues(t, 900, done())
	next(1300)
	require.EqualValues(t, 50, s.has(models.Points))
	require.EqualValues(t, 200, done())
	next(5000)
	require.EqualValues(t, 75, s.has(models.Points), "three times at most")
}

func TestCheckInsAreVisits(t *testing.T) {
	s := challenged(t, models.Challenge{Count: models.TallyVisits, Goal: 2})
	for later := range 2 {
		s.do(models.Event{Kind: models.EntryEarn, Activity: models.OnCheckIn, At: day.AddDate(0, 0, later)})
	}
	require.EqualValues(t, 25, s.has(models.Points))
}

func TestWrongChallenges(t *testing.T) {
	good := models.Challenge{ID: "c", Name: "c", Count: models.TallyVisits, Goal: 5, Within: 30, Unit: models.Points, Give: 1}
	for field, change := range map[string]func(*models.Challenge){
		"challenges[0].id":          func(c *models.Challenge) { c.ID = "spend" },
		"challenges[0].name":        func(c *models.Challenge) { c.Name = "" },
		"challenges[0].count":       func(c *models.Challenge) { c.Count = "steps" },
		"challenges[0].goal":        func(c *models.Challenge) { c.Goal = 31 },
		"challenges[0].within_days": func(c *models.Challenge) { c.Within = 93 },
		"challenges[0].every":       func(c *models.Challenge) { c.Every = models.EveryWeek },
		"challenges[0].each":        func(c *models.Challenge) { c.Each = 1 },
		"challenges[0].unit":        func(c *models.Challenge) { c.Unit = models.Visits },
		"challenges[0].give":        func(c *models.Challenge) { c.Give = 0 },
		"challenges[0].times":       func(c *models.Challenge) { c.Times = -1 },
		"challenges[0].from":        func(c *models.Challenge) { c.From, c.To = "2026-11-28", "2026-11-27" },
		"challenges[0].when.days":   func(c *models.Challenge) { c.When.Days = []string{"someday"} },
	} {
		p := program(func(terms *models.Terms) {
			c := good
			change(&c)
			terms.Challenges = []models.Challenge{c}
		})
		err := models.CheckTerms(&p.Terms)
		var wrong *models.Error
		require.ErrorAs(t, err, &wrong, field)
		require.Equal(t, field, wrong.Field)
	}
}
