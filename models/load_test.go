package models_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"regulars/models"
)

// prepaid is a shop whose cards hold money and visits that were paid for.
func prepaid(t *testing.T, change ...func(*models.Terms)) *shopper {
	return shopping(t, func(terms *models.Terms) {
		terms.Rules = perAmount(1, 100)
		terms.Value = models.ValueTerms{Most: 15000, MinLoad: 500, MaxLoad: 10000}
		terms.Products = []models.Product{
			{ID: "ten-visits", Name: "Ten visits", Unit: models.Visits, Give: 10, Price: 9000},
			{ID: "gift-50", Name: "€50 with €5 on top", Unit: models.Value, Give: 5500, Price: 5000},
		}
		terms.Rewards = []models.Reward{
			{ID: "visit", Name: "A visit", Unit: models.Visits, Cost: 1},
			{ID: "voucher", Name: "€2 on the card", Unit: models.Points, Cost: 20, Kind: models.GiftValue, Amount: 200, Repeat: 5},
		}
		for _, c := range change {
			c(terms)
		}
	})
}

func (s *shopper) try(e models.Event) string {
	s.t.Helper()
	if e.At.IsZero() {
		e.At = day
	}
	c, err := s.p.Apply(s.state, e)
	if err != nil {
		return models.CodeOf(err)
	}
	s.state, s.last = c.State, c
	return ""
}

func loads(product models.RuleID, amount int64) models.Event {
	return models.Event{Kind: models.EntryLoad, Load: &models.Load{Product: product, Amount: amount}}
}

func pays(amount, value int64) models.Event {
	e := buy(amount)
	e.Purchase.Value = value
	return e
}

func TestMoneyOnTheCard(t *testing.T) {
	s := prepaid(t)
	for _, tt := range []struct {
		event         models.Event
		code          string
		value, points int64 // after it
	}{
		{event: pays(100, 1), code: "not_enough_value"},
		{event: loads("", 499), code: "load_bounds"},
		{event: loads("", 10001), code: "load_bounds"},
		{event: loads("", 0), code: "zero_amount"},
		{event: loads("gold", 100), code: "unknown_product"},
		{event: loads("gift-50", 4999), code: "wrong_price"},
		{event: loads("gift-50", 5000), value: 5500},
		{event: loads("", 9500), value: 15000},
		{event: loads("", 500), code: "value_full", value: 15000},
		{event: pays(1000, 1000), value: 14000},
		{event: pays(1000, 400), value: 13600, points: 6},
		{event: pays(1000, 1001), code: "parts_too_large", value: 13600, points: 6},
		{event: pays(1000, -1), code: "parts_too_large", value: 13600, points: 6},
		{event: pays(20000, 13601), code: "not_enough_value", value: 13600, points: 6},
		{event: pays(15000, 13600), points: 20},
		{event: models.Event{Kind: models.EntryRedeem, Reward: "voucher"}, value: 200},
	} {
		require.Equal(t, tt.code, s.try(tt.event))
		require.Equal(t, tt.value, s.has(models.Value))
		require.Equal(t, tt.points, s.has(models.Points))
	}
	require.EqualValues(t, 20, s.state.Earned, "loading is no earning")
}

func TestWhatIsPaidWithValueMayEarn(t *testing.T) {
	s := prepaid(t, func(terms *models.Terms) { terms.Value.Earns = true })
	require.Empty(t, s.try(loads("", 5000)))
	require.Empty(t, s.try(pays(3000, 2000)))
	require.EqualValues(t, 30, s.has(models.Points))
}

func TestCashBackIsValue(t *testing.T) {
	s := prepaid(t, func(terms *models.Terms) {
		terms.Rules = []models.Rule{{ID: "back", Name: "5 % back", Unit: models.Value, Give: 5, Per: models.PerAmount, Amount: 100}}
		terms.Rewards = nil
	})
	require.Empty(t, s.try(buy(10000)))
	require.EqualValues(t, 500, s.has(models.Value))
	require.Empty(t, s.try(pays(1500, 500)))
	require.EqualValues(t, 50, s.has(models.Value), "ten of the fifteen were paid with money")
}

func TestAMultipassCountsDown(t *testing.T) {
	s := prepaid(t)
	require.Empty(t, s.try(loads("ten-visits", 9000)))
	require.EqualValues(t, 10, s.has(models.Visits))
	for left := int64(9); left >= 0; left-- {
		require.Empty(t, s.try(models.Event{Kind: models.EntryRedeem, Reward: "visit"}))
		require.Equal(t, left, s.has(models.Visits))
	}
	require.Equal(t, "not_enough", s.try(models.Event{Kind: models.EntryRedeem, Reward: "visit"}))
}

func TestMoneyThatWasLoadedIsNeverOwed(t *testing.T) {
	s := prepaid(t)
	load := s.do(loads("", 5000))
	loaded := models.Entry{Kind: models.EntryLoad, Deltas: load.Deltas}
	paid := s.do(pays(2000, 2000))
	bought := models.Entry{Kind: models.EntryEarn, Deltas: paid.Deltas, Counts: paid.Counts, Credit: paid.Credit, Purchase: pays(2000, 2000).Purchase}
	require.Equal(t, "load_spent", s.try(models.Event{Kind: models.EntryReverse, Original: &loaded}))
	require.Empty(t, s.try(models.Event{Kind: models.EntryReverse, Original: &bought, Part: 500}))
	require.EqualValues(t, 3500, s.has(models.Value), "a quarter came back")
	require.Empty(t, s.try(models.Event{Kind: models.EntryReverse, Original: &bought, Undone: models.Undone{Times: 1, Amount: 500}}))
	require.Empty(t, s.try(models.Event{Kind: models.EntryReverse, Original: &loaded}))
	require.Zero(t, s.has(models.Value))
}

// Money that comes back in parts goes to the lots that it was taken from, one
// after the other, and to none more than it gave.
func TestMoneyThatComesBackInPartsGoesToItsLots(t *testing.T) {
	p := program(func(terms *models.Terms) {
		terms.Value = models.ValueTerms{Most: 5000}
		terms.Expiries = []models.Expiry{{Unit: models.Value, Months: 1}}
	})
	a := &account{p: p, undone: map[int]models.Undone{}}
	for i := range 2 {
		require.NoError(t, a.post(models.Event{Kind: models.EntryLoad, At: day.AddDate(0, 0, i), Load: &models.Load{Amount: 500}}))
	}
	before := a.state.Lots
	require.Len(t, before, 2)
	at := day.AddDate(0, 0, 3)
	require.NoError(t, a.post(models.Event{Kind: models.EntryEarn, At: at, Purchase: &models.Purchase{Amount: 1000, Value: 1000, Currency: "EUR"}}))
	for _, part := range []int64{300, 700} {
		require.NoError(t, a.post(models.Event{Kind: models.EntryReverse, At: at, Original: &a.entries[2], Undone: a.undone[2], Part: part}))
	}
	require.True(t, models.SameLots(before, a.state.Lots), "%+v", a.state.Lots)
}
