package models_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"regulars/models"
)

// town is a shopper in a coalition of a bakery and a bookshop, where 100 points
// are worth €1 between merchants.
type town struct {
	*shopper
	entries []models.Entry
	settled *models.Settlement
}

func inTown(t *testing.T, change ...func(*models.Terms)) *town {
	t.Helper()
	return &town{settled: models.NewSettlement(), shopper: shopping(t, func(terms *models.Terms) {
		terms.Rules = perAmount(1, 10)
		terms.Value = models.ValueTerms{Most: 100_000}
		terms.Rewards = []models.Reward{{ID: "ten", Name: "Ten", Unit: models.Points, Cost: 10}, {ID: "fifteen", Name: "Fifteen", Unit: models.Points, Cost: 15}}
		terms.Merchants = []models.Merchant{
			{ID: "bakery", Name: "The Bakery", Locations: []string{"Mill", "Corner"}}, {ID: "books", Name: "Books", Locations: []string{"Square"}},
		}
		terms.Settlement = []models.Rate{{Unit: models.Points, Units: 100, Amount: 100}}
		for _, c := range change {
			c(terms)
		}
	})}
}

// at lets something happen at a location.
func (w *town) at(location string, e models.Event) *models.Entry {
	w.t.Helper()
	e.Location = location
	if e.Original != nil {
		e.Undone = w.undone(e.Original)
	}
	c := w.do(e)
	entry := models.Entry{
		ID: models.EntryIDOf("a", int64(len(w.entries)+1)), Kind: e.Kind, Purchase: e.Purchase, Reward: e.Reward, Taken: e.Taken,
		Deltas: c.Deltas, Lots: c.Lots, Counts: c.Counts, Undo: c.Undo, Lines: e.Lines, Merchant: c.Merchant, Given: c.Given, State: c.State,
	}
	kind := e.Kind
	if e.Original != nil {
		entry.Ref, kind = e.Original.ID, e.Original.Kind
	}
	w.settled.Add(w.p, &entry, kind)
	w.entries = append(w.entries, entry)
	return &entry
}

func (w *town) undone(o *models.Entry) (u models.Undone) {
	for i := range w.entries {
		if w.entries[i].Ref == o.ID {
			u.Add(&w.entries[i])
		}
	}
	return u
}

func redeem(id models.RewardID) models.Event {
	return models.Event{Kind: models.EntryRedeem, Reward: id}
}

func takeBack(o *models.Entry, part int64) models.Event {
	return models.Event{Kind: models.EntryReverse, Original: o, Part: part}
}

func withValue(amount int64) models.Event {
	e := buy(amount)
	e.Purchase.Value = amount
	return e
}

func loaded(amount int64) models.Event {
	return models.Event{Kind: models.EntryLoad, Load: &models.Load{Amount: amount}}
}

func debts(w *town) []models.Debt { return w.settled.Statement(w.p).Debts }

func owes(issuer, redeemer models.MerchantID, u models.Unit, units, amount int64) models.Debt {
	return models.Debt{Issuer: issuer, Redeemer: redeemer, Unit: u, Units: units, Amount: amount}
}

func TestWhoGavePointsOwesThemToWhoeverTakesThem(t *testing.T) {
	w := inTown(t)
	require.EqualValues(t, "bakery", w.at("Mill", buy(300)).Merchant)
	require.Empty(t, debts(w))
	w.at("Corner", redeem("ten"))
	require.Empty(t, debts(w), "both locations are the bakery's")
	took := w.at("Square", redeem("fifteen"))
	require.Equal(t, []models.Debt{owes("bakery", "books", models.Points, 15, 15)}, debts(w))
	st := w.settled.Statement(w.p)
	require.Equal(t, []models.Standing{
		{Merchant: "bakery", Name: "The Bakery", Issued: units(30), Redeemed: units(10), Expired: units(0), Owed: 15, Net: -15},
		{Merchant: "books", Name: "Books", Issued: units(0), Redeemed: units(15), Expired: units(0), Due: 15, Net: 15},
		{Merchant: "house", Name: "Corner Café", Issued: units(0), Redeemed: units(0), Expired: units(0)},
	}, st.Merchants)
	// The owner takes it back at the office: what counts is where it was taken.
	require.EqualValues(t, "books", w.at("", takeBack(took, 0)).Merchant)
	require.Empty(t, debts(w))
	require.Equal(t, w.state.Holdings(), w.settled.Outstanding())
}

func units(points int64) map[models.Unit]int64 {
	if points == 0 {
		return map[models.Unit]int64{}
	}
	return map[models.Unit]int64{models.Points: points}
}

func TestWhichPointsAreUsedFirst(t *testing.T) {
	holds := func(issuer models.MerchantID) models.Holding {
		return models.Holding{Issuer: issuer, Unit: models.Points}
	}
	for _, tt := range []struct {
		name     string
		location string
		change   func(*models.Terms)
		left     map[models.Holding]int64
	}{
		{"those of the merchant itself", "Square", nil, map[models.Holding]int64{holds("bakery"): 10, holds("books"): 5, holds(""): 10}},
		{"then others' by their ids, and the house's last", "Mill", nil, map[models.Holding]int64{holds("books"): 10, holds(""): 10, holds("bakery"): 5}},
		{"the house's at the house", "", nil, map[models.Holding]int64{holds("bakery"): 10, holds("books"): 10, holds(""): 5}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := inTown(t)
			for _, at := range []string{"Square", "", "Mill"} {
				w.at(at, buy(100))
			}
			w.at(tt.location, models.Event{Kind: models.EntryAdjust, Delta: models.Delta{Unit: models.Points, Amount: -5}})
			require.Equal(t, tt.left, w.state.Holdings())
		})
	}
	w := inTown(t, func(terms *models.Terms) { terms.Expiries = []models.Expiry{{Unit: models.Points, Months: 1}} })
	early, late := buy(100), buy(100)
	early.At, late.At = day, day.AddDate(0, 0, 3)
	w.at("Mill", early)
	w.at("Square", late)
	took := redeem("fifteen")
	took.At = late.At
	w.at("Square", took)
	require.Equal(t, map[models.Holding]int64{holds("books"): 5}, w.state.Holdings(), "what ends first is used first, whoever gave it")
	ended := models.Event{Kind: models.EntryExpire, At: late.At.AddDate(0, 2, 0)}
	w.at("", ended)
	st := w.settled.Statement(w.p)
	require.Equal(t, units(5), st.Merchants[1].Expired, "what ends is its giver's gain")
	require.Equal(t, []models.Debt{owes("bakery", "books", models.Points, 10, 10)}, st.Debts)
}

func TestMoneyIsUsedAtAnotherMerchant(t *testing.T) {
	w := inTown(t)
	w.at("Mill", loaded(1000))
	w.at("Square", loaded(500))
	paid := w.at("Square", withValue(900))
	require.Equal(t, []models.Debt{owes("bakery", "books", models.Value, 400, 400)}, debts(w))
	// A third comes back, then the rest: each part from where the last one ended.
	w.at("Square", takeBack(paid, 300))
	require.Equal(t, []models.Debt{owes("bakery", "books", models.Value, 400, 400)}, debts(w), "the bookshop's own came back first")
	w.at("Square", takeBack(paid, 300))
	require.Equal(t, []models.Debt{owes("bakery", "books", models.Value, 300, 300)}, debts(w))
	w.at("Square", takeBack(paid, 0))
	require.Empty(t, debts(w))
	require.Equal(t, map[models.Holding]int64{{Issuer: "bakery", Unit: models.Value}: 1000, {Issuer: "books", Unit: models.Value}: 500}, w.state.Holdings())
}

// Points that were spent are taken back from those of others, who are then rid
// of them: they owe for them. A debt of the member is the house's to wait for.
func TestWhatIsTakenBackOfOthersIsOwed(t *testing.T) {
	w := inTown(t)
	bread := w.at("Mill", buy(100))
	w.at("Mill", redeem("ten"))
	w.at("Square", buy(60))
	w.at("Mill", takeBack(bread, 0))
	require.EqualValues(t, -4, w.has(models.Points))
	require.Equal(t, []models.Debt{owes("house", "bakery", models.Points, 4, 4), owes("books", "bakery", models.Points, 6, 6)}, debts(w))
	w.at("Square", buy(100))
	require.Equal(t, []models.Debt{
		owes("house", "bakery", models.Points, 4, 4), owes("house", "books", models.Points, -4, -4), owes("books", "bakery", models.Points, 6, 6),
	}, debts(w), "the bookshop's points repay the house")
	require.Equal(t, w.state.Holdings(), w.settled.Outstanding())
}

func TestPointsFromBeforeTheCoalitionAreTheHouses(t *testing.T) {
	w := inTown(t)
	w.state = models.State{Balances: map[models.Unit]int64{models.Points: 12}}
	w.at("Square", buy(50))
	w.at("Square", redeem("fifteen"))
	require.Equal(t, []models.Debt{owes("house", "books", models.Points, 10, 10)}, debts(w))
	require.Empty(t, w.state.Lots)
	require.EqualValues(t, 2, w.has(models.Points))
}

func TestWhatIsOwedIsRoundedToTheNearest(t *testing.T) {
	for _, tt := range []struct {
		name          string
		units, amount int64 // of the rate
		used          int   // tens
		want          int64
	}{
		{"exact", 100, 100, 3, 30},
		{"down", 300, 100, 1, 3},
		{"up", 300, 100, 2, 7},
		{"a half away from zero", 4, 1, 1, 3},
		{"sums before it rounds", 3, 1, 3, 10},
		{"worth nothing", 1, 0, 3, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := inTown(t, func(terms *models.Terms) {
				terms.Settlement = []models.Rate{{Unit: models.Points, Units: tt.units, Amount: tt.amount}}
			})
			w.at("Mill", buy(1000))
			var took []*models.Entry
			for range tt.used {
				took = append(took, w.at("Square", redeem("ten")))
			}
			require.Equal(t, []models.Debt{owes("bakery", "books", models.Points, int64(tt.used)*10, tt.want)}, debts(w))
			back := models.NewSettlement() // of the month after
			for _, e := range took {
				back.Add(w.p, w.at("Square", takeBack(e, 0)), models.EntryRedeem)
			}
			require.Equal(t, []models.Debt{owes("bakery", "books", models.Points, int64(tt.used)*-10, -tt.want)}, back.Statement(w.p).Debts)
		})
	}
}

func TestUnitsWithoutARateAreCountedAlone(t *testing.T) {
	w := inTown(t, func(terms *models.Terms) { terms.Settlement = nil })
	w.at("Mill", buy(100))
	w.at("Square", redeem("ten"))
	require.Equal(t, []models.Debt{owes("bakery", "books", models.Points, 10, 0)}, debts(w))
}

// The largest numbers there are make no sum that is not zero.
func TestSettlementDoesNotOverflow(t *testing.T) {
	w := inTown(t, func(terms *models.Terms) {
		terms.Settlement = []models.Rate{{Unit: models.Points, Units: 1, Amount: 10_000_000}}
	})
	s := models.NewSettlement()
	for range 1000 {
		e := models.Entry{
			Kind: models.EntryRedeem, Merchant: "books", Deltas: []models.Delta{{Unit: models.Points, Amount: -models.MaxBalance}},
			Lots: []models.Lot{{Unit: models.Points, Amount: -models.MaxBalance, Issuer: "bakery"}},
		}
		s.Add(w.p, &e, models.EntryRedeem)
	}
	var net int64
	for _, m := range s.Statement(w.p).Merchants {
		net += m.Net
	}
	require.Zero(t, net)
	require.Positive(t, s.Statement(w.p).Debts[0].Amount)
}

// Without merchants nothing is in lots that need not be, and nobody owes
// anything.
func TestAProgramOfOneBusinessKnowsNoMerchants(t *testing.T) {
	w := inTown(t, func(terms *models.Terms) { terms.Merchants, terms.Settlement = nil, nil })
	e := w.at("Mill", buy(100))
	require.Empty(t, e.Merchant)
	w.at("Square", redeem("ten"))
	require.Empty(t, w.state.Lots)
	require.Empty(t, debts(w))
}

func TestAMerchantWhoHasLeftStillSettles(t *testing.T) {
	w := inTown(t)
	w.at("Mill", buy(100))
	w.p.Merchants = w.p.Merchants[1:]
	w.at("Square", redeem("ten"))
	st := w.settled.Statement(w.p)
	require.Equal(t, []models.Debt{owes("bakery", "books", models.Points, 10, 10)}, st.Debts)
	require.EqualValues(t, "bakery", st.Merchants[1].Name)
	require.EqualValues(t, -10, st.Merchants[1].Net)
}

// What a version promised never to end does not, whatever the next one says.
func TestUnitsThatNeverEndAreNotProlonged(t *testing.T) {
	w := inTown(t)
	w.at("Mill", buy(100))
	w.p.Expiries = []models.Expiry{{Unit: models.Points, Inactive: 1}}
	w.at("Mill", buy(50))
	ended := models.Event{Kind: models.EntryExpire, At: day.AddDate(0, 3, 0)}
	w.at("", ended)
	require.EqualValues(t, 10, w.has(models.Points))
}

// A closed period is told by when entries were recorded, on the days of the
// version's zone, and each entry is in one period.
func TestEachEntryIsInOnePeriod(t *testing.T) {
	for _, tt := range []struct {
		zone, recorded, day string
	}{
		{"Europe/Amsterdam", "2026-03-29T21:59:59.999Z", "2026-03-29"},
		{"Europe/Amsterdam", "2026-03-29T22:00:00Z", "2026-03-30"},
		{"Europe/Amsterdam", "2026-10-25T22:59:59.999Z", "2026-10-25"},
		{"Europe/Amsterdam", "2026-10-25T23:00:00Z", "2026-10-26"},
		{"America/New_York", "2026-03-01T04:59:59.999Z", "2026-02-28"},
		{"America/New_York", "2026-03-01T05:00:00Z", "2026-03-01"},
		{"America/New_York", "2026-11-02T05:00:00Z", "2026-11-02"},
		{"Australia/Lord_Howe", "2026-10-04T12:59:59.999Z", "2026-10-04"},
		{"Australia/Lord_Howe", "2026-10-04T13:00:00Z", "2026-10-05"},
		{"Australia/Lord_Howe", "2026-04-05T13:29:59.999Z", "2026-04-05"},
		{"Australia/Lord_Howe", "2026-04-05T13:30:00Z", "2026-04-06"},
	} {
		p := program(func(terms *models.Terms) { terms.TimeZone = tt.zone })
		recorded, err := time.Parse(time.RFC3339, tt.recorded)
		require.NoError(t, err)
		for _, period := range []models.Days{{From: "2026-01-01", To: tt.day}, {From: tt.day, To: "2026-12-31"}, {From: tt.day, To: tt.day}} {
			require.True(t, period.Has(p, recorded), "%v %v", tt, period)
			from, until := period.Around(p)
			require.False(t, recorded.Before(from) || !recorded.Before(until))
		}
		require.False(t, models.Days{From: "2026-01-01", To: models.DayAfter(tt.day, -1)}.Has(p, recorded), "%v", tt)
		require.False(t, models.Days{From: models.DayAfter(tt.day, 1), To: "2026-12-31"}.Has(p, recorded), "%v", tt)
	}
}

// Money that a purchase gave back is used with the rest: parts return to the
// lots what the balance lost, and no more.
func TestCashBackReturnsToWhoeverGaveTheMoney(t *testing.T) {
	w := inTown(t, func(terms *models.Terms) {
		terms.Rules = append(terms.Rules, models.Rule{ID: "back", Name: "3 % back", Unit: models.Value, Give: 3, Per: models.PerAmount, Amount: 100})
	})
	w.at("Mill", loaded(1000))
	paid := w.at("Square", func() models.Event { e := withValue(500); e.Purchase.Amount = 1000; return e }())
	require.EqualValues(t, -485, paid.Amount(models.Value))
	for _, part := range []int64{333, 333, 0} {
		w.at("Square", takeBack(paid, part))
	}
	require.Empty(t, debts(w))
	require.Equal(t, map[models.Holding]int64{{Issuer: "bakery", Unit: models.Value}: 1000}, w.state.Holdings())
}
