package store_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"regulars/models/store"
	"regulars/models/store/storetest"
)

func TestInOrderDoesAll(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		c := open[line](t, db, lines)
		other := open[loose](t, db, store.Schema{Name: "loose"})
		old, gone := newLine("a", 1), newLine("a", 2)
		require.NoError(t, c.Insert(t.Context(), &old))
		require.NoError(t, c.Insert(t.Context(), &gone))

		fresh := newLine("a", 3)
		old.Note = "changed"
		done, err := db.InOrder(t.Context(), other.InsertWrite(&loose{ID: "x"}), c.InsertWrite(&fresh),
			c.ReplaceWrite(old.ID, 1, &old), c.DeleteWrite(gone.ID, 1), c.DeleteWrite("never", 0))
		require.NoError(t, err)
		require.Equal(t, 5, done)
		require.EqualValues(t, 1, fresh.Rev)
		require.EqualValues(t, 2, old.Rev)

		stored, err := c.Get(t.Context(), old.ID)
		require.NoError(t, err)
		require.Equal(t, old, stored)
		_, err = c.Get(t.Context(), gone.ID)
		require.ErrorIs(t, err, store.ErrNotFound)
		done, err = db.InOrder(t.Context())
		require.NoError(t, err)
		require.Zero(t, done)
	})
}

// Those before the failure stay, the failed one and those after it are not done.
func TestInOrderStopsAtTheFirstFailure(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		c := open[line](t, db, lines)
		old := newLine("old", 1)
		require.NoError(t, c.Insert(t.Context(), &old))
		again := newLine("new", 1)
		again.ID = old.ID
		for name, tt := range map[string]struct {
			bad  store.Write
			want error
		}{
			"duplicate":               {bad: c.InsertWrite(&again)},
			"replaced meanwhile":      {bad: c.ReplaceWrite(old.ID, 7, &old), want: store.ErrConflict},
			"replaced, gone":          {bad: c.ReplaceWrite("none", 1, &old), want: store.ErrConflict},
			"replaced at no revision": {bad: c.ReplaceWrite(old.ID, 0, &old), want: store.ErrConflict},
			"deleted meanwhile":       {bad: c.DeleteWrite(old.ID, 7), want: store.ErrConflict},
			"deleted, gone":           {bad: c.DeleteWrite("none", 1), want: store.ErrConflict},
		} {
			t.Run(name, func(t *testing.T) {
				before, after := newLine(name, 1), newLine(name, 2)
				done, err := db.InOrder(t.Context(), c.InsertWrite(&before), tt.bad, c.InsertWrite(&after))
				require.Equal(t, 1, done)
				if tt.want != nil {
					require.ErrorIs(t, err, tt.want)
				} else {
					var dup *store.DuplicateError
					require.ErrorAs(t, err, &dup)
				}
				_, err = c.Get(t.Context(), before.ID)
				require.NoError(t, err)
				_, err = c.Get(t.Context(), after.ID)
				require.ErrorIs(t, err, store.ErrNotFound)
				require.Zero(t, after.Rev)
			})
		}
		stored, err := c.Get(t.Context(), old.ID)
		require.NoError(t, err)
		require.Equal(t, old, stored)
	})
}

func TestInOrderRefusesStrangeWrites(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		c := open[line](t, db, lines)
		l := newLine("a", 1)
		_, err := db.InOrder(t.Context(), c.InsertWrite(&l), store.Write{})
		require.Error(t, err)
		_, err = db.InOrder(t.Context(), c.InsertWrite(&l), c.InsertWrite(&line{}))
		require.Error(t, err)
		_, err = storetest.SQLite(t).InOrder(t.Context(), c.InsertWrite(&l))
		require.Error(t, err)
		n, err := c.Count(t.Context(), store.Query{})
		require.NoError(t, err)
		require.Zero(t, n)
	})
}

// A worker that read a fleeting document, and is late, must not remove the one
// that came after it.
func TestFleetingDocumentsAreNotTakenForEachOther(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		c, err := store.Open[line](t.Context(), db, store.Schema{Name: "fleeting", Fleeting: true})
		require.NoError(t, err)
		first := line{ID: "a"}
		require.NoError(t, c.Insert(t.Context(), &first))
		require.NoError(t, c.Delete(t.Context(), "a"))
		second := line{ID: "a"}
		require.NoError(t, c.Insert(t.Context(), &second))
		_, err = db.InOrder(t.Context(), c.DeleteWrite("a", first.Rev))
		require.ErrorIs(t, err, store.ErrConflict)
		got, err := c.Update(t.Context(), "a", func(l *line) error { l.Note = "still here"; return nil })
		require.NoError(t, err)
		require.Equal(t, second.Rev+1, got.Rev)
	})
}
