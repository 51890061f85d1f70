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
)

// A member invites others on the own page, who accept on theirs; and gives points
// to a friend.
func TestSharingOnTheMembersPages(t *testing.T) {
	s := apitest.Start(t, storetest.SQLite(t), apitest.Options{Idle: true})
	terms := apitest.Terms()
	terms.Sharing = models.Sharing{Transfers: []models.Transferable{{Unit: models.Points, Most: 50}}, Household: 3}
	_, err := s.Wallet.Publish(t.Context(), "demo", terms, 1, "")
	require.NoError(t, err)
	ada, bob, cas := s.Enrol("Ada Lee"), s.Enrol("Bob Ray"), s.Enrol("Cas Orr")
	s.Earn(ada, 9000)
	s.Earn(bob, 500)
	b := open(s)
	at := func(m *models.Member, what string) string { return "/m/" + m.Page + what }
	key := func() string { return apitest.NewKey().Value }

	page := post(b, at(ada, "/household"), url.Values{"do": {"invite"}, "key": {key()}})
	require.Contains(t, plain(page), "The invitation is ready.")
	code := regexp.MustCompile(`<strong class="code">([0-9a-z ]+)</strong>`).FindStringSubmatch(string(page.Body))[1]
	page = b.get(at(bob, "?household="+url.QueryEscape(code)))
	require.Contains(t, plain(page), "Everything on your card goes into the shared balance.")
	page = post(b, at(bob, "/household"), url.Values{"do": {"join"}, "code": {"zzzz"}, "key": {key()}})
	require.Contains(t, plain(page), "This invitation is not known here")
	join := url.Values{"do": {"join"}, "code": {code}, "key": {key()}}
	page = post(b, at(bob, "/household"), join)
	require.Contains(t, plain(page), "You share this balance now.")
	require.Contains(t, plain(post(b, at(bob, "/household"), join)), "You share this balance now.", "sent twice it counts once")
	require.EqualValues(t, 95, s.Balance(bob))
	page = b.get(at(ada, ""))
	require.Contains(t, plain(page), "Bob")
	require.NotContains(t, plain(page), "Bob Ray", "nobody sees more of another")

	b.login(apitest.Staff)
	require.Contains(t, plain(b.send("POST", "/till/scan", url.Values{"code": {string(bob.Card)}})), "Shared card: 2 people")

	give := url.Values{"unit": {"points"}, "amount": {"30"}, "card": {string(cas.Card)}, "key": {key()}}
	page = post(b, at(bob, "/transfers"), give)
	require.Contains(t, plain(page), "It is on its way to their card.")
	require.EqualValues(t, 30, s.Balance(cas))
	require.Contains(t, plain(b.get(at(cas, ""))), "Received")
	give.Set("amount", "51")
	give.Set("key", key())
	require.Contains(t, plain(post(b, at(bob, "/transfers"), give)), "That is more than may be given at once here.")

	// Whoever has no card joins first.
	page = b.get("/join/demo?household=" + url.QueryEscape(code))
	require.Contains(t, plain(page), "/join/demo?household=")

	remove := url.Values{"do": {"remove"}, "member": {string(bob.ID)}, "key": {key()}}
	require.NotContains(t, plain(post(b, at(cas, "/household"), remove)), "They no longer share this card.", "only whoever began it")
	page = post(b, at(ada, "/household"), remove)
	require.Contains(t, plain(page), "They no longer share this card.")
	require.EqualValues(t, 0, s.Balance(bob))
	require.EqualValues(t, 65, s.Balance(ada))
}

// post sends a form, and goes where the answer leads.
func post(b *browser, path string, form url.Values) apitest.Reply {
	got := b.send("POST", path, form)
	if to, _, _ := strings.Cut(got.Header.Get("Location"), "#"); to != "" {
		return b.get(to)
	}
	return got
}
