package apple

import (
	"encoding/json"
	"regexp"
	"strings"

	"regulars/models"
)

// manner is how a field is written, of whoever's pass it is: what the value is,
// and which keys it has.
type manner struct {
	given, isText, isNumber, isDate bool // of the value
	text                            string
	currency, markup                string

	hasCurrency, number, aligned, date, time, relative, zone, detectors, row bool
}

// manner checks what the keys of a field mean together (DOC passfieldcontent).
func (t tell) manner(path, style, area string, m *manner) {
	t.money(path, m)
	t.date(path, m)
	dated := m.date || m.time
	for _, rule := range []struct {
		key, why, remedy string
		ignored          bool
	}{
		{"textAlignment", "Primary and back fields are not aligned.", leaveOut, m.aligned && (area == "primaryFields" || area == "backFields")},
		{"dataDetectorTypes", "They are for the back.", leaveOut, m.detectors && area != "backFields" && area != "additionalInfoFields"},
		{"row", "It is for the auxiliary fields of event tickets.", leaveOut, m.row && (style != "eventTicket" || area != "auxiliaryFields")},
		{"numberStyle", "The field has a currency, which says how the number is written.", leaveOut, m.number && m.hasCurrency},
		{"numberStyle", "The value is a text.", "Write the value as a number, or leave the style out.", m.number && m.isText},
		{"isRelative", notDated, "Add dateStyle and timeStyle, or leave it out.", m.relative && !dated},
		{"ignoresTimeZone", notDated, "Add dateStyle and timeStyle, or leave it out.", m.zone && !dated},
	} {
		if rule.ignored {
			t.add(Ignored, path+"."+rule.key, rule.why, rule.remedy)
		}
	}
	if m.markup != "" && !onlyLinks(m.markup) {
		t.add(BadMarkup, path+".attributedValue", "It has tags other than links, or one that is not closed.", "Write links alone: <a href=\"https://example.com\">text</a>.")
	}
}

const (
	leaveOut = "Leave it out."
	notDated = "It is for dates, and the field has no date's style."
)

func (t tell) money(path string, m *manner) {
	if !m.hasCurrency {
		return
	}
	if _, known := models.CurrencyDigits(m.currency); !known {
		t.add(BadMoney, path+".currencyCode", "“"+m.currency+"” is no currency.", "Write a code of ISO 4217, such as EUR.")
	}
	if !m.isNumber {
		t.add(BadMoney, path+".value", "It is no number, so no currency can be written with it.", "Write the amount in major units as a number, such as 12.5.")
	}
}

func (t tell) date(path string, m *manner) {
	if !m.date && !m.time {
		return
	}
	switch {
	case m.isText && !m.isDate:
		t.add(BadDate, path+".value", "“"+m.text+"” is not a date that phones read, and the field has a date's style.", "Write it as 2026-11-22T12:00:00Z, or leave the style out.")
	case m.isText && strings.ContainsAny(m.text, ".,"):
		t.add(FractionalDate, path+".value", "It has fractions of a second, which not every phone reads.", "Write whole seconds.")
	case !m.isDate && m.given:
		t.add(BadDate, path+".value", "It is no date, and the field has a date's style.", "Write it as 2026-11-22T12:00:00Z, or leave the style out.")
	}
	if m.date != m.time {
		t.add(HalfDate, path, "Of dateStyle and timeStyle it has one alone.", "Write both, and PKDateStyleNone for what is not shown.")
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

// special says whether a field of ours needs a closer look than the texts and
// plain numbers that most are, which is dearer.
func (f *Field) special(area string) bool {
	_, whole := f.Value.(int64)
	return f.TextAlignment != 0 && (area == "primaryFields" || area == "backFields") || f.NumberStyle != 0 && !whole ||
		f.DateStyle|f.TimeStyle != 0 || f.Relative || f.IgnoresTimeZone || f.Detect != 0 || f.Row != 0 || f.Attributed != "" || f.Currency != ""
}

// manner returns how a field of ours is written.
func (f *Field) manner() manner {
	m := manner{
		given: f.Value != nil, currency: f.Currency, markup: f.Attributed, hasCurrency: f.Currency != "",
		number: f.NumberStyle != 0, aligned: f.TextAlignment != 0, date: f.DateStyle != 0, time: f.TimeStyle != 0,
		relative: f.Relative, zone: f.IgnoresTimeZone, detectors: f.Detect != 0, row: f.Row != 0,
	}
	switch value := f.Value.(type) {
	case string:
		m.text, m.isText = value, true
		_, m.isDate = readDate(value)
	case Date:
		m.isDate = true
	case int64, Decimal, json.Number:
		m.isNumber = true
	}
	return m
}
