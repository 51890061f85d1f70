package models

import (
	"cmp"
	"hash/fnv"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Tally is what a challenge counts.
type Tally string

// What challenges count.
const (
	TallyVisits    Tally = "visits"    // local days with a purchase or a check-in
	TallyAmount    Tally = "amount"    // minor units
	TallyPieces    Tally = "pieces"    // pieces bought
	TallyDifferent Tally = "different" // different SKUs
)

// Every is the period of a streak.
type Every string

// The periods of streaks.
const (
	EveryWeek  Every = "week" // Monday to Sunday
	EveryMonth Every = "month"
)

// Challenge is something to reach for, and what that gives: so much of what it
// counts, ever, within some days, or a streak of periods in a row.
type Challenge struct {
	ID     RuleID `bson:"id" json:"id"`
	Name   string `bson:"name" json:"name"` // as customers read it: "5 visits in 30 days"
	Count  Tally  `bson:"count" json:"count"`
	What   Goods  `bson:"what,omitzero" json:"what,omitzero"`
	When   When   `bson:"when,omitzero" json:"when,omitzero"`
	Goal   int64  `bson:"goal" json:"goal"`                                   // of what is counted; of periods in a row for a streak
	Within int    `bson:"within_days,omitempty" json:"within_days,omitempty"` // the goal is to be reached within so many local days
	Every  Every  `bson:"every,omitempty" json:"every,omitempty"`             // a streak
	Each   int64  `bson:"each,omitempty" json:"each,omitempty"`               // what each period of a streak needs; 1 when 0
	Unit   Unit   `bson:"unit" json:"unit"`
	Give   int64  `bson:"give" json:"give"`
	Times  int64  `bson:"times,omitempty" json:"times,omitempty"` // how often it can be won; once when 0
	From   string `bson:"from,omitempty" json:"from,omitempty"`   // the first local day, 2006-01-02
	To     string `bson:"to,omitempty" json:"to,omitempty"`       // the last one
}

// Progress is how far a member is with a challenge.
type Progress struct {
	ID    RuleID
	Name  string
	Done  int64
	Goal  int64
	Won   int64      // how often
	Until *time.Time // when Done begins to be lost, or the challenge is over; nil when neither is known
}

func winsCount(c RuleID) string { return "wins/" + string(c) }

// key is where what happens on a local day is counted.
func (c *Challenge) key(day string) string {
	switch {
	case c.Within > 0:
		return c.prefix() + day + "/" + string(c.ID)
	case c.Every != "":
		return c.prefix() + c.period(day, 0) + "/" + string(c.ID)
	}
	return "sum/" + string(c.ID)
}

// prefix is what the keys of days, or of periods, begin with.
func (c *Challenge) prefix() string {
	switch c.Every {
	case EveryWeek:
		return "week/"
	case EveryMonth:
		return "month/"
	}
	return "goal/"
}

const wonPrefix = "won/"

func (c *Challenge) wonKey(day string) string { return wonPrefix + day + "/" + string(c.ID) }

// past is the last day that can't count any more on a day, not for what is booked
// late either.
func (c *Challenge) past(day string) string {
	if c.Every != "" {
		return c.period(DayAfter(day, -bookedLate), -int(c.Goal))
	}
	return DayAfter(day, -bookedLate-c.Within-1)
}

// period is the first day of the period of a streak that a day is in, or of the
// one so many later.
func (c *Challenge) period(day string, later int) string {
	t, _ := time.Parse(time.DateOnly, day) // days come from Day
	if c.Every == EveryMonth {
		return time.Date(t.Year(), t.Month()+time.Month(later), 1, 0, 0, 0, 0, time.UTC).Format(time.DateOnly)
	}
	return t.AddDate(0, 0, 7*later-(int(t.Weekday())+6)%7).Format(time.DateOnly)
}

// on reports whether the challenge is on, on a local day.
func (c *Challenge) on(day string) bool {
	return (c.From == "" || c.From <= day) && (c.To == "" || day <= c.To)
}

// skuKey is what an SKU is called in a count, which has no sign that a database
// might take for its own.
func skuKey(sku string) string {
	h := fnv.New64a()
	_, _ = h.Write([]byte(sku)) // never fails
	return strconv.FormatUint(h.Sum64(), 36)
}

// counted is what was counted on a day, or in a period that begins with it.
type counted struct {
	day string
	sku string // "/" and which one, for TallyDifferent
	n   int64  // below zero after a refund
}

// counted returns what was counted on days or in periods, in their order, and
// those that the challenge was won with.
func (c *Challenge) counted(m Memory) (all, wins []counted) {
	known := m.under(c.prefix())
	all = make([]counted, 0, len(known)+1)
	for _, n := range known {
		all = c.counts(all, n.Key, n.N)
	}
	name := "/" + string(c.ID)
	for _, n := range m.under(wonPrefix) {
		if day := n.Key[len(wonPrefix):]; day[len(time.DateOnly):] == name {
			wins = append(wins, counted{day[:len(time.DateOnly)], "", n.N})
		}
	}
	return joined(all), wins
}

// counts appends what was counted under a key, if it is one of the challenge.
func (c *Challenge) counts(all []counted, key string, n int64) []counted {
	rest, ok := strings.CutPrefix(key, c.prefix())
	if !ok {
		return all
	}
	day, sku := rest[:len(time.DateOnly)], rest[len(time.DateOnly)+1:]
	if sku, ok = strings.CutPrefix(sku, string(c.ID)); !ok || sku != "" && sku[0] != '/' {
		return all
	}
	return append(all, counted{day, sku, n})
}

// newest is the last day of all that stands, empty where nothing does.
func newest(all []counted) (day string) {
	for _, d := range all {
		if d.n > 0 {
			day = max(day, d.day)
		}
	}
	return day
}

// joined is all in order, with what is of the same day added up, and without
// what comes to nothing.
func joined(all []counted) []counted {
	slices.SortFunc(all, func(a, b counted) int { return cmp.Or(strings.Compare(a.day, b.day), strings.Compare(a.sku, b.sku)) })
	out := all[:0]
	for _, d := range all {
		if n := len(out); n > 0 && out[n-1].day == d.day && out[n-1].sku == d.sku {
			out[n-1].n += d.n
		} else {
			out = append(out, d)
		}
	}
	return slices.DeleteFunc(out, func(d counted) bool { return d.n == 0 })
}

// after is what of all is of later days than one.
func after(all []counted, day string) []counted {
	i, _ := slices.BinarySearchFunc(all, day, func(d counted, day string) int {
		if d.day <= day {
			return -1
		}
		return 1
	})
	return all[i:]
}

// within is what was counted in the days that end with one, and the first of
// them on which something was.
func (c *Challenge) within(all []counted, end string) (sum int64, first string) {
	from := DayAfter(end, 1-c.Within)
	var seen map[string]bool
	if c.Count == TallyDifferent {
		seen = map[string]bool{}
	}
	for _, d := range all {
		if d.day < from || d.day > end || d.n <= 0 {
			continue
		}
		if first == "" {
			first = d.day
		}
		switch {
		case d.sku == "":
			sum += d.n
		case !seen[d.sku]:
			seen[d.sku] = true
			sum++
		}
	}
	return sum, first
}

// streak is how many periods in a row were enough, of which one is of the day,
// and the last of them; none when that one was not.
func (c *Challenge) streak(all []counted, day string) (n int64, last string) {
	enough := map[string]bool{}
	for _, d := range all {
		enough[d.day] = d.n >= max(c.Each, 1)
	}
	last = c.period(day, 0)
	if !enough[last] {
		return 0, ""
	}
	for p := last; enough[p]; p = c.period(p, -1) {
		n++
	}
	for p := c.period(last, 1); enough[p]; p = c.period(p, 1) {
		n, last = n+1, p
	}
	return n, last
}

// The bounds of what challenges may say, which keep what is remembered for them
// small.
const (
	maxChallenges = 20
	maxWithin     = 92 // days
	maxStreak     = 12 // periods
	maxDifferent  = 50
	bookedLate    = 31 // days
)

func (c *Challenge) check(t *Terms, field string, bad complain) error {
	switch {
	case !slices.Contains([]Tally{TallyVisits, TallyAmount, TallyPieces, TallyDifferent}, c.Count):
		return bad(field+".count", "A challenge counts visits, amount, pieces or different.")
	case c.Every != "" && c.Every != EveryWeek && c.Every != EveryMonth:
		return bad(field+".every", "A streak is of every week or every month.")
	case c.Every != "" && (c.Within != 0 || c.Count == TallyDifferent):
		return bad(field+".every", "A streak counts visits, amount or pieces, and has no within_days.")
	case c.Within < 0 || c.Within > maxWithin:
		return bad(field+".within_days", "within_days is 1 to 92.")
	case c.Goal < 1 || c.Goal > maxStep || c.Every != "" && c.Goal > maxStreak || c.Count == TallyDifferent && c.Goal > maxDifferent:
		return bad(field+".goal", "The goal is at least 1; a streak has at most 12 periods, and at most 50 products can be different.")
	case c.Count == TallyVisits && c.Within > 0 && c.Goal > int64(c.Within):
		return bad(field+".goal", "A day has one visit that counts, so this can't be reached.")
	case c.Each < 0 || c.Each > maxStep || c.Each > 0 && c.Every == "":
		return bad(field+".each", "each is what each period of a streak needs; leave it out otherwise.")
	case !t.Counts(c.Unit):
		return bad(field+".unit", "No rule gives that unit.")
	case c.Give < 1 || c.Give > maxGive:
		return bad(field+".give", "A challenge gives 1 to 10000 units.")
	case c.Times < 0:
		return bad(field+".times", "A limit is above zero; leave it out for once.")
	case c.From != "" && !isDay(c.From) || c.To != "" && (!isDay(c.To) || c.To < c.From):
		return bad(field+".from", "from and to are days such as 2026-11-28, the first one not after the last one.")
	}
	if err := c.What.check(field+".what", bad); err != nil {
		return err
	}
	return c.When.check(t, field+".when", bad)
}
