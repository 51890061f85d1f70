package pages_test

import (
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"

	"regulars/api/apitest"
	"regulars/models/store/storetest"
	"regulars/templates"
)

// Whose the other card is, is shown before two become one, and asked why; and it
// can be undone where it is told.
func TestCardsAreMergedAndParted(t *testing.T) {
	s := apitest.Start(t, storetest.SQLite(t), apitest.Options{Idle: true})
	old, ada := s.Enrol("Ada's old <card>"), s.Enrol("Ada")
	s.Earn(old, 4200)
	en := templates.For("en")
	b := open(s)
	b.login(apitest.Manager)
	from, into := "/console/members/"+string(old.ID), "/console/members/"+string(ada.ID)
	require.Contains(t, string(b.get(from).Body), from+"/merges")
	ask := b.get(from + "/merges")
	require.Equal(t, 200, ask.Status)
	form := func(pairs ...string) url.Values {
		in := url.Values{"key": {field(t, ask, "key")}}
		for i := 0; i < len(pairs); i += 2 {
			in.Set(pairs[i], pairs[i+1])
		}
		return in
	}
	for code, fault := range map[string]string{"12": "unknown_number", string(old.Card): "same_account"} {
		again := b.send("POST", from+"/merges", form("code", code))
		require.NotEqual(t, 200, again.Status, code)
		require.Contains(t, plain(again), en.Say("fault."+fault), code)
	}
	shown := b.send("POST", from+"/merges", form("code", string(ada.Card)))
	require.Equal(t, 200, shown.Status, string(shown.Body))
	require.Contains(t, plain(shown), "Ada")
	require.EqualValues(t, 42, s.Balance(old), "to look changes nothing")
	to := field(t, shown, "into")
	unsaid := b.send("POST", from+"/merges", form("into", to))
	require.Equal(t, 422, unsaid.Status, "no reason")
	require.Equal(t, to, field(t, unsaid, "into"))
	for range 2 { // a double click is one merge
		done := b.send("POST", from+"/merges", form("into", to, "reason", "lost"))
		require.Equal(t, 303, done.Status, string(done.Body))
		require.Equal(t, into, done.Header.Get("Location"))
	}
	require.EqualValues(t, 42, s.Balance(ada))
	require.Contains(t, string(b.get(into).Body), from, "the other card is named")
	merged := b.get(from)
	require.Contains(t, string(merged.Body), into)
	require.Contains(t, plain(merged), en.Say("reason.lost"))
	require.NotContains(t, string(merged.Body), `"`+from+`/merges"`)
	require.Equal(t, 409, b.send("POST", from+"/merges", url.Values{"key": {"other"}, "into": {to}, "reason": {"same"}}).Status)

	ask = b.get(from + "/merges/reversals")
	require.Equal(t, 422, b.send("POST", from+"/merges/reversals", form()).Status, "no reason")
	require.Equal(t, 303, b.send("POST", from+"/merges/reversals", form("reason", "others")).Status)
	require.Zero(t, s.Balance(ada))
	require.NotContains(t, string(b.get(into).Body), from)
	ask = b.get(from + "/merges/reversals")
	again := b.send("POST", from+"/merges/reversals", form("reason", "others"))
	require.Equal(t, 409, again.Status)
	require.Contains(t, plain(again), en.Say("fault.not_merged"))

	marketer := open(s)
	marketer.login(apitest.Marketer)
	require.NotContains(t, string(marketer.get(from).Body), "/merges")
	require.Equal(t, 403, marketer.get(from+"/merges").Status)
	require.Equal(t, 403, marketer.send("POST", from+"/merges", form("code", string(ada.Card))).Status)
}
