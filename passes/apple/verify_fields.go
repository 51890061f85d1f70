package apple

import (
	"encoding/json"
	"fmt"
	"unicode/utf8"
)

// fields checks what the keys of a style's fields mean together (DOC
// passfieldcontent).
func (j *judge) fields(style string, o *object) {
	for _, area := range areaNames {
		for i, v := range o.list(area) {
			if f, ok := v.(*object); ok && i < maxFields {
				j.field(fmt.Sprintf("%s.%s[%d]", style, area, i), style, area, f)
			}
		}
		j.room(style, area, o.list(area))
	}
	j.logo(style)
}

func (j *judge) field(path, style, area string, f *object) {
	value := f.value("value")
	text, isText := value.(string)
	_, isNumber := value.(json.Number)
	_, isDate := readDate(text)
	told := manner{
		given: value != nil, text: text, isText: isText, isNumber: isNumber, isDate: isDate,
		currency: f.text("currencyCode"), markup: f.text("attributedValue"),
		hasCurrency: f.has("currencyCode"), number: f.has("numberStyle"), aligned: f.has("textAlignment"), date: f.has("dateStyle"), time: f.has("timeStyle"),
		relative: f.has("isRelative"), zone: f.has("ignoresTimeZone"), detectors: f.has("dataDetectorTypes"), row: f.has("row"),
	}
	j.tell().manner(path, style, area, &told)
	if row, ok := number(f.value("row")); ok && row != 0 && row != 1 {
		j.add(Ignored, path+".row", "It is neither 0 nor 1.", "Write 0 for the upper row or 1 for the lower.")
	}
}

// Rules of thumb for what fits, in characters of a usual width at the usual
// size of text on the narrowest phone of today (375 points). A row is shared by
// its fields.
const (
	roomLogo    = 24 // beside a logo, with a field in the corner
	roomHeader  = 14
	roomPrimary = 26 // over the strip, shrunk to its smallest
	roomLarge   = 12 // one of a boarding pass's two
	roomRow     = 44 // labels or values of one row together
)

// room tells of texts that will be cut off on the front.
func (j *judge) room(style, area string, fields []any) {
	most, together := 0, false
	switch area {
	case "headerFields":
		most = roomHeader
	case "primaryFields":
		if most = roomPrimary; style == "boardingPass" {
			most = roomLarge
		}
	case "secondaryFields", "auxiliaryFields":
		most, together = roomRow, true
	default:
		return
	}
	labels, values := 0, 0
	for i, v := range fields {
		f, ok := v.(*object)
		if !ok || i >= maxFields {
			continue
		}
		label, value := j.longest(f.text("label")), j.longest(f.text("value"))
		if f.has("dateStyle") {
			value = 0 // the phone writes it
		}
		labels, values = labels+label, values+value
		if !together && max(label, value) > most {
			j.add(LongText, fmt.Sprintf("%s.%s[%d]", style, area, i), fmt.Sprintf("It has %d characters, and about %d fit.", max(label, value), most), "Shorten it, or move it to the back.")
		}
	}
	if together && max(labels, values) > most {
		j.add(LongText, style+"."+area, fmt.Sprintf("Its texts have %d characters together, and about %d fit into the row.", max(labels, values), most), "Shorten them, or move a field to the back.")
	}
}

// logo tells of a text beside the logo that will be cut off.
func (j *judge) logo(style string) {
	if n := j.longest(j.pass.text("logoText")); style != poster && n > roomLogo {
		j.add(LongText, "logoText", fmt.Sprintf("It has %d characters, and about %d fit.", n, roomLogo), "Shorten it, or leave it to the logo.")
	}
}

// longest returns how many characters a text has in the longest of the pass's
// languages.
func (j *judge) longest(text string) int {
	if len(j.languages) == 0 {
		return utf8.RuneCountInString(text)
	}
	most := 0
	for _, l := range j.languages {
		shown, ok := l.texts[text]
		if !ok {
			shown = text
		}
		most = max(most, utf8.RuneCountInString(shown))
	}
	return most
}
