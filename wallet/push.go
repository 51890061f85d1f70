package wallet

import (
	"cmp"
	"context"
	"errors"
	mathrand "math/rand/v2"
	"time"

	"regulars/models"
	"regulars/models/store"
	"regulars/push"
)

// configRetry is when a push is tried again that failed for a reason that
// only the operator can mend.
const configRetry = 15 * time.Minute

// pushSoon pushes to a device that was claimed, without making the caller
// wait for Apple. If there is no free slot for long, the push is left to
// pushRound, which finds it when the claim ends.
func (s *Service) pushSoon(ctx context.Context, d models.Device, priority models.Priority) {
	slots := s.campaignPushes
	if priority == models.PriorityTill {
		slots = s.tillPushes
	}
	s.calls.start(ctx, slots, func() {
		if err := s.wakeDevice(ctx, d); err != nil && ctx.Err() == nil {
			s.Log.ErrorContext(ctx, "note a push", "err", err)
		}
	})
}

// pushRound pushes to the devices whose push is due.
func (s *Service) pushRound(ctx context.Context) (int, error) {
	due := 0
	for d, err := range s.Stores.Passes.PushDue(ctx, s.Stores.Clock.Now(), claimBatch) {
		if err != nil {
			return 0, err
		}
		due++
		until := s.Stores.Clock.Now().Add(s.Pace.Lease)
		claimed, err := s.Stores.Passes.UpdateDevice(ctx, d.ID, func(stored *models.Device) error {
			if stored.PushDue == nil || !stored.PushDue.Equal(*d.PushDue) {
				return store.ErrNotFound // another worker, or the device has asked
			}
			stored.PushDue = &until
			return nil
		})
		if errors.Is(err, store.ErrNotFound) {
			continue
		}
		if err != nil {
			return 0, err
		}
		if claimed.Asked >= claimed.Counter {
			done, err := s.fetched(ctx, claimed)
			if err != nil {
				return 0, err
			}
			if done {
				continue
			}
		}
		s.pushSoon(ctx, claimed, models.PriorityCampaign)
	}
	return due, nil
}

// fetched reports whether a device that has asked for everything got it, and
// notes that it needs no further push then.
func (s *Service) fetched(ctx context.Context, d models.Device) (bool, error) {
	for serial := range d.Serials {
		p, err := s.Stores.Passes.Pass(ctx, serial)
		if err != nil && models.KindOf(err) != models.NotFound {
			return false, err
		}
		if err == nil && p.Fetched < p.Version {
			return false, nil
		}
	}
	_, err := s.Stores.Passes.UpdateDevice(ctx, d.ID, func(stored *models.Device) error {
		if stored.Counter != d.Counter {
			return store.Unchanged
		}
		stored.PushDue = nil
		return nil
	})
	if errors.Is(err, store.ErrNotFound) {
		err = nil
	}
	return true, err
}

// repushAt is when to push again after so many pushes, nil for never.
func (s *Service) repushAt(now time.Time, pushes int) *time.Time {
	if pushes >= len(s.Pace.Repush) {
		return nil
	}
	at := now.Add(s.Pace.Repush[pushes])
	return &at
}

// wakeDevice pushes to a device and notes how that went.
func (s *Service) wakeDevice(ctx context.Context, d models.Device) error {
	out := s.Apple.Wake(ctx, cmp.Or(d.Type, s.PassType), d.PushToken, s.Stores.Clock.Now())
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if out.Result == push.Gone {
		// It is kept if it was heard of since; what follows is for that one.
		if err := s.Stores.Passes.Forget(ctx, d.ID, d.PushToken, out.Since); err != nil {
			return err
		}
	}
	if out.Result == push.Rejected {
		s.Log.ErrorContext(ctx, "push rejected", "reason", out.Reason, "remedy", out.Remedy)
	}
	now := s.Stores.Clock.Now()
	_, err := s.Stores.Passes.UpdateDeviceFrom(ctx, d, func(stored *models.Device) error {
		asked := stored.Asked >= stored.Counter && d.Asked < d.Counter // it was faster than our note
		if !asked && stored.Counter == d.Counter {
			stored.PushDue = s.nextPush(now, stored, out)
		}
		switch out.Result {
		case push.Sent:
			stored.Pushes++
			stored.PushFails = 0
			stored.Pushed, stored.PushedAt = max(stored.Pushed, d.Counter), &now
		case push.Gone:
			stored.Pushes++
		default:
			if stored.Counter == d.Counter {
				stored.PushFails++
			}
		}
		return nil
	})
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	return err
}

// nextPush is when to push again to d, nil for never. An attempt that did not
// reach Apple leaves the table of further pushes as it is: after an outage a
// phone that doesn't ask is pushed to as often as ever.
func (s *Service) nextPush(now time.Time, d *models.Device, out push.Outcome) *time.Time {
	wait := configRetry
	switch {
	case out.Result == push.Rejected && out.Remedy == "":
		return nil // the request is at fault; the same again won't do
	case out.Result == push.Retry:
		wait = max(out.After, push.Backoff(d.PushFails+1, mathrand.Float64))
	case out.Result == push.Sent, out.Result == push.Gone:
		return s.repushAt(now, d.Pushes)
	}
	due := now.Add(wait)
	return &due
}
