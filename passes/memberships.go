package passes

import (
	"time"

	"regulars/models"
	"regulars/templates"
)

// Membership is how the member stands with a membership that was paid for.
type Membership struct {
	ID     models.RuleID `json:"id"`
	Day    string        `json:"day"`              // the last local day that was paid for, 2006-01-02
	Lapsed bool          `json:"lapsed,omitempty"` // that is over
	Renew  bool          `json:"renew,omitempty"`  // or will be before long
}

// Date is the last day as a time, to be written as a date.
func (m Membership) Date() time.Time { return Due{Day: m.Day}.Date() }

func membershipsOf(p *models.Program, s *models.State, now time.Time) []Membership {
	var all []Membership
	for _, m := range s.Memberships(p, now) {
		if m.Until != nil {
			all = append(all, Membership{ID: m.Membership.ID, Day: p.LastDay(*m.Until), Lapsed: m.Lapsed, Renew: m.Renew})
		}
	}
	return all
}

// Memberships are what the card says of each, a line each.
func Memberships(t *templates.Texts, p *models.Program, s State) []string {
	var lines []string
	for _, m := range s.Memberships {
		lines = append(lines, t.Membership(p.Why(m.ID), t.Date(m.Date()), m.Lapsed, m.Renew))
	}
	return lines
}
