package wallet_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"regulars/api/apitest"
	"regulars/models"
	"regulars/models/store"
	"regulars/models/store/storetest"
	"regulars/wallet"
)

// clubs publishes the demo program with a membership that locks.
func clubs(t *testing.T, s *apitest.Server) *models.Program {
	t.Helper()
	terms := apitest.Terms()
	terms.Memberships = []models.Membership{
		{ID: "gym", Name: "Gym", Price: 3500, Months: 1, Locks: true, Notice: 3},
		{ID: "gym-year", Name: "Gym, a year", Price: 35000, Months: 12, Prolongs: "gym"},
	}
	p, err := s.Wallet.Publish(t.Context(), "demo", terms, 1, "")
	require.NoError(t, err)
	return p
}

func pay(t *testing.T, s *apitest.Server, m *models.Member, product models.RuleID, key string) *models.Entry {
	t.Helper()
	e, err := s.Wallet.Load(t.Context(), wallet.Loading{Program: m.Program, Member: m.ID, Product: product, Key: key, Actor: wallet.Actor{User: "u-staff"}})
	require.NoError(t, err)
	return e
}

func buys(s *apitest.Server, t *testing.T, m *models.Member, key string) error {
	t.Helper()
	_, err := s.Wallet.Earn(t.Context(), wallet.Sale{Program: m.Program, Member: m.ID, Purchase: models.Purchase{Amount: 500}, Key: key})
	return err
}

// What is paid for opens the card, its end locks it by an entry of its own, and
// the next payment opens it again; the phone follows.
func TestMembershipOpensAndLocksTheCard(t *testing.T) {
	working(t, apitest.Options{}, func(t *testing.T, s *apitest.Server) {
		p := clubs(t, s)
		m := s.Enrol("Ada")
		phone, serial := s.Hold(m)
		require.Equal(t, "membership_needed", models.CodeOf(buys(s, t, m, "early")))
		e := pay(t, s, m, "gym", "month")
		require.Equal(t, e, pay(t, s, m, "gym", "month"), "the same request again")
		until := e.Paid[0].Until
		require.NoError(t, buys(s, t, m, "paid"))
		s.Shows(phone, serial, "5")
		soon(t, "the phone says until when", func() bool { return says(t, s, m, `"day":"`+p.LastDay(until)+`"`) })

		clock(until.Add(time.Second), s)
		soon(t, "the lapse is booked", func() bool { return len(s.Entries(m)) == 3 })
		lapse := s.Entries(m)[2]
		require.Equal(t, models.EntryExpire, lapse.Kind)
		require.Equal(t, []models.Term{{Membership: "gym", Since: e.Paid[0].Since, Until: until}}, lapse.Paid)
		soon(t, "the phone says that it has lapsed", func() bool { return says(t, s, m, `"lapsed":true`) })
		require.Equal(t, "membership_lapsed", models.CodeOf(buys(s, t, m, "late")))
		_, err := s.Wallet.Redeem(t.Context(), coffee(m, "late-too"))
		require.Equal(t, "membership_lapsed", models.CodeOf(err))
		require.NoError(t, buys(s, t, m, "paid"), "what was booked is answered as before")

		pay(t, s, m, "gym-year", "again")
		require.NoError(t, buys(s, t, m, "open"))
		soon(t, "the phone says that it is paid", func() bool { return !says(t, s, m, `"lapsed":true`) })
		require.Len(t, checkBooks(t, s, m), 5)
		require.Empty(t, faults(t, s.Wallet))
	})
}

// says reports whether what a member's card says holds a text.
func says(t *testing.T, s *apitest.Server, m *models.Member, text string) bool {
	t.Helper()
	return strings.Contains(string(applePass(t, s, m).Content), text)
}

// Taking a payment back takes back its term, whichever was booked last.
func TestPaymentTakenBack(t *testing.T) {
	each(t, func(t *testing.T, s *apitest.Server) {
		clubs(t, s)
		m := s.Enrol("Ada")
		month := pay(t, s, m, "gym", "month")
		year := pay(t, s, m, "gym-year", "year")
		back := func(e *models.Entry, key string) *models.Entry {
			r, err := s.Wallet.Reverse(t.Context(), wallet.Reversal{Program: "demo", Entry: e.ID, Reason: "error", Key: key, Role: models.Owner})
			require.NoError(t, err)
			return r
		}
		require.Equal(t, -1, back(month, "a").Paid[0].Months)
		require.NoError(t, buys(s, t, m, "paid"))
		require.Equal(t, -12, back(year, "b").Paid[0].Months)
		require.Equal(t, "membership_needed", models.CodeOf(buys(s, t, m, "unpaid")))
		require.Len(t, checkBooks(t, s, m), 5)
		require.Empty(t, faults(t, s.Wallet))
	})
}

// The member's card is made anew on the morning on which it is time to renew.
func TestMembershipGivesNotice(t *testing.T) {
	working(t, apitest.Options{}, func(t *testing.T, s *apitest.Server) {
		p := clubs(t, s)
		m := s.Enrol("Ada")
		s.Hold(m)
		e := pay(t, s, m, "gym", "month")
		soon(t, "the phone says until when", func() bool { return says(t, s, m, `"day":`) && !says(t, s, m, `"renew":true`) })
		s.Quiet()
		soon(t, "today's work is done", func() bool {
			done, err := s.Stores.Days.Done(t.Context(), "demo")
			require.NoError(t, err)
			return done != ""
		})
		clock(p.DayBegins(models.DayAfter(p.LastDay(e.Paid[0].Until), -2), 0).Add(5*time.Minute), s)
		require.NoError(t, s.Wallet.Daily(t.Context()))
		soon(t, "the phone asks to renew", func() bool { return says(t, s, m, `"renew":true`) })
	})
}

// A term that was forged is found.
func TestForgedTermIsFound(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s := apitest.Start(t, db, apitest.Options{Idle: true})
		clubs(t, s)
		m := s.Enrol("Ada")
		e := pay(t, s, m, "gym", "month")
		require.Empty(t, faults(t, s.Wallet))
		ledger, err := store.Open[models.Entry](t.Context(), db, entries)
		require.NoError(t, err)
		_, err = ledger.Update(t.Context(), string(e.ID), func(e *models.Entry) error {
			e.Paid[0].Months = 2
			e.State.Paid[0].Until = e.State.Paid[0].Until.AddDate(0, 1, 0)
			return nil
		})
		require.NoError(t, err)
		require.Equal(t, []string{"wrong_paid", "wrong_state"}, faults(t, s.Wallet))
	})
}
