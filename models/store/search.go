package store

import (
	"context"
	"iter"
	"slices"
	"strings"

	"regulars/models"
)

// Page is a part of a list of members: those after a key, in the order of their
// keys.
type Page struct {
	Program models.ProgramID
	Prefix  string // of the keys, folded; empty for all
	After   string // the key of the last one seen; empty for the first page
	Limit   int
}

func (p Page) where() Cond {
	where := []Cond{Eq("program", p.Program)}
	if p.Prefix != "" {
		where = append(where, Prefix("search", p.Prefix))
	}
	if p.After != "" {
		where = append(where, Gt("search", p.After))
	}
	return And(where...)
}

// Match is a member in a list, with the key that put it there.
type Match struct {
	Member models.Member
	Key    string
}

var byKey = []string{"program", "search"}

// List returns a part of the members in the order of their names: those whose
// names begin with the prefix.
func (s *Members) List(ctx context.Context, p Page) ([]Match, error) {
	var out []Match
	for m, err := range s.members.Find(ctx, Query{Where: p.where(), Sort: byKey, Limit: p.Limit}) {
		if err != nil {
			return nil, err
		}
		out = append(out, Match{m, m.Search})
	}
	return out, nil
}

// ByWord returns a part of those members who have a further word in their names,
// or a tag with # before it, that begins with the prefix, and whom List leaves out.
func (s *Members) ByWord(ctx context.Context, p Page) ([]Match, error) {
	var out []Match
	for len(out) < p.Limit {
		names, err := s.namesOf(ctx, p)
		if err != nil || len(names) == 0 {
			return out, err
		}
		matches, err := s.bearers(ctx, names, p.Prefix)
		if err != nil {
			return nil, err
		}
		out = append(out, matches...)
		p.After = names[len(names)-1].Search
	}
	return out[:p.Limit], nil
}

func (s *Members) namesOf(ctx context.Context, p Page) ([]name, error) {
	var out []name
	for n, err := range s.names.Find(ctx, Query{Where: p.where(), Sort: byKey, Limit: p.Limit}) {
		if err != nil {
			return nil, err
		}
		out = append(out, n)
	}
	return out, nil
}

// bearers returns the members of names, in their order. A member with several
// words that begin with the prefix comes once, by the first of them.
func (s *Members) bearers(ctx context.Context, names []name, prefix string) ([]Match, error) {
	ids := make([]models.MemberID, len(names))
	for i, n := range names {
		ids[i] = n.Member
	}
	slices.Sort(ids)
	members, err := s.Many(ctx, slices.Compact(ids))
	if err != nil {
		return nil, err
	}
	known := map[models.MemberID]models.Member{}
	for _, m := range members {
		known[m.ID] = m
	}
	var out []Match
	for _, n := range names {
		if m := known[n.Member]; n.Search == firstKey(&m, prefix) {
			out = append(out, Match{m, n.Search})
		}
	}
	return out, nil
}

// firstKey is the key by which ByWord finds a member; empty when it does not.
func firstKey(m *models.Member, prefix string) string {
	if strings.HasPrefix(m.Search, prefix) {
		return ""
	}
	var first string
	for _, key := range m.Keys() {
		if strings.HasPrefix(key, prefix) && (first == "" || key < first) {
			first = key
		}
	}
	return first
}

// Tagged yields the members who bear a tag, in the order of their names.
func (s *Members) Tagged(ctx context.Context, p models.ProgramID, tag string) iter.Seq2[models.Member, error] {
	return func(yield func(models.Member, error) bool) {
		page := Page{Program: p, Prefix: models.TagKey(tag), Limit: nameBatch}
		for {
			names, err := s.namesOf(ctx, page)
			var found []Match
			if err == nil && len(names) > 0 {
				page.After = names[len(names)-1].Search
				found, err = s.bearers(ctx, names, page.Prefix)
			}
			if err != nil {
				yield(models.Member{}, err)
				return
			}
			for _, match := range found {
				if !yield(match.Member, nil) {
					return
				}
			}
			if len(names) < page.Limit {
				return
			}
		}
	}
}

// CountTagged returns how many members bear a tag.
func (s *Members) CountTagged(ctx context.Context, p models.ProgramID, tag string) (int64, error) {
	return s.names.Count(ctx, Query{Where: Page{Program: p, Prefix: models.TagKey(tag)}.where()})
}
