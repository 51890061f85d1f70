package wallet_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"regulars/api/apitest"
	"regulars/models"
	"regulars/models/store"
	"regulars/models/store/storetest"
	"regulars/wallet"
)

// offers publishes the demo program with offers, each of a coffee.
func offers(t *testing.T, s *apitest.Server, all ...models.VoucherOffer) *models.Program {
	t.Helper()
	terms := apitest.Terms()
	for i := range all {
		all[i].ID, all[i].Name, all[i].Reward = models.RuleID(all[i].On), "Offer: "+string(all[i].On), "coffee"
	}
	terms.Offers = all
	p, err := s.Wallet.Publish(t.Context(), "demo", terms, 1, "")
	require.NoError(t, err)
	return p
}

// vouchersOf are the vouchers that a member may use.
func vouchersOf(t *testing.T, s *apitest.Server, m *models.Member) []models.Voucher {
	t.Helper()
	all, err := s.Wallet.MemberVouchers(t.Context(), fresh(t, s, m))
	require.NoError(t, err)
	return all
}

// Whoever joins has the voucher with the card, however often the request comes,
// and it is used once.
func TestWelcomeVoucher(t *testing.T) {
	each(t, func(t *testing.T, s *apitest.Server) {
		p := offers(t, s, models.VoucherOffer{On: models.OnSignUp, Days: 14})
		e := somebody("Ada", "", "ada")
		var m *models.Member
		for range 3 {
			var err error
			m, err = s.Wallet.Enrol(t.Context(), e)
			require.NoError(t, err)
		}
		all := vouchersOf(t, s, m)
		require.Len(t, all, 1)
		v := all[0]
		require.Equal(t, models.RuleID("sign_up"), v.Offer)
		require.Equal(t, "Offer: sign_up", v.Reason)
		require.Equal(t, models.DayAfter(p.Day(m.JoinedAt), 13), p.LastDay(*v.Until))
		_, err := s.Wallet.Redeem(t.Context(), wallet.Redemption{Program: "demo", Member: m.ID, Voucher: v.Code, Key: "k"})
		require.NoError(t, err)
		_, err = s.Wallet.Enrol(t.Context(), e)
		require.NoError(t, err)
		require.Empty(t, vouchersOf(t, s, m))
		require.Empty(t, faults(t, s.Wallet))
	})
}

// Who was enrolled by an instance that was cut off before the voucher has it from
// the daily work; who is imported has none.
func TestWelcomeVoucherIsCompleted(t *testing.T) {
	each(t, func(t *testing.T, s *apitest.Server) {
		m, err := s.Wallet.Enrol(t.Context(), somebody("Ada", "", "ada"))
		require.NoError(t, err)
		_, err = s.Stores.Members.Update(t.Context(), m.ID, func(m *models.Member) error {
			m.Welcome = &m.JoinedAt
			return nil
		})
		require.NoError(t, err)
		offers(t, s, models.VoucherOffer{On: models.OnSignUp})
		in := members("customer,name,balance\n1,Imported,40\n")
		in.Program = "demo"
		_, bad := bring(t, s.Wallet, in)
		require.Empty(t, bad)
		s.Stores.Clock.Move(2 * time.Minute)
		require.NoError(t, s.Wallet.Daily(t.Context()))
		require.Len(t, vouchersOf(t, s, m), 1)
		m, err = s.Wallet.Enrol(t.Context(), somebody("Ada", "", "ada"))
		require.NoError(t, err)
		require.Len(t, vouchersOf(t, s, m), 1)
		other, err := s.Stores.Members.ByContact(t.Context(), "demo", store.ByCustomer, "1")
		require.NoError(t, err)
		require.Empty(t, vouchersOf(t, s, &other))
	})
}

// Two instances, days that were missed and a repeat of the day: one voucher a
// year.
func TestBirthdayVoucher(t *testing.T) {
	two(t, func(t *testing.T, a, b *apitest.Server) {
		offers(t, a, models.VoucherOffer{On: models.OnBirthday, Days: 30})
		p := inForce(t, a, b)
		clock(p.DayBegins("2031-02-10", 0).Add(time.Hour), a, b)
		daily(t, a, b)
		m := born(t, a, "02-12")
		clock(p.DayBegins("2031-02-14", 0).Add(time.Hour), a, b)
		for range 2 {
			daily(t, a, b)
		}
		all := vouchersOf(t, a, m)
		require.Len(t, all, 1)
		require.Equal(t, "birthday/2031", all[0].Occasion)
		require.Equal(t, "2031-03-13", p.LastDay(*all[0].Until))
		clock(p.DayBegins("2032-02-12", 0).Add(time.Hour), a, b)
		daily(t, a, b)
		require.Len(t, vouchersOf(t, b, m), 1, "the first has ended")
		require.Empty(t, faults(t, a.Wallet))
	})
}

// Who has not come for the days that the offer says is asked back, once for each
// absence; who came is not.
func TestVoucherForThoseWhoStayAway(t *testing.T) {
	two(t, func(t *testing.T, a, b *apitest.Server) {
		offers(t, a, models.VoucherOffer{On: models.OnAway, Away: 60, Days: 90})
		p := inForce(t, a, b)
		visit := func(m *models.Member, day string) {
			clock(p.DayBegins(day, 0).Add(9*time.Hour), a, b)
			at := a.Earn(m, 500).At
			_, err := a.Stores.Members.Update(t.Context(), m.ID, func(m *models.Member) error {
				m.Head.LastVisitAt = &at // as the workers, which rest here, would
				return nil
			})
			require.NoError(t, err)
		}
		day := func(day string) {
			clock(p.DayBegins(day, 0).Add(time.Hour), a, b)
			daily(t, a, b)
			daily(t, b) // again
		}
		day("2031-01-09")
		away, loyal := a.Enrol("Away"), a.Enrol("Loyal")
		visit(away, "2031-01-10")
		visit(loyal, "2031-01-10")
		visit(loyal, "2031-02-20")
		day("2031-02-25")
		day("2031-03-10")
		require.Empty(t, vouchersOf(t, a, away))
		day("2031-03-12") // the 11th was missed
		require.Len(t, vouchersOf(t, a, away), 1)
		require.Equal(t, "away/2031-01-10", vouchersOf(t, a, away)[0].Occasion)
		require.Empty(t, vouchersOf(t, a, loyal))
		day("2031-04-05")
		visit(away, "2031-04-05")
		day("2031-05-04")
		day("2031-06-04")
		require.Len(t, vouchersOf(t, a, away), 2, "another absence")
		require.Len(t, vouchersOf(t, a, loyal), 1)
		require.Empty(t, faults(t, a.Wallet))
	})
}

// A level that is reached gives its voucher once, and the phone shows it until it
// is used.
func TestVoucherForALevel(t *testing.T) {
	working(t, apitest.Options{}, func(t *testing.T, s *apitest.Server) {
		offers(t, s, models.VoucherOffer{On: models.OnTier, Tier: "Silver", Days: 30})
		m := s.Enrol("Ada")
		s.Hold(m)
		e := s.Earn(m, 60000)
		require.True(t, e.Raised)
		soon(t, "the voucher is there", func() bool { return len(vouchersOf(t, s, m)) == 1 })
		soon(t, "the phone shows it", func() bool { return says(t, s, m, `"vouchers":[{"name":"Coffee"`) })
		v := vouchersOf(t, s, m)[0]
		used, err := s.Wallet.Redeem(t.Context(), wallet.Redemption{Program: "demo", Member: m.ID, Voucher: v.Code, Key: "k"})
		require.NoError(t, err)
		soon(t, "the phone shows it no more", func() bool { return !says(t, s, m, `"vouchers":`) })
		_, err = s.Wallet.Reverse(t.Context(), wallet.Reversal{Program: "demo", Entry: used.ID, Reason: "error", Key: "r", Role: models.Owner})
		require.NoError(t, err)
		soon(t, "the phone shows it again", func() bool { return says(t, s, m, `"vouchers":`) })
		_, err = s.Wallet.CancelVoucher(t.Context(), "demo", v.Code, "an error", wallet.Actor{})
		require.NoError(t, err)
		soon(t, "the phone shows it no more", func() bool { return !says(t, s, m, `"vouchers":`) })
		_, err = s.Wallet.Reverse(t.Context(), wallet.Reversal{Program: "demo", Entry: e.ID, Reason: "error", Key: "r2", Role: models.Owner})
		require.NoError(t, err)
		require.True(t, s.Earn(m, 60000).Raised)
		s.Quiet()
		require.Empty(t, vouchersOf(t, s, m), "it was given")
		require.Empty(t, faults(t, s.Wallet))
	})
}

// A voucher that claims to be of an offer and is not is found.
func TestForgedOfferIsFound(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s := apitest.Start(t, db, apitest.Options{Idle: true})
		offers(t, s, models.VoucherOffer{On: models.OnSignUp})
		m := s.Enrol("Ada")
		v := vouchersOf(t, s, m)[0]
		require.Empty(t, faults(t, s.Wallet))
		v.Code, v.Occasion = "8000000000000001", "sign_up again"
		require.NoError(t, s.Stores.Vouchers.Insert(t.Context(), []models.Voucher{v}))
		require.Equal(t, []string{"unknown_occasion"}, faults(t, s.Wallet))
	})
}
