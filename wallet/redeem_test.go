package wallet_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"regulars/api/apitest"
	"regulars/models"
	"regulars/models/store"
	"regulars/wallet"
)

// rewards publishes the demo program with other rewards.
func rewards(t *testing.T, s *apitest.Server, all ...models.Reward) {
	t.Helper()
	terms := apitest.Terms()
	for i := range all {
		all[i].Name = string(all[i].ID)
		if all[i].Cost > 0 {
			all[i].Unit = models.Points
		}
	}
	terms.Rewards = all
	_, err := s.Wallet.Publish(t.Context(), "demo", terms, 1, "")
	require.NoError(t, err)
}

// guests enrols members with so many points each.
func guests(t *testing.T, s *apitest.Server, n int, points int64) []*models.Member {
	t.Helper()
	all := make([]*models.Member, n)
	for i := range all {
		all[i] = s.Enrol(fmt.Sprintf("Guest %d", i))
		s.Earn(all[i], points*100)
	}
	return all
}

func take(m *models.Member, reward models.RewardID, key string) wallet.Redemption {
	return wallet.Redemption{Program: m.Program, Member: m.ID, Reward: reward, Key: key, Actor: wallet.Actor{User: "u-staff"}}
}

func taken(t *testing.T, s *apitest.Server, id models.RewardID) (int64, map[models.PrizeID]int64) {
	t.Helper()
	p, err := s.Stores.Programs.Current(t.Context(), "demo")
	require.NoError(t, err)
	r, ok := p.Reward(id)
	require.True(t, ok)
	n, prizes, err := s.Stores.Stocks.Taken(t.Context(), "demo", &r)
	require.NoError(t, err)
	return n, prizes
}

func TestNoMoreAreTakenThanThereAre(t *testing.T) {
	each(t, func(t *testing.T, s *apitest.Server) {
		rewards(t, s, models.Reward{ID: "mug", Cost: 5, Stock: 4})
		all := guests(t, s, 10, 19)
		var mu sync.Mutex
		var got []*models.Entry
		failed := at(len(all), func(i int) error {
			e, err := s.Wallet.Redeem(t.Context(), take(all[i], "mug", "k"))
			if err == nil {
				mu.Lock()
				got = append(got, e)
				mu.Unlock()
			}
			return err
		})
		require.Len(t, got, 4)
		for _, err := range failed {
			require.Equal(t, "out_of_stock", models.CodeOf(err))
		}
		n, _ := taken(t, s, "mug")
		require.EqualValues(t, 4, n)
		for _, m := range all {
			checkBooks(t, s, m)
		}

		back := wallet.Reversal{Program: "demo", Entry: got[0].ID, Reason: "a crack", Key: "back", Role: models.Owner}
		require.Empty(t, at(4, func(int) error { return second(s.Wallet.Reverse(t.Context(), back)) }), "the same key")
		n, _ = taken(t, s, "mug")
		require.EqualValues(t, 3, n)
		failed = at(len(all), func(i int) error { return second(s.Wallet.Redeem(t.Context(), take(all[i], "mug", "k2"))) })
		require.Len(t, failed, 9)
		report, err := s.Wallet.Verify(t.Context(), wallet.Verification{})
		require.NoError(t, err)
		require.Zero(t, report.Faults)
	})
}

func TestTheSameKeyTakesOneOfAStock(t *testing.T) {
	each(t, func(t *testing.T, s *apitest.Server) {
		rewards(t, s, models.Reward{ID: "mug", Cost: 5, Stock: 4})
		m := guests(t, s, 1, 100)[0]
		require.Empty(t, at(8, func(int) error { return second(s.Wallet.Redeem(t.Context(), take(m, "mug", "k"))) }))
		n, _ := taken(t, s, "mug")
		require.EqualValues(t, 1, n)
		require.Len(t, checkBooks(t, s, m), 2)
	})
}

func TestARefusedRedemptionLeavesTheStock(t *testing.T) {
	each(t, func(t *testing.T, s *apitest.Server) {
		rewards(t, s, models.Reward{ID: "mug", Cost: 5, Stock: 1})
		poor, rich := guests(t, s, 1, 4)[0], guests(t, s, 1, 5)[0]
		_, err := s.Wallet.Redeem(t.Context(), take(poor, "mug", "k"))
		require.Equal(t, "not_enough", models.CodeOf(err))
		_, err = s.Wallet.Redeem(t.Context(), take(rich, "mug", "k"))
		require.NoError(t, err)
	})
}

// Whoever set one aside and was cut off took it, if the entry is in the ledger.
func TestWhatWasSetAsideIsFoundOut(t *testing.T) {
	working(t, apitest.Options{}, func(t *testing.T, s *apitest.Server) {
		rewards(t, s, models.Reward{ID: "mug", Cost: 5, Stock: 9}, models.Reward{ID: "free"})
		m := guests(t, s, 1, 50)[0]
		p, err := s.Stores.Programs.Current(t.Context(), "demo")
		require.NoError(t, err)
		mug, _ := p.Reward("mug")
		vouchers, err := s.Wallet.IssueVouchers(t.Context(), wallet.Issue{Program: "demo", Reward: "free", Count: 2, Key: "batch"})
		require.NoError(t, err)

		long := s.Stores.Clock.Now().Add(-store.Stale)
		for i, key := range []string{"booked", "not booked"} {
			h := store.Hold{Account: m.Account, Key: key, At: long}
			_, err := s.Stores.Stocks.Hold(t.Context(), "demo", &mug, h, 0)
			require.NoError(t, err)
			_, err = s.Stores.Vouchers.Hold(t.Context(), "demo", vouchers[i].Code, m, h)
			require.NoError(t, err)
			if key == "booked" { // what, is not looked at: the key says enough
				_, err = s.Wallet.Adjust(t.Context(), wallet.Adjustment{
					Program: "demo", Member: m.ID, Delta: models.Delta{Unit: models.Points, Amount: -5}, Reason: "x", Key: key,
				})
				require.NoError(t, err)
			}
		}
		soon(t, "nothing is set aside", func() bool {
			stocks, err := s.Stores.Stocks.Held(t.Context(), s.Stores.Clock.Now())
			require.NoError(t, err)
			held, err := s.Stores.Vouchers.Held(t.Context(), s.Stores.Clock.Now())
			require.NoError(t, err)
			return len(stocks)+len(held) == 0
		})
		n, _ := taken(t, s, "mug")
		require.EqualValues(t, 1, n)
		for i, want := range []models.VoucherState{models.VoucherUsed, models.VoucherGood} {
			v, err := s.Stores.Vouchers.Voucher(t.Context(), "demo", vouchers[i].Code)
			require.NoError(t, err)
			require.Equal(t, want, v.State(s.Stores.Clock.Now()))
		}
	})
}

func TestAMysteryRewardIsDrawnOnceAndWithinItsBudget(t *testing.T) {
	each(t, func(t *testing.T, s *apitest.Server) {
		rewards(t, s, models.Reward{ID: "wheel", Cost: 1, Kind: models.Mystery, Prizes: []models.Prize{
			{ID: "car", Name: "A toy car", Weight: 50, Budget: 2}, {ID: "points", Name: "Ten points", Weight: 1, Unit: models.Points, Give: 10},
		}})
		m := guests(t, s, 1, 50)[0]
		cars, points := 0, int64(0)
		for i := range 12 {
			r := take(m, "wheel", fmt.Sprint("spin ", i))
			r.Key = fmt.Sprintf("spin-%d", i)
			e, err := s.Wallet.Redeem(t.Context(), r)
			require.NoError(t, err)
			again, err := s.Wallet.Redeem(t.Context(), r)
			require.NoError(t, err)
			require.Equal(t, e.Taken, again.Taken)
			if e.Taken.Draw.Prize == "car" {
				cars++
			}
			points += e.Amount(models.Points)
		}
		require.Equal(t, 2, cars, "a weight of 50 to 1, and no more than the budget")
		require.EqualValues(t, -12+10*10, points)
		n, prizes := taken(t, s, "wheel")
		require.EqualValues(t, 12, n)
		require.Equal(t, map[models.PrizeID]int64{"car": 2, "points": 10}, prizes)
		checkBooks(t, s, m)
		report, err := s.Wallet.Verify(t.Context(), wallet.Verification{})
		require.NoError(t, err)
		require.Zero(t, report.Faults)
	})
}

func TestAVoucherIsUsedOnceWhoeverTries(t *testing.T) {
	each(t, func(t *testing.T, s *apitest.Server) {
		rewards(t, s, models.Reward{ID: "welcome"})
		all := guests(t, s, 6, 1)
		issue := wallet.Issue{Program: "demo", Reward: "welcome", Key: "batch", Reason: "Opening day"}
		vouchers, err := s.Wallet.IssueVouchers(t.Context(), issue)
		require.NoError(t, err)
		again, err := s.Wallet.IssueVouchers(t.Context(), issue)
		require.NoError(t, err)
		require.Equal(t, vouchers, again)
		issue.Count = 2
		_, err = s.Wallet.IssueVouchers(t.Context(), issue)
		require.Equal(t, "key_reused", models.CodeOf(err))

		use := func(m *models.Member, key string) wallet.Redemption {
			r := take(m, "", key)
			r.Voucher = vouchers[0].Code
			return r
		}
		var mu sync.Mutex
		var winner *models.Entry
		failed := at(12, func(i int) error { // each member twice with the same key
			e, err := s.Wallet.Redeem(t.Context(), use(all[i/2], "k"))
			if err == nil {
				mu.Lock()
				winner = e
				mu.Unlock()
			}
			return err
		})
		require.Len(t, failed, 10)
		for _, err := range failed {
			require.Equal(t, "voucher_used", models.CodeOf(err))
		}
		v, err := s.Stores.Vouchers.Voucher(t.Context(), "demo", vouchers[0].Code)
		require.NoError(t, err)
		require.Equal(t, winner.ID, v.Entry)
		require.Empty(t, winner.Deltas)

		_, err = s.Wallet.Reverse(t.Context(), wallet.Reversal{Program: "demo", Entry: winner.ID, Reason: "changed their mind", Key: "back", Role: models.Owner})
		require.NoError(t, err)
		_, err = s.Wallet.Redeem(t.Context(), use(all[0], "k2"))
		require.NoError(t, err)
		require.Empty(t, faults(t, s.Wallet))
	})
}

func TestWhoMayUseAVoucherAndWhen(t *testing.T) {
	each(t, func(t *testing.T, s *apitest.Server) {
		rewards(t, s, models.Reward{ID: "free"}, models.Reward{ID: "tenth", Cost: 10})
		two := guests(t, s, 2, 1)
		ada, bob := two[0], two[1]
		now := s.Stores.Clock.Now()
		issue := func(key string, change func(*wallet.Issue)) models.Voucher {
			i := wallet.Issue{Program: "demo", Reward: "free", Key: key}
			change(&i)
			vouchers, err := s.Wallet.IssueVouchers(t.Context(), i)
			require.NoError(t, err)
			return vouchers[0]
		}
		try := func(m *models.Member, v models.Voucher) string {
			r := take(m, "", "use-"+string(v.Code))
			r.Voucher = v.Code
			_, err := s.Wallet.Redeem(t.Context(), r)
			if err == nil {
				return ""
			}
			return models.CodeOf(err)
		}
		adas := issue("a", func(i *wallet.Issue) { i.Member = ada.ID })
		require.Equal(t, "voucher_of_another", try(bob, adas))
		require.Empty(t, try(ada, adas))
		require.Equal(t, "voucher_waits", try(ada, issue("b", func(i *wallet.Issue) { i.From = now.Add(time.Hour) })))
		brief := issue("c", func(i *wallet.Issue) { i.Until = now.Add(time.Second) })
		soon(t, "its time is over", func() bool { return s.Stores.Clock.Now().After(*brief.Until) })
		require.Equal(t, "voucher_expired", try(ada, brief))

		void := issue("d", func(*wallet.Issue) {})
		_, err := s.Wallet.CancelVoucher(t.Context(), "demo", void.Code, "printed twice", wallet.Actor{User: "u-owner"})
		require.NoError(t, err)
		require.Equal(t, "voucher_cancelled", try(ada, void))
		_, err = s.Wallet.CancelVoucher(t.Context(), "demo", adas.Code, "too late", wallet.Actor{})
		require.Equal(t, "voucher_used", models.CodeOf(err))

		open := issue("e", func(*wallet.Issue) {})
		_, err = s.Wallet.GiveVoucher(t.Context(), "demo", open.Code, bob.ID)
		require.NoError(t, err)
		_, err = s.Wallet.GiveVoucher(t.Context(), "demo", open.Code, ada.ID)
		require.Equal(t, "voucher_of_another", models.CodeOf(err))
		kept, err := s.Wallet.MemberVouchers(t.Context(), bob)
		require.NoError(t, err)
		require.Len(t, kept, 1)

		// What was promised holds when the program has forgotten it.
		later := issue("f", func(*wallet.Issue) {})
		terms := apitest.Terms()
		_, err = s.Wallet.Publish(t.Context(), "demo", terms, 2, "")
		require.NoError(t, err)
		require.Empty(t, try(bob, later))
		checkBooks(t, s, bob)
		require.Equal(t, "unknown_voucher", try(bob, models.Voucher{Code: "8000000000000000"}))
	})
}
