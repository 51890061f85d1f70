package store

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"slices"
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"
	sqlite3 "modernc.org/sqlite/lib"
)

// sqliteTable is one collection: its table has the columns id, rev and body,
// and one for each declared field, filled from the document at each write.
type sqliteTable struct {
	*shape
	table string // quoted
	reads *sqliteReads
	sql   struct{ insert, replace, remove string }
}

// prepare brings table, columns and indexes in line with the declaration, all
// in one transaction, so that a crash leaves it as it was.
func (e *sqliteEngine) prepare(ctx context.Context, s *Schema) (table, error) {
	t := &sqliteTable{shape: shapeOf(s), table: quote(s.Name), reads: e.reads}
	t.statements()
	err := e.writer.submit(ctx, &job{run: t.migrate})
	if err != nil {
		return nil, sqliteError(ctx, err)
	}
	return t, nil
}

func quote(name string) string { return `"` + name + `"` }

// fieldColumn keeps declared fields apart from the table's own columns.
func fieldColumn(field string) string {
	if field == "_id" {
		return "id"
	}
	return quote("f." + field)
}

func (t *sqliteTable) statements() {
	columns, marks, sets := "id, rev, body", "?1, ?2, ?3", "rev = ?3, body = ?4"
	for i, f := range t.names {
		columns += ", " + fieldColumn(f)
		marks += fmt.Sprintf(", ?%d", i+4)
		sets += fmt.Sprintf(", %s = ?%d", fieldColumn(f), i+5)
	}
	t.sql.insert = fmt.Sprintf("INSERT INTO %s (%s) VALUES (%s)", t.table, columns, marks)
	t.sql.replace = fmt.Sprintf("UPDATE %s SET %s WHERE id = ?1 AND rev = ?2", t.table, sets)
	t.sql.remove = fmt.Sprintf("DELETE FROM %s WHERE id = ?1 AND (?2 = 0 OR rev = ?2)", t.table)
}

func (t *sqliteTable) migrate(c *sqliteConn) error {
	columns := "id TEXT NOT NULL PRIMARY KEY, rev INTEGER NOT NULL, body BLOB NOT NULL"
	for _, f := range t.names { // adding one later makes SQLite read the whole schema again
		columns += ", " + fieldColumn(f)
	}
	err := c.exec(fmt.Sprintf("CREATE TABLE IF NOT EXISTS %s (%s)", t.table, columns))
	if err != nil {
		return err
	}
	if err := t.dropIndexes(c); err != nil {
		return err
	}
	if err := t.alignColumns(c); err != nil {
		return err
	}
	for _, ix := range t.schema.Indexes {
		err := c.exec(t.createIndex(ix))
		if sqliteCode(err)&0xff == sqlite3.SQLITE_CONSTRAINT {
			err = &DuplicateError{Collection: t.schema.Name, Index: ix.label(), Err: err}
		}
		if err != nil {
			return fmt.Errorf("make index %s: %w", ix.name(), err)
		}
	}
	return nil
}

func (t *sqliteTable) indexName(ix Index) string { return t.schema.Name + "." + ix.name() }

// createIndex ends an index that is not unique with the id, so that it yields
// the very order that queries complete theirs to.
func (t *sqliteTable) createIndex(ix Index) string {
	keys := ix.keys()
	if !ix.Unique {
		keys = append(keys, sortKey{field: "_id", desc: keys[len(keys)-1].desc})
	}
	unique, where := "", ""
	if ix.Unique {
		unique = "UNIQUE"
	}
	if ix.Sparse {
		var present []string
		for _, k := range ix.keys() {
			present = append(present, fieldColumn(k.field)+" IS NOT NULL")
		}
		where = " WHERE " + strings.Join(present, " AND ")
	}
	return fmt.Sprintf("CREATE %s INDEX IF NOT EXISTS %s ON %s (%s)%s", unique, quote(t.indexName(ix)), t.table, orderBy(keys), where)
}

func (t *sqliteTable) dropIndexes(c *sqliteConn) error {
	var gone []string
	err := c.each("SELECT name FROM sqlite_schema WHERE type = 'index' AND tbl_name = ?1 AND sql IS NOT NULL",
		[]any{t.schema.Name}, func(row []driver.Value) error {
			name, _ := row[0].(string)
			if !slices.ContainsFunc(t.schema.Indexes, func(ix Index) bool { return t.indexName(ix) == name }) {
				gone = append(gone, name)
			}
			return nil
		})
	for _, name := range gone {
		err = errors.Join(err, c.exec("DROP INDEX "+quote(name)))
	}
	return err
}

// alignColumns adds and fills the columns that are missing. A column that is no
// longer declared is dropped: writes don't fill it any more, and it would be
// wrong when it is declared again.
func (t *sqliteTable) alignColumns(c *sqliteConn) error {
	var have []string
	err := c.each("SELECT name FROM pragma_table_info(?1)", []any{t.schema.Name}, func(row []driver.Value) error {
		name, _ := row[0].(string)
		have = append(have, quote(name))
		return nil
	})
	if err != nil {
		return err
	}
	want := []string{quote("id"), quote("rev"), quote("body")}
	for _, f := range t.names {
		want = append(want, fieldColumn(f))
	}
	added := false
	for _, col := range want {
		if !slices.Contains(have, col) {
			added = true
			err = errors.Join(err, c.exec(fmt.Sprintf("ALTER TABLE %s ADD COLUMN %s", t.table, col)))
		}
	}
	for _, col := range have {
		if !slices.Contains(want, col) {
			err = errors.Join(err, c.exec(fmt.Sprintf("ALTER TABLE %s DROP COLUMN %s", t.table, col)))
		}
	}
	if err != nil || !added {
		return err
	}
	return t.backfill(c)
}

// backfill fills the columns of the documents that are there.
func (t *sqliteTable) backfill(c *sqliteConn) error {
	if len(t.names) == 0 {
		return nil
	}
	var sets []string
	for i, f := range t.names {
		sets = append(sets, fmt.Sprintf("%s = ?%d", fieldColumn(f), i+2))
	}
	update := fmt.Sprintf("UPDATE %s SET %s WHERE rowid = ?1", t.table, strings.Join(sets, ", "))
	page := fmt.Sprintf("SELECT rowid, body FROM %s WHERE rowid > ?1 ORDER BY rowid LIMIT 500", t.table)
	for last, more := any(int64(-1)), true; more; {
		more = false
		var rows [][]any
		err := c.each(page, []any{last}, func(row []driver.Value) error {
			body, _ := row[1].([]byte)
			_, fields, err := t.extract(bson.Raw(slices.Clone(body)))
			rows = append(rows, slices.Concat([]any{row[0]}, fields))
			last, more = row[0], true
			return err
		})
		if err != nil {
			return err
		}
		for _, args := range rows {
			if _, err := c.run(update, args...); err != nil {
				return err
			}
		}
	}
	return nil
}
