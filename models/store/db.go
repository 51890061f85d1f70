package store

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"sync"
	"time"
)

// DB is an open database. It is safe for many goroutines.
type DB struct {
	engine engine
	name   string

	mu      sync.Mutex
	schemas map[string]opened
}

type opened struct {
	schema Schema
	table  table
}

// Close ends all work on the database. Writes that were accepted are done first.
func (db *DB) Close() error { return db.engine.close() }

// Now returns the database's clock, in UTC: MongoDB's own, so that all
// instances can go by one, or this machine's for the embedded file.
func (db *DB) Now(ctx context.Context) (time.Time, error) { return db.engine.now(ctx) }

// Ping reports whether the database answers: nil, or an Unavailable error.
func (db *DB) Ping(ctx context.Context) error {
	_, err := db.engine.now(ctx)
	return err
}

// Engine returns "mongodb" or "sqlite".
func (db *DB) Engine() string { return db.name }

// prepare makes the collection once; asking for it again must be with the
// same declaration.
func (db *DB) prepare(ctx context.Context, s *Schema) (table, error) {
	if err := s.check(); err != nil {
		return nil, err
	}
	db.mu.Lock()
	defer db.mu.Unlock()
	if o, ok := db.schemas[s.Name]; ok {
		if !reflect.DeepEqual(o.schema, *s) {
			return nil, fmt.Errorf("collection %s: opened twice with different declarations", s.Name)
		}
		return o.table, nil
	}
	t, err := db.engine.prepare(ctx, s)
	if err != nil {
		return nil, fmt.Errorf("open collection %s: %w", s.Name, err)
	}
	if db.schemas == nil {
		db.schemas = map[string]opened{}
	}
	db.schemas[s.Name] = opened{schema: *s, table: t}
	return t, nil
}

// Write is one write of one document, to be given to InOrder once.
type Write struct {
	op    writeOp
	db    *DB
	err   error
	done  func() // tells the document its new revision
	ready bool
}

// InOrder applies several writes, each atomic by itself, in this order. It
// stops at the first that fails: those before it stay, it and those after it
// are not done. It returns how many were done, and why it stopped: ErrConflict, a
// *DuplicateError, an Unavailable error, or the end of ctx. After one of the
// last two the first write that is not counted may have been done after all, and
// on the embedded engine, which commits them together, all of them after an
// Unavailable error. After a crash a prefix of the writes is there. MongoDB takes
// a round trip for each.
func (db *DB) InOrder(ctx context.Context, writes ...Write) (done int, err error) {
	ops := make([]writeOp, len(writes))
	for i, w := range writes {
		switch {
		case w.err != nil:
			return 0, w.err
		case !w.ready || w.db != db:
			return 0, errors.New("store: a write that is empty or of another database")
		}
		ops[i] = w.op
	}
	if len(ops) == 0 {
		return 0, nil
	}
	failed, err := db.engine.write(ctx, ops, false)
	if err != nil {
		return 0, err
	}
	done = len(ops)
	if len(failed) > 0 {
		done, err = failed[0].at, failed[0].err
	}
	for _, w := range writes[:done] {
		w.done()
	}
	return done, err
}
