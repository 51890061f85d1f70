package wallet

import (
	"context"
	"fmt"
	"time"

	"regulars/models"
)

// expireRound ends units and tiers whose time is over. Any number of instances
// may do so: nothing ends twice.
func (s *Service) expireRound(ctx context.Context) (int, error) {
	now := s.Stores.Clock.Now()
	ending, err := s.Stores.Members.Ending(ctx, now, claimBatch)
	if err != nil {
		return 0, err
	}
	booked := 0
	for i := range ending {
		err := s.expire(ctx, &ending[i])
		switch {
		case err == nil:
			booked++
		case models.CodeOf(err) != "nothing_ends": // the copy that brought us here is about to be renewed
			return booked, err
		}
	}
	if booked < len(ending) {
		return 0, nil
	}
	_, err = s.flushHeads(ctx) // or they would be found again
	return booked, err
}

// expire books what has ended on a member's account. Its key has the place as
// well: what is booked late may end at a moment that has had its entry.
func (s *Service) expire(ctx context.Context, m *models.Member) error {
	key := fmt.Sprintf("expire/%s/%d", m.Head.Ends.UTC().Format(time.RFC3339), m.Head.Seq)
	e, err := s.post(ctx, posting{
		Member: m, Key: key, Hash: key, Priority: models.PriorityService,
		Event: models.Event{Kind: models.EntryExpire},
	})
	if err == nil {
		s.heads.add(headOf(e)) // also what another instance booked, or we would come back
	}
	return err
}
