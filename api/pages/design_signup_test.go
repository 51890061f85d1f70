package pages_test

import (
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"regulars/api/apitest"
	"regulars/models"
	"regulars/models/store/storetest"
	"regulars/templates"
)

// terminals is the public key of some.
const terminals = "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEEEmFpL5MNID8jiIwCRP+dM32MaGdg0C4S3sdYIuWXwmam6e8ZQATQxK6bguLEjBf9cijhWhPxb2RDKx377U1xQ=="

// signUpForm is what the page sends of an iPhone's form, with lines as browsers end
// them.
func signUpForm(change func(url.Values)) url.Values {
	form := url.Values{
		"version": {"1"}, "key": {"k"}, "whole": {"1"}, "do": {"publish"}, "nfc": {terminals},
		"sign_up_ask": {"email", "name"}, "sign_up_text": {"Your name on your card"}, "sign_up_terms": {"Be kind.\r\n\r\nLeave any time."},
		"said": {"Your name on your card", "Be kind.\r\n\r\nLeave any time."}, "said_at": {"sign_up_text", "sign_up_terms"},
		"said_nl": {"Uw naam op uw kaart", "Wees aardig.\r\n\r\nGa wanneer u wilt."},
	}
	change(form)
	return form
}

// What iPhones ask of who gave no name is a part of the page of the card: what is
// wrong is told at its input, in the visitor's language, and nothing that was typed
// gets lost.
func TestOwnerSaysWhatAnIPhoneAsks(t *testing.T) {
	s := apitest.Start(t, storetest.SQLite(t), apitest.Options{Idle: true})
	b := open(s)
	b.login(apitest.Owner)
	send := func(change func(url.Values), headers ...apitest.Header) apitest.Reply {
		return b.sendParts(t, signUpForm(change), "logo", nil, headers...)
	}
	for _, tt := range []struct {
		name, input string
		change      func(url.Values)
	}{
		{"without a key", "sign_up_ask", func(v url.Values) { v.Set("nfc", "") }},
		{"nothing asked", "sign_up_ask", func(v url.Values) { v.Del("sign_up_ask") }},
		{"no word what for", "sign_up_text", func(v url.Values) { v.Set("sign_up_text", " ") }},
		{"a long word what for", "sign_up_text", func(v url.Values) { v.Set("sign_up_text", strings.Repeat("x", 301)) }},
		{"long terms", "sign_up_terms", func(v url.Values) { v.Set("sign_up_terms", strings.Repeat("x", 10_001)) }},
	} {
		t.Run("refused is "+tt.name, func(t *testing.T) {
			words := map[string]bool{}
			for _, lang := range templates.Languages {
				got := send(tt.change, speaks(lang))
				require.Equal(t, 422, got.Status, lang)
				page := plain(got)
				require.Regexp(t, `id="`+tt.input+`"[^>]* aria-describedby="`+tt.input+`-error"`, page, lang)
				m := regexp.MustCompile(`<a href="#` + tt.input + `">([^<]+)</a>`).FindStringSubmatch(page)
				require.NotNil(t, m, lang)
				words[m[1]] = true
				require.NotContains(t, page, "⟦")
			}
			require.Len(t, words, len(templates.Languages), "each has words of its own")
			require.True(t, termsNow(t, s).Equal(apitest.Terms()))
		})
	}
	t.Run("what was typed stays", func(t *testing.T) {
		page := plain(send(func(v url.Values) {
			v.Set("do", "look")
			v.Set("sign_up_terms", "Be very kind.\r\n\r\nLeave any time.")
		}))
		for _, asked := range []string{`value="name" checked`, `value="email" checked`, `value="phone">`, `value="postcode">`} {
			require.Contains(t, page, `name="sign_up_ask" `+asked)
		}
		require.Regexp(t, `name="sign_up_text"[^>]*>Your name on your card</textarea>`, page)
		require.Regexp(t, `name="sign_up_terms"[^>]*>Be very kind.\n\nLeave any time.</textarea>`, page)
		require.Contains(t, page, ">Wees aardig.\n\nGa wanneer u wilt.</textarea>", "translations go along with the text")
		require.True(t, termsNow(t, s).Equal(apitest.Terms()))
	})
	t.Run("published, and the same when it is sent again", func(t *testing.T) {
		want := models.SignUp{Ask: []models.Asked{models.AskName, models.AskEmail}, Text: "Your name on your card", Terms: "Be kind.\n\nLeave any time."}
		for _, version := range []string{"1", "2"} {
			got := send(func(v url.Values) { v.Set("version", version) })
			require.Equal(t, 303, got.Status, string(got.Body))
			now := termsNow(t, s)
			require.Equal(t, want, now.Card.Apple.SignUp)
			require.Equal(t, []models.Translation{{Text: want.Text, NL: "Uw naam op uw kaart"}, {Text: want.Terms, NL: "Wees aardig.\n\nGa wanneer u wilt."}}, now.Translations)
		}
		p, err := s.Stores.Programs.Current(t.Context(), "demo")
		require.NoError(t, err)
		require.Equal(t, 2, p.Version, "nothing was changed the second time")
		require.NotContains(t, plain(b.get("/console/design")), "Changed, and not published yet")
	})
	t.Run("the order of before stays, and so does all where a form lacks this part", func(t *testing.T) {
		terms := termsNow(t, s)
		terms.Card.Apple.SignUp.Ask = []models.Asked{models.AskEmail, models.AskName}
		p, err := s.Wallet.Publish(t.Context(), "demo", terms, 2, "")
		require.NoError(t, err)
		for _, lacking := range []bool{false, true} {
			got := send(func(v url.Values) {
				v.Set("version", "3")
				if lacking {
					v.Del("sign_up_ask")
					v.Del("sign_up_text")
					v.Del("sign_up_terms")
				}
			})
			require.Equal(t, 303, got.Status, string(got.Body))
			require.True(t, termsNow(t, s).Equal(p.Terms))
		}
	})
	t.Run("nothing asked and nothing said is none", func(t *testing.T) {
		got := send(func(v url.Values) {
			v.Set("version", "3")
			v.Del("sign_up_ask")
			v.Set("sign_up_text", "")
			v.Set("sign_up_terms", "")
		})
		require.Equal(t, 303, got.Status, string(got.Body))
		require.Zero(t, termsNow(t, s).Card.Apple.SignUp)
	})
}
