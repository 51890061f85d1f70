package apple

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"

	"regulars/models"
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
	j.format(path, f)
	for _, rule := range []struct {
		key, why string
		ignored  bool
	}{
		{"textAlignment", "Primary and back fields are not aligned.", area == "primaryFields" || area == "backFields"},
		{"dataDetectorTypes", "They are for the back.", area != "backFields" && area != "additionalInfoFields"},
		{"row", "It is for the auxiliary fields of event tickets.", style != "eventTicket" || area != "auxiliaryFields"},
		{"numberStyle", "The field has a currency, which says how the number is written.", f.has("currencyCode")},
	} {
		if f.has(rule.key) && rule.ignored {
			j.add(Ignored, path+"."+rule.key, rule.why, "Leave it out.")
		}
	}
	if row, ok := number(f.value("row")); ok && row != 0 && row != 1 {
		j.add(Ignored, path+".row", "It is neither 0 nor 1.", "Write 0 for the upper row or 1 for the lower.")
	}
	if markup := f.text("attributedValue"); markup != "" && !onlyLinks(markup) {
		j.add(BadMarkup, path+".attributedValue", "It has tags other than links, or one that is not closed.", "Write links alone: <a href=\"https://example.com\">text</a>.")
	}
}

// format checks a value against the way in which it is written.
func (j *judge) format(path string, f *object) {
	value := f.value("value")
	_, isNumber := value.(json.Number)
	text, isText := value.(string)
	_, isDate := readDate(text)
	dated := f.has("dateStyle") || f.has("timeStyle")
	if currency := f.text("currencyCode"); f.has("currencyCode") {
		if _, known := models.CurrencyDigits(currency); !known {
			j.add(BadMoney, path+".currencyCode", "“"+currency+"” is no currency.", "Write a code of ISO 4217, such as EUR.")
		}
		if !isNumber {
			j.add(BadMoney, path+".value", "It is no number, so no currency can be written with it.", "Write the amount in major units as a number, such as 12.5.")
		}
	}
	switch {
	case dated && isText && !isDate:
		j.add(BadDate, path+".value", "“"+text+"” is not a date that phones read, and the field has a date's style.", "Write it as 2026-11-22T12:00:00Z, or leave the style out.")
	case dated && isText && strings.ContainsAny(text, ".,"):
		j.add(FractionalDate, path+".value", "It has fractions of a second, which not every phone reads.", "Write whole seconds.")
	case dated && !isText && value != nil:
		j.add(BadDate, path+".value", "It is no date, and the field has a date's style.", "Write it as 2026-11-22T12:00:00Z, or leave the style out.")
	}
	if dated && f.has("dateStyle") != f.has("timeStyle") {
		j.add(HalfDate, path, "Of dateStyle and timeStyle it has one alone.", "Write both, and PKDateStyleNone for what is not shown.")
	}
	for _, key := range []string{"isRelative", "ignoresTimeZone"} {
		if f.has(key) && !dated {
			j.add(Ignored, path+"."+key, "It is for dates, and the field has no date's style.", "Add dateStyle and timeStyle, or leave it out.")
		}
	}
	if f.has("numberStyle") && isText {
		j.add(Ignored, path+".numberStyle", "The value is a text.", "Write the value as a number, or leave the style out.")
	}
}

var (
	tag  = regexp.MustCompile(`<[^>]*>?`)
	link = regexp.MustCompile(`(?i)^<a\s+href\s*=\s*("[^"]*"|'[^']*')\s*>$`)
)

// onlyLinks says whether markup has no tags but links, each closed.
func onlyLinks(markup string) bool {
	open := false
	for _, t := range tag.FindAllString(markup, -1) {
		switch {
		case !open && link.MatchString(t):
			open = true
		case open && strings.EqualFold(strings.ReplaceAll(t, " ", ""), "</a>"):
			open = false
		default:
			return false
		}
	}
	return !open
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
