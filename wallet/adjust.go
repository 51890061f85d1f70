package wallet

import (
	"context"
	"strings"

	"regulars/models"
)

// Adjustment gives or takes units by hand.
type Adjustment struct {
	Program models.ProgramID
	Member  models.MemberID
	Delta   models.Delta
	Reason  string
	Key     string
	Actor   Actor
}

// Adjust books units given or taken by hand. It never takes more than there
// is.
func (s *Service) Adjust(ctx context.Context, a Adjustment) (*models.Entry, error) {
	in, err := s.adjustment(ctx, a)
	if err != nil {
		return nil, err
	}
	if err := checkUsable(in.Member); err != nil {
		return s.refused(ctx, in, err)
	}
	return s.post(ctx, in)
}

func (s *Service) adjustment(ctx context.Context, a Adjustment) (posting, error) {
	if err := checkReason(a.Reason); err != nil {
		return posting{}, err
	}
	m, err := s.Member(ctx, a.Program, a.Member)
	if err != nil {
		return posting{}, err
	}
	reason := strings.TrimSpace(a.Reason)
	return posting{
		Member: m, Key: a.Key, Actor: a.Actor, Reason: reason,
		Event: models.Event{Kind: models.EntryAdjust, Delta: a.Delta},
		Hash: hashOf(struct {
			Verb   string
			Member models.MemberID
			Delta  models.Delta
			Reason string
		}{"adjustment", m.ID, a.Delta, reason}),
	}, nil
}
