package wallet_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"regulars/api/apitest"
	"regulars/models"
	"regulars/wallet"
)

// An edit that repeated a consent replaced when, where and to which words it
// was given.
func TestRepeatedConsentKeepsItsEvidence(t *testing.T) {
	each(t, func(t *testing.T, s *apitest.Server) {
		e := somebody("Ada", "+31612345678", "a")
		e.Source = "join page"
		e.Consents = []models.Consent{{Purpose: "email", Given: true, Wording: "Yes, write to me."}}
		ada, err := s.Wallet.Enrol(t.Context(), e)
		require.NoError(t, err)
		say := func(given bool) []models.Consent {
			m, err := s.Wallet.Amend(t.Context(), wallet.Amendment{Program: "demo", Member: ada.ID, Source: "api",
				Consents: []models.Consent{{Purpose: "email", Given: given, Wording: "Other words."}}})
			require.NoError(t, err)
			return m.Consents
		}
		kept := say(true)
		require.Len(t, kept, 1)
		require.Equal(t, "join page", kept[0].Source)
		require.Equal(t, "Yes, write to me.", kept[0].Wording)

		withdrawn := say(false)
		require.Len(t, withdrawn, 1)
		require.False(t, withdrawn[0].Given)
		require.Equal(t, "api", withdrawn[0].Source)
	})
}
