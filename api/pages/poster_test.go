package pages_test

import (
	"html"
	"testing"

	"github.com/stretchr/testify/require"

	"regulars/api/apitest"
	"regulars/models/store/storetest"
	"regulars/templates"
)

// The paper speaks the customers' language, the buttons around it that of
// whoever prints it.
func TestPosterIsInTheProgramsLanguage(t *testing.T) {
	s := apitest.Start(t, storetest.SQLite(t), apitest.Options{Idle: true})
	terms := apitest.Terms()
	terms.Locale = "nb-NO"
	_, err := s.Wallet.Publish(t.Context(), "demo", terms, 1, "")
	require.NoError(t, err)
	for email, want := range map[string]int{apitest.Owner: 200, apitest.Marketer: 200, apitest.Staff: 403} {
		b := open(s)
		b.login(email)
		got := b.send("GET", "/console/poster", nil, speaks("pl"))
		require.Equal(t, want, got.Status, email)
		if want != 200 {
			continue
		}
		page := html.UnescapeString(string(got.Body))
		require.Contains(t, page, `lang="nb"`)
		require.Contains(t, page, templates.For("nb").Say("poster.line"))
		require.Contains(t, page, templates.For("pl").Say("poster.print"))
		require.Contains(t, page, terms.Name)
		require.Contains(t, page, "<figure><svg")
		require.Contains(t, page, s.URL[len("http://"):]+"/join/demo")
		require.Contains(t, string(b.get("/console").Body), `href="/console/poster"`, "one finds it from the console")
	}
}
