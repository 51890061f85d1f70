package pages_test

import (
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"

	"regulars/api/apitest"
	"regulars/models/store/storetest"
	"regulars/templates"
)

// Whose it is, is shown before a purchase moves, and asked why.
func TestMoveShowsWhoFirst(t *testing.T) {
	s := apitest.Start(t, storetest.SQLite(t), apitest.Options{Idle: true})
	m, other := s.Enrol("Ada"), s.Enrol("Bob <b>")
	e := s.Earn(m, 4200)
	b := open(s)
	b.login(apitest.Manager)
	member := "/console/members/" + string(m.ID)
	ask := b.get(member + "/reversals?entry=" + url.QueryEscape(string(e.ID)))
	require.Contains(t, plain(ask), templates.For("en").Say("move.find.title"))
	form := func(pairs ...string) url.Values {
		in := url.Values{"entry": {string(e.ID)}, "key": {field(t, ask, "key")}}
		for i := 0; i < len(pairs); i += 2 {
			in.Set(pairs[i], pairs[i+1])
		}
		return in
	}
	for code, fault := range map[string]string{"12": "unknown_number", string(m.Card): "same_member"} {
		again := b.send("POST", member+"/moves", form("code", code))
		require.NotEqual(t, 200, again.Status, code)
		require.Contains(t, plain(again), templates.For("en").Say("fault."+fault), code)
	}
	shown := b.send("POST", member+"/moves", form("code", string(other.Card)))
	require.Equal(t, 200, shown.Status, string(shown.Body))
	require.Contains(t, string(shown.Body), "Bob &lt;b&gt;")
	require.EqualValues(t, 42, s.Balance(m), "to look changes nothing")
	to := field(t, shown, "to")
	require.Equal(t, 422, b.send("POST", member+"/moves", form("to", to)).Status, "no reason")
	for range 2 { // a double click is one move
		done := b.send("POST", member+"/moves", form("to", to, "reason", "card"))
		require.Equal(t, 303, done.Status, string(done.Body))
		require.Equal(t, "/console/members/"+string(other.ID), done.Header.Get("Location"))
	}
	require.Zero(t, s.Balance(m))
	require.EqualValues(t, 42, s.Balance(other))
	there := plain(b.get("/console/members/" + string(other.ID)))
	require.Contains(t, there, "Sam Staff")
	require.Contains(t, there, "moved here by")
	require.Contains(t, there, templates.For("en").Say("reason.card"))
	require.NotContains(t, string(b.get("/m/"+other.Page).Body), "moved here by", "which is not for the member")

	staff := open(s)
	staff.login(apitest.Marketer)
	require.Equal(t, 403, staff.send("POST", member+"/moves", form("code", string(other.Card))).Status)
}
