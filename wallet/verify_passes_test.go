package wallet_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"regulars/api/apitest"
	"regulars/models"
	"regulars/models/store"
	"regulars/models/store/storetest"
	"regulars/passes"
)

// Each promise between passes, members and vouchers, broken by hand, is found; and
// while a refresh waits that will keep it, it is no fault.
func TestVerifyFindsPassesThatAreNotOfTheirHolders(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s := apitest.Start(t, db, apitest.Options{Idle: true})
		rewards(t, s, models.Reward{ID: "coffee"})
		m := guests(t, s, 1, 50)[0]
		v := given(t, s, m, "batch", time.Time{})
		_, err := s.Wallet.Download(t.Context(), m.Download)
		require.NoError(t, err)
		card, err := s.Stores.Passes.Of(t.Context(), m.ID, models.Apple)
		require.NoError(t, err)
		_, err = s.Stores.Vouchers.PutInWallet(t.Context(), v.ID, time.Now())
		require.NoError(t, err)
		coupon := models.Pass{Serial: "coupon", Member: v.Holder(), Program: "demo", Platform: models.Apple, Content: passes.Coupon{Program: "demo", Code: v.Code}.Encode()}
		_, err = s.Stores.Passes.Insert(t.Context(), &coupon)
		require.NoError(t, err)
		for _, holder := range []models.MemberID{m.ID, v.Holder()} {
			if r, err := s.Stores.Refreshes.Of(t.Context(), holder); err == nil {
				require.NoError(t, s.Stores.Refreshes.Done(t.Context(), r, 1<<40, time.Now().Add(time.Hour)))
			}
		}
		require.Empty(t, faults(t, s.Wallet))

		for want, forge := range map[string]func(card, coupon *models.Pass){
			"pass_of_nobody":   func(card, _ *models.Pass) { card.Member = "nobody" },
			"pass_unreadable":  func(_, coupon *models.Pass) { coupon.Content = []byte("{") },
			"pass_of_another":  func(card, _ *models.Pass) { card.Content = passes.State{Card: "70000000000000000011"}.Encode() },
			"pass_voided":      func(card, _ *models.Pass) { card.Content = passes.State{Voided: true}.Encode() },
			"beside_twice":     func(card, _ *models.Pass) { card.Beside = []models.Beside{{Voucher: v.ID}, {Voucher: v.ID}} },
			"beside_not_ended": func(card, _ *models.Pass) { card.Beside = []models.Beside{{Voucher: used(t, s, m)}} },
		} {
			forged, forgedCoupon := card, coupon
			forge(&forged, &forgedCoupon)
			put := func(as *models.Pass) {
				_, err := s.Stores.Passes.Update(t.Context(), as.Serial, func(p *models.Pass) error {
					p.Member, p.Content, p.Beside = as.Member, as.Content, as.Beside
					return nil
				})
				require.NoError(t, err)
			}
			put(&forged)
			put(&forgedCoupon)
			if r, err := s.Stores.Refreshes.Of(t.Context(), m.ID); err == nil {
				require.NoError(t, s.Stores.Refreshes.Done(t.Context(), r, 1<<40, time.Now().Add(time.Hour)))
			}
			require.Equal(t, []string{want}, faults(t, s.Wallet), want)
			put(&card)
			put(&coupon)
			require.Empty(t, faults(t, s.Wallet), want)
		}

		_, err = s.Stores.Vouchers.Update(t.Context(), "demo", v.Code, func(v *models.Voucher) error { at := time.Now(); v.CancelledAt = &at; return nil })
		require.NoError(t, err)
		require.Equal(t, []string{"pass_not_voided"}, faults(t, s.Wallet))
		require.NoError(t, s.Stores.Refreshes.Mark(t.Context(), &models.Member{ID: v.Holder(), Program: "demo"}, models.PriorityTill, time.Now()))
		require.Empty(t, faults(t, s.Wallet), "the phone is about to be told")
	})
}

// used is the id of a voucher of the member's that was cancelled.
func used(t *testing.T, s *apitest.Server, m *models.Member) string {
	t.Helper()
	v := given(t, s, m, "used", time.Time{})
	_, err := s.Stores.Vouchers.Update(t.Context(), "demo", v.Code, func(v *models.Voucher) error { at := time.Now(); v.CancelledAt = &at; return nil })
	require.NoError(t, err)
	return v.ID
}
