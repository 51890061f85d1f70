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
	"regulars/wallet"
)

// Nothing is taken back before somebody has seen what, and said why.
func TestTakeBackAsksFirst(t *testing.T) {
	s := apitest.Start(t, storetest.SQLite(t), apitest.Options{Idle: true})
	m := s.Enrol("Ada")
	e := s.Earn(m, 4200)
	b := open(s)
	b.login(apitest.Manager)
	member := "/console/members/" + string(m.ID)
	link := regexp.MustCompile(`href="(` + member + `/reversals\?entry=[^"]+)"`).FindStringSubmatch(plain(b.get(member)))
	require.NotNil(t, link)
	ask := b.get(link[1])
	require.Equal(t, 200, ask.Status, string(ask.Body))
	for _, want := range []string{"€42.00", "+</span>42", "Ada", "Sam Staff", templates.For("en").Say("reason.amount")} {
		require.Contains(t, strings.ReplaceAll(plain(ask), "+42", "+</span>42"), want)
	}
	require.EqualValues(t, 42, s.Balance(m), "to look changes nothing")
	require.Contains(t, string(b.get(member).Body), "Sam Staff", "who booked what")
	require.NotContains(t, string(open(s).get("/m/"+m.Page).Body), "Sam Staff", "which is not for the member")

	form := url.Values{"entry": {field(t, ask, "entry")}, "key": {field(t, ask, "key")}}
	for name, in := range map[string]url.Values{
		"no reason":            {},
		"a reason of nobody's": {"reason": {"because"}},
		"blanks":               {"other": {"  "}},
		"too long":             {"other": {strings.Repeat("x", 201)}},
	} {
		in["entry"], in["key"] = form["entry"], form["key"]
		again := b.send("POST", member+"/reversals", in)
		require.Equal(t, 422, again.Status, name)
		require.Contains(t, plain(again), templates.For("en").Say("fault.no_reason"), name)
		require.Equal(t, form.Get("key"), field(t, again, "key"), name)
		require.Contains(t, string(again.Body), `value="`+in.Get("other")+`"`, "what was typed stays")
	}
	require.EqualValues(t, 42, s.Balance(m))

	form.Set("reason", "returned")
	for range 2 { // a double click is one reversal
		done := b.send("POST", member+"/reversals", form)
		require.Equal(t, 303, done.Status, string(done.Body))
		require.Equal(t, member, done.Header.Get("Location"))
	}
	require.Zero(t, s.Balance(m))
	require.Len(t, s.Entries(m), 2)
	require.Equal(t, "goods returned", s.Entries(m)[1].Reason)
	require.Contains(t, plain(b.send("GET", member, nil, speaks("el"))), templates.For("el").Say("reason.returned"))
	require.NotContains(t, string(b.get(member).Body), "/reversals?entry=", "neither again nor the reversal itself")
	require.Equal(t, 409, b.get(link[1]).Status, "somebody was faster")

	second := s.Earn(m, 100)
	own := b.send("POST", member+"/reversals", url.Values{"entry": {string(second.ID)}, "key": {"k2"}, "reason": {"card"}, "other": {" Broken cup "}})
	require.Equal(t, 303, own.Status)
	require.Equal(t, "Broken cup", s.Entries(m)[3].Reason, "one's own words go first")
	require.Equal(t, 422, b.get(member+"/reversals?entry="+string(s.Entries(m)[3].ID)).Status, "a reversal")
	require.NotEmpty(t, e.ID)
}

// Of a purchase with lines some may come back, each as often as it was bought.
func TestTakeBackOfLines(t *testing.T) {
	s := apitest.Start(t, storetest.SQLite(t), apitest.Options{Idle: true})
	m := s.Enrol("Ada")
	e, err := s.Wallet.Earn(t.Context(), wallet.Sale{Program: "demo", Member: m.ID, Key: "sale", Purchase: models.Purchase{
		Amount: 1200, Items: []models.Item{{Name: "Flat white", Quantity: 2, Amount: 700}, {Name: "Cake <3", Quantity: 1, Amount: 500}},
	}})
	require.NoError(t, err)
	b := open(s)
	b.login(apitest.Owner)
	page := "/console/members/" + string(m.ID) + "/reversals"
	ask := b.get(page + "?entry=" + string(e.ID))
	require.Contains(t, string(ask.Body), "Cake &lt;3")
	form := func(pairs ...string) url.Values {
		in := url.Values{"entry": {string(e.ID)}, "key": {field(t, ask, "key")}, "reason": {"returned"}}
		for i := 0; i < len(pairs); i += 2 {
			in.Set(pairs[i], pairs[i+1])
		}
		return in
	}
	for typed, fault := range map[string]string{"3": "more_than_left", "one": "no_quantity", "-1": "no_quantity", "99999999999999999999": "no_quantity"} {
		again := b.send("POST", page, form("line-0", typed))
		require.NotEqual(t, 303, again.Status, typed)
		require.Contains(t, plain(again), templates.For("en").Say("fault."+fault), typed)
		require.Contains(t, string(again.Body), `value="`+typed+`"`)
	}
	require.EqualValues(t, 12, s.Balance(m))
	require.Equal(t, 303, b.send("POST", page, form("line-0", "1", "line-1", " 0 ")).Status)
	require.EqualValues(t, 9, s.Balance(m), "3.50 of 12.00 came back")
	require.Equal(t, []models.Returned{{Line: 0, Quantity: 1}}, s.Entries(m)[1].Lines)
	require.Contains(t, plain(b.get("/console/members/"+string(m.ID))), "€3.50")
	ask = b.get(page + "?entry=" + string(e.ID))
	require.Contains(t, string(ask.Body), `max="1"`)
	require.Equal(t, 303, b.send("POST", page, form()).Status, "all that is left")
	require.Zero(t, s.Balance(m))
	require.Equal(t, 409, b.get(page+"?entry="+string(e.ID)).Status)
}

// The question shows nothing of others and is put to nobody who may not answer.
func TestTakeBackIsForWhoeverMay(t *testing.T) {
	s := apitest.Start(t, storetest.SQLite(t), apitest.Options{Idle: true})
	m, other := s.Enrol("Ada"), s.Enrol("Bob")
	e := s.Earn(m, 4200)
	path := "/reversals?entry=" + url.QueryEscape(string(e.ID))
	for email, want := range map[string]int{apitest.Owner: 200, apitest.Manager: 200, apitest.Marketer: 403, apitest.Staff: 403, apitest.OtherOwner: 404} {
		b := open(s)
		b.login(email)
		require.Equal(t, want, b.get("/console/members/"+string(m.ID)+path).Status, email)
		require.NotEqual(t, 200, b.get("/console/members/"+string(other.ID)+path).Status, "an entry of another member, to %s", email)
		require.NotEqual(t, 200, b.get("/console/members/"+string(m.ID)+"/reversals?entry=none").Status, email)
		sent := b.send("POST", "/console/members/"+string(other.ID)+"/reversals", url.Values{"entry": {string(e.ID)}, "key": {"k"}, "reason": {"card"}})
		require.NotEqual(t, 303, sent.Status, "an entry of another member, by %s", email)
	}
	require.EqualValues(t, 42, s.Balance(m))
}
