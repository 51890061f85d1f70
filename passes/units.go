package passes

import (
	"slices"
	"strings"

	"regulars/models"
	"regulars/templates"
)

// UnitOf returns what people call a unit under these terms.
func UnitOf(t *models.Terms, u models.Unit) templates.Unit {
	kind, name := kindOf(u)
	out := templates.Unit{Kind: kind, Name: name}
	if u == models.Value {
		out.Currency = t.Currency
		out.Places, _ = models.CurrencyDigits(t.Currency)
	}
	if c, ok := t.StampCard(u); ok {
		out.Name, out.Size = c.Name, c.Size
	}
	out.Among = slices.ContainsFunc(t.Units(), func(o models.Unit) bool {
		other, _ := kindOf(o)
		return o != u && other == kind
	})
	return out
}

// kindOf splits "stamps:lunch".
func kindOf(u models.Unit) (kind, name string) {
	kind, name, _ = strings.Cut(string(u), ":")
	return kind, name
}
