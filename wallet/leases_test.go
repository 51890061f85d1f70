package wallet_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"regulars/api/apitest"
	"regulars/models"
	"regulars/wallet"
)

// What a killed process had claimed is taken up by the next at once where that
// alone can have the database, and left to its lease where an instance may be
// at it.
func TestClaimsOfAKilledProcessAreFreedAtStart(t *testing.T) {
	pace := wallet.Pace{Lease: time.Hour, Poll: 20 * time.Millisecond, Repush: []time.Duration{300 * time.Millisecond}}
	working(t, apitest.Options{Idle: true, Pace: &pace}, func(t *testing.T, s *apitest.Server) {
		ada, bob := s.Enrol("Ada"), s.Enrol("Bob")
		phone, serial := s.Hold(ada)
		other, otherSerial := s.Hold(bob)
		s.Earn(ada, 700)
		r, err := s.Stores.Refreshes.Of(t.Context(), ada.ID)
		require.NoError(t, err)
		_, ours, err := s.Stores.Refreshes.Claim(t.Context(), r, "killed", s.Stores.Clock.Now().Add(pace.Lease))
		require.NoError(t, err)
		require.True(t, ours)
		s.Earn(bob, 900)
		s.Work()
		s.Shows(other, otherSerial, "9")
		if s.Stores.DB.Exclusive() {
			s.Shows(phone, serial, "7")
			return
		}
		r, err = s.Stores.Refreshes.Of(t.Context(), ada.ID)
		require.NoError(t, err)
		require.Equal(t, "killed", r.Lease)
	})
}

func TestPushThatAKilledProcessHadClaimedIsSentAtStart(t *testing.T) {
	pace := wallet.Pace{Lease: time.Hour, Poll: 20 * time.Millisecond, Repush: []time.Duration{300 * time.Millisecond}}
	working(t, apitest.Options{Idle: true, Pace: &pace}, func(t *testing.T, s *apitest.Server) {
		due := s.Stores.Clock.Now().Add(pace.Lease / 2)
		claim := func(name string, fails int) string {
			m := s.Enrol(name)
			_, err := s.Wallet.Download(t.Context(), m.Download)
			require.NoError(t, err)
			p := applePass(t, s, m)
			token := s.APNs.IssueToken(p.Type)
			_, err = s.Wallet.Register(t.Context(), registering(p, name, token))
			require.NoError(t, err)
			_, err = s.Stores.Passes.UpdateDevice(t.Context(), devices(t, s, m)[0].ID, func(d *models.Device) error {
				d.Counter++
				d.Serials[p.Serial] = d.Counter
				d.PushDue, d.PushFails = &due, fails
				return nil
			})
			require.NoError(t, err)
			return token
		}
		killed, told := claim("killed", 0), claim("told to wait", 2)
		pushes, cancel := s.APNs.Subscribe(killed)
		defer cancel()
		none, cancel := s.APNs.Subscribe(told)
		defer cancel()
		s.Work()
		if s.Stores.DB.Exclusive() {
			select {
			case <-pushes:
			case <-time.After(time.Minute):
				require.Fail(t, "never pushed")
			}
		} else {
			soon(t, "a round of pushes", func() bool { n, err := s.Stores.Refreshes.Count(t.Context(), "demo"); return err == nil && n == 0 })
			require.Empty(t, pushes)
		}
		require.Empty(t, none, "who was told to wait waits")
	})
}
