package pages_test

import (
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"

	"regulars/api/apitest"
	"regulars/models/store/storetest"
	"regulars/templates"
)

func TestTagsInTheConsole(t *testing.T) {
	s := apitest.Start(t, storetest.SQLite(t), apitest.Options{Idle: true})
	m := s.Enrol("Ada")
	s.Enrol("Bob")
	b := open(s)
	b.login(apitest.Marketer)
	member := "/console/members/" + string(m.ID)
	done := b.send("POST", member+"/tags", url.Values{"tags": {"student, Regular"}})
	require.Equal(t, 303, done.Status, string(done.Body))
	page := b.get(member)
	require.Contains(t, string(page.Body), `value="regular student"`)
	require.Contains(t, string(page.Body), `href="/console/members?tag=student"`)
	list := string(b.get("/console/members?tag=student").Body)
	require.Contains(t, list, "Ada")
	require.NotContains(t, list, "Bob")
	again := b.send("POST", member+"/tags", url.Values{"tags": {"stu+dent x"}})
	require.Equal(t, 422, again.Status)
	require.Contains(t, plain(again), templates.For("en").Say("fault.invalid_tag"))
	require.Contains(t, string(again.Body), `value="stu&#43;dent x"`, "what was typed stays")
	staff := open(s)
	staff.login(apitest.Staff)
	require.NotEqual(t, 303, staff.send("POST", member+"/tags", url.Values{"tags": {""}}).Status)
	require.Contains(t, string(b.get(member).Body), `value="regular student"`)
}
