package wallet

import "context"

// freeLeases takes up at once what the process before us was doing when it was
// killed, where no other process can be at it. An object on its way to Google
// keeps its lease: the request may have outlived its sender, and must not come
// after ours.
func (s *Service) freeLeases(ctx context.Context) {
	if !s.Stores.DB.Exclusive() {
		return
	}
	now := s.Stores.Clock.Now()
	err := s.Stores.Refreshes.Free(ctx, now, s.Pace.Lease)
	if err == nil {
		err = s.Stores.Passes.FreePushes(ctx, now, s.Pace.Lease)
	}
	if err != nil && ctx.Err() == nil {
		s.Log.WarnContext(ctx, "free leases", "err", err) // they end by themselves
	}
}
