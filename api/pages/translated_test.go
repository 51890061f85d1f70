package pages_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"regulars/api/apitest"
	"regulars/models"
	"regulars/models/store/storetest"
)

// Customers read the program in their own language, as far as it was translated.
func TestProgramIsReadInTheVisitorsLanguage(t *testing.T) {
	s := apitest.Start(t, storetest.SQLite(t), apitest.Options{Idle: true})
	terms := apitest.Terms()
	terms.Rules[0].Name = "A point for each euro"
	terms.Rewards[0].Name = "A cup of coffee"
	terms.Tiers = []models.Tier{{Name: "Friend", Perks: []string{"A smile"}}}
	terms.Translations = []models.Translation{
		{Text: "A cup of coffee", NL: "Een kop koffie"}, {Text: "Friend", NL: "Vriend"}, {Text: "A smile", NL: "Een glimlach"},
		{Text: terms.Name, NL: "Stamgasten"},
	}
	_, err := s.Wallet.Publish(t.Context(), "demo", terms, 1, "")
	require.NoError(t, err)
	m := s.Enrol("Ada")
	s.Earn(m, 500)
	b := open(s)
	for _, page := range []string{"/join/demo", "/m/" + m.Page} {
		english, dutch := plain(b.get(page+"?lang=en")), plain(b.get(page+"?lang=nl"))
		require.Contains(t, english, "A cup of coffee")
		require.Contains(t, dutch, "Een kop koffie")
		require.NotContains(t, dutch, "A cup of coffee")
		require.Contains(t, dutch, "Stamgasten")
		require.Contains(t, plain(b.get(page+"?lang=el")), "A cup of coffee", "it was not translated into Greek")
	}
	require.Contains(t, plain(b.get("/m/"+m.Page+"?lang=nl")), "Vriend")
	require.Contains(t, plain(b.get("/m/"+m.Page+"?lang=nl")), "Een glimlach")
}
