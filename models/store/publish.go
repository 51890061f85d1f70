package store

import (
	"context"
	"errors"
	"time"

	"regulars/models"
)

// Publish keeps terms as the next version of the program and puts it in force,
// at once or when it says that it starts. Terms that are in force make no version:
// the one in force comes back; nor do those that are to start at that moment
// anyway. A version that is to start replaces the one that was to, which a version
// that is in force at once leaves there, under a later number. Terms of the pilot
// that are in force at once for everybody end it. With expect ≥ 0 it
// reports a Conflict when another version was published last by then; 0 expects
// that the program does not exist yet.
func (s *Programs) Publish(ctx context.Context, next models.Program, expect int) (*models.Program, error) {
	now := s.clock.Now()
	head, err := s.heads.Get(ctx, string(next.ID))
	if err != nil && !errors.Is(err, ErrNotFound) {
		return nil, err
	}
	head.settle(now)
	if expect >= 0 && head.latest() != expect {
		return nil, ChangedMeanwhile()
	}
	if old, same, err := s.saying(ctx, &head, &next); same || err != nil {
		return old, err
	}
	follows, err := s.follow(ctx, &head, &next, now)
	if err != nil {
		return nil, err
	}
	if next.StartsAt == nil && head.Pilot > 0 {
		pilot, err := s.Version(ctx, next.ID, head.Pilot)
		if err != nil {
			return nil, err
		}
		if pilot.Equal(next.Terms) {
			follows.Pilot, follows.PilotTag = 0, ""
		}
	}
	return &next, s.put(ctx, &next, head, follows)
}

// put makes a program's head say what follows, all at once, unless somebody else
// published since it was seen.
func (s *Programs) put(ctx context.Context, next *models.Program, seen, follows programHead) error {
	now := s.clock.Now()
	_, err := s.heads.Upsert(ctx, string(next.ID), func(h *programHead, _ bool) error {
		h.settle(now)
		if h.Version != seen.Version || h.Next != seen.Next || h.Pilot != seen.Pilot {
			return ChangedMeanwhile()
		}
		h.ID, h.Version, h.Next, h.NextAt = next.ID, follows.Version, follows.Next, follows.NextAt
		h.Pilot, h.PilotTag = follows.Pilot, follows.PilotTag
		return nil
	})
	if err == nil {
		s.forget(next)
	}
	return err
}

// saying returns the version that says the same as next already, if one does.
func (s *Programs) saying(ctx context.Context, head *programHead, next *models.Program) (p *models.Program, same bool, err error) {
	version := head.Version
	if next.StartsAt != nil && head.Next > 0 {
		if version = head.Next; !next.StartsAt.Equal(*head.NextAt) {
			return nil, false, nil
		}
	}
	if version == 0 { // the program is new
		return nil, false, nil
	}
	p, err = s.Version(ctx, next.ID, version)
	return p, err == nil && p.Equal(next.Terms), err
}

// follow keeps next, and what has to get a later number, and returns the head
// that says so.
func (s *Programs) follow(ctx context.Context, head *programHead, next *models.Program, now time.Time) (programHead, error) {
	follows := *head
	if next.StartsAt != nil {
		if err := head.checkAway(now); err != nil {
			return follows, err
		}
	}
	if err := s.keep(ctx, next, head.latest()+1); err != nil {
		return follows, err
	}
	switch {
	case next.StartsAt != nil:
		follows.Next, follows.NextAt = next.Version, next.StartsAt
		return follows, nil
	case head.Next > 0:
		scheduled, err := s.Version(ctx, next.ID, head.Next)
		if err != nil {
			return follows, err
		}
		later := *scheduled
		if err := s.keep(ctx, &later, next.Version+1); err != nil {
			return follows, err
		}
		follows.Next = later.Version
	}
	follows.Version = next.Version
	return follows, nil
}

// forget makes this instance look anew: it knows of a change at once.
func (s *Programs) forget(p *models.Program) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.known, p.ID)
	delete(s.cached, p.Key)
}

// Scheduled returns the version that is to come into force; NotFound when there is
// none. It is not the cached one: this instance may not have heard of it yet.
func (s *Programs) Scheduled(ctx context.Context, id models.ProgramID) (*models.Program, error) {
	head, err := s.heads.Get(ctx, string(id))
	switch {
	case errors.Is(err, ErrNotFound):
		return nil, unknownProgram()
	case err != nil:
		return nil, err
	}
	if head.settle(s.clock.Now()); head.Next == 0 {
		return nil, nothingScheduled()
	}
	return s.Version(ctx, id, head.Next)
}

func nothingScheduled() error {
	return models.Fail(models.NotFound, "nothing_scheduled", "program", "No version of this program is to come into force later.")
}

// Unschedule takes away the version that is to come into force; NotFound when
// there is none, or it has started.
func (s *Programs) Unschedule(ctx context.Context, id models.ProgramID) error {
	now := s.clock.Now()
	_, err := s.heads.Update(ctx, string(id), func(h *programHead) error {
		if h.settle(now); h.Next == 0 {
			return nothingScheduled()
		}
		if err := h.checkAway(now); err != nil {
			return err
		}
		h.Next, h.NextAt = 0, nil
		return nil
	})
	if errors.Is(err, ErrNotFound) {
		return unknownProgram()
	}
	s.forget(&models.Program{ID: id})
	return err
}

// keep stores a version under the first free number. One that is taken belongs
// to a publisher who stopped half-way or is at it now; its terms stay as they
// are, and the number is left out.
func (s *Programs) keep(ctx context.Context, next *models.Program, number int) error {
	for {
		next.Version = number
		next.Key = models.ProgramKey(next.ID, number)
		if err := s.versions.Insert(ctx, next); !isDuplicate(err) {
			return err
		}
		number++
	}
}
