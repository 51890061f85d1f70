package pages

import (
	"time"

	"github.com/gin-gonic/gin"

	"regulars/models"
	"regulars/templates"
)

// challenges are how far a member is with those that are on.
func challenges(t *templates.Texts, p *models.Program, s models.State, now time.Time) []templates.Challenge {
	amounts := map[models.RuleID]bool{}
	for i := range p.Challenges {
		c := &p.Challenges[i]
		amounts[c.ID] = c.Count == models.TallyAmount && c.Every == ""
	}
	var out []templates.Challenge
	for _, g := range s.Progress(p, now) {
		done, goal := t.Number(g.Done), t.Number(g.Goal)
		if amounts[g.ID] {
			done, goal = money(t, p, g.Done), money(t, p, g.Goal)
		}
		c := templates.Challenge{Name: g.Name, Reached: t.Say("member.reached", templates.Args{"Done": done, "Goal": goal}), Done: g.Done, Goal: g.Goal}
		if g.Until != nil {
			c.Until = t.Date(g.Until.In(p.Zone()).Add(-time.Second)) // the end is the beginning of the next day
		}
		out = append(out, c)
	}
	return out
}

// inviteURL is where a member's friends join, empty where the program gives
// nothing for them.
func (p *Pages) inviteURL(c *gin.Context, m *models.Member) (string, error) {
	code, err := p.Wallet.Invitation(c.Request.Context(), m)
	if code == "" || err != nil {
		return "", err
	}
	return p.Wallet.InvitationURL(m.Program, code), nil
}
