package wallet

import (
	"strconv"
	"strings"
	"time"

	"regulars/models"
)

// layouts are the names of date forms, for people.
var layoutWords = strings.NewReplacer("YYYY", "2006", "YY", "06", "MM", "01", "DD", "02", "hh", "15", "HH", "15", "mm", "04", "ss", "05")

// layoutOf reads the form of a date: words such as YYYYMMDD or DD.MM.YYYY
// hh:mm, "iso", or a layout of Go's package time.
func layoutOf(name string) ([]string, error) {
	if name == "" || strings.EqualFold(name, "iso") {
		return []string{time.DateOnly, "2006-01-02 15:04:05", "2006-01-02T15:04:05", "2006-01-02 15:04", "2006-01-02T15:04", time.RFC3339Nano}, nil
	}
	layout := layoutWords.Replace(name)
	if !strings.Contains(layout, "06") || !strings.Contains(layout, "1") && !strings.Contains(layout, "Jan") || !strings.Contains(layout, "2") {
		return nil, models.Fail(models.Invalid, "unknown_layout", "date-layout",
			"A date layout is iso, words such as YYYYMMDD, DD-MM-YYYY or MM/DD/YYYY, or one of Go's such as 20060102.")
	}
	return []string{layout}, nil
}

// moment reads a date, with a time of its own or one behind it, on the wall
// clock of the zone. A time that names its zone is taken as it is.
func moment(text string, layouts []string, zone *time.Location) (time.Time, *models.Error) {
	for _, layout := range layouts {
		wall, err := time.Parse(layout, text)
		switch {
		case err != nil:
			continue
		case wall.Year() < 1970 || wall.Year() > 9999:
			return wall, badCell("invalid_date", "date", "The date is before 1970.")
		case strings.Contains(layout, "Z07") || strings.Contains(layout, "-07"):
			return wall, nil
		}
		return onWall(wall, zone), nil
	}
	msg := "This is not a date of the form asked for: " + layouts[0] + " is how 2 January 2006 is written."
	if n, err := strconv.Atoi(text); err == nil && n > 20_000 && n < 80_000 {
		msg = "This is a spreadsheet's number of a day. Format the column as a date and save the sheet again."
	}
	return time.Time{}, badCell("invalid_date", "date", msg)
}

// onWall returns the instant at which clocks on the wall of the zone show what
// wall shows. Of two such instants it is the first; where there is none,
// because the clocks were put forward over it, the first after the gap.
func onWall(wall time.Time, zone *time.Location) time.Time {
	_, before := wall.Add(-26 * time.Hour).In(zone).Zone()
	_, after := wall.Add(26 * time.Hour).In(zone).Zone()
	early := wall.Add(-time.Duration(max(before, after)) * time.Second)
	late := wall.Add(-time.Duration(min(before, after)) * time.Second)
	for _, t := range []time.Time{early, late} {
		if _, offset := t.In(zone).Zone(); t.Add(time.Duration(offset) * time.Second).Equal(wall) {
			return t
		}
	}
	_, gap := early.In(zone).ZoneBounds()
	return gap
}

// decimal reads a number with up to places decimals as a whole number of the
// smallest unit, exactly.
func decimal(text string, mark byte, places int, field string) (int64, *models.Error) {
	whole, fraction, _ := strings.Cut(text, string(mark))
	sign := int64(1)
	if rest, negative := strings.CutPrefix(whole, "-"); negative {
		whole, sign = rest, -1
	} else {
		whole = strings.TrimPrefix(whole, "+")
	}
	if strings.Trim(whole+fraction, "0123456789") != "" || whole+fraction == "" {
		return 0, badCell("invalid_number", field, "This is not a number. Write digits and, before the decimals, a \""+string(mark)+"\", without thousands separators or currency signs.")
	}
	fraction = strings.TrimRight(fraction, "0")
	if len(fraction) > places {
		return 0, badCell("too_precise", field, "This number has more decimals than the unit has.")
	}
	digits := strings.TrimLeft(whole, "0") + fraction + strings.Repeat("0", places-len(fraction))
	if len(digits) > 15 {
		return 0, badCell("too_large", field, "This number is too large.")
	}
	n, err := strconv.ParseInt("0"+digits, 10, 64)
	if err != nil {
		return 0, badCell("invalid_number", field, "This is not a number.")
	}
	return sign * n, nil
}

// plainCell takes back the ' that an export puts before a text that a
// spreadsheet would take for a formula.
func plainCell(s string) string {
	if len(s) > 1 && s[0] == '\'' && strings.IndexByte("=+-@", s[1]) >= 0 {
		return s[1:]
	}
	return s
}

// checkScientific refuses a number that a spreadsheet has cut short.
func checkScientific(text, field string) *models.Error {
	before, after, ok := strings.Cut(strings.ToUpper(text), "E+")
	if ok && strings.Trim(before, "0123456789.,") == "" && strings.Trim(after, "0123456789") == "" {
		return badCell("cut_short", field, "A spreadsheet has cut this number short. Format the column as text and save the sheet again.")
	}
	return nil
}
