package wallet_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"regulars/api/apitest"
	"regulars/models"
	"regulars/passes"
	"regulars/wallet"
)

// Terms that were sent again, as by a script that runs daily, made a new version
// and pushed to every phone.
func TestPublishingTheTermsInForceChangesNothing(t *testing.T) {
	each(t, func(t *testing.T, s *apitest.Server) {
		for _, expect := range []int{-1, 1} {
			p, err := s.Wallet.Publish(t.Context(), "demo", apitest.Terms(), expect, "u-owner")
			require.NoError(t, err)
			require.Equal(t, 1, p.Version)
		}
		shown := apitest.Terms()
		shown.Brand.Logo, shown.Brand.Strip = []byte{}, []byte{} // as JSON brings them
		p, err := s.Wallet.Publish(t.Context(), "demo", shown, -1, "u-owner")
		require.NoError(t, err)
		require.Equal(t, 1, p.Version)
		for _, expect := range []int{0, 2} {
			_, err = s.Wallet.Publish(t.Context(), "demo", apitest.Terms(), expect, "u-owner")
			require.Equal(t, "changed_meanwhile", models.CodeOf(err), "somebody who saw another version is told so, whatever they send")
		}

		terms := apitest.Terms()
		terms.MaxPurchase++
		p, err = s.Wallet.Publish(t.Context(), "demo", terms, -1, "u-owner")
		require.NoError(t, err)
		require.Equal(t, 2, p.Version)
		p, err = s.Wallet.Publish(t.Context(), "demo", apitest.Terms(), -1, "u-owner")
		require.NoError(t, err)
		require.Equal(t, 3, p.Version, "terms that were in force once are new again")
	})
}

// marked waits until the workers are done with a version.
func marked(t *testing.T, s *apitest.Server, version int) {
	t.Helper()
	soon(t, "the workers to be done with the version", func() bool {
		v, err := s.Stores.Programs.Marked(t.Context(), "demo")
		require.NoError(t, err)
		return v == version
	})
	s.Quiet()
}

func TestNewTermsThatNoCardShowsPushNobody(t *testing.T) {
	patient := wallet.UsualPace() // a slow phone that is pushed again complains, and rightly
	patient.Poll = 20 * time.Millisecond
	working(t, apitest.Options{Pace: &patient}, func(t *testing.T, s *apitest.Server) {
		m := s.Enrol("Ada")
		phone, serial := s.Hold(m)
		marked(t, s, 1)
		before, pushes := applePass(t, s, m), phone.Stats().Pushes
		terms := apitest.Terms()
		terms.MaxPurchase++
		terms.Tiers = append(terms.Tiers, models.Tier{Name: "Platinum", From: 1_000_000})
		_, err := s.Wallet.Publish(t.Context(), "demo", terms, 1, "u-owner")
		require.NoError(t, err)
		marked(t, s, 2)
		after := applePass(t, s, m)
		require.Equal(t, before.Version, after.Version)
		require.Equal(t, pushes, phone.Stats().Pushes)

		s.Earn(m, 300) // under the new terms
		s.Shows(phone, serial, "3")
		terms.Organization = "Harbour Café"
		_, err = s.Wallet.Publish(t.Context(), "demo", terms, 2, "u-owner")
		require.NoError(t, err)
		soon(t, "the new name on the card", func() bool {
			card, _ := phone.Card(serial)
			return card.Organization == "Harbour Café"
		})
		require.Empty(t, phone.Complaints())
	})
}

// A card that was made under a version which was taken back before the members
// were marked for it must not keep what it says.
func TestTermsThatWereTakenBackLeaveNoCardBehind(t *testing.T) {
	working(t, apitest.Options{}, func(t *testing.T, s *apitest.Server) {
		marked(t, s, 1)
		mistake := apitest.Terms()
		mistake.Organization = "Harbuor Café"
		_, err := s.Wallet.Publish(t.Context(), "demo", mistake, 1, "u-owner")
		require.NoError(t, err)
		m := s.Enrol("Ada")
		_, err = s.Wallet.Download(t.Context(), m.Download)
		require.NoError(t, err)
		s.Quiet() // nothing is due for the card any more
		_, err = s.Wallet.Publish(t.Context(), "demo", apitest.Terms(), 2, "u-owner")
		require.NoError(t, err)
		soon(t, "the card under the terms in force", func() bool {
			state, err := passes.Decode(applePass(t, s, m).Content)
			require.NoError(t, err)
			return state.Version == 3
		})
	})
}
