package wallet_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"regulars/api/apitest"
	"regulars/models"
	"regulars/models/store"
	"regulars/passes/apple"
	"regulars/wallet"
	"regulars/wallet/wallettest"
)

// given makes a voucher for a coffee; for whoever brings it when m is nil.
func given(t *testing.T, s *apitest.Server, m *models.Member, key string, until time.Time) models.Voucher {
	t.Helper()
	i := wallet.Issue{Program: "demo", Reward: "coffee", Key: key, Until: until}
	if m != nil {
		i.Member = m.ID
	}
	all, err := s.Wallet.IssueVouchers(t.Context(), i)
	require.NoError(t, err)
	return all[0]
}

// inPhone puts a voucher into a phone.
func inPhone(t *testing.T, s *apitest.Server, p *wallettest.Phone, v models.Voucher) string {
	t.Helper()
	card, err := p.Add(t.Context(), s.Wallet.VoucherURL(&v))
	require.NoError(t, err)
	require.False(t, card.Voided)
	require.Equal(t, string(v.Code), card.Barcodes[0].Message)
	require.NotNil(t, card.Coupon)
	return card.Serial
}

// becomes waits until the phone shows a coupon in that way.
func becomes(t *testing.T, p *wallettest.Phone, serial, what string, right func(*wallettest.Card) bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	err := p.Wait(ctx, func(p *wallettest.Phone) bool {
		card, ok := p.Card(serial)
		return ok && right(card)
	})
	card, _ := p.Card(serial)
	require.NoError(t, err, "%s, but the phone shows\n%s\n%s", what, card.Text(), p.Complaints())
}

func isVoid(c *wallettest.Card) bool { return c.Voided && len(c.Barcodes) == 0 }
func isGood(c *wallettest.Card) bool { return !c.Voided && len(c.Barcodes) > 0 }

func using(m *models.Member, v models.Voucher, key string) wallet.Redemption {
	return wallet.Redemption{Program: "demo", Member: m.ID, Voucher: v.Code, Key: key, Actor: wallet.Actor{User: "u-staff"}}
}

// What is used at the till is void on the phone a moment later, and good again when
// that is taken back; other vouchers stay as they are.
func TestVoucherThatIsUsedIsVoidOnThePhone(t *testing.T) {
	working(t, apitest.Options{}, func(t *testing.T, s *apitest.Server) {
		m := s.Enrol("Ada")
		phone := s.Phone("Ada's")
		his, anybodys, other := given(t, s, m, "a", time.Time{}), given(t, s, nil, "b", time.Time{}), given(t, s, m, "c", time.Time{})
		serials := map[string]string{}
		for name, v := range map[string]models.Voucher{"his": his, "anybody's": anybodys, "other": other} {
			serials[name] = inPhone(t, s, phone, v)
		}
		e, err := s.Wallet.Redeem(t.Context(), using(m, his, "1"))
		require.NoError(t, err)
		becomes(t, phone, serials["his"], "used", isVoid)
		_, err = s.Wallet.Redeem(t.Context(), using(m, anybodys, "2"))
		require.NoError(t, err)
		becomes(t, phone, serials["anybody's"], "used", isVoid)
		soon(t, "a word on the lock screen", func() bool { return strings.Contains(fmt.Sprint(phone.Notices()), "This voucher was used: Coffee.") })

		_, err = s.Wallet.Reverse(t.Context(), wallet.Reversal{Program: "demo", Entry: e.ID, Reason: "no milk", Key: "back", Role: models.Owner})
		require.NoError(t, err)
		becomes(t, phone, serials["his"], "given back", isGood)
		s.Quiet()
		card, _ := phone.Card(serials["other"])
		require.True(t, isGood(card))
		require.Empty(t, phone.Complaints())
		require.Empty(t, faults(t, s.Wallet))
	})
}

// What is cancelled, one or all of a batch, and what is of somebody who was erased is
// void on the phone.
func TestVoucherThatIsCancelledIsVoidOnThePhone(t *testing.T) {
	working(t, apitest.Options{}, func(t *testing.T, s *apitest.Server) {
		m := s.Enrol("Ada")
		phone := s.Phone("Ada's")
		one, erased := given(t, s, m, "a", time.Time{}), given(t, s, m, "b", time.Time{})
		batch, err := s.Wallet.IssueVouchers(t.Context(), wallet.Issue{Program: "demo", Reward: "coffee", Count: 3, Key: "batch"})
		require.NoError(t, err)
		serials := []string{inPhone(t, s, phone, one), inPhone(t, s, phone, batch[1]), inPhone(t, s, phone, erased)}
		_, err = s.Wallet.CancelVoucher(t.Context(), "demo", one.Code, "a mistake", wallet.Actor{User: "u-owner"})
		require.NoError(t, err)
		becomes(t, phone, serials[0], "cancelled", isVoid)
		_, err = s.Wallet.CancelBatch(t.Context(), "demo", batch[0].Batch, "a leak", wallet.Actor{User: "u-owner"})
		require.NoError(t, err)
		becomes(t, phone, serials[1], "cancelled", isVoid)
		require.NoError(t, s.Wallet.Erase(t.Context(), "demo", m.ID))
		becomes(t, phone, serials[2], "erased", isVoid)
		card, _ := phone.Card(serials[2])
		require.NotContains(t, card.Text(), string(erased.Code[:4]))
		require.Equal(t, http.StatusNotFound, s.Do("GET", strings.TrimPrefix(s.Wallet.VoucherURL(&erased), s.URL), nil).Status)
		s.Quiet()
		require.Empty(t, phone.Complaints())
	})
}

// The day after its last one a voucher is void, although nobody touched it.
func TestVoucherWhoseTimeIsOverIsVoid(t *testing.T) {
	each(t, func(t *testing.T, s *apitest.Server) {
		p, err := s.Stores.Programs.Current(t.Context(), "demo")
		require.NoError(t, err)
		today := p.Day(s.Stores.Clock.Now())
		v := given(t, s, nil, "a", p.DayBegins(today, 3))
		_, err = s.Wallet.DownloadVoucher(t.Context(), tokenOf(s, v))
		require.NoError(t, err)
		clock(p.DayBegins(today, 3).Add(time.Hour), s)
		daily(t, s)
		s.Work()
		soon(t, "void", func() bool {
			pass, err := s.Stores.Passes.Of(t.Context(), v.Holder(), models.Apple)
			return err == nil && strings.Contains(string(pass.Content), `"over":"expired"`)
		})
	})
}

func tokenOf(s *apitest.Server, v models.Voucher) string {
	return strings.TrimSuffix(strings.TrimPrefix(s.Wallet.VoucherURL(&v), s.URL+"/p/"), ".pkpass")
}

// Cut off between the entry and what became of the voucher, the phone hears of it
// all the same; and whoever announced a change that never came made no harm.
func TestUseThatWasCutOffReachesThePhone(t *testing.T) {
	working(t, apitest.Options{}, func(t *testing.T, s *apitest.Server) {
		m := s.Enrol("Ada")
		phone := s.Phone("Ada's")
		used, not := given(t, s, nil, "a", time.Time{}), given(t, s, nil, "b", time.Time{})
		serials := []string{inPhone(t, s, phone, used), inPhone(t, s, phone, not)}
		long := s.Stores.Clock.Now().Add(-store.Stale)
		for key, v := range map[string]models.Voucher{"booked": used, "not booked": not} {
			_, err := s.Stores.Vouchers.Hold(t.Context(), "demo", v.Code, m, store.Hold{Account: m.Account, Key: key, At: long})
			require.NoError(t, err)
		}
		_, err := s.Wallet.Adjust(t.Context(), wallet.Adjustment{ // what it is, is not looked at
			Program: "demo", Member: m.ID, Delta: models.Delta{Unit: models.Points, Amount: 5}, Reason: "x", Key: "booked",
		})
		require.NoError(t, err)
		becomes(t, phone, serials[0], "used", isVoid)
		s.Quiet()
		card, _ := phone.Card(serials[1])
		require.True(t, isGood(card))
	})
}

// However a voucher is used and put into a phone at the same moment, the phone is
// not left with one that looks good.
func TestVoucherUsedWhileItIsPutIntoAPhone(t *testing.T) {
	working(t, apitest.Options{}, func(t *testing.T, s *apitest.Server) {
		m := s.Enrol("Ada")
		for i := range 12 {
			v := given(t, s, nil, fmt.Sprint("v", i), time.Time{})
			at(2, func(who int) error {
				if who == 0 {
					_, err := s.Wallet.Redeem(context.Background(), using(m, v, fmt.Sprint("k", i)))
					return err
				}
				time.Sleep(time.Duration(i) * time.Millisecond)
				_, err := s.Wallet.DownloadVoucher(context.Background(), tokenOf(s, v))
				return err
			})
			soon(t, "void, or never made", func() bool {
				pass, err := s.Stores.Passes.Of(t.Context(), v.Holder(), models.Apple)
				return models.KindOf(err) == models.NotFound || strings.Contains(string(pass.Content), `"over":"used"`)
			})
		}
	})
}

// A new look of the program is carried to coupons too.
func TestCouponHasTheLookOfTheProgram(t *testing.T) {
	working(t, apitest.Options{}, func(t *testing.T, s *apitest.Server) {
		phone := s.Phone("Ada's")
		serial := inPhone(t, s, phone, given(t, s, nil, "a", time.Time{}))
		terms := apitest.Terms()
		terms.Organization = "The New Café"
		_, err := s.Wallet.Publish(t.Context(), "demo", terms, 1, "")
		require.NoError(t, err)
		becomes(t, phone, serial, "the new look", func(c *wallettest.Card) bool { return c.Organization == "The New Café" && isGood(c) })
	})
}

// A link leads to its voucher alone, says nothing of it, and makes no pass of what
// is worthless; looking makes none either.
func TestLinkOfAVoucher(t *testing.T) {
	each(t, func(t *testing.T, s *apitest.Server) {
		m := s.Enrol("Ada")
		v, used := given(t, s, nil, "a", time.Time{}), given(t, s, m, "b", time.Time{})
		path := strings.TrimPrefix(s.Wallet.VoucherURL(&v), s.URL)
		require.NotContains(t, path, string(v.Code))
		require.NotContains(t, path, "demo")
		require.Equal(t, s.Wallet.VoucherURL(&v), s.Wallet.VoucherURL(&v))
		require.Equal(t, 200, s.Do("HEAD", path, nil).Status)
		_, err := s.Stores.Passes.Of(t.Context(), v.Holder(), models.Apple)
		require.Equal(t, models.NotFound, models.KindOf(err))

		got := s.Do("GET", path, nil)
		require.Equal(t, 200, got.Status)
		require.Equal(t, apple.ContentType, got.Header.Get("Content-Type"))
		first, err := s.Stores.Passes.Of(t.Context(), v.Holder(), models.Apple)
		require.NoError(t, err)
		require.Equal(t, 200, s.Do("GET", path, nil).Status)
		again, err := s.Stores.Passes.Of(t.Context(), v.Holder(), models.Apple)
		require.NoError(t, err)
		require.Equal(t, first.Serial, again.Serial, "one pass, however often it is downloaded")

		for i := range len(path) - len("/p/.pkpass") {
			wrong := []byte(path)
			wrong[len("/p/")+i] ^= 1
			if wrong[len("/p/")+i] != '/' && wrong[len("/p/")+i] != '?' && wrong[len("/p/")+i] != '#' {
				require.Equal(t, 404, s.Do("GET", string(wrong), nil).Status, "%s", wrong)
			}
		}
		_, err = s.Wallet.Redeem(t.Context(), using(m, used, "k"))
		require.NoError(t, err)
		late := s.Do("GET", strings.TrimPrefix(s.Wallet.VoucherURL(&used), s.URL), nil)
		require.Equal(t, 404, late.Status)
		_, err = s.Stores.Passes.Of(t.Context(), used.Holder(), models.Apple)
		require.Equal(t, models.NotFound, models.KindOf(err))
	})
}

// The card and the vouchers come in one file of at most ten passes, those that end
// first.
func TestCardAndVouchersInOneFile(t *testing.T) {
	each(t, func(t *testing.T, s *apitest.Server) {
		m := s.Enrol("Ada")
		path := strings.TrimPrefix(s.Wallet.AllURL(m), s.URL)
		open := func() apple.Verdict {
			got := s.Do("GET", path, nil)
			require.Equal(t, 200, got.Status, string(got.Body))
			require.Equal(t, apple.SeveralType, got.Header.Get("Content-Type"))
			return apple.Judge(got.Body, nil, time.Now())
		}
		require.Equal(t, 200, s.Do("HEAD", path, nil).Status)
		require.Len(t, open().Passes, 1)
		for i := range 11 {
			given(t, s, m, fmt.Sprint("v", i), s.Stores.Clock.Now().AddDate(0, 0, 20-i))
		}
		verdict := open()
		require.Len(t, verdict.Passes, apple.MaxPasses)
		require.Empty(t, verdict.All())
		for i, p := range verdict.Passes {
			want := "coupon"
			if i == 0 {
				want = "storeCard"
			}
			require.Equal(t, want, p.Summary.Style)
		}
		require.Equal(t, verdict.Passes[3].Summary.Serial, open().Passes[3].Summary.Serial)
		require.Equal(t, 404, s.Do("GET", "/p/nobody.pkpasses", nil).Status)
	})
}
