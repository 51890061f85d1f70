package store

import (
	"context"
	"errors"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// InMongo reports whether a MongoDB has a database of that name with settings
// of ours in it. Unlike OpenMongo it writes nothing.
func InMongo(ctx context.Context, uri, database string) (there bool, err error) {
	e, err := dialMongo(uri, database)
	if err != nil {
		return false, err
	}
	defer func() { err = errors.Join(err, e.close()) }()
	names, err := e.db.ListCollectionNames(ctx, bson.D{{Key: "name", Value: settingsName}})
	if err != nil {
		return false, e.unusable(ctx, mongoError(ctx, err))
	}
	return len(names) > 0, nil
}
