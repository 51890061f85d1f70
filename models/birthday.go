package models

import (
	"slices"
	"time"
)

// LeapDay is when somebody born on 29 February has a birthday in other years.
type LeapDay string

// The two answers; law and custom differ by country.
const (
	LeapDayBefore LeapDay = "02-28"
	LeapDayAfter  LeapDay = "03-01"
)

// FactsOf returns what rules may ask about a member on a local day, from a
// birthday written 2006-01-02 or --01-02; none when it is empty.
func (t *Terms) FactsOf(birthday string, at time.Time, zone *time.Location) []Fact {
	if len(birthday) < 5 {
		return nil
	}
	born, err := time.Parse("2006-01-02", "2000-"+birthday[len(birthday)-5:])
	if err != nil {
		return nil
	}
	local := at.In(zone)
	var known []Fact
	for _, f := range t.asked() {
		if t.isFact(f, born, local) {
			known = append(known, f)
		}
	}
	return known
}

func (t *Terms) isFact(f Fact, born, local time.Time) bool {
	today := time.Date(local.Year(), local.Month(), local.Day(), 0, 0, 0, 0, time.UTC)
	switch f {
	case BirthdayToday:
		return t.birthdayIn(born, today.Year()).Equal(today)
	case BirthdayMonth:
		return t.birthdayIn(born, today.Year()).Month() == today.Month()
	case BirthdayWeek:
		for _, year := range []int{today.Year() - 1, today.Year(), today.Year() + 1} {
			if days := today.Sub(t.birthdayIn(born, year)).Hours() / 24; days >= -3 && days <= 3 {
				return true
			}
		}
	}
	return false
}

// birthdayIn is the day on which a birthday is in a year.
func (t *Terms) birthdayIn(born time.Time, year int) time.Time {
	day := time.Date(year, born.Month(), born.Day(), 0, 0, 0, 0, time.UTC)
	if day.Month() == born.Month() || t.LeapDay == LeapDayAfter {
		return day // 29 February of another year is 1 March to package time
	}
	return time.Date(year, time.February, 28, 0, 0, 0, 0, time.UTC)
}

// Birthdays are the days of the year, 12-31, on which those are born who have
// their birthday on a local day, 2006-12-31.
func (t *Terms) Birthdays(day string) []string {
	at, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return nil
	}
	var born []string
	for _, d := range []string{day[5:], "02-29"} {
		b, err := time.Parse(time.DateOnly, "2000-"+d)
		if err == nil && !slices.Contains(born, d) && t.birthdayIn(b, at.Year()).Equal(at) {
			born = append(born, d)
		}
	}
	return born
}

// asked are the facts that some rule or bonus asks for. No other is kept.
func (t *Terms) asked() []Fact {
	var asked []Fact
	for _, f := range facts {
		of := func(w *When) bool { return slices.Contains(w.Facts, f) }
		if slices.ContainsFunc(t.Rules, func(r Rule) bool { return of(&r.When) }) ||
			slices.ContainsFunc(t.Bonuses, func(b Bonus) bool { return of(&b.When) }) ||
			slices.ContainsFunc(t.Challenges, func(c Challenge) bool { return of(&c.When) }) ||
			slices.ContainsFunc(t.Rewards, func(r Reward) bool { return of(&r.When) }) {
			asked = append(asked, f)
		}
	}
	return asked
}
