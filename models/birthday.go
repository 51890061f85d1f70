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

// FactsOf returns what is true of a member on a local day, as far as the rules
// ask for it: by the birthday, if it is known, and the tags.
func (t *Terms) FactsOf(m *Member, at time.Time, zone *time.Location) []Fact {
	known := t.birthdayFacts(m.Birthday, at, zone)
	for _, tag := range m.AllTags() {
		if f := TagFact(tag); t.asksFor(f) {
			known = append(known, f)
		}
	}
	return known
}

// birthdayFacts are those that a birthday tells, written 2006-01-02 or --01-02;
// none when it is empty.
func (t *Terms) birthdayFacts(birthday string, at time.Time, zone *time.Location) []Fact {
	if len(birthday) < 5 || !t.Asks() {
		return nil
	}
	born, err := time.Parse(time.DateOnly, "2000-"+birthday[len(birthday)-5:])
	if err != nil {
		return nil
	}
	local := at.In(zone)
	var known []Fact
	for _, f := range birthdayFacts {
		if t.asksFor(f) && t.isFact(f, born, local) {
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

// asking yields every When that can ask for facts.
func (t *Terms) asking(yield func(*When) bool) {
	for i := range t.Rules {
		if !yield(&t.Rules[i].When) {
			return
		}
	}
	for i := range t.Bonuses {
		if !yield(&t.Bonuses[i].When) {
			return
		}
	}
	for i := range t.Challenges {
		if !yield(&t.Challenges[i].When) {
			return
		}
	}
	for i := range t.Rewards {
		if !yield(&t.Rewards[i].When) {
			return
		}
	}
}

// Asks reports whether some rule asks for facts about the member. An entry keeps
// none that no rule asks for.
func (t *Terms) Asks() bool {
	for w := range t.asking {
		if len(w.Facts) > 0 {
			return true
		}
	}
	return false
}

func (t *Terms) asksFor(f Fact) bool {
	for w := range t.asking {
		if slices.Contains(w.Facts, f) {
			return true
		}
	}
	return false
}

// FactsThen returns what a version can know that was true of a member at an entry:
// by the birthday, which does not change; of the tags that the version it was
// booked under asked for, those that the entry names; and of others, which it may
// not name, those that the member bears now. Where the birthday is not known,
// what the entry names of it stands as well.
func (p *Program) FactsThen(e *Entry, under *Program, m *Member) []Fact {
	known := *m
	known.Tags, known.Also = nil, nil
	for _, tag := range m.AllTags() {
		if !under.asksFor(TagFact(tag)) {
			known.Tags = append(known.Tags, tag)
		}
	}
	facts := p.FactsOf(&known, e.At, p.Zone())
	for _, f := range e.Facts {
		if f.Tag() != "" && p.asksFor(f) || f.Tag() == "" && m.Birthday == "" {
			facts = append(facts, f)
		}
	}
	return facts
}
