package pages

import (
	"time"

	"regulars/models"
	"regulars/templates"
)

// memberships say until when each that was ever paid for is, or when it lapsed.
func memberships(t *templates.Texts, p *models.Program, s models.State, now time.Time) []string {
	var lines []string
	for _, m := range s.Memberships(p, now) {
		if m.Until != nil {
			lines = append(lines, t.Membership(m.Membership.Name, lastDay(t, p, *m.Until), m.Lapsed, m.Renew))
		}
	}
	return lines
}

// lastDay is the local day whose end a moment is, written.
func lastDay(t *templates.Texts, p *models.Program, end time.Time) string {
	return t.Date(end.Add(-time.Nanosecond).In(p.Zone()))
}

// tillMemberships are those that staff have to see to: with what renews them.
// Of the others it says until when they are paid for; they are sold like
// products.
func tillMemberships(t *templates.Texts, p *models.Program, s models.State, now time.Time) (due []templates.TillMembership, lines []string, sold []templates.TillProduct) {
	for _, m := range s.Memberships(p, now) {
		var terms []templates.TillProduct
		for _, x := range p.TermsOf(m.Membership.ID) {
			terms = append(terms, templates.TillProduct{ID: string(x.ID), Name: x.Name, Price: money(t, p, x.Price), Key: newKey()})
		}
		one := templates.TillMembership{Lapsed: !m.Paid(), Renews: terms}
		args := templates.Args{"Name": m.Membership.Name}
		if m.Until != nil {
			args["Day"] = lastDay(t, p, *m.Until)
		}
		switch {
		case m.Lapsed:
			one.Text = t.Say("till.membership.lapsed", args)
		case m.Until == nil && m.Membership.Locks:
			one.Text, one.First = t.Say("till.membership.none", args), true
		case m.Until == nil:
			sold = append(sold, terms...)
			continue
		case m.Renew:
			one.Text = t.Say("membership.paid", args)
		default:
			lines, sold = append(lines, t.Say("membership.paid", args)), append(sold, terms...)
			continue
		}
		due = append(due, one)
	}
	return due, lines, sold
}

// paidFor says what an entry did to memberships, as it stands after it.
func paidFor(t *templates.Texts, p *models.Program, e *models.Entry) []string {
	var lines []string
	for _, term := range e.Paid {
		lapsed := e.Kind == models.EntryExpire || !term.Until.After(e.At)
		if term.Until.Equal(term.Since) {
			lines = append(lines, p.Why(term.Membership))
			continue
		}
		lines = append(lines, p.Why(term.Membership)+": "+t.Term(lastDay(t, p, term.Until), lapsed))
	}
	return lines
}
