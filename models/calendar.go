package models

import "time"

// startOfDay is the first instant of a local day: midnight, or where the clocks
// skip it, the first instant after the gap.
func startOfDay(year int, month time.Month, day int, zone *time.Location) time.Time {
	year, month, day = time.Date(year, month, day, 0, 0, 0, 0, time.UTC).Date() // in range now: 32 January is 1 February
	t := time.Date(year, month, day, 0, 0, 0, 0, zone)
	if y, m, d := t.Date(); y == year && m == month && d == day {
		return t.UTC()
	}
	after := time.Date(year, month, day, 12, 0, 0, 0, zone)
	before := after.Add(-13 * time.Hour)
	for after.Sub(before) > time.Second {
		middle := before.Add(after.Sub(before) / 2)
		if y, m, d := middle.In(zone).Date(); y == year && m == month && d == day {
			after = middle
		} else {
			before = middle
		}
	}
	return after.Truncate(time.Second).UTC()
}

// wall is what the clocks of a zone show at a moment, as a time in UTC, which
// tells its date and weekday without looking the zone up each time.
func wall(at time.Time, zone *time.Location) time.Time {
	_, offset := at.In(zone).Zone()
	return at.UTC().Add(time.Duration(offset) * time.Second)
}

// endOfDay is the instant at which a local day is over, and the next begins.
func endOfDay(year int, month time.Month, day int, zone *time.Location) time.Time {
	return startOfDay(year, month, day+1, zone)
}

// monthsAfter is the day that many months later; where that month is shorter,
// its last day.
func monthsAfter(year int, month time.Month, day, months int) (int, time.Month, int) {
	first := time.Date(year, month+time.Month(months), 1, 0, 0, 0, 0, time.UTC)
	last := first.AddDate(0, 1, -1).Day()
	return first.Year(), first.Month(), min(day, last)
}

// DayBegins is the first instant of a local day, 2006-01-02, or of so many days
// later.
func (p *Program) DayBegins(day string, later int) time.Time {
	t, _ := time.Parse(time.DateOnly, day) // days come from Day
	return startOfDay(t.Year(), t.Month(), t.Day()+later, p.Zone())
}

// DayAfter is the day so many days after one, both 2006-01-02.
func DayAfter(day string, later int) string {
	t, _ := time.Parse(time.DateOnly, day) // days come from Day
	return t.AddDate(0, 0, later).Format(time.DateOnly)
}
