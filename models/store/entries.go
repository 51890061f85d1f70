package store

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"

	"regulars/models"
)

// The two ways in which an entry can't be appended as it is.
var (
	// ErrBehind says that another entry took the sequence number first:
	// compute again on the new head.
	ErrBehind = errors.New("the ledger has moved on")
	// ErrReplay says that the idempotency key was used in this account.
	ErrReplay = errors.New("the key was used before")
)

// Ledger keeps the entries of all accounts. It can append and read, nothing
// else.
type Ledger struct {
	db      *DB
	entries *Collection[models.Entry]
}

// LedgerSchema declares the collection of entries.
func LedgerSchema() Schema {
	return Schema{
		Name: "entries",
		Indexes: []Index{
			{Fields: []string{"account", "key"}, Unique: true},
			{Fields: []string{"account", "ref"}, Sparse: true},
			{Fields: []string{"ref"}, Sparse: true},
			{Fields: []string{"recorded_at"}},
		},
	}
}

func openLedger(ctx context.Context, db *DB) (*Ledger, error) {
	entries, err := Open[models.Entry](ctx, db, LedgerSchema())
	if err != nil {
		return nil, err
	}
	return &Ledger{db: db, entries: entries}, nil
}

// Append commits e as the next line of its account's ledger, after the write,
// if there is one, that marks its member for a refresh: whatever is cut off in
// between, a booked entry is never without its mark. It reports ErrBehind when
// another entry took the place, ErrReplay with the first entry when the key was
// used, and ErrConflict when the mark has moved.
func (l *Ledger) Append(ctx context.Context, mark []Write, e *models.Entry) (*models.Entry, error) {
	done, err := l.db.InOrder(ctx, append(mark, l.entries.InsertWrite(e))...)
	switch {
	case err == nil:
		return e, nil
	case done < len(mark) && (errors.Is(err, ErrConflict) || isDuplicate(err)):
		return nil, ErrConflict
	case !isDuplicate(err):
		return nil, fmt.Errorf("append entry %s: %w", e.ID, err)
	}
	// Both the place and the key can be taken at once, and engines differ in
	// which they name; so the key is looked up first, lest a replay looks like
	// a race.
	first, err := l.ByKey(ctx, e.Account, e.Key)
	switch {
	case errors.Is(err, ErrNotFound):
		return nil, ErrBehind
	case err != nil:
		return nil, err
	}
	return &first, ErrReplay
}

// Last returns the newest entry of an account; ErrNotFound when it has none.
func (l *Ledger) Last(ctx context.Context, account models.AccountID) (models.Entry, error) {
	return l.entries.One(ctx, Query{Where: Prefix("_id", string(account)+"-"), Sort: []string{"-_id"}, Limit: 1})
}

// ByKey returns the entry that was booked with an idempotency key.
func (l *Ledger) ByKey(ctx context.Context, account models.AccountID, key string) (models.Entry, error) {
	return l.entries.One(ctx, Query{Where: And(Eq("account", account), Eq("key", key)), Limit: 1})
}

// Entry returns one entry.
func (l *Ledger) Entry(ctx context.Context, id models.EntryID) (models.Entry, error) {
	e, err := l.entries.Get(ctx, string(id))
	if errors.Is(err, ErrNotFound) {
		return e, models.Fail(models.NotFound, "unknown_entry", "entry", "There is no such entry.")
	}
	return e, err
}

// Undone returns what has been taken back of an entry, in whichever account: that
// of the entry may have moved into another.
func (l *Ledger) Undone(ctx context.Context, id models.EntryID) (models.Undone, error) {
	var undone models.Undone
	all, err := l.Undoing(ctx, id)
	for i := range all {
		undone.Add(&all[i])
	}
	return undone, err
}

// Undoing returns the entries that take back an entry, or a part of it, in the
// order in which they came.
func (l *Ledger) Undoing(ctx context.Context, id models.EntryID) ([]models.Entry, error) {
	all, err := collect(l.entries.Find(ctx, Query{Where: Eq("ref", id), Sort: []string{"ref"}}))
	if n := len(all); n > 0 && all[0].Account != all[n-1].Account {
		slices.SortStableFunc(all, func(a, b models.Entry) int { return a.RecordedAt.Compare(b.RecordedAt) })
	}
	return all, err
}

// Reversals returns what has been taken back of the entries of an account.
func (l *Ledger) Reversals(ctx context.Context, account models.AccountID) (map[models.EntryID]models.Undone, error) {
	out := map[models.EntryID]models.Undone{}
	q := Query{Where: And(Eq("account", account), Exists("ref", true)), Sort: []string{"account", "ref"}}
	for e, err := range l.entries.Find(ctx, q) {
		if err != nil {
			return nil, err
		}
		undone := out[e.Ref]
		undone.Add(&e)
		out[e.Ref] = undone
	}
	return out, nil
}

// Newest returns up to limit entries of an account before the sequence number
// (0: from the end), newest first.
func (l *Ledger) Newest(ctx context.Context, account models.AccountID, before int64, limit int) ([]models.Entry, error) {
	where := Prefix("_id", string(account)+"-")
	if before > 0 {
		where = And(where, Lt("_id", models.EntryIDOf(account, before)))
	}
	var out []models.Entry
	for e, err := range l.entries.Find(ctx, Query{Where: where, Sort: []string{"-_id"}, Limit: limit}) {
		if err != nil {
			return nil, err
		}
		out = append(out, e)
	}
	return out, nil
}

// All yields every entry, account by account, each in order.
func (l *Ledger) All(ctx context.Context) iter.Seq2[models.Entry, error] {
	return l.entries.Find(ctx, Query{Sort: []string{"_id"}})
}
