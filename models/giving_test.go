package models_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"regulars/models"
)

// giving is a shop that gives 1.5 % of what counts.
func giving(t *testing.T, change ...func(*models.Terms)) *town {
	t.Helper()
	return inTown(t, append(change, func(terms *models.Terms) {
		terms.Excluded.Categories = []string{"gift card"}
		terms.Giving = models.Giving{ID: "trees", Name: "1.5 % for a charity", Percent: 150, Charities: []string{"City trees", "Food bank"}, Min: 100}
		terms.Rewards = append(terms.Rewards, models.Reward{
			ID: "tree", Name: "A tree", Unit: models.Points, Cost: 10, Kind: models.Donation, Amount: 200, Repeat: 3, Choose: []string{"City trees", "Reef"},
		})
	})...)
}

func (w *town) buysFor(charity string, b models.Purchase) *models.Entry {
	w.t.Helper()
	b.Currency = "EUR"
	return w.at("", models.Event{Kind: models.EntryEarn, Purchase: &b, Charity: charity})
}

func (w *town) donated() []models.Donated {
	d := models.NewDonations()
	for i := range w.entries {
		var original *models.Entry
		for j := range w.entries {
			if w.entries[i].Ref == w.entries[j].ID && w.entries[i].Ref != "" {
				original = &w.entries[j]
			}
		}
		d.Add(w.p, &w.entries[i], original)
	}
	return d.Totals()
}

func TestAShareOfWhatCountsIsGiven(t *testing.T) {
	for _, tt := range []struct {
		name     string
		charity  string
		purchase models.Purchase
		want     *models.Given
	}{
		{"of all", "Food bank", models.Purchase{Amount: 1000}, &models.Given{Charity: "Food bank", Amount: 15}},
		{"rounded down, the rest is carried", "Food bank", models.Purchase{Amount: 1060}, &models.Given{Charity: "Food bank", Amount: 15}},
		{"to the first, for whoever chose one that is gone", "Reef", models.Purchase{Amount: 1000}, &models.Given{Charity: "City trees", Amount: 15}},
		{"not of tips and what is covered", "City trees", models.Purchase{Amount: 1000, Tip: 100, Covered: 300}, &models.Given{Charity: "City trees", Amount: 9}},
		{"not of what never earns", "City trees", models.Purchase{Amount: 1000, Items: []models.Item{{Name: "Gift card", Category: "gift card", Amount: 800}}}, &models.Given{Charity: "City trees", Amount: 3}},
		{"nothing of too little", "City trees", models.Purchase{Amount: 99}, nil},
		{"nothing for nobody", "", models.Purchase{Amount: 1000}, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := giving(t)
			require.Equal(t, tt.want, w.buysFor(tt.charity, tt.purchase).Given)
		})
	}
}

func TestWhatIsGivenIsTakenBackInParts(t *testing.T) {
	w := giving(t)
	first := w.buysFor("City trees", models.Purchase{Amount: 1050}) // 15.75
	second := w.buysFor("Food bank", models.Purchase{Amount: 1050}) // 15.75, and 0.75 of the first
	require.EqualValues(t, 15, first.Given.Amount)
	require.EqualValues(t, 16, second.Given.Amount)
	require.EqualValues(t, 5000, w.state.Counts.Of("part/trees"))
	require.EqualValues(t, -5, w.at("", takeBack(first, 350)).Given.Amount)
	require.EqualValues(t, -10, w.at("", takeBack(first, 0)).Given.Amount)
	require.Equal(t, []models.Donated{{Charity: "Food bank", FromSales: 16, Total: 16}}, w.donated())
	w.at("", takeBack(second, 0))
	require.Empty(t, w.donated())
	require.Empty(t, w.state.Counts.Of("part/trees"))
}

func TestTotalsOfEachCharity(t *testing.T) {
	w := giving(t)
	w.buysFor("City trees", models.Purchase{Amount: 10_000})
	tree := redeem("tree")
	tree.Taken = models.Taken{Choice: "City trees", Times: 2}
	w.at("", tree)
	tree.Taken = models.Taken{Choice: "Reef"}
	reef := w.at("", tree)
	tree.Taken = models.Taken{Choice: "Reef", Voucher: "8", Promise: &models.Reward{ID: "tree", Kind: models.Donation, Amount: 500, Choose: []string{"Reef", "Moor"}}}
	w.at("", tree)
	w.at("", redeem("ten"))
	require.Equal(t, []models.Donated{
		{Charity: "City trees", Gifts: 1, FromRewards: 400, FromSales: 150, Total: 550}, {Charity: "Reef", Gifts: 2, FromRewards: 700, Total: 700},
	}, w.donated())
	w.at("", takeBack(reef, 0))
	require.Equal(t, models.Donated{Charity: "Reef", Gifts: 1, FromRewards: 500, Total: 500}, w.donated()[1])
}

// A line that gave nothing takes nothing back.
func TestWhatIsGivenIsTakenBackByTheLinesThatCount(t *testing.T) {
	w := giving(t)
	e := w.buysFor("City trees", models.Purchase{Amount: 3000, Items: []models.Item{
		{Name: "Bread", Quantity: 2, Amount: 1000}, {Name: "Gift card", Category: "gift card", Quantity: 1, Amount: 2000},
	}})
	require.EqualValues(t, 15, e.Given.Amount)
	back := func(line int) *models.Given {
		return w.at("", models.Event{Kind: models.EntryReverse, Original: e, Lines: []models.Returned{{Line: line, Quantity: 1}}}).Given
	}
	require.Nil(t, back(1))
	require.EqualValues(t, -7, back(0).Amount)
	require.EqualValues(t, -8, back(0).Amount)
	require.Empty(t, w.donated())
	require.Empty(t, w.state.Counts)
}
