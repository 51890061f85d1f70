package wallet_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"regulars/api/apitest"
	"regulars/models"
	"regulars/models/store"
	"regulars/wallet"
)

// call is what a till asked and was told, and between which entries of the
// account that was.
type call struct {
	event  models.Event
	ref    models.EntryID
	key    string
	repeat bool // the key is sent twice
	entry  *models.Entry
	err    error
	// since is the last entry that somebody had been told of when the call
	// began, until the last that there was when it was answered.
	since, until int64
}

// crowd is tills that all serve one member.
type crowd struct {
	*apitest.Server
	member *models.Member
	told   atomic.Int64

	mu    sync.Mutex
	known []models.EntryID
	calls []call
}

// draws what a till asks next.
func (c *crowd) draws(random *rand.Rand, key string) call {
	c.mu.Lock()
	defer c.mu.Unlock()
	n := random.IntN(10)
	switch {
	case n < 3:
		return call{key: key, event: models.Event{Kind: models.EntryRedeem, Reward: []models.RewardID{"coffee", "cake"}[random.IntN(2)]}}
	case n < 6 && len(c.known) > 0:
		return call{key: key, ref: c.known[random.IntN(len(c.known))], event: models.Event{Kind: models.EntryReverse, Part: []int64{0, 0, 700}[random.IntN(3)]}}
	}
	amount := 100 + random.Int64N(2900)
	return call{key: key, event: models.Event{Kind: models.EntryEarn, Purchase: &models.Purchase{
		Amount: amount, Currency: "EUR", Items: []models.Item{{Name: "Latte", Category: "drink", Quantity: 1 + random.Int64N(2), Amount: amount}},
	}}}
}

// makes asks the server, and keeps what it answered.
func (c *crowd) makes(ctx context.Context, one call) {
	by := wallet.Actor{User: "u-staff"}
	one.since = c.told.Load()
	switch one.event.Kind {
	case models.EntryEarn:
		one.entry, one.err = c.Wallet.Earn(ctx, wallet.Sale{Program: "demo", Member: c.member.ID, Purchase: *one.event.Purchase, Key: one.key, Actor: by})
	case models.EntryRedeem:
		one.entry, one.err = c.Wallet.Redeem(ctx, wallet.Redemption{Program: "demo", Member: c.member.ID, Reward: one.event.Reward, Key: one.key, Actor: by})
	default:
		one.entry, one.err = c.Wallet.Reverse(ctx, wallet.Reversal{
			Program: "demo", Entry: one.ref, Amount: one.event.Part, Reason: "it came back", Key: one.key, Actor: by, Role: models.Owner,
		})
	}
	last, err := c.Stores.Ledger.Last(ctx, c.member.Account)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		one.err = fmt.Errorf("read the last entry: %w", err)
	}
	one.until = last.Seq
	c.mu.Lock()
	defer c.mu.Unlock()
	c.calls = append(c.calls, one)
	if one.err == nil {
		c.known = append(c.known, one.entry.ID)
		for told := c.told.Load(); told < one.entry.Seq && !c.told.CompareAndSwap(told, one.entry.Seq); told = c.told.Load() {
			continue
		}
	}
}

// explained asserts that the calls could have come one after the other in the
// order of the ledger: each booked one did there what it would have done alone,
// after all that had been answered before it began, and each refused one would
// have been refused at some place between its beginning and its answer.
func (c *crowd) explained(t *testing.T, p *models.Program) (refused int) {
	t.Helper()
	entries := checkBooks(t, c.Server, c.member)
	states := []models.State{{}}
	for i := range entries {
		states = append(states, entries[i].State)
	}
	answered := map[models.EntryID]bool{}
	for _, one := range c.calls {
		if one.err != nil {
			refused++
			require.True(t, c.refusedSomewhere(p, one, entries, states), "%v after %d and before %d", one.err, one.since, one.until)
			continue
		}
		e := entries[one.entry.Seq-1]
		answered[e.ID] = true
		require.Equal(t, e.ID, one.entry.ID)
		require.Equal(t, [3]string{one.key, string(one.event.Kind), string(one.ref)}, [3]string{e.Key, string(e.Kind), string(e.Ref)})
		require.Equal(t, one.event.Reward, e.Reward)
		require.Equal(t, one.event.Purchase, e.Purchase)
		require.Equal(t, e.Deltas, one.entry.Deltas)
		require.True(t, e.State.Equal(one.entry.State))
		require.LessOrEqual(t, e.Seq, one.until)
		require.True(t, one.repeat || e.Seq > one.since, "entry %d was booked before all that had been answered, up to %d", e.Seq, one.since)
	}
	require.Len(t, answered, len(entries), "every entry was asked for and answered")
	return refused
}

// refusedSomewhere reports whether the rules refuse a call, for the same reason,
// at a place of the ledger at which it may have been looked at.
func (c *crowd) refusedSomewhere(p *models.Program, one call, entries []models.Entry, states []models.State) bool {
	for place := one.since; place <= one.until; place++ {
		event := one.event
		event.At = time.Now()
		for i := range entries {
			e := &entries[i]
			if e.ID == one.ref {
				event.Original = e
			}
			if e.Ref == one.ref && one.ref != "" && e.Seq <= place {
				event.Undone.Add(e)
			}
		}
		if _, err := p.Apply(states[place], event); err != nil && models.CodeOf(err) == models.CodeOf(one.err) {
			return true
		}
	}
	return false
}

// Tills that all serve one member at once, each as it comes: what they are told
// is what they would have been told one after the other, in the ledger's order.
func TestTillsAtOnceAreExplainedByAnOrder(t *testing.T) {
	working(t, apitest.Options{}, func(t *testing.T, s *apitest.Server) {
		terms := apitest.Terms()
		terms.Rules = append(terms.Rules, models.Rule{
			ID: "drink", Name: "A stamp for each drink", Unit: models.Stamps, Give: 1, Per: models.PerItem, What: models.Goods{Categories: []string{"drink"}}, Most: models.Most{Day: 9},
		})
		terms.Rewards = append(terms.Rewards, models.Reward{ID: "cake", Name: "Cake", Unit: models.Stamps, Cost: 4})
		terms.Expiries = []models.Expiry{{Unit: models.Points, Months: 12}}
		terms.TierOver = models.TierOver{Months: 12}
		p, err := s.Wallet.Publish(t.Context(), "demo", terms, 1, "")
		require.NoError(t, err)
		refused := 0
		for seed := range uint64(3) {
			c := &crowd{Server: s, member: s.Enrol("Ada")}
			require.Empty(t, at(6, func(till int) error {
				random := rand.New(rand.NewPCG(seed, uint64(till)))
				for i := range 10 {
					one := c.draws(random, fmt.Sprintf("%d-%d", till, i))
					if random.IntN(5) > 0 {
						c.makes(t.Context(), one)
						continue
					}
					one.repeat = true
					var both sync.WaitGroup // an impatient finger, or a line that broke
					both.Go(func() { c.makes(t.Context(), one) })
					both.Go(func() { c.makes(t.Context(), one) })
					both.Wait()
				}
				return nil
			}))
			refused += c.explained(t, p)
		}
		require.NotZero(t, refused, "there was something to refuse")
		require.Empty(t, faults(t, s.Wallet))
	})
}
