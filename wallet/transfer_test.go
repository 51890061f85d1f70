package wallet_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"regulars/api/apitest"
	"regulars/models"
	"regulars/models/store"
	"regulars/wallet"
)

func sharing(t *models.Terms) {
	t.Sharing = models.Sharing{Transfers: []models.Transferable{{Unit: models.Points, Most: 50, MostDay: 80}}, Household: 3}
	t.Expiries = []models.Expiry{{Unit: models.Points, Months: 12}}
}

func giving(from, to *models.Member, n int64, key string) wallet.Giving {
	return wallet.Giving{Program: "demo", From: from.ID, To: to.ID, Unit: models.Points, Amount: n, Key: key}
}

// fresh is the member as stored now.
func fresh(t *testing.T, s *apitest.Server, m *models.Member) *models.Member {
	t.Helper()
	now, err := s.Stores.Members.Member(t.Context(), m.ID)
	require.NoError(t, err)
	return &now
}

// killed is the same installation after all that was in mind is gone.
func killed(t *testing.T, s *apitest.Server) {
	t.Helper()
	settings, err := s.Stores.Settings.Server(t.Context())
	require.NoError(t, err)
	next := wallet.New(s.Stores, settings, s.URL, s.Wallet.Log)
	next.Pace, next.Apple, next.Google = s.Wallet.Pace, s.Wallet.Apple, s.Wallet.Google
	s.Wallet = next
}

func TestUnitsAreGivenToAnother(t *testing.T) {
	working(t, apitest.Options{}, func(t *testing.T, s *apitest.Server) {
		publish(t, s, sharing)
		ada, bob := s.Enrol("Ada"), s.Enrol("Bob")
		phone, serial := s.Hold(bob)
		s.Earn(ada, 9000)
		earned := s.Entries(ada)[0].Lots[0]
		pair, err := s.Wallet.Give(t.Context(), giving(ada, bob, 30, "k1"))
		require.NoError(t, err)
		require.Equal(t, pair.Out.ID, pair.In.Transfer.From)
		require.Equal(t, earned.Expires.UTC(), pair.In.Lots[0].Expires.UTC(), "it ends when it would have ended")
		s.Shows(phone, serial, "30")
		again, err := s.Wallet.Give(t.Context(), giving(ada, bob, 30, "k1"))
		require.NoError(t, err)
		require.Equal(t, []models.EntryID{pair.Out.ID, pair.In.ID}, []models.EntryID{again.Out.ID, again.In.ID})
		require.EqualValues(t, 60, s.Balance(ada))
		for code, g := range map[string]wallet.Giving{
			"key_reused":         giving(ada, bob, 31, "k1"),
			"transfer_too_large": giving(ada, bob, 51, "k2"),
			"zero_delta":         giving(ada, bob, 0, "k3"),
			"same_account":       giving(ada, ada, 5, "k4"),
			"unknown_member":     {Program: "demo", From: ada.ID, To: "nobody", Unit: models.Points, Amount: 1, Key: "k5"},
			"not_transferable":   {Program: "demo", From: ada.ID, To: bob.ID, Unit: models.Stamps, Amount: 1, Key: "k6"},
			"not_enough":         giving(bob, ada, 40, "k7"),
			"key_missing":        giving(ada, bob, 1, ""),
		} {
			_, err := s.Wallet.Give(t.Context(), g)
			require.Equal(t, code, models.CodeOf(err))
		}
		_, err = s.Wallet.Give(t.Context(), giving(ada, bob, 50, "k8"))
		require.NoError(t, err)
		_, err = s.Wallet.Give(t.Context(), giving(ada, bob, 1, "k9"))
		require.Equal(t, "transfer_limit", models.CodeOf(err), "80 a day")
		_, err = s.Wallet.Reverse(t.Context(), wallet.Reversal{Program: "demo", Entry: pair.In.ID, Reason: "no", Key: "k10", Role: models.Owner})
		require.Equal(t, "reversal_of_transfer", models.CodeOf(err))
		s.Quiet()
		require.Empty(t, faults(t, s.Wallet))
	})
}

// What was let go when the process died arrives all the same, by the sweep.
func TestTransferThatWasCutOffArrives(t *testing.T) {
	each(t, func(t *testing.T, s *apitest.Server) {
		publish(t, s, sharing)
		ada, bob := s.Enrol("Ada"), s.Enrol("Bob")
		s.Earn(ada, 9000)
		booked, err := halfGive(t, s, ada, bob)
		require.NoError(t, err)
		require.EqualValues(t, 0, s.Balance(bob))
		killed(t, s)
		s.Work()
		soon(t, "it arrives", func() bool { return s.Balance(bob) == 30 })
		s.Quiet()
		s.Rest()
		pair, err := s.Wallet.Give(t.Context(), giving(ada, bob, 30, "k1"))
		require.NoError(t, err)
		require.Equal(t, booked, pair.Out.ID)
		require.EqualValues(t, 30, s.Balance(bob))
		require.Empty(t, faults(t, s.Wallet))
	})
}

// halfGive books the first entry of a transfer alone.
func halfGive(t *testing.T, s *apitest.Server, from, to *models.Member) (models.EntryID, error) {
	t.Helper()
	pair, err := s.Wallet.Give(t.Context(), giving(from, to, 30, "k1"))
	require.NoError(t, err)
	forget(t, s, pair.In.ID)
	return pair.Out.ID, err
}

// forget removes an entry, as nobody but a test can.
func forget(t *testing.T, s *apitest.Server, id models.EntryID) {
	t.Helper()
	ledger, err := store.Open[models.Entry](t.Context(), s.Stores.DB, entries)
	require.NoError(t, err)
	require.NoError(t, ledger.Delete(t.Context(), string(id)))
}

func TestVerifyMissesTheOtherSideOfATransfer(t *testing.T) {
	each(t, func(t *testing.T, s *apitest.Server) {
		publish(t, s, sharing)
		ada, bob := s.Enrol("Ada"), s.Enrol("Bob")
		s.Earn(ada, 9000)
		s.Earn(bob, 100)
		pair, err := s.Wallet.Give(t.Context(), giving(ada, bob, 30, "k1"))
		require.NoError(t, err)
		ledger, err := store.Open[models.Entry](t.Context(), s.Stores.DB, entries)
		require.NoError(t, err)
		change := func(id models.EntryID, change func(*models.Entry)) {
			_, err := ledger.Update(t.Context(), string(id), func(e *models.Entry) error { change(e); return nil })
			require.NoError(t, err)
		}
		change(pair.In.ID, func(e *models.Entry) {
			e.Deltas[0].Amount, e.State.Balances[models.Points] = 31, e.State.Balances[models.Points]+1
		})
		require.ElementsMatch(t, []string{"wrong_pair", "wrong_pair", "wrong_deltas", "wrong_state"}, faults(t, s.Wallet))
		forget(t, s, pair.In.ID)
		require.Empty(t, faults(t, s.Wallet), "it may be on its way")
		change(pair.Out.ID, func(e *models.Entry) { e.RecordedAt = e.RecordedAt.Add(-2 * time.Minute) })
		require.Equal(t, []string{"transfer_without_pair"}, faults(t, s.Wallet))
		change(pair.Out.ID, func(e *models.Entry) { e.Transfer.Lots = nil })
		require.Equal(t, []string{"transfer_without_pair", "wrong_transfer"}, faults(t, s.Wallet))
	})
}

func merging(from, into *models.Member, key string) wallet.Merging {
	return wallet.Merging{Program: "demo", Member: from.ID, Into: into.ID, Reason: "the same person", Key: key, Actor: wallet.Actor{User: "u-owner"}}
}

func parting(m *models.Member, key string) wallet.Unmerging {
	return wallet.Unmerging{Program: "demo", Member: m.ID, Reason: "another person after all", Key: key}
}

func TestTwoCardsBecomeOneAndTwoAgain(t *testing.T) {
	working(t, apitest.Options{}, func(t *testing.T, s *apitest.Server) {
		publish(t, s, sharing)
		ada, bob := s.Enrol("Ada"), s.Enrol("Ada Lee")
		first, firstSerial := s.Hold(ada)
		second, secondSerial := s.Hold(bob)
		s.Earn(ada, 1000)
		bought := s.Earn(bob, 2050)
		s.Earn(bob, 760)
		pair, err := s.Wallet.Merge(t.Context(), merging(bob, ada, "m1"))
		require.NoError(t, err)
		s.Shows(first, firstSerial, "38")
		s.Shows(second, secondSerial, "38")
		now := fresh(t, s, bob)
		require.Equal(t, ada.Account, now.Account)
		require.Equal(t, ada.ID, now.Merged.Into)
		require.Equal(t, "the same person", now.Merged.Why)

		// Both cards lead to the same, and whatever is booked shows on both.
		found, err := s.Wallet.Identify(t.Context(), "demo", string(bob.Card))
		require.NoError(t, err)
		require.Equal(t, ada.ID, found.Member.ID)
		s.Earn(bob, 200)
		s.Shows(first, firstSerial, "40")
		s.Earn(ada, 300)
		s.Shows(second, secondSerial, "43")
		s.Quiet()
		require.EqualValues(t, 43, fresh(t, s, bob).Head.State.Balance(models.Points))

		// A repeat gets its first answer, and an old purchase can be taken back.
		again, err := s.Wallet.Merge(t.Context(), merging(bob, ada, "m1"))
		require.NoError(t, err)
		require.Equal(t, pair.In.ID, again.In.ID)
		undo(t, s, bought, 1025, "part")
		require.EqualValues(t, 33, s.Balance(ada))
		require.Empty(t, faults(t, s.Wallet))

		_, err = s.Wallet.Unmerge(t.Context(), parting(bob, "u1"))
		require.NoError(t, err)
		require.EqualValues(t, 28, s.Balance(bob), "what it brought")
		require.EqualValues(t, 5, s.Balance(ada))
		s.Shows(second, secondSerial, "28")
		s.Shows(first, firstSerial, "5")
		now = fresh(t, s, bob)
		require.Equal(t, bob.Account, now.Account)
		require.Nil(t, now.Merged)
		_, err = s.Wallet.Unmerge(t.Context(), parting(bob, "u1"))
		require.NoError(t, err)
		_, err = s.Wallet.Unmerge(t.Context(), parting(bob, "u2"))
		require.Equal(t, "not_merged", models.CodeOf(err))
		_, err = s.Wallet.Reverse(t.Context(), wallet.Reversal{Program: "demo", Entry: bought.ID, Amount: 1026, Reason: "more came back", Key: "over", Role: models.Owner})
		require.Equal(t, "more_than_left", models.CodeOf(err), "what was taken back while they were one counts")
		undo(t, s, bought, 1025, "rest")
		require.EqualValues(t, 18, s.Balance(bob))
		s.Quiet()
		require.Empty(t, faults(t, s.Wallet))
	})
}

// Requests that came before their card was merged are answered as they were.
func TestRepeatsAreAnsweredAfterAMerge(t *testing.T) {
	each(t, func(t *testing.T, s *apitest.Server) {
		publish(t, s, sharing)
		ada, bob := s.Enrol("Ada"), s.Enrol("Bob")
		first, err := s.Wallet.Earn(t.Context(), sale(bob, 900, "r1"))
		require.NoError(t, err)
		_, err = s.Wallet.Merge(t.Context(), merging(bob, ada, "m1"))
		require.NoError(t, err)
		again, err := s.Wallet.Earn(t.Context(), sale(bob, 900, "r1"))
		require.NoError(t, err)
		require.Equal(t, first.ID, again.ID)
		_, err = s.Wallet.Earn(t.Context(), sale(bob, 901, "r1"))
		require.Equal(t, "key_reused", models.CodeOf(err))
		while, err := s.Wallet.Earn(t.Context(), sale(bob, 100, "r2"))
		require.NoError(t, err)
		require.Equal(t, ada.Account, while.Account)
		_, err = s.Wallet.Unmerge(t.Context(), parting(bob, "u1"))
		require.NoError(t, err)
		again, err = s.Wallet.Earn(t.Context(), sale(bob, 100, "r2"))
		require.NoError(t, err)
		require.Equal(t, while.ID, again.ID)
		require.EqualValues(t, 9, s.Balance(bob))
		require.Empty(t, faults(t, s.Wallet))
	})
}

// Tills that have a card in hand while it is merged lose nothing, and leave nothing
// behind.
func TestTillsDuringAMergeLoseNothing(t *testing.T) {
	working(t, apitest.Options{}, func(t *testing.T, s *apitest.Server) {
		publish(t, s, sharing)
		ada, bob := s.Enrol("Ada"), s.Enrol("Bob")
		phone, serial := s.Hold(bob)
		s.Earn(bob, 100)
		failed := at(12, func(i int) error {
			switch i {
			case 5:
				return second(s.Wallet.Merge(context.Background(), merging(bob, ada, "m1")))
			case 6, 7:
				return second(s.Wallet.Earn(context.Background(), sale(ada, 1000, "a"+string(rune('0'+i)))))
			}
			return second(s.Wallet.Earn(context.Background(), sale(bob, 1000, "b"+string(rune('a'+i)))))
		})
		require.Empty(t, failed)
		require.EqualValues(t, 111, s.Balance(ada))
		s.Shows(phone, serial, "111")
		s.Quiet()
		require.EqualValues(t, 111, fresh(t, s, bob).Head.State.Balance(models.Points))
		require.EqualValues(t, 111, fresh(t, s, ada).Head.State.Balance(models.Points))
		require.Empty(t, faults(t, s.Wallet))
	})
}

// Of two merges that cross, no circle comes about.
func TestMergesThatCrossMakeNoCircle(t *testing.T) {
	each(t, func(t *testing.T, s *apitest.Server) {
		publish(t, s, sharing)
		people := []*models.Member{s.Enrol("Ada"), s.Enrol("Bob"), s.Enrol("Cas")}
		for _, m := range people {
			s.Earn(m, 1000)
		}
		failed := at(3, func(i int) error {
			return second(s.Wallet.Merge(context.Background(), merging(people[i], people[(i+1)%3], "m"+string(rune('0'+i)))))
		})
		require.NotEmpty(t, failed)
		for _, err := range failed {
			require.Contains(t, []string{"under_way", "merged_member", "shares_card"}, models.CodeOf(err))
		}
		total, accounts := int64(0), map[models.AccountID]bool{}
		for _, m := range people {
			now := fresh(t, s, m)
			if !accounts[now.Account] {
				total += s.Balance(now)
			}
			accounts[now.Account] = true
		}
		require.EqualValues(t, 30, total)
		require.Empty(t, faults(t, s.Wallet))
	})
}

// Killed between the two entries of a merge, or before the cards know, the sweep
// or the next till completes it.
func TestMergeThatWasCutOffIsCompleted(t *testing.T) {
	each(t, func(t *testing.T, s *apitest.Server) {
		publish(t, s, sharing)
		for _, byTill := range []bool{true, false} {
			ada, bob := s.Enrol("Ada"), s.Enrol("Bob")
			s.Earn(bob, 1000)
			before := fresh(t, s, bob)
			pair, err := s.Wallet.Merge(t.Context(), merging(bob, ada, "m1"))
			require.NoError(t, err)
			forget(t, s, pair.In.ID)
			_, err = s.Stores.Members.Update(t.Context(), bob.ID, func(m *models.Member) error {
				rev := m.Rev
				*m = *before
				m.Rev = rev
				return nil
			})
			require.NoError(t, err)
			killed(t, s)
			if byTill {
				s.Earn(bob, 500)
				require.EqualValues(t, 15, s.Balance(ada))
			} else {
				s.Work()
				soon(t, "it is completed", func() bool { return s.Balance(ada) == 10 && fresh(t, s, bob).Account == ada.Account })
				s.Quiet()
				s.Rest()
			}
			require.Equal(t, ada.Account, fresh(t, s, bob).Account)
			require.Empty(t, faults(t, s.Wallet))
		}
	})
}

func TestWhatCanNotBeMerged(t *testing.T) {
	each(t, func(t *testing.T, s *apitest.Server) {
		publish(t, s, sharing)
		ada, bob, cas, gone := s.Enrol("Ada"), s.Enrol("Bob"), s.Enrol("Cas"), s.Enrol("Gone")
		require.NoError(t, s.Wallet.Erase(t.Context(), "demo", gone.ID))
		_, err := s.Wallet.Merge(t.Context(), merging(bob, ada, "m1"))
		require.NoError(t, err)
		for code, g := range map[string]wallet.Merging{
			"same_account":   merging(ada, ada, "m2"),
			"erased_member":  merging(ada, gone, "m3"),
			"merged_member":  merging(cas, bob, "m4"),
			"no_reason":      {Program: "demo", Member: cas.ID, Into: ada.ID, Key: "m5"},
			"unknown_member": {Program: "other", Member: cas.ID, Into: ada.ID, Reason: "x", Key: "m6"},
		} {
			_, err := s.Wallet.Merge(t.Context(), g)
			require.Equal(t, code, models.CodeOf(err))
		}
		_, err = s.Wallet.Merge(t.Context(), merging(bob, cas, "m7"))
		require.Equal(t, "merged_member", models.CodeOf(err))
		_, err = s.Wallet.Unmerge(t.Context(), parting(cas, "u1"))
		require.Equal(t, "not_merged", models.CodeOf(err))
		require.True(t, errors.Is(ctxDone(s, ada, cas), context.Canceled))

		// The merged cards of a member go along.
		_, err = s.Wallet.Merge(t.Context(), merging(ada, cas, "m8"))
		require.NoError(t, err)
		require.Equal(t, cas.Account, fresh(t, s, bob).Account)
		_, err = s.Wallet.Unmerge(t.Context(), parting(ada, "u2"))
		require.NoError(t, err)
		require.Equal(t, ada.Account, fresh(t, s, bob).Account)
		require.Empty(t, faults(t, s.Wallet))
	})
}

func ctxDone(s *apitest.Server, from, to *models.Member) error {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	return second(s.Wallet.Merge(ctx, merging(from, to, "cancelled")))
}
