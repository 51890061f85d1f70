package pages_test

import (
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"

	"regulars/api/apitest"
	"regulars/models"
	"regulars/models/store/storetest"
	"regulars/templates"
)

// Staff give by hand at the till; what is too much, a manager finds in the console.
func TestGivingByHandAtTheTill(t *testing.T) {
	s := apitest.Start(t, storetest.SQLite(t), apitest.Options{Idle: true})
	m := s.Enrol("Ada")
	b := open(s)
	b.login(apitest.Staff)
	en := templates.For("en")
	scan := func() string { return plain(b.send("POST", "/till/scan", url.Values{"code": {string(m.Card)}})) }
	require.NotContains(t, scan(), en.Say("till.award"), "the program does not let them")
	terms := apitest.Terms()
	terms.Manual = models.Manual{Limits: []models.ManualLimit{{Unit: models.Points, Once: 10, Day: 10}}, Reasons: []string{"Sorry for the wait"}}
	_, err := s.Wallet.Publish(t.Context(), "demo", terms, 1, "")
	require.NoError(t, err)
	require.Contains(t, scan(), "Sorry for the wait")
	give := func(key, units, reason string) (int, string) {
		got := b.send("POST", "/till/awards", url.Values{"member": {string(m.ID)}, "unit": {"points"}, "units": {units}, "reason": {reason}, "key": {key}})
		return got.Status, plain(got)
	}
	for _, typed := range []string{"", "0", "-5", "many", "1e9"} {
		status, _ := give("k", typed, "Sorry for the wait")
		require.Equal(t, 422, status, typed)
	}
	status, _ := give("k", "5", "")
	require.Equal(t, 422, status, "no reason")
	status, page := give("k1", "5", "Sorry for the wait")
	require.Equal(t, 200, status, page)
	require.EqualValues(t, 5, s.Balance(m))
	for range 2 {
		status, page = give("k2", "50", "Sorry for the wait")
		require.Equal(t, 202, status, page)
		require.Contains(t, page, en.Say("till.asked"))
		require.NotContains(t, page, en.Say("till.undo"))
	}
	require.EqualValues(t, 5, s.Balance(m))
	require.Equal(t, 403, b.get("/console/approvals").Status)

	boss := open(s)
	boss.login(apitest.Manager)
	require.Contains(t, plain(boss.get("/console")), "1 request waits for your approval")
	list := boss.get("/console/approvals")
	require.Contains(t, plain(list), "Sam Staff")
	all, err := s.Stores.Awards.Approvals(t.Context(), "demo", models.ApprovalWaits, s.Entries(m)[0].At.AddDate(0, 0, -1), 9)
	require.NoError(t, err)
	require.Len(t, all, 1)
	path := "/console/approvals/" + string(all[0].ID)
	require.Equal(t, 422, boss.send("POST", path+"/refusals", url.Values{"other": {" "}}).Status)
	for range 2 {
		require.Equal(t, 303, boss.send("POST", path+"/grants", url.Values{}).Status)
	}
	require.EqualValues(t, 55, s.Balance(m))
	require.Contains(t, plain(boss.get("/console/members/"+string(m.ID))), "approved by")
	require.Contains(t, plain(boss.get("/console/approvals")), en.Say("approvals.none"))
	require.Equal(t, 409, boss.send("POST", path+"/refusals", url.Values{"other": {"late"}}).Status)
	marketer := open(s)
	marketer.login(apitest.Marketer)
	require.NotContains(t, plain(marketer.get("/console")), "approval")
	require.Equal(t, 403, marketer.get("/console/approvals").Status)
}
