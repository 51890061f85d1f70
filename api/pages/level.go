package pages

import (
	"time"

	"regulars/models"
	"regulars/templates"
)

// level is what a member reads of the level that they have.
func level(t *templates.Texts, p *models.Program, s models.State, now time.Time) *templates.Level {
	if len(p.Tiers) == 0 {
		return nil
	}
	tier, _ := p.Tier(s.Tier)
	out := &templates.Level{Name: p.Say(s.Tier, t.Lang), Perks: t.Perks(tier.Discount, tier.Perks)}
	if s.TierUntil != nil {
		out.Until = t.Date(s.TierUntil.In(p.Zone()).Add(-time.Second)) // the end is the beginning of the next day
	}
	progress := p.TierProgress(&s, now)
	if progress.Next == nil {
		return out
	}
	out.Next = p.Say(progress.Next.Name, t.Lang)
	switch missing := progress.Next.From - progress.Credit; p.TierBy {
	case models.TierBySpend:
		places, _ := models.CurrencyDigits(p.Currency)
		out.Missing = t.Money(missing, p.Currency, places)
	case models.TierByVisits:
		out.Missing = t.Units(templates.Unit{Kind: string(models.Visits)}, missing)
	default:
		out.Missing = t.Units(templates.Unit{Kind: string(models.Points)}, missing)
	}
	return out
}
