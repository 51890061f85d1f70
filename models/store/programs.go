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
// is read once; which version is in force is asked again after a second.
type Programs struct {
	heads    *Collection[programHead]
	versions *Collection[models.Program]

	mu     sync.RWMutex
	cached map[string]*models.Program
	force  map[models.ProgramID]inForce
	fresh  map[models.ProgramID]inForce // versions that others may not know of until then
}

type programHead struct {
	ID      models.ProgramID `bson:"_id"`
	Rev     int64            `bson:"rev"`
	Version int              `bson:"version"`
	Spread  int              `bson:"spread"` // the version that all members were marked for
}

type inForce struct {
	version int
	until   time.Time
}

// HeadAge is how long an instance may go on with the version it knows.
const HeadAge = time.Second

func openPrograms(ctx context.Context, db *DB) (*Programs, error) {
	heads, err := Open[programHead](ctx, db, Schema{Name: "programs"})
	if err != nil {
		return nil, err
	}
	versions, err := Open[models.Program](ctx, db, Schema{Name: "versions", Indexes: []Index{{Fields: []string{"program", "version"}, Unique: true}}})
	if err != nil {
		return nil, err
	}
	return &Programs{heads: heads, versions: versions, cached: map[string]*models.Program{}, force: map[models.ProgramID]inForce{}, fresh: map[models.ProgramID]inForce{}}, nil
}

func unknownProgram() error {
	return models.Fail(models.NotFound, "unknown_program", "program", "There is no such program.")
}

// Current returns the version of a program that is in force. The result is
// shared and must not be changed.
func (s *Programs) Current(ctx context.Context, id models.ProgramID) (*models.Program, error) {
	s.mu.RLock()
	force, known := s.force[id]
	s.mu.RUnlock()
	if known && time.Now().Before(force.until) {
		return s.Version(ctx, id, force.version)
	}
	head, err := s.heads.Get(ctx, string(id))
	switch {
	case errors.Is(err, ErrNotFound):
		return nil, unknownProgram()
	case err != nil:
		return nil, err
	}
	s.mu.Lock()
	s.force[id] = inForce{version: head.Version, until: time.Now().Add(HeadAge)}
	s.mu.Unlock()
	return s.Version(ctx, id, head.Version)
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

// Publish keeps terms as the next version of the program and puts it in
// force. Terms that are those in force make no version: the one in force comes
// back. With expect ≥ 0 it reports a Conflict when another version is in
// force by then; 0 expects that the program does not exist yet.
func (s *Programs) Publish(ctx context.Context, next models.Program, expect int) (*models.Program, error) {
	head, err := s.heads.Get(ctx, string(next.ID))
	if err != nil && !errors.Is(err, ErrNotFound) {
		return nil, err
	}
	if expect >= 0 && head.Version != expect {
		return nil, ChangedMeanwhile()
	}
	if head.Version > 0 {
		if current, err := s.Version(ctx, next.ID, head.Version); err != nil || current.Equal(next.Terms) {
			return current, err
		}
	}
	if err := s.keep(ctx, &next, head.Version+1); err != nil {
		return nil, err
	}
	_, err = s.heads.Upsert(ctx, string(next.ID), func(h *programHead, exists bool) error {
		if h.Version != head.Version {
			return ChangedMeanwhile()
		}
		h.ID, h.Version = next.ID, next.Version
		return nil
	})
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	delete(s.force, next.ID)
	delete(s.cached, next.Key)
	s.mu.Unlock()
	return &next, nil
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

// All yields the version in force of every program.
func (s *Programs) All(ctx context.Context) iter.Seq2[*models.Program, error] {
	return func(yield func(*models.Program, error) bool) {
		for head, err := range s.heads.Find(ctx, Query{Sort: []string{"_id"}}) {
			var p *models.Program
			if err == nil {
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
			if err == nil && (head.Spread >= head.Version || !s.settled(head)) {
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

// settled reports whether every instance knows of the version in force. It
// counts from when we saw it first: when it was written is not known well enough.
func (s *Programs) settled(head programHead) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.fresh[head.ID].version != head.Version {
		s.fresh[head.ID] = inForce{version: head.Version, until: time.Now().Add(2 * HeadAge)}
	}
	return !time.Now().Before(s.fresh[head.ID].until)
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
		h.Spread = version
		return nil
	})
	return err
}

func isDuplicate(err error) bool {
	_, ok := errors.AsType[*DuplicateError](err)
	return ok
}
