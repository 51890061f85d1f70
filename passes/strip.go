package passes

import (
	"regulars/models"
	"regulars/passes/art"
)

// progressSteps is how many steps of a bar are told apart, so that a strip is
// drawn for each of them and not for each balance.
const progressSteps = 50

// Look returns what the strip of the card shows of its member.
func (s State) Look(p *models.Program) art.Look {
	if s.Voided {
		return art.Look{}
	}
	switch p.Brand.Shows {
	case models.ShowsStamps:
		if card, ok := p.ShownCard(); ok {
			u := UnitOf(&p.Terms, card.Unit)
			return art.Look{Shows: models.ShowsStamps, Have: int(max(u.On(s.amount(card.Unit)), 0)), Of: int(card.Size)}
		}
	case models.ShowsProgress:
		have := progressSteps // all that there is to reach
		if next := s.Reward(p); next != nil {
			have = int(min(max(s.Usable(next.Unit), 0), next.Cost) * progressSteps / max(next.Cost, 1))
		}
		return art.Look{Shows: models.ShowsProgress, Have: have, Of: progressSteps}
	case models.ShowsTier:
		if tier, ok := p.Tier(s.Tier); ok {
			return art.Look{Shows: models.ShowsTier, Have: level(p, tier), Of: len(p.Tiers)}
		}
	}
	return art.Look{}
}

// level is which of the tiers one is, the lowest 1. They need not be listed in
// their order.
func level(p *models.Program, tier models.Tier) int {
	n := 0
	for _, t := range p.Tiers {
		if t.From <= tier.From {
			n++
		}
	}
	return n
}

// CanLook reports whether a card of the program can have that look.
func CanLook(p *models.Program, l art.Look) bool {
	of := 0
	switch p.Brand.Shows {
	case models.ShowsStamps:
		card, _ := p.ShownCard()
		of = int(card.Size)
	case models.ShowsProgress:
		of = progressSteps
	case models.ShowsTier:
		of = len(p.Tiers)
	}
	return l == art.Look{} || l.Shows == p.Brand.Shows && of > 0 && l.Of == of && l.Have >= 0 && l.Have <= of
}

func (s State) amount(u models.Unit) int64 {
	for _, b := range s.Balances {
		if b.Unit == u {
			return b.Amount
		}
	}
	return 0
}
