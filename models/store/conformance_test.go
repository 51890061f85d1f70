package store_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"regulars/models/store"
	"regulars/models/store/storetest"
)

// line is a document like the ledger's: its place in an account and a key are unique.
type line struct {
	ID      string     `bson:"_id"`
	Rev     int64      `bson:"rev"`
	Account string     `bson:"account"`
	Seq     int64      `bson:"seq"`
	Key     string     `bson:"key"`
	Voucher string     `bson:"voucher,omitempty"`
	At      time.Time  `bson:"at"`
	Due     *time.Time `bson:"due"`
	Head    head       `bson:"head"`
	Note    string     `bson:"note"`
}

type head struct {
	Points int64 `bson:"points"`
}

var lines = store.Schema{
	Name: "lines",
	Indexes: []store.Index{
		{Fields: []string{"account", "seq"}, Unique: true},
		{Fields: []string{"account", "key"}, Unique: true},
		{Fields: []string{"account", "voucher"}, Unique: true, Sparse: true},
		{Fields: []string{"due", "account"}},
		{Fields: []string{"account", "-at"}},
	},
	Fields: []string{"head.points"},
}

func open[T any](t *testing.T, db *store.DB, s store.Schema) *store.Collection[T] {
	t.Helper()
	c, err := store.Open[T](t.Context(), db, s)
	require.NoError(t, err)
	return c
}

// newLine returns a line whose unique values all follow from its place.
func newLine(account string, seq int) line {
	id := fmt.Sprintf("%s/%d", account, seq)
	return line{ID: id, Account: account, Seq: int64(seq), Key: "k" + id, At: time.UnixMilli(int64(seq) * 1000).UTC()}
}

func TestInsertThenGet(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		c := open[line](t, db, lines)
		in := newLine("a", 1)
		in.Head.Points = 7
		require.NoError(t, c.Insert(t.Context(), &in))
		require.EqualValues(t, 1, in.Rev)

		out, err := c.Get(t.Context(), "a/1")
		require.NoError(t, err)
		require.Equal(t, in, out)

		_, err = c.Get(t.Context(), "a/2")
		require.ErrorIs(t, err, store.ErrNotFound)
	})
}

func TestDuplicatesAreRefused(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		c := open[line](t, db, lines)
		first := newLine("a", 1)
		first.Voucher = "v"
		require.NoError(t, c.Insert(t.Context(), &first))
		for _, tt := range []struct {
			name, index string
			spoil       func(*line)
		}{
			{name: "same id", index: "_id", spoil: func(l *line) { l.ID = first.ID }},
			{name: "same place", index: "account,seq", spoil: func(l *line) { l.Seq = first.Seq }},
			{name: "same key", index: "account,key", spoil: func(l *line) { l.Key = first.Key }},
			{name: "same voucher", index: "account,voucher", spoil: func(l *line) { l.Voucher = "v" }},
		} {
			t.Run(tt.name, func(t *testing.T) {
				l := newLine("a", 2)
				tt.spoil(&l)
				var dup *store.DuplicateError
				require.ErrorAs(t, c.Insert(t.Context(), &l), &dup)
				require.Equal(t, "lines", dup.Collection)
				require.Contains(t, []string{"", tt.index}, dup.Index)
				require.Zero(t, l.Rev)

				l = newLine("a", 3)
				require.NoError(t, c.Insert(t.Context(), &l))
				_, err := c.Update(t.Context(), l.ID, func(l *line) error { tt.spoil(l); l.ID = "a/3"; return nil })
				if tt.index == "_id" {
					require.NoError(t, err)
				} else {
					require.ErrorAs(t, err, &dup)
				}
				require.NoError(t, c.Delete(t.Context(), l.ID))
			})
		}
		other := newLine("b", 1)
		other.Voucher = "v"
		require.NoError(t, c.Insert(t.Context(), &other), "the same values in another account")
	})
}

// A line without a voucher is in no index of vouchers, so many may lack one.
func TestSparseUniqueLeavesOutTheAbsent(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		c := open[line](t, db, lines)
		for i := range 5 {
			l := newLine("a", i)
			require.NoError(t, c.Insert(t.Context(), &l))
		}
	})
}

type loose struct {
	ID   string  `bson:"_id"`
	A    *string `bson:"a"`
	List []int   `bson:"list,omitempty"`
}

// Engines differ in whether two absent values are equal, so neither is asked.
func TestAbsentInAUniqueIndexIsRefused(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		c := open[loose](t, db, store.Schema{Name: "loose", Indexes: []store.Index{{Fields: []string{"a"}, Unique: true}}})
		require.Error(t, c.Insert(t.Context(), &loose{ID: "1"}))
	})
}

func TestAListCantBeDeclared(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		c := open[loose](t, db, store.Schema{Name: "loose", Fields: []string{"list"}})
		require.NoError(t, c.Insert(t.Context(), &loose{ID: "1"}))
		require.Error(t, c.Insert(t.Context(), &loose{ID: "2", List: []int{1}}))
	})
}

// The revision is kept for documents whose struct has no field for it.
func TestUpdateWithoutRevField(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		c := open[loose](t, db, store.Schema{Name: "loose", Fields: []string{"a"}})
		require.NoError(t, c.Insert(t.Context(), &loose{ID: "1"}))
		for range 3 {
			_, err := c.Update(t.Context(), "1", func(l *loose) error { l.List = append(l.List, 1); return nil })
			require.NoError(t, err)
		}
		_, err := db.InOrder(t.Context(), c.ReplaceWrite("1", 4, &loose{ID: "1"}))
		require.NoError(t, err)
	})
}

// Of many replacements each stands by itself: one that comes too late holds up
// no other.
func TestReplaceMany(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		c := open[line](t, db, lines)
		docs := make([]line, 5)
		for i := range docs {
			docs[i] = newLine("a", i)
			require.NoError(t, c.Insert(t.Context(), &docs[i]))
		}
		_, err := c.Update(t.Context(), docs[1].ID, func(l *line) error { l.Note = "meanwhile"; return nil })
		require.NoError(t, err)
		require.NoError(t, c.Delete(t.Context(), docs[3].ID))
		for i := range docs {
			docs[i].Note = "copied"
		}
		n, err := c.ReplaceMany(t.Context(), docs)
		require.NoError(t, err)
		require.Equal(t, 3, n)
		for i, want := range map[int]string{0: "copied", 1: "meanwhile", 2: "copied", 4: "copied"} {
			got, err := c.Get(t.Context(), docs[i].ID)
			require.NoError(t, err)
			require.Equal(t, want, got.Note)
			require.EqualValues(t, 2, got.Rev)
		}
		n, err = c.ReplaceMany(t.Context(), nil)
		require.NoError(t, err)
		require.Zero(t, n)
	})
}

func TestUpdate(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		c := open[line](t, db, lines)
		l := newLine("a", 1)
		require.NoError(t, c.Insert(t.Context(), &l))

		got, err := c.Update(t.Context(), l.ID, func(l *line) error { l.ID, l.Rev, l.Note = "other", 99, "x"; return nil })
		require.NoError(t, err)
		require.Equal(t, "a/1", got.ID, "no change moves a document")
		require.EqualValues(t, 2, got.Rev)
		stored, err := c.Get(t.Context(), l.ID)
		require.NoError(t, err)
		require.Equal(t, stored, got)

		refusal := errors.New("not today")
		_, err = c.Update(t.Context(), l.ID, func(l *line) error { l.Note = "y"; return refusal })
		require.Equal(t, refusal, err)
		got, err = c.Update(t.Context(), l.ID, func(*line) error { return store.Unchanged })
		require.NoError(t, err)
		require.Equal(t, stored, got)
		_, err = c.Update(t.Context(), "none", func(*line) error { return nil })
		require.ErrorIs(t, err, store.ErrNotFound)
	})
}

func TestUpdateFrom(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		c := open[line](t, db, lines)
		seen := newLine("a", 1)
		require.NoError(t, c.Insert(t.Context(), &seen))
		add := func(l *line) error { l.Head.Points++; return nil }

		out, err := c.UpdateFrom(t.Context(), seen, add)
		require.NoError(t, err)
		require.EqualValues(t, 2, out.Rev)

		// What was seen is out of date by now: nothing that is stored may be lost.
		out, err = c.UpdateFrom(t.Context(), seen, add)
		require.NoError(t, err)
		require.EqualValues(t, 3, out.Rev)
		require.EqualValues(t, 2, out.Head.Points)

		// A change that would decline what was seen may want what is stored.
		out, err = c.UpdateFrom(t.Context(), seen, func(l *line) error {
			if l.Head.Points < 2 {
				return store.Unchanged
			}
			return add(l)
		})
		require.NoError(t, err)
		require.EqualValues(t, 3, out.Head.Points)
		stored, err := c.Get(t.Context(), "a/1")
		require.NoError(t, err)
		require.Equal(t, stored, out)

		require.NoError(t, c.Delete(t.Context(), "a/1"))
		_, err = c.UpdateFrom(t.Context(), seen, add)
		require.ErrorIs(t, err, store.ErrNotFound)
	})
}

func TestUpsert(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		c := open[line](t, db, lines)
		count := func(want bool) func(*line, bool) error {
			return func(l *line, exists bool) error {
				require.Equal(t, want, exists)
				l.Account, l.Key, l.Seq = "a", "k", l.Seq+1
				return nil
			}
		}
		got, err := c.Upsert(t.Context(), "x", count(false))
		require.NoError(t, err)
		require.EqualValues(t, 1, got.Rev)
		got, err = c.Upsert(t.Context(), "x", count(true))
		require.NoError(t, err)
		require.EqualValues(t, []any{"x", int64(2), int64(2)}, []any{got.ID, got.Rev, got.Seq})

		got, err = c.Upsert(t.Context(), "none", func(*line, bool) error { return store.Unchanged })
		require.NoError(t, err)
		require.Equal(t, line{ID: "none"}, got)
		_, err = c.Get(t.Context(), "none")
		require.ErrorIs(t, err, store.ErrNotFound)

		var dup *store.DuplicateError
		_, err = c.Upsert(t.Context(), "y", func(l *line, _ bool) error { l.Account, l.Key, l.Seq = "a", "k", 9; return nil })
		require.ErrorAs(t, err, &dup, "another document has the key")
	})
}

func TestDelete(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		c := open[line](t, db, lines)
		l := newLine("a", 1)
		require.NoError(t, c.Insert(t.Context(), &l))
		gone, err := c.DeleteIf(t.Context(), l.ID, func(l line) bool { return l.Seq == 2 })
		require.NoError(t, err)
		require.False(t, gone)

		// A change between the look and the deletion makes cond look again.
		asked := 0
		gone, err = c.DeleteIf(t.Context(), l.ID, func(l line) bool {
			if asked++; asked == 1 {
				_, err := c.Update(t.Context(), l.ID, func(l *line) error { l.Note = "kept"; return nil })
				require.NoError(t, err)
			}
			return l.Note == ""
		})
		require.NoError(t, err)
		require.False(t, gone)
		require.Equal(t, 2, asked)

		gone, err = c.DeleteIf(t.Context(), l.ID, func(line) bool { return true })
		require.NoError(t, err)
		require.True(t, gone)
		gone, err = c.DeleteIf(t.Context(), l.ID, func(line) bool { return true })
		require.NoError(t, err)
		require.False(t, gone)
		require.NoError(t, c.Delete(t.Context(), l.ID))
	})
}

func TestInsertManyNamesWhichFailed(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		c := open[line](t, db, lines)
		taken := newLine("a", 700)
		require.NoError(t, c.Insert(t.Context(), &taken))
		var docs []line
		for i := range 1500 {
			docs = append(docs, newLine("a", i))
		}
		docs[1200].Key = docs[3].Key

		var many *store.InsertManyError
		require.ErrorAs(t, c.InsertMany(t.Context(), docs), &many)
		require.Len(t, many.Failed, 2)
		for _, at := range []int{700, 1200} {
			var dup *store.DuplicateError
			require.ErrorAs(t, many.Failed[at], &dup)
			require.Zero(t, docs[at].Rev)
		}
		require.EqualValues(t, 1, docs[1499].Rev)
		n, err := c.Count(t.Context(), store.Query{})
		require.NoError(t, err)
		require.EqualValues(t, 1499, n)
		require.NoError(t, c.InsertMany(t.Context(), nil))
	})
}

func TestClockAndPing(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		require.NoError(t, db.Ping(t.Context()))
		now, err := db.Now(t.Context())
		require.NoError(t, err)
		require.WithinDuration(t, time.Now(), now, time.Minute)
		require.Contains(t, t.Name(), db.Engine())
	})
}

func TestAnEndedContextWritesNothing(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		c := open[line](t, db, lines)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		l := newLine("a", 1)
		require.ErrorIs(t, c.Insert(ctx, &l), context.Canceled)
		_, err := c.Get(ctx, l.ID)
		require.ErrorIs(t, err, context.Canceled)
		_, err = c.Get(t.Context(), l.ID)
		require.ErrorIs(t, err, store.ErrNotFound)
	})
}
