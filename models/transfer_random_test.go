package models_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"regulars/models"
)

// village is some members of one program who give each other units, and whose cards
// are merged and parted again.
type village struct {
	p       *models.Program
	people  []models.MemberID
	ledgers map[models.MemberID]*account // each person's own
	into    map[models.MemberID]models.MemberID
	ticks   int64
	pairs   owing // by what all entries did to what is held
}

func newTown(p *models.Program) *village {
	w := &village{p: p, people: []models.MemberID{"ann", "ben", "cas"}, ledgers: map[models.MemberID]*account{}, into: map[models.MemberID]models.MemberID{}, pairs: owing{}}
	for _, m := range w.people {
		w.ledgers[m] = &account{p: p, undone: map[int]models.Undone{}, town: w, name: models.AccountID(m)}
	}
	return w
}

// tick is later than all entries.
func (w *village) tick() time.Time {
	w.ticks++
	return time.UnixMilli(w.ticks)
}

// of is the account in which a member's card counts.
func (w *village) of(m models.MemberID) *account {
	for w.into[m] != "" {
		m = w.into[m]
	}
	return w.ledgers[m]
}

// held are the accounts whose cards count in one.
func (w *village) held(a *account) (all []*account) {
	for _, m := range w.people {
		if w.of(m) == a {
			all = append(all, w.ledgers[m])
		}
	}
	return all
}

// entries are those of all accounts, as they were booked.
func (w *village) entries() (all []*models.Entry) {
	for _, m := range w.people {
		for i := range w.ledgers[m].entries {
			all = append(all, &w.ledgers[m].entries[i])
		}
	}
	slices.SortFunc(all, func(a, b *models.Entry) int { return a.RecordedAt.Compare(b.RecordedAt) })
	return all
}

// before is what was taken back of the entry that e takes back, before e.
func (w *village) before(e *models.Entry) (undone models.Undone) {
	for _, o := range w.entries() {
		if o.Ref != "" && o.Ref == e.Ref && o.RecordedAt.Before(e.RecordedAt) {
			undone.Add(o)
		}
	}
	return undone
}

// last is the newest entry of a person's own account, with the member on it.
func (w *village) last(m models.MemberID) *models.Entry {
	a := w.ledgers[m]
	e := a.entries[len(a.entries)-1]
	e.Member = m
	return &e
}

// pair books both sides of a transfer between the own accounts of two members.
func (w *village) pair(t require.TestingT, from, to models.MemberID, at time.Time, event models.Event) error {
	why := event.Transfer.Why
	event.Kind, event.At = models.EntryTransfer, at
	before := w.holdings()
	if err := w.ledgers[from].post(event); err != nil {
		return err
	}
	out := w.last(from)
	require.Equal(t, w.holdings(), w.settled().Held(), "with units on their way")
	in := models.Event{Kind: models.EntryTransfer, At: at, Original: out, Transfer: &models.Transfer{With: from, Why: why, From: models.EntryIDOf(models.AccountID(from), out.Seq)}}
	require.NoError(t, w.ledgers[to].post(in), "what is on its way arrives")
	w.pairs.add(before, w.holdings(), w.last(to))
	return nil
}

func (w *village) merge(t require.TestingT, from, to models.MemberID, at time.Time) error {
	err := w.pair(t, from, to, at, models.Event{Transfer: &models.Transfer{With: to, Why: models.Merge, Out: true}})
	if err == nil {
		w.into[from] = to
	}
	return err
}

func (w *village) unmerge(t require.TestingT, from models.MemberID, at time.Time) {
	to, closing := w.into[from], w.last(from)
	require.True(t, closing.Transfer.Closes())
	for i := range w.ledgers[to].entries {
		in := &w.ledgers[to].entries[i]
		if in.Transfer != nil && in.Transfer.From == models.EntryIDOf(models.AccountID(from), closing.Seq) {
			require.NoError(t, w.pair(t, to, from, at, models.Event{Original: in, Transfer: &models.Transfer{With: from, Why: models.Unmerge, Out: true}}))
			delete(w.into, from)
			return
		}
	}
	t.Errorf("the merge has no other side")
	t.FailNow()
}

// total is what all accounts hold together.
func (w *village) total() (units map[models.Unit]int64, credit int64) {
	units = map[models.Unit]int64{}
	for _, a := range w.ledgers {
		for u, n := range a.state.Balances {
			units[u] += n
		}
		credit += a.state.Earned
	}
	maps.DeleteFunc(units, func(_ models.Unit, n int64) bool { return n == 0 })
	return units, credit
}

// sharing lets everything be given.
func sharing(t *rapid.T, p *models.Program) {
	for _, u := range p.Units() {
		p.Sharing.Transfers = append(p.Sharing.Transfers, models.Transferable{Unit: u, MostDay: rapid.SampledFrom([]int64{0, 20}).Draw(t, "most on a day")})
	}
	p.Sharing.Household = 5
	require.NoError(t, models.CheckTerms(&p.Terms))
}

// step lets one thing happen, and reports whether it was a transfer.
func (w *village) step(t *rapid.T, at time.Time) bool {
	m := rapid.SampledFrom(w.people).Draw(t, "who")
	other := rapid.SampledFrom(w.people).Draw(t, "other")
	switch rapid.IntRange(0, 7).Draw(t, "what") {
	case 0:
		if w.into[m] == "" && w.into[other] == "" && m != other {
			_ = w.pair(t, m, other, at, models.Event{
				Delta:    models.Delta{Unit: rapid.SampledFrom(w.p.Units()).Draw(t, "unit"), Amount: rapid.Int64Range(0, 9).Draw(t, "amount")},
				Transfer: &models.Transfer{With: other, Why: models.Gift, Out: true},
			})
		}
		return true
	case 1:
		if w.into[m] == "" && w.into[other] == "" && m != other && !slices.Contains(slices.Collect(maps.Values(w.into)), m) {
			require.NoError(t, w.merge(t, m, other, at))
		}
		return true
	case 2:
		if w.into[m] != "" && w.into[w.into[m]] == "" {
			w.unmerge(t, m, at)
		}
		return true
	}
	lives(t, w.of(m), at)
	return false
}

// lives lets one thing happen to an account, or all that makes it owe: a purchase
// that is taken back when what it gave is used.
func lives(t *rapid.T, a *account, at time.Time) {
	if rapid.IntRange(0, 5).Draw(t, "into debt") > 0 {
		_ = a.post(happens(t, a, at))
		return
	}
	at, n := at.Add(time.Minute), len(a.entries)
	if a.post(models.Event{Kind: models.EntryEarn, At: at, Purchase: bought(t), Location: "Square"}) != nil {
		return
	}
	for _, r := range a.p.Rewards {
		for range 9 {
			taken := models.Taken{}
			if r.Kind == models.Mystery {
				taken.Draw, _ = r.DrawPrize(0, []models.PrizeID{"none"})
			}
			if a.post(models.Event{Kind: models.EntryRedeem, At: at, Location: "Mill", Reward: r.ID, Taken: taken}) != nil {
				break
			}
		}
	}
	_ = a.post(models.Event{Kind: models.EntryReverse, At: at, Original: &a.entries[n], Undone: a.undone[n]})
}

// Whatever is given, merged and parted: no unit is made or lost by it, no account
// that has moved takes anything, lots are whole, and a replay gives the same.
func TestTransfersNeitherMakeNorLoseUnits(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := rich(t)
		sharing(t, p)
		w := newTown(p)
		at := time.Date(2026, 3, 20, 0, 0, 0, 0, time.UTC)
		for range rapid.IntRange(1, 40).Draw(t, "events") {
			at = at.Add(time.Duration(rapid.SampledFrom([]int{0, 1, 9, 30, 200, 2500}).Draw(t, "hours later")) * time.Hour)
			units, credit := w.total()
			if w.step(t, at) {
				now, credited := w.total()
				require.Equal(t, units, now)
				require.Equal(t, credit, credited)
			}
			for _, m := range w.people {
				if w.into[m] != "" {
					require.Equal(t, models.Moved, models.CodeOf(w.ledgers[m].post(models.Event{Kind: models.EntryEarn, At: at, Purchase: bought(t)})))
					require.Empty(t, w.ledgers[m].state.Lots)
					require.Empty(t, w.ledgers[m].state.Counts)
				}
			}
		}
		for _, m := range w.people {
			w.replayed(t, m)
		}
		settlement := w.settled()
		require.Equal(t, w.holdings(), settlement.Outstanding())
		require.Equal(t, w.holdings(), settlement.Held(), "nothing is on its way")
		w.pairs.settles(t, settlement.Statement(p))
	})
}

// replayed books a person's entries again.
func (w *village) replayed(t *rapid.T, m models.MemberID) {
	var s models.State
	a := w.ledgers[m]
	sums := map[models.Unit]int64{}
	for i := range a.entries {
		e := &a.entries[i]
		for _, d := range e.Deltas {
			sums[d.Unit] += d.Amount
		}
		for u, n := range sums {
			require.Equal(t, n, e.State.Balance(u))
			require.True(t, n >= 0 || w.p.Refunds == models.AllowNegative && u != models.Value)
		}
		lotsAreWhole(t, w.p, s, e)
		original := w.origin(e)
		c, err := w.p.Apply(s, e.Event(original, a.before(e)))
		require.NoError(t, err)
		require.Equal(t, e.Deltas, c.Deltas)
		require.Equal(t, e.Counts, c.Counts)
		require.Equal(t, e.Credit, c.Credit)
		require.Equal(t, e.Merchant, c.Merchant)
		require.True(t, models.SameTerms(e.Paid, c.Paid))
		require.True(t, models.SameLots(e.Lots, c.Lots))
		require.True(t, e.Transfer.Same(c.Transfer))
		require.True(t, e.State.Equal(c.State))
		s = c.State
	}
}

// origin finds what an entry is made from, nil for most.
func (w *village) origin(e *models.Entry) *models.Entry {
	for _, o := range w.entries() {
		if e.Origin() != "" && idOf(o) == e.Origin() {
			made := *o
			made.Member = models.MemberID(o.Account)
			return &made
		}
	}
	return nil
}

// settled adds up all entries of the town.
func (w *village) settled() *models.Settlement {
	s := models.NewSettlement()
	for _, e := range w.entries() {
		kind := e.Kind
		if e.Kind == models.EntryReverse {
			kind = w.origin(e).Kind
		}
		s.Add(w.p, e, kind)
	}
	return s
}

// holdings is whose units are on the accounts.
func (w *village) holdings() map[models.Holding]int64 {
	all := map[models.Holding]int64{}
	for _, a := range w.ledgers {
		for h, n := range a.state.Holdings() {
			all[h] += n
		}
	}
	maps.DeleteFunc(all, func(_ models.Holding, n int64) bool { return n == 0 })
	return all
}

// Two cards that are merged and parted again at once are as they were, whatever
// they had and owed.
func TestUndoingAMergeAtOnceReturnsToTheStart(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := rich(t)
		sharing(t, p)
		w := newTown(p)
		at := time.Date(2026, 3, 20, 0, 0, 0, 0, time.UTC)
		for range rapid.IntRange(1, 30).Draw(t, "events") {
			at = at.Add(time.Duration(rapid.SampledFrom([]int{0, 1, 9, 30, 200, 2500}).Draw(t, "hours later")) * time.Hour)
			a := w.ledgers[rapid.SampledFrom(w.people[:2]).Draw(t, "who")]
			lives(t, a, at)
		}
		at = at.Add(time.Duration(rapid.SampledFrom([]int{0, 30, 200, 2500}).Draw(t, "hours later")) * time.Hour)
		before := map[models.MemberID]models.State{}
		for _, m := range w.people {
			before[m] = settledAt(p, w.ledgers[m].state, at)
		}
		owed := w.settled().Statement(p).Debts
		require.NoError(t, w.merge(t, "ben", "ann", at))
		together, _ := w.total()
		require.Equal(t, together, nonzero(w.ledgers["ann"].state.Balances))
		w.unmerge(t, "ben", at)
		for _, m := range w.people {
			require.Equal(t, before[m], settledAt(p, w.ledgers[m].state, at), m)
		}
		require.Equal(t, owed, w.settled().Statement(p).Debts)
	})
}

func nonzero(all map[models.Unit]int64) map[models.Unit]int64 {
	out := map[models.Unit]int64{}
	for u, n := range all {
		if n != 0 {
			out[u] = n
		}
	}
	return out
}

// settledAt is a state as an entry would leave it that changes nothing.
func settledAt(p *models.Program, s models.State, at time.Time) models.State {
	if s.Balances = nonzero(s.Balances); s.Tier == "" {
		s.Tier = p.TierAt(0)
	}
	var lots []models.Lot
	for _, l := range s.Lots {
		if l.Usable != nil && !at.Before(*l.Usable) {
			l.Usable = nil
		}
		i := slices.IndexFunc(lots, func(o models.Lot) bool {
			l, o := l, o
			l.Amount, o.Amount = 1, 1
			return models.SameLots([]models.Lot{l}, []models.Lot{o})
		})
		if i >= 0 {
			lots[i].Amount += l.Amount
		} else {
			lots = append(lots, l)
		}
	}
	slices.SortFunc(lots, func(a, b models.Lot) int {
		return strings.Compare(fmt.Sprint(a.Expires, a.Usable, a.Unit, a.Issuer), fmt.Sprint(b.Expires, b.Usable, b.Unit, b.Issuer))
	})
	s.Lots = lots
	if len(s.Counts) == 0 {
		s.Counts = nil
	}
	return s
}
