package store

import (
	"context"
	"errors"
	"iter"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// Collection holds documents of type T: a struct with a string field tagged
// `bson:"_id"`, and usually an int64 tagged `bson:"rev"`. The revision is the
// store's: 1 when a document is inserted (see Schema.Fleeting), one more with each change. A change
// never moves a document to another _id.
//
// Besides the errors that a method names, each may return an Unavailable
// *models.Error when the database is away, or the error of a context that ended.
type Collection[T any] struct {
	db     *DB
	schema *Schema
	table  table
	codec  codec[T]
}

// Open makes the collection, its indexes and its declared fields where they
// are missing, and returns it. It fails where a unique index can't be made
// because documents collide in it (a *DuplicateError, where the server says so). On MongoDB an index that is no longer
// declared stays: another instance may still rely on it.
func Open[T any](ctx context.Context, db *DB, s Schema) (*Collection[T], error) {
	c := &Collection[T]{db: db, schema: &s}
	var err error
	if c.codec, err = codecOf[T](&s); err != nil {
		return nil, err
	}
	if c.table, err = db.prepare(ctx, &s); err != nil {
		return nil, err
	}
	return c, nil
}

// Get returns the document with that id, or ErrNotFound.
func (c *Collection[T]) Get(ctx context.Context, id string) (T, error) {
	doc, _, err := c.load(ctx, id)
	return doc, err
}

func (c *Collection[T]) load(ctx context.Context, id string) (T, int64, error) {
	raw, err := c.table.get(ctx, id)
	if err != nil {
		var none T
		return none, 0, err
	}
	return c.codec.decode(raw)
}

// One returns the first document in the order of q, or ErrNotFound.
func (c *Collection[T]) One(ctx context.Context, q Query) (T, error) {
	q.Limit = 1
	for doc, err := range c.Find(ctx, q) {
		return doc, err
	}
	var none T
	return none, ErrNotFound
}

// Count returns how many documents q finds.
func (c *Collection[T]) Count(ctx context.Context, q Query) (int64, error) {
	where, err := q.Where.resolve(c.schema)
	if err != nil {
		return 0, err
	}
	n, err := c.table.count(ctx, where)
	if q.Limit > 0 {
		n = min(n, int64(q.Limit))
	}
	return n, err
}

// A read begins small, as most results are, and grows as it goes on.
const (
	firstChunk = 128
	lastChunk  = 2048
)

// Find yields the documents that q finds, in its order. It reads in chunks, and
// holds no connection and no snapshot between them, so a slow consumer is no
// burden and may write to what it reads: a document that another writer moves in
// the order meanwhile can be missed or seen twice. An error ends the sequence.
func (c *Collection[T]) Find(ctx context.Context, q Query) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var none T
		p, err := planOf(c.schema, q)
		if err == nil && q.Limit < 0 {
			err = errors.New("query with a negative limit")
		}
		if err != nil {
			yield(none, err)
			return
		}
		left := q.Limit
		for size := firstChunk; ; size = min(2*size, lastChunk) {
			p.limit = size
			if q.Limit > 0 {
				p.limit = min(size, left)
			}
			chunk, err := c.table.find(ctx, p)
			if err == nil && !c.each(chunk, yield) {
				return
			}
			if err == nil && len(chunk) == p.limit {
				p.after, err = position(chunk[len(chunk)-1], p.fields())
			}
			if err != nil {
				yield(none, err)
				return
			}
			left -= len(chunk)
			if len(chunk) < p.limit || q.Limit > 0 && left == 0 {
				return
			}
		}
	}
}

// each yields the documents of a chunk, and reports whether to go on.
func (c *Collection[T]) each(chunk []bson.Raw, yield func(T, error) bool) bool {
	for _, raw := range chunk {
		doc, _, err := c.codec.decode(raw)
		if !yield(doc, err) || err != nil {
			return false
		}
	}
	return true
}
