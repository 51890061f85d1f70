package wallet_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"regulars/api/apitest"
	"regulars/models"
	"regulars/models/store"
	"regulars/wallet"
)

func moves(e *models.Entry, to *models.Member, key string) wallet.Move {
	return wallet.Move{
		Program: e.Program, Entry: e.ID, Member: to.ID, Reason: "wrong card", Key: key,
		Actor: wallet.Actor{User: "u-manager"}, Role: models.Manager,
	}
}

// A purchase that moves is as if it had been booked where it belongs from the
// start: its time, place, receipt and staff, and the right member's birthday.
func TestPurchaseMovesToTheMemberWhoseItIs(t *testing.T) {
	working(t, apitest.Options{}, func(t *testing.T, s *apitest.Server) {
		publish(t, s, rules(models.Rule{
			ID: "cake", Name: "For your birthday", Unit: models.Points, Give: 40, Per: models.PerPurchase, When: models.When{Facts: []models.Fact{models.BirthdayToday}},
		}))
		wrong, right := s.Enrol("Ada"), s.Enrol("Bob")
		phone, serial := s.Hold(right)
		bought := time.Now().Add(-26 * time.Hour)
		born := bought.UTC().Format(time.DateOnly)
		_, err := s.Wallet.Amend(t.Context(), wallet.Amendment{Program: "demo", Member: right.ID, Birthday: &born})
		require.NoError(t, err)
		b := sale(wrong, 1234, "sale")
		b.At, b.Purchase.Receipt, b.Actor.Location = bought, "r-7", "Corner"
		b.Purchase.Items = []models.Item{{Name: "Lunch", Quantity: 1, Amount: 1234}}
		e, err := s.Wallet.Earn(t.Context(), b)
		require.NoError(t, err)
		s.Earn(right, 500) // later than what is about to come

		back, purchase, err := s.Wallet.Move(t.Context(), moves(e, right, "move"))
		require.NoError(t, err)
		require.Equal(t, [2]models.MemberID{wrong.ID, right.ID}, [2]models.MemberID{back.Member, back.MovedTo})
		require.EqualValues(t, "u-manager", back.Staff)
		require.Zero(t, s.Balance(wrong))
		require.Equal(t, back.ID, purchase.MovedFrom)
		require.Equal(t, e.Purchase, purchase.Purchase)
		require.True(t, e.At.Equal(purchase.At))
		require.Equal(t, [3]string{"Corner", "u-staff", "u-manager"}, [3]string{purchase.Location, string(purchase.Staff), string(purchase.By)})
		require.Equal(t, "wrong card", purchase.Reason)
		zone, err := time.LoadLocation(apitest.Terms().TimeZone)
		require.NoError(t, err)
		want := int64(12 + 5)
		if bought.In(zone).Format(time.DateOnly) == born {
			want += 40
		}
		require.EqualValues(t, want, s.Balance(right))
		s.Shows(phone, serial, fmt.Sprint(want))

		again, same, err := s.Wallet.Move(t.Context(), moves(e, right, "move"))
		require.NoError(t, err)
		require.Equal(t, [2]models.EntryID{back.ID, purchase.ID}, [2]models.EntryID{again.ID, same.ID})
		_, _, err = s.Wallet.Move(t.Context(), moves(e, wrong, "move"))
		require.Equal(t, "key_reused", models.CodeOf(err))
		_, _, err = s.Wallet.Move(t.Context(), moves(e, right, "twice"))
		require.Equal(t, "already_reversed", models.CodeOf(err))
		s.Quiet()
		checkBooks(t, s, wrong)
		checkBooks(t, s, right)
		require.Empty(t, faults(t, s.Wallet))

		home, _, err := s.Wallet.Move(t.Context(), moves(purchase, wrong, "back"))
		require.NoError(t, err)
		require.Equal(t, purchase.ID, home.Ref)
		require.EqualValues(t, 12, s.Balance(wrong))
		require.EqualValues(t, 5, s.Balance(right))
		require.Empty(t, faults(t, s.Wallet))
	})
}

// What can't be moved is refused before anything is booked.
func TestPurchaseThatCannotMove(t *testing.T) {
	each(t, func(t *testing.T, s *apitest.Server) {
		publish(t, s, func(t *models.Terms) { t.Value = models.ValueTerms{Most: 5000} })
		ada, bob, gone := s.Enrol("Ada"), s.Enrol("Bob"), s.Enrol("Gone")
		require.NoError(t, s.Wallet.Erase(t.Context(), "demo", gone.ID))
		_, err := s.Wallet.Load(t.Context(), wallet.Loading{Program: "demo", Member: ada.ID, Amount: 500, Key: "load"})
		require.NoError(t, err)
		paid := sale(ada, 900, "paid")
		paid.Purchase.Value = 500
		withValue, err := s.Wallet.Earn(t.Context(), paid)
		require.NoError(t, err)
		late := sale(ada, 900, "late")
		late.At = time.Now().Add(-31*24*time.Hour + time.Minute)
		old, err := s.Wallet.Earn(t.Context(), late)
		require.NoError(t, err)
		parted, plain, large := s.Earn(ada, 1000), s.Earn(ada, 100), s.Earn(ada, 90_000)
		undo(t, s, parted, 300, "part")
		loaded := s.Entries(ada)[0]
		publish(t, s, func(t *models.Terms) { t.Value, t.MaxPurchase = models.ValueTerms{Most: 5000}, 80_000 })
		ledger, err := store.Open[models.Entry](t.Context(), s.Stores.DB, entries)
		require.NoError(t, err)
		_, err = ledger.Update(t.Context(), string(old.ID), func(e *models.Entry) error { e.At = e.At.Add(-time.Hour); return nil })
		require.NoError(t, err)
		before := len(s.Entries(ada))
		for name, tt := range map[string]struct {
			e    *models.Entry
			to   *models.Member
			role models.Role
			code string
		}{
			"to oneself":               {plain, ada, models.Owner, "same_member"},
			"to somebody who has left": {plain, gone, models.Owner, "erased_member"},
			"to nobody":                {plain, &models.Member{ID: "none"}, models.Owner, "unknown_member"},
			"what was loaded":          {&loaded, bob, models.Owner, "not_movable"},
			"paid with value":          {withValue, bob, models.Owner, "moved_value"},
			"taken back in part":       {parted, bob, models.Owner, "moved_in_part"},
			"of long ago":              {old, bob, models.Owner, "move_too_late"},
			"refused to the other":     {large, bob, models.Owner, "amount_too_large"},
			"by a marketer":            {plain, bob, models.Marketer, "not_allowed"},
			"of another's till":        {plain, bob, models.StaffRole, "reversal_not_yours"},
		} {
			in := moves(tt.e, tt.to, "m-"+string(tt.e.ID))
			in.Role = tt.role
			_, _, err := s.Wallet.Move(t.Context(), in)
			require.Equal(t, tt.code, models.CodeOf(err), name)
		}
		require.Len(t, s.Entries(ada), before)
		require.Empty(t, s.Entries(bob))
		own := moves(plain, bob, "own")
		own.Role, own.Actor.User = models.StaffRole, "u-staff"
		_, _, err = s.Wallet.Move(t.Context(), own)
		require.NoError(t, err)
	})
}

// A purchase that several move at once goes to one of them.
func TestPurchaseMovesOnce(t *testing.T) {
	working(t, apitest.Options{}, func(t *testing.T, s *apitest.Server) {
		wrong := s.Enrol("Ada")
		to := []*models.Member{s.Enrol("Bob"), s.Enrol("Eve")}
		e := s.Earn(wrong, 1000)
		errs := at(6, func(i int) error {
			_, _, err := s.Wallet.Move(t.Context(), moves(e, to[i%2], fmt.Sprintf("m%d", i)))
			return err
		})
		require.Len(t, slices.DeleteFunc(errs, func(err error) bool { return err == nil }), 5)
		require.EqualValues(t, 10, s.Balance(wrong)+s.Balance(to[0])+s.Balance(to[1]))
		require.Empty(t, faults(t, s.Wallet))
	})
}

// Killed between the reversal and the purchase, the next instance books it, once;
// verify does not find it missing before it may be.
func TestMoveSurvivesAKill(t *testing.T) {
	each(t, func(t *testing.T, s *apitest.Server) {
		wrong, right := s.Enrol("Ada"), s.Enrol("Bob")
		back, purchase, err := s.Wallet.Move(t.Context(), moves(s.Earn(wrong, 1000), right, "move"))
		require.NoError(t, err)
		ledger, err := store.Open[models.Entry](t.Context(), s.Stores.DB, entries)
		require.NoError(t, err)
		require.NoError(t, ledger.Delete(t.Context(), string(purchase.ID)))
		require.Empty(t, faults(t, s.Wallet), "it may be on its way")
		aged := func(by time.Duration) {
			_, err = ledger.Update(t.Context(), string(back.ID), func(e *models.Entry) error { e.RecordedAt = e.RecordedAt.Add(by); return nil })
			require.NoError(t, err)
		}
		aged(-2 * time.Minute)
		require.Equal(t, []string{"move_without_purchase"}, faults(t, s.Wallet))
		aged(2 * time.Minute)

		settings, err := s.Stores.Settings.Server(t.Context())
		require.NoError(t, err)
		next := wallet.New(s.Stores, settings, s.URL, s.Wallet.Log)
		next.Pace, next.Apple, next.Google = s.Wallet.Pace, s.Wallet.Apple, s.Wallet.Google
		s.Wallet = next // and what the first had in mind is gone
		s.Work()
		soon(t, "it is swept", func() bool {
			until, err := s.Stores.Heads.Until(context.Background())
			return err == nil && !until.IsZero() && s.Balance(right) == 10
		})
		s.Quiet()
		s.Rest()
		_, again, err := s.Wallet.Move(t.Context(), moves(&models.Entry{ID: back.Ref, Program: "demo"}, right, "move"))
		require.NoError(t, err)
		require.Equal(t, purchase.ID, again.ID)
		require.Len(t, checkBooks(t, s, right), 1)
		require.Empty(t, faults(t, s.Wallet))

		for want, forge := range map[string]func(*models.Entry){
			"unknown_move": func(e *models.Entry) { e.MovedFrom = models.EntryIDOf(e.Account, 9) },
			"wrong_move":   func(e *models.Entry) { e.Purchase.Receipt = "other" },
		} {
			stored, err := ledger.Get(t.Context(), string(again.ID))
			require.NoError(t, err)
			_, err = ledger.Update(t.Context(), string(again.ID), func(e *models.Entry) error { forge(e); return nil })
			require.NoError(t, err)
			require.Equal(t, []string{want}, faults(t, s.Wallet))
			_, err = ledger.Update(t.Context(), string(again.ID), func(e *models.Entry) error {
				e.MovedFrom, e.Purchase = stored.MovedFrom, stored.Purchase
				return nil
			})
			require.NoError(t, err)
		}
	})
}
