package wallet_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"regulars/api/apitest"
	"regulars/models"
	"regulars/wallet"
)

// home returns the code of a member's household.
func home(t *testing.T, s *apitest.Server, m *models.Member) string {
	t.Helper()
	code, until, err := s.Wallet.InviteHome(t.Context(), fresh(t, s, m))
	require.NoError(t, err)
	require.True(t, until.After(s.Stores.Clock.Now()))
	return string(code)
}

func joining(m *models.Member, code, key string) wallet.Joining {
	return wallet.Joining{Program: "demo", Member: m.ID, Code: code, Key: key}
}

func TestAHouseholdHasOneLedgerAndAllItsPhonesShowIt(t *testing.T) {
	working(t, apitest.Options{}, func(t *testing.T, s *apitest.Server) {
		publish(t, s, sharing)
		ada, bob := s.Enrol("Ada"), s.Enrol("Bob")
		first, firstSerial := s.Hold(ada)
		second, secondSerial := s.Hold(bob)
		s.Earn(ada, 1000)
		for range 5 {
			s.Earn(bob, 500)
		}
		code := home(t, s, ada)
		require.Equal(t, code, home(t, s, ada), "as long as it is good for long enough")
		_, err := s.Wallet.JoinHousehold(t.Context(), joining(bob, code, "j1"))
		require.NoError(t, err)
		s.Shows(first, firstSerial, "35")
		s.Shows(second, secondSerial, "35")
		e := s.Earn(bob, 700)
		require.Equal(t, ada.Account, e.Account)
		require.Equal(t, bob.ID, e.Member)
		s.Shows(first, firstSerial, "42")
		s.Shows(second, secondSerial, "42")
		people, err := s.Wallet.People(t.Context(), fresh(t, s, ada))
		require.NoError(t, err)
		require.Len(t, people, 2)
		s.Quiet()
		require.Empty(t, faults(t, s.Wallet))

		// Whoever leaves has an account of their own again; the points stay.
		_, err = s.Wallet.LeaveHousehold(t.Context(), wallet.Leaving{Program: "demo", Member: bob.ID, Key: "l1"})
		require.NoError(t, err)
		s.Shows(second, secondSerial, "0")
		require.Empty(t, fresh(t, s, ada).Guests())
		s.Earn(bob, 300)
		s.Shows(second, secondSerial, "3")
		undo(t, s, e, 0, "back") // where it was booked
		s.Shows(first, firstSerial, "35")
		s.Quiet()
		require.EqualValues(t, 3, s.Balance(bob))
		require.EqualValues(t, 3, fresh(t, s, bob).Head.State.Balance(models.Points))
		require.Empty(t, faults(t, s.Wallet))

		// And may come again.
		_, err = s.Wallet.JoinHousehold(t.Context(), joining(bob, code, "j2"))
		require.NoError(t, err)
		s.Shows(second, secondSerial, "38")
		s.Quiet()
		require.Empty(t, faults(t, s.Wallet))
	})
}

func TestAHouseholdTakesAsManyAsItMay(t *testing.T) {
	each(t, func(t *testing.T, s *apitest.Server) {
		publish(t, s, sharing)
		ada := s.Enrol("Ada")
		code := home(t, s, ada)
		var others []*models.Member
		for _, name := range []string{"B", "C", "D", "E", "F"} {
			others = append(others, s.Enrol(name))
			s.Earn(others[len(others)-1], 100)
		}
		failed := at(10, func(i int) error { // each twice
			return second(s.Wallet.JoinHousehold(context.Background(), joining(others[i/2], code, "j"+others[i/2].Name)))
		})
		for _, err := range failed {
			require.Equal(t, "household_full", models.CodeOf(err))
		}
		require.EqualValues(t, 2, s.Balance(ada), "three people at most")
		people, err := s.Wallet.People(t.Context(), fresh(t, s, ada))
		require.NoError(t, err)
		require.Len(t, people, 3)
		require.Empty(t, faults(t, s.Wallet))
	})
}

func TestWhoComesIntoAHousehold(t *testing.T) {
	each(t, func(t *testing.T, s *apitest.Server) {
		ada := s.Enrol("Ada")
		_, _, err := s.Wallet.InviteHome(t.Context(), ada)
		require.Equal(t, "no_households", models.CodeOf(err))
		publish(t, s, sharing, bringing)
		code := home(t, s, ada)
		bob, cas := invited(t, s, ada, "Bob"), s.Enrol("Cas")
		for want, j := range map[string]wallet.Joining{
			"same_account":      joining(ada, code, "j1"),
			"unknown_household": joining(bob, "0000-0000-0000", "j2"),
			"key_missing":       joining(bob, code, ""),
		} {
			_, err := s.Wallet.JoinHousehold(t.Context(), j)
			require.Equal(t, want, models.CodeOf(err))
		}
		_, err = s.Wallet.JoinHousehold(t.Context(), joining(bob, code[:4]+"-"+code[4:8]+" "+code[8:], "j3"))
		require.NoError(t, err)
		_, _, err = s.Wallet.InviteHome(t.Context(), fresh(t, s, bob))
		require.Equal(t, "shares_card", models.CodeOf(err), "a guest invites nobody")
		_, err = s.Wallet.Merge(t.Context(), merging(ada, cas, "m1"))
		require.Equal(t, "shares_card", models.CodeOf(err), "it has guests")
		require.Empty(t, s.Earn(bob, 900).Referrer, "nobody brings those of their own household")
		require.NoError(t, s.Wallet.Uninvite(t.Context(), fresh(t, s, ada)))
		_, err = s.Wallet.JoinHousehold(t.Context(), joining(cas, code, "j4"))
		require.Equal(t, "unknown_household", models.CodeOf(err))
		_, err = s.Wallet.LeaveHousehold(t.Context(), wallet.Leaving{Program: "demo", Member: cas.ID, Key: "l1"})
		require.Equal(t, "no_household", models.CodeOf(err))
		require.Empty(t, faults(t, s.Wallet))
	})
}

// Erasing a guest leaves the household its account and its points.
func TestErasingSomebodyOfAHousehold(t *testing.T) {
	each(t, func(t *testing.T, s *apitest.Server) {
		publish(t, s, sharing)
		ada, bob := s.Enrol("Ada"), s.Enrol("Bob")
		s.Earn(bob, 900)
		_, err := s.Wallet.JoinHousehold(t.Context(), joining(bob, home(t, s, ada), "j1"))
		require.NoError(t, err)
		require.NoError(t, s.Wallet.Erase(t.Context(), "demo", bob.ID))
		require.EqualValues(t, 9, s.Balance(ada))
		require.Empty(t, fresh(t, s, ada).Guests())
		require.Empty(t, faults(t, s.Wallet))
	})
}
