package preview

import (
	"encoding/json"
	"math"
	"regexp"
	"strings"
	"time"

	"golang.org/x/text/language"
	"golang.org/x/text/message"
	"golang.org/x/text/number"

	"regulars/models"
	"regulars/templates"
)

// value is what a phone writes for the value of a field.
func (c *appleCard) value(m map[string]any) string {
	switch v := m["value"].(type) {
	case string:
		if date, ok := c.date(m, v); ok {
			return date
		}
		return c.text(m, "value")
	case json.Number:
		return c.number(m, v)
	}
	return ""
}

// number writes a number in the phone's language.
func (c *appleCard) number(m map[string]any, n json.Number) string {
	v, err := n.Float64()
	if err != nil || math.Abs(v) >= 1e15 {
		return n.String()
	}
	if currency, _ := m["currencyCode"].(string); currency != "" {
		if places, ok := models.CurrencyDigits(currency); ok {
			return templates.For(c.lang).Money(int64(math.Round(v*math.Pow10(places))), currency, places)
		}
	}
	printer := message.NewPrinter(language.Make(templates.For(c.lang).Lang))
	switch m["numberStyle"] {
	case "PKNumberStylePercent":
		return printer.Sprint(number.Percent(v, number.MaxFractionDigits(2)))
	case "PKNumberStyleDecimal":
		if v == math.Trunc(v) {
			return templates.For(c.lang).Number(int64(v))
		}
		return printer.Sprint(number.Decimal(v, number.MaxFractionDigits(3)))
	}
	return n.String()
}

// moment reads a date as Apple writes it, with or without seconds.
func moment(s string) (time.Time, bool) {
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04Z07:00"} {
		if at, err := time.Parse(layout, s); err == nil {
			return at, true
		}
	}
	return time.Time{}, false
}

// short is how a day is written in numbers.
var short = map[string]string{"en": "02/01/2006", "nl": "02-01-2006", "pl": "02.01.2006", "nb": "02.01.2006", "el": "02/01/2006"}

// date writes a value that is a date, in the words of its styles.
func (c *appleCard) date(m map[string]any, v string) (string, bool) {
	day, _ := m["dateStyle"].(string)
	clock, _ := m["timeStyle"].(string)
	at, ok := moment(v)
	if !ok || day == "" && clock == "" {
		return "", false
	}
	t := templates.For(c.lang)
	var parts []string
	switch day {
	case "", "PKDateStyleNone":
	case "PKDateStyleShort":
		parts = append(parts, at.Format(short[t.Lang]))
	default:
		parts = append(parts, t.Date(at))
	}
	if clock != "" && clock != "PKDateStyleNone" {
		parts = append(parts, at.Format("15:04"))
	}
	return strings.Join(parts, ", "), len(parts) > 0
}

var tag = regexp.MustCompile(`<[^<>]*>`)

// untagged is what is seen of an attributed value, which may hold links.
func untagged(s string) string {
	s = tag.ReplaceAllString(s, "")
	return strings.NewReplacer("&lt;", "<", "&gt;", ">", "&quot;", `"`, "&#39;", "'", "&amp;", "&").Replace(s)
}

var (
	address = regexp.MustCompile(`^(https?://\S+|www\.\S+|[^\s@]+@[^\s@]+\.[a-zA-Z]+)$`)
	phone   = regexp.MustCompile(`^\+?[0-9][0-9 ()/.-]*$`)
)

// isLink says whether phones make a link of a line on the back: an address of a page
// or of mail, or a phone number, which has no more than fifteen digits.
func isLink(line string) bool {
	if len(line) > 300 {
		return false
	}
	digits := 0
	for _, r := range line {
		if r >= '0' && r <= '9' {
			digits++
		}
	}
	return address.MatchString(line) || phone.MatchString(line) && digits >= 7 && digits <= 15
}
