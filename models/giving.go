package models

import "slices"

// Giving is a share of what is sold that the business gives to a charity of the
// member's choice. Nothing of it is held on the card. There is none where ID is
// empty.
type Giving struct {
	ID        RuleID   `bson:"id" json:"id"`           // of one space with rules
	Name      string   `bson:"name" json:"name"`       // as the member reads it
	Percent   int64    `bson:"percent" json:"percent"` // hundredths of a percent of what counts: 100 is 1 %
	Charities []string `bson:"charities" json:"charities"`
	Min       int64    `bson:"min,omitempty" json:"min,omitempty"` // minor units of a purchase that counts
}

// IsZero reports whether nothing is given.
func (g Giving) IsZero() bool {
	return g.ID == "" && g.Name == "" && g.Percent == 0 && len(g.Charities) == 0 && g.Min == 0
}

// Given is what a purchase gave to a charity, or below zero what a reversal
// took back. Of small purchases it may be nothing yet.
type Given struct {
	Charity string `bson:"charity" json:"charity"`
	Amount  int64  `bson:"amount" json:"amount"` // minor units
}

// CharityOf returns who is given to for a member with that choice: the first
// charity for one who has made none, or one that is no longer to be had; empty
// where the program gives nothing.
func (t *Terms) CharityOf(choice string) string {
	all := t.Giving.Charities
	switch {
	case len(all) == 0:
		return ""
	case slices.Contains(all, choice):
		return choice
	}
	return all[0]
}

// percentParts is how many of Giving.Percent are the whole.
const percentParts = 10_000

// donate gives the share of the purchase to a charity. What is below a minor
// unit is carried over.
func (e *earning) donate(charity string) {
	g := &e.p.Giving
	spent := e.spent(Goods{})
	if charity == "" || g.ID == "" || spent < max(g.Min, 1) {
		return
	}
	key := partCount(g.ID)
	parts := e.s.Counts.Of(key) + spent*g.Percent
	amount := max(parts/percentParts, 0)
	e.counts[key] += parts - amount*percentParts - e.s.Counts.Of(key)
	e.given = &Given{Charity: e.p.CharityOf(charity), Amount: amount}
}

// to is the charity; empty where there is none.
func (g *Given) to() string {
	if g == nil {
		return ""
	}
	return g.Charity
}

// takenBack is what a share of the purchase takes back.
func (g *Given) takenBack(s share) *Given {
	if g == nil || s.of(g.Amount) == 0 {
		return nil
	}
	return &Given{Charity: g.Charity, Amount: -s.of(g.Amount)}
}

func (g *Giving) check(t *Terms, bad complain) error {
	switch {
	case g.Percent < 1 || g.Percent > percentParts:
		return bad("giving.percent", "The share is in hundredths of a percent: 100 is 1 %, and at most 10000.")
	case len(g.Charities) == 0 || len(g.Charities) > maxChoices:
		return bad("giving.charities", "There are 1 to 50 charities to choose from.")
	case g.Min < 0 || g.Min > t.MaxPurchase:
		return bad("giving.min", "The least amount is in minor units, and no more than one purchase may be.")
	}
	for i, name := range g.Charities {
		if name == "" || len(name) > maxListName || slices.Contains(g.Charities[:i], name) {
			return bad("giving.charities", "Each charity has a name of its own, of at most 60 characters.")
		}
	}
	return nil
}
