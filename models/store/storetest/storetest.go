// Package storetest gives tests a fresh database on each engine. What holds on
// one has to hold on the other, so tests of the store and of what is built on it
// run on both.
package storetest

import (
	"context"
	"crypto/rand"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"regulars/models/store"
)

// MongoURI names the environment variable with the URI of a server that speaks
// MongoDB's protocol. Where it is not set those tests are skipped, and fail with CI=true.
const MongoURI = "REGULARS_TEST_MONGODB"

// Each runs test as a subtest on each engine, "sqlite" and "mongodb", with a
// new and empty database that is closed afterwards.
func Each(t *testing.T, test func(t *testing.T, db *store.DB)) {
	t.Helper()
	EachAgain(t, func(t *testing.T, open func() *store.DB) { test(t, open()) })
}

// EachAgain is Each for a test that stops and starts: open gives the same
// database each time, and closes the handle that it gave before.
func EachAgain(t *testing.T, test func(t *testing.T, open func() *store.DB)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "regulars.db")
		test(t, again(t, func() (*store.DB, error) { return store.OpenSQLite(t.Context(), path) }))
	})
	t.Run("mongodb", func(t *testing.T) {
		uri, name := MongoServer(t)
		test(t, again(t, func() (*store.DB, error) { return store.OpenMongo(t.Context(), uri, name) }))
	})
}

func again(tb testing.TB, open func() (*store.DB, error)) func() *store.DB {
	var last *store.DB
	return func() *store.DB {
		tb.Helper()
		if last != nil {
			require.NoError(tb, last.Close())
		}
		db, err := open()
		require.NoError(tb, err)
		tb.Cleanup(func() { require.NoError(tb, db.Close()) })
		last = db
		return db
	}
}

// SQLite returns an embedded database in a folder of the test.
func SQLite(tb testing.TB) *store.DB {
	tb.Helper()
	path := filepath.Join(tb.TempDir(), "regulars.db")
	return again(tb, func() (*store.DB, error) { return store.OpenSQLite(tb.Context(), path) })()
}

// Mongo returns a database of its own on the test server. It is dropped after
// the test, and kept for a look where the test failed.
func Mongo(tb testing.TB) *store.DB {
	tb.Helper()
	uri, name := MongoServer(tb)
	return again(tb, func() (*store.DB, error) { return store.OpenMongo(tb.Context(), uri, name) })()
}

// MongoServer returns the test server's URI and the name of a database on it for
// this test alone, for a test that opens it itself. It skips the test where no
// server is set.
func MongoServer(tb testing.TB) (uri, database string) {
	tb.Helper()
	uri = os.Getenv(MongoURI)
	switch {
	case uri == "" && os.Getenv("CI") == "true":
		tb.Fatalf("%s is not set, and with CI=true the tests on MongoDB may not be left out", MongoURI)
	case uri == "":
		tb.Skipf("%s is not set: start a server with make mongo", MongoURI)
	}
	database = "test_" + strings.ToLower(rand.Text())
	tb.Cleanup(func() { drop(tb, uri, database) })
	return uri, database
}

func drop(tb testing.TB, uri, database string) {
	if tb.Failed() {
		tb.Logf("kept database %s", database)
		return
	}
	// The test's own context has ended.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(tb.Context()), 30*time.Second)
	defer cancel()
	client, err := mongo.Connect(options.Client().ApplyURI(uri))
	require.NoError(tb, err)
	require.NoError(tb, client.Database(database).Drop(ctx))
	require.NoError(tb, client.Disconnect(ctx))
}
