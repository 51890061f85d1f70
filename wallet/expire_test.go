package wallet_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"regulars/api/apitest"
	"regulars/models"
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
