package models_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"regulars/models"
)

// gym is a program with a membership by the month, by the year and by the day.
func gym(change ...func(*models.Terms)) *models.Program {
	p := program(func(t *models.Terms) {
		t.Memberships = []models.Membership{
			{ID: "gym", Name: "Gym", Price: 3000, Months: 1, Locks: true},
			{ID: "gym-year", Name: "Gym, a year", Price: 30000, Months: 12, Prolongs: "gym"},
			{ID: "gym-day", Name: "Gym, a day", Price: 500, Days: 1, Prolongs: "gym"},
		}
	})
	for _, c := range change {
		c(&p.Terms)
	}
	return p
}

// sell books a membership, bought at a moment.
func (a *account) sell(t *testing.T, id models.RuleID, at time.Time) *models.Entry {
	t.Helper()
	price, _ := a.p.Price(id)
	require.NoError(t, a.post(models.Event{Kind: models.EntryLoad, At: at, Load: &models.Load{Product: id, Amount: price}}))
	return &a.entries[len(a.entries)-1]
}

// refund takes an entry back.
func (a *account) refund(t *testing.T, e *models.Entry, at time.Time) {
	t.Helper()
	require.NoError(t, a.post(models.Event{Kind: models.EntryReverse, At: at, Original: e, Undone: a.undone[int(e.Seq)-1]}))
}

// lastDay is the local day to whose end a membership is paid for, or "".
func (a *account) lastDay(id models.RuleID) string {
	if paid, ok := a.state.PaidFor(id); ok {
		return a.p.LastDay(paid.Until)
	}
	return ""
}

func ledger(p *models.Program) *account {
	return &account{p: p, undone: map[int]models.Undone{}}
}

func noon(p *models.Program, day string) time.Time { return p.DayBegins(day, 0).Add(12 * time.Hour) }

func TestMembershipIsPaidToTheEndOfADay(t *testing.T) {
	p := gym()
	for _, tt := range []struct{ name, first, sold, last string }{
		{"a month", "2026-04-10", "gym", "2026-05-10"},
		{"the last of a month", "2026-01-31", "gym", "2026-02-28"},
		{"of a leap year", "2028-01-31", "gym", "2028-02-29"},
		{"a year", "2028-02-29", "gym-year", "2029-02-28"},
		{"a day", "2026-04-10", "gym-day", "2026-04-10"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a := ledger(p)
			a.sell(t, models.RuleID(tt.sold), noon(p, tt.first))
			require.Equal(t, tt.last, a.lastDay("gym"))
		})
	}
}

// Twelve months one by one come to a year: no day is lost in February.
func TestRenewalsAreAddedToTheEnd(t *testing.T) {
	p := gym()
	a := ledger(p)
	for range 12 {
		a.sell(t, "gym", noon(p, "2026-01-31"))
	}
	require.Equal(t, "2027-01-31", a.lastDay("gym"))
	a.sell(t, "gym-day", noon(p, "2026-02-01"))
	require.Equal(t, "2027-02-01", a.lastDay("gym"))
}

func TestRenewalAfterTheEndBeginsThatDay(t *testing.T) {
	p := gym()
	a := ledger(p)
	a.sell(t, "gym", noon(p, "2026-01-10"))
	a.sell(t, "gym", noon(p, "2026-03-05"))
	require.Equal(t, "2026-04-05", a.lastDay("gym"))
	require.False(t, a.state.Holds("gym", noon(p, "2026-02-20")))
	require.True(t, a.state.Holds("gym", p.DayBegins("2026-03-05", 0)), "all of the day")
}

// Days of grace count as paid, and who renews in them pays from the old end.
func TestGraceHoldsAndIsPaidFor(t *testing.T) {
	p := gym(func(t *models.Terms) { t.Memberships[0].Grace, t.Memberships = 7, t.Memberships[:2] })
	require.NoError(t, models.CheckTerms(&p.Terms))
	a := ledger(p)
	a.sell(t, "gym", noon(p, "2026-01-10"))
	require.True(t, a.state.Holds("gym", noon(p, "2026-02-17")))
	require.False(t, a.state.Holds("gym", noon(p, "2026-02-18")))
	require.True(t, a.state.NextEnd().Equal(p.DayBegins("2026-02-18", 0)))
	a.sell(t, "gym", noon(p, "2026-02-17"))
	require.Equal(t, "2026-03-10", a.lastDay("gym"))
}

// A reversal takes back the term that it is about and no other, in any order,
// and whatever the term is today.
func TestReversalTakesBackExactlyItsTerm(t *testing.T) {
	p := gym()
	a := ledger(p)
	day := noon(p, "2026-01-31")
	month := a.sell(t, "gym", day)
	year := a.sell(t, "gym-year", day.AddDate(0, 0, 3))
	require.Equal(t, "2027-02-28", a.lastDay("gym"))
	p.Memberships[0].Months = 3
	a.refund(t, month, day.AddDate(0, 0, 4))
	require.Equal(t, "2027-01-31", a.lastDay("gym"))
	require.Equal(t, -1, a.entries[2].Paid[0].Months)
	require.Error(t, a.post(models.Event{Kind: models.EntryReverse, At: day, Original: month, Undone: a.undone[0]}))
	a.refund(t, year, day.AddDate(0, 0, 5))
	require.Empty(t, a.state.Paid)
}

// What was paid for before a gap is over: taking it back costs the time after it
// nothing.
func TestReversalOfWhatHasLapsedLeavesTheRest(t *testing.T) {
	p := gym()
	a := ledger(p)
	old := a.sell(t, "gym", noon(p, "2026-01-10"))
	fresh := a.sell(t, "gym", noon(p, "2026-03-10"))
	a.refund(t, old, noon(p, "2026-03-11"))
	require.Equal(t, "2026-04-10", a.lastDay("gym"))
	require.Empty(t, a.entries[2].Paid)
	a.refund(t, fresh, noon(p, "2026-03-12"))
	require.Empty(t, a.state.Paid)
}

// An entry ends what has lapsed, once, and what it was stays known.
func TestLapseIsBookedOnce(t *testing.T) {
	p := gym()
	a := ledger(p)
	a.sell(t, "gym", noon(p, "2026-01-10"))
	require.Equal(t, "nothing_ends", models.CodeOf(a.post(models.Event{Kind: models.EntryExpire, At: noon(p, "2026-02-10")})))
	require.NoError(t, a.post(models.Event{Kind: models.EntryExpire, At: p.DayBegins("2026-02-11", 0)}))
	require.Nil(t, a.state.NextEnd())
	require.Equal(t, "2026-02-10", a.lastDay("gym"))
	require.Equal(t, "nothing_ends", models.CodeOf(a.post(models.Event{Kind: models.EntryExpire, At: noon(p, "2026-02-12")})))
	a.sell(t, "gym", noon(p, "2026-02-12"))
	require.NotNil(t, a.state.NextEnd())
}

// Locked to the very instant, in zones with and without whole hours, on days of
// 23, 24 and 25 hours.
func TestLockFallsWithTheDay(t *testing.T) {
	for zone, changes := range map[string][]string{
		"Europe/Amsterdam":    {"2031-03-30", "2031-10-26"},
		"America/New_York":    {"2031-03-09", "2031-11-02"},
		"Australia/Lord_Howe": {"2031-04-06", "2031-10-05"},
	} {
		for _, change := range changes {
			for later := range 3 {
				day := models.DayAfter(change, later-1)
				t.Run(zone+" "+day, func(t *testing.T) {
					p := gym(func(t *models.Terms) { t.TimeZone = zone })
					a := ledger(p)
					begins, ends := p.DayBegins(day, 0), p.DayBegins(day, 1)
					buyAt := func(at time.Time) error {
						e := buy(500)
						e.At = at
						return a.post(e)
					}
					require.Equal(t, "membership_needed", models.CodeOf(buyAt(begins)))
					a.sell(t, "gym-day", begins.Add(time.Hour))
					require.NoError(t, buyAt(begins), "the first day is paid for from its beginning")
					require.NoError(t, buyAt(ends.Add(-time.Millisecond)))
					require.Equal(t, "membership_lapsed", models.CodeOf(buyAt(ends)))
					require.True(t, a.state.NextEnd().Equal(ends))
				})
			}
		}
	}
}

func TestLockedCardDoesNothingButWhatMendsIt(t *testing.T) {
	p := gym(func(t *models.Terms) {
		t.Rules = append(t.Rules,
			models.Rule{ID: "hello", Name: "Hello", On: models.OnSignUp, Unit: models.Points, Give: 60},
			models.Rule{ID: "here", Name: "Here", On: models.OnCheckIn, Unit: models.Points, Give: 1})
	})
	a := ledger(p)
	at := noon(p, "2026-01-10")
	require.NoError(t, a.post(models.Event{Kind: models.EntryEarn, At: at, Activity: models.OnSignUp}), "nobody can have paid by then")
	e := buy(500)
	e.At = at
	require.Equal(t, "membership_needed", models.CodeOf(a.post(e)))
	require.Equal(t, "membership_needed", models.CodeOf(a.post(models.Event{Kind: models.EntryEarn, At: at, Activity: models.OnCheckIn})))
	require.Equal(t, "membership_needed", models.CodeOf(a.post(models.Event{Kind: models.EntryRedeem, At: at, Reward: "coffee"})))
	r, _ := p.Reward("coffee")
	require.Equal(t, "membership_needed", models.CodeOf(p.MayTake(a.state, &r, models.Event{At: at})))
	e.Imported = true
	require.NoError(t, a.post(e))
	require.NoError(t, a.post(models.Event{Kind: models.EntryAdjust, At: at, Delta: models.Delta{Unit: models.Points, Amount: 5}}))
	a.refund(t, &a.entries[1], at)
	a.sell(t, "gym", at)
	require.NoError(t, a.post(models.Event{Kind: models.EntryRedeem, At: at, Reward: "coffee"}))
}

// Rules, bonuses and rewards can be for those who have paid.
func TestSomethingForThoseWhoHavePaid(t *testing.T) {
	p := gym(func(t *models.Terms) {
		t.Memberships[0].Locks = false
		t.Bonuses = []models.Bonus{{ID: "double", Name: "Double", Percent: 200, When: models.When{Memberships: []models.RuleID{"gym"}}}}
		t.Rewards[0].When.Memberships = []models.RuleID{"gym"}
	})
	require.NoError(t, models.CheckTerms(&p.Terms))
	a := ledger(p)
	at := noon(p, "2026-01-10")
	e := buy(10000)
	e.At = at
	require.NoError(t, a.post(e))
	once := a.state.Balance(models.Points)
	require.Equal(t, "membership_needed", models.CodeOf(a.post(models.Event{Kind: models.EntryRedeem, At: at, Reward: p.Rewards[0].ID})))
	a.sell(t, "gym", at)
	require.NoError(t, a.post(e))
	require.Equal(t, 3*once, a.state.Balance(models.Points))
	require.NoError(t, a.post(models.Event{Kind: models.EntryRedeem, At: at, Reward: p.Rewards[0].ID}))
}

func TestMembershipsAreToldOfInTime(t *testing.T) {
	p := gym(func(t *models.Terms) {
		t.Memberships[0].Notice, t.Memberships[0].Grace = 3, 5
		t.Memberships = t.Memberships[:2]
	})
	a := ledger(p)
	a.sell(t, "gym", noon(p, "2026-01-10")) // to 10 February
	require.Equal(t, 8, p.Notices())
	for _, day := range []string{"2026-02-06", "2026-02-07", "2026-02-08", "2026-02-09"} {
		require.Equal(t, day == "2026-02-08", p.Noticed(a.state, day), day)
	}
}

func TestMembershipsAreChecked(t *testing.T) {
	for field, spoil := range map[string]func(*models.Terms){
		"memberships[0].price":        func(t *models.Terms) { t.Memberships[0].Price = 0 },
		"memberships[0].months":       func(t *models.Terms) { t.Memberships[0].Days = 3 },
		"memberships[0].grace":        func(t *models.Terms) { t.Memberships[0].Grace = 28 },
		"memberships[0].notice":       func(t *models.Terms) { t.Memberships[0].Notice = 366 },
		"memberships[1].prolongs":     func(t *models.Terms) { t.Memberships[1].Prolongs = "gym-day" },
		"memberships[1]":              func(t *models.Terms) { t.Memberships[1].Locks = true },
		"memberships[1].id":           func(t *models.Terms) { t.Memberships[1].ID = "spend" },
		"memberships[2].months":       func(t *models.Terms) { t.Memberships[0].Grace = 1 },
		"rules[0].when.memberships":   func(t *models.Terms) { t.Rules[0].When.Memberships = []models.RuleID{"pool"} },
		"rewards[0].when.memberships": func(t *models.Terms) { t.Rewards[0].When.Memberships = []models.RuleID{"gym-year"} },
	} {
		t.Run(field, func(t *testing.T) {
			p := gym(spoil)
			var fault *models.Error
			require.ErrorAs(t, models.CheckTerms(&p.Terms), &fault)
			require.Equal(t, field, fault.Field)
		})
	}
}
