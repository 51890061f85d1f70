package wallet

import (
	"context"

	"regulars/models"
)

// Loading is what a member pays for ahead: money on the card, or a product or a
// membership of the program.
type Loading struct {
	Program models.ProgramID
	Member  models.MemberID
	Product models.RuleID // or a membership; empty: Amount of stored value
	Amount  int64         // minor units; 0 with a Product is its price
	Key     string
	Actor   Actor
}

// Load books what a member paid for.
func (s *Service) Load(ctx context.Context, l Loading) (*models.Entry, error) {
	m, err := s.Member(ctx, l.Program, l.Member)
	if err != nil {
		return nil, err
	}
	load := models.Load{Product: l.Product, Amount: l.Amount}
	in := posting{
		Member: m, Key: l.Key, Actor: l.Actor,
		Event: models.Event{Kind: models.EntryLoad, Load: &load},
		Hash: hashOf(struct {
			Verb     string
			Member   models.MemberID
			Product  models.RuleID
			Amount   int64
			Location string
		}{"load", m.ID, l.Product, l.Amount, l.Actor.Location}),
	}
	if err := checkUsable(m); err != nil {
		return s.refused(ctx, in, err)
	}
	if l.Product != "" && l.Amount == 0 {
		program, err := s.Stores.Programs.For(ctx, m)
		if err != nil {
			return nil, err
		}
		load.Amount, _ = program.Price(l.Product)
	}
	return s.post(ctx, in)
}
