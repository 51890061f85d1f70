package store

import (
	"context"
	"slices"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// engine is what the two databases have in common. Documents cross it as BSON,
// so that both keep the very same bytes.
type engine interface {
	now(ctx context.Context) (time.Time, error)

	// prepare makes the collection and its indexes where they are missing.
	prepare(ctx context.Context, s *Schema) (table, error)

	// write applies ops in their order, each of them atomic by itself. It
	// stops at the first that fails, or with goOn does what can be done; the
	// failures are in order. An error means that none is known to be stored.
	write(ctx context.Context, ops []writeOp, goOn bool) ([]failure, error)

	// replace does opReplace writes that have nothing to do with each other, in
	// any order, and returns how many found the revision that they are for.
	replace(ctx context.Context, ops []writeOp) (int, error)

	close() error
}

// table is one collection of an engine.
type table interface {
	get(ctx context.Context, id string) (bson.Raw, error) // ErrNotFound
	find(ctx context.Context, p plan) ([]bson.Raw, error)
	count(ctx context.Context, where Cond) (int64, error)
}

// writeOp is one write of one document.
type writeOp struct {
	kind   opKind
	table  table
	id     string
	rev    int64    // the revision that is inserted, replaced or deleted; 0 deletes any
	body   bson.Raw // the new document, with its new revision
	fields []any    // the values of the declared fields in body, nil where absent
}

// collides names the first unique index in which another document stands where
// op puts its own, or "". holds looks for a document.
func (op *writeOp) collides(s *Schema, holds func(Cond) bool) string {
	names := s.declared()
	for _, ix := range s.Indexes {
		where := []Cond{Not(Eq("_id", op.id))}
		for _, k := range ix.keys() {
			if v := op.fields[slices.Index(names, k.field)]; v != nil {
				where = append(where, Eq(k.field, v))
			}
		}
		if ix.Unique && len(where) > len(ix.Fields) && holds(And(where...)) {
			return ix.label()
		}
	}
	return ""
}

type opKind int

const (
	opInsert  opKind = iota // *DuplicateError
	opReplace               // ErrConflict, *DuplicateError
	opDelete                // ErrConflict unless any revision will do
)

// failure is what went wrong with the write at that position.
type failure struct {
	at  int
	err error
}
