package wallet

import (
	"context"

	"regulars/models"
	"regulars/models/store"
)

// shareHeads copies heads to all who share the accounts that they are of: of those
// who booked only one is known by the entry. Whoever gets an account looks at the
// ledger afterwards, and the member whose account it is was told before (Shared),
// which gives that member a new revision: so a head that was written to a member
// as seen before is of an entry that the others find for themselves.
func (s *Service) shareHeads(ctx context.Context, carried map[models.MemberID]head, by []models.Member) error {
	for i := range by {
		h := carried[by[i].ID]
		for _, of := range append([]head{h}, h.others...) {
			if err := s.shareHead(ctx, of.entry, by[i].ID); err != nil {
				return err
			}
		}
	}
	return nil
}

// shareHead copies the state after an entry to all who share its account but one,
// and has their cards renewed.
func (s *Service) shareHead(ctx context.Context, e models.Entry, but models.MemberID) error {
	sharing, err := s.Stores.Members.Sharing(ctx, e.Account)
	if err != nil {
		return err
	}
	for i := range sharing {
		m := &sharing[i]
		if m.ID == but && m.Account == e.Account || e.Seq <= m.Head.Seq {
			continue
		}
		if err := s.putHead(ctx, m, e, models.PriorityTill); err != nil {
			return err
		}
	}
	return nil
}

// putHead copies the state after an entry to a member of its account, unless it
// bears a newer one, and has the card renewed.
func (s *Service) putHead(ctx context.Context, m *models.Member, e models.Entry, p models.Priority) error {
	if m.IssuedAt != nil {
		if err := s.Stores.Refreshes.Mark(ctx, m, p, s.Stores.Clock.Now()); err != nil {
			return err
		}
		s.nudge(p)
	}
	_, err := s.Stores.Members.UpdateFrom(ctx, *m, func(m *models.Member) error {
		if m.Account != e.Account || e.Seq <= m.Head.Seq {
			return store.Unchanged
		}
		m.Head.Seq, m.Head.State, m.Head.Ends = e.Seq, e.State, e.State.NextEnd()
		return nil
	})
	return err
}
