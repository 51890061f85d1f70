package models_test

import (
	"testing"
	"time"

	"regulars/models"
)

// BenchmarkApply is how many purchases the pure engine applies, on one core.
func BenchmarkApply(b *testing.B) {
	items := []models.Item{
		{Name: "Latte", Category: "drink", Quantity: 2, Amount: 800}, {Name: "Bread", Category: "bakery", Brand: "Mill", Quantity: 1, Amount: 450},
		{Name: "Jam", SKU: "j1", Quantity: 1, Amount: 399}, {Name: "Gift card", Category: "gift card", Quantity: 1, Amount: 2500},
	}
	for _, bb := range []struct {
		name    string
		program *models.Program
		items   []models.Item
	}{
		{"simple", program(), nil},
		{"rich", richest(), items},
	} {
		b.Run(bb.name, func(b *testing.B) {
			at := time.Date(2026, 3, 10, 11, 0, 0, 0, time.UTC)
			e := models.Event{Kind: models.EntryEarn, Location: "Corner", Facts: []models.Fact{models.BirthdayMonth}}
			var s models.State
			b.ReportAllocs()
			for b.Loop() {
				e.At, e.Purchase = at, &models.Purchase{Amount: 4149, Currency: "EUR", Items: bb.items}
				c, err := bb.program.Apply(s, e)
				if err != nil {
					b.Fatal(err)
				}
				s, at = c.State, at.Add(7*time.Hour)
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "events/s")
		})
	}
}

// richest has something of everything.
func richest() *models.Program {
	return program(func(t *models.Terms) {
		t.Excluded.Categories = []string{"gift card"}
		t.Rules = append(t.Rules,
			models.Rule{ID: "drinks", Name: "A stamp for each drink", Unit: models.Stamps, Give: 1, Per: models.PerItem, What: models.Goods{Categories: []string{"drink"}}, Most: models.Most{Day: 10}},
			models.Rule{ID: "bakery", Name: "Bakery", Unit: models.Points, Give: 5, Per: models.PerPurchase, What: models.Goods{Categories: []string{"bakery"}}, Min: 300},
			models.Rule{ID: "visit", Name: "A visit", Unit: models.Visits, Give: 1, Per: models.PerPurchase, Most: models.Most{Times: 1}},
			models.Rule{ID: "lunch", Name: "Lunch", Unit: "stamps:lunch", Give: 1, Per: models.PerPurchase, When: models.When{Hours: []models.Hours{{From: "12:00", Until: "14:00"}}}},
		)
		t.Bonuses = []models.Bonus{
			{ID: "mill", Name: "Mill", Percent: 200, What: models.Goods{Brands: []string{"Mill"}}},
			{ID: "birthday", Name: "Birthday month", Percent: 150, When: models.When{Facts: []models.Fact{models.BirthdayMonth}}},
			{ID: "gold", Name: "Gold", Percent: 120, When: models.When{Tiers: []string{"Gold"}}},
			{ID: "weekend", Name: "Weekend", Percent: 150, When: models.When{Days: []string{"sat", "sun"}}},
		}
		t.TierOver = models.TierOver{Months: 12}
		t.Stacking = models.Stacking{Multiply: true, Ceiling: 400}
		t.Challenges = []models.Challenge{
			{ID: "five", Name: "5 visits in 30 days", Count: models.TallyVisits, Goal: 5, Within: 30, Unit: models.Points, Give: 25, Times: 1_000_000},
			{ID: "weeks", Name: "4 weeks in a row", Count: models.TallyVisits, Goal: 4, Every: models.EveryWeek, Unit: models.Points, Give: 25, Times: 1_000_000},
		}
		t.StampCards = []models.StampCard{{ID: "card", Name: "Drinks", Unit: models.Stamps, Size: 10, Start: 1, Every: true}}
	})
}
