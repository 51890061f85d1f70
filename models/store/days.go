package store

import (
	"context"
	"errors"
	"iter"
	"time"

	"regulars/models"
)

// Days keeps how far the daily work of each program is done, and who is at it.
type Days struct {
	days *Collection[daily]
}

type daily struct {
	Program models.ProgramID `bson:"_id"`
	Rev     int64            `bson:"rev"`
	Done    string           `bson:"done"` // the last local day, 2006-01-02, whose work is done
	Lease   string           `bson:"lease,omitempty"`
	Until   time.Time        `bson:"until"`
}

func openDays(ctx context.Context, db *DB) (*Days, error) {
	c, err := Open[daily](ctx, db, Schema{Name: "days"})
	if err != nil {
		return nil, err
	}
	return &Days{c}, nil
}

// Done returns the last day of a program whose work is done, empty when there
// is none.
func (s *Days) Done(ctx context.Context, p models.ProgramID) (string, error) {
	d, err := s.days.Get(ctx, string(p))
	if errors.Is(err, ErrNotFound) {
		err = nil
	}
	return d.Done, err
}

// Claim gives the work of a day to whoever asks for as long as the lease, and
// again to prolong it. It reports false when the work is done or another's.
func (s *Days) Claim(ctx context.Context, p models.ProgramID, day, lease string, now, until time.Time) (bool, error) {
	d, err := s.days.Upsert(ctx, string(p), func(d *daily, _ bool) error {
		if d.Done >= day || d.Lease != "" && d.Lease != lease && now.Before(d.Until) {
			return Unchanged
		}
		d.Lease, d.Until = lease, until
		return nil
	})
	return err == nil && d.Done < day && d.Lease == lease, err
}

// Finish says that the work of a day is done, by whoever has its lease.
func (s *Days) Finish(ctx context.Context, p models.ProgramID, day, lease string) error {
	return s.release(ctx, p, lease, func(d *daily) { d.Done = max(d.Done, day) })
}

// LetGo gives the lease back before its time.
func (s *Days) LetGo(ctx context.Context, p models.ProgramID, lease string) error {
	return s.release(ctx, p, lease, func(*daily) {})
}

func (s *Days) release(ctx context.Context, p models.ProgramID, lease string, change func(*daily)) error {
	_, err := s.days.Update(ctx, string(p), func(d *daily) error {
		if d.Lease != lease {
			return Unchanged
		}
		d.Lease = ""
		change(d)
		return nil
	})
	return err
}

// Welcoming returns up to limit members who joined by a time and have not been
// given yet what new members are.
func (s *Members) Welcoming(ctx context.Context, until time.Time, limit int) ([]models.Member, error) {
	return s.some(ctx, Query{Where: Lte("welcome", until), Sort: []string{"welcome"}, Limit: limit})
}

// BornOn yields the members of a program who were born on a day of the year,
// 12-31.
func (s *Members) BornOn(ctx context.Context, p models.ProgramID, day string) iter.Seq2[models.Member, error] {
	return s.members.Find(ctx, Query{Where: And(Eq("program", p), Eq("born", day))})
}

// EndingBy yields the members of a program of whose units some end by a time.
func (s *Members) EndingBy(ctx context.Context, p models.ProgramID, until time.Time) iter.Seq2[models.Member, error] {
	return s.members.Find(ctx, Query{Where: And(Eq("program", p), Lte("head.ends", until))})
}

// VisitedLast yields the members of a program whose last visit was in a time,
// its end not included.
func (s *Members) VisitedLast(ctx context.Context, p models.ProgramID, from, until time.Time) iter.Seq2[models.Member, error] {
	return s.members.Find(ctx, Query{Where: And(Eq("program", p), Gte("head.last_visit_at", from), Lt("head.last_visit_at", until))})
}

// bearBirthdays gives each member the day of the year that the birthday is on.
func (s *Members) bearBirthdays(ctx context.Context) error {
	for m, err := range s.members.Find(ctx, Query{}) {
		if err != nil {
			return err
		}
		if m.Birthday == "" || m.Born != "" {
			continue
		}
		_, err := s.members.UpdateFrom(ctx, m, func(m *models.Member) error {
			m.SetBirthday(m.Birthday)
			return nil
		})
		if err != nil && !errors.Is(err, ErrNotFound) {
			return err
		}
	}
	return nil
}
