package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"regulars/models"
)

// AppendAll commits entries of one account, in order, after the writes that
// have to be there before them: those of a new member, and the mark for a
// refresh. It returns how many entries are booked. ErrBehind says that a place
// was taken, whichever write met it: what was read is out of date, the writes
// before that one stay, and the caller reads again.
func (l *Ledger) AppendAll(ctx context.Context, before []Write, entries []models.Entry) (int, error) {
	writes := make([]Write, 0, len(before)+len(entries))
	writes = append(writes, before...)
	for i := range entries {
		writes = append(writes, l.entries.InsertWrite(&entries[i]))
	}
	done, err := l.db.InOrder(ctx, writes...)
	booked := max(done-len(before), 0)
	switch {
	case err == nil:
		return booked, nil
	case errors.Is(err, ErrConflict) || isDuplicate(err):
		return booked, ErrBehind
	}
	return booked, fmt.Errorf("append %d entries: %w", len(entries), err)
}

// Booked returns the request hashes of those of the keys that were used in the
// account.
func (l *Ledger) Booked(ctx context.Context, account models.AccountID, keys []string) (map[string]string, error) {
	wanted := make([]any, len(keys))
	for i, k := range keys {
		wanted[i] = k
	}
	hashes := map[string]string{}
	for e, err := range l.entries.Find(ctx, Query{Where: And(Eq("account", account), In("key", wanted...))}) {
		if err != nil {
			return nil, err
		}
		hashes[e.Key] = e.Hash
	}
	return hashes, nil
}

// Count returns how many entries there are in all accounts.
func (l *Ledger) Count(ctx context.Context) (int64, error) { return l.entries.Count(ctx, Query{}) }

// InsertWrites returns the writes that Claim and Insert would do for a new
// member, to be done in one order with what follows from it: the contacts, the
// card, the words of the name, the member. Where one meets a place that is taken, those before it
// stay; Claim and Insert go on from there, and say whose it is.
func (s *Members) InsertWrites(m *models.Member, contacts map[ContactKind]string, now time.Time) []Write {
	var writes []Write
	for _, kind := range []ContactKind{ByPhone, ByEmail, ByCustomer} {
		if value := contacts[kind]; value != "" {
			writes = append(writes, s.contacts.InsertWrite(&contact{ID: contactID(m.Program, kind, value), Member: m.ID, At: now}))
		}
	}
	writes = append(writes, s.cards.InsertWrite(&card{Number: m.Card, Member: m.ID}))
	for _, key := range m.Keys() {
		n := nameOf(m.Program, m.ID, key)
		writes = append(writes, s.names.InsertWrite(&n))
	}
	return append(writes, s.members.InsertWrite(m))
}
