package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"go.mongodb.org/mongo-driver/v2/bson"
)

func (t *sqliteTable) get(ctx context.Context, id string) (bson.Raw, error) {
	found, err := t.reads.bodies(ctx, "SELECT body FROM "+t.table+" WHERE id = ?", []any{id})
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", t.schema.Name, sqliteError(ctx, err))
	}
	if len(found) == 0 {
		return nil, ErrNotFound
	}
	return found[0], nil
}

// find goes on in a descending order in two steps: down to the last document
// that has the first field, then through those that lack it. One condition for
// both would keep SQLite from beginning in the middle of an index.
func (t *sqliteTable) find(ctx context.Context, p plan) ([]bson.Raw, error) {
	first := p.order[0]
	if p.after == nil || p.after[0] == nil || !first.desc || t.certain(p, first) {
		return t.read(ctx, p)
	}
	having := p
	having.where = And(p.where, Exists(first.field, true))
	found, err := t.read(ctx, having)
	if err != nil || len(found) == p.limit {
		return found, err
	}
	lacking := plan{where: And(p.where, Exists(first.field, false)), order: p.order, limit: p.limit - len(found)}
	rest, err := t.read(ctx, lacking)
	return append(found, rest...), err
}

func (t *sqliteTable) read(ctx context.Context, p plan) ([]bson.Raw, error) {
	b := t.selects("body", p)
	found, err := t.reads.bodies(ctx, b.String(), b.args)
	if err != nil {
		return nil, fmt.Errorf("find in %s: %w", t.schema.Name, sqliteError(ctx, err))
	}
	return found, nil
}

func (t *sqliteTable) count(ctx context.Context, where Cond) (int64, error) {
	var b sqlBuilder
	b.add("SELECT count(*) FROM %s WHERE ", t.table)
	b.cond(where)
	n, err := t.reads.count(ctx, b.String(), b.args)
	if err != nil {
		return 0, fmt.Errorf("count in %s: %w", t.schema.Name, sqliteError(ctx, err))
	}
	return n, nil
}

func (t *sqliteTable) selects(what string, p plan) *sqlBuilder {
	b := &sqlBuilder{}
	b.add("SELECT %s FROM %s WHERE ", what, t.table)
	b.cond(p.where)
	if p.after != nil {
		b.add(" AND ")
		b.after(p, t.certain(p, p.order...))
	}
	b.add(" ORDER BY %s LIMIT ?", orderBy(p.order))
	b.args = append(b.args, int64(p.limit))
	return b
}

// certain reports whether no document in question lacks one of the fields.
func (t *sqliteTable) certain(p plan, keys ...sortKey) bool {
	equal, present := constraints(p.where)
	for _, c := range conjuncts(p.where) {
		if c.op == opExists {
			present = append(present, c.field)
		}
	}
	return !slices.ContainsFunc(keys, func(k sortKey) bool {
		i := slices.Index(t.names, k.field)
		return k.field != "_id" && !slices.Contains(t.required, i) &&
			!slices.Contains(equal, k.field) && !slices.Contains(present, k.field)
	})
}

func orderBy(keys []sortKey) string {
	var b strings.Builder
	for i, k := range keys {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(fieldColumn(k.field))
		if k.desc {
			b.WriteString(" DESC")
		}
	}
	return b.String()
}

// sqliteReads runs queries on the pool, and keeps those prepared that come again.
type sqliteReads struct {
	db *sql.DB

	mu     sync.Mutex
	stmts  map[string]*sql.Stmt
	closed bool
}

// keptStmts bounds what is kept. Queries are written in code, so there are few
// of them; only long lists of values and deep trees differ without end.
const keptStmts = 400

// stmt returns the prepared query, to be released after use.
func (r *sqliteReads) stmt(ctx context.Context, query string) (stmt *sql.Stmt, release func(), err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		return nil, nil, errClosed
	}
	if stmt, ok := r.stmts[query]; ok {
		return stmt, func() {}, nil
	}
	stmt, err = r.db.PrepareContext(ctx, query)
	if err != nil {
		return nil, nil, err
	}
	if len(r.stmts) < keptStmts {
		r.stmts[query] = stmt
		return stmt, func() {}, nil
	}
	return stmt, func() { _ = stmt.Close() }, nil
}

func (r *sqliteReads) bodies(ctx context.Context, query string, args []any) (found []bson.Raw, err error) {
	stmt, release, err := r.stmt(ctx, query)
	if err != nil {
		return nil, err
	}
	defer release()
	rows, err := stmt.QueryContext(ctx, args...)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var body []byte
		if err := rows.Scan(&body); err != nil {
			return nil, err
		}
		found = append(found, body)
	}
	return found, rows.Err()
}

func (r *sqliteReads) count(ctx context.Context, query string, args []any) (n int64, err error) {
	stmt, release, err := r.stmt(ctx, query)
	if err != nil {
		return 0, err
	}
	defer release()
	err = stmt.QueryRowContext(ctx, args...).Scan(&n)
	return n, err
}

func (r *sqliteReads) close() error {
	r.mu.Lock()
	r.closed = true
	r.mu.Unlock()
	return r.db.Close()
}
