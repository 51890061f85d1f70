package store

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
)

// mongoTable is one collection.
type mongoTable struct {
	schema *Schema
	coll   *mongo.Collection
}

func (e *mongoEngine) prepare(ctx context.Context, s *Schema) (table, error) {
	t := &mongoTable{schema: s, coll: e.db.Collection(s.Name)}
	err := e.db.CreateCollection(ctx, s.Name)
	if server, ok := errors.AsType[mongo.ServerError](err); ok && server.HasErrorCode(48) { // NamespaceExists
		err = nil
	}
	if err != nil {
		return nil, mongoError(ctx, err)
	}
	for _, ix := range s.Indexes {
		if err := t.createIndex(ctx, ix); err != nil {
			return nil, fmt.Errorf("make index %s: %w", ix.name(), err)
		}
	}
	return t, t.verify(ctx)
}

// createIndex makes the index where it is missing. One that is not unique ends
// with the _id, so that it yields the very order that queries complete theirs to.
func (t *mongoTable) createIndex(ctx context.Context, ix Index) error {
	opts := options.Index().SetName(ix.name())
	if ix.Unique {
		opts.SetUnique(true)
	}
	if ix.Sparse {
		opts.SetPartialFilterExpression(present(ix))
	}
	for attempt := 0; ; attempt++ {
		_, err := t.coll.Indexes().CreateOne(ctx, mongo.IndexModel{Keys: mongoOrder(indexKeys(ix)), Options: opts})
		if mongo.IsDuplicateKeyError(err) {
			return &DuplicateError{Collection: t.schema.Name, Index: ix.label(), Err: err}
		}
		if !refused(err) || attempt == 10 {
			return mongoError(ctx, err)
		}
		if err := pause(ctx, attempt); err != nil {
			return err
		}
	}
}

// indexKeys returns what an index is really made of.
func indexKeys(ix Index) []sortKey {
	keys := ix.keys()
	if !ix.Unique {
		keys = append(keys, sortKey{field: "_id", desc: keys[len(keys)-1].desc})
	}
	return keys
}

// present is the condition of a sparse index: MongoDB's own sparse option keeps
// a document with any of the fields, which for a unique index is not what we promise.
func present(ix Index) bson.D {
	var filter bson.D
	for _, k := range ix.keys() {
		filter = append(filter, bson.E{Key: k.field, Value: bson.D{{Key: "$exists", Value: true}}})
	}
	return filter
}

// verify makes sure that the indexes are what promises rest on, and not only accepted.
func (t *mongoTable) verify(ctx context.Context) error {
	cursor, err := t.coll.Indexes().List(ctx)
	if err != nil {
		return mongoError(ctx, err)
	}
	var found []struct {
		Name    string `bson:"name"`
		Key     bson.D `bson:"key"`
		Unique  bool   `bson:"unique"`
		Partial bson.D `bson:"partialFilterExpression"`
	}
	if err := cursor.All(ctx, &found); err != nil {
		return mongoError(ctx, err)
	}
	for _, ix := range t.schema.Indexes {
		ok := false
		for _, f := range found {
			ok = ok || f.Name == ix.name() && f.Unique == ix.Unique &&
				len(f.Key) == len(indexKeys(ix)) && (len(f.Partial) > 0) == ix.Sparse
		}
		if !ok {
			return fmt.Errorf("index %s is not on the server as declared", ix.name())
		}
	}
	return nil
}

func (t *mongoTable) get(ctx context.Context, id string) (bson.Raw, error) {
	raw, err := t.coll.FindOne(ctx, bson.D{{Key: "_id", Value: id}}).Raw()
	if errors.Is(err, mongo.ErrNoDocuments) {
		return nil, ErrNotFound
	}
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", t.schema.Name, mongoError(ctx, err))
	}
	return raw, nil
}

func (t *mongoTable) find(ctx context.Context, p plan) ([]bson.Raw, error) {
	where := p.where
	if p.after != nil {
		where = And(where, beyond(p.order, p.after))
	}
	opts := options.Find().SetSort(mongoOrder(p.order)).SetLimit(int64(p.limit)).SetBatchSize(int32(p.limit))
	cursor, err := t.coll.Find(ctx, t.filter(where), opts)
	if err != nil {
		return nil, fmt.Errorf("find in %s: %w", t.schema.Name, mongoError(ctx, err))
	}
	var found []bson.Raw
	if err := cursor.All(ctx, &found); err != nil {
		return nil, fmt.Errorf("find in %s: %w", t.schema.Name, mongoError(ctx, err))
	}
	return found, nil
}

func (t *mongoTable) count(ctx context.Context, where Cond) (int64, error) {
	n, err := t.coll.CountDocuments(ctx, t.filter(where))
	if err != nil {
		return 0, fmt.Errorf("count in %s: %w", t.schema.Name, mongoError(ctx, err))
	}
	return n, nil
}

// filter writes a condition. It says of the fields of a sparse index that they
// are present, where the condition asks for each of them and so implies it: not
// every server sees that by itself, and one that does not reads the whole
// collection.
func (t *mongoTable) filter(where Cond) bson.D {
	equal, ranged := constraints(where)
	asked := append(equal, ranged...)
	for _, ix := range t.schema.Indexes {
		keys := ix.keys()
		if !ix.Sparse || slices.ContainsFunc(keys, func(k sortKey) bool { return !slices.Contains(asked, k.field) }) {
			continue
		}
		for _, k := range keys {
			where = And(where, Exists(k.field, true))
		}
	}
	return mongoFilter(where)
}
