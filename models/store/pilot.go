package store

import (
	"context"
	"errors"
	"iter"

	"regulars/models"
)

// Pilot is a version that is in force for those who bear a tag, while another one
// is for everybody else.
type Pilot struct {
	*models.Program
	Tag string
}

func noPilot() error {
	return models.Fail(models.NotFound, "no_pilot", "program", "No version of this program is being piloted.")
}

// Pilot returns the version that is being piloted; NotFound when there is none.
// It is not the cached one: this instance may not have heard of it yet.
func (s *Programs) Pilot(ctx context.Context, id models.ProgramID) (Pilot, error) {
	head, err := s.seen(ctx, id)
	if err == nil && head.Pilot == 0 {
		err = noPilot()
	}
	if err != nil {
		return Pilot{}, err
	}
	p, err := s.Version(ctx, id, head.Pilot)
	return Pilot{p, head.PilotTag}, err
}

// seen is the head of a program as it stands in the database.
func (s *Programs) seen(ctx context.Context, id models.ProgramID) (programHead, error) {
	head, err := s.heads.Get(ctx, string(id))
	if errors.Is(err, ErrNotFound) {
		return head, unknownProgram()
	}
	head.settle(s.clock.Now())
	return head, err
}

// StartPilot keeps terms as the next version of the program and puts it in force
// for those who bear a tag, in the place of the pilot that was. It is a Conflict
// when these terms are everybody's already, and while a pilot for another tag is
// on; as for expect, see Publish.
func (s *Programs) StartPilot(ctx context.Context, next models.Program, tag string, expect int) (*models.Program, error) {
	head, err := s.seen(ctx, next.ID)
	switch {
	case err != nil:
		return nil, err
	case expect >= 0 && head.latest() != expect:
		return nil, ChangedMeanwhile()
	case head.Pilot > 0 && head.PilotTag != tag:
		return nil, models.Fail(models.Conflict, "other_pilot", "pilot", "A pilot for "+head.PilotTag+" is on. End it before you begin another.")
	}
	current, err := s.Version(ctx, next.ID, head.Version)
	if err != nil {
		return nil, err
	}
	if current.Equal(next.Terms) {
		return nil, models.Fail(models.Conflict, "nothing_to_pilot", "pilot", "These terms are in force for everybody already.")
	}
	if head.Pilot > 0 {
		if old, err := s.Version(ctx, next.ID, head.Pilot); err != nil || old.Equal(next.Terms) {
			return old, err
		}
	}
	if err := s.keep(ctx, &next, head.latest()+1); err != nil {
		return nil, err
	}
	follows := head
	follows.Pilot, follows.PilotTag = next.Version, tag
	return &next, s.put(ctx, &next, head, follows)
}

// EndPilot gives those who were in the pilot what everybody has; NotFound when
// there is none. The terms in force get the next number for it: for no member and
// no card does a number ever fall.
func (s *Programs) EndPilot(ctx context.Context, next models.Program, expect int) (*models.Program, error) {
	head, err := s.seen(ctx, next.ID)
	switch {
	case err != nil:
		return nil, err
	case head.Pilot == 0:
		return nil, noPilot()
	case expect >= 0 && head.latest() != expect:
		return nil, ChangedMeanwhile()
	}
	current, err := s.Version(ctx, next.ID, head.Version)
	if err != nil {
		return nil, err
	}
	next.Terms = current.Terms
	follows, err := s.follow(ctx, &head, &next, s.clock.Now())
	if err != nil {
		return nil, err
	}
	follows.Pilot, follows.PilotTag = 0, ""
	return &next, s.put(ctx, &next, head, follows)
}

// UnspreadPilots yields the pilots whose members are not all marked for them yet,
// once every instance knows of them: see Unspread.
func (s *Programs) UnspreadPilots(ctx context.Context) iter.Seq2[Pilot, error] {
	return func(yield func(Pilot, error) bool) {
		for head, err := range s.heads.Find(ctx, Query{Sort: []string{"_id"}}) {
			if err == nil && (head.PilotSpread >= head.Pilot || !s.settled(head.ID, head.Pilot)) {
				continue
			}
			var p *models.Program
			if err == nil {
				p, err = s.Version(ctx, head.ID, head.Pilot)
			}
			if !yield(Pilot{p, head.PilotTag}, err) || err != nil {
				return
			}
		}
	}
}

// SpreadPilot notes that all members of a pilot were marked for it.
func (s *Programs) SpreadPilot(ctx context.Context, id models.ProgramID, version int) error {
	_, err := s.heads.Update(ctx, string(id), func(h *programHead) error {
		if h.PilotSpread >= version {
			return Unchanged
		}
		h.PilotSpread = version
		return nil
	})
	return err
}
