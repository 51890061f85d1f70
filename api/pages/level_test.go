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

// A member reads until when a level is held and what is missing to the next;
// staff read what it gives.
func TestLevelOnThePages(t *testing.T) {
	s := apitest.Start(t, storetest.SQLite(t), apitest.Options{Idle: true})
	terms := apitest.Terms()
	terms.TierBy, terms.TierOver = models.TierBySpend, models.TierOver{Calendar: true}
	terms.Tiers = []models.Tier{
		{Name: "Silver", From: 20_000, Discount: 5, Perks: []string{"New roasts a week before others"}},
		{Name: "Gold", From: 50_000, Discount: 10},
	}
	_, err := s.Wallet.Publish(t.Context(), "demo", terms, 1, "")
	require.NoError(t, err)
	m := s.Enrol("Ada")
	b, words := open(s), templates.For("en")
	till := func() string {
		return plain(b.send("POST", "/till/scan", url.Values{"code": {string(m.Card)}}))
	}
	b.login(apitest.Staff)
	page := plain(b.get("/m/" + m.Page))
	require.Contains(t, page, "€200.00 to Silver")
	require.NotContains(t, till(), "% off")

	bought := s.Earn(m, 20_500)
	page = plain(b.get("/m/" + m.Page))
	last := words.Date(bought.State.TierUntil.In((&models.Program{Terms: terms}).Zone()).AddDate(0, 0, -1))
	require.Regexp(t, `^31 December 20\d\d$`, last)
	for _, says := range []string{"Silver until " + last, "€295.00 to Gold", "5% off", "New roasts a week before others"} {
		require.Contains(t, page, says)
	}
	require.Contains(t, till(), "5% off")
	require.Contains(t, till(), "New roasts a week before others")

	s.Earn(m, 29_500)
	page = plain(b.get("/m/" + m.Page))
	require.Contains(t, page, "Gold until "+last)
	require.NotContains(t, page, " to Gold")
	require.Contains(t, till(), "10% off")
}
