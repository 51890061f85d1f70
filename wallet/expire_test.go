package wallet_test

import (
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"regulars/api/apitest"
	"regulars/models"
	"regulars/models/store"
	"regulars/wallet"
)

// Points whose time is over leave the balance by themselves, once, and the
// phone shows it. Those of the day before yesterday ended with yesterday.
func TestPointsEnd(t *testing.T) {
	working(t, apitest.Options{}, func(t *testing.T, s *apitest.Server) {
		terms := apitest.Terms()
		zone := (&models.Program{Terms: terms}).Zone()
		noon := time.Now().In(zone)
		noon = time.Date(noon.Year(), noon.Month(), noon.Day(), 12, 0, 0, 0, zone)
		terms.Expiries = []models.Expiry{{Unit: models.Points, Date: noon.AddDate(0, 0, -1).Format("01-02")}}
		_, err := s.Wallet.Publish(t.Context(), "demo", terms, 1, "")
		require.NoError(t, err)
		m := s.Enrol("Ada")
		phone, serial := s.Hold(m)
		s.Earn(m, 300)
		s.Shows(phone, serial, "3")
		_, err = s.Wallet.Earn(t.Context(), wallet.Sale{
			Program: "demo", Member: m.ID, Purchase: models.Purchase{Amount: 700}, At: noon.AddDate(0, 0, -2), Key: "late",
		})
		require.NoError(t, err)
		soon(t, "the seven have ended", func() bool { return len(s.Entries(m)) == 3 })
		s.Shows(phone, serial, "3")
		s.Quiet()
		ended := s.Entries(m)[2]
		require.Equal(t, models.EntryExpire, ended.Kind)
		require.EqualValues(t, -7, ended.Amount(models.Points))
		require.Len(t, checkBooks(t, s, m), 3)
		next := headOf(t, s, m.ID).Ends
		require.NotNil(t, next)
		require.True(t, next.After(noon.AddDate(0, 6, 0)), "the three are good for a year")
	})
}

// Points that were booked after others had ended that end at the same moment
// end too: each time is an entry of its own.
func TestPointsEndThatCameLate(t *testing.T) {
	working(t, apitest.Options{}, func(t *testing.T, s *apitest.Server) {
		terms := apitest.Terms()
		noon := time.Now().In((&models.Program{Terms: terms}).Zone())
		noon = time.Date(noon.Year(), noon.Month(), noon.Day(), 12, 0, 0, 0, noon.Location())
		terms.Expiries = []models.Expiry{{Unit: models.Points, Date: noon.AddDate(0, 0, -1).Format("01-02")}}
		_, err := s.Wallet.Publish(t.Context(), "demo", terms, 1, "")
		require.NoError(t, err)
		m := s.Enrol("Ada")
		for i := range 3 {
			_, err = s.Wallet.Earn(t.Context(), wallet.Sale{
				Program: "demo", Member: m.ID, Purchase: models.Purchase{Amount: 700}, At: noon.AddDate(0, 0, -2), Key: "late" + strconv.Itoa(i),
			})
			require.NoError(t, err)
			soon(t, "the points have ended", func() bool { return len(s.Entries(m)) == 2*i+2 })
		}
		soon(t, "nothing is left to end", func() bool { return headOf(t, s, m.ID).Ends == nil })
		require.Len(t, checkBooks(t, s, m), 6)
	})
}

// A tier that has ended leaves the card by itself, once, by an entry with its
// date; what was bought later still holds the one below.
func TestTiersEnd(t *testing.T) {
	working(t, apitest.Options{}, func(t *testing.T, s *apitest.Server) {
		terms := apitest.Terms()
		terms.TierOver = models.TierOver{Months: 1}
		_, err := s.Wallet.Publish(t.Context(), "demo", terms, 1, "")
		require.NoError(t, err)
		now := time.Now().In((&models.Program{Terms: terms}).Zone())
		first := func(month int) string {
			return time.Date(now.Year(), now.Month()+time.Month(month), 1, 0, 0, 0, 0, time.UTC).Format("20060102")
		}
		in := purchases("7 " + first(-2) + " 1 300.00\n7 " + first(0) + " 1 150.00\n")
		in.Program = "demo"
		_, bad := bring(t, s.Wallet, in)
		require.Empty(t, bad)
		m, err := s.Stores.Members.ByContact(t.Context(), "demo", store.ByCustomer, "7")
		require.NoError(t, err)
		soon(t, "gold has ended", func() bool { return len(s.Entries(&m)) == 3 })
		ended := s.Entries(&m)[2]
		require.Equal(t, models.EntryExpire, ended.Kind)
		require.Empty(t, ended.Deltas)
		require.Equal(t, "Silver", ended.State.Tier)
		until := time.Date(now.Year(), now.Month()+2, 1, 0, 0, 0, 0, now.Location())
		require.True(t, until.Equal(*ended.State.TierUntil))
		soon(t, "nothing ends now", func() bool {
			ends := headOf(t, s, m.ID).Ends
			return ends != nil && until.Equal(*ends)
		})
		require.Len(t, checkBooks(t, s, &m), 3)
		require.Empty(t, faults(t, s.Wallet))
	})
}
