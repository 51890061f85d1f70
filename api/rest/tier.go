package rest

import (
	"context"

	"regulars/models"
)

// TierProgress is how far a member is on the way to the next level.
type TierProgress struct {
	Credit int64     `json:"credit" doc:"what counts towards levels now"`
	Next   *NextTier `json:"next,omitempty" doc:"the level above; none at the top"`
}

// NextTier is a level that a member has not reached.
type NextTier struct {
	Name string `json:"name"`
	From int64  `json:"from" doc:"the credit that reaches it"`
}

// onTier tells of a member's level what only the program knows.
func (a *API) onTier(m Member, p *models.Program, s models.State) Member {
	if len(p.Tiers) == 0 || m.Erased {
		return m
	}
	progress := p.TierProgress(&s, a.Wallet.Stores.Clock.Now())
	m.TierProgress = &TierProgress{Credit: progress.Credit}
	if next := progress.Next; next != nil {
		m.TierProgress.Next = &NextTier{Name: next.Name, From: next.From}
	}
	if tier, ok := p.Tier(s.Tier); ok {
		m.TierDiscount, m.TierPerks = tier.Discount, tier.Perks
	}
	return m
}

// memberNow is a member with all that is to be told of the level.
func (a *API) memberNow(ctx context.Context, m *models.Member, s models.State) (Member, error) {
	p, err := a.Wallet.Stores.Programs.For(ctx, m)
	if err != nil {
		return Member{}, err
	}
	return a.onTier(a.member(p, m, s), p, s), nil
}
