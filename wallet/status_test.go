package wallet_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"regulars/api/apitest"
	"regulars/models"
	"regulars/wallet"
)

// A refresh that fails leaves a pass that says the old, of which we knew
// nothing but that a phone has it.
func TestStatusTellsOfARefreshThatFails(t *testing.T) {
	each(t, func(t *testing.T, s *apitest.Server) {
		m := s.Enrol("Ada")
		s.Hold(m)
		status := func() wallet.PassStatus {
			all, err := s.Wallet.Status(t.Context(), m.ID)
			require.NoError(t, err)
			require.Len(t, all, 1)
			return all[0]
		}
		reached := status()
		require.Equal(t, wallet.Delivered, reached.Stage)
		require.Empty(t, reached.Trouble)

		now := s.Stores.Clock.Now()
		r, err := s.Stores.Refreshes.Of(t.Context(), m.ID)
		require.NoError(t, err)
		claimed, ours, err := s.Stores.Refreshes.Claim(t.Context(), r, "me", now.Add(time.Minute))
		require.NoError(t, err)
		require.True(t, ours)
		require.NoError(t, s.Stores.Refreshes.Postpone(t.Context(), claimed, now, time.Minute, "certificate_expired"))
		failed := status()
		require.Equal(t, wallet.Queued, failed.Stage)
		require.Equal(t, "certificate_expired", failed.Trouble)
		require.True(t, reached.At.Equal(failed.Since), "the phone has had nothing since")

		// A pass that no phone holds has nothing to miss.
		n := s.Enrol("Bo")
		_, err = s.Wallet.Download(t.Context(), n.Download)
		require.NoError(t, err)
		pass, err := s.Stores.Passes.Of(t.Context(), n.ID, models.Apple)
		require.NoError(t, err)
		require.NotEmpty(t, pass.Serial)
		unheld, err := s.Wallet.Status(t.Context(), n.ID)
		require.NoError(t, err)
		require.Equal(t, wallet.Offered, unheld[0].Stage)
	})
}
