package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"modernc.org/sqlite" // also registers the driver "sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"regulars/models"
)

// sqliteEngine keeps collections as tables of one file: the document as BSON,
// and beside it a column for each declared field. All writes go through one
// goroutine (see sqliteWriter), reads through a pool of connections.
type sqliteEngine struct {
	lock   *sql.DB
	reads  *sqliteReads
	writer *sqliteWriter
}

// OpenSQLite opens the embedded database in the file at path, and makes file
// and folder where they are missing. The file belongs to one process: while
// another has it open the answer is an Unavailable error that says so. Beside it
// lie path-wal and path-shm, which are part of the data, and path-lock.
func OpenSQLite(ctx context.Context, path string) (*DB, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("open database: %w", err)
	}
	e := &sqliteEngine{}
	if err := e.open(ctx, path); err != nil {
		if sqliteCode(err)&0xff == sqlite3.SQLITE_NOTADB {
			err = models.Fail(models.Invalid, "no_database", "data", path+" is not a database, or it is damaged. Choose another folder, or put a backup in its place.")
		}
		return nil, errors.Join(sqliteError(ctx, err), e.close())
	}
	return &DB{engine: e, name: "sqlite"}, nil
}

func (e *sqliteEngine) open(ctx context.Context, path string) error {
	for _, p := range []string{path, path + "-lock"} {
		if err := touch(p); err != nil {
			return unavailable(codeAway, "The folder for the database can't be written to. Check that it exists and who may write there.", err)
		}
	}
	var err error
	if e.lock, err = takeLock(ctx, path+"-lock"); err != nil {
		return err
	}
	// A sync on each commit is what makes an acknowledged write durable in WAL
	// mode; a checkpoint every 16 MB keeps them rare among small commits.
	writes, err := sql.Open("sqlite", dsn(path, "busy_timeout(10000)", "journal_mode(WAL)", "synchronous(FULL)",
		"wal_autocheckpoint(4000)", "journal_size_limit(67108864)", "cache_size(-65536)"))
	if err != nil {
		return err
	}
	if e.writer, err = startWriter(ctx, writes); err != nil {
		return errors.Join(err, writes.Close())
	}
	if err := e.writer.submit(ctx, &job{run: checkDurable}); err != nil {
		return err
	}
	reads, err := sql.Open("sqlite", dsn(path, "busy_timeout(10000)", "query_only(1)", "cache_size(-8192)"))
	if err != nil {
		return err
	}
	pool := max(4, 2*runtime.GOMAXPROCS(0))
	reads.SetMaxOpenConns(pool)
	reads.SetMaxIdleConns(pool)
	e.reads = &sqliteReads{db: reads, stmts: map[string]*sql.Stmt{}}
	return reads.PingContext(ctx)
}

// checkDurable makes sure of what SQLite only accepts as a wish: on some network
// drives there is no WAL.
func checkDurable(c *sqliteConn) error {
	for pragma, want := range map[string]string{"journal_mode": "wal", "synchronous": "2"} {
		err := c.each("PRAGMA "+pragma, nil, func(row []driver.Value) error {
			if got := fmt.Sprint(row[0]); got != want {
				return unavailable(codeAway, "The database can't be kept safely on this drive. Choose a folder on a disk of this machine.",
					fmt.Errorf("%s is %s", pragma, got))
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// touch makes the file where it is missing, for our own eyes only; SQLite gives
// the files beside it the same permissions.
func touch(path string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	return f.Close()
}

// takeLock holds a lock for as long as the returned handle is open. It is an
// exclusive transaction on an empty database of its own: that works on every
// system SQLite works on, and ends with the process however it ends.
func takeLock(ctx context.Context, path string) (*sql.DB, error) {
	db, err := sql.Open("sqlite", dsn(path, "busy_timeout(500)"))
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1)
	db.SetConnMaxLifetime(0)
	_, err = db.ExecContext(ctx, "BEGIN EXCLUSIVE")
	if err == nil {
		return db, nil
	}
	if sqliteCode(err)&0xff == sqlite3.SQLITE_BUSY {
		err = unavailable(codeBusy, "Another Regulars is already running on this database. Stop it first, or choose another folder.", nil)
	}
	return nil, errors.Join(err, db.Close())
}

func dsn(path string, pragmas ...string) string {
	q := url.Values{"_pragma": pragmas}
	u := url.URL{Scheme: "file", Path: filepath.ToSlash(path), RawQuery: q.Encode()}
	return u.String()
}

func (e *sqliteEngine) now(ctx context.Context) (time.Time, error) {
	if _, err := e.reads.count(ctx, "SELECT count(*) FROM sqlite_schema", nil); err != nil {
		return time.Time{}, sqliteError(ctx, err)
	}
	return time.Now().UTC(), nil
}

func (e *sqliteEngine) close() error {
	var errs []error
	if e.reads != nil {
		errs = append(errs, e.reads.close())
	}
	if e.writer != nil {
		errs = append(errs, e.writer.close())
	}
	if e.lock != nil {
		errs = append(errs, e.lock.Close())
	}
	return errors.Join(errs...)
}

// sqliteCode returns SQLite's extended result code, or 0 for an error that is not its own.
func sqliteCode(err error) int {
	if e, ok := errors.AsType[*sqlite.Error](err); ok {
		return e.Code()
	}
	return 0
}

// sqliteError gives a failure of the engine its meaning for the caller.
func sqliteError(ctx context.Context, err error) error {
	if _, ok := errors.AsType[*models.Error](err); ok || err == nil || ended(ctx, err) {
		return err
	}
	switch sqliteCode(err) & 0xff {
	case sqlite3.SQLITE_FULL:
		return unavailable(codeFull, msgFull, err)
	case sqlite3.SQLITE_IOERR, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_CORRUPT,
		sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_NOMEM:
		return unavailable(codeAway, msgAway, err)
	case sqlite3.SQLITE_INTERRUPT:
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
	if errors.Is(err, sql.ErrConnDone) || errors.Is(err, errClosed) {
		return unavailable(codeAway, msgAway, err)
	}
	return err
}
