package models_test

import (
	"cmp"
	"maps"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"regulars/models"
)

// account is a ledger without a store.
type account struct {
	p       *models.Program
	state   models.State
	entries []models.Entry
	undone  map[int]models.Undone
	town    *village // with the accounts that it gives to and takes from; nil where it is alone
	name    models.AccountID
}

// post books an event as the wallet does, if the rules allow it.
func (a *account) post(event models.Event) error {
	c, err := a.p.Apply(a.state, event)
	if err != nil {
		return err
	}
	before := a.state
	a.state = c.State
	e := models.Entry{
		Account: a.name, Seq: int64(len(a.entries) + 1), Kind: event.Kind, At: event.At, Location: event.Location, Facts: event.Facts,
		Purchase: event.Purchase, Activity: event.Activity, Load: event.Load, Reward: event.Reward, Taken: event.Taken,
		Deltas: c.Deltas, Counts: c.Counts, Lots: c.Lots, Paid: c.Paid, Credit: c.Credit, Undo: c.Undo, Lines: event.Lines, State: c.State,
		Merchant: c.Merchant, Given: c.Given, Transfer: c.Transfer,
	}
	if e.Referred() > 0 {
		e.Referrer = event.Referrer
	}
	if event.Kind == models.EntryReverse || event.Transfer != nil && event.Transfer.Out && event.Original != nil {
		e.Ref = idOf(event.Original)
		o := a.of(event.Original)
		undone := o.undone[int(event.Original.Seq)-1]
		undone.Add(&e)
		o.undone[int(event.Original.Seq)-1] = undone
	}
	if a.town != nil {
		e.RecordedAt = a.town.tick()
	}
	if a.town != nil && e.Kind != models.EntryTransfer {
		a.town.pairs.add(before.Holdings(), e.State.Holdings(), &e)
	}
	a.entries = append(a.entries, e)
	return nil
}

// idOf is the id of an entry, of account a where it is in no town.
func idOf(e *models.Entry) models.EntryID {
	return models.EntryIDOf(cmp.Or(e.Account, "a"), e.Seq)
}

// of is the account in which an entry stands.
func (a *account) of(e *models.Entry) *account {
	if a.town == nil {
		return a
	}
	return a.town.ledgers[models.MemberID(e.Account)]
}

// reversible are the entries that may be taken back here: its own, and those of the
// accounts that it took over.
func (a *account) reversible() (all []*models.Entry) {
	from := []*account{a}
	if a.town != nil {
		from = a.town.held(a)
	}
	for _, o := range from {
		for i := range o.entries {
			all = append(all, &o.entries[i])
		}
	}
	return all
}

// before is what was taken back of the entry that e takes back, before e.
func (a *account) before(e *models.Entry) (undone models.Undone) {
	if a.town != nil {
		return a.town.before(e)
	}
	for i := range a.entries {
		if o := &a.entries[i]; o.Ref != "" && o.Ref == e.Ref && o.Seq < e.Seq {
			undone.Add(o)
		}
	}
	return undone
}

// whole reports whether all of an entry was taken back.
func (a *account) whole(i int) bool {
	return a.undone[i].Whole(&a.entries[i])
}

// history draws a run of what happens at tills.
func history(t *rapid.T, p *models.Program) *account {
	a := &account{p: p, undone: map[int]models.Undone{}}
	for range rapid.IntRange(1, 40).Draw(t, "events") {
		switch rapid.IntRange(0, 9).Draw(t, "kind") {
		default:
			_ = a.post(buy(rapid.Int64Range(-10, 5000).Draw(t, "amount"))) // refused ones leave no trace, which is the point
		case 6:
			_ = a.post(models.Event{Kind: models.EntryRedeem, Reward: "coffee"})
		case 7:
			_ = a.post(models.Event{Kind: models.EntryAdjust, Delta: models.Delta{Unit: models.Points, Amount: rapid.Int64Range(-20, 20).Draw(t, "delta")}})
		case 8, 9:
			if len(a.entries) == 0 {
				continue
			}
			i := rapid.IntRange(0, len(a.entries)-1).Draw(t, "original")
			_ = a.post(models.Event{Kind: models.EntryReverse, Original: &a.entries[i], Undone: a.undone[i], Part: rapid.SampledFrom([]int64{0, 0, 77}).Draw(t, "part")})
		}
	}
	return a
}

func draw(t *rapid.T) *models.Program {
	return program(func(terms *models.Terms) {
		terms.Rules = perAmount(rapid.Int64Range(1, 5).Draw(t, "points"), rapid.Int64Range(1, 300).Draw(t, "per"))
		terms.Refunds = rapid.SampledFrom([]models.Refunds{models.AllowNegative, models.OnlyAvailable}).Draw(t, "refunds")
	})
}

// A balance is the sum of its entries, and so are the remainder and the
// credit; no unit appears or vanishes outside an entry.
func TestStateIsTheSumOfTheEntries(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := history(t, draw(t))
		var points, carried, credit int64
		for _, e := range a.entries {
			points += e.Amount(models.Points)
			carried += e.Counts["left/spend"]
			credit += e.Credit
			require.Equal(t, points, e.State.Balance(models.Points))
			require.Equal(t, carried, remainder(e.State))
			require.Equal(t, credit, e.State.Earned)
			require.Equal(t, a.p.TierAt(credit), e.State.Tier)
		}
	})
}

// The replay goes through the entries as they are booked.
func TestReplayGivesTheSameStates(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := history(t, draw(t))
		var s models.State
		for _, e := range a.entries {
			var original *models.Entry
			for i := range a.entries {
				if models.EntryIDOf("a", a.entries[i].Seq) == e.Ref {
					original = &a.entries[i]
				}
			}
			c, err := a.p.Apply(s, e.Event(original, a.before(&e)))
			require.NoError(t, err)
			require.Equal(t, e.Deltas, c.Deltas)
			require.True(t, e.State.Equal(c.State))
			s = c.State
		}
	})
}

// What was spent is never lost: it is in the points or carried.
func TestAmountsAreInThePointsOrCarried(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := draw(t)
		a := &account{p: p}
		var spent int64
		for _, amount := range rapid.SliceOf(rapid.Int64Range(1, 100_000)).Draw(t, "amounts") {
			require.NoError(t, a.post(buy(amount)))
			spent += amount
		}
		require.Equal(t, spent, a.state.Earned/p.Rules[0].Give*p.Rules[0].Amount+remainder(a.state))
		require.Less(t, remainder(a.state), p.Rules[0].Amount)
		require.GreaterOrEqual(t, remainder(a.state), int64(0))
	})
}

// In which order purchases were made does not matter for what they earned.
func TestOrderOfPurchasesDoesNotMatter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := draw(t)
		amounts := rapid.SliceOfN(rapid.Int64Range(1, 10_000), 1, 20).Draw(t, "amounts")
		other := rapid.Permutation(amounts).Draw(t, "other order")
		a, b := &account{p: p}, &account{p: p}
		for i := range amounts {
			require.NoError(t, a.post(buy(amounts[i])))
			require.NoError(t, b.post(buy(other[i])))
		}
		require.True(t, a.state.Equal(b.state))
	})
}

func TestReversingEverythingReturnsToTheStart(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := draw(t)
		p.Refunds = models.AllowNegative
		a := history(t, p)
		for i := range len(a.entries) {
			if a.entries[i].Kind != models.EntryReverse && !a.whole(i) {
				require.NoError(t, a.post(models.Event{Kind: models.EntryReverse, Original: &a.entries[i], Undone: a.undone[i]}))
			}
		}
		require.Zero(t, a.state.Balance(models.Points))
		require.Zero(t, remainder(a.state))
		require.Zero(t, a.state.Earned)
		require.Empty(t, a.state.Tier)
	})
}

// The two policies differ, and only_available never goes below zero by itself.
func TestOnlyAvailableNeverMakesADebt(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := draw(t)
		p.Refunds = models.OnlyAvailable
		for _, e := range history(t, p).entries {
			require.GreaterOrEqual(t, e.State.Balance(models.Points), int64(0))
		}
	})
}

func TestApplyLeavesItsArgumentsAlone(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := history(t, draw(t))
		before := maps.Clone(a.state.Balances)
		for _, event := range []models.Event{buy(999), {Kind: models.EntryRedeem, Reward: "coffee"}, {Kind: models.EntryOpen, Delta: models.Delta{Unit: models.Points, Amount: 5}}} {
			_, _ = a.p.Apply(a.state, event) // refused or not
			require.Equal(t, before, a.state.Balances)
		}
	})
}
