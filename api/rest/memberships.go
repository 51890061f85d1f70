package rest

import (
	"time"

	"regulars/models"
)

// MembershipView is how a member stands with a membership, as the API shows it.
type MembershipView struct {
	ID     models.RuleID `json:"id"`
	Name   string        `json:"name"`
	Until  time.Time     `json:"until" doc:"the end of what was paid for last"`
	Lapsed bool          `json:"lapsed" doc:"that is over, and the days of grace too"`
	Renew  bool          `json:"renew,omitempty" doc:"or will be before long, as the program gives notice"`
}

// memberships are those of the program that the member ever paid for.
func memberships(p *models.Program, s *models.State, now time.Time) []MembershipView {
	var out []MembershipView
	for _, m := range s.Memberships(p, now) {
		if m.Until != nil {
			out = append(out, MembershipView{m.Membership.ID, m.Membership.Name, *m.Until, m.Lapsed, m.Renew})
		}
	}
	return out
}
