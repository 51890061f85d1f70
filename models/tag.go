package models

import (
	"regexp"
	"slices"
	"strings"
)

// A tag is a word that the shop keeps on a member by hand: "student", "regular".
// Rules ask for it as a fact, "tag:student", and a pilot is for those who bear
// one.

// What a member's tags may be.
const (
	MaxTags = 20
	tagFact = "tag:"
)

var tagForm = regexp.MustCompile(`^[a-z0-9_-]{1,40}$`)

// CheckTag accepts 1 to 40 small letters, digits, - and _.
func CheckTag(field, tag string) error {
	if !tagForm.MatchString(tag) {
		return Fail(Invalid, "invalid_tag", field, "A tag has 1 to 40 small letters, digits, - and _.")
	}
	return nil
}

// CleanTags returns tags in order, each once; capitals are made small.
func CleanTags(tags []string) ([]string, error) {
	var clean []string
	for _, tag := range tags {
		tag = strings.ToLower(strings.TrimSpace(tag))
		if err := CheckTag("tags", tag); err != nil {
			return nil, err
		}
		clean = append(clean, tag)
	}
	slices.Sort(clean)
	if clean = slices.Compact(clean); len(clean) > MaxTags {
		return nil, Fail(Invalid, "too_many_tags", "tags", "A member has at most 20 tags.")
	}
	return clean, nil
}

// SplitTags reads tags that stand in one text, with spaces, commas, semicolons
// or bars between them.
func SplitTags(text string) []string {
	return strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(" ,;|\t\n\r", r) })
}

// Tagged reports whether the member bears a tag, on whichever card.
func (m *Member) Tagged(tag string) bool { return slices.Contains(m.AllTags(), tag) }

// TagFact is the fact that a member bears a tag.
func TagFact(tag string) Fact { return Fact(tagFact + tag) }

// Tag is the tag that a fact is about; empty when it is about none.
func (f Fact) Tag() string {
	tag, ok := strings.CutPrefix(string(f), tagFact)
	if !ok {
		return ""
	}
	return tag
}

// TagKey is what the keys begin with by which a tag's members are listed. No word
// of a name is followed by its last byte.
func TagKey(tag string) string { return "#" + tag + "\x01" }

// Keys are what a member is found by besides the search key: the further words of
// the name, and the tags, whose members come in the order of their names.
func (m *Member) Keys() []string {
	keys := WordKeys(m.Search)
	for _, tag := range m.AllTags() {
		keys = append(keys, TagKey(tag)+m.Search)
	}
	return keys
}
