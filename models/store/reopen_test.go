package store_test

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"regulars/models"
	"regulars/models/store"
	"regulars/models/store/storetest"
)

func TestReopeningKeepsData(t *testing.T) {
	storetest.EachAgain(t, func(t *testing.T, reopen func() *store.DB) {
		l := newLine("a", 1)
		c := open[line](t, reopen(), lines)
		require.NoError(t, c.Insert(t.Context(), &l))

		c = open[line](t, reopen(), lines)
		got, err := c.Get(t.Context(), l.ID)
		require.NoError(t, err)
		require.Equal(t, l, got)
		var dup *store.DuplicateError
		require.ErrorAs(t, c.Insert(t.Context(), &l), &dup)
	})
}

func TestOpenRefusesCollidingDocuments(t *testing.T) {
	storetest.EachAgain(t, func(t *testing.T, reopen func() *store.DB) {
		c := open[line](t, reopen(), store.Schema{Name: "lines"})
		require.NoError(t, c.InsertMany(t.Context(), []line{{ID: "1", Key: "k"}, {ID: "2", Key: "k"}}))
		_, err := store.Open[line](t.Context(), reopen(),
			store.Schema{Name: "lines", Indexes: []store.Index{{Fields: []string{"key"}, Unique: true}}})
		require.Error(t, err)
	})
}

// A field that is declared later knows the documents that were there before,
// also when it was declared once, then not, and documents changed meanwhile.
func TestDeclaringLaterFindsEarlierDocuments(t *testing.T) {
	bare := store.Schema{Name: "lines"}
	full := store.Schema{Name: "lines", Fields: []string{"head.points", "note"},
		Indexes: []store.Index{{Fields: []string{"account", "-seq"}}}}
	storetest.EachAgain(t, func(t *testing.T, reopen func() *store.DB) {
		c := open[line](t, reopen(), bare)
		var docs []line
		for i := range 1200 {
			docs = append(docs, newLine("a", i))
			docs[i].Head.Points = int64(i)
		}
		require.NoError(t, c.InsertMany(t.Context(), docs))
		for _, s := range []store.Schema{full, full, bare, full} {
			c = open[line](t, reopen(), s)
			_, err := c.Update(t.Context(), "a/7", func(l *line) error { l.Head.Points += 10_000; return nil })
			require.NoError(t, err)
		}
		n, err := c.Count(t.Context(), store.Query{Where: store.Gte("head.points", 40_007)})
		require.NoError(t, err)
		require.EqualValues(t, 1, n)
		last, err := c.One(t.Context(), store.Query{Where: store.Eq("account", "a"), Sort: []string{"-seq"}})
		require.NoError(t, err)
		require.Equal(t, "a/1199", last.ID)
	})
}

func TestOpenRefusesWrongDeclarations(t *testing.T) {
	db := storetest.SQLite(t)
	for name, s := range map[string]store.Schema{
		"no name":         {},
		"a strange name":  {Name: `x"; drop`},
		"a strange field": {Name: "x", Fields: []string{"a$b"}},
		"no index field":  {Name: "x", Indexes: []store.Index{{}}},
		"_id":             {Name: "x", Fields: []string{"_id"}},
	} {
		_, err := store.Open[line](t.Context(), db, s)
		require.Error(t, err, name)
	}
	_, err := store.Open[struct{ A string }](t.Context(), db, store.Schema{Name: "x"})
	require.Error(t, err, "no _id")
	open[line](t, db, lines)
	open[line](t, db, lines)
	_, err = store.Open[line](t.Context(), db, store.Schema{Name: lines.Name})
	require.Error(t, err, "declared differently")
}

func TestTheFileBelongsToOneProcess(t *testing.T) {
	path := t.TempDir() + "/a?b%20c#d/regulars.db"
	db, err := store.OpenSQLite(t.Context(), path)
	require.NoError(t, err)
	_, err = store.OpenSQLite(t.Context(), path)
	require.Equal(t, []any{models.Unavailable, "database_taken"}, []any{models.KindOf(err), models.CodeOf(err)})
	require.NoError(t, db.Close())
	db, err = store.OpenSQLite(t.Context(), path)
	require.NoError(t, err)
	require.NoError(t, db.Close())
	require.NoError(t, db.Close(), "closing twice")
	require.Equal(t, models.Unavailable, models.KindOf(db.Ping(t.Context())))
}

func TestAnAbsentServerIsUnavailable(t *testing.T) {
	begin := time.Now()
	_, err := store.OpenMongo(t.Context(), "mongodb://127.0.0.1:1/", "x")
	require.Equal(t, models.Unavailable, models.KindOf(err))
	require.Less(t, time.Since(begin), 8*time.Second)
	_, err = store.OpenMongo(t.Context(), "mongo://somebody:secret@h", "x")
	require.Equal(t, models.Invalid, models.KindOf(err))
	require.NotContains(t, err.Error(), "secret")
}

// A consumer may stop, wait and write while it reads.
func TestFindWhileWriting(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		c := open[line](t, db, lines)
		var docs []line
		for i := range 600 {
			docs = append(docs, newLine("a", i))
		}
		require.NoError(t, c.InsertMany(t.Context(), docs))
		seen := 0
		for l, err := range c.Find(t.Context(), store.Query{Where: store.Eq("account", "a"), Sort: []string{"seq"}}) {
			require.NoError(t, err)
			require.EqualValues(t, seen, l.Seq)
			seen++
			if l.Seq%10 == 0 {
				require.NoError(t, c.Delete(t.Context(), l.ID))
			}
		}
		require.Equal(t, 600, seen)
		for _, err := range c.Find(t.Context(), store.Query{}) {
			require.NoError(t, err)
			break
		}
		n, err := c.Count(t.Context(), store.Query{Where: store.Eq("account", "a")})
		require.NoError(t, err)
		require.EqualValues(t, 540, n)
		require.Equal(t, 130, len(slices.Collect(keys(t, c, store.Query{Limit: 130}))))
	})
}
