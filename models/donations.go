package models

import (
	"cmp"
	"slices"
)

// Donations adds up entries: what they gave to each charity.
type Donations struct{ of map[string]*Donated }

// Donated is what was given to one charity, in minor units, less what was taken
// back.
type Donated struct {
	Charity     string `json:"charity"`
	Gifts       int64  `json:"gifts"`        // how often members took a reward that gives to it
	FromRewards int64  `json:"from_rewards"` // by those
	FromSales   int64  `json:"from_sales"`   // by shares of purchases
	Total       int64  `json:"total"`
}

// NewDonations returns those of no entries.
func NewDonations() *Donations { return &Donations{of: map[string]*Donated{}} }

// Add counts an entry in. original is what a reversal takes back, nil for any
// other entry, and version the one that the original, or the entry, was made
// under.
func (d *Donations) Add(version *Program, e, original *Entry) {
	if e.Given != nil && e.Given.Amount != 0 {
		to := d.to(e.Given.Charity)
		to.FromSales += e.Given.Amount
		to.Total += e.Given.Amount
	}
	took, sign := e, int64(1)
	if original != nil {
		took, sign = original, -1
	}
	if took.Kind != EntryRedeem {
		return
	}
	event := Event{Reward: took.Reward, Taken: took.Taken}
	r, err := version.reward(&event)
	if err != nil || r.Kind != Donation {
		return
	}
	worth := sign * r.Worth(took.Taken.Times)
	to := d.to(cmp.Or(took.Taken.Choice, r.Name))
	to.Gifts += sign
	to.FromRewards += worth
	to.Total += worth
}

func (d *Donations) to(charity string) *Donated {
	to := d.of[charity]
	if to == nil {
		to = &Donated{Charity: charity}
		d.of[charity] = to
	}
	return to
}

// Totals returns what each charity was given, by name.
func (d *Donations) Totals() []Donated {
	all := []Donated{}
	for _, to := range d.of {
		if *to != (Donated{Charity: to.Charity}) {
			all = append(all, *to)
		}
	}
	slices.SortFunc(all, func(a, b Donated) int { return cmp.Compare(a.Charity, b.Charity) })
	return all
}

// Gives reports whether members or purchases can give to charities.
func (t *Terms) Gives() bool {
	return t.Giving.ID != "" || slices.ContainsFunc(t.Rewards, func(r Reward) bool { return r.Kind == Donation })
}
