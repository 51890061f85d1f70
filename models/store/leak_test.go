package store_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"regulars/models/store"
)

func TestNothingRunsOnAfterClose(t *testing.T) {
	running := goleak.IgnoreCurrent()
	db, err := store.OpenSQLite(t.Context(), t.TempDir()+"/regulars.db")
	require.NoError(t, err)
	c := open[line](t, db, lines)
	l := newLine("a", 1)
	require.NoError(t, c.Insert(t.Context(), &l))
	_, err = c.Get(t.Context(), l.ID)
	require.NoError(t, err)
	require.NoError(t, db.Close())
	require.Error(t, c.Delete(t.Context(), l.ID))
	goleak.VerifyNone(t, running)
}
