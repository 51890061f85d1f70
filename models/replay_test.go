package models_test

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"regulars/models"
)

// punctual is a life in which all that ends does so at its moment.
func punctual(t *rapid.T, p *models.Program) (a *account, end time.Time) {
	a = &account{p: p, undone: map[int]models.Undone{}}
	at := time.Date(2026, 3, 20, 0, 0, 0, 0, time.UTC)
	expire := func() {
		for e := a.state.NextEnd(); e != nil && !e.After(at); e = a.state.NextEnd() {
			require.NoError(t, a.post(models.Event{Kind: models.EntryExpire, At: *e}))
		}
	}
	for range rapid.IntRange(1, 40).Draw(t, "events") {
		at = at.Add(time.Duration(rapid.SampledFrom([]int{0, 1, 9, 30, 200}).Draw(t, "hours later")) * time.Hour)
		expire()
		if e := happens(t, a, at); e.Kind != models.EntryExpire {
			_ = a.post(e) // refused ones leave no trace
		}
	}
	at = at.AddDate(0, 2, 0)
	expire()
	for i := range a.entries {
		a.entries[i].ID = models.EntryIDOf("a", a.entries[i].Seq)
	}
	return a, at
}

// replay plays the entries from one on under a version.
func replay(t *rapid.T, p *models.Program, a *account, from int, until time.Time) (r *models.Replay, refused int) {
	var start models.State
	undone := map[models.EntryID]models.Undone{}
	for i := range a.entries[:from] {
		e := &a.entries[i]
		start = e.State
		if e.Kind == models.EntryReverse {
			u := undone[e.Ref]
			u.Add(e)
			undone[e.Ref] = u
		}
	}
	r = p.NewReplay(start, undone)
	for i := range a.entries[from:] {
		e := &a.entries[from+i]
		if err := r.Play(e, originalOf(a, e), a.p); err != nil {
			require.NotEqual(t, models.Internal, models.KindOf(err))
			refused++
		}
	}
	r.Until(until)
	return r, refused
}

// What happened, played again under the terms that it happened under, gives the
// same, from wherever one begins.
func TestReplayUnderTheSameTermsIsTheLedger(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, end := punctual(t, rich(t))
		from := rapid.IntRange(0, len(a.entries)).Draw(t, "from")
		r, refused := replay(t, a.p, a, from, end)
		require.Zero(t, refused)
		require.True(t, a.state.Equal(r.State), "%+v, by the replay %+v", a.state, r.State)
	})
}

// Under other terms nothing gets lost: what is there at the end is what was
// given, less what was used and what ended, whatever was refused.
func TestReplayUnderOtherTermsKeepsItsSums(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, end := punctual(t, rich(t))
		a.entries = slices.DeleteFunc(slices.Clone(a.entries), func(e models.Entry) bool {
			o := originalOf(a, &e)
			return e.Kind == models.EntryAdjust || o != nil && o.Kind == models.EntryAdjust
		})
		r, _ := replay(t, rich(t), a, 0, end)
		for u, n := range r.State.Balances {
			require.Equal(t, n, r.Given[u]+r.Loaded[u]-r.Used[u]-r.Ended[u], u)
		}
	})
}

// A purchase that the draft refuses can't be taken back there either.
func TestReplayOfAReversalOfWhatWasRefused(t *testing.T) {
	p, strict := program(), program(func(terms *models.Terms) { terms.MaxPurchase = 500 })
	a := &account{p: p, undone: map[int]models.Undone{}}
	require.NoError(t, a.post(buy(400)))
	require.NoError(t, a.post(buy(1000)))
	require.NoError(t, a.post(models.Event{Kind: models.EntryReverse, Original: &a.entries[1]}))
	r := strict.NewReplay(models.State{}, nil)
	var codes []string
	for i := range a.entries {
		a.entries[i].ID = models.EntryIDOf("a", a.entries[i].Seq)
		codes = append(codes, models.CodeOf(r.Play(&a.entries[i], originalOf(a, &a.entries[i]), p)))
	}
	require.Equal(t, []string{"internal", "amount_too_large", "internal"}, codes, "internal is what no error has")
	require.EqualValues(t, r.Given[models.Points], r.State.Balance(models.Points))
	require.EqualValues(t, 4, r.State.Balance(models.Points))
}

func TestOutlayOfUnits(t *testing.T) {
	for _, tt := range []struct {
		name   string
		reward models.Reward
		units  int64
		want   int64
		known  bool
	}{
		{name: "nobody said", reward: models.Reward{Unit: models.Points, Cost: 50}, units: 100},
		{name: "said", reward: models.Reward{Unit: models.Points, Cost: 50, Expense: 120}, units: 100, want: 240, known: true},
		{name: "rounded up", reward: models.Reward{Unit: models.Points, Cost: 50, Expense: 120}, units: 101, want: 243, known: true},
		{name: "an amount off is what it is", reward: models.Reward{Unit: models.Points, Cost: 50, Kind: models.AmountOff, Amount: 500}, units: 50, want: 500, known: true},
		{name: "another unit", reward: models.Reward{Unit: models.Stamps, Cost: 10, Expense: 120}, units: 100},
		{name: "more taken back than given", reward: models.Reward{Unit: models.Points, Cost: 50, Expense: 120}, units: -100, known: true},
		{name: "by voucher alone", reward: models.Reward{Expense: 120}, units: 100},
		{name: "beyond what can be counted", reward: models.Reward{Unit: models.Points, Cost: 1, Expense: 10_000_000}, units: 1_000_000_000_000},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, known := tt.reward.Outlay(models.Points, tt.units)
			require.Equal(t, tt.known, known)
			require.Equal(t, tt.want, got)
		})
	}
}
