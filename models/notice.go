package models

// Notices is the most days before their end that members are told of units of
// some kind or of a membership, 0 when of none.
func (t *Terms) Notices() int {
	most := 0
	for _, e := range t.Expiries {
		most = max(most, e.Notice)
	}
	for i := range t.Memberships { // what ends is the grace, later than what they are told of
		if m := &t.Memberships[i]; m.Notice > 0 {
			most = max(most, m.Notice+m.Grace)
		}
	}
	return most
}

// Noticed reports whether a local day, 2006-01-02, is the one on which a member
// is told that some units or a membership come to their end.
func (p *Program) Noticed(s State, day string) bool {
	for _, l := range s.Lots {
		e, ok := p.Expiry(l.Unit)
		if !ok || e.Notice == 0 || l.Expires == nil {
			continue
		}
		if l.Expires.After(p.DayBegins(day, e.Notice-1)) && !l.Expires.After(p.DayBegins(day, e.Notice)) {
			return true
		}
	}
	for _, x := range s.Paid {
		m, ok := p.Membership(x.Membership)
		if ok && m.Notice > 0 && !x.Lapsed && x.Until.After(p.DayBegins(day, m.Notice-1)) && !x.Until.After(p.DayBegins(day, m.Notice)) {
			return true
		}
	}
	return false
}
