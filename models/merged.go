package models

import (
	"slices"
	"strings"
	"time"
)

// Merged says whose the card of a merged member is.
type Merged struct {
	Into MemberID  `bson:"into"`
	At   time.Time `bson:"at"`
	By   UserID    `bson:"by,omitempty"`
	Why  string    `bson:"why,omitempty"`
}

// Self is a further card of a person, which became this one's by a merge.
type Self struct {
	Member MemberID `bson:"member"`
	Tags   []string `bson:"tags,omitempty"`
}

// Is reports whether that is the member, or one whose card became the member's.
func (m *Member) Is(id MemberID) bool {
	return m.ID == id || slices.ContainsFunc(m.Also, func(o Self) bool { return o.Member == id })
}

// Selves are the members that are this person, the member first.
func (m *Member) Selves() []MemberID {
	all := []MemberID{m.ID}
	for _, o := range m.Also {
		all = append(all, o.Member)
	}
	return all
}

// AllTags are those of the member and of the cards that became the member's.
func (m *Member) AllTags() []string {
	if len(m.Also) == 0 {
		return m.Tags
	}
	all := slices.Clone(m.Tags)
	for _, o := range m.Also {
		for _, tag := range o.Tags {
			if !slices.Contains(all, tag) {
				all = append(all, tag)
			}
		}
	}
	return all
}

// SelvesOf are the cards, of all that share an account, that became a member's,
// also by way of others, in the order of their ids.
func SelvesOf(m *Member, sharing []Member) []Self {
	var all []Self
	for found := []MemberID{m.ID}; len(found) > 0; found = found[1:] {
		for i := range sharing {
			o := &sharing[i]
			if o.Merged == nil || o.Merged.Into != found[0] || o.ErasedAt != nil || o.ID == m.ID ||
				slices.ContainsFunc(all, func(s Self) bool { return s.Member == o.ID }) {
				continue
			}
			all, found = append(all, Self{o.ID, o.Tags}), append(found, o.ID)
		}
	}
	slices.SortFunc(all, func(a, b Self) int { return strings.Compare(string(a.Member), string(b.Member)) })
	return all
}

// SameSelves reports whether both name the same cards with the same tags.
func SameSelves(a, b []Self) bool {
	return slices.EqualFunc(a, b, func(a, b Self) bool { return a.Member == b.Member && slices.Equal(a.Tags, b.Tags) })
}
