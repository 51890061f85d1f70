package apple

import (
	"fmt"
	"strconv"
	"time"

	"regulars/models"
)

// Date is a moment as pass.json writes it: in whole seconds, since not every
// phone reads fractions, and with its zone, which is shown where a field ignores
// the phone's own.
type Date struct{ time.Time }

// MarshalJSON implements json.Marshaler.
func (d Date) MarshalJSON() ([]byte, error) { return d.append(nil), nil }

func (d Date) append(b []byte) []byte {
	b = append(b, '"')
	b = d.AppendFormat(b, time.RFC3339)
	return append(b, '"')
}

// Decimal is a number with a fraction, made without rounding: Units in the last
// of so many Places, so that 1250 with two is 12.50.
type Decimal struct {
	Units  int64
	Places int
}

// Money returns minor units of a currency as the major units that phones write,
// or an Invalid error for a currency that does not exist.
func Money(minor int64, currency string) (Decimal, error) {
	places, ok := models.CurrencyDigits(currency)
	if !ok {
		return Decimal{}, models.Fail(models.Invalid, "unknown_currency", "currency", fmt.Sprintf("There is no currency %q.", currency))
	}
	return Decimal{Units: minor, Places: places}, nil
}

// MarshalJSON implements json.Marshaler.
func (d Decimal) MarshalJSON() ([]byte, error) { return d.append(nil), nil }

// String writes the number with a point.
func (d Decimal) String() string { return string(d.append(nil)) }

func (d Decimal) append(b []byte) []byte {
	start := len(b)
	if b = strconv.AppendInt(b, d.Units, 10); d.Places <= 0 {
		return b
	}
	if d.Units < 0 {
		start++ // after the sign
	}
	for len(b)-start <= d.Places { // at least one digit before the point
		b = append(b, 0)
		copy(b[start+1:], b[start:])
		b[start] = '0'
	}
	point := len(b) - d.Places
	b = append(b, 0)
	copy(b[point+1:], b[point:])
	b[point] = '.'
	return b
}

// NumberStyle is how a phone writes a number that is no money.
type NumberStyle uint8

// The ways to write a number.
const (
	NumberDecimal NumberStyle = iota + 1
	NumberPercent
	NumberScientific
	NumberSpellOut
)

// Alignment is where a text stands in its field.
type Alignment uint8

// The alignments.
const (
	AlignLeft Alignment = iota + 1
	AlignCenter
	AlignRight
	AlignNatural
)

// DateStyle is how long a phone writes a date, or a time of day.
type DateStyle uint8

// The ways to write a date or time. DateNone leaves it out.
const (
	DateNone DateStyle = iota + 1
	DateShort
	DateMedium
	DateLong
	DateFull
)

// The names of these values, by their number less one.
var (
	numberStyles = []string{"PKNumberStyleDecimal", "PKNumberStylePercent", "PKNumberStyleScientific", "PKNumberStyleSpellOut"}
	alignments   = []string{"PKTextAlignmentLeft", "PKTextAlignmentCenter", "PKTextAlignmentRight", "PKTextAlignmentNatural"}
	dateStyles   = []string{"PKDateStyleNone", "PKDateStyleShort", "PKDateStyleMedium", "PKDateStyleLong", "PKDateStyleFull"}
	detectors    = []string{"PKDataDetectorTypePhoneNumber", "PKDataDetectorTypeLink", "PKDataDetectorTypeAddress", "PKDataDetectorTypeCalendarEvent"}
)

// MarshalText implements encoding.TextMarshaler.
func (s NumberStyle) MarshalText() ([]byte, error) { return marshal(numberStyles, uint8(s)) }

// MarshalText implements encoding.TextMarshaler.
func (a Alignment) MarshalText() ([]byte, error) { return marshal(alignments, uint8(a)) }

// MarshalText implements encoding.TextMarshaler.
func (s DateStyle) MarshalText() ([]byte, error) { return marshal(dateStyles, uint8(s)) }

func marshal(names []string, n uint8) ([]byte, error) {
	name, err := named(names, n)
	return []byte(name), err
}

func named(names []string, n uint8) (string, error) {
	if n == 0 || int(n) > len(names) {
		return "", fmt.Errorf("no value of pass.json has the number %d", n)
	}
	return names[n-1], nil
}

// Detectors are what phones make links of in a field of the back, as a sum.
type Detectors uint8

// What can be detected. DetectNothing is said alone.
const (
	DetectPhones Detectors = 1 << iota
	DetectLinks
	DetectAddresses
	DetectDates
	DetectNothing
)

// MarshalJSON implements json.Marshaler.
func (d Detectors) MarshalJSON() ([]byte, error) { return d.append(nil), nil }

func (d Detectors) append(b []byte) []byte {
	b = append(b, '[')
	for i, name := range detectors {
		if d&(1<<i) == 0 {
			continue
		}
		if b[len(b)-1] != '[' {
			b = append(b, ',')
		}
		b = strconv.AppendQuote(b, name)
	}
	return append(b, ']')
}
