package models

import (
	"maps"
	"strings"
	"time"
)

// Counts are what rules remember from one event to the next. None is zero.
//
//	left/RULE          minor units spent that have not earned yet; below zero after a refund
//	part/RULE          hundredths of a unit that bonuses have not given yet
//	part/GIVING        ten-thousandths of a minor unit that the charity has not been given yet
//	day/DATE/RULE      units given on a local day, where the rule has a limit
//	times/DATE/RULE    how often it gave on that day, where the rule has a limit
//	card/CARD          stamps ever collected on a stamp card
//	done/OCCASION/YEAR what can be earned once, or once a year
//	done/referred      1 once a friend's first purchase was rewarded
//	friends, friends/YEAR  for how many friends the member was rewarded, ever and in a year
//	took/REWARD/DATE   how often a reward was taken in the period that began then, where it has a limit
//	sum/CHALLENGE      what was counted for a challenge, or /SKU of it; below zero after a refund
//	goal/DATE/CHALLENGE    what was counted on a day, or /SKU of it
//	week/DATE/CHALLENGE, month/DATE/CHALLENGE  what was counted in the period that began then
//	won/DATE/CHALLENGE     1 where a challenge was won with that day or period
//	wins/CHALLENGE     how often it was won
//	credit/2026-11     what counts towards tiers, of a month or a year, where they are over a time
type Counts map[string]int64

func leftCount(r RuleID) string              { return "left/" + string(r) }
func partCount(r RuleID) string              { return "part/" + string(r) }
func dayCount(day string, r RuleID) string   { return "day/" + day + "/" + string(r) }
func timesCount(day string, r RuleID) string { return "times/" + day + "/" + string(r) }
func cardCount(c RuleID) string              { return "card/" + string(c) }

// daysKept is how long the counts of a day are kept: longer than a till may
// book late.
const daysKept = 40

// dayOf returns the day that a count is of, empty when it is of none.
func dayOf(key string) string {
	kind, rest, _ := strings.Cut(key, "/")
	if kind != "day" && kind != "times" {
		return ""
	}
	day, _, _ := strings.Cut(rest, "/")
	return day
}

// plus returns c with changes added, as a map of its own; nil when it is empty.
func (c Counts) plus(changes Counts) Counts {
	if len(changes) == 0 {
		return c // states are never changed, so they may share it
	}
	sum := maps.Clone(c)
	if sum == nil {
		sum = make(Counts, len(changes))
	}
	newest := ""
	for key, n := range changes {
		before, there := sum[key]
		if !there {
			newest = max(newest, dayOf(key))
			sum.forgetTaken(key)
		}
		if sum[key] = before + n; before+n == 0 {
			delete(sum, key)
		}
	}
	if newest != "" {
		sum.forget(newest)
	}
	if len(sum) == 0 {
		return nil
	}
	return sum
}

// forget drops the counts of days long before one.
func (c Counts) forget(day string) {
	t, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return
	}
	oldest := t.AddDate(0, 0, -daysKept).Format(time.DateOnly)
	for key := range c {
		if d := dayOf(key); d != "" && d < oldest {
			delete(c, key)
		}
	}
}

// forgetTaken drops how often a reward was taken in the periods before the one
// that is about to be counted.
func (c Counts) forgetTaken(next string) {
	if !strings.HasPrefix(next, "took/") {
		return
	}
	reward := next[:strings.LastIndexByte(next, '/')+1]
	for key := range c {
		if strings.HasPrefix(key, reward) && key < next {
			delete(c, key)
		}
	}
}

// passes reports whether a count is forgotten once its time is over.
func passes(key string) bool {
	return dayOf(key) != "" || strings.HasPrefix(key, "took/") || isCredit(key)
}

// undone returns the changes that take c back from a state that has now. What
// was counted on a day that is forgotten stays so.
func (c Counts) undone(now Counts) Counts {
	back := make(Counts, len(c))
	for key, n := range c {
		if _, there := now[key]; there || !passes(key) {
			back[key] = -n
		}
	}
	if len(back) == 0 {
		return nil
	}
	return back
}
