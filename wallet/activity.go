package wallet

import (
	"context"

	"regulars/models"
)

// Activity is something that a member did beside buying.
type Activity struct {
	Program models.ProgramID
	Member  models.MemberID
	What    models.Occasion
	Key     string
	Actor   Actor
}

// Act books what the program gives for an activity.
func (s *Service) Act(ctx context.Context, a Activity) (*models.Entry, error) {
	m, err := s.Member(ctx, a.Program, a.Member)
	if err != nil {
		return nil, err
	}
	in := posting{
		Member: m, Key: a.Key, Actor: a.Actor,
		Event: models.Event{Kind: models.EntryEarn, Activity: a.What},
		Hash: hashOf(struct {
			Verb     string
			Member   models.MemberID
			What     models.Occasion
			Location string
		}{"activity", m.ID, a.What, a.Actor.Location}),
	}
	if err := checkUsable(m); err != nil {
		return s.refused(ctx, in, err)
	}
	return s.post(ctx, in)
}
