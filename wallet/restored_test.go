package wallet_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"regulars/api/apitest"
	"regulars/models"
)

// After a backup was put back, phones show what we say and not what they saw
// since, though they hold the later version by its date and by its number.
func TestRestoredBackupReachesThePhones(t *testing.T) {
	working(t, apitest.Options{}, func(t *testing.T, s *apitest.Server) {
		m := s.Enrol("Ada")
		phone, serial := s.Hold(m)
		object := save(t, s, m)
		s.Earn(m, 500)
		s.Shows(phone, serial, "5")
		soon(t, "Google has it", func() bool { return googleBalance(s, object) == 5 })
		s.Quiet()
		backup, err := s.Stores.Passes.All(t.Context(), m.ID)
		require.NoError(t, err)
		device := devices(t, s, m)[0]

		s.Earn(m, 500)
		s.Shows(phone, serial, "10")
		soon(t, "Google has the next", func() bool { return googleBalance(s, object) == 10 })
		s.Quiet()
		s.Rest()
		lost := applePass(t, s, m).ChangedAt
		for _, p := range backup {
			_, err := s.Stores.Passes.Update(t.Context(), p.Serial, func(now *models.Pass) error {
				p.Rev = now.Rev
				*now = p
				return nil
			})
			require.NoError(t, err)
		}
		_, err = s.Stores.Passes.UpdateDevice(t.Context(), device.ID, func(now *models.Device) error {
			device.Rev = now.Rev
			*now = device
			return nil
		})
		require.NoError(t, err)

		time.Sleep(time.Until(lost.Add(time.Second))) // changes in one second are dated ahead
		epoch := s.Wallet.Epoch
		_, err = s.Wallet.Restored(t.Context()) // cut off, say; and this process has signed the next version with other content
		require.NoError(t, err)
		due, err := s.Wallet.Restored(t.Context())
		require.NoError(t, err)
		require.Equal(t, 1, due.Devices)
		require.Equal(t, 1, due.Objects)
		require.Equal(t, epoch+2, s.Wallet.Epoch)
		s.Work()
		s.Shows(phone, serial, "5")
		soon(t, "Google shows what we say", func() bool { return googleBalance(s, object) == 5 })
		soon(t, "nothing is due any more", func() bool {
			p, err := s.Stores.Passes.Of(t.Context(), m.ID, models.Google)
			return err == nil && p.PutDue == nil && devices(t, s, m)[0].PushDue == nil
		})
	})
}
