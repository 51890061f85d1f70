package store

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"
	sqlite3 "modernc.org/sqlite/lib"
)

// sqliteConn is the writer's connection, spoken to without database/sql: a
// write costs it about half as much so.
type sqliteConn struct {
	driver interface {
		driver.ExecerContext
		driver.QueryerContext
		driver.ConnPrepareContext
	}
	stmts map[string]driver.StmtExecContext
	args  []driver.NamedValue // of the statement at hand
}

func newSQLiteConn(c any) (*sqliteConn, error) {
	conn := &sqliteConn{stmts: map[string]driver.StmtExecContext{}}
	var ok bool
	if conn.driver, ok = c.(interface {
		driver.ExecerContext
		driver.QueryerContext
		driver.ConnPrepareContext
	}); !ok {
		return nil, fmt.Errorf("the SQLite driver's connection is a %T", c)
	}
	return conn, nil
}

// The writer never interrupts a statement, so none of its calls has a caller's context.
func (c *sqliteConn) exec(sql string, args ...any) error {
	_, err := c.driver.ExecContext(context.Background(), sql, named(nil, args))
	return err
}

// each calls f with every row; the values are f's own only until it returns.
func (c *sqliteConn) each(sql string, args []any, f func(row []driver.Value) error) (err error) {
	rows, err := c.driver.QueryContext(context.Background(), sql, named(nil, args))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	row := make([]driver.Value, len(rows.Columns()))
	for {
		switch err := rows.Next(row); {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		}
		if err := f(row); err != nil {
			return err
		}
	}
}

// run executes a statement that is prepared once, and returns how many rows it changed.
func (c *sqliteConn) run(sql string, args ...any) (int64, error) {
	stmt, ok := c.stmts[sql]
	if !ok {
		s, err := c.driver.PrepareContext(context.Background(), sql)
		if err != nil {
			return 0, err
		}
		if stmt, ok = s.(driver.StmtExecContext); !ok {
			return 0, fmt.Errorf("the SQLite driver's statement is a %T", s)
		}
		c.stmts[sql] = stmt
	}
	c.args = named(c.args[:0], args)
	res, err := stmt.ExecContext(context.Background(), c.args)
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}

func named(to []driver.NamedValue, args []any) []driver.NamedValue {
	for i, v := range args {
		to = append(to, driver.NamedValue{Ordinal: i + 1, Value: column(v)})
	}
	return to
}

// column returns a plain value as SQLite keeps it.
func column(v any) any {
	switch x := v.(type) {
	case bson.DateTime:
		return int64(x)
	case bool:
		if x {
			return int64(1)
		}
		return int64(0)
	case bson.Raw:
		return []byte(x)
	}
	return v
}

func (c *sqliteConn) begin() error {
	_, err := c.run("BEGIN IMMEDIATE")
	return err
}

func (c *sqliteConn) commit() error {
	_, err := c.run("COMMIT")
	return err
}

// rollback has nothing to report: after some failures SQLite did it already.
func (c *sqliteConn) rollback() { _, _ = c.run("ROLLBACK") }

func (c *sqliteConn) close() error {
	var errs []error
	for _, s := range c.stmts {
		if s, ok := s.(driver.Stmt); ok {
			errs = append(errs, s.Close())
		}
	}
	return errors.Join(errs...)
}

// apply does a job within the open transaction. What one write may run into is
// noted in the job, and leaves the transaction as if that write had not been
// tried; an error means that the transaction as a whole is lost.
func (c *sqliteConn) apply(j *job) error {
	if j.run != nil {
		return j.run(c)
	}
	for i := range j.ops {
		err := c.one(&j.ops[i])
		if err == nil {
			continue
		}
		if _, ok := errors.AsType[*DuplicateError](err); !ok && !errors.Is(err, ErrConflict) {
			return err
		}
		j.failed = append(j.failed, failure{at: i, err: err})
		if !j.goOn {
			break
		}
	}
	return nil
}

func (c *sqliteConn) one(op *writeOp) error {
	t, ok := op.table.(*sqliteTable)
	if !ok {
		return fmt.Errorf("a write for a %T", op.table)
	}
	var n int64
	var err error
	switch op.kind {
	case opInsert:
		_, err = c.run(t.sql.insert, slices.Concat([]any{op.id, op.rev, op.body}, op.fields)...)
		n = 1
	case opReplace:
		n, err = c.run(t.sql.replace, slices.Concat([]any{op.id, op.rev, op.rev + 1, op.body}, op.fields)...)
	case opDelete:
		n, err = c.run(t.sql.remove, op.id, op.rev)
		if op.rev == 0 {
			n = 1
		}
	}
	return c.outcome(t, op, n, err)
}

func (c *sqliteConn) outcome(t *sqliteTable, op *writeOp, n int64, err error) error {
	switch sqliteCode(err) {
	case sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY:
		return &DuplicateError{Collection: t.schema.Name, Index: "_id", Err: err}
	case sqlite3.SQLITE_CONSTRAINT_UNIQUE:
		index := op.collides(t.schema, func(where Cond) bool { return c.holds(t, where) })
		return &DuplicateError{Collection: t.schema.Name, Index: index, Err: err}
	}
	if err == nil && n == 0 {
		return ErrConflict
	}
	return err
}

// holds reports whether a document like that is there.
func (c *sqliteConn) holds(t *sqliteTable, where Cond) bool {
	var b sqlBuilder
	b.add("SELECT 1 FROM %s WHERE ", t.table)
	b.cond(where)
	found := false
	err := c.each(b.String(), b.args, func([]driver.Value) error { found = true; return nil })
	return err == nil && found
}
