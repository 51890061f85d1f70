package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
)

// refusedFor is how long a write is tried again that the server refuses: longer
// than the election of a new primary takes.
const refusedFor = 15 * time.Second

func (e *mongoEngine) write(ctx context.Context, ops []writeOp, goOn bool) ([]failure, error) {
	if goOn {
		return e.insertMany(ctx, ops)
	}
	for i := range ops {
		err := persist(ctx, func() error { return e.one(ctx, &ops[i]) })
		if err != nil {
			return []failure{{at: i, err: err}}, nil
		}
	}
	return nil, nil
}

// persist does what the server refuses again until it is accepted, and gives
// the last failure its meaning.
func persist(ctx context.Context, do func() error) error {
	begin := time.Now()
	for attempt := 0; ; attempt++ {
		err := do()
		if !refused(err) || time.Since(begin) > refusedFor {
			if _, ok := errors.AsType[*DuplicateError](err); ok || errors.Is(err, ErrConflict) {
				return err
			}
			return mongoError(ctx, err)
		}
		// Up to a second: rivals in a deadlock find each other again and again
		// until one of them has the time for a whole write.
		if err := wait(ctx, 8*time.Millisecond<<min(attempt, 7)); err != nil {
			return err
		}
	}
}

func (e *mongoEngine) one(ctx context.Context, op *writeOp) error {
	t, ok := op.table.(*mongoTable)
	if !ok {
		return fmt.Errorf("a write for a %T", op.table)
	}
	filter := bson.D{{Key: "_id", Value: op.id}}
	if op.kind == opReplace || op.rev != 0 {
		filter = append(filter, bson.E{Key: "rev", Value: op.rev})
	}
	n := int64(1)
	var err error
	switch op.kind {
	case opInsert:
		_, err = t.coll.InsertOne(ctx, op.body)
	case opReplace:
		var res *mongo.UpdateResult
		if res, err = t.coll.ReplaceOne(ctx, filter, op.body); err == nil {
			n = res.MatchedCount
		}
	case opDelete:
		var res *mongo.DeleteResult
		if res, err = t.coll.DeleteOne(ctx, filter); err == nil && op.rev != 0 {
			n = res.DeletedCount
		}
	}
	if we, ok := errors.AsType[mongo.WriteException](err); ok && mongo.IsDuplicateKeyError(err) {
		return t.duplicate(we.WriteErrors[0])
	}
	if err == nil && n == 0 {
		return ErrConflict
	}
	if refused(err) && op.kind != opDelete {
		if dup := t.taken(ctx, op); dup != nil {
			return dup
		}
	}
	return err
}

// taken looks for another document that holds what op's may hold only once.
// Rivals for one place can deadlock each other again and again, where a look
// settles it as soon as one of them has won. It returns nil where there is none.
func (t *mongoTable) taken(ctx context.Context, op *writeOp) error {
	holds := func(where Cond) bool { return t.coll.FindOne(ctx, t.filter(where)).Err() == nil }
	index := "_id"
	if op.kind != opInsert || !holds(Eq("_id", op.id)) {
		index = op.collides(t.schema, holds)
	}
	if index == "" {
		return nil
	}
	return &DuplicateError{Collection: t.schema.Name, Index: index}
}

// duplicate names the index as far as the server tells.
func (t *mongoTable) duplicate(we mongo.WriteError) error {
	dup := &DuplicateError{Collection: t.schema.Name, Err: we}
	pattern, ok := we.Raw.Lookup("keyPattern").DocumentOK()
	if !ok {
		return dup
	}
	elems, err := pattern.Elements()
	for i, el := range elems {
		if i > 0 {
			dup.Index += ","
		}
		dup.Index += el.Key()
	}
	if err != nil {
		dup.Index = ""
	}
	return dup
}

// mongoChunk bounds what one message carries; the driver splits larger ones anyway.
const mongoChunk = 1000

func (e *mongoEngine) insertMany(ctx context.Context, ops []writeOp) ([]failure, error) {
	var failed []failure
	for at := 0; at < len(ops); at += mongoChunk {
		chunk := ops[at:min(at+mongoChunk, len(ops))]
		left := make([]int, len(chunk)) // positions that are not done yet
		for i := range left {
			left[i] = i
		}
		err := persist(ctx, func() error {
			var single []failure
			var err error
			left, single, err = insertSome(ctx, chunk, left)
			for _, f := range single {
				failed = append(failed, failure{at: at + f.at, err: f.err})
			}
			return err
		})
		if err != nil {
			return nil, fmt.Errorf("insert: %w", err)
		}
	}
	return failed, nil
}

// insertSome inserts the ops at those positions. It returns the positions that
// the server refused for now, with its error, and those that failed for good.
func insertSome(ctx context.Context, ops []writeOp, positions []int) (left []int, failed []failure, err error) {
	t, ok := ops[0].table.(*mongoTable)
	if !ok {
		return positions, nil, fmt.Errorf("a write for a %T", ops[0].table)
	}
	bodies := make([]any, len(positions))
	for i, at := range positions {
		bodies[i] = ops[at].body
	}
	_, err = t.coll.InsertMany(ctx, bodies, options.InsertMany().SetOrdered(false))
	bulk, ok := errors.AsType[mongo.BulkWriteException](err)
	if !ok || bulk.WriteConcernError != nil {
		return positions, nil, err
	}
	var again error
	for _, we := range bulk.WriteErrors {
		switch {
		case mongo.IsDuplicateKeyError(we.WriteError):
			failed = append(failed, failure{at: positions[we.Index], err: t.duplicate(we.WriteError)})
		case refused(we.WriteError):
			left, again = append(left, positions[we.Index]), we.WriteError
		default:
			failed = append(failed, failure{at: positions[we.Index], err: we.WriteError})
		}
	}
	return left, failed, again
}

func (e *mongoEngine) replace(ctx context.Context, ops []writeOp) (int, error) {
	t, ok := ops[0].table.(*mongoTable)
	if !ok {
		return 0, fmt.Errorf("a write for a %T", ops[0].table)
	}
	var replaced int64
	for chunk := range slices.Chunk(ops, mongoChunk) {
		replacements := make([]mongo.WriteModel, len(chunk))
		for i, op := range chunk {
			replacements[i] = mongo.NewReplaceOneModel().SetReplacement(op.body).
				SetFilter(bson.D{{Key: "_id", Value: op.id}, {Key: "rev", Value: op.rev}})
		}
		res, err := t.coll.BulkWrite(ctx, replacements, options.BulkWrite().SetOrdered(false))
		if err != nil {
			return 0, fmt.Errorf("replace: %w", mongoError(ctx, err))
		}
		replaced += res.MatchedCount
	}
	return int(replaced), nil
}
