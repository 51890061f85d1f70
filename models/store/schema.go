package store

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// Schema declares a collection: its name, its indexes, and what queries may
// ask for. Only fields named here, and _id, can be filtered or sorted on.
//
// A declared field holds a plain value: a string, a whole number, a bool, a
// time, or nothing. A field that is null counts as absent. Dotted paths
// ("head.seq") reach into embedded structs, not into arrays.
type Schema struct {
	Name    string
	Indexes []Index
	Fields  []string // fields that queries may name beside those of Indexes

	// Fleeting says that documents of one _id come and go. Their revisions then
	// begin with the clock instead of 1, so that a write for the one that was
	// read can't hit the next.
	Fleeting bool
}

// Index is one index of a collection.
type Index struct {
	Fields []string // "-seq" descends
	Unique bool     // of a unique index that is not Sparse no field may be absent
	Sparse bool     // leaves out documents in which any of Fields is absent
}

var (
	collectionName = regexp.MustCompile(`^[a-z][a-z0-9_]{0,62}$`)
	fieldName      = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z0-9_]+)*$`)
)

// check reports the first mistake in the declaration.
func (s *Schema) check() error {
	if !collectionName.MatchString(s.Name) {
		return fmt.Errorf("collection %q: a name is small letters, digits and _", s.Name)
	}
	for _, ix := range s.Indexes {
		if len(ix.Fields) == 0 {
			return fmt.Errorf("collection %s: an index without fields", s.Name)
		}
	}
	for _, f := range s.declared() {
		if !fieldName.MatchString(f) || f == "_id" {
			return fmt.Errorf("collection %s: %q can't be declared as a field", s.Name, f)
		}
	}
	return nil
}

// declared returns every declared field once, in a stable order.
func (s *Schema) declared() []string {
	var fields []string
	for _, ix := range s.Indexes {
		for _, k := range ix.keys() {
			fields = append(fields, k.field)
		}
	}
	fields = append(fields, s.Fields...)
	slices.Sort(fields)
	return slices.Compact(fields)
}

// knows reports whether a query may name the field.
func (s *Schema) knows(field string) bool {
	if field == "_id" || slices.Contains(s.Fields, field) {
		return true
	}
	return slices.ContainsFunc(s.Indexes, func(ix Index) bool {
		return slices.ContainsFunc(ix.keys(), func(k sortKey) bool { return k.field == field })
	})
}

// sortKey is one field of an order.
type sortKey struct {
	field string
	desc  bool
}

func sortKeys(fields []string) []sortKey {
	keys := make([]sortKey, len(fields))
	for i, f := range fields {
		name, desc := strings.CutPrefix(f, "-")
		keys[i] = sortKey{field: name, desc: desc}
	}
	return keys
}

func (ix Index) keys() []sortKey { return sortKeys(ix.Fields) }

// label is how a DuplicateError names the index.
func (ix Index) label() string {
	return strings.ReplaceAll(strings.Join(ix.Fields, ","), "-", "")
}

// name tells apart indexes that differ in anything, so that a changed
// declaration makes a new index instead of clashing with the old one.
func (ix Index) name() string {
	var b strings.Builder
	for i, k := range ix.keys() {
		if i > 0 {
			b.WriteByte('_')
		}
		b.WriteString(k.field)
		if k.desc {
			b.WriteString("_desc")
		}
	}
	if ix.Unique {
		b.WriteString("_unique")
	}
	if ix.Sparse {
		b.WriteString("_sparse")
	}
	return b.String()
}
