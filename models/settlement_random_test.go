package models_test

import (
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"regulars/models"
)

// settled adds up all entries of an account.
func settled(a *account) *models.Settlement {
	s := models.NewSettlement()
	for i := range a.entries {
		e := &a.entries[i]
		kind := e.Kind
		if o := originalOf(a, e); o != nil {
			kind = o.Kind
		}
		s.Add(a.p, e, kind)
	}
	return s
}

// owing is how many units of an issuer were used at whose, by what the accounts
// held before and after, without a look at the lots that entries say they changed.
type owing map[[3]string]int64

// add counts in what an entry did to what is held. What ends is nobody's to pay,
// and what changes hands only where it repays what a member owes.
func (o owing) add(before, after map[models.Holding]int64, e *models.Entry) {
	if e.Kind == models.EntryExpire {
		return
	}
	changed := maps.Clone(after)
	for h, n := range before {
		changed[h] -= n
	}
	for h, n := range changed {
		if h.Issuer != e.Merchant {
			o[[3]string{string(h.Issuer), string(e.Merchant), string(h.Unit)}] -= n
		}
	}
}

// settles checks a statement: it adds up to zero, and its debts are those.
func (o owing) settles(t *rapid.T, st models.Statement) {
	var net int64
	for _, m := range st.Merchants {
		require.Equal(t, m.Due-m.Owed, m.Net)
		net += m.Net
	}
	require.Zero(t, net)
	left := maps.Clone(o)
	maps.DeleteFunc(left, func(_ [3]string, n int64) bool { return n == 0 })
	for _, d := range st.Debts {
		key := [3]string{unhoused(d.Issuer), unhoused(d.Redeemer), string(d.Unit)}
		require.Equal(t, left[key], d.Units)
		delete(left, key)
		if d.Unit == models.Value {
			require.Equal(t, d.Units, d.Amount, "value is worth what it says")
		}
	}
	require.Empty(t, left)
}

// byStates is what the entries of an account come to.
func byStates(a *account) owing {
	pairs := owing{}
	var before models.State
	for i := range a.entries {
		e := &a.entries[i]
		pairs.add(before.Holdings(), e.State.Holdings(), e)
		before = e.State
	}
	return pairs
}

func unhoused(id models.MerchantID) string {
	if id == "house" {
		return ""
	}
	return string(id)
}

// Whatever happens, what merchants owe each other adds up to zero, is what the
// accounts before and after each entry say, and leaves on the accounts what each
// merchant gave and nobody used.
func TestAnySettlementAddsUpToZero(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := life(t, rich(t))
		s := settled(a)
		st := s.Statement(a.p)
		byStates(a).settles(t, st)
		require.Equal(t, a.state.Holdings(), s.Outstanding())
		if !a.p.Coalition() {
			require.Empty(t, st.Debts)
			require.Len(t, st.Merchants, 1)
		}
		for i := range a.entries {
			for h, n := range a.entries[i].State.Holdings() {
				require.True(t, n > 0 || h.Issuer == models.House && a.p.Refunds == models.AllowNegative, h)
			}
			if a.p.Coalition() { // ends of 40 days at most, and the units of three
				require.Less(t, len(a.entries[i].State.Lots), 4*3*(40+40+2))
			}
		}
	})
}

// Taking everything back leaves nobody with anything to pay. Where it goes back
// step by step, and the member never owed anything, no two owe each other.
func TestReversingAllSettlesAll(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := rich(t)
		p.Refunds, p.Expiries, p.Referral = models.AllowNegative, nil, models.Referral{}
		// Money that was given and used is not taken back.
		p.Rules = slices.DeleteFunc(p.Rules, func(r models.Rule) bool { return r.Unit == models.Value })
		p.Challenges = slices.DeleteFunc(p.Challenges, func(c models.Challenge) bool { return c.Unit == models.Value })
		a := life(t, p)
		straight := !slices.ContainsFunc(a.entries, func(e models.Entry) bool { return e.Kind == models.EntryReverse })
		at := time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC)
		for pass := 0; pass < 9; pass++ {
			for i := len(a.entries) - 1; i >= 0; i-- {
				if k := a.entries[i].Kind; k != models.EntryReverse && k != models.EntryExpire && !a.whole(i) {
					_ = a.post(models.Event{Kind: models.EntryReverse, At: at, Original: &a.entries[i], Undone: a.undone[i]})
				}
			}
		}
		for i := range a.entries {
			for _, n := range a.entries[i].State.Balances {
				straight = straight && n >= 0
			}
			k := a.entries[i].Kind
			require.True(t, k == models.EntryReverse || k == models.EntryExpire || a.whole(i), k)
		}
		s := settled(a)
		require.Empty(t, s.Outstanding())
		units := map[models.Holding]int64{}
		for _, d := range s.Statement(p).Debts {
			units[models.Holding{Issuer: d.Issuer, Unit: d.Unit}] -= d.Units
			units[models.Holding{Issuer: d.Redeemer, Unit: d.Unit}] += d.Units
			if straight {
				require.Zero(t, d)
			}
		}
		for h, n := range units {
			require.Zero(t, n, h)
		}
	})
}

// What charities were given is the share of all that counts, to less than one
// minor unit, and all of it is taken back with the purchases.
func TestAnyShareOfSalesIsGivenInFull(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := rich(t)
		p.Giving = models.Giving{ID: "trees", Name: "Trees", Percent: rapid.Int64Range(1, 999).Draw(t, "share"), Charities: []string{"City trees", "Food bank"}}
		p.Value, p.Rules = models.ValueTerms{}, []models.Rule{models.SpendRule(1, 100)}
		p.Bonuses, p.Rewards, p.StampCards, p.Challenges, p.Products, p.Expiries, p.Memberships, p.Referral = nil, nil, nil, nil, nil, nil, nil, models.Referral{}
		a := &account{p: p, undone: map[int]models.Undone{}}
		var spent int64
		for range rapid.IntRange(1, 20).Draw(t, "purchases") {
			b := bought(t)
			b.Value = 0
			charity := rapid.SampledFrom([]string{"City trees", "Food bank"}).Draw(t, "charity")
			require.NoError(t, a.post(models.Event{Kind: models.EntryEarn, At: day, Purchase: b, Charity: charity}))
			excluded := int64(0)
			for i := range b.Items {
				if p.Excluded.Has(&b.Items[i]) {
					excluded += b.Items[i].Amount
				}
			}
			spent += max(b.Amount-b.Tip-b.Covered-excluded, 0)
		}
		total := func() (sum int64) {
			d := models.NewDonations()
			for i := range a.entries {
				d.Add(p, &a.entries[i], originalOf(a, &a.entries[i]))
			}
			for _, to := range d.Totals() {
				require.Equal(t, to.FromSales, to.Total)
				sum += to.Total
			}
			return sum
		}
		require.Equal(t, spent*p.Giving.Percent/10_000, total())
		n := len(a.entries)
		for i := range n {
			for _, part := range []int64{max(a.entries[i].Purchase.Amount/3, 1), 0} {
				if a.whole(i) {
					break
				}
				require.NoError(t, a.post(models.Event{Kind: models.EntryReverse, At: day, Original: &a.entries[i], Undone: a.undone[i], Part: part}))
			}
		}
		require.Zero(t, total())
		require.Empty(t, a.state.Counts)
	})
}
