package apple

import (
	"html"
	"strconv"
	"time"

	"regulars/models"
	"regulars/passes"
)

// ownAreas are the fields that the owner designed, in one language.
type ownAreas struct{ header, primary, secondary, auxiliary, back ownFields }

type ownFields []ownField

// ownField is a field whose texts were read.
type ownField struct {
	key         string
	label, text models.Wording
	align       Alignment
	hidden      bool // says only that a field of ours is left out
}

func newOwnAreas(t *models.Terms) ownAreas {
	var own ownAreas
	areas := map[models.Area]*ownFields{
		models.Header: &own.header, models.Primary: &own.primary, models.Secondary: &own.secondary,
		models.Auxiliary: &own.auxiliary, models.Back: &own.back,
	}
	names := t.CardNames()
	for _, f := range t.Card.Fields {
		label, badLabel := models.ParseWording(f.Label, names)
		text, badText := models.ParseWording(f.Text, names)
		if area := areas[f.At]; area != nil && badLabel == nil && badText == nil { // CheckTerms lets no others through
			*area = append(*area, ownField{key: ownKey(&f), align: aligned[f.Align], label: label, text: text, hidden: f.Text == ""})
		}
	}
	return own
}

var aligned = map[models.Align]Alignment{models.AlignLeft: AlignLeft, models.AlignCenter: AlignCenter, models.AlignRight: AlignRight}

// ownKey is a field's key in pass.json. What takes the place of ours on the back has
// its key, and no other has one of ours.
func ownKey(f *models.CardField) string {
	if f.At == models.Back && (f.ID == "earn" || f.ID == "rewards" || f.ID == "terms") {
		return string(f.ID)
	}
	return "own-" + string(f.ID)
}

// row reports whether the owner designed what stands below the strip.
func (o *ownAreas) row() bool { return len(o.secondary)+len(o.auxiliary) > 0 }

// has reports whether one of the fields has that key.
func (o ownFields) has(key string) bool {
	for i := range o {
		if o[i].key == key {
			return true
		}
	}
	return false
}

// fields returns what a member's card shows: no field whose text lacks a value.
func (o ownFields) fields(v *passes.Values) []Field {
	var all []Field
	for i := range o {
		if f, ok := o[i].field(v); ok {
			all = append(all, f)
		}
	}
	return all
}

func (o *ownField) field(v *passes.Values) (Field, bool) {
	if o.hidden {
		return Field{}, false
	}
	f := Field{Key: o.key, TextAlignment: o.align}
	f.Label, _ = o.label.Fill(v.Of) // a label without its value is left out alone
	if name, alone := o.text.Alone(); alone && f.typed(v, name) {
		return f, true
	}
	text, whole := o.text.Fill(v.Of)
	f.Value = text
	return f, whole && text != ""
}

// typed gives the field a value that the phone writes in its own way, if the name
// stands for one.
func (f *Field) typed(v *passes.Values, name string) bool {
	if n, ok := v.Number(name); ok {
		f.Value, f.NumberStyle = n, NumberDecimal
		return true
	}
	if n, ok := v.Money(name); ok {
		amount, err := Money(n, v.Program.Currency)
		f.Value, f.Currency = amount, v.Program.Currency
		return err == nil // CheckTerms lets no other currency through
	}
	if day, ok := v.Date(name); ok {
		noon := time.Date(day.Year(), day.Month(), day.Day(), 12, 0, 0, 0, v.Program.Zone())
		f.Value, f.DateStyle, f.TimeStyle, f.IgnoresTimeZone = Date{noon}, DateLong, DateNone, true // a day is the business's, wherever the phone is
		return true
	}
	return false
}

// linkFields are the owner's links: phones show the name and open the address.
func linkFields(links []models.CardLink) []Field {
	var all []Field
	for i, l := range links {
		all = append(all, Field{
			Key: "link-" + strconv.Itoa(i), Value: l.URL,
			Attributed: `<a href="` + html.EscapeString(l.URL) + `">` + html.EscapeString(l.Name) + `</a>`,
		})
	}
	return all
}
