package store

import (
	"context"
	"iter"
	"time"

	"regulars/models"
)

// Heads keeps how far the copies of newest states, models.Head, are known to
// be complete. Members gives and takes the copies themselves.
type Heads struct {
	carried *Collection[carried]
}

// carried says that every entry recorded before Until is on its member.
type carried struct {
	ID    string    `bson:"_id"`
	Rev   int64     `bson:"rev"`
	Until time.Time `bson:"until"`
}

const carriedID = "heads"

func openHeads(ctx context.Context, db *DB) (*Heads, error) {
	c, err := Open[carried](ctx, db, Schema{Name: "carried"})
	if err != nil {
		return nil, err
	}
	return &Heads{c}, nil
}

// Until returns the time before which every recorded entry is on its member:
// zero at first.
func (s *Heads) Until(ctx context.Context) (time.Time, error) {
	c, err := s.carried.Upsert(ctx, carriedID, func(c *carried, exists bool) error {
		if exists {
			return Unchanged
		}
		*c = carried{ID: carriedID}
		return nil
	})
	return c.Until, err
}

// Reach says that all entries recorded before until are on their members,
// after somebody has seen to those recorded by the time now. An entry bears the
// time at which somebody began to write it, and may be there that much later.
func (s *Heads) Reach(ctx context.Context, now time.Time) error {
	until := now.Add(-patience)
	_, err := s.carried.Update(ctx, carriedID, func(c *carried) error {
		if !until.After(c.Until) {
			return Unchanged
		}
		c.Until = until
		return nil
	})
	return err
}

// Recorded yields the entries of all accounts that were recorded since, in the
// order of that time.
func (l *Ledger) Recorded(ctx context.Context, since time.Time) iter.Seq2[models.Entry, error] {
	return l.entries.Find(ctx, Query{Where: Gte("recorded_at", since), Sort: []string{"recorded_at"}})
}

// RecordedBetween yields the entries of all accounts that were recorded from a
// time on and before another, in the order of that time.
func (l *Ledger) RecordedBetween(ctx context.Context, from, until time.Time) iter.Seq2[models.Entry, error] {
	return l.entries.Find(ctx, Query{Where: And(Gte("recorded_at", from), Lt("recorded_at", until)), Sort: []string{"recorded_at"}})
}

// Many returns the members with those ids, as far as there are.
func (s *Members) Many(ctx context.Context, ids []models.MemberID) ([]models.Member, error) {
	in := make([]any, len(ids))
	for i, id := range ids {
		in[i] = id
	}
	var out []models.Member
	for m, err := range s.members.Find(ctx, Query{Where: In("_id", in...)}) {
		if err != nil {
			return nil, err
		}
		out = append(out, m)
	}
	return out, nil
}

// ReplaceMany is Collection.ReplaceMany of members.
func (s *Members) ReplaceMany(ctx context.Context, members []models.Member) (int, error) {
	return s.members.ReplaceMany(ctx, members)
}

// Ending returns up to limit members of whose units some have come to their
// end, those that ended first before the others.
func (s *Members) Ending(ctx context.Context, now time.Time, limit int) ([]models.Member, error) {
	return s.some(ctx, Query{Where: Lte("head.ends", now), Sort: []string{"head.ends"}, Limit: limit})
}

func (s *Members) some(ctx context.Context, q Query) ([]models.Member, error) {
	var out []models.Member
	for m, err := range s.members.Find(ctx, q) {
		if err != nil {
			return nil, err
		}
		out = append(out, m)
	}
	return out, nil
}
