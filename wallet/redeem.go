package wallet

import (
	"context"

	"regulars/models"
)

// Redemption is a reward that a member takes.
type Redemption struct {
	Program models.ProgramID
	Member  models.MemberID
	Reward  models.RewardID
	Key     string
	Actor   Actor
}

// Redeem gives units for a reward. It is a Conflict when the balance does not
// cover it at the moment of booking, whatever it was before.
func (s *Service) Redeem(ctx context.Context, r Redemption) (*models.Entry, error) {
	m, err := s.Member(ctx, r.Program, r.Member)
	if err != nil {
		return nil, err
	}
	in := posting{
		Member: m, Key: r.Key, Actor: r.Actor,
		Event: models.Event{Kind: models.EntryRedeem, Reward: r.Reward},
		Hash: hashOf(struct {
			Verb     string
			Member   models.MemberID
			Reward   models.RewardID
			Location string
		}{"redemption", m.ID, r.Reward, r.Actor.Location}),
	}
	if err := checkUsable(m); err != nil {
		return s.refused(ctx, in, err)
	}
	return s.post(ctx, in)
}
