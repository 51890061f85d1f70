package passkit_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/base64"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"regulars/api/apitest"
	"regulars/models"
	"regulars/models/store"
	"regulars/models/store/storetest"
	"regulars/wallet"
	"regulars/wallet/wallettest"
)

// asking has the program's cards ask those who gave no name.
func asking(t *testing.T, s *apitest.Server, ask ...models.Asked) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	der, err := x509.MarshalPKIXPublicKey(&key.PublicKey)
	require.NoError(t, err)
	terms := apitest.Terms()
	terms.Card.Apple = models.AppleCard{
		NFC:    base64.StdEncoding.EncodeToString(der),
		SignUp: models.SignUp{Ask: ask, Text: "Your name on your card", Terms: "Be kind <3.\n\nLeave any time."},
	}
	terms.Translations = append(terms.Translations, models.Translation{Text: "Your name on your card", NL: "Uw naam op uw kaart"})
	_, err = s.Wallet.Publish(t.Context(), "demo", terms, -1, "")
	require.NoError(t, err)
}

func eachAsking(t *testing.T, test func(t *testing.T, s *apitest.Server)) {
	t.Helper()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s := apitest.Start(t, db, apitest.Options{Idle: true})
		asking(t, s, models.AskName, models.AskPhone, models.AskEmail, models.AskPostcode)
		test(t, s)
	})
}

func answers() map[string]string {
	return map[string]string{
		"fullName": " Ada  Canary ", "givenName": "Ada", "familyName": "Canary", "emailAddress": "Ada@Canary.example",
		"phoneNumber": "06 12345678", "ISOCountryCode": "NL", "postalCode": "1012 ab",
	}
}

func form(answers map[string]string) map[string]any {
	return map[string]any{"personalizationToken": "MDEyMzQ1Njc4OWFiY2RlZg==", "requiredPersonalizationInfo": answers}
}

func (h *holder) sign(body any, headers ...apitest.Header) apitest.Reply {
	return h.Do("POST", h.path()+"/personalize", body, headers...)
}

func (h *holder) member(t *testing.T) models.Member {
	t.Helper()
	m, err := h.Stores.Members.Member(t.Context(), h.m.ID)
	require.NoError(t, err)
	return m
}

// The whole way of a phone: the card asks, the person answers, the proof is signed
// by the maker of the card, and the card that comes is theirs and asks no more.
func TestPhoneSignsUpAndGetsThePersonsCard(t *testing.T) {
	eachAsking(t, func(t *testing.T, s *apitest.Server) {
		m := s.Enrol("")
		phone, serial := s.Hold(m)
		card, _ := phone.Card(serial)
		require.Equal(t, &wallettest.Form{
			Fields: []string{
				"PKPassPersonalizationFieldName", "PKPassPersonalizationFieldPhoneNumber",
				"PKPassPersonalizationFieldEmailAddress", "PKPassPersonalizationFieldPostalCode",
			},
			Description: "Your name on your card", Terms: "<p>Be kind &lt;3.</p><p>Leave any time.</p>",
		}, card.Form)
		require.NoError(t, phone.SignUp(t.Context(), serial, answers()))
		card, _ = phone.Card(serial)
		require.Nil(t, card.Form)
		name, _ := card.Field("name")
		require.Equal(t, "Ada Canary", name)
		require.Empty(t, phone.Complaints())

		kept, err := s.Stores.Members.Member(t.Context(), m.ID)
		require.NoError(t, err)
		require.Equal(t, []string{"Ada Canary", "+31612345678", "ada@canary.example", "1012 AB"}, []string{kept.Name, kept.Phone, kept.Email, kept.Postcode})
		require.Empty(t, kept.Consents, "none is taken for given")
		require.Empty(t, kept.SignedUp.Left)
		found, err := s.Stores.Members.ByContact(t.Context(), "demo", store.ByEmail, "ada@canary.example")
		require.NoError(t, err)
		require.Equal(t, m.ID, found.ID)
		require.NotContains(t, s.Log.String(), "anary")

		s.Earn(m, 1000)
		s.Work()
		s.Quiet()
		require.NoError(t, phone.Refresh(t.Context()))
		card, _ = phone.Card(serial)
		require.Nil(t, card.Form, "nor does it ever ask again")
	})
}

func TestFormIsTakenOnce(t *testing.T) {
	eachAsking(t, func(t *testing.T, s *apitest.Server) {
		h := hold(t, s, "")
		first := h.sign(form(answers()))
		require.Equal(t, 200, first.Status, string(first.Body))
		require.Equal(t, "application/octet-stream", first.Header.Get("Content-Type"))
		before := h.member(t)

		again := answers()
		again["fullName"], again["phoneNumber"] = "Ada Canary", "+31 6 1234 5678" // the same, written otherwise
		require.Equal(t, 200, h.sign(form(again)).Status)
		again["fullName"] = "Eve"
		other := h.sign(form(again))
		require.Equal(t, 401, other.Status)
		require.Equal(t, "not_your_pass", other.Code())
		require.Equal(t, before, h.member(t))
	})
}

func TestOfTwoFormsAtOnceOneIsTaken(t *testing.T) {
	eachAsking(t, func(t *testing.T, s *apitest.Server) {
		h := hold(t, s, "")
		names := []string{"Ada", "Eve", "Mal", "Bob"}
		status := make([]int, len(names))
		var all sync.WaitGroup
		for i, name := range names {
			all.Go(func() {
				status[i] = h.sign(form(map[string]string{
					"fullName": name, "phoneNumber": "0612345678", "emailAddress": "a@canary.example", "postalCode": "1",
				})).Status
			})
		}
		all.Wait()
		kept, taken := h.member(t).Name, 0
		for i, name := range names {
			if status[i] == 200 {
				taken++
				require.Equal(t, name, kept)
			}
		}
		require.Equal(t, 1, taken, "%v", status)
	})
}

// Whoever knows a serial alone can do nothing with it but what it was given for.
func TestFormIsRefusedAlikeWhereNothingIsAsked(t *testing.T) {
	eachAsking(t, func(t *testing.T, s *apitest.Server) {
		h, named := hold(t, s, ""), hold(t, s, "Bob")
		before, bob := h.member(t), named.member(t)
		wrong := apitest.Header{Name: "Authorization", Value: "ApplePass 0123456789abcdef"}
		for what, got := range map[string]apitest.Reply{
			"a member with a name": named.sign(form(answers())),
			"no pass":              h.Do("POST", "/passkit/v1/passes/"+h.pass.Type+"/nothing/personalize", form(answers())),
			"another type":         h.Do("POST", "/passkit/v1/passes/pass.other/"+string(h.pass.Serial)+"/personalize", form(answers())),
			"a wrong token":        h.sign(form(answers()), wrong),
			"another pass's token": h.sign(form(answers()), named.token()),
		} {
			require.Equal(t, 401, got.Status, what)
			require.Equal(t, "not_your_pass", got.Code(), what)
			require.NotContains(t, string(got.Body), "anary", what)
		}
		for what, body := range map[string]any{
			"no form":         "{",
			"no name":         form(map[string]string{"phoneNumber": "0612345678", "emailAddress": "a@canary.example", "postalCode": "1"}),
			"no phone":        form(map[string]string{"fullName": "A", "emailAddress": "a@canary.example", "postalCode": "1"}),
			"a wrong address": form(map[string]string{"fullName": "A", "phoneNumber": "0612345678", "emailAddress": "canary", "postalCode": "1"}),
			// The certificate's signature over it would make a pass of anybody's.
			"a manifest": map[string]any{"personalizationToken": `{"pass.json":"da39a3ee5e6b4b0d3255bfef95601890afd80709"}`, "requiredPersonalizationInfo": answers()},
		} {
			got := h.sign(body)
			require.Equal(t, 400, got.Status, what)
			require.NotContains(t, string(got.Body), "anary", what)
		}
		require.Equal(t, before, h.member(t))
		require.Equal(t, bob, named.member(t))
		require.NotContains(t, s.Log.String(), "anary")
		require.Equal(t, 405, h.Do("GET", h.path()+"/personalize", nil, h.token()).Status)
		_, err := s.Stores.Members.ByContact(t.Context(), "demo", store.ByEmail, "ada@canary.example")
		require.Equal(t, models.NotFound, models.KindOf(err), "nothing is held for later")
	})
}

// The answer does not tell that somebody has that phone number, and their card stays
// theirs.
func TestContactOfAnotherMemberIsLeftOut(t *testing.T) {
	eachAsking(t, func(t *testing.T, s *apitest.Server) {
		other := hold(t, s, "Bob")
		phone := "+31612345678"
		_, err := s.Wallet.Amend(t.Context(), bobs(other, phone))
		require.NoError(t, err)
		h := hold(t, s, "")
		require.Equal(t, 200, h.sign(form(answers())).Status)
		kept := h.member(t)
		require.Equal(t, "Ada Canary", kept.Name)
		require.Empty(t, kept.Phone)
		require.Equal(t, "ada@canary.example", kept.Email)
		require.Equal(t, []models.Asked{models.AskPhone}, kept.SignedUp.Left)
		require.Equal(t, phone, other.member(t).Phone)
		require.Equal(t, 200, h.sign(form(answers())).Status, "the same again is answered the same")
	})
}

func TestOnePassIsNotAskedForOverAndOver(t *testing.T) {
	eachAsking(t, func(t *testing.T, s *apitest.Server) {
		h := hold(t, s, "")
		for range 10 {
			require.Equal(t, 400, h.sign(form(nil)).Status)
		}
		require.Equal(t, 429, h.sign(form(answers())).Status)
		require.Equal(t, 401, h.Do("POST", "/passkit/v1/passes/"+h.pass.Type+"/another/personalize", form(answers())).Status)
	})
}

// Without the form a name is wanted, as ever.
func TestNameIsWantedWhereNoPhoneAsks(t *testing.T) {
	each(t, func(t *testing.T, h *holder) {
		require.Equal(t, 401, h.sign(form(answers())).Status)
		_, err := h.Wallet.Enrol(t.Context(), nameless())
		require.Equal(t, "blank", models.CodeOf(err))
		asking(t, h.Server, models.AskEmail)
		_, err = h.Wallet.Enrol(t.Context(), nameless())
		require.NoError(t, err)
	})
}

// Staff may be told the name before the phone is: then it asks no more.
func TestCardOfWhoHasANameAsksNothing(t *testing.T) {
	eachAsking(t, func(t *testing.T, s *apitest.Server) {
		h := hold(t, s, "")
		_, err := s.Wallet.Amend(t.Context(), named(h, "Ada"))
		require.NoError(t, err)
		require.Equal(t, 401, h.sign(form(answers())).Status)
		s.Work()
		s.Quiet()
		phone, serial := s.Hold(h.m)
		card, _ := phone.Card(serial)
		require.Nil(t, card.Form)
	})
}

func nameless() wallet.Enrolment {
	return wallet.Enrolment{Program: "demo", Source: "api", Key: rand.Text()}
}

func named(h *holder, name string) wallet.Amendment {
	return wallet.Amendment{Program: "demo", Member: h.m.ID, Name: &name, Source: "api"}
}

func bobs(h *holder, phone string) wallet.Amendment {
	return wallet.Amendment{Program: "demo", Member: h.m.ID, Phone: &phone, Source: "api"}
}
