package wallet_test

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"regulars/api/apitest"
	"regulars/models"
	"regulars/models/store"
	"regulars/passes"
	"regulars/wallet"
)

// another returns a second instance on the server's database, with workers of
// its own.
func another(t *testing.T, s *apitest.Server) *wallet.Service {
	t.Helper()
	stores, err := store.OpenStores(t.Context(), s.Stores.DB)
	require.NoError(t, err)
	settings, err := stores.Settings.Server(t.Context())
	require.NoError(t, err)
	w := wallet.New(stores, settings, s.URL, slog.New(slog.DiscardHandler))
	w.Pace, w.Apple, w.Google = s.Wallet.Pace, s.Wallet.Apple, s.Wallet.Google
	ctx, cancel := context.WithCancel(context.Background())
	stopped := make(chan error, 1)
	go func() { stopped <- w.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		require.NoError(t, <-stopped)
	})
	return w
}

// Who marks the members for a new version must not begin before the last
// instance knows of it: one that does not issues cards with the old terms behind
// the back of the one that marks, and carries marks out with them.
func TestNewTermsReachCardsOfAnInstanceThatDoesNotKnowThem(t *testing.T) {
	working(t, apitest.Options{}, func(t *testing.T, s *apitest.Server) {
		other := another(t, s)
		before, err := other.Stores.Programs.Current(t.Context(), "demo")
		require.NoError(t, err)
		terms := apitest.Terms()
		terms.Organization = "Harbour Café"
		_, err = s.Wallet.Publish(t.Context(), "demo", terms, before.Version, "u-owner")
		require.NoError(t, err)
		var cards []models.Serial
		for known := before; known.Version == before.Version; {
			m, err := other.Enrol(t.Context(), wallet.Enrolment{Program: "demo", Name: "Ada", Source: "api", Key: apitest.NewKey().Value})
			require.NoError(t, err)
			_, err = other.Download(t.Context(), m.Download)
			require.NoError(t, err)
			cards = append(cards, applePass(t, s, m).Serial)
			time.Sleep(20 * time.Millisecond)
			known, err = other.Stores.Programs.Current(t.Context(), "demo")
			require.NoError(t, err)
		}
		require.NotEmpty(t, cards)
		for _, serial := range cards {
			soon(t, "the new terms on the card", func() bool {
				p, err := s.Stores.Passes.Pass(t.Context(), serial)
				require.NoError(t, err)
				state, err := passes.Decode(p.Content)
				require.NoError(t, err)
				return state.Version == before.Version+1
			})
		}
	})
}

// A mark that is carried out with the old terms is gone; so nobody is marked
// before every instance knows the new ones.
func TestNobodyIsMarkedWhileAnInstanceHasTheOldTerms(t *testing.T) {
	each(t, func(t *testing.T, s *apitest.Server) {
		stores, err := store.OpenStores(t.Context(), s.Stores.DB)
		require.NoError(t, err)
		_, err = stores.Programs.Current(t.Context(), "demo") // which it goes by for a while
		require.NoError(t, err)
		terms := apitest.Terms()
		terms.Organization = "Harbour Café"
		_, err = s.Wallet.Publish(t.Context(), "demo", terms, 1, "u-owner")
		require.NoError(t, err)
		soon(t, "members to be marked", func() bool {
			for p, err := range s.Stores.Programs.Unspread(t.Context()) {
				require.NoError(t, err)
				require.Equal(t, 2, p.Version)
				return true
			}
			return false
		})
		p, err := stores.Programs.Current(t.Context(), "demo")
		require.NoError(t, err)
		require.Equal(t, 2, p.Version)
	})
}
