package store_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"regulars/models"
	"regulars/models/store"
	"regulars/models/store/storetest"
)

// Looking for a database must not make it: a mistyped name would be there from
// then on.
func TestLookingForADatabaseMakesNone(t *testing.T) {
	uri, name := storetest.MongoServer(t)
	for range 2 {
		there, err := store.InMongo(t.Context(), uri, name)
		require.NoError(t, err)
		require.False(t, there)
	}
	db, err := store.OpenMongo(t.Context(), uri, name)
	require.NoError(t, err)
	defer func() { require.NoError(t, db.Close()) }()
	_, err = store.OpenStores(t.Context(), db)
	require.NoError(t, err)
	there, err := store.InMongo(t.Context(), uri, name)
	require.NoError(t, err)
	require.True(t, there)

	_, err = store.InMongo(t.Context(), "mongodb://127.0.0.1:1/", name)
	require.Equal(t, models.Unavailable, models.KindOf(err))
	_, err = store.InMongo(t.Context(), "http://here", name)
	require.Equal(t, "database_uri", models.CodeOf(err))
}
