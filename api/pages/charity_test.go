package pages_test

import (
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"

	"regulars/api/apitest"
	"regulars/models"
	"regulars/models/store/storetest"
)

// A member chooses on their own page whom their purchases give to.
func TestMembersChooseACharity(t *testing.T) {
	s := apitest.Start(t, storetest.SQLite(t), apitest.Options{Idle: true})
	terms := apitest.Terms()
	terms.Giving = models.Giving{ID: "trees", Name: "1 % of what you spend", Percent: 100, Charities: []string{"City trees", "Food bank"}}
	_, err := s.Wallet.Publish(t.Context(), "demo", terms, 1, "")
	require.NoError(t, err)
	m := s.Enrol("Ada")
	b := open(s)
	page := b.get("/m/" + m.Page)
	require.Contains(t, string(page.Body), `value="City trees" checked`)
	require.Equal(t, "City trees", s.Earn(m, 1000).Given.Charity)
	choose := func(charity string) int {
		return b.send("POST", "/m/"+m.Page+"/charity", url.Values{"key": {field(t, page, "key")}, "charity": {charity}}).Status
	}
	require.Equal(t, 303, choose("Food bank"))
	require.Contains(t, string(b.get("/m/"+m.Page).Body), `value="Food bank" checked`)
	require.Equal(t, "Food bank", s.Earn(m, 1000).Given.Charity)
	require.Equal(t, 422, choose("My own pocket"))
	require.Equal(t, "Food bank", s.Earn(m, 1000).Given.Charity)

	none := apitest.Start(t, storetest.SQLite(t), apitest.Options{Idle: true})
	other := none.Enrol("Bob")
	require.NotContains(t, string(open(none).get("/m/"+other.Page).Body), "/charity")
}
