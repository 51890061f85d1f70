package models

import "strings"

// Counts are changes of what rules remember from one event to the next. None is
// zero.
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

// passes reports whether a count is forgotten once its time is over.
func passes(key string) bool {
	return dayOf(key) != "" || strings.HasPrefix(key, "took/") || isCredit(key)
}

// undone returns the changes that take c back from a state that has now. What
// was counted on a day that is forgotten stays so.
func (c Counts) undone(now Memory) Counts {
	back := make(Counts, len(c))
	for key, n := range c {
		if _, there := now.find(key); there || !passes(key) {
			back[key] = -n
		}
	}
	return back.orNil()
}

func (c Counts) opposite() Counts {
	all := make(Counts, len(c))
	for key, n := range c {
		all[key] = -n
	}
	return all.orNil()
}

// orNil is c, nil where it changes nothing.
func (c Counts) orNil() Counts {
	if len(c) == 0 {
		return nil
	}
	return c
}
