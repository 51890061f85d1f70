package passes

import (
	"regulars/models"
	"regulars/templates"
)

// Perks are what the member's level gives, a line each.
func Perks(t *templates.Texts, p *models.Program, s State) []string {
	tier, ok := p.Tier(s.Tier)
	if !ok {
		return nil
	}
	return t.Perks(tier.Discount, tier.Perks)
}
