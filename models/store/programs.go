package store

import (
	"context"
	"errors"
	"iter"
	"sync"
	"time"

	"regulars/models"
)

// Programs keeps the versions of each program. A version never changes, so it
// is read once; which version is in force, and which is to follow when, is asked
// again after a second.
type Programs struct {
	clock    *Clock
	heads    *Collection[programHead]
	versions *Collection[models.Program]

	mu     sync.RWMutex
	cached map[string]*models.Program
	known  map[models.ProgramID]knownHead
	fresh  map[string]time.Time // until when others may not know of a version, by its key
}

// programHead says which version of a program is in force. A scheduled one is in
// force from its time on, for every instance that has read this, whether or not
// somebody has written it down since.
type programHead struct {
	ID      models.ProgramID `bson:"_id"`
	Rev     int64            `bson:"rev"`
	Version int              `bson:"version"`           // in force, until Next is
	Next    int              `bson:"next,omitempty"`    // scheduled; 0 for none
	NextAt  *time.Time       `bson:"next_at,omitempty"` // from when on Next is in force
	Spread  int              `bson:"spread"`            // the version that all members were marked for

	Pilot       int    `bson:"pilot,omitempty"`        // in force for those who bear PilotTag; 0 for none
	PilotTag    string `bson:"pilot_tag,omitempty"`    // with Pilot
	PilotSpread int    `bson:"pilot_spread,omitempty"` // the pilot that its members were marked for
}

// settle puts the scheduled version into force once its time has come.
func (h *programHead) settle(now time.Time) {
	if h.NextAt != nil && !now.Before(*h.NextAt) {
		h.Version, h.Next, h.NextAt = h.Next, 0, nil
	}
}

// latest is the version that was published last.
func (h *programHead) latest() int { return max(h.Version, h.Next, h.Pilot) }

// checkAway refuses to take the scheduled version away in the last moment, when
// some instance may not hear of it before its time.
func (h *programHead) checkAway(now time.Time) error {
	if h.NextAt != nil && !now.Before(h.NextAt.Add(-2*HeadAge)) {
		return models.Fail(models.Conflict, "starting", "starts_at", "The scheduled version comes into force at this moment. Publish another one after it.")
	}
	return nil
}

type knownHead struct {
	head  programHead
	until time.Time
}

// HeadAge is how long an instance may go on with what it knows of a program.
const HeadAge = time.Second

func openPrograms(ctx context.Context, db *DB, clock *Clock) (*Programs, error) {
	heads, err := Open[programHead](ctx, db, Schema{Name: "programs"})
	if err != nil {
		return nil, err
	}
	versions, err := Open[models.Program](ctx, db, Schema{Name: "versions", Indexes: []Index{{Fields: []string{"program", "version"}, Unique: true}}})
	if err != nil {
		return nil, err
	}
	return &Programs{
		clock: clock, heads: heads, versions: versions, cached: map[string]*models.Program{},
		known: map[models.ProgramID]knownHead{}, fresh: map[string]time.Time{},
	}, nil
}

func unknownProgram() error {
	return models.Fail(models.NotFound, "unknown_program", "program", "There is no such program.")
}

// Current returns the version of a program that is in force for everybody. What
// concerns one member goes by For. The result is shared and must not be changed.
func (s *Programs) Current(ctx context.Context, id models.ProgramID) (*models.Program, error) {
	head, err := s.head(ctx, id)
	if err != nil {
		return nil, err
	}
	return s.Version(ctx, id, head.Version)
}

// For returns the version that is in force for a member: the pilot for those who
// bear its tag. The result is shared and must not be changed.
func (s *Programs) For(ctx context.Context, m *models.Member) (*models.Program, error) {
	head, err := s.head(ctx, m.Program)
	if err != nil {
		return nil, err
	}
	if head.Pilot > 0 && m.Tagged(head.PilotTag) {
		return s.Version(ctx, m.Program, head.Pilot)
	}
	return s.Version(ctx, m.Program, head.Version)
}

// head is what is known of a program, not older than HeadAge.
func (s *Programs) head(ctx context.Context, id models.ProgramID) (programHead, error) {
	s.mu.RLock()
	known, ok := s.known[id]
	s.mu.RUnlock()
	if !ok || !time.Now().Before(known.until) {
		head, err := s.heads.Get(ctx, string(id))
		switch {
		case errors.Is(err, ErrNotFound):
			return programHead{}, unknownProgram()
		case err != nil:
			return programHead{}, err
		}
		known = knownHead{head: head, until: time.Now().Add(HeadAge)}
		s.mu.Lock()
		s.known[id] = known
		s.mu.Unlock()
	}
	known.head.settle(s.clock.Now())
	return known.head, nil
}

// Version returns one version of a program, shared and not to be changed.
func (s *Programs) Version(ctx context.Context, id models.ProgramID, version int) (*models.Program, error) {
	key := models.ProgramKey(id, version)
	s.mu.RLock()
	p := s.cached[key]
	s.mu.RUnlock()
	if p != nil {
		return p, nil
	}
	doc, err := s.versions.Get(ctx, key)
	switch {
	case errors.Is(err, ErrNotFound):
		return nil, unknownProgram()
	case err != nil:
		return nil, err
	}
	s.mu.Lock()
	s.cached[key] = &doc
	s.mu.Unlock()
	return &doc, nil
}

// All yields the version in force of every program.
func (s *Programs) All(ctx context.Context) iter.Seq2[*models.Program, error] {
	return func(yield func(*models.Program, error) bool) {
		for head, err := range s.heads.Find(ctx, Query{Sort: []string{"_id"}}) {
			var p *models.Program
			if err == nil {
				head.settle(s.clock.Now())
				p, err = s.Version(ctx, head.ID, head.Version)
			}
			if !yield(p, err) || err != nil {
				return
			}
		}
	}
}

// Unspread yields the version in force of every program whose members are not
// all marked for it yet, but only once every instance knows of it. An instance
// that does not would carry out a mark with the version before, or issue a card
// to somebody whom whoever marks the members has passed.
func (s *Programs) Unspread(ctx context.Context) iter.Seq2[*models.Program, error] {
	return func(yield func(*models.Program, error) bool) {
		for head, err := range s.heads.Find(ctx, Query{Sort: []string{"_id"}}) {
			var p *models.Program
			head.settle(s.clock.Now())
			if err == nil && (head.Spread >= head.Version || !s.settled(head.ID, head.Version)) {
				continue
			}
			if err == nil {
				p, err = s.Version(ctx, head.ID, head.Version)
			}
			if !yield(p, err) || err != nil {
				return
			}
		}
	}
}

// settled reports whether every instance knows that a version is in force. It
// counts from when we saw it first: when it was written is not known well enough.
func (s *Programs) settled(id models.ProgramID, version int) bool {
	key := models.ProgramKey(id, version)
	s.mu.Lock()
	defer s.mu.Unlock()
	until, seen := s.fresh[key]
	if !seen {
		until = time.Now().Add(2 * HeadAge)
		s.fresh[key] = until
	}
	return !time.Now().Before(until)
}

// Marked returns the last version that all members were marked for, 0 when
// there is none yet.
func (s *Programs) Marked(ctx context.Context, id models.ProgramID) (int, error) {
	head, err := s.heads.Get(ctx, string(id))
	return head.Spread, err
}

// Spread notes that all members were marked for a version, or had no need to be.
func (s *Programs) Spread(ctx context.Context, id models.ProgramID, version int) error {
	_, err := s.heads.Update(ctx, string(id), func(h *programHead) error {
		if h.Spread >= version {
			return Unchanged
		}
		h.settle(s.clock.Now())
		h.Spread = version
		return nil
	})
	return err
}

func isDuplicate(err error) bool {
	_, ok := errors.AsType[*DuplicateError](err)
	return ok
}
