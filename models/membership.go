package models

import (
	"cmp"
	"slices"
	"strconv"
	"time"
)

// Membership is what a member pays for by time: a gym, a club, a box each month.
// It is sold like a product, and gives no units: it is being a member that counts.
type Membership struct {
	ID    RuleID `bson:"id" json:"id"` // of one space with rules and products
	Name  string `bson:"name" json:"name"`
	Price int64  `bson:"price" json:"price"` // minor units

	// The term: so many months, to the end of the day of the same date, or so
	// many days, that of the sale being the first.
	Months int `bson:"months,omitempty" json:"months,omitempty"`
	Days   int `bson:"days,omitempty" json:"days,omitempty"`

	Prolongs RuleID `bson:"prolongs,omitempty" json:"prolongs,omitempty"` // the membership that this is another term of: the gym, by the year
	Locks    bool   `bson:"locks,omitempty" json:"locks,omitempty"`       // who has not paid for it earns and redeems nothing
	Notice   int    `bson:"notice,omitempty" json:"notice,omitempty"`     // days before the end that the member is told
	Grace    int    `bson:"grace,omitempty" json:"grace,omitempty"`       // days after it for which it holds all the same
}

// Paid is the time that a membership was paid for without a gap. Months and days
// are added up and not what they came to: so a term is taken back in any order,
// and twelve months from 31 January end on 31 January.
type Paid struct {
	Membership RuleID    `bson:"membership"`
	Since      time.Time `bson:"since"` // the beginning of its first local day
	Months     int       `bson:"months,omitempty"`
	Days       int       `bson:"days,omitempty"`
	Grace      int       `bson:"grace,omitempty"`  // days
	Until      time.Time `bson:"until"`            // the end of its last local day
	Ends       time.Time `bson:"ends"`             // that of the grace after it
	Lapsed     bool      `bson:"lapsed,omitempty"` // an entry has ended it
}

// Term is what an entry did to the time that a membership is paid for.
type Term struct {
	Membership RuleID    `bson:"membership" json:"membership"`
	Since      time.Time `bson:"since" json:"since"`                       // of the time that it belongs to
	Months     int       `bson:"months,omitempty" json:"months,omitempty"` // that were added, below zero those taken back; none where it lapsed
	Days       int       `bson:"days,omitempty" json:"days,omitempty"`
	Until      time.Time `bson:"until" json:"until"` // after the entry; Since where nothing is left
}

// The bounds of what is paid ahead, so that no date is out of range.
const (
	maxMonthsAhead = 1200
	maxDaysAhead   = 36500
)

// Membership returns the membership with that id.
func (t *Terms) Membership(id RuleID) (Membership, bool) {
	i := slices.IndexFunc(t.Memberships, func(m Membership) bool { return m.ID == id })
	if i < 0 {
		return Membership{}, false
	}
	return t.Memberships[i], true
}

// PaidFor returns the time that a membership was last paid for.
func (s *State) PaidFor(id RuleID) (Paid, bool) {
	for _, paid := range s.Paid {
		if paid.Membership == id {
			return paid, true
		}
	}
	return Paid{}, false
}

// Holds reports whether a membership was paid for at a moment. Of the past it
// knows no more than the time that was paid for last.
func (s *State) Holds(id RuleID, at time.Time) bool {
	paid, ok := s.PaidFor(id)
	return ok && !at.Before(paid.Since) && at.Before(paid.Ends)
}

// owing returns nil when one of the memberships is paid for at a moment, or else
// the Conflict that tells what to do.
func (s *State) owing(ids []RuleID, at time.Time) error {
	lapsed := false
	for _, id := range ids {
		if s.Holds(id, at) {
			return nil
		}
		paid, ok := s.PaidFor(id)
		lapsed = lapsed || ok && !at.Before(paid.Ends)
	}
	if lapsed {
		return Fail(Conflict, "membership_lapsed", "member", "The membership has lapsed. Renew it at the till first.")
	}
	return Fail(Conflict, "membership_needed", "member", "This is for those who have paid for a membership. Sell one at the till first.")
}

// locked returns why nothing is earned or redeemed with the card, nil where it
// is. What is imported, or replayed, was allowed when it happened, and a gift for
// joining comes before anybody can have paid.
func (p *Program) locked(s *State, event *Event) error {
	if len(p.Memberships) == 0 || event.Imported || event.Activity == OnSignUp {
		return nil
	}
	var locks []RuleID
	for i := range p.Memberships {
		if m := &p.Memberships[i]; m.Locks {
			locks = append(locks, m.ID)
		}
	}
	if len(locks) == 0 {
		return nil
	}
	return s.owing(locks, event.At)
}

// enter sells a membership: a term is added to the end of what is paid for, or
// begins on the day.
func (p *Program) enter(s *State, m *Membership, at time.Time) (Change, error) {
	id := m.ID
	grace := m.Grace
	if m.Prolongs != "" {
		base, _ := p.Membership(m.Prolongs)
		id, grace = m.Prolongs, base.Grace
	}
	paid, ok := s.PaidFor(id)
	if !ok || !at.Before(paid.Ends) || at.Before(paid.Since) {
		year, month, day := at.In(p.Zone()).Date()
		paid = Paid{Membership: id, Since: startOfDay(year, month, day, p.Zone())}
	}
	paid.Months, paid.Days, paid.Grace = paid.Months+m.Months, paid.Days+m.Days, grace
	if paid.Months > maxMonthsAhead || paid.Days > maxDaysAhead {
		return Change{}, Fail(Conflict, "paid_far_ahead", "product", "This is paid for a lifetime ahead already.")
	}
	paid.reckon(p.Zone())
	return Change{
		Paid: []Term{{Membership: id, Since: paid.Since, Months: m.Months, Days: m.Days, Until: paid.Until}},
		paid: s.paidWith(paid),
	}, nil
}

// leave takes back the terms that an entry added, of the time that is still the
// newest: what was paid for before a gap is over.
func (p *Program) leave(s *State, o *Entry, c *Change) {
	c.paid = s.Paid
	for _, term := range o.Paid {
		now := State{Paid: c.paid}
		paid, ok := now.PaidFor(term.Membership)
		if !ok || !paid.Since.Equal(term.Since) {
			continue
		}
		paid.Months, paid.Days = paid.Months-term.Months, paid.Days-term.Days
		paid.reckon(p.Zone())
		c.Paid = append(c.Paid, Term{Membership: term.Membership, Since: term.Since, Months: -term.Months, Days: -term.Days, Until: paid.Until})
		c.paid = now.paidWith(paid)
	}
}

// lapse ends the memberships whose time is over.
func (s *State) lapse(at time.Time, c *Change) {
	c.paid = s.Paid
	for _, paid := range s.Paid {
		if paid.Lapsed || at.Before(paid.Ends) {
			continue
		}
		paid.Lapsed = true
		c.Paid = append(c.Paid, Term{Membership: paid.Membership, Since: paid.Since, Until: paid.Until})
		now := State{Paid: c.paid}
		c.paid = now.paidWith(paid)
	}
}

// paidWith returns what is paid for with one of it in place of what was; nothing
// of it where no term is left.
func (s *State) paidWith(paid Paid) []Paid {
	var all []Paid
	for _, o := range s.Paid {
		if o.Membership != paid.Membership {
			all = append(all, o)
		}
	}
	if paid.Months > 0 || paid.Days > 0 {
		all = append(all, paid)
	}
	slices.SortFunc(all, func(a, b Paid) int { return cmp.Compare(a.Membership, b.Membership) })
	return all
}

// reckon works out the end of what was paid for.
func (x *Paid) reckon(zone *time.Location) {
	if x.Months == 0 && x.Days == 0 {
		x.Until, x.Ends = x.Since, x.Since
		return
	}
	year, month, day := x.Since.In(zone).Date()
	if x.Months == 0 {
		day-- // the day of the sale is the first
	} else {
		year, month, day = monthsAfter(year, month, day, x.Months)
	}
	x.Until = endOfDay(year, month, day+x.Days, zone)
	x.Ends = endOfDay(year, month, day+x.Days+x.Grace, zone)
}

func (x *Paid) same(o *Paid) bool {
	return x.Membership == o.Membership && x.Months == o.Months && x.Days == o.Days && x.Grace == o.Grace && x.Lapsed == o.Lapsed &&
		x.Since.Equal(o.Since) && x.Until.Equal(o.Until) && x.Ends.Equal(o.Ends)
}

// SameTerms reports whether both lists say the same in the same order.
func SameTerms(a, b []Term) bool {
	return slices.EqualFunc(a, b, func(a, b Term) bool {
		return a.Membership == b.Membership && a.Months == b.Months && a.Days == b.Days && a.Since.Equal(b.Since) && a.Until.Equal(b.Until)
	})
}

func samePaid(a, b []Paid) bool {
	return slices.EqualFunc(a, b, func(a, b Paid) bool { return a.same(&b) })
}

// checkMemberships returns the first thing wrong with the memberships, or nil.
func checkMemberships(t *Terms, named func(field string, id RuleID, name string) error, bad complain) error {
	if len(t.Memberships) > maxListed {
		return bad("memberships", "A program has at most 50 memberships.")
	}
	for i := range t.Memberships {
		m, field := &t.Memberships[i], "memberships["+strconv.Itoa(i)+"]"
		if err := named(field, m.ID, m.Name); err != nil {
			return err
		}
		base, known := t.Membership(m.Prolongs)
		switch {
		case m.Price <= 0 || m.Price > MaxBalance:
			return bad(field+".price", "Say what it costs, in minor units.")
		case m.Months < 0 || m.Months > 120 || m.Days < 0 || m.Days > 3660 || (m.Months == 0) == (m.Days == 0):
			return bad(field+".months", "A term is 1 to 120 months, or 1 to 3660 days.")
		case m.Notice < 0 || m.Notice > 365:
			return bad(field+".notice", "The notice is 0 to 365 days before the end.")
		case m.Grace < 0 || m.Grace >= m.Months*28+m.Days:
			return bad(field+".grace", "The grace is shorter than the term: who renews on its last day has some of it left.")
		case m.Prolongs != "" && (!known || base.Prolongs != "" || m.Prolongs == m.ID):
			return bad(field+".prolongs", "Name the membership that this is another term of.")
		case m.Prolongs != "" && (m.Locks || m.Notice != 0 || m.Grace != 0):
			return bad(field, "Whether it locks, notice and grace are those of the membership that it prolongs.")
		case m.Prolongs != "" && base.Grace >= m.Months*28+m.Days:
			return bad(field+".months", "The term is longer than the grace of the membership that it prolongs.")
		}
	}
	return nil
}
