package store

import (
	"context"
	"errors"
	"slices"
	"strings"

	"regulars/models"
)

// name leads to a member by a tag, or by a word of their name that is not the
// first, which the member's own search key begins with. Its id says all that it holds: it is
// made and removed, never changed. One that its member does not bear, or no
// longer, leads to nobody.
type name struct {
	ID      string           `bson:"_id"`
	Program models.ProgramID `bson:"program"`
	Member  models.MemberID  `bson:"member"`
	Search  string           `bson:"search"` // of models.Member.Keys
}

func nameOf(p models.ProgramID, m models.MemberID, key string) name {
	word, _, _ := strings.Cut(key, "\x00")
	return name{ID: string(m) + "/" + word, Program: p, Member: m, Search: key}
}

func openNames(ctx context.Context, db *DB) (*Collection[name], error) {
	return Open[name](ctx, db, Schema{
		Name:    "names",
		Indexes: []Index{{Fields: []string{"program", "search"}}, {Fields: []string{"member"}}},
	})
}

// addNames makes those names of a member that are missing.
func (s *Members) addNames(ctx context.Context, p models.ProgramID, m models.MemberID, keys []string) error {
	names := make([]name, len(keys))
	for i, key := range keys {
		names[i] = nameOf(p, m, key)
	}
	return s.keepNames(ctx, names)
}

// keepNames inserts names, some of which may be there already.
func (s *Members) keepNames(ctx context.Context, names []name) error {
	err := s.names.InsertMany(ctx, names)
	if refused, ok := errors.AsType[*InsertManyError](err); ok {
		for _, why := range refused.Failed {
			if !isDuplicate(why) {
				return err
			}
		}
		return nil
	}
	return err
}

// settleNames makes the names of a member agree with the member, who may be
// changed by others at the same time: each change settles after it, so that the
// last one leaves all as it should be.
func (s *Members) settleNames(ctx context.Context, m models.Member) error {
	for {
		wanted := m.Keys()
		if err := s.addNames(ctx, m.Program, m.ID, wanted); err != nil {
			return err
		}
		for n, err := range s.names.Find(ctx, Query{Where: Eq("member", m.ID)}) {
			if err == nil && !slices.Contains(wanted, n.Search) {
				err = s.names.Delete(ctx, n.ID)
			}
			if err != nil {
				return err
			}
		}
		now, err := s.members.Get(ctx, string(m.ID))
		if err != nil || now.Search == m.Search && slices.Equal(now.AllTags(), m.AllTags()) {
			return err
		}
		m = now
	}
}

// nameAll makes the search keys and names of all members, for those that were
// kept before there were any.
func (s *Members) nameAll(ctx context.Context) error {
	var batch []name
	for m, err := range s.members.Find(ctx, Query{Sort: []string{"_id"}}) {
		if err != nil {
			return err
		}
		if m.ErasedAt != nil {
			continue
		}
		if key := models.SearchKey(m.Name, m.ID); key != m.Search {
			m, err = s.members.UpdateFrom(ctx, m, func(m *models.Member) error {
				if m.ErasedAt != nil {
					return Unchanged
				}
				m.Search = models.SearchKey(m.Name, m.ID)
				return nil
			})
			if err != nil {
				return err
			}
		}
		for _, key := range m.Keys() {
			batch = append(batch, nameOf(m.Program, m.ID, key))
		}
		if len(batch) >= nameBatch {
			if err := s.keepNames(ctx, batch); err != nil {
				return err
			}
			batch = batch[:0]
		}
	}
	return s.keepNames(ctx, batch)
}

// nameBatch is how many names are inserted at once.
const nameBatch = 1000
