package models

import (
	"strings"
	"time"
)

// challenges counts what happened for each challenge, and gives for those that
// are won by it.
func (e *earning) challenges() {
	for i := range e.p.Challenges {
		c := &e.p.Challenges[i]
		if !c.on(e.m.day) || e.s.Counts.Of(winsCount(c.ID)) >= max(c.Times, 1) || !c.When.holds(&e.m) {
			continue
		}
		key := c.key(e.m.day)
		if !e.tally(c, key) {
			continue
		}
		switch enough := max(c.Each, 1); {
		case c.Within == 0 && c.Every == "":
			e.plain(c)
		case c.Every == "" || e.s.Counts.Of(key) < enough && e.now(key) >= enough:
			e.dated(c)
		}
	}
}

// dated looks whether a challenge of days or periods is won now.
func (e *earning) dated(c *Challenge) {
	all, wins := c.counted(e.s.Counts)
	for key, n := range e.counts {
		all = c.counts(all, key, n)
	}
	all = joined(all)
	e.use(c, all, c.past(e.m.day))
	fresh := after(all, newest(wins))
	if c.Within > 0 {
		e.windows(c, fresh, wins)
	} else if n, last := c.streak(fresh, e.m.day); n >= c.Goal {
		e.win(c, fresh, wins, last)
	}
}

func (e *earning) now(key string) int64 { return e.s.Counts.Of(key) + e.counts[key] }

// tally counts what happened, and reports whether that was anything.
func (e *earning) tally(c *Challenge, key string) bool {
	n := int64(0)
	switch c.Count {
	case TallyVisits:
		visited := key
		if c.Within == 0 && (c.Every == "" || c.Each > 1) {
			visited = dayCount(e.m.day, c.ID)
		}
		once := c.Every == "" || c.Each > 1 // of a streak any visit will do otherwise
		if once && e.now(visited) > 0 || e.b == nil && !c.What.IsZero() || e.b != nil && e.spent(c.What) <= 0 {
			return false
		}
		if n = 1; visited != key {
			e.counts[visited]++
		}
	case TallyAmount:
		if e.b != nil {
			n = e.spent(c.What)
		}
	case TallyPieces:
		if e.b != nil {
			n = e.pieces(c.What)
		}
	case TallyDifferent:
		return e.skus(c, key)
	}
	if n > 0 {
		e.counts[key] += n
	}
	return n > 0
}

// skus notes the SKUs that were not bought before.
func (e *earning) skus(c *Challenge, key string) (some bool) {
	if e.b == nil {
		return false
	}
	for i := range e.b.Items {
		item := &e.b.Items[i]
		if item.SKU == "" || e.p.Excluded.Has(item) || !c.What.IsZero() && !c.What.Has(item) {
			continue
		}
		if k := key + "/" + skuKey(item.SKU); e.now(k) <= 0 {
			e.counts[k]++
			some = true
		}
	}
	return some
}

// plain gives each time that the goal is reached, and what is beyond it counts
// for the next time.
func (e *earning) plain(c *Challenge) {
	if c.Count == TallyDifferent {
		var bought []string
		prefix := c.key("") + "/"
		for _, n := range e.s.Counts.under(prefix) {
			if e.now(n.Key) > 0 {
				bought = append(bought, n.Key)
			}
		}
		for key, n := range e.counts {
			if n > 0 && e.s.Counts.Of(key) == 0 && strings.HasPrefix(key, prefix) {
				bought = append(bought, key)
			}
		}
		if int64(len(bought)) >= c.Goal {
			for _, key := range bought {
				e.counts[key] -= e.now(key)
			}
			e.win(c, nil, nil, "")
		}
		return
	}
	for key := c.key(""); e.now(key) >= c.Goal && e.now(winsCount(c.ID)) < max(c.Times, 1); {
		e.counts[key] -= c.Goal
		e.win(c, nil, nil, "")
	}
}

// windows gives where the goal is reached within the days that end with this one
// or, if this was booked late, with a later one.
func (e *earning) windows(c *Challenge, all, wins []counted) {
	last := DayAfter(e.m.day, c.Within-1)
	for _, d := range all {
		if d.day < e.m.day || d.day > last {
			continue
		}
		if sum, _ := c.within(all, d.day); sum >= c.Goal {
			e.win(c, all, wins, d.day)
			return
		}
	}
}

// use uses up what was counted up to a day.
func (e *earning) use(c *Challenge, all []counted, until string) {
	for _, d := range all {
		if key := c.key(d.day) + d.sku; d.day <= until {
			e.counts[key] -= e.now(key)
		}
	}
}

// win gives what a challenge gives. What was counted up to the day is used up, and
// with the day itself it need not be known any more when it was won before.
func (e *earning) win(c *Challenge, all, wins []counted, day string) {
	e.add(c.Unit, c.Give, c.ID)
	e.counts[winsCount(c.ID)]++
	if day != "" {
		e.use(c, all, day)
		for _, w := range wins {
			e.counts[c.wonKey(w.day)] -= w.n
		}
		e.counts[c.wonKey(day)]++
	}
}

// Progress returns how far the member is at a moment with each challenge that is
// on.
func (s State) Progress(p *Program, at time.Time) []Progress {
	day := p.Day(at)
	var all []Progress
	for i := range p.Challenges {
		c := &p.Challenges[i]
		if !c.on(day) {
			continue
		}
		g := Progress{ID: c.ID, Name: c.Name, Goal: c.Goal, Won: s.Counts.Of(winsCount(c.ID))}
		if g.Won >= max(c.Times, 1) {
			g.Done = c.Goal
		} else {
			g.Done, g.Until = s.done(p, c, day)
			g.Done = min(g.Done, c.Goal)
		}
		all = append(all, g)
	}
	return all
}

func (s State) done(p *Program, c *Challenge, day string) (done int64, until *time.Time) {
	lost := ""
	all, wins := c.counted(s.Counts)
	switch counted := after(all, newest(wins)); {
	case c.Within > 0:
		var first string
		if done, first = c.within(counted, day); first != "" {
			lost = DayAfter(first, c.Within)
		}
	case c.Every != "":
		period := c.period(day, 0)
		lost = c.period(day, 1)
		if done, _ = c.streak(counted, period); done > 0 {
			lost = c.period(day, 2)
		} else if done, _ = c.streak(counted, c.period(day, -1)); done == 0 {
			lost = ""
		}
	case c.Count == TallyDifferent:
		for _, n := range s.Counts.under(c.key("") + "/") {
			if n.N > 0 {
				done++
			}
		}
	default:
		done = max(s.Counts.Of(c.key("")), 0)
	}
	if c.To != "" && (lost == "" || lost > c.To) {
		lost = DayAfter(c.To, 1)
	}
	if lost != "" {
		until = new(p.DayBegins(lost, 0))
	}
	return done, until
}
