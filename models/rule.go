package models

import (
	"slices"
	"time"
)

// RuleID names a rule, a bonus or a stamp card within its program, where an
// entry says why it gave units: "coffee-stamp".
type RuleID string

// Occasion is what makes a rule give.
type Occasion string

// The occasions. All but a purchase are booked as an activity of the member.
const (
	OnPurchase Occasion = "purchase"
	OnSignUp   Occasion = "sign_up"
	OnBirthday Occasion = "birthday"
	OnCheckIn  Occasion = "check_in"
	OnSurvey   Occasion = "survey"
	OnReview   Occasion = "review"
	OnReferral Occasion = "referral" // a friend's purchase: see Referral, no rule gives on it
)

// Unasked reports whether the program gives by itself: the member need not have
// come for it.
func (o Occasion) Unasked() bool { return o == OnSignUp || o == OnBirthday || o == OnReferral }

// Step is what a rule gives for.
type Step string

// The steps. A rule on any other occasion than a purchase gives for each time.
const (
	PerAmount   Step = "amount"   // each full Amount spent; what is left is carried over
	PerPurchase Step = "purchase" // each purchase; a visit is one with Most.Times of 1
	PerItem     Step = "item"     // each piece bought
)

// Rule turns what happened into units: Give of Unit for each Per.
type Rule struct {
	ID     RuleID   `bson:"id" json:"id"`
	Name   string   `bson:"name" json:"name"`       // the reason as the customer reads it: "1 point for each €1"
	On     Occasion `bson:"on" json:"on,omitempty"` // a purchase when empty
	Unit   Unit     `bson:"unit" json:"unit"`
	Give   int64    `bson:"give" json:"give"`
	Per    Step     `bson:"per,omitempty" json:"per,omitempty"`
	Amount int64    `bson:"amount,omitempty" json:"amount,omitempty"` // minor units, for PerAmount
	What   Goods    `bson:"what,omitzero" json:"what,omitzero"`       // the lines of the receipt that count; all when empty
	When   When     `bson:"when,omitzero" json:"when,omitzero"`
	Min    int64    `bson:"min,omitempty" json:"min,omitempty"` // minor units that must be spent on What
	Most   Most     `bson:"most,omitzero" json:"most,omitzero"`
}

// SpendRule is the rule that most programs begin with: points for each full
// amount, in minor units.
func SpendRule(points, amount int64) Rule {
	return Rule{ID: "spend", Name: "Points for what you spend", Unit: Points, Give: points, Per: PerAmount, Amount: amount}
}

// Simple reports whether the rule is no more than points for each amount, which
// every language has its own words for.
func (r *Rule) Simple() bool {
	return r.Per == PerAmount && r.Unit == Points && r.What.IsZero() && r.When.IsZero() && r.Min == 0 && r.Most == Most{}
}

// Most bounds what a rule gives, bonuses included; zero is no bound.
type Most struct {
	Purchase int64 `bson:"purchase,omitempty" json:"purchase,omitempty"` // units for one purchase
	Day      int64 `bson:"day,omitempty" json:"day,omitempty"`           // units in one local day
	Times    int64 `bson:"times,omitempty" json:"times,omitempty"`       // how often in one local day
}

// Goods says which lines of a receipt are meant: those that have any of these.
type Goods struct {
	SKUs       []string `bson:"skus,omitempty" json:"skus,omitempty"`
	Brands     []string `bson:"brands,omitempty" json:"brands,omitempty"`
	Categories []string `bson:"categories,omitempty" json:"categories,omitempty"`
}

// IsZero reports whether nothing particular is meant.
func (g Goods) IsZero() bool { return len(g.SKUs)+len(g.Brands)+len(g.Categories) == 0 }

// Has reports whether a line is meant.
func (g Goods) Has(i *Item) bool {
	return i.SKU != "" && slices.Contains(g.SKUs, i.SKU) ||
		i.Brand != "" && slices.Contains(g.Brands, i.Brand) ||
		i.Category != "" && slices.Contains(g.Categories, i.Category)
}

// When says under which circumstances something holds: all that are named, each
// if any of its values is true. The zero When is always.
type When struct {
	Days      []string `bson:"days,omitempty" json:"days,omitempty"` // "mon" … "sun"
	Hours     []Hours  `bson:"hours,omitempty" json:"hours,omitempty"`
	Dates     []Dates  `bson:"dates,omitempty" json:"dates,omitempty"`
	Locations []string `bson:"locations,omitempty" json:"locations,omitempty"`
	Tiers     []string `bson:"tiers,omitempty" json:"tiers,omitempty"` // those that the member had before
	Facts     []Fact   `bson:"facts,omitempty" json:"facts,omitempty"`

	Memberships []RuleID `bson:"memberships,omitempty" json:"memberships,omitempty"` // those that are paid for
}

// IsZero reports whether w is always.
func (w When) IsZero() bool {
	return len(w.Days)+len(w.Hours)+len(w.Dates)+len(w.Locations)+len(w.Tiers)+len(w.Facts)+len(w.Memberships) == 0
}

// Hours is a part of a local day on the clock on the wall, "17:00" to "19:00",
// without its end. One that ends before it begins goes past midnight, and its
// days are those on which it begins.
type Hours struct {
	From  string `bson:"from" json:"from"`
	Until string `bson:"until" json:"until"`
}

// Dates are local days from the first to the last, both included.
type Dates struct {
	From string `bson:"from" json:"from"` // 2006-01-02
	To   string `bson:"to" json:"to"`
}

// Fact is something about the member at the moment of an event. The ledger
// keeps it with the entry instead of the person's data that it came from.
type Fact string

// The facts that rules may ask for, beside TagFact.
const (
	BirthdayToday Fact = "birthday_today"
	BirthdayWeek  Fact = "birthday_week"  // the seven days around it
	BirthdayMonth Fact = "birthday_month" // the calendar month
)

// Bonus gives more of what rules gave: Percent of it in all, 200 for double.
type Bonus struct {
	ID      RuleID   `bson:"id" json:"id"`
	Name    string   `bson:"name" json:"name"`
	Percent int64    `bson:"percent" json:"percent"`
	Rules   []RuleID `bson:"rules,omitempty" json:"rules,omitempty"` // all when empty
	What    Goods    `bson:"what,omitzero" json:"what,omitzero"`     // only for these lines of the receipt
	When    When     `bson:"when,omitzero" json:"when,omitzero"`
}

// Stacking says what happens when several bonuses hold for one rule.
type Stacking struct {
	Multiply bool  `bson:"multiply" json:"multiply"`                   // all of them; otherwise the one that gives most
	Ceiling  int64 `bson:"ceiling,omitempty" json:"ceiling,omitempty"` // the highest Percent that they may come to, 0 for none
}

// StampCard is a card of so many stamps that a reward costs: the next card
// begins where one is full.
type StampCard struct {
	ID    RuleID `bson:"id" json:"id"`
	Name  string `bson:"name" json:"name"`
	Unit  Unit   `bson:"unit" json:"unit"`                       // "stamps", or "stamps:lunch" beside others
	Size  int64  `bson:"size" json:"size"`                       // stamps of a full card
	Start int64  `bson:"start,omitempty" json:"start,omitempty"` // stamps that a new card has with its first one
	Every bool   `bson:"every,omitempty" json:"every,omitempty"` // that each new card has, and not only the first
}

// moment is when and where something happened, made ready to be asked.
type moment struct {
	local    time.Time // what the clocks show; see wall
	day      string
	location string
	tier     string
	facts    []Fact
	s        *State
	at       time.Time
}

var weekdays = [...]string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}

// Why returns the name of what gave units, as customers read it; empty when this
// version has nothing of that id.
func (t *Terms) Why(id RuleID) string {
	for _, r := range t.Rules {
		if r.ID == id {
			return r.Name
		}
	}
	for _, c := range t.Challenges {
		if c.ID == id {
			return c.Name
		}
	}
	for _, b := range t.Bonuses {
		if b.ID == id {
			return b.Name
		}
	}
	for _, c := range t.StampCards {
		if c.ID == id {
			return c.Name
		}
	}
	if t.Referral.ID == id {
		return t.Referral.Name
	}
	if x, ok := t.Product(id); ok {
		return x.Name
	}
	if m, ok := t.Membership(id); ok {
		return m.Name
	}
	for i := range t.Rewards { // value or a prize that it gave
		if RuleID(t.Rewards[i].ID) == id {
			return t.Rewards[i].Name
		}
	}
	return ""
}

// GivesOn reports whether some rule gives on an occasion.
func (t *Terms) GivesOn(o Occasion) bool {
	return slices.ContainsFunc(t.Rules, func(r Rule) bool { return r.On == o })
}

// holds reports whether w is true at m.
func (w *When) holds(m *moment) bool {
	if len(w.Locations) > 0 && !slices.Contains(w.Locations, m.location) ||
		len(w.Tiers) > 0 && !slices.Contains(w.Tiers, m.tier) ||
		len(w.Facts) > 0 && !slices.ContainsFunc(w.Facts, func(f Fact) bool { return slices.Contains(m.facts, f) }) ||
		len(w.Memberships) > 0 && m.s.owing(w.Memberships, m.at) != nil {
		return false
	}
	if len(w.Hours) == 0 {
		return w.on(m.local, m.day)
	}
	clock := m.local.Format("15:04")
	for _, h := range w.Hours {
		switch {
		case h.From < h.Until && h.From <= clock && clock < h.Until, h.From >= h.Until && h.From <= clock:
			if w.on(m.local, m.day) {
				return true
			}
		case h.From >= h.Until && clock < h.Until: // the evening before
			before := time.Date(m.local.Year(), m.local.Month(), m.local.Day()-1, 12, 0, 0, 0, time.UTC)
			if w.on(before, before.Format(time.DateOnly)) {
				return true
			}
		}
	}
	return false
}

// on reports whether the days and dates of w allow a local day.
func (w *When) on(local time.Time, day string) bool {
	return (len(w.Days) == 0 || slices.Contains(w.Days, weekdays[local.Weekday()])) &&
		(len(w.Dates) == 0 || slices.ContainsFunc(w.Dates, func(d Dates) bool { return d.From <= day && day <= d.To }))
}
