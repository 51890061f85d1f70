package models_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"regulars/models"
)

func program(change ...func(*models.Terms)) *models.Program {
	t := models.Terms{
		Name: "Corner Café", Organization: "Corner Café", Description: "card", TimeZone: "Europe/Amsterdam", Currency: "EUR", Locale: "en",
		Country: "NL", Brand: models.Brand{Background: "#000000", Foreground: "#ffffff", Label: "#cccccc"}, Barcode: models.QR,
		Rules:   perAmount(1, 100),
		Rewards: []models.Reward{{ID: "coffee", Name: "Coffee", Unit: models.Points, Cost: 10}},
		Tiers:   []models.Tier{{Name: "Silver", From: 20}, {Name: "Gold", From: 50}},
		Refunds: models.AllowNegative, MaxPurchase: 1_000_000,
	}
	for _, c := range change {
		c(&t)
	}
	return &models.Program{ID: "demo", Version: 1, Terms: t}
}

// perAmount is the usual rule, alone.
func perAmount(points, amount int64) []models.Rule {
	return []models.Rule{models.SpendRule(points, amount)}
}

// remainder is what was spent and has not earned yet.
func remainder(s models.State) int64 { return s.Counts.Of("left/spend") }

func buy(amount int64) models.Event {
	return models.Event{Kind: models.EntryEarn, Purchase: &models.Purchase{Amount: amount, Currency: "EUR"}}
}

func holding(points, remainder int64) models.State {
	s := models.State{Balances: map[models.Unit]int64{models.Points: points}}
	if remainder != 0 {
		s.Counts = models.Memory{{Key: "left/spend", N: remainder}}
	}
	return s
}

func TestEarnedPoints(t *testing.T) {
	for _, tt := range []struct {
		name              string
		per, points       int64
		have              models.State
		amount            int64
		want, left, total int64
	}{
		{name: "full amounts only", amount: 1999, want: 19, left: 99, total: 19},
		{name: "below one point is carried", amount: 99, left: 99},
		{name: "what was carried completes a point", have: holding(3, 99), amount: 1, want: 1, left: 0, total: 4},
		{name: "several points per amount", per: 250, points: 3, amount: 750, want: 9, total: 9},
		{name: "a debt in the remainder is repaid first", have: holding(0, -150), amount: 200, want: 0, left: 50},
		{name: "a debt larger than the purchase stays one", have: holding(0, -150), amount: 100, want: 0, left: -50},
		{name: "earning repays a negative balance", have: holding(-5, 0), amount: 800, want: 8, total: 3},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := program(func(terms *models.Terms) {
				if tt.per > 0 {
					terms.Rules = perAmount(tt.points, tt.per)
				}
			})
			c, err := p.Apply(tt.have, buy(tt.amount))
			require.NoError(t, err)
			e := models.Entry{Deltas: c.Deltas}
			require.Equal(t, tt.want, e.Amount(models.Points))
			require.Equal(t, tt.left, remainder(c.State))
			require.Equal(t, tt.total, c.State.Balance(models.Points))
		})
	}
}

func TestRefusedEvents(t *testing.T) {
	rich := models.State{Balances: map[models.Unit]int64{models.Points: models.MaxBalance}}
	entry := &models.Entry{Kind: models.EntryEarn, Deltas: []models.Delta{{Unit: models.Points, Amount: 3}}}
	give := func(kind models.EntryKind, unit models.Unit, n int64) models.Event {
		return models.Event{Kind: kind, Delta: models.Delta{Unit: unit, Amount: n}}
	}
	for _, tt := range []struct {
		name  string
		have  models.State
		event models.Event
		kind  models.Kind
		code  string
	}{
		{"a purchase of nothing", models.State{}, models.Event{Kind: models.EntryEarn}, models.Invalid, "no_amount"},
		{"zero", models.State{}, buy(0), models.Invalid, "zero_amount"},
		{"negative", models.State{}, buy(-1), models.Invalid, "negative_amount"},
		{"the smallest number there is", models.State{}, buy(math.MinInt64), models.Invalid, "negative_amount"},
		{"above the limit of a purchase", models.State{}, buy(1_000_001), models.Invalid, "amount_too_large"},
		{"the largest number there is", models.State{}, buy(math.MaxInt64), models.Invalid, "amount_too_large"},
		{"another currency", models.State{}, models.Event{Kind: models.EntryEarn, Purchase: &models.Purchase{Amount: 100, Currency: "USD"}}, models.Invalid, "wrong_currency"},
		{"a full balance", rich, buy(100), models.Invalid, "balance_cap"},
		{"a reward that is none", holding(99, 0), models.Event{Kind: models.EntryRedeem, Reward: "car"}, models.Invalid, "unknown_reward"},
		{"a reward beyond the balance", holding(9, 0), models.Event{Kind: models.EntryRedeem, Reward: "coffee"}, models.Conflict, "not_enough"},
		{"taking more than there is", holding(9, 0), give(models.EntryAdjust, models.Points, -10), models.Conflict, "not_enough"},
		{"taking from a debt", holding(-1, 0), give(models.EntryAdjust, models.Points, -1), models.Conflict, "not_enough"},
		{"taking the smallest number", holding(-1, 0), give(models.EntryAdjust, models.Points, math.MinInt64), models.Invalid, "balance_cap"},
		{"giving the largest number", holding(1, 0), give(models.EntryAdjust, models.Points, math.MaxInt64), models.Invalid, "balance_cap"},
		{"giving nothing", models.State{}, give(models.EntryAdjust, models.Points, 0), models.Invalid, "zero_delta"},
		{"a unit that is none", models.State{}, give(models.EntryAdjust, "stars", 1), models.Invalid, "unknown_unit"},
		{"opening with a debt", models.State{}, give(models.EntryOpen, models.Points, -1), models.Invalid, "negative_balance"},
		{"reversing nothing", models.State{}, models.Event{Kind: models.EntryReverse}, models.NotFound, "unknown_entry"},
		{"reversing twice", models.State{}, models.Event{Kind: models.EntryReverse, Original: entry, Undone: models.Undone{Times: 1}}, models.Conflict, "already_reversed"},
		{"reversing a reversal", models.State{}, models.Event{Kind: models.EntryReverse, Original: &models.Entry{Kind: models.EntryReverse}}, models.Invalid, "reversal_of_reversal"},
		{"an unknown kind", models.State{}, models.Event{Kind: "gift"}, models.Invalid, "unknown_kind"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			before := tt.have.Balance(models.Points)
			c, err := program().Apply(tt.have, tt.event)
			require.Equal(t, tt.code, models.CodeOf(err))
			require.Equal(t, tt.kind, models.KindOf(err))
			require.Empty(t, c.Deltas)
			require.Equal(t, before, tt.have.Balance(models.Points))
		})
	}
}

func TestReversalAfterThePointsWereSpent(t *testing.T) {
	spent := &models.Entry{Kind: models.EntryEarn, Deltas: []models.Delta{{Unit: models.Points, Amount: 10}}, Counts: models.Counts{"left/spend": 40}, Credit: 10}
	for _, tt := range []struct {
		name      string
		refunds   models.Refunds
		have      models.State
		want      int64
		remainder int64
	}{
		{"may go below zero", models.AllowNegative, holding(3, 40), -7, 0},
		{"takes what is there", models.OnlyAvailable, holding(3, 40), 0, 0},
		{"takes nothing from a debt", models.OnlyAvailable, holding(-2, 40), -2, 0},
		{"takes all where it is there", models.OnlyAvailable, holding(12, 40), 2, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := program(func(terms *models.Terms) { terms.Refunds = tt.refunds })
			c, err := p.Apply(tt.have, models.Event{Kind: models.EntryReverse, Original: spent})
			require.NoError(t, err)
			require.Equal(t, tt.want, c.State.Balance(models.Points))
			require.Equal(t, tt.remainder, remainder(c.State))
		})
	}
}

// Rules may have changed since: a reversal undoes what was done, not what
// would be done today.
func TestReversalIsByReference(t *testing.T) {
	first, err := program().Apply(models.State{}, buy(1050))
	require.NoError(t, err)
	today := program(func(terms *models.Terms) { terms.Rules = perAmount(7, 300) })
	entry := &models.Entry{Kind: models.EntryEarn, Deltas: first.Deltas, Counts: first.Counts, Credit: first.Credit}
	back, err := today.Apply(first.State, models.Event{Kind: models.EntryReverse, Original: entry})
	require.NoError(t, err)
	require.Zero(t, back.State.Balance(models.Points))
	require.Zero(t, remainder(back.State))
	require.Zero(t, back.State.Earned)
	require.Empty(t, back.State.Tier)
}

func TestTierGoesByWhatWasEarnedEver(t *testing.T) {
	p := program()
	for earned, want := range map[int64]string{-1: "", 0: "", 19: "", 20: "Silver", 49: "Silver", 50: "Gold", 1_000_000: "Gold"} {
		require.Equal(t, want, p.TierAt(earned), "%d", earned)
	}
	silver, err := p.Apply(models.State{}, buy(2000))
	require.NoError(t, err)
	require.Equal(t, "Silver", silver.State.Tier)
	after, err := p.Apply(silver.State, models.Event{Kind: models.EntryRedeem, Reward: "coffee"})
	require.NoError(t, err)
	require.Equal(t, "Silver", after.State.Tier, "spending takes no tier away")
	given, err := p.Apply(models.State{}, models.Event{Kind: models.EntryAdjust, Delta: models.Delta{Unit: models.Points, Amount: 99}})
	require.NoError(t, err)
	require.Empty(t, given.State.Tier, "what was given by hand was not earned")
}

func TestRewardsThatABalanceCovers(t *testing.T) {
	p := program(func(terms *models.Terms) {
		terms.Rewards = []models.Reward{{ID: "c", Unit: models.Points, Cost: 30}, {ID: "a", Unit: models.Points, Cost: 10}, {ID: "b", Unit: models.Points, Cost: 20}}
	})
	ready, next := holding(10, 0).Rewards(p, day)
	require.Len(t, ready, 1)
	require.EqualValues(t, "a", ready[0].ID)
	require.EqualValues(t, "b", next.ID)
	ready, next = holding(30, 0).Rewards(p, day)
	require.Len(t, ready, 3)
	require.Nil(t, next)
}
