package wallet

import (
	"context"

	"regulars/models"
	"regulars/models/store"
)

// Restored is to be called after a backup was put back and before the server
// runs. Phones may hold what the backup has not: the tags that they ask with
// are void from then on, and every card that the backup knows is carried to
// its phones anew. It can be repeated, as when it was cut off.
func (s *Service) Restored(ctx context.Context) (store.Renewed, error) {
	settings, err := s.Stores.Settings.RaiseEpoch(ctx)
	if err != nil {
		return store.Renewed{}, err
	}
	s.Epoch = settings.Epoch
	if err := s.renewHeads(ctx); err != nil {
		return store.Renewed{}, err
	}
	return s.Stores.Passes.Renew(ctx, s.Stores.Clock.Now())
}

// renewHeads has every member bear the newest state that the ledger knows: a
// backup may hold a member of a later moment than its entries, or an earlier.
func (s *Service) renewHeads(ctx context.Context) error {
	for p, err := range s.Stores.Programs.All(ctx) {
		if err != nil {
			return err
		}
		for m, err := range s.Stores.Members.All(ctx, p.ID) {
			if err != nil {
				return err
			}
			if err := s.renewHead(ctx, m); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *Service) renewHead(ctx context.Context, m models.Member) error {
	last, err := s.newest(ctx, &m)
	if err != nil || last.Seq == m.Head.Seq && last.State.Equal(m.Head.State) || last.Seq == 0 && m.Head.Seq == 0 {
		return err
	}
	_, err = s.Stores.Members.UpdateFrom(ctx, m, func(m *models.Member) error {
		m.Head.Seq, m.Head.State, m.Head.Ends = last.Seq, last.State, last.State.NextEnd()
		return nil
	})
	return err
}
