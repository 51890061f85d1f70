package wallet_test

import (
	"context"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"regulars/api/apitest"
	"regulars/models"
	"regulars/wallet"
)

// What was booked while people shared an account is corrected there, whatever
// account they have by now.

func leave(t *testing.T, s *apitest.Server, m *models.Member, key string) {
	t.Helper()
	_, err := s.Wallet.LeaveHousehold(t.Context(), wallet.Leaving{Program: "demo", Member: m.ID, Key: key})
	require.NoError(t, err)
}

func TestPurchaseOfAHouseholdMovesFromIt(t *testing.T) {
	each(t, func(t *testing.T, s *apitest.Server) {
		publish(t, s, sharing)
		ada, bob, cas := s.Enrol("Ada"), s.Enrol("Bob"), s.Enrol("Cas")
		_, err := s.Wallet.JoinHousehold(t.Context(), joining(bob, home(t, s, ada), "j1"))
		require.NoError(t, err)
		e := s.Earn(bob, 1000)
		leave(t, s, bob, "l1")
		back, _, err := s.Wallet.Move(t.Context(), moves(e, cas, "mv"))
		require.NoError(t, err)
		require.Equal(t, ada.Account, back.Account)
		require.Equal(t, []int64{0, 0, 10}, []int64{s.Balance(ada), s.Balance(bob), s.Balance(cas)})
		require.Empty(t, faults(t, s.Wallet))
	})
}

func TestPurchaseOfAMergedCardMovesFromWhereItIs(t *testing.T) {
	each(t, func(t *testing.T, s *apitest.Server) {
		publish(t, s, sharing)
		ada, bob, cas := s.Enrol("Ada"), s.Enrol("Bob"), s.Enrol("Cas")
		s.Earn(ada, 100)
		s.Earn(bob, 100)
		_, err := s.Wallet.Merge(t.Context(), merging(bob, ada, "m"))
		require.NoError(t, err)
		e := s.Earn(bob, 1000)
		_, err = s.Wallet.Unmerge(t.Context(), parting(bob, "u"))
		require.NoError(t, err)
		_, _, err = s.Wallet.Move(t.Context(), moves(e, cas, "mv"))
		require.NoError(t, err)
		require.Equal(t, []int64{1, 1, 10}, []int64{s.Balance(ada), s.Balance(bob), s.Balance(cas)})
		require.Empty(t, faults(t, s.Wallet))
	})
}

func TestReversalAfterTwoMerges(t *testing.T) {
	each(t, func(t *testing.T, s *apitest.Server) {
		publish(t, s, sharing)
		ada, bob, cas := s.Enrol("Ada"), s.Enrol("Bob"), s.Enrol("Cas")
		for _, m := range []*models.Member{ada, cas} {
			s.Earn(m, 100)
		}
		e := s.Earn(bob, 1000)
		for _, g := range []wallet.Merging{merging(bob, ada, "m1"), merging(ada, cas, "m2")} {
			_, err := s.Wallet.Merge(t.Context(), g)
			require.NoError(t, err)
		}
		undo(t, s, e, 0, "undo")
		require.EqualValues(t, 2, s.Balance(cas))
		require.Empty(t, faults(t, s.Wallet))
	})
}

// Two who leave at once, by two requests, leave once, and the sweep that carries
// what was cut off goes on.
func TestNobodyLeavesTwice(t *testing.T) {
	each(t, func(t *testing.T, s *apitest.Server) {
		publish(t, s, sharing)
		ada, bob := s.Enrol("Ada"), s.Enrol("Bob")
		s.Earn(ada, 1000)
		for round := range 10 {
			_, err := s.Wallet.JoinHousehold(t.Context(), joining(bob, home(t, s, ada), "j"+strconv.Itoa(round)))
			require.NoError(t, err)
			failed := at(3, func(i int) error {
				return second(s.Wallet.LeaveHousehold(context.Background(), wallet.Leaving{
					Program: "demo", Member: bob.ID, Key: "l" + strconv.Itoa(round) + "-" + strconv.Itoa(i),
				}))
			})
			for _, err := range failed {
				if err != nil {
					require.Equal(t, "no_household", models.CodeOf(err))
				}
			}
			left := 0
			for _, e := range s.Entries(ada) {
				if e.Transfer != nil && e.Transfer.Why == models.Leave {
					left++
				}
			}
			require.Equal(t, round+1, left)
		}
		killed(t, s)
		s.Work()
		booked := s.Earn(ada, 100)
		soon(t, "a sweep to the end", func() bool {
			until, err := s.Stores.Heads.Until(t.Context())
			return err == nil && !until.Before(booked.RecordedAt.Add(-time.Minute))
		})
		require.Empty(t, faults(t, s.Wallet))
	})
}

func TestRewardForAFriendGoesAlsoWhenTheyShareACardByThen(t *testing.T) {
	working(t, apitest.Options{}, func(t *testing.T, s *apitest.Server) {
		publish(t, s, sharing, bringing)
		ada := s.Enrol("Ada")
		bob := invited(t, s, ada, "Bob")
		e := s.Earn(bob, 700)
		soon(t, "the reward", func() bool { return s.Balance(ada) == 100 })
		_, err := s.Wallet.JoinHousehold(t.Context(), joining(bob, home(t, s, ada), "j1"))
		require.NoError(t, err)
		undo(t, s, e, 0, "undo")
		soon(t, "the reward to be taken back", func() bool { return s.Balance(ada) == 0 })
		s.Quiet()
		require.Empty(t, faults(t, s.Wallet))
	})
}

func TestWhoBroughtAMemberIsNotForgottenInTheirHousehold(t *testing.T) {
	working(t, apitest.Options{}, func(t *testing.T, s *apitest.Server) {
		publish(t, s, sharing, bringing)
		ada := s.Enrol("Ada")
		bob := invited(t, s, ada, "Bob")
		_, err := s.Wallet.JoinHousehold(t.Context(), joining(bob, home(t, s, ada), "j1"))
		require.NoError(t, err)
		s.Quiet()
		require.Empty(t, s.Earn(bob, 700).Referrer, "nobody brings those of their own household")
		s.Quiet()
		require.Equal(t, ada.ID, fresh(t, s, bob).Referrer)
	})
}

func TestApprovalOfAMergedCard(t *testing.T) {
	each(t, func(t *testing.T, s *apitest.Server) {
		publish(t, s, sharing, generous)
		ada, bob := s.Enrol("Ada"), s.Enrol("Bob")
		s.Earn(ada, 100)
		s.Earn(bob, 100)
		_, asked, err := s.Wallet.Award(t.Context(), gives(bob, 101, "large"))
		require.NoError(t, err)
		_, err = s.Wallet.Merge(t.Context(), merging(bob, ada, "m1"))
		require.NoError(t, err)
		_, again, err := s.Wallet.Award(t.Context(), gives(bob, 101, "large"))
		require.NoError(t, err)
		require.Equal(t, asked.ID, again.ID)
		_, err = s.Wallet.Decide(t.Context(), grants(asked, "u-manager"))
		require.NoError(t, err)
		require.EqualValues(t, 103, s.Balance(ada))
		require.Empty(t, faults(t, s.Wallet))
	})
}

// What a card brought into a household stays there; the card itself can go its own
// way all the same.
func TestMergedCardOfWhoHasLeftAHouseholdIsParted(t *testing.T) {
	each(t, func(t *testing.T, s *apitest.Server) {
		publish(t, s, sharing)
		ada, bob, cas := s.Enrol("Ada"), s.Enrol("Bob"), s.Enrol("Cas")
		s.Earn(cas, 1000)
		_, err := s.Wallet.JoinHousehold(t.Context(), joining(bob, home(t, s, ada), "j1"))
		require.NoError(t, err)
		_, err = s.Wallet.Merge(t.Context(), merging(cas, bob, "m1"))
		require.NoError(t, err)
		_, err = s.Wallet.Unmerge(t.Context(), parting(cas, "early"))
		require.NoError(t, err, "while they share it, from where it is")
		_, err = s.Wallet.Merge(t.Context(), merging(fresh(t, s, cas), bob, "m2"))
		require.NoError(t, err)
		leave(t, s, bob, "l1")
		_, err = s.Wallet.Unmerge(t.Context(), parting(cas, "u"))
		require.NoError(t, err)
		require.Equal(t, []int64{10, 0, 0}, []int64{s.Balance(ada), s.Balance(bob), s.Balance(cas)})
		require.Nil(t, fresh(t, s, cas).Merged)
		s.Earn(cas, 300)
		require.EqualValues(t, 3, s.Balance(cas))
		_, err = s.Wallet.Unmerge(t.Context(), parting(cas, "again"))
		require.Equal(t, "not_merged", models.CodeOf(err))
		require.Empty(t, faults(t, s.Wallet))
	})
}

func TestErasedCardStaysMergedAndKeepsNoWords(t *testing.T) {
	each(t, func(t *testing.T, s *apitest.Server) {
		publish(t, s, sharing)
		ada, bob := s.Enrol("Ada"), s.Enrol("Bob")
		s.Earn(bob, 500)
		_, err := s.Wallet.Merge(t.Context(), merging(bob, ada, "m"))
		require.NoError(t, err)
		require.NoError(t, s.Wallet.Erase(t.Context(), "demo", bob.ID))
		require.Empty(t, fresh(t, s, bob).Merged.Why)
		_, err = s.Wallet.Unmerge(t.Context(), parting(bob, "u"))
		require.Error(t, err)
		require.EqualValues(t, 5, s.Balance(ada))
	})
}

// Money that a reward gave is not given twice.
func TestGivenMoneyThatWasSpentIsNotRefunded(t *testing.T) {
	each(t, func(t *testing.T, s *apitest.Server) {
		publish(t, s, func(t *models.Terms) {
			t.Value = models.ValueTerms{Most: 15000}
			t.Rewards = append(t.Rewards, models.Reward{ID: "euro", Name: "2 on the card", Unit: models.Points, Cost: 50, Kind: models.GiftValue, Amount: 200})
		})
		ada := s.Enrol("Ada")
		s.Earn(ada, 5000)
		e, err := s.Wallet.Redeem(t.Context(), wallet.Redemption{Program: "demo", Member: ada.ID, Reward: "euro", Key: "r"})
		require.NoError(t, err)
		b := sale(ada, 200, "paid")
		b.Purchase.Value = 200
		paid, err := s.Wallet.Earn(t.Context(), b)
		require.NoError(t, err)
		back := wallet.Reversal{Program: "demo", Entry: e.ID, Reason: "x", Key: "undo", Role: models.Owner}
		_, err = s.Wallet.Reverse(t.Context(), back)
		require.Equal(t, "load_spent", models.CodeOf(err))
		undo(t, s, paid, 0, "paid-back")
		_, err = s.Wallet.Reverse(t.Context(), back)
		require.NoError(t, err)
		require.EqualValues(t, 50, s.Balance(ada))
	})
}

// The same request has the same answer when its day is over and the program has
// forgotten the reward.
func TestVouchersAreIssuedOncePerKey(t *testing.T) {
	each(t, func(t *testing.T, s *apitest.Server) {
		i := wallet.Issue{Program: "demo", Reward: "coffee", Count: 3, Key: "k", Until: s.Stores.Clock.Now().Add(time.Second)}
		first, err := s.Wallet.IssueVouchers(t.Context(), i)
		require.NoError(t, err)
		publish(t, s, func(t *models.Terms) {
			t.Rewards = []models.Reward{{ID: "tea", Name: "Tea", Unit: models.Points, Cost: 10}}
		})
		time.Sleep(1100 * time.Millisecond)
		again, err := s.Wallet.IssueVouchers(t.Context(), i)
		require.NoError(t, err)
		require.Equal(t, first, again)
		i.Count = 4
		_, err = s.Wallet.IssueVouchers(t.Context(), i)
		require.Equal(t, "key_reused", models.CodeOf(err))
	})
}

func TestVoucherIsGivenToAPersonWhicheverCard(t *testing.T) {
	each(t, func(t *testing.T, s *apitest.Server) {
		ada, bob := s.Enrol("Ada"), s.Enrol("Bob")
		all, err := s.Wallet.IssueVouchers(t.Context(), wallet.Issue{Program: "demo", Reward: "coffee", Key: "k", Member: ada.ID})
		require.NoError(t, err)
		_, err = s.Wallet.Merge(t.Context(), merging(bob, ada, "m"))
		require.NoError(t, err)
		v, err := s.Wallet.GiveVoucher(t.Context(), "demo", all[0].Code, bob.ID)
		require.NoError(t, err)
		require.Equal(t, ada.ID, v.Member, "who has it already")
	})
}

// Whoever came with another card of theirs was not away.
func TestNobodyIsMissedWhoCameWithAnotherCard(t *testing.T) {
	two(t, func(t *testing.T, a, b *apitest.Server) {
		offers(t, a, models.VoucherOffer{On: models.OnAway, Away: 60, Days: 90})
		p := inForce(t, a, b)
		visit := func(m *models.Member, day string) {
			clock(p.DayBegins(day, 0).Add(9*time.Hour), a, b)
			at := a.Earn(m, 500).At
			_, err := a.Stores.Members.Update(t.Context(), m.ID, func(m *models.Member) error {
				m.Head.LastVisitAt = &at
				return nil
			})
			require.NoError(t, err)
		}
		clock(p.DayBegins("2031-01-09", 0).Add(time.Hour), a, b)
		daily(t, a, b)
		old, used := a.Enrol("Ada"), a.Enrol("Ada Two")
		visit(old, "2031-01-10")
		visit(used, "2031-03-01")
		_, err := a.Wallet.Merge(t.Context(), merging(used, old, "m"))
		require.NoError(t, err)
		for _, day := range []string{"2031-03-11", "2031-03-12", "2031-04-29"} {
			clock(p.DayBegins(day, 0).Add(time.Hour), a, b)
			daily(t, a, b)
			require.Empty(t, vouchersOf(t, a, old), day)
		}
	})
}
