package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"regulars/models"
)

type item struct {
	ID      string    `bson:"_id"`
	Rev     int64     `bson:"rev"`
	Account string    `bson:"account"`
	Seq     int64     `bson:"seq"`
	Voucher string    `bson:"voucher,omitempty"`
	Due     time.Time `bson:"due"`
	Class   int       `bson:"class"`
	Pad     []byte    `bson:"pad,omitempty"`
}

var items = Schema{
	Name: "items",
	Indexes: []Index{
		{Fields: []string{"account", "seq"}, Unique: true},
		{Fields: []string{"account", "voucher"}, Unique: true, Sparse: true},
		{Fields: []string{"class", "due"}},
		{Fields: []string{"account", "-due"}},
	},
	Fields: []string{"seq"},
}

func openItems(t *testing.T) (*sqliteEngine, *Collection[item]) {
	t.Helper()
	db, err := OpenSQLite(t.Context(), filepath.Join(t.TempDir(), "regulars.db"))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	c, err := Open[item](t.Context(), db, items)
	require.NoError(t, err)
	return db.engine.(*sqliteEngine), c
}

// explain returns SQLite's plan for reading q, or for going on behind a document.
func explain(t *testing.T, e *sqliteEngine, c *Collection[item], p plan) string {
	t.Helper()
	b := c.table.(*sqliteTable).selects("body", p)
	var steps []string
	err := e.writer.submit(t.Context(), &job{run: func(conn *sqliteConn) error {
		return conn.each("EXPLAIN QUERY PLAN "+b.String(), b.args, func(row []driver.Value) error {
			steps = append(steps, fmt.Sprint(row[3]))
			return nil
		})
	}})
	require.NoError(t, err)
	return strings.Join(steps, "; ")
}

func TestDeclaredIndexesAreUsed(t *testing.T) {
	e, c := openItems(t)
	now := time.Now()
	a := Eq("account", "a")
	for _, tt := range []struct {
		name  string
		q     Query
		after []any
		index string
		sorts bool // by a field that the index does not end with
	}{
		{name: "id", q: Query{Where: Eq("_id", "x")}, index: "autoindex"},
		{name: "ids", q: Query{Where: In("_id", "x", "y")}, index: "autoindex"},
		{name: "id prefix", q: Query{Where: Prefix("_id", "x/")}, index: "autoindex"},
		{name: "unique", q: Query{Where: And(a, Eq("seq", 1))}, index: "account_seq"},
		{name: "last of an account", q: Query{Where: a, Sort: []string{"-seq"}}, index: "account_seq"},
		{name: "account from", q: Query{Where: And(a, Gt("seq", 5)), Sort: []string{"seq"}}, index: "account_seq"},
		{name: "account, next chunk", q: Query{Where: a, Sort: []string{"seq"}}, after: []any{int64(5)}, index: "account_seq"},
		{name: "account backwards, next chunk", q: Query{Where: a, Sort: []string{"-seq"}}, after: []any{int64(5)}, index: "account_seq"},
		{name: "voucher", q: Query{Where: And(a, Eq("voucher", "v"))}, index: "account_voucher"},
		{name: "due", q: Query{Where: And(Eq("class", 1), Lte("due", now))}, index: "class_due"},
		{name: "due in order", q: Query{Where: And(Eq("class", 1), Lte("due", now)), Sort: []string{"due"}}, index: "class_due"},
		{name: "earliest class first", q: Query{Where: Gte("class", 0), Sort: []string{"class", "due"}}, index: "class_due"},
		{name: "due, next chunk", q: Query{Where: And(Eq("class", 1), Lte("due", now))}, after: []any{int64(7), "x"}, index: "class_due"},
		{name: "newest of an account", q: Query{Where: a, Sort: []string{"-due"}}, index: "account_due_desc"},
		{name: "newest, next chunk", q: Query{Where: And(a, Exists("due", true)), Sort: []string{"-due"}}, after: []any{int64(7), "x"}, index: "account_due_desc"},
		{name: "one of several classes", q: Query{Where: And(In("class", 1, 2), Lte("due", now))}, index: "class_due", sorts: true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p, err := planOf(c.schema, tt.q)
			require.NoError(t, err)
			p.limit, p.after = 100, tt.after
			got := explain(t, e, c, p)
			require.Contains(t, got, "SEARCH", "%v", p.order)
			require.NotContains(t, got, "SCAN")
			require.Contains(t, got, tt.index)
			if !tt.sorts {
				require.NotContains(t, got, "TEMP B-TREE")
			}
		})
	}
}

// A full disk is told as such, costs nothing that was acknowledged, and is over
// when there is room again.
func TestAFullDiskIsUnavailable(t *testing.T) {
	e, c := openItems(t)
	pages := func(n int) {
		require.NoError(t, e.writer.submit(t.Context(), &job{run: func(conn *sqliteConn) error {
			return conn.each(fmt.Sprintf("PRAGMA max_page_count(%d)", n), nil, func([]driver.Value) error { return nil })
		}}))
	}
	pages(60)
	stored := 0
	var err error
	for ; err == nil; stored++ {
		require.Less(t, stored, 10_000)
		err = c.Insert(t.Context(), &item{ID: fmt.Sprint(stored), Account: "a", Seq: int64(stored), Pad: make([]byte, 3000)})
	}
	stored--
	require.Equal(t, []any{models.Unavailable, codeFull}, []any{models.KindOf(err), models.CodeOf(err)})
	n, err := c.Count(t.Context(), Query{})
	require.NoError(t, err)
	require.EqualValues(t, stored, n)

	pages(100_000)
	require.NoError(t, c.Insert(t.Context(), &item{ID: "again", Account: "b"}))
}

// A drive that can't keep the promise is refused, and not used without it.
func TestALessDurableFileIsRefused(t *testing.T) {
	db, err := sql.Open("sqlite", dsn(filepath.Join(t.TempDir(), "x.db"), "journal_mode(DELETE)", "synchronous(FULL)"))
	require.NoError(t, err)
	w, err := startWriter(t.Context(), db)
	require.NoError(t, err)
	err = w.submit(t.Context(), &job{run: checkDurable})
	require.Equal(t, models.Unavailable, models.KindOf(err))
	require.NoError(t, w.close())
}

// While the writer is busy a caller may give up: then its write is never done.
// Once the writer took it, the caller gets the answer.
func TestAWaitingWriteCanBeWithdrawn(t *testing.T) {
	e, c := openItems(t)
	busy, release := make(chan struct{}), make(chan struct{})
	held := make(chan error, 1)
	go func() {
		held <- e.writer.submit(t.Context(), &job{run: func(*sqliteConn) error {
			close(busy)
			<-release
			return nil
		}})
	}()
	<-busy
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	require.ErrorIs(t, c.Insert(ctx, &item{ID: "withdrawn", Account: "a"}), context.DeadlineExceeded)
	close(release)
	require.NoError(t, <-held)
	require.NoError(t, c.Insert(t.Context(), &item{ID: "later", Account: "a"}), "its place is free")
	_, err := c.Get(t.Context(), "withdrawn")
	require.ErrorIs(t, err, ErrNotFound)
}

func TestAWriteThatWasTakenIsAnswered(t *testing.T) {
	e, c := openItems(t)
	ctx, cancel := context.WithCancel(t.Context())
	err := e.writer.submit(ctx, &job{run: func(conn *sqliteConn) error {
		cancel()
		time.Sleep(20 * time.Millisecond)
		return nil
	}})
	require.NoError(t, err)
	require.ErrorIs(t, c.Insert(ctx, &item{ID: "x", Account: "a"}), context.Canceled)
}

// Writers that come at the same time share a commit.
func TestWritersShareACommit(t *testing.T) {
	e, c := openItems(t)
	busy, release := make(chan struct{}), make(chan struct{})
	answers := make(chan error, 101)
	go func() {
		answers <- e.writer.submit(t.Context(), &job{run: func(*sqliteConn) error {
			close(busy)
			<-release
			return nil
		}})
	}()
	<-busy
	for i := range 100 {
		go func() {
			answers <- c.Insert(t.Context(), &item{ID: fmt.Sprint(i), Account: "a", Seq: int64(i / 2)})
		}()
	}
	require.Eventually(t, func() bool { return len(e.writer.jobs) == 100 }, 5*time.Second, time.Millisecond)
	before := frames(t, e)
	close(release)
	var failed int
	for range 101 {
		if err := <-answers; err != nil {
			require.ErrorAs(t, err, new(*DuplicateError))
			failed++
		}
	}
	require.Equal(t, 50, failed, "each seq once: a failure leaves the others of the commit alone")
	require.Less(t, frames(t, e)-before, int64(40), "pages written to the log for 50 documents")
}

// frames returns how many pages the log holds.
func frames(t *testing.T, e *sqliteEngine) int64 {
	t.Helper()
	var file string
	require.NoError(t, e.reads.db.QueryRowContext(t.Context(), "SELECT file FROM pragma_database_list").Scan(&file))
	info, err := os.Stat(file + "-wal")
	require.NoError(t, err)
	return info.Size() / (4096 + 24)
}
