package models_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"regulars/models"
)

// day is a Tuesday noon in Amsterdam.
var day = time.Date(2026, 3, 10, 11, 0, 0, 0, time.UTC)

// shopper books purchases one after the other, and keeps what came of them.
type shopper struct {
	t     *testing.T
	p     *models.Program
	state models.State
	last  models.Change
}

func shopping(t *testing.T, change func(*models.Terms)) *shopper {
	t.Helper()
	p := program(func(terms *models.Terms) {
		terms.Rules, terms.Rewards, terms.Tiers = nil, nil, nil
		change(terms)
	})
	require.NoError(t, models.CheckTerms(&p.Terms))
	return &shopper{t: t, p: p}
}

func (s *shopper) do(e models.Event) models.Change {
	s.t.Helper()
	if e.At.IsZero() {
		e.At = day
	}
	c, err := s.p.Apply(s.state, e)
	require.NoError(s.t, err)
	s.state, s.last = c.State, c
	return c
}

func (s *shopper) buys(amount int64, items ...models.Item) models.Change {
	s.t.Helper()
	e := buy(amount)
	e.Purchase.Items = items
	return s.do(e)
}

func (s *shopper) has(u models.Unit) int64 { return s.state.Balance(u) }

// why is what each reason gave of the last.
func (s *shopper) why() map[models.RuleID]int64 {
	all := map[models.RuleID]int64{}
	for _, d := range s.last.Deltas {
		all[d.Rule] += d.Amount
	}
	return all
}

func rule(change func(*models.Rule)) models.Rule {
	r := models.Rule{ID: "rule", Name: "why", Unit: models.Points, Give: 1, Per: models.PerPurchase}
	change(&r)
	return r
}

// The examples that the trade tells, each by what it says.

func TestOnePurchaseIsOnePointAndTenAreAReward(t *testing.T) {
	s := shopping(t, func(terms *models.Terms) {
		terms.Rules = []models.Rule{rule(func(*models.Rule) {})}
		terms.Rewards = []models.Reward{{ID: "gift", Name: "Gift", Unit: models.Points, Cost: 10}}
	})
	for range 9 {
		s.buys(1)
	}
	_, err := s.p.Apply(s.state, models.Event{Kind: models.EntryRedeem, Reward: "gift"})
	require.Equal(t, "not_enough", models.CodeOf(err))
	s.buys(99_999)
	s.do(models.Event{Kind: models.EntryRedeem, Reward: "gift"})
	require.Zero(t, s.has(models.Points))
}

func TestSomethingForHundredPointsAndMoreForAThousand(t *testing.T) {
	s := shopping(t, func(terms *models.Terms) {
		terms.Rules = perAmount(1, 100)
		terms.Rewards = []models.Reward{{ID: "small", Name: "A coffee", Unit: models.Points, Cost: 100}, {ID: "large", Name: "A dinner", Unit: models.Points, Cost: 1000}}
	})
	ready := func() (names []models.RewardID) {
		all, _ := s.state.Rewards(s.p, day)
		for _, r := range all {
			names = append(names, r.ID)
		}
		return names
	}
	s.buys(9_999)
	require.Empty(t, ready())
	s.buys(1)
	require.Equal(t, []models.RewardID{"small"}, ready())
	_, next := s.state.Rewards(s.p, day)
	require.Equal(t, models.RewardID("large"), next.ID)
	s.buys(90_000)
	require.Equal(t, []models.RewardID{"small", "large"}, ready())
	s.do(models.Event{Kind: models.EntryRedeem, Reward: "large"})
	require.Zero(t, s.has(models.Points))
}

func TestARewardForEachFiftyDollars(t *testing.T) {
	s := shopping(t, func(terms *models.Terms) { terms.Rules = perAmount(1, 5000) })
	s.buys(3000)
	require.Zero(t, s.has(models.Points))
	s.buys(2000)
	require.EqualValues(t, 1, s.has(models.Points), "$30 and then $20 are $50")
	s.buys(12_500)
	require.EqualValues(t, 3, s.has(models.Points))
	s.buys(2500)
	require.EqualValues(t, 4, s.has(models.Points))
}

func TestOnePointForTenDollarsAndFiftyPointsAreADiscount(t *testing.T) {
	s := shopping(t, func(terms *models.Terms) {
		terms.Rules = perAmount(1, 1000)
		terms.Rewards = []models.Reward{{ID: "discount", Name: "$5 off", Unit: models.Points, Cost: 50}}
	})
	for range 10 {
		s.buys(4999)
	}
	require.EqualValues(t, 49, s.has(models.Points))
	s.buys(10)
	s.do(models.Event{Kind: models.EntryRedeem, Reward: "discount"})
	require.Zero(t, s.has(models.Points))
}

func TestTwentyFivePercentAfterHundredFifty(t *testing.T) {
	s := shopping(t, func(terms *models.Terms) {
		terms.Rules = perAmount(1, 100)
		terms.TierBy, terms.Tiers = models.TierBySpend, []models.Tier{{Name: "25 % off", From: 15_000}}
	})
	s.buys(14_999)
	require.Empty(t, s.state.Tier)
	s.buys(1)
	require.Equal(t, "25 % off", s.state.Tier)
}

func TestTheEleventhDrinkIsFreeAfterTenPunches(t *testing.T) {
	s := shopping(t, func(terms *models.Terms) {
		terms.Rules = []models.Rule{rule(func(r *models.Rule) {
			r.Unit, r.Per, r.What = models.Stamps, models.PerItem, models.Goods{Categories: []string{"drink"}}
		})}
		terms.StampCards = []models.StampCard{{ID: "drinks", Name: "Drinks", Unit: models.Stamps, Size: 10}}
		terms.Rewards = []models.Reward{{ID: "drink", Name: "Drink", Unit: models.Stamps, Cost: 10}}
	})
	s.buys(2000, models.Item{Name: "Latte", Category: "drink", Quantity: 4, Amount: 1600}, models.Item{Name: "Cake", Category: "food", Quantity: 1, Amount: 400})
	s.buys(2800, models.Item{Name: "Tea", Category: "drink", Quantity: 7, Amount: 2800})
	require.EqualValues(t, 11, s.has(models.Stamps), "the next card has one already")
	s.do(models.Event{Kind: models.EntryRedeem, Reward: "drink"})
	require.EqualValues(t, 1, s.has(models.Stamps))
}

func TestASmoothieAfterFiftyCheckIns(t *testing.T) {
	s := shopping(t, func(terms *models.Terms) {
		terms.Rules = []models.Rule{rule(func(r *models.Rule) {
			r.On, r.Per, r.Unit, r.Most.Times = models.OnCheckIn, "", models.Visits, 1
		})}
		terms.Rewards = []models.Reward{{ID: "smoothie", Name: "Smoothie", Unit: models.Visits, Cost: 50}}
	})
	for i := range 50 {
		at := day.AddDate(0, 0, i)
		s.do(models.Event{Kind: models.EntryEarn, Activity: models.OnCheckIn, At: at})
		s.do(models.Event{Kind: models.EntryEarn, Activity: models.OnCheckIn, At: at.Add(time.Hour)}) // the second of a day gives nothing
		require.EqualValues(t, i+1, s.has(models.Visits))
	}
	s.do(models.Event{Kind: models.EntryRedeem, Reward: "smoothie"})
}

// Each part of a rule.

func TestWhatARuleCounts(t *testing.T) {
	bread := models.Item{Name: "Bread", SKU: "b1", Brand: "Mill", Category: "bakery", Quantity: 2, Amount: 600}
	card := models.Item{Name: "Gift card", Category: "gift card", Quantity: 1, Amount: 5000}
	jam := models.Item{Name: "Jam", SKU: "j1", Quantity: 1, Amount: 450}
	for _, tt := range []struct {
		name     string
		change   func(*models.Rule)
		purchase models.Purchase
		want     int64
	}{
		{"all of it", func(*models.Rule) {}, models.Purchase{Amount: 1050, Items: []models.Item{bread, jam}}, 10},
		{"a category", func(r *models.Rule) { r.What.Categories = []string{"bakery"} }, models.Purchase{Amount: 1050, Items: []models.Item{bread, jam}}, 6},
		{"a brand or a SKU", func(r *models.Rule) { r.What = models.Goods{Brands: []string{"Mill"}, SKUs: []string{"j1"}} }, models.Purchase{Amount: 1050, Items: []models.Item{bread, jam}}, 10},
		{"nothing of it", func(r *models.Rule) { r.What.SKUs = []string{"x"} }, models.Purchase{Amount: 1050, Items: []models.Item{bread, jam}}, 0},
		{"no gift cards", func(*models.Rule) {}, models.Purchase{Amount: 5600, Items: []models.Item{bread, card}}, 6},
		{"no tip", func(*models.Rule) {}, models.Purchase{Amount: 1100, Tip: 100}, 10},
		{"not what points or value paid", func(*models.Rule) {}, models.Purchase{Amount: 1100, Covered: 1000}, 1},
		{"at least", func(r *models.Rule) { r.Min = 1101 }, models.Purchase{Amount: 1100}, 0},
		{"at least of what counts", func(r *models.Rule) { r.Min = 700; r.What.Categories = []string{"bakery"} }, models.Purchase{Amount: 1050, Items: []models.Item{bread, jam}}, 0},
		{"each piece", func(r *models.Rule) { r.Per, r.Amount, r.Give = models.PerItem, 0, 5 }, models.Purchase{Amount: 1050, Items: []models.Item{bread, jam}}, 15},
		{"a purchase", func(r *models.Rule) { r.Per, r.Amount, r.Give = models.PerPurchase, 0, 5 }, models.Purchase{Amount: 1050}, 5},
		{"a purchase of nothing that counts", func(r *models.Rule) { r.Per, r.Amount = models.PerPurchase, 0 }, models.Purchase{Amount: 5000, Items: []models.Item{card}}, 0},
		{"at most for a purchase", func(r *models.Rule) { r.Most.Purchase = 7 }, models.Purchase{Amount: 1050}, 7},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := shopping(t, func(terms *models.Terms) {
				terms.Rules = perAmount(1, 100)
				tt.change(&terms.Rules[0])
				terms.Excluded.Categories = []string{"gift card"}
			})
			tt.purchase.Currency = "EUR"
			s.do(models.Event{Kind: models.EntryEarn, Purchase: &tt.purchase})
			require.Equal(t, tt.want, s.has(models.Points))
		})
	}
}

func TestMostInADay(t *testing.T) {
	s := shopping(t, func(terms *models.Terms) {
		terms.Rules = perAmount(1, 100)
		terms.Rules[0].Most.Day = 15
	})
	s.buys(1000)
	first := s.last
	s.buys(1000)
	require.EqualValues(t, 15, s.has(models.Points))
	s.buys(1000)
	require.EqualValues(t, 15, s.has(models.Points))
	s.do(models.Event{Kind: models.EntryReverse, Original: &models.Entry{Kind: models.EntryEarn, Deltas: first.Deltas, Counts: first.Counts, Credit: first.Credit}})
	require.EqualValues(t, 5, s.has(models.Points))
	s.buys(2000)
	require.EqualValues(t, 15, s.has(models.Points), "what was taken back leaves room")
	late := buy(1000)
	late.At = day.Add(13 * time.Hour) // 01:00 of the next day in Amsterdam
	s.do(late)
	require.EqualValues(t, 25, s.has(models.Points))
	for i := range 100 {
		later := buy(100)
		later.At = day.AddDate(0, 0, i+2)
		s.do(later)
	}
	require.LessOrEqual(t, len(s.state.Counts), 42, "days long past are forgotten")
}

func TestStampCards(t *testing.T) {
	stamps := func(start int64, every bool) *shopper {
		return shopping(t, func(terms *models.Terms) {
			terms.Rules = []models.Rule{
				rule(func(r *models.Rule) { r.Unit = models.Stamps }),
				rule(func(r *models.Rule) {
					r.ID, r.Unit, r.When.Hours = "lunch", "stamps:lunch", []models.Hours{{From: "12:00", Until: "14:00"}}
				}),
			}
			terms.StampCards = []models.StampCard{
				{ID: "coffee-card", Name: "Coffee", Unit: models.Stamps, Size: 5, Start: start, Every: every},
				{ID: "lunch-card", Name: "Lunch", Unit: "stamps:lunch", Size: 10},
			}
		})
	}
	once := stamps(2, false)
	once.buys(300)
	require.EqualValues(t, 3, once.has(models.Stamps))
	require.EqualValues(t, 1, once.has("stamps:lunch"), "noon in Amsterdam")
	require.Equal(t, map[models.RuleID]int64{"rule": 1, "coffee-card": 2, "lunch": 1}, once.why())
	for range 7 {
		once.buys(300)
	}
	require.EqualValues(t, 10, once.has(models.Stamps))
	first := once.last
	once.do(models.Event{Kind: models.EntryReverse, Original: &models.Entry{Kind: models.EntryEarn, Deltas: first.Deltas, Counts: first.Counts, Credit: first.Credit}})
	require.EqualValues(t, 9, once.has(models.Stamps))

	each := stamps(1, true)
	each.buys(300)
	require.EqualValues(t, 2, each.has(models.Stamps))
	for range 3 {
		each.buys(300)
	}
	require.EqualValues(t, 6, each.has(models.Stamps), "the fifth filled a card, and the next has one")
}

func TestOnceInALifeAndOnceAYear(t *testing.T) {
	s := &shopper{t: t, p: program(func(terms *models.Terms) {
		terms.Rules = []models.Rule{
			rule(func(r *models.Rule) { r.ID, r.On, r.Per, r.Give = "welcome", models.OnSignUp, "", 20 }),
			rule(func(r *models.Rule) { r.ID, r.On, r.Per, r.Give = "birthday", models.OnBirthday, "", 50 }),
		}
	})}
	did := func(what models.Occasion, at time.Time) (models.Change, error) {
		return s.p.Apply(s.state, models.Event{Kind: models.EntryEarn, Activity: what, At: at})
	}
	s.do(models.Event{Kind: models.EntryEarn, Activity: models.OnSignUp})
	_, err := did(models.OnSignUp, day.AddDate(3, 0, 0))
	require.Equal(t, "given_before", models.CodeOf(err))
	s.do(models.Event{Kind: models.EntryEarn, Activity: models.OnBirthday})
	_, err = did(models.OnBirthday, day.AddDate(0, 9, 0))
	require.Equal(t, "given_before", models.CodeOf(err))
	next, err := did(models.OnBirthday, day.AddDate(1, 0, 0))
	require.NoError(t, err)
	require.EqualValues(t, 120, next.State.Balance(models.Points))
	_, err = did(models.OnSurvey, day)
	require.Equal(t, "no_rule", models.CodeOf(err))
}
