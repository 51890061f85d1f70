package wallet_test

import (
	"crypto/rand"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"regulars/api/apitest"
	"regulars/models"
	"regulars/models/store"
	"regulars/models/store/storetest"
	"regulars/wallet"
)

// each runs test on both engines with a server whose workers rest.
func each(t *testing.T, test func(t *testing.T, s *apitest.Server)) {
	t.Helper()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		test(t, apitest.Start(t, db, apitest.Options{Idle: true}))
	})
}

func sale(m *models.Member, amount int64, key string) wallet.Sale {
	return wallet.Sale{
		Program: m.Program, Member: m.ID, Purchase: models.Purchase{Amount: amount}, Key: key, Actor: wallet.Actor{User: "u-staff"},
	}
}

func coffee(m *models.Member, key string) wallet.Redemption {
	return wallet.Redemption{Program: m.Program, Member: m.ID, Reward: "coffee", Key: key, Actor: wallet.Actor{User: "u-staff"}}
}

// checkBooks asserts what always holds of an account: no gap, and every
// balance the sum of what came before it and what the rules give.
func checkBooks(t *testing.T, s *apitest.Server, m *models.Member) []models.Entry {
	t.Helper()
	entries := s.Entries(m)
	byID := map[models.EntryID]*models.Entry{}
	keys := map[string]bool{}
	undone := map[models.EntryID]models.Undone{}
	var state models.State
	for i, e := range entries {
		require.EqualValues(t, i+1, e.Seq)
		require.False(t, keys[e.Key], "a key was booked twice")
		keys[e.Key] = true
		p, err := s.Stores.Programs.Version(t.Context(), e.Program, e.Version)
		require.NoError(t, err)
		again := e.Event(byID[e.Ref], undone[e.Ref])
		if o := byID[e.Ref]; o != nil {
			again.Made, err = s.Stores.Programs.Version(t.Context(), o.Program, o.Version)
			require.NoError(t, err)
		}
		c, err := p.Apply(state, again)
		require.NoError(t, err)
		require.Equal(t, c.Deltas, e.Deltas)
		require.True(t, c.State.Equal(e.State), "entry %d: %v, by a replay %v", e.Seq, e.State, c.State)
		state = e.State
		byID[e.ID] = &entries[i]
		taken := undone[e.Ref]
		taken.Add(&e)
		undone[e.Ref] = taken
	}
	return entries
}

// at runs n calls at once and returns the errors of those that failed.
func at(n int, call func(i int) error) []error {
	errs := make([]error, n)
	start := make(chan struct{})
	var done sync.WaitGroup
	for i := range n {
		done.Go(func() {
			<-start
			errs[i] = call(i)
		})
	}
	close(start)
	done.Wait()
	var failed []error
	for _, err := range errs {
		if err != nil {
			failed = append(failed, err)
		}
	}
	return failed
}

func TestSameKeyIsTheSameEntry(t *testing.T) {
	each(t, func(t *testing.T, s *apitest.Server) {
		m := s.Enrol("Ada")
		first, err := s.Wallet.Earn(t.Context(), sale(m, 1234, "k1"))
		require.NoError(t, err)
		again, err := s.Wallet.Earn(t.Context(), sale(m, 1234, "k1"))
		require.NoError(t, err)
		require.Equal(t, first.ID, again.ID)
		require.Equal(t, first.State, again.State)

		for name, err := range map[string]error{
			"another amount": second(s.Wallet.Earn(t.Context(), sale(m, 1235, "k1"))),
			"a redemption":   second(s.Wallet.Redeem(t.Context(), coffee(m, "k1"))),
			"an adjustment":  second(s.Wallet.Adjust(t.Context(), wallet.Adjustment{Program: "demo", Member: m.ID, Delta: models.Delta{Unit: models.Points, Amount: 1}, Reason: "x", Key: "k1"})),
			"a reversal":     second(s.Wallet.Reverse(t.Context(), wallet.Reversal{Program: "demo", Entry: first.ID, Reason: "x", Key: "k1", Role: models.Owner})),
		} {
			require.Equal(t, "key_reused", models.CodeOf(err), name)
			require.Equal(t, models.Conflict, models.KindOf(err), name)
		}
		other := s.Enrol("Bob")
		_, err = s.Wallet.Earn(t.Context(), sale(other, 1234, "k1"))
		require.NoError(t, err, "a key is the account's own")
		require.Len(t, checkBooks(t, s, m), 1)
	})
}

func second[T any](_ T, err error) error { return err }

func TestSameKeyAtOnceIsOneEntry(t *testing.T) {
	each(t, func(t *testing.T, s *apitest.Server) {
		m := s.Enrol("Ada")
		var ids sync.Map
		require.Empty(t, at(16, func(int) error {
			e, err := s.Wallet.Earn(t.Context(), sale(m, 500, "one"))
			if err == nil {
				ids.Store(e.ID, true)
			}
			return err
		}))
		n := 0
		ids.Range(func(any, any) bool { n++; return true })
		require.Equal(t, 1, n)
		require.Len(t, checkBooks(t, s, m), 1)
	})
}

// A till that got no answer asks again, maybe much later: it gets the first
// answer, whatever the rules say by then.
func TestReplayIsAnsweredAlsoWhenItWouldBeRefusedNow(t *testing.T) {
	each(t, func(t *testing.T, s *apitest.Server) {
		m := s.Enrol("Ada")
		bought, err := s.Wallet.Earn(t.Context(), sale(m, 5000, "buy"))
		require.NoError(t, err)
		first, err := s.Wallet.Redeem(t.Context(), coffee(m, "take"))
		require.NoError(t, err)
		again, err := s.Wallet.Redeem(t.Context(), coffee(m, "take"))
		require.NoError(t, err, "the balance is zero, but this was booked before")
		require.Equal(t, first.ID, again.ID)
		_, err = s.Wallet.Redeem(t.Context(), coffee(m, "take-another"))
		require.Equal(t, "not_enough", models.CodeOf(err))

		back := wallet.Reversal{Program: "demo", Entry: first.ID, Reason: "cold", Key: "back", Role: models.Owner}
		reversed, err := s.Wallet.Reverse(t.Context(), back)
		require.NoError(t, err)
		again, err = s.Wallet.Reverse(t.Context(), back)
		require.NoError(t, err)
		require.Equal(t, reversed.ID, again.ID)

		terms := apitest.Terms()
		terms.Currency, terms.MaxPurchase, terms.Rewards = "USD", 10, nil
		_, err = s.Wallet.Publish(t.Context(), "demo", terms, 1, "")
		require.NoError(t, err)
		require.NoError(t, s.Wallet.Erase(t.Context(), "demo", m.ID))
		again, err = s.Wallet.Earn(t.Context(), sale(m, 5000, "buy"))
		require.NoError(t, err, "new terms and a member who left change nothing about what was booked")
		require.Equal(t, bought.ID, again.ID)
		again, err = s.Wallet.Redeem(t.Context(), coffee(m, "take"))
		require.NoError(t, err)
		require.Equal(t, first.ID, again.ID)
		_, err = s.Wallet.Earn(t.Context(), sale(m, 5001, "buy"))
		require.Equal(t, "key_reused", models.CodeOf(err))
		_, err = s.Wallet.Earn(t.Context(), sale(m, 5, "new"))
		require.Equal(t, "erased_member", models.CodeOf(err))
		require.Len(t, checkBooks(t, s, m), 3)
	})
}

func TestFiftyRedemptionsOfABalanceForOne(t *testing.T) {
	each(t, func(t *testing.T, s *apitest.Server) {
		m := s.Enrol("Ada")
		s.Earn(m, 9999) // 99 points: one coffee, not two
		failed := at(50, func(i int) error {
			return second(s.Wallet.Redeem(t.Context(), coffee(m, fmt.Sprint("k", i))))
		})
		require.Len(t, failed, 49)
		for _, err := range failed {
			require.Equal(t, "not_enough", models.CodeOf(err))
		}
		require.Len(t, checkBooks(t, s, m), 2)
		require.EqualValues(t, 49, s.Balance(m))
	})
}

func TestReversalTwiceAtOnceHappensOnce(t *testing.T) {
	each(t, func(t *testing.T, s *apitest.Server) {
		m := s.Enrol("Ada")
		e := s.Earn(m, 1000)
		failed := at(12, func(i int) error {
			return second(s.Wallet.Reverse(t.Context(), wallet.Reversal{Program: "demo", Entry: e.ID, Reason: "returned", Key: fmt.Sprint("k", i), Role: models.Owner}))
		})
		require.Len(t, failed, 11)
		for _, err := range failed {
			require.Equal(t, "already_reversed", models.CodeOf(err))
		}
		entries := checkBooks(t, s, m)
		require.Zero(t, s.Balance(m))
		_, err := s.Wallet.Reverse(t.Context(), wallet.Reversal{Program: "demo", Entry: entries[1].ID, Reason: "oops", Key: "k99", Role: models.Owner})
		require.Equal(t, "reversal_of_reversal", models.CodeOf(err))
		_, err = s.Wallet.Reverse(t.Context(), wallet.Reversal{Program: "other", Entry: e.ID, Reason: "x", Key: "k100", Role: models.Owner})
		require.Equal(t, "unknown_entry", models.CodeOf(err), "another business's entry does not exist")
	})
}

func TestTillsAtOnceAddUp(t *testing.T) {
	each(t, func(t *testing.T, s *apitest.Server) {
		m := s.Enrol("Ada")
		const tills, each = 8, 10
		require.Empty(t, at(tills, func(till int) error {
			for i := range each {
				if _, err := s.Wallet.Earn(t.Context(), sale(m, 150, fmt.Sprintf("%d-%d", till, i))); err != nil {
					return err
				}
			}
			return nil
		}))
		require.Len(t, checkBooks(t, s, m), tills*each)
		require.EqualValues(t, tills*each*150/100, s.Balance(m), "nothing below a point was lost")
	})
}

func TestAdjustmentNeverTakesMoreThanThereIs(t *testing.T) {
	each(t, func(t *testing.T, s *apitest.Server) {
		m := s.Enrol("Ada")
		s.Earn(m, 1000)
		var taken atomic.Int64
		at(8, func(i int) error {
			e, err := s.Wallet.Adjust(t.Context(), wallet.Adjustment{
				Program: "demo", Member: m.ID, Delta: models.Delta{Unit: models.Points, Amount: -3}, Reason: "count", Key: fmt.Sprint("k", i),
			})
			if err == nil {
				taken.Add(-e.Amount(models.Points))
			}
			return err
		})
		require.EqualValues(t, 9, taken.Load())
		require.EqualValues(t, 1, s.Balance(m))
		checkBooks(t, s, m)
	})
}

func TestRefusedRequestsBookNothing(t *testing.T) {
	each(t, func(t *testing.T, s *apitest.Server) {
		m := s.Enrol("Ada")
		stranger, err := s.Wallet.Enrol(t.Context(), wallet.Enrolment{Program: "other", Name: "Eve", Key: rand.Text()})
		require.NoError(t, err)
		item := func(change func(*models.Item)) models.Purchase {
			i := models.Item{Name: "Tea", Quantity: 1, Amount: 100}
			change(&i)
			return models.Purchase{Amount: 100, Items: []models.Item{i}}
		}
		buy := func(p models.Purchase, when time.Time, key string) error {
			return second(s.Wallet.Earn(t.Context(), wallet.Sale{Program: "demo", Member: m.ID, Purchase: p, At: when, Key: key}))
		}
		now := time.Now()
		for _, tt := range []struct {
			name, code string
			err        error
		}{
			{"no key", "key_missing", buy(models.Purchase{Amount: 100}, time.Time{}, "")},
			{"a key with a space", "key_malformed", buy(models.Purchase{Amount: 100}, time.Time{}, "a b")},
			{"a key beyond ASCII", "key_malformed", buy(models.Purchase{Amount: 100}, time.Time{}, "ké")},
			{"a currency that is none", "unknown_currency", buy(models.Purchase{Amount: 100, Currency: "EURO"}, time.Time{}, "k")},
			{"another currency", "wrong_currency", buy(models.Purchase{Amount: 100, Currency: "USD"}, time.Time{}, "k")},
			{"a receipt with a line break", "invalid_receipt", buy(models.Purchase{Amount: 100, Receipt: "a\nb"}, time.Time{}, "k")},
			{"tomorrow", "in_the_future", buy(models.Purchase{Amount: 100}, now.Add(24*time.Hour), "k")},
			{"last year", "too_old", buy(models.Purchase{Amount: 100}, now.AddDate(-1, 0, 0), "k")},
			{"a line without a name", "invalid_item", buy(item(func(i *models.Item) { i.Name = "" }), time.Time{}, "k")},
			{"a line of none", "invalid_item", buy(item(func(i *models.Item) { i.Quantity = 0 }), time.Time{}, "k")},
			{"a line below zero", "invalid_item", buy(item(func(i *models.Item) { i.Amount = -1 }), time.Time{}, "k")},
			{"a line with a NUL", "invalid_item", buy(item(func(i *models.Item) { i.Name = "a\x00" }), time.Time{}, "k")},
			{"201 lines", "too_many_items", buy(models.Purchase{Amount: 100, Items: make([]models.Item, 201)}, time.Time{}, "k")},
			{"a member of another program", "unknown_member", second(s.Wallet.Earn(t.Context(), wallet.Sale{Program: "demo", Member: stranger.ID, Purchase: models.Purchase{Amount: 1}, Key: "k"}))},
			{"no member", "unknown_member", second(s.Wallet.Redeem(t.Context(), wallet.Redemption{Program: "demo", Member: "nobody", Key: "k"}))},
			{"no reason", "no_reason", second(s.Wallet.Adjust(t.Context(), wallet.Adjustment{Program: "demo", Member: m.ID, Delta: models.Delta{Unit: models.Points, Amount: 1}, Reason: " ", Key: "k"}))},
			{"no entry", "unknown_entry", second(s.Wallet.Reverse(t.Context(), wallet.Reversal{Program: "demo", Entry: "none", Reason: "x", Key: "k", Role: models.Owner}))},
		} {
			require.Equal(t, tt.code, models.CodeOf(tt.err), tt.name)
		}
		require.Empty(t, s.Entries(m))
		require.Empty(t, s.Entries(stranger))
	})
}

// Who may take what back, and until when.
func TestReversalIsForWhoeverMay(t *testing.T) {
	at := time.Date(2026, 11, 20, 10, 0, 0, 0, time.UTC)
	mine := wallet.Actor{User: "u-staff", Location: "Corner"}
	entry := func(staff models.UserID, location string) *models.Entry {
		return &models.Entry{Staff: staff, Location: location, At: at.AddDate(-1, 0, 0), RecordedAt: at}
	}
	for _, tt := range []struct {
		name  string
		role  models.Role
		by    wallet.Actor
		entry *models.Entry
		after time.Duration
		want  string
	}{
		{"staff their own", models.StaffRole, mine, entry("u-staff", "Market"), 0, ""},
		{"staff a colleague's at their location", models.StaffRole, mine, entry("u-other", "Corner"), 0, ""},
		{"staff for a whole day", models.StaffRole, mine, entry("u-staff", "Corner"), wallet.ReversalTime, ""},
		{"staff not a moment longer", models.StaffRole, mine, entry("u-staff", "Corner"), wallet.ReversalTime + time.Millisecond, "reversal_too_late"},
		{"staff not another location's", models.StaffRole, mine, entry("u-other", "Market"), 0, "reversal_not_yours"},
		{"staff without a location their own", models.StaffRole, wallet.Actor{User: "u-staff"}, entry("u-staff", ""), 0, ""},
		{"staff without a location none of others", models.StaffRole, wallet.Actor{User: "u-staff"}, entry("u-other", ""), 0, "reversal_not_yours"},
		{"nobody what has no name on it", models.StaffRole, wallet.Actor{}, entry("", ""), 0, "reversal_not_yours"},
		{"owners anything", models.Owner, wallet.Actor{User: "u-owner"}, entry("u-other", "Market"), 1000 * time.Hour, ""},
		{"managers anything", models.Manager, wallet.Actor{User: "u-manager"}, entry("u-other", "Market"), 1000 * time.Hour, ""},
		{"marketers nothing", models.Marketer, wallet.Actor{User: "u-marketer"}, entry("u-marketer", ""), 0, "not_allowed"},
		{"no role nothing", "", mine, entry("u-staff", "Corner"), 0, "not_allowed"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			err := wallet.MayReverse(tt.role, tt.by, tt.entry, at.Add(tt.after))
			if tt.want == "" {
				require.NoError(t, err)
				return
			}
			require.Equal(t, models.Denied, models.KindOf(err))
			require.Equal(t, tt.want, models.CodeOf(err))
		})
	}
}

func TestRefusedReversalChangesNothing(t *testing.T) {
	each(t, func(t *testing.T, s *apitest.Server) {
		m := s.Enrol("Ada")
		e := s.Earn(m, 1000) // by u-staff
		by := func(user models.UserID, role models.Role) wallet.Reversal {
			return wallet.Reversal{Program: "demo", Entry: e.ID, Reason: "oops", Key: "back", Actor: wallet.Actor{User: user, Location: "Market"}, Role: role}
		}
		require.Equal(t, "reversal_not_yours", models.CodeOf(second(s.Wallet.Reverse(t.Context(), by("u-other", models.StaffRole)))))
		require.Equal(t, "not_allowed", models.CodeOf(second(s.Wallet.Reverse(t.Context(), by("u-marketer", models.Marketer)))))
		require.EqualValues(t, 10, s.Balance(m))
		back, err := s.Wallet.Reverse(t.Context(), by("u-staff", models.StaffRole))
		require.NoError(t, err)
		require.Zero(t, s.Balance(m))

		// Moved to another role meanwhile, the till that got no answer still gets it.
		again, err := s.Wallet.Reverse(t.Context(), by("u-other", models.StaffRole))
		require.NoError(t, err)
		require.Equal(t, back.ID, again.ID)
		require.Len(t, checkBooks(t, s, m), 2)
	})
}
