package templates

import (
	"slices"
	"strings"
)

// view is what a template sees: the texts, the frame and the page as P; X is
// what a part was called with.
type view struct {
	*Texts
	Frame
	P      Page
	X      any
	assets func(name string) string
}

// With calls a part of a page with x.
func (v view) With(x any) view {
	v.X = x
	return v
}

// Asset returns the URL of an embedded file, or "" when it is not there.
func (v view) Asset(name string) string { return v.assets(name) }

// In returns the texts in another language than the page's.
func (view) In(lang string) *Texts { return For(lang) }

// Languages returns the tags of all languages, for the choice of one.
func (view) Languages() []string { return Languages }

// languageNames are written in the language itself, so that whoever reads it
// finds it.
var languageNames = map[string]string{"en": "English", "nl": "Nederlands", "pl": "Polski", "nb": "Norsk", "el": "Ελληνικά"}

// LanguageName returns the language's own name.
func (view) LanguageName(tag string) string { return LanguageName(tag) }

// LanguageName returns the own name of one of Languages.
func LanguageName(tag string) string { return languageNames[tag] }

// At reports whether the page is the one at path or below it.
func (v view) At(path string) bool { return v.Path == path || strings.HasPrefix(v.Path, path+"/") }

// Decimal is the language's decimal mark.
func (v view) Decimal() string { return separators[v.Lang][1] }

// Size is n without its sign, which the page draws itself.
func (view) Size(n int64) int64 { return max(n, -n) }

// Typed is what stands in the till's input: a code that did not work, to be
// mended.
func (v view) Typed() string {
	if e, ok := v.P.(TillError); ok {
		return e.Code
	}
	return ""
}

// Scanning reports whether the till waits for a code, so that its input has
// the focus.
func (v view) Scanning() bool {
	switch v.P.(type) {
	case TillMember, TillDone:
		return false
	}
	return true
}

// Field is an input with its label, by the key field.Name.
type Field struct {
	Name     string
	Type     string // of the input element
	Value    string
	Complete string // what a browser may fill in
	Error    string
	Max      int // characters
	Optional bool
	Focus    bool
}

// Fields are the inputs of the form; the first that is wrong has the focus.
func (j Join) Fields() []Field {
	fields := []Field{
		{Name: "name", Type: "text", Value: j.Values.Name, Complete: "name", Max: 80, Optional: j.NameLater},
		{Name: "phone", Type: "tel", Value: j.Values.Phone, Complete: "tel", Max: 30, Optional: true},
		{Name: "email", Type: "email", Value: j.Values.Email, Complete: "email", Max: 254, Optional: true},
	}
	if j.InvitedOnly {
		fields = append([]Field{{Name: "invitation", Type: "text", Value: j.Values.Invitation, Complete: "off", Max: 80}}, fields...)
	}
	focused := false
	for i := range fields {
		fields[i].Error = j.Errors[fields[i].Name]
		fields[i].Focus = fields[i].Error != "" && !focused
		focused = focused || fields[i].Focus
	}
	return fields
}

// Has reports whether the form has that field.
func (j Join) Has(field string) bool {
	return slices.ContainsFunc(j.Fields(), func(f Field) bool { return f.Name == field })
}

// Mistakes is how many fields are wrong.
func (j Join) Mistakes() int64 { return int64(len(j.Errors)) }

// Keys are the digits of the till's keypad, in its order.
func (TillMember) Keys() []string { return []string{"1", "2", "3", "4", "5", "6", "7", "8", "9"} }

// Zero is an amount of nothing, as an example of how to write one.
func (m TillMember) Zero(t *Texts) string {
	zero := "0"
	for i := range m.Places {
		if i == 0 {
			zero += separators[t.Lang][1]
		}
		zero += "0"
	}
	return zero
}

// Tile is one figure with the key of its name, which may name a unit.
type Tile struct {
	Key  string
	N    int64
	Unit Unit
}

// Tiles are the figures of the overview.
func (o Overview) Tiles() []Tile {
	all := []Tile{
		{Key: "overview.members", N: o.Members}, {Key: "overview.new", N: o.NewMembers}, {Key: "overview.visits", N: o.Visits},
	}
	for _, b := range o.Outstanding {
		all = append(all, Tile{Key: "overview.outstanding", N: b.Amount, Unit: b.Unit})
	}
	return append(all, Tile{Key: "overview.passes", N: o.Passes}, Tile{Key: "overview.waiting", N: o.Waiting})
}
