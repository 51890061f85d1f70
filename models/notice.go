package models

// Notices is the most days before their end that members are told of units of
// some kind, 0 when of none.
func (t *Terms) Notices() int {
	most := 0
	for _, e := range t.Expiries {
		most = max(most, e.Notice)
	}
	return most
}

// Noticed reports whether a local day, 2006-01-02, is the one on which a member
// is told that some units come to their end.
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
	return false
}
