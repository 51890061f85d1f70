package store

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"
)

// Insert stores a new document, and sets the revision in it. It returns a
// *DuplicateError when its _id or the values of a unique index are taken.
func (c *Collection[T]) Insert(ctx context.Context, doc *T) error {
	return c.do(ctx, c.InsertWrite(doc))
}

// InsertMany stores new documents and sets their revisions. It does what can be
// done: an *InsertManyError names the documents that were refused, and all others
// are stored. After any other error it is not known which are.
func (c *Collection[T]) InsertMany(ctx context.Context, docs []T) error {
	ops := make([]writeOp, len(docs))
	for i := range docs {
		w := c.InsertWrite(&docs[i])
		if w.err != nil {
			return fmt.Errorf("document %d of %d: %w", i+1, len(docs), w.err)
		}
		ops[i] = w.op
	}
	if len(ops) == 0 {
		return nil
	}
	failed, err := c.db.engine.write(ctx, ops, true)
	if err != nil {
		return err
	}
	refused := map[int]error{}
	for _, f := range failed {
		refused[f.at] = f.err
	}
	for i := range docs {
		if refused[i] == nil {
			c.codec.stamp(&docs[i], ops[i].id, ops[i].rev)
		}
	}
	if len(refused) > 0 {
		return &InsertManyError{Failed: refused}
	}
	return nil
}

// Update reads the document, lets change have its way with it and writes it back if
// nobody else did meanwhile; otherwise it begins again, until ctx ends. So
// change may run several times and must do nothing but change the document. An
// error of change is returned as it is, and nothing is written; for Unchanged the
// document comes back with no error. Update returns the document as it is now
// stored, ErrNotFound, or a *DuplicateError.
func (c *Collection[T]) Update(ctx context.Context, id string, change func(*T) error) (T, error) {
	var none T
	for attempt := 0; ; attempt++ {
		doc, rev, err := c.load(ctx, id)
		if err != nil {
			return none, err
		}
		if err = change(&doc); err != nil {
			return c.kept(doc, id, rev, err)
		}
		err = c.do(ctx, c.ReplaceWrite(id, rev, &doc))
		if err == nil {
			c.codec.stamp(&doc, id, rev+1)
			return doc, nil
		}
		if !errors.Is(err, ErrConflict) {
			return none, err
		}
		if err := pause(ctx, attempt); err != nil {
			return none, err
		}
	}
}

// UpdateFrom is Update for a document that the caller has read before, which
// saves reading it again where nobody else changed it since. seen belongs to the
// store from then on. A change that declines is asked again with the document as
// it is stored now.
func (c *Collection[T]) UpdateFrom(ctx context.Context, seen T, change func(*T) error) (T, error) {
	id, rev := c.codec.idOf(&seen), c.codec.revOf(&seen)
	if rev == 0 || change(&seen) != nil {
		return c.Update(ctx, id, change)
	}
	err := c.do(ctx, c.ReplaceWrite(id, rev, &seen))
	if errors.Is(err, ErrConflict) {
		return c.Update(ctx, id, change)
	}
	if err != nil {
		var none T
		return none, err
	}
	return seen, nil
}

// kept answers for a change that did not want to write.
func (c *Collection[T]) kept(doc T, id string, rev int64, err error) (T, error) {
	if !errors.Is(err, Unchanged) {
		var none T
		return none, err
	}
	c.codec.stamp(&doc, id, rev)
	return doc, nil
}

// Upsert is Update for a document that may not be there yet: then change gets
// one that is empty but for its _id, and exists is false. However many race to
// make it, one does and the others change what that one made. With Unchanged
// nothing is made, and the empty document comes back.
func (c *Collection[T]) Upsert(ctx context.Context, id string, change func(doc *T, exists bool) error) (T, error) {
	for attempt := 0; ; attempt++ {
		doc, err := c.Update(ctx, id, func(doc *T) error { return change(doc, true) })
		if !errors.Is(err, ErrNotFound) {
			return doc, err
		}
		doc = *new(T)
		c.codec.stamp(&doc, id, 0)
		if err := change(&doc, false); err != nil {
			return c.kept(doc, id, 0, err)
		}
		c.codec.stamp(&doc, id, 0)
		err = c.Insert(ctx, &doc)
		var dup *DuplicateError
		if !errors.As(err, &dup) {
			return doc, err
		}
		// The engines differ in which index they name, so whether it was this
		// document that somebody else made is looked up.
		if _, _, gone := c.load(ctx, id); errors.Is(gone, ErrNotFound) && attempt >= 3 {
			return doc, err
		}
		if err := pause(ctx, attempt); err != nil {
			return doc, err
		}
	}
}

// Delete removes the document with that id, whatever its revision. That there
// is none is no error.
func (c *Collection[T]) Delete(ctx context.Context, id string) error {
	return c.do(ctx, c.DeleteWrite(id, 0))
}

// DeleteIf removes the document if cond approves of it, and only at the very
// revision that cond saw: when it changes meanwhile, cond is asked again. It
// reports whether it removed a document; that there is none is no error.
func (c *Collection[T]) DeleteIf(ctx context.Context, id string, cond func(T) bool) (bool, error) {
	for attempt := 0; ; attempt++ {
		doc, rev, err := c.load(ctx, id)
		if errors.Is(err, ErrNotFound) {
			return false, nil
		}
		if err != nil || !cond(doc) {
			return false, err
		}
		err = c.do(ctx, c.DeleteWrite(id, rev))
		if !errors.Is(err, ErrConflict) {
			return err == nil, err
		}
		if err := pause(ctx, attempt); err != nil {
			return false, err
		}
	}
}

// InsertWrite is Insert as a part of InOrder. The document is taken as it is now.
func (c *Collection[T]) InsertWrite(doc *T) Write {
	id := c.codec.idOf(doc)
	rev := c.firstRev()
	op, err := c.codec.encode(doc, id, rev)
	op.kind, op.rev = opInsert, rev
	return c.write(op, err, func() { c.codec.stamp(doc, id, rev) })
}

// firstRev is the revision of a document that is inserted now.
func (c *Collection[T]) firstRev() int64 {
	if c.schema.Fleeting {
		return time.Now().UnixMicro()
	}
	return 1
}

// ReplaceWrite puts doc in the place of the document with that id, if it is
// still at revision rev; otherwise InOrder stops with ErrConflict. The document is
// taken as it is now, and told its new revision when it is stored.
func (c *Collection[T]) ReplaceWrite(id string, rev int64, doc *T) Write {
	op, err := c.codec.encode(doc, id, rev+1)
	op.kind, op.rev = opReplace, rev
	return c.write(op, err, func() { c.codec.stamp(doc, id, rev+1) })
}

// ReplaceMany puts documents, each read before and changed since, in the place
// of those that nobody else changed meanwhile, in no order. It returns how many
// it has replaced; which of them it does not say, and it tells no document its
// new revision. It is for copies of what is known elsewhere, many at a time.
func (c *Collection[T]) ReplaceMany(ctx context.Context, docs []T) (int, error) {
	ops := make([]writeOp, len(docs))
	for i := range docs {
		w := c.ReplaceWrite(c.codec.idOf(&docs[i]), c.codec.revOf(&docs[i]), &docs[i])
		if w.err != nil {
			return 0, w.err
		}
		ops[i] = w.op
	}
	if len(ops) == 0 {
		return 0, nil
	}
	return c.db.engine.replace(ctx, ops)
}

// DeleteWrite removes the document with that id, if it is still at revision
// rev; otherwise, also when it is gone, InOrder stops with ErrConflict. With
// revision 0 it removes whatever is there.
func (c *Collection[T]) DeleteWrite(id string, rev int64) Write {
	return c.write(writeOp{kind: opDelete, id: id, rev: rev}, nil, func() {})
}

func (c *Collection[T]) write(op writeOp, err error, done func()) Write {
	op.table = c.table
	return Write{op: op, db: c.db, err: err, done: done, ready: true}
}

func (c *Collection[T]) do(ctx context.Context, w Write) error {
	_, err := c.db.InOrder(ctx, w)
	return err
}

// pause waits before another attempt: at first up to 1 ms, then up to 64 ms, how
// long is left to chance so that rivals part ways.
func pause(ctx context.Context, attempt int) error {
	return wait(ctx, time.Millisecond<<min(attempt, 6))
}

// wait waits for a time of at most longest that chance chooses.
func wait(ctx context.Context, longest time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(rand.N(longest) + 1):
		return nil
	}
}
