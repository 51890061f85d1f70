package models

import "time"

// Days are local days from the first to the last, 2006-01-02, for which books
// are made up. An entry is in those on which it was recorded, by the zone of the
// version that it was made under: so days that are over never change, whatever
// is booked late and whatever the program says next.
type Days struct {
	From string `json:"from"`
	To   string `json:"to"`
}

// MonthOf returns the days of a month, 2006-01.
func MonthOf(month string) (Days, error) {
	first, err := time.Parse("2006-01", month)
	if err != nil {
		return Days{}, Fail(Invalid, "invalid_days", "month", "A month is written 2026-11.")
	}
	return Days{From: first.Format(time.DateOnly), To: first.AddDate(0, 1, -1).Format(time.DateOnly)}, nil
}

// maxDays bounds what is gone through at once.
const maxDays = 366

// Check returns an Invalid Error if d are no days.
func (d Days) Check() error {
	switch {
	case !isDay(d.From):
		return Fail(Invalid, "invalid_days", "from", "Say from which day, such as 2026-11-01.")
	case !isDay(d.To) || d.To < d.From:
		return Fail(Invalid, "invalid_days", "to", "Say to which day, such as 2026-11-30: not before the first one.")
	case d.To >= DayAfter(d.From, maxDays):
		return Fail(Invalid, "invalid_days", "to", "Ask for at most 366 days at once.")
	}
	return nil
}

// Has reports whether an entry that was recorded then, under a version, is in d.
func (d Days) Has(version *Program, recorded time.Time) bool {
	day := version.Day(recorded)
	return d.From <= day && day <= d.To
}

// zoneSpan is more than any two zones differ by.
const zoneSpan = 27 * time.Hour

// Around returns a time that has all of d, in whatever zone.
func (d Days) Around(p *Program) (from, until time.Time) {
	return p.DayBegins(d.From, 0).Add(-zoneSpan), p.DayBegins(d.To, 1).Add(zoneSpan)
}
