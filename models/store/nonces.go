package store

import (
	"context"
	"time"
)

// Nonces keeps which messages came that are to be heard once, for as long as
// they could be sent again.
type Nonces struct {
	nonces *Collection[nonce]
}

type nonce struct {
	ID    string    `bson:"_id"`
	Rev   int64     `bson:"rev"`
	Until time.Time `bson:"until"` // nobody believes the message any more
	Heard bool      `bson:"heard"` // what it asks for is done
}

func openNonces(ctx context.Context, db *DB) (*Nonces, error) {
	c, err := Open[nonce](ctx, db, Schema{Name: "nonces", Fleeting: true, Indexes: []Index{{Fields: []string{"until"}}}})
	return &Nonces{c}, err
}

// Come notes that a message came, good until a time, and reports whether what
// it asks for was done before. It is false until Heard, whoever is at it: one
// who is cut off in between must not have the message lost.
func (s *Nonces) Come(ctx context.Context, id string, until time.Time) (heard bool, err error) {
	n, err := s.nonces.Upsert(ctx, id, func(n *nonce, exists bool) error {
		if exists {
			return Unchanged
		}
		n.Until = until
		return nil
	})
	return n.Heard, err
}

// Heard notes that what a message asks for is done.
func (s *Nonces) Heard(ctx context.Context, id string) error {
	_, err := s.nonces.Update(ctx, id, func(n *nonce) error {
		if n.Heard {
			return Unchanged
		}
		n.Heard = true
		return nil
	})
	return err
}

// Drop forgets up to limit messages that were good until a time before, and
// returns how many.
func (s *Nonces) Drop(ctx context.Context, before time.Time, limit int) (int, error) {
	old, err := collect(s.nonces.Find(ctx, Query{Where: Lt("until", before), Sort: []string{"until"}, Limit: limit}))
	for _, n := range old {
		if err := s.nonces.Delete(ctx, n.ID); err != nil {
			return 0, err
		}
	}
	return len(old), err
}
