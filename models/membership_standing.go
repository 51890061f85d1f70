package models

import "time"

// MembershipStanding is how a member stands with a membership.
type MembershipStanding struct {
	Membership Membership
	Until      *time.Time // the end of what was paid for last; nil where it never was
	Lapsed     bool       // that, and the grace after it, are over
	Renew      bool       // or will be before long: it is time to say so
}

// Paid reports whether it is paid for.
func (m *MembershipStanding) Paid() bool { return m.Until != nil && !m.Lapsed }

// Memberships returns how a member stands with each membership at a moment, in
// the order of the program.
func (s *State) Memberships(p *Program, now time.Time) []MembershipStanding {
	var all []MembershipStanding
	for _, m := range p.Memberships {
		if m.Prolongs != "" {
			continue
		}
		one := MembershipStanding{Membership: m}
		if paid, ok := s.PaidFor(m.ID); ok {
			until := paid.Until
			one.Until, one.Lapsed = &until, !now.Before(paid.Ends)
			one.Renew = !one.Lapsed && (!now.Before(until) || m.Notice > 0 && p.Day(now) >= DayAfter(p.LastDay(until), 1-m.Notice))
		}
		all = append(all, one)
	}
	return all
}

// TermsOf are the memberships that add to the time of one, itself the first.
func (t *Terms) TermsOf(id RuleID) []Membership {
	var all []Membership
	for _, m := range t.Memberships {
		if m.ID == id || m.Prolongs == id {
			all = append(all, m)
		}
	}
	return all
}
