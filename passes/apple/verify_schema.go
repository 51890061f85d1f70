package apple

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// form is what a value of pass.json has to be.
type form int

const (
	formAny form = iota
	formText
	formNumber
	formWhole // a number without a fraction
	formFlag
	formDate
	formColour
	formLink   // an address, of any scheme
	formValue  // a field's: text or number
	formObject // of a schema, or anything when there is none
	formList   // of items
)

// formNames are forms in words.
var formNames = map[form]string{
	formText: "text", formNumber: "a number", formWhole: "a whole number", formFlag: "true or false", formDate: "text with a date",
	formColour: "text with a colour", formLink: "text with an address", formObject: "an object", formList: "a list",
}

// spec is the rule of one key.
type spec struct {
	form    form
	of      schema   // of an object, or of a list's items
	items   form     // of a list; objects when there is a schema
	choices []string // of a text, or of a list's texts
	lenient bool     // phones pass over a value of another type
	needed  bool
}

// schema is the rules of an object by key.
type schema map[string]spec

// others is the key of a schema that lets keys through which it does not have.
const others = "*"

// walk checks the values of o, of which the schema knows all keys.
func (j *judge) walk(path string, o *object, s schema) {
	strange := 0
	for _, key := range o.keys {
		rule, ok := s[key]
		if _, open := s[others]; !ok && open {
			continue
		}
		if !ok {
			if strange++; strange <= maxAlike {
				j.add(UnknownKey, join(path, key), "Wallet does not know this key, and passes over it.", suggestion(key, s))
			}
			continue
		}
		j.check(join(path, key), o.values[key], rule)
	}
	for _, key := range sortedKeys(s) {
		if s[key].needed && !o.has(key) {
			j.add(Missing, join(path, key), "It is missing.", "It has to be there.")
		}
	}
}

// suggestion says what a key that is not known was meant to be, perhaps.
func suggestion(key string, s schema) string {
	if len(key) < 40 {
		for _, known := range sortedKeys(s) {
			if strings.EqualFold(key, known) || nearly(key, known) {
				return "Perhaps it is meant to be " + known + "."
			}
		}
	}
	return "Leave it out; data for an app of your own belong in userInfo."
}

// nearly says whether two words differ in one place: a character more, less or
// another.
func nearly(a, b string) bool {
	if len(a) > len(b) {
		a, b = b, a
	}
	if len(b)-len(a) > 1 || len(a) < 4 {
		return false
	}
	i := 0
	for i < len(a) && a[i] == b[i] {
		i++
	}
	if len(a) == len(b) {
		return i == len(a) || a[i+1:] == b[i+1:]
	}
	return a[i:] == b[i+1:]
}

func sortedKeys(s schema) []string {
	keys := make([]string, 0, len(s))
	for key := range s {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}

// check checks one value.
func (j *judge) check(path string, v any, rule spec) {
	if !fits(v, rule.form) {
		code, remedy := WrongType, "Write "+formNames[rule.form]+", or leave the key out."
		if rule.lenient {
			code = Ignored
		}
		j.wrong[path] = true
		j.add(code, path, "It is "+kindOf(v)+", and phones want "+formNames[rule.form]+".", remedy)
		return
	}
	switch rule.form {
	case formText, formDate, formColour, formLink:
		j.checkText(path, v.(string), rule)
	case formObject:
		if rule.of != nil {
			j.walk(path, v.(*object), rule.of)
		}
	case formList:
		item := spec{form: rule.items, choices: rule.choices}
		if rule.of != nil {
			item = spec{form: formObject, of: rule.of}
		}
		for i, v := range v.([]any) {
			if i == maxItems {
				j.add(TooManyFields, path, fmt.Sprintf("It has more than %d items.", maxItems), "Keep those that somebody reads.")
				break
			}
			j.check(fmt.Sprintf("%s[%d]", path, i), v, item)
		}
	}
}

// maxItems is more than any list of a pass has. It bounds the work on a
// stranger's.
const maxItems = 500

// checkText checks what a text says.
func (j *judge) checkText(path, text string, rule spec) {
	switch {
	case rule.form == formDate:
		j.date(path, text)
	case rule.form == formLink:
		j.tell().link(path, text)
	case rule.choices != nil && !slices.Contains(rule.choices, text):
		j.add(UnknownChoice, path, "“"+text+"” is not among the values that Wallet knows.", "Use one of "+strings.Join(rule.choices, ", ")+".")
	}
	// Colours are the checker's, with those of our own passes.
}

// fits says whether a value has a form. A fraction of zero counts as whole.
func fits(v any, f form) bool {
	ok := true
	switch f {
	case formText, formDate, formColour, formLink:
		_, ok = v.(string)
	case formNumber:
		_, ok = v.(json.Number)
	case formWhole:
		n, is := v.(json.Number)
		x, err := strconv.ParseFloat(string(n), 64)
		ok = is && err == nil && x == float64(int64(x))
	case formFlag:
		_, ok = v.(bool)
	case formObject:
		_, ok = v.(*object)
	case formList:
		_, ok = v.([]any)
	}
	return ok
}

// kindOf names a value's JSON type in words.
func kindOf(v any) string {
	switch v.(type) {
	case string:
		return "text"
	case json.Number:
		return "a number"
	case bool:
		return "true or false"
	case *object:
		return "an object"
	case []any:
		return "a list"
	}
	return "null"
}

// The forms of a date that phones read, by W3C's note on dates: with hours and
// minutes, with or without seconds, and with a zone.
var dateForms = []string{"2006-01-02T15:04:05Z07:00", "2006-01-02T15:04Z07:00"}

// readDate reads a date as phones do, and fractions of seconds too.
func readDate(text string) (time.Time, bool) {
	for _, layout := range dateForms {
		if at, err := time.Parse(layout, text); err == nil {
			return at, true
		}
	}
	return time.Time{}, false
}

// date checks a date, and returns it.
func (j *judge) date(path, text string) (time.Time, bool) {
	at, ok := readDate(text)
	switch {
	case !ok:
		j.add(BadDate, path, "“"+text+"” is not a date that phones read.", "Write it as 2026-11-22T12:00:00Z or 2026-11-22T13:00+01:00, with a zone.")
	case strings.ContainsAny(text, ".,"):
		j.add(FractionalDate, path, "It has fractions of a second, which not every phone reads.", "Write whole seconds.")
	}
	return at, ok
}
