package wallet_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"regulars/api/apitest"
	"regulars/models"
	"regulars/wallet"
)

func bringing(t *models.Terms) {
	t.Referral = models.Referral{
		ID: "friend", Name: "A friend came along", FriendName: "Welcome, friend", Unit: models.Points,
		Give: 100, FriendGive: 50, Min: 500, Most: 2,
	}
}

// invited enrols somebody whom a member has invited.
func invited(t *testing.T, s *apitest.Server, by *models.Member, name string) *models.Member {
	t.Helper()
	code, err := s.Wallet.Invitation(t.Context(), by)
	require.NoError(t, err)
	e := somebody(name, "", "invited-"+name)
	e.Referral = string(code)
	m, err := s.Wallet.Enrol(t.Context(), e)
	require.NoError(t, err)
	require.Equal(t, by.ID, m.Referrer)
	return m
}

// undo takes back so much of an entry, or all of it.
func undo(t *testing.T, s *apitest.Server, e *models.Entry, amount int64, key string) {
	t.Helper()
	_, err := s.Wallet.Reverse(t.Context(), wallet.Reversal{
		Program: "demo", Entry: e.ID, Amount: amount, Reason: "goods returned", Key: key, Role: models.Owner,
	})
	require.NoError(t, err)
}

func TestBothAreRewardedForAFriendsFirstPurchase(t *testing.T) {
	working(t, apitest.Options{}, func(t *testing.T, s *apitest.Server) {
		publish(t, s, bringing)
		ada := s.Enrol("Ada")
		phone, serial := s.Hold(ada)
		bob := invited(t, s, ada, "Bob")
		s.Earn(bob, 400)
		first := s.Earn(bob, 700)
		require.Equal(t, ada.ID, first.Referrer)
		s.Shows(phone, serial, "100")
		s.Earn(bob, 900)
		s.Quiet()
		require.EqualValues(t, 4+7+9+50, s.Balance(bob))
		require.EqualValues(t, 100, s.Balance(ada))

		// What is left of the purchase counts; when nothing is, the next one does.
		undo(t, s, first, 600, "part")
		s.Quiet()
		require.EqualValues(t, 100, s.Balance(ada))
		undo(t, s, first, 0, "whole")
		soon(t, "the reward is taken back", func() bool { return s.Balance(ada) == 0 })
		s.Shows(phone, serial, "0")
		s.Earn(bob, 500)
		soon(t, "the reward is given", func() bool { return s.Balance(ada) == 100 })
		for _, m := range []*models.Member{ada, bob} {
			checkBooks(t, s, m)
		}
		kinds := []models.EntryKind{models.EntryEarn, models.EntryReverse, models.EntryEarn}
		for i, e := range s.Entries(ada) {
			require.Equal(t, kinds[i], e.Kind)
		}
		require.Empty(t, faults(t, s.Wallet))
	})
}

// An instance that is killed after the friend's purchase leaves the rest to the
// next, also where it was taken back meanwhile.
func TestRewardForAFriendSurvivesAKill(t *testing.T) {
	each(t, func(t *testing.T, s *apitest.Server) {
		publish(t, s, bringing)
		ada := s.Enrol("Ada")
		bob, eve := invited(t, s, ada, "Bob"), invited(t, s, ada, "Eve")
		s.Earn(bob, 700)
		undo(t, s, s.Earn(eve, 700), 0, "whole")
		require.Empty(t, s.Entries(ada))
		settings, err := s.Stores.Settings.Server(t.Context())
		require.NoError(t, err)
		for range 2 {
			next := wallet.New(s.Stores, settings, s.URL, s.Wallet.Log)
			next.Pace, next.Apple, next.Google = s.Wallet.Pace, s.Wallet.Apple, s.Wallet.Google
			s.Wallet = next // and what the first had in mind is gone
			s.Work()
			soon(t, "it is swept", func() bool {
				until, err := s.Stores.Heads.Until(context.Background())
				return err == nil && !until.IsZero() && s.Balance(ada) == 100
			})
			s.Quiet()
			s.Rest()
		}
		balance := int64(0)
		for _, e := range checkBooks(t, s, ada) {
			balance += e.Amount(models.Points)
		}
		require.EqualValues(t, 100, balance)
	})
}

func TestWhoIsRewardedForFriends(t *testing.T) {
	working(t, apitest.Options{}, func(t *testing.T, s *apitest.Server) {
		none, err := s.Wallet.Invitation(t.Context(), s.Enrol("Early"))
		require.NoError(t, err)
		require.Empty(t, none, "the program gives nothing for friends")
		publish(t, s, bringing)
		ada, gone := s.Enrol("Ada"), s.Enrol("Gone")
		code, err := s.Wallet.Invitation(t.Context(), ada)
		require.NoError(t, err)
		again, err := s.Wallet.Invitation(t.Context(), ada)
		require.NoError(t, err)
		require.Equal(t, code, again)
		left := invited(t, s, gone, "Left")
		require.NoError(t, s.Wallet.Erase(t.Context(), "demo", gone.ID))
		for _, wrong := range []string{"9000000000", "no code", string(ada.Card)} {
			e := somebody("Bob", "", "wrong")
			e.Referral = wrong
			_, err = s.Wallet.Enrol(t.Context(), e)
			require.Equal(t, "unknown_referral", models.CodeOf(err), wrong)
		}
		s.Earn(left, 900)
		for _, name := range []string{"B", "C", "D"} {
			s.Earn(invited(t, s, ada, name), 900)
		}
		soon(t, "two are", func() bool { return s.Balance(ada) == 200 })
		s.Quiet()
		require.Len(t, s.Entries(ada), 2, "and more are not")
		require.Empty(t, s.Entries(gone))
	})
}
