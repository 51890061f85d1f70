package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
	"go.mongodb.org/mongo-driver/v2/mongo/readconcern"
	"go.mongodb.org/mongo-driver/v2/mongo/readpref"
	"go.mongodb.org/mongo-driver/v2/mongo/writeconcern"
	"go.mongodb.org/mongo-driver/v2/x/mongo/driver/topology"

	"regulars/models"
)

// mongoEngine keeps collections in a MongoDB database.
type mongoEngine struct {
	client *mongo.Client
	db     *mongo.Database
}

const (
	selectionTimeout = 5 * time.Second  // for a server to be there
	operationTimeout = 30 * time.Second // for an operation whose caller sets no limit
)

// OpenMongo connects to a MongoDB server, replica set or sharded cluster. The
// URI says where; what durability rests on is set here and can't be weakened by
// it: writes wait for a majority and its journal, reads see only what a majority
// has, on the primary. It makes sure of that with one write. An Unavailable
// error says that the server is away, an Invalid one that the URI is wrong.
func OpenMongo(ctx context.Context, uri, database string) (*DB, error) {
	e, err := dialMongo(uri, database)
	if err != nil {
		return nil, err
	}
	if err := e.check(ctx); err != nil {
		return nil, errors.Join(e.unusable(ctx, err), e.close())
	}
	return &DB{engine: e, name: "mongodb"}, nil
}

// dialMongo sets up the connections, which are made with the first use.
func dialMongo(uri, database string) (*mongoEngine, error) {
	journal := true
	opts := options.Client().ApplyURI(uri).
		SetAppName("regulars").
		SetServerSelectionTimeout(selectionTimeout).
		SetTimeout(operationTimeout).
		SetRetryWrites(true).
		SetRetryReads(true).
		SetWriteConcern(&writeconcern.WriteConcern{W: "majority", Journal: &journal}).
		SetReadConcern(readconcern.Majority()).
		SetReadPreference(readpref.Primary())
	client, err := mongo.Connect(opts)
	if err != nil {
		// The driver's error may quote the URI, and so a password.
		return nil, models.Fail(models.Invalid, "database_uri", "mongodb",
			"The MongoDB address is not valid. It looks like mongodb://user:password@host:27017/?replicaSet=rs0.")
	}
	return &mongoEngine{client: client, db: client.Database(database)}, nil
}

// unusable says what to do about a server that fails from the start.
func (e *mongoEngine) unusable(ctx context.Context, err error) error {
	if ended(ctx, err) {
		return err
	}
	if wait, ok := errors.AsType[topology.ServerSelectionError](err); ok {
		for _, server := range wait.Desc.Servers {
			if server.LastError != nil {
				err = server.LastError // why, where the wait itself only says that it ended
			}
		}
	}
	return unavailable(codeAway, "MongoDB can't be used. Check that it runs, its address, and the sign-in in it.", err)
}

// check tries the write concern once: a server that can't keep it says so now
// and not at the first sale.
func (e *mongoEngine) check(ctx context.Context) error {
	if _, err := e.now(ctx); err != nil {
		return err
	}
	_, err := e.db.Collection("store_checks").UpdateOne(ctx, bson.D{{Key: "_id", Value: "durable"}},
		bson.D{{Key: "$inc", Value: bson.D{{Key: "opened", Value: int64(1)}}}}, options.UpdateOne().SetUpsert(true))
	// Two that start on a new database at once may both insert; either proves it.
	if err != nil && !mongo.IsDuplicateKeyError(err) && !refused(err) {
		return fmt.Errorf("try a durable write: %w", mongoError(ctx, err))
	}
	return nil
}

func (e *mongoEngine) now(ctx context.Context) (time.Time, error) {
	var hello struct {
		LocalTime time.Time `bson:"localTime"`
	}
	if err := e.db.RunCommand(ctx, bson.D{{Key: "hello", Value: 1}}).Decode(&hello); err != nil {
		return time.Time{}, mongoError(ctx, err)
	}
	if hello.LocalTime.IsZero() {
		return time.Time{}, errors.New("the MongoDB server does not tell its time")
	}
	return hello.LocalTime.UTC(), nil
}

func (e *mongoEngine) close() error {
	ctx, cancel := context.WithTimeout(context.Background(), selectionTimeout)
	defer cancel()
	err := e.client.Disconnect(ctx)
	if errors.Is(err, mongo.ErrClientDisconnected) {
		return nil
	}
	return err
}

// Codes of failures after which nothing was written, so that trying again is
// safe and right.
const (
	codeWriteConflict      = 112
	codeNotWritablePrimary = 10107
	codeNotPrimary         = 13435    // NotPrimaryNoSecondaryOk
	codeDeadlock           = 16908292 // FerretDB: PostgreSQL ended a race on a unique index so
)

// refused reports whether the server declined the operation before it did
// anything, and may accept it soon.
func refused(err error) bool {
	server, ok := errors.AsType[mongo.ServerError](err)
	if !ok {
		return false
	}
	for _, code := range server.ErrorCodes() {
		switch code {
		case codeWriteConflict, codeNotWritablePrimary, codeNotPrimary, codeDeadlock:
			return true
		}
	}
	return false
}

// mongoError gives a failure of the engine its meaning for the caller.
func mongoError(ctx context.Context, err error) error {
	if err == nil || ended(ctx, err) {
		return err
	}
	server, isServer := errors.AsType[mongo.ServerError](err)
	switch {
	case isServer && server.HasErrorCode(14031): // OutOfDiskSpace
		return unavailable(codeFull, msgFull, err)
	case mongo.IsNetworkError(err), mongo.IsTimeout(err), refused(err),
		errors.Is(err, mongo.ErrClientDisconnected),
		isServer && (server.HasErrorLabel("RetryableWriteError") || unconfirmed(err)):
		return unavailable(codeAway, msgAway, err)
	}
	return err
}

// unconfirmed reports whether a write was done, but no majority is known to have it.
func unconfirmed(err error) bool {
	if we, ok := errors.AsType[mongo.WriteException](err); ok {
		return we.WriteConcernError != nil
	}
	if be, ok := errors.AsType[mongo.BulkWriteException](err); ok {
		return be.WriteConcernError != nil
	}
	return false
}
