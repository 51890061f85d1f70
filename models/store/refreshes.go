package store

import (
	"context"
	"errors"
	"time"

	"regulars/models"
)

// Refreshes keeps which members' passes may have to change. It is state, not
// a queue: many changes of one member are one document.
type Refreshes struct {
	refreshes *Collection[models.Refresh]
}

func openRefreshes(ctx context.Context, db *DB) (*Refreshes, error) {
	c, err := Open[models.Refresh](ctx, db, Schema{
		Name: "refreshes", Fleeting: true,
		Indexes: []Index{{Fields: []string{"priority", "due"}}, {Fields: []string{"program"}}},
	})
	if err != nil {
		return nil, err
	}
	return &Refreshes{c}, nil
}

// due is the mark of a member who has none.
func due(m *models.Member, p models.Priority, at time.Time) models.Refresh {
	return models.Refresh{Member: m.ID, Program: m.Program, Counter: 1, Priority: p, Due: at}
}

// patience is how long a mark is kept for a change that it announced. Whoever
// makes the change gives up before.
const patience = 2 * BookingTime

// BookingTime is how long a change may take from its mark to its write.
const BookingTime = 15 * time.Second

// MarkWrite returns the write that marks a member as due, to be done in one
// order with the insert of the account's entry number seq. The write fails
// with ErrConflict or a DuplicateError when somebody else marks the member at
// the same time; then a new one is asked for.
func (s *Refreshes) MarkWrite(ctx context.Context, m *models.Member, p models.Priority, now time.Time, seq int64) (Write, error) {
	r, err := s.refreshes.Get(ctx, string(m.ID))
	missing := errors.Is(err, ErrNotFound)
	if err != nil && !missing {
		return Write{}, err
	}
	if missing {
		return s.FirstMarkWrite(m, p, now, seq), nil
	}
	mark(&r, p, now)
	if r.AwaitOf != "" && r.AwaitOf != m.Account {
		r.Awaits = 0 // whoever was to book there is turned to the other account
	}
	r.Awaits, r.AwaitOf, r.AwaitUntil = max(r.Awaits, seq), m.Account, now.Add(patience)
	return s.refreshes.ReplaceWrite(string(m.ID), r.Rev, &r), nil
}

// FirstMarkWrite is MarkWrite for a member who is not marked, as most are not
// who come to a till: it has nothing to read. The write fails with a
// DuplicateError when the member is marked after all.
func (s *Refreshes) FirstMarkWrite(m *models.Member, p models.Priority, now time.Time, seq int64) Write {
	r := due(m, p, now)
	r.Awaits, r.AwaitOf, r.AwaitUntil = seq, m.Account, now.Add(patience)
	return s.refreshes.InsertWrite(&r)
}

// Announce marks a member as due before a change that is no entry, and keeps
// the mark for as long as that may take. Confirm, with what it returns, says
// that the change is done.
func (s *Refreshes) Announce(ctx context.Context, m *models.Member, p models.Priority, now time.Time) (time.Time, error) {
	hold := now.Add(patience)
	_, err := s.refreshes.Upsert(ctx, string(m.ID), func(r *models.Refresh, exists bool) error {
		if exists {
			mark(r, p, now)
		} else {
			*r = due(m, p, now)
		}
		r.Hold = hold
		return nil
	})
	return hold, err
}

// Confirm marks a member whose announced change is done. The mark goes once
// it is carried out, unless somebody announced another change meanwhile.
func (s *Refreshes) Confirm(ctx context.Context, m *models.Member, p models.Priority, now, hold time.Time) error {
	_, err := s.refreshes.Upsert(ctx, string(m.ID), func(r *models.Refresh, exists bool) error {
		if !exists {
			*r = due(m, p, now)
			return nil
		}
		mark(r, p, now)
		if r.Hold.Equal(hold) {
			r.Hold = time.Time{}
		}
		return nil
	})
	return err
}

// mark notes a further change. A refresh that is being carried out keeps its
// lease: the counter makes sure that it is done again after it.
func mark(r *models.Refresh, p models.Priority, due time.Time) {
	r.Counter++
	if r.Lease != "" {
		if p < r.Priority {
			r.Priority = p
		}
		return
	}
	if p < r.Priority || due.Before(r.Due) {
		r.Priority, r.Due = min(p, r.Priority), due
	}
}

// Mark marks a member as due.
func (s *Refreshes) Mark(ctx context.Context, m *models.Member, p models.Priority, at time.Time) error {
	_, err := s.refreshes.Upsert(ctx, string(m.ID), func(r *models.Refresh, exists bool) error {
		if !exists {
			*r = due(m, p, at)
			return nil
		}
		mark(r, p, at)
		return nil
	})
	return err
}

// Due returns up to limit members of a class that are due, longest first.
func (s *Refreshes) Due(ctx context.Context, p models.Priority, now time.Time, limit int) ([]models.Refresh, error) {
	var out []models.Refresh
	q := Query{Where: And(Eq("priority", int(p)), Lte("due", now)), Sort: []string{"priority", "due"}, Limit: limit}
	for r, err := range s.refreshes.Find(ctx, q) {
		if err != nil {
			return nil, err
		}
		out = append(out, r)
	}
	return out, nil
}

// errTaken says that somebody else claimed the refresh first.
var errTaken = errors.New("claimed by another worker")

// Claim leases a refresh until the time given. It reports false when another
// worker was faster.
func (s *Refreshes) Claim(ctx context.Context, r models.Refresh, lease string, until time.Time) (models.Refresh, bool, error) {
	claimed, err := s.refreshes.UpdateFrom(ctx, r, func(now *models.Refresh) error {
		if !now.Due.Equal(r.Due) || now.Lease != r.Lease {
			return errTaken
		}
		now.Lease, now.Due = lease, until
		now.Attempts++ // counted before the work, so that work which kills us counts as well
		return nil
	})
	if errors.Is(err, errTaken) || errors.Is(err, ErrNotFound) {
		return r, false, nil
	}
	return claimed, err == nil, err
}

// leaseMargin is how long a write may be under way.
const leaseMargin = 2 * time.Second

// Done removes a refresh that was carried out, with what was seen of the
// account up to an entry. When the member was marked again meanwhile it stays,
// due at once; when what it was marked for is not there yet, due soon.
func (s *Refreshes) Done(ctx context.Context, r models.Refresh, seen int64, now time.Time) error {
	// Within the lease nobody else removes the mark, so its revision tells it
	// apart. Later it may be another mark of the member that has the same.
	if r.Settled(seen, now) && now.Add(leaseMargin).Before(r.Due) {
		if err := s.refreshes.do(ctx, s.refreshes.DeleteWrite(string(r.Member), r.Rev)); !errors.Is(err, ErrConflict) {
			return err
		}
	}
	gone, err := s.refreshes.DeleteIf(ctx, string(r.Member), func(d models.Refresh) bool {
		return d.Counter == r.Counter && d.Lease == r.Lease && d.Settled(seen, now)
	})
	if err != nil || gone {
		return err
	}
	return s.release(ctx, r, func(d *models.Refresh) {
		d.Trouble, d.Due = "", now
		switch {
		case d.Counter != r.Counter:
			d.Attempts = 0
		case seen < d.Awaits && now.Before(d.AwaitUntil):
			d.Due = now.Add(d.Again())
		case now.Before(d.Hold):
			d.Due, d.Attempts = d.Hold, 0
		}
	})
}

// Postpone gives a refresh back, to be tried again after a wait; at once when
// the member was marked again meanwhile. A lease that ran out and was taken
// over by another worker is left to that worker.
func (s *Refreshes) Postpone(ctx context.Context, r models.Refresh, now time.Time, wait time.Duration, trouble string) error {
	return s.release(ctx, r, func(d *models.Refresh) {
		d.Due, d.Trouble = now.Add(wait), trouble
		if d.Counter != r.Counter {
			d.Due, d.Attempts = now, 0
		}
	})
}

// release ends the lease of r, if it is still ours, as change says.
func (s *Refreshes) release(ctx context.Context, r models.Refresh, change func(*models.Refresh)) error {
	_, err := s.refreshes.Update(ctx, string(r.Member), func(d *models.Refresh) error {
		if d.Lease != r.Lease {
			return Unchanged
		}
		d.Lease = ""
		change(d)
		return nil
	})
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	return err
}

// Waiting returns how many members of a class wait.
func (s *Refreshes) Waiting(ctx context.Context, p models.Priority) (int64, error) {
	return s.refreshes.Count(ctx, Query{Where: Eq("priority", int(p))})
}

// Count returns how many members of a program wait.
func (s *Refreshes) Count(ctx context.Context, program models.ProgramID) (int64, error) {
	return s.refreshes.Count(ctx, Query{Where: Eq("program", program)})
}

// Of returns the refresh that waits for a member; ErrNotFound when none does.
func (s *Refreshes) Of(ctx context.Context, member models.MemberID) (models.Refresh, error) {
	return s.refreshes.Get(ctx, string(member))
}
