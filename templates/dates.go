package templates

import (
	"strconv"
	"time"
)

// Date writes a day: 22 November 2026.
func (t *Texts) Date(at time.Time) string {
	return t.Say("date.day", Args{"Day": at.Day(), "Month": t.Say("date.month." + strconv.Itoa(int(at.Month()))), "Year": at.Year()})
}

// DateTime writes a moment: 22 November 2026, 14:05.
func (t *Texts) DateTime(at time.Time) string {
	return t.Say("date.moment", Args{"Date": t.Date(at), "Time": at.Format("15:04")})
}

// Ago says how long before now it was, in the coarsest words that help: just
// now, 3 min ago, yesterday; the date after a week. Days are those of at's
// zone.
func (t *Texts) Ago(at, now time.Time) string {
	now = now.In(at.Location())
	passed := now.Sub(at)
	days := daysBetween(at, now)
	switch {
	case passed < time.Minute:
		return t.Say("ago.now")
	case passed < time.Hour:
		return t.Count("ago.minutes", int64(passed/time.Minute))
	case days == 0:
		return t.Count("ago.hours", int64(passed/time.Hour))
	case days == 1:
		return t.Say("ago.yesterday", Args{"Time": at.Format("15:04")})
	case days < 7:
		return t.Count("ago.days", int64(days))
	}
	return t.Date(at)
}

// daysBetween counts midnights; a day with a change of the clock is one day.
func daysBetween(from, to time.Time) int {
	y1, m1, d1 := from.Date()
	y2, m2, d2 := to.Date()
	utc := func(y int, m time.Month, d int) time.Time { return time.Date(y, m, d, 0, 0, 0, 0, time.UTC) }
	return int(utc(y2, m2, d2).Sub(utc(y1, m1, d1)) / (24 * time.Hour))
}

// Explain returns what the code of a failure means in t's language, or msg
// when the catalogue has no words for it.
func (t *Texts) Explain(code, msg string) string {
	if s := t.Say("fault." + code); s != "⟦fault."+code+"⟧" {
		return s
	}
	return msg
}
