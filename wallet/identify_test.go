package wallet_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"regulars/api/apitest"
	"regulars/models"
	"regulars/models/store/storetest"
	"regulars/wallet"
)

// What is wrong with a code is said of what it was meant to be.
func TestIdentifyTellsNumbersFromCards(t *testing.T) {
	s := apitest.Start(t, storetest.SQLite(t), apitest.Options{Idle: true})
	m, err := s.Wallet.Enrol(t.Context(), wallet.Enrolment{Program: "demo", Name: "Ada", Phone: "0612345671", Source: "api", Key: "k"})
	require.NoError(t, err)
	for name, tt := range map[string]struct{ code, want string }{
		"her card":                {string(m.Card), ""},
		"her number":              {"06 1234 5671", ""},
		"her number from abroad":  {"+31 6 12345671", ""},
		"somebody else's number":  {"0612345672", "unknown_phone"},
		"a number that is none":   {"06 123", "unknown_number"},
		"half a card's number":    {string(m.Card[:10]), "unknown_number"},
		"a card's, one digit off": {string(m.Card[:19]), "unknown_number"},
		"another kind of card":    {"80000000000000000011", "unknown_card"},
		"a link":                  {"https://example.com/m/abc", "unknown_card"},
		"nothing":                 {" - ", "unknown_card"},
	} {
		t.Run(name, func(t *testing.T) {
			found, err := s.Wallet.Identify(t.Context(), "demo", tt.code)
			if tt.want == "" {
				require.NoError(t, err)
				require.Equal(t, m.ID, found.Member.ID)
				return
			}
			require.Equal(t, tt.want, models.CodeOf(err))
			require.Equal(t, models.NotFound, models.KindOf(err))
		})
	}
}
