package models

import (
	"slices"
	"time"
)

// StampCard returns the card that stamps of a unit are on; with several, the
// first.
func (t *Terms) StampCard(u Unit) (StampCard, bool) {
	for _, c := range t.StampCards {
		if c.Unit == u {
			return c, true
		}
	}
	return StampCard{}, false
}

// Counted are the balances of every unit that the program counts, and what
// there is of others that an older version counted.
func (t *Terms) Counted(s State) map[Unit]int64 {
	all := make(map[Unit]int64, len(s.Balances)+1)
	for u, n := range s.Balances {
		if n != 0 {
			all[u] = n
		}
	}
	for _, u := range t.Units() {
		all[u] = s.Balances[u]
	}
	return all
}

// Due is units to which something happens at a moment.
type Due struct {
	Unit   Unit      `json:"unit"`
	Amount int64     `json:"amount"`
	At     time.Time `json:"at"`
}

// Ending returns which units end and when, those of one moment together, the
// soonest first. What has ended before a moment is left out.
func (s State) Ending(now time.Time) []Due {
	var all []Due
	for _, l := range s.Lots {
		if l.Expires != nil && !l.ended(now) {
			all = addDue(all, l.Unit, l.Amount, *l.Expires)
		}
	}
	return all
}

// Waiting returns which units can't be used yet and from when they can.
func (s State) Waiting(now time.Time) []Due {
	var all []Due
	for _, l := range s.Lots {
		if l.Usable != nil && now.Before(*l.Usable) && !l.ended(now) {
			all = addDue(all, l.Unit, l.Amount, *l.Usable)
		}
	}
	slices.SortStableFunc(all, func(a, b Due) int { return a.At.Compare(b.At) })
	return all
}

func addDue(all []Due, u Unit, n int64, at time.Time) []Due {
	for i := range all {
		if all[i].Unit == u && all[i].At.Equal(at) {
			all[i].Amount += n
			return all
		}
	}
	return append(all, Due{Unit: u, Amount: n, At: at.UTC()})
}

// LastDay is the local day whose end is at, as 2006-01-02.
func (p *Program) LastDay(at time.Time) string { return p.Day(at.Add(-time.Nanosecond)) }
