package models_test

import (
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"regulars/models"
)

// bar gives stamps for drinks, points for what is spent, and more of those for
// food.
func bar(change ...func(*models.Terms)) *models.Program {
	return program(append([]func(*models.Terms){func(terms *models.Terms) {
		terms.Rules = append(perAmount(1, 100), models.Rule{
			ID: "drink", Name: "A stamp for each drink", Unit: models.Stamps, Give: 1, Per: models.PerItem, What: models.Goods{Categories: []string{"drink"}},
		})
		terms.Bonuses = []models.Bonus{{ID: "food", Name: "Double for food", Percent: 200, Rules: []models.RuleID{"spend"}, What: models.Goods{Categories: []string{"food"}}}}
		terms.StampCards = []models.StampCard{{ID: "card", Name: "Card", Unit: models.Stamps, Size: 10, Start: 2}}
		terms.Excluded = models.Goods{Categories: []string{"deposit"}}
		terms.Tiers = nil
	}}, change...)...)
}

// sandwich, coffees and a deposit: 500 + 2 × 300 + 100, and a tip of 50.
func order() *models.Purchase {
	return &models.Purchase{Amount: 1250, Currency: "EUR", Tip: 50, Items: []models.Item{
		{Name: "Sandwich", Category: "food", Quantity: 1, Amount: 500},
		{Name: "Coffee", Category: "drink", Quantity: 2, Amount: 600},
		{Name: "Deposit", Category: "deposit", Quantity: 1, Amount: 100},
	}}
}

func ordered(t *testing.T, p *models.Program, b *models.Purchase) *account {
	t.Helper()
	a := &account{p: p, undone: map[int]models.Undone{}}
	require.NoError(t, a.post(models.Event{Kind: models.EntryEarn, At: day, Purchase: b}))
	return a
}

// back takes lines of the first entry back; all that is left when there are none.
func (a *account) back(lines ...models.Returned) error {
	return a.post(models.Event{Kind: models.EntryReverse, At: day, Original: &a.entries[0], Undone: a.undone[0], Lines: lines})
}

func (a *account) last() *models.Entry { return &a.entries[len(a.entries)-1] }

func line(at int, quantity int64) models.Returned {
	return models.Returned{Line: at, Quantity: quantity}
}

// A sandwich that comes back takes what it gave, and leaves the coffee its stamps.
func TestReturnedLineTakesBackWhatItGave(t *testing.T) {
	a := ordered(t, bar(), order())
	require.EqualValues(t, 11+5, a.state.Balance(models.Points), "a point for each euro of food and drink, and as many again for food")
	require.EqualValues(t, 2+2, a.state.Balance(models.Stamps))
	for _, tt := range []struct {
		name              string
		lines             []models.Returned
		points, stamps    int64
		undone            int64
		collected, earned int64
	}{
		{"the sandwich", []models.Returned{line(0, 1)}, 6, 4, 500, 4, 6},
		{"a deposit earned nothing", []models.Returned{line(2, 1)}, 6, 4, 100, 4, 6},
		{"one of two coffees", []models.Returned{line(1, 1)}, 3, 2, 300, 2, 3},
		{"the tip is left", nil, 0, 0, 350, 0, 0},
	} {
		require.NoError(t, a.back(tt.lines...), tt.name)
		require.EqualValues(t, tt.points, a.state.Balance(models.Points), tt.name)
		require.EqualValues(t, tt.stamps, a.state.Balance(models.Stamps), tt.name)
		require.EqualValues(t, tt.undone, a.last().Undo, tt.name)
		require.EqualValues(t, tt.collected, a.state.Counts.Of("card/card"), tt.name)
		require.EqualValues(t, tt.earned, a.state.Earned, tt.name)
	}
	require.Empty(t, a.state.Counts)
	require.Equal(t, "already_reversed", models.CodeOf(a.back()))
	require.Equal(t, "already_reversed", models.CodeOf(a.back(line(0, 1))))
}

func TestReturnedLinesThatCannotBe(t *testing.T) {
	reversal := func(a *account, lines []models.Returned, part int64) error {
		return a.post(models.Event{Kind: models.EntryReverse, Original: &a.entries[0], Undone: a.undone[0], Lines: lines, Part: part})
	}
	for _, tt := range []struct {
		name   string
		bought *models.Purchase
		first  []models.Returned
		amount int64
		lines  []models.Returned
		part   int64
		code   string
	}{
		{name: "a line that is none", lines: []models.Returned{line(3, 1)}, code: "unknown_line"},
		{name: "a line below the first", lines: []models.Returned{line(-1, 1)}, code: "unknown_line"},
		{name: "no pieces", lines: []models.Returned{line(0, 0)}, code: "no_quantity"},
		{name: "fewer than none", lines: []models.Returned{line(0, math.MinInt64)}, code: "no_quantity"},
		{name: "more than were bought", lines: []models.Returned{line(0, 2)}, code: "more_than_left"},
		{name: "the most there is", lines: []models.Returned{line(0, math.MaxInt64)}, code: "more_than_left"},
		{name: "more than were bought, in two", lines: []models.Returned{line(1, 1), line(1, 2)}, code: "more_than_left"},
		{name: "more than are left", first: []models.Returned{line(1, 1)}, lines: []models.Returned{line(1, 2)}, code: "more_than_left"},
		{name: "a line after an amount", amount: 10, lines: []models.Returned{line(0, 1)}, code: "reversed_by_amount"},
		{name: "an amount after a line", first: []models.Returned{line(0, 1)}, part: 10, code: "reversed_by_line"},
		{name: "more than is left, after a line", first: []models.Returned{line(0, 1)}, part: 751, code: "more_than_left"},
		{name: "just what is left, after a line", first: []models.Returned{line(0, 1)}, part: 750},
		{name: "a purchase without lines", bought: &models.Purchase{Amount: 500, Currency: "EUR"}, lines: []models.Returned{line(0, 1)}, code: "no_lines"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := tt.bought
			if b == nil {
				b = order()
			}
			a := ordered(t, bar(), b)
			if tt.first != nil || tt.amount > 0 {
				require.NoError(t, reversal(a, tt.first, tt.amount))
			}
			before := len(a.entries)
			err := reversal(a, tt.lines, tt.part)
			if tt.code == "" {
				require.NoError(t, err)
				require.True(t, a.whole(0))
				return
			}
			require.Equal(t, tt.code, models.CodeOf(err))
			require.Len(t, a.entries, before)
		})
	}
}

// By lines, the rules of the purchase decide, whatever they say today.
func TestReturnedLineGoesByTheRulesOfItsPurchase(t *testing.T) {
	then, today := bar(), program()
	a := ordered(t, then, order())
	event := models.Event{Kind: models.EntryReverse, At: day, Original: &a.entries[0], Lines: []models.Returned{line(0, 1)}, Made: then}
	was, err := then.Apply(a.state, event)
	require.NoError(t, err)
	is, err := today.Apply(a.state, event)
	require.NoError(t, err)
	require.Equal(t, was.Deltas, is.Deltas)
	require.Equal(t, was.Counts, is.Counts)
}

// Where a bill was less than its lines, by a discount, they come back for what
// was paid; where it was more, the rest is in no line.
func TestReturnedLinesOfABillThatIsNotTheirSum(t *testing.T) {
	b := order()
	b.Items, b.Amount, b.Tip = b.Items[:2], 550, 0
	a := ordered(t, bar(), b)
	require.NoError(t, a.back(line(0, 1)))
	require.EqualValues(t, 250, a.last().Undo, "half of 500 for a bill of half as much")
	require.NoError(t, a.back(line(1, 2)))
	require.EqualValues(t, 300, a.last().Undo)
	require.True(t, a.whole(0))
	require.Empty(t, a.state.Counts)

	b = order()
	b.Items, b.Amount, b.Tip = b.Items[:2], 2200, 0
	a = ordered(t, bar(), b)
	require.EqualValues(t, 22+5, a.state.Balance(models.Points))
	require.NoError(t, a.back(line(0, 1), line(1, 2)))
	require.EqualValues(t, 11, a.state.Balance(models.Points))
	require.EqualValues(t, 1100, a.last().Undo)
	require.False(t, a.whole(0))
	require.NoError(t, a.back())
	require.Zero(t, a.state.Balance(models.Points))
	require.EqualValues(t, 1100, a.last().Undo)
}

// What was for nothing comes back as well, though no money does.
func TestReturnedLineThatWasForNothing(t *testing.T) {
	b := &models.Purchase{Amount: 300, Currency: "EUR", Items: []models.Item{
		{Name: "Coffee", Category: "drink", Quantity: 1, Amount: 300}, {Name: "Water", Category: "drink", Quantity: 1},
	}}
	a := ordered(t, bar(), b)
	require.NoError(t, a.back(line(0, 1)))
	require.False(t, a.whole(0))
	require.EqualValues(t, 2, a.state.Balance(models.Stamps), "the water, and one of two to begin with")
	require.NoError(t, a.back(line(1, 1)))
	require.Zero(t, a.last().Undo)
	require.True(t, a.whole(0))
	require.Zero(t, a.state.Balance(models.Stamps))
}

// Money from the card goes back to it in proportion to what was paid for the
// lines.
func TestReturnedLineGivesMoneyBackToTheCard(t *testing.T) {
	p := bar(func(terms *models.Terms) { terms.Value = models.ValueTerms{Most: 5000} })
	a := &account{p: p, undone: map[int]models.Undone{}}
	require.NoError(t, a.post(models.Event{Kind: models.EntryLoad, Load: &models.Load{Amount: 1000}}))
	b := order()
	b.Value = 1000
	require.NoError(t, a.post(models.Event{Kind: models.EntryEarn, At: day, Purchase: b}))
	back := func(lines ...models.Returned) {
		require.NoError(t, a.post(models.Event{Kind: models.EntryReverse, At: day, Original: &a.entries[1], Undone: a.undone[1], Lines: lines}))
	}
	back(line(0, 1))
	require.EqualValues(t, 400, a.state.Balance(models.Value), "500 of 1250 came back")
	back(line(1, 2), line(2, 1))
	require.EqualValues(t, 960, a.state.Balance(models.Value))
	back()
	require.EqualValues(t, 1000, a.state.Balance(models.Value))
}

// A friend's purchase is one as long as something is left of what counts.
func TestReturnedLinesOfAFriendsFirstPurchase(t *testing.T) {
	p := bar(func(terms *models.Terms) {
		terms.Referral = models.Referral{ID: "friend", Name: "Friend", FriendName: "Friend", Unit: models.Points, Give: 10, FriendGive: 10}
	})
	a := &account{p: p, undone: map[int]models.Undone{}}
	b := order()
	b.Items = b.Items[:2]
	b.Amount, b.Tip = 1100, 0
	require.NoError(t, a.post(models.Event{Kind: models.EntryEarn, At: day, Purchase: b, Referrer: "m1"}))
	require.EqualValues(t, 1, a.last().Referred())
	require.NoError(t, a.back(line(1, 2)))
	require.Zero(t, a.last().Referred())
	require.NoError(t, a.back(line(0, 1)))
	require.EqualValues(t, -1, a.last().Referred())
}

// A part never takes units that a rule gave for other lines alone, and all parts
// together are the original, in whatever order they come.
func TestReturnedLinesOfAnyProgram(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := rich(t)
		p.Refunds = models.AllowNegative
		a := life(t, p)
		for i := range len(a.entries) {
			o := a.entries[i]
			if o.Kind != models.EntryEarn || o.Purchase == nil || len(o.Purchase.Items) == 0 || a.undone[i].Times > 0 {
				continue
			}
			got := map[models.RuleID]int64{}
			for !a.whole(i) {
				undone := a.undone[i]
				lines := returned(t, &o, undone)
				if a.post(models.Event{Kind: models.EntryReverse, At: o.At, Original: &o, Undone: undone, Lines: lines}) != nil {
					continue
				}
				back := a.last()
				for _, d := range back.Deltas {
					got[d.Rule] += d.Amount
					if len(lines) > 0 {
						counted(t, p, &o, lines, d)
					}
				}
				require.LessOrEqual(t, a.undone[i].Amount, o.Purchase.Amount)
			}
			require.Equal(t, o.Purchase.Amount, a.undone[i].Amount)
			for _, d := range o.Deltas {
				if d.Unit != models.Value {
					got[d.Rule] += d.Amount
				} else {
					delete(got, d.Rule) // money that was used is not taken back
				}
			}
			for rule, n := range got {
				require.Zero(t, n, rule)
			}
		}
	})
}

// counted: some line that came back is one that the rule counted.
func counted(t *rapid.T, p *models.Program, o *models.Entry, lines []models.Returned, d models.Delta) {
	for _, r := range p.Rules {
		if r.ID != d.Rule {
			continue
		}
		some := false
		for _, l := range lines {
			item := &o.Purchase.Items[l.Line]
			some = some || !p.Excluded.Has(item) && (r.What.IsZero() || r.What.Has(item))
		}
		require.True(t, some, "%s gave for none of the lines that came back", strings.ToUpper(string(r.ID)))
	}
}
