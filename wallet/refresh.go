package wallet

import (
	"context"
	"errors"
	"math"
	mathrand "math/rand/v2"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"regulars/models"
	"regulars/models/store"
	"regulars/push"
)

// How the workers share their time. Till changes have slots of their own, at
// each step, so that a campaign of any size never stands before them.
const (
	tillSlots  = 8
	otherSlots = 3
	claimBatch = 48
	// maxAttempts is when a refresh that keeps failing is tried but once an
	// hour.
	maxAttempts = 8
)

// Run carries changes to the phones until ctx ends, and then stops within the
// calls under way.
func (s *Service) Run(ctx context.Context) error {
	s.freeLeases(ctx)
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return s.work(ctx, s.wake.tills, s.refreshRound(tillSlots, models.PriorityTill)) })
	g.Go(func() error {
		return s.work(ctx, s.wake.others, s.refreshRound(otherSlots, models.PriorityService, models.PriorityCampaign, models.PriorityImport))
	})
	g.Go(func() error { return s.work(ctx, nil, s.pushRound) })
	g.Go(func() error { return s.work(ctx, s.wake.google, s.putRound) })
	g.Go(func() error { return s.work(ctx, nil, s.spreadRound) })
	g.Go(func() error { return s.work(ctx, s.heads.wake, s.headsRound) })
	g.Go(func() error { return s.work(ctx, nil, s.sweepRound()) })
	g.Go(func() error { return s.work(ctx, nil, s.expireRound) })
	g.Go(func() error { return s.work(ctx, nil, s.dailyRound()) })
	g.Go(func() error { return s.work(ctx, nil, s.holdsRound()) })
	g.Go(func() error { return s.work(ctx, nil, s.holdersRound) })
	g.Go(func() error { return s.work(ctx, nil, s.noncesRound()) })
	g.Go(func() error { return s.watchCredentials(ctx) })
	g.Go(func() error { return s.Stores.Clock.Run(ctx) })
	err := g.Wait()
	s.calls.Wait()
	_, headsErr := s.flushHeads(context.WithoutCancel(ctx))
	return errors.Join(err, headsErr)
}

// work calls round whenever there may be something to do. A round that did
// something is followed by the next at once; one that failed, after a pause
// that grows.
func (s *Service) work(ctx context.Context, nudge <-chan struct{}, round func(context.Context) (int, error)) error {
	for failures := 0; ; {
		n, err := round(ctx)
		wait := s.Pace.Poll
		switch {
		case ctx.Err() != nil:
			return nil
		case err != nil:
			failures++
			wait = push.Backoff(failures, mathrand.Float64)
			s.Log.ErrorContext(ctx, "carry changes to the phones", "err", err, "retry_in", wait)
		case n > 0:
			failures = 0
			continue
		default:
			failures = 0
		}
		timer := time.NewTimer(wait)
		select {
		case <-ctx.Done():
			timer.Stop()
			return nil
		case <-nudge:
			timer.Stop()
		case <-timer.C:
		}
	}
}

// refreshRound returns a round that carries out what is due of some classes,
// in their order, so many at once.
func (s *Service) refreshRound(slots int, classes ...models.Priority) func(context.Context) (int, error) {
	return func(ctx context.Context) (int, error) {
		for _, class := range classes {
			due, err := s.Stores.Refreshes.Due(ctx, class, s.Stores.Clock.Now(), claimBatch)
			if err != nil {
				return 0, err
			}
			if len(due) > 0 {
				return len(due), s.refreshAll(ctx, due, slots)
			}
		}
		return 0, nil
	}
}

func (s *Service) refreshAll(ctx context.Context, due []models.Refresh, slots int) error {
	var g errgroup.Group
	g.SetLimit(slots)
	for _, r := range due {
		g.Go(func() error { return s.refreshDue(ctx, r) })
	}
	return g.Wait()
}

// refreshDue carries out a refresh that was found due, if no other worker has
// it.
func (s *Service) refreshDue(ctx context.Context, r models.Refresh) error {
	claimed, ours, err := s.Stores.Refreshes.Claim(ctx, r, newID(s.random()), s.Stores.Clock.Now().Add(s.Pace.Lease))
	if err != nil || !ours {
		return err
	}
	return s.refreshClaimed(ctx, claimed)
}

// refreshClaimed carries one member's change and notes how that went. What
// one member's pass has wrong with it never holds up the others.
func (s *Service) refreshClaimed(ctx context.Context, r models.Refresh) error {
	seen, err := s.refresh(ctx, r)
	now := s.Stores.Clock.Now()
	if err == nil {
		err = s.Stores.Refreshes.Done(ctx, r, seen, now)
		if !r.Settled(seen, now) {
			// We were faster than the till that is booking. Its nudge comes too
			// early for the mark that was put back, and the next poll late.
			time.AfterFunc(r.Again(), func() { s.nudge(r.Priority) })
		}
		return err
	}
	if ctx.Err() != nil {
		// Stopping: give it back for the next process rather than let it wait
		// for the lease to end.
		return s.Stores.Refreshes.Postpone(context.WithoutCancel(ctx), r, now, 0, "")
	}
	wait := push.Backoff(r.Attempts, mathrand.Float64)
	if r.Attempts >= maxAttempts {
		wait = time.Hour
	}
	s.Log.WarnContext(ctx, "refresh postponed", "err", err, "attempts", r.Attempts, "retry_in", wait)
	return s.Stores.Refreshes.Postpone(ctx, r, now, wait, models.CodeOf(err))
}

// refresh brings a member's passes up to date with the ledger, and the phones
// that hold them. It may be done again at any time. It returns the number of the entry up to which it
// saw the account.
func (s *Service) refresh(ctx context.Context, r models.Refresh) (int64, error) {
	if id, ok := r.Member.Voucher(); ok {
		return 0, s.refreshVoucher(ctx, id, r.Priority)
	}
	m, err := s.Stores.Members.Member(ctx, r.Member)
	if models.KindOf(err) == models.NotFound {
		return 0, nil // an enrolment that was cut off
	}
	if err != nil {
		return 0, err
	}
	last, err := s.newest(ctx, &m)
	if err != nil {
		return 0, err
	}
	seen := last.Seq
	if r.AwaitOf != "" && r.AwaitOf != m.Account {
		seen = math.MaxInt64 // what was to come there comes to the account that the member has now
	}
	all, err := s.Stores.Passes.All(ctx, m.ID)
	if err != nil || len(all) == 0 {
		return seen, err
	}
	program, err := s.Stores.Programs.For(ctx, &m)
	if err != nil {
		return seen, err
	}
	content, err := s.content(ctx, program, &m, &last)
	if err != nil {
		return last.Seq, err
	}
	return seen, s.reviseAll(ctx, all, content, r.Priority)
}

// reviseAll has passes say what they should, and tells the phones.
func (s *Service) reviseAll(ctx context.Context, all []models.Pass, c content, priority models.Priority) (failed error) {
	for _, pass := range all {
		pass, err := s.revise(ctx, pass, c, priority)
		if err == nil {
			err = s.announce(ctx, pass, priority)
		}
		failed = errors.Join(failed, err)
	}
	return failed
}

// state returns the newest entry of an account, a zero one when it has none.
func (s *Service) state(ctx context.Context, account models.AccountID) (models.Entry, error) {
	last, err := s.Stores.Ledger.Last(ctx, account)
	if errors.Is(err, store.ErrNotFound) {
		return models.Entry{}, nil
	}
	return last, err
}

// errStale says that a pass says something newer than what we know.
var errStale = errors.New("the pass was revised with newer facts")

// revise makes a new version of a pass if it should say something else. In
// the same write a Google pass becomes due to be sent.
func (s *Service) revise(ctx context.Context, pass models.Pass, c content, priority models.Priority) (models.Pass, error) {
	if c.shownBy(&pass) {
		return pass, nil
	}
	now := s.Stores.Clock.Now()
	revised, err := s.Stores.Passes.UpdateFrom(ctx, pass, func(p *models.Pass) error {
		switch {
		case c.shownBy(p):
			return store.Unchanged
		case c.basis.Before(p.Basis):
			return errStale // our lease ran out while we were held up
		}
		// Whole seconds, strictly rising: two versions of one second would make
		// a phone believe that it has the newer one.
		p.ChangedAt = latest(wholeSecond(now), p.ChangedAt.Add(time.Second))
		waiting := p.Sent < p.Version && p.PutDue != nil
		p.Content, p.Basis, p.Version = c.text, c.basis, p.Version+1
		p.Beside = beside(p, c.beside)
		switch {
		case p.Platform != models.Google:
		case p.Resting() && !waiting && !c.voided:
			// There is no phone to bring up to date; who saves the card again gets
			// this version first. Should we have missed that, Google is asked.
			if again := now.Add(restAsked); p.HoldersDue == nil {
				p.HoldersDue = &again
			}
		case waiting && (priority != models.PriorityTill || putting(p, now)):
			// What has waited longest keeps its place, and what is on its way is
			// followed by this version. A till does not wait for the back-off.
			p.PutPriority = min(p.PutPriority, priority)
		default:
			p.PutDue, p.PutPriority, p.Puts = &now, priority, 0
		}
		return nil
	})
	if err == nil && revised.PutDue != nil {
		poke(s.wake.google)
	}
	return revised, err
}

// announce advances the counter of every device that holds an Apple pass,
// pushes to each, and notes that this version was announced. If it is cut
// off, it announces again.
func (s *Service) announce(ctx context.Context, pass models.Pass, priority models.Priority) error {
	if pass.Platform != models.Apple || pass.Announced >= pass.Version {
		return nil
	}
	registrations, err := s.Stores.Passes.Registrations(ctx, pass.Serial)
	if err != nil {
		return err
	}
	// One phone may be known under several ids; the latest is the likeliest to
	// be in use, and one push is enough.
	slices.SortFunc(registrations, func(a, b models.Registration) int { return b.CreatedAt.Compare(a.CreatedAt) })
	var told []string
	for _, r := range registrations {
		d, err := s.advance(ctx, r, told)
		switch {
		case errors.Is(err, store.ErrNotFound):
			continue
		case err != nil:
			return err
		case d.PushDue == nil:
			continue
		}
		told = append(told, d.PushToken)
		s.pushSoon(ctx, d, priority)
	}
	_, err = s.Stores.Passes.UpdateFrom(ctx, pass, func(p *models.Pass) error {
		if p.Announced >= pass.Version {
			return store.Unchanged
		}
		p.Announced = pass.Version
		return nil
	})
	return err
}

// advance notes a change of a pass on one device. The push is due when our
// lease on it ends, in case we don't get to it ourselves; it is not due at all
// if the phone was told already under another id.
func (s *Service) advance(ctx context.Context, r models.Registration, told []string) (models.Device, error) {
	due := s.Stores.Clock.Now().Add(s.Pace.Lease)
	return s.Stores.Passes.UpdateDevice(ctx, r.Device, func(d *models.Device) error {
		if _, ok := d.Serials[r.Serial]; !ok {
			return store.ErrNotFound // unregistered meanwhile
		}
		d.Counter++
		d.Serials[r.Serial] = d.Counter
		d.PushDue, d.Pushes, d.PushFails = &due, 0, 0 // what failed for an older change holds up none
		if slices.Contains(told, d.PushToken) {
			d.PushDue = nil
		}
		return nil
	})
}

func wholeSecond(t time.Time) time.Time { return t.UTC().Truncate(time.Second) }

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
