package apple

import (
	"html"
	"strconv"

	"regulars/models"
	"regulars/passes"
)

// ownAreas are the fields that the owner designed, in one language.
type ownAreas struct{ header, primary, secondary, auxiliary, back ownFields }

type ownFields []ownField

// ownField is a field whose texts were read.
type ownField struct {
	key, align  string
	label, text models.Wording
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
			*area = append(*area, ownField{key: ownKey(&f), align: alignments[f.Align], label: label, text: text, hidden: f.Text == ""})
		}
	}
	return own
}

var alignments = map[models.Align]string{models.AlignLeft: alignLeft, models.AlignCenter: alignCenter, models.AlignRight: alignRight}

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
	if name, alone := o.text.Alone(); alone {
		if n, ok := v.Number(name); ok {
			f.Value, f.NumberStyle = n, styleDecimal
			return f, true
		}
	}
	text, whole := o.text.Fill(v.Of)
	f.Value = text
	return f, whole && text != ""
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
