package pages_test

import (
	"net/url"
	"regexp"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"regulars/api/apitest"
	"regulars/models"
	"regulars/models/store/storetest"
	"regulars/templates"
	"regulars/wallet"
)

// fields are the values of a page's hidden fields of a name, in order.
func fields(body []byte, name string) []string {
	var all []string
	for _, found := range regexp.MustCompile(`name="`+name+`" value="([^"]*)"`).FindAllSubmatch(body, -1) {
		all = append(all, string(found[1]))
	}
	return all
}

// Rewards with a choice, several at once, vouchers, and money on the card, as
// staff meet them at the till.
func TestRewardsAndMoneyAtTheTill(t *testing.T) {
	s := apitest.Start(t, storetest.SQLite(t), apitest.Options{Idle: true})
	terms := apitest.Terms()
	terms.Value = models.ValueTerms{Most: 20_000}
	terms.Products = []models.Product{{ID: "ten", Name: "Ten visits", Unit: models.Visits, Give: 10, Price: 9000}}
	terms.Rewards = []models.Reward{
		{ID: "cake", Name: "Cake", Unit: models.Points, Cost: 10, Choose: []string{"Apple", "Cheese"}},
		{ID: "off", Name: "One off", Unit: models.Points, Cost: 5, Kind: models.AmountOff, Amount: 100, Repeat: 9},
		{ID: "gone", Name: "A mug", Unit: models.Points, Cost: 1, Stock: 1},
		{ID: "welcome", Name: "A welcome coffee", Choose: []string{"Espresso", "Latte"}},
	}
	_, err := s.Wallet.Publish(t.Context(), "demo", terms, 1, "")
	require.NoError(t, err)
	m, other := s.Enrol("Ada"), s.Enrol("Bob")
	s.Earn(m, 3000)
	s.Earn(other, 3000)
	_, err = s.Wallet.Redeem(t.Context(), wallet.Redemption{Program: "demo", Member: other.ID, Reward: "gone", Key: "k"})
	require.NoError(t, err)
	vouchers, err := s.Wallet.IssueVouchers(t.Context(), wallet.Issue{Program: "demo", Reward: "welcome", Key: "batch"})
	require.NoError(t, err)
	en := templates.For("en")

	b := open(s)
	b.login(apitest.Staff)
	voucher := b.send("POST", "/till/scan", url.Values{"code": {string(vouchers[0].Code)}})
	require.Equal(t, 200, voucher.Status, "%s %s", plain(voucher), s.Log)
	require.Contains(t, plain(voucher), en.Say("till.voucher.card"))
	carried := fields(voucher.Body, "voucher")
	require.Equal(t, []string{string(vouchers[0].Code)}, carried)
	page := b.send("POST", "/till/scan", url.Values{"code": {string(m.Card)}, "voucher": carried})
	require.Equal(t, 200, page.Status)
	require.Equal(t, []string{string(vouchers[0].Code)}, fields(page.Body, "voucher"))
	require.Contains(t, plain(page), en.Say("fault.out_of_stock"))

	give := func(what url.Values, says ...string) apitest.Reply {
		t.Helper()
		what.Set("member", string(m.ID))
		what.Set("key", apitest.NewKey().Value)
		got := b.send("POST", "/till/redemptions", what)
		for _, said := range says {
			require.Contains(t, plain(got), said)
		}
		return got
	}
	give(url.Values{"voucher": carried}, en.Say("fault.choice_missing"))
	give(url.Values{"voucher": carried, "choice": {"Latte"}}, "A welcome coffee: Latte")
	give(url.Values{"voucher": carried, "choice": {"Latte"}}, en.Say("fault.voucher_used"))
	give(url.Values{"reward": {"cake"}, "choice": {"Apple"}}, "Cake: Apple")
	give(url.Values{"reward": {"off"}, "times": {"3"}}, "One off (€3.00)")
	require.EqualValues(t, 30-10-15, s.Balance(m))

	load := func(what url.Values) apitest.Reply {
		what.Set("member", string(m.ID))
		what.Set("key", apitest.NewKey().Value)
		return b.send("POST", "/till/loads", what)
	}
	require.Contains(t, plain(load(url.Values{"amount": {"12,50"}})), "€12.50")
	require.Contains(t, plain(load(url.Values{"amount": {"x"}})), en.Say("fault.invalid_amount"))
	require.Contains(t, plain(load(url.Values{"amount": {"500"}})), en.Say("fault.value_full"))
	require.Equal(t, 200, load(url.Values{"product": {"ten"}}).Status)
	page = b.send("POST", "/till/scan", url.Values{"code": {string(m.Card)}})
	held := fields(page.Body, "value")
	require.Equal(t, []string{strconv.Itoa(1250)}, held)
	sale := url.Values{"member": {string(m.ID)}, "key": {apitest.NewKey().Value}, "amount": {"20"}, "value": held}
	for range 2 { // the second is the same request again
		paid := b.send("POST", "/till/purchases", sale)
		require.Contains(t, plain(paid), en.Say("till.paid.value", templates.Args{"Amount": "€12.50"}))
	}
	entries := s.Entries(m)
	last := entries[len(entries)-1]
	require.EqualValues(t, 0, last.State.Balance(models.Value))
	require.EqualValues(t, 10, last.State.Balance(models.Visits))
	require.EqualValues(t, 12, last.State.Balance(models.Points), "7.50 was paid with money")
}
