package pages_test

import (
	"net/url"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"regulars/api/apitest"
	"regulars/models/store/storetest"
	"regulars/templates"
)

// Whoever has no card yet is offered one at the till, in the same panel.
func TestTillOffersACardToWhoHasNone(t *testing.T) {
	s := apitest.Start(t, storetest.SQLite(t), apitest.Options{Idle: true})
	m := s.Enrol("Ada")
	require.NoError(t, s.Wallet.Erase(t.Context(), "demo", m.ID))
	b := open(s)
	b.login(apitest.Staff)
	for name, tt := range map[string]struct {
		code, fault string
		kept        bool
	}{
		"a phone number": {"06 12345678", "unknown_phone", true},
		"half a number":  {"06 123", "unknown_number", true},
		"another card":   {"https://example.com", "unknown_card", false},
		"an erased card": {string(m.Card), "void_card", false},
	} {
		for _, headers := range [][]apitest.Header{{speaks("pl")}, {speaks("pl"), {Name: "HX-Request", Value: "true"}}} {
			got := b.send("POST", "/till/scan", url.Values{"code": {tt.code}}, headers...)
			require.Contains(t, plain(got), templates.For("pl").Say("fault."+tt.fault), name)
			require.Contains(t, string(got.Body), `href="`+s.URL+`/join/demo"`, name)
			require.Contains(t, string(got.Body), `<figure class="link-code"><svg`, name)
			if tt.kept {
				require.Contains(t, string(got.Body), `data-code="`+tt.code+`"`, "to be mended")
			} else {
				require.Contains(t, string(got.Body), `data-code=""`, "what was scanned does not come back")
			}
		}
	}
	wrong := string(m.Card[:19]) + strconv.Itoa((int(m.Card[19]-'0')+1)%10)
	typo := b.send("POST", "/till/scan", url.Values{"code": {wrong}})
	require.Equal(t, 422, typo.Status)
	require.NotContains(t, string(typo.Body), "/join/demo", "a mistyped card is a card")
}
