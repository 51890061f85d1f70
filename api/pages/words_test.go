package pages_test

import (
	"html"
	"net/http"
	"net/url"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"

	"regulars/api/apitest"
	"regulars/models/store/storetest"
	"regulars/push/pushtest"
	"regulars/templates"
)

// speaks asks for pages in a language.
func speaks(lang string) apitest.Header { return apitest.Header{Name: "Accept-Language", Value: lang} }

// plain is a page as it reads, without entities.
func plain(r apitest.Reply) string { return html.UnescapeString(string(r.Body)) }

// An offer is told as people say it.
func TestOffersHaveRoundPrices(t *testing.T) {
	s := apitest.Start(t, storetest.SQLite(t), apitest.Options{Idle: true})
	for lang, want := range map[string]string{"en": "for each €1 you spend", "pl": "wydane 1\u00a0€", "nb": "per 1\u00a0€ du handler for"} {
		require.Contains(t, plain(open(s).send("GET", "/join/demo", nil, speaks(lang))), want)
	}
	terms := apitest.Terms()
	terms.Rules[0].Amount = 150
	_, err := s.Wallet.Publish(t.Context(), "demo", terms, 1, "")
	require.NoError(t, err)
	require.Contains(t, plain(open(s).get("/join/demo")), "for each €1.50 you spend")
}

// What a page is refused for is told in the visitor's language, not in the
// server's own words.
func TestRefusalsSpeakTheVisitorsLanguage(t *testing.T) {
	s := apitest.Start(t, storetest.SQLite(t), apitest.Options{Idle: true})
	marketer := open(s)
	marketer.login(apitest.Marketer)
	for _, lang := range templates.Languages {
		said := templates.For(lang)
		refused := marketer.send("GET", "/till", nil, speaks(lang))
		require.Equal(t, 403, refused.Status)
		require.Contains(t, plain(refused), said.Say("fault.not_allowed"))
		lost := open(s).send("GET", "/m/nothing", nil, speaks(lang))
		require.Equal(t, 404, lost.Status)
		require.Contains(t, plain(lost), said.Say("fault.unknown_link"))
		for _, path := range []string{"/p/nothing.pkpass", "/g/nothing"} {
			require.Contains(t, plain(open(s).send("GET", path, nil, speaks(lang))), said.Say("fault.unknown_link"))
		}
		visitor := open(s)
		visitor.send("POST", "/login", url.Values{"email": {apitest.Owner}, "password": {"no"}})
		wrong := visitor.send("GET", "/login", nil, speaks(lang))
		require.Contains(t, plain(wrong), said.Say("fault.wrong_password"))
	}
}

// Nobody reads of our failures in English alone, and a part that is away is
// told from a mistake of ours.
func TestFailuresOfOursSpeakTheVisitorsLanguage(t *testing.T) {
	s := apitest.Start(t, storetest.SQLite(t), apitest.Options{Idle: true})
	m := s.Enrol("Ada")
	b := open(s)
	b.login(apitest.Staff)
	s.Google.Faults.Add("", 100, pushtest.Fault{Status: 503})
	away := open(s).send("GET", "/g/"+m.Download, nil, speaks("pl"))
	require.Equal(t, http.StatusServiceUnavailable, away.Status)
	require.Contains(t, plain(away), templates.For("pl").Say("fault.google_away"))
	require.Contains(t, plain(away), templates.For("pl").Say("failed.503"))
	require.NotEmpty(t, away.Header.Get("Retry-After"))
}

// Why an entry was taken back is read by the member too, in another language
// than the staff's.
func TestReasonsSpeakTheReadersLanguage(t *testing.T) {
	s := apitest.Start(t, storetest.SQLite(t), apitest.Options{Idle: true})
	m := s.Enrol("Ada")
	b := open(s)
	b.login(apitest.Staff)
	done := b.send("POST", "/till/purchases", url.Values{"member": {string(m.ID)}, "amount": {"10"}, "key": {"k1"}})
	undo := b.send("POST", "/till/reversals", url.Values{"entry": {field(t, done, "entry")}, "key": {"k2"}})
	require.Equal(t, 200, undo.Status, string(undo.Body))
	for _, lang := range templates.Languages {
		page := plain(open(s).send("GET", "/m/"+m.Page, nil, speaks(lang)))
		said := templates.For(lang)
		require.Regexp(t, regexp.QuoteMeta(said.Say("entry.reverse"))+` · [^·<]*10[^·<]* · `+regexp.QuoteMeta(said.Say("reason.till")), page)
		require.NotContains(t, page, s.Entries(m)[1].Reason)
	}
}
