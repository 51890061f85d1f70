package pages_test

import (
	"context"
	"crypto/rand"
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"

	"regulars/api/apitest"
	"regulars/models"
	"regulars/models/store/storetest"
	"regulars/templates"
	"regulars/wallet"
)

// Owners and managers see what merchants owe each other and what charities were
// given; the member and the till are told of the share of a purchase.
func TestBooksOfTheMonth(t *testing.T) {
	s := apitest.Start(t, storetest.SQLite(t), apitest.Options{Idle: true})
	b, en := open(s), templates.For("en")
	b.login(apitest.Owner)
	require.NotContains(t, plain(b.get("/console")), "/console/books")
	require.Contains(t, plain(b.get("/console/books")), en.Say("books.neither"))

	terms := apitest.Terms()
	terms.Merchants = []models.Merchant{{ID: "bakery", Name: "The Mill", Locations: []string{"Mill"}}, {ID: "books", Name: "Bookshop", Locations: []string{"Square"}}}
	terms.Settlement = []models.Rate{{Unit: models.Points, Units: 1, Amount: 2}}
	terms.Giving = models.Giving{ID: "trees", Name: "1 %", Percent: 100, Charities: []string{"City trees"}}
	_, err := s.Wallet.Publish(t.Context(), "demo", terms, 1, "")
	require.NoError(t, err)
	empty := plain(b.get("/console/books"))
	require.Contains(t, empty, en.Say("books.settled"))
	require.Contains(t, empty, en.Say("books.none"))

	m := s.Enrol("Ada")
	at := func(location string) wallet.Actor { return wallet.Actor{User: "u-staff", Location: location} }
	_, err = s.Wallet.Earn(context.Background(), wallet.Sale{Program: "demo", Member: m.ID, Purchase: models.Purchase{Amount: 20_050}, Key: rand.Text(), Actor: at("Mill")})
	require.NoError(t, err)
	coffee, err := s.Wallet.Redeem(context.Background(), wallet.Redemption{Program: "demo", Member: m.ID, Reward: "coffee", Key: rand.Text(), Actor: at("Square")})
	require.NoError(t, err)
	cost := -coffee.Amount(models.Points)

	require.Contains(t, plain(b.get("/console")), "/console/books")
	for _, lang := range templates.Languages {
		said := templates.For(lang)
		page := plain(b.send("GET", "/console/books", nil, speaks(lang)))
		require.Contains(t, page, said.Say("books.owes", templates.Args{
			"Issuer": "The Mill", "Redeemer": "Bookshop", "Amount": said.Money(2*cost, "EUR", 2), "Units": said.Units(templates.Unit{Kind: "points"}, cost),
		}))
		require.Contains(t, page, said.Money(200, "EUR", 2))
	}
	require.Contains(t, plain(open(s).get("/m/"+m.Page)), "€2.00 for City trees")
	till := b.send("POST", "/till/purchases", url.Values{"member": {string(m.ID)}, "amount": {"35.50"}, "key": {rand.Text()}})
	require.Contains(t, plain(till), "€0.36 for City trees", string(till.Body))

	require.Equal(t, 422, b.get("/console/books?month=november").Status)
	require.Contains(t, plain(b.get("/console/books?month=2024-02")), "29 February 2024")
	for _, who := range []string{apitest.Marketer, apitest.Staff} {
		other := open(s)
		other.login(who)
		require.Equal(t, 403, other.get("/console/books").Status)
		require.NotContains(t, plain(other.get("/console")), "/console/books")
	}
	manager := open(s)
	manager.login(apitest.Manager)
	require.Equal(t, 200, manager.get("/console/books").Status)
}
