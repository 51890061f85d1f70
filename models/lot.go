package models

import (
	"cmp"
	"slices"
	"time"
)

// Expiry is when units of one kind end, and from when they can be used. Units
// without one never end and can be used at once.
type Expiry struct {
	Unit     Unit   `bson:"unit" json:"unit"`
	Months   int    `bson:"months,omitempty" json:"months,omitempty"`       // after they were earned, at the end of the local day
	MonthEnd bool   `bson:"month_end,omitempty" json:"month_end,omitempty"` // or of that month, which keeps the number of lots small
	Date     string `bson:"date,omitempty" json:"date,omitempty"`           // 12-31: at the end of the next such day
	Inactive int    `bson:"inactive,omitempty" json:"inactive,omitempty"`   // months after the last earning, all of them
	Pending  int    `bson:"pending,omitempty" json:"pending,omitempty"`     // days before they can be used: the return period
	Notice   int    `bson:"notice,omitempty" json:"notice,omitempty"`       // days before the end that the member is told
}

// Lot is units that end together. Two that end at the same moment, and can be
// used from the same on, are one, if the same merchant gave them. In a coalition
// all that is given is in lots, also what never ends.
type Lot struct {
	Unit    Unit       `bson:"unit" json:"unit"`
	Amount  int64      `bson:"amount" json:"amount"`                       // above zero in a state; what an entry changed, in an entry
	Expires *time.Time `bson:"expires,omitempty" json:"expires,omitempty"` // nil: by nothing that is known yet
	Usable  *time.Time `bson:"usable,omitempty" json:"usable,omitempty"`   // nil: at once
	Issuer  MerchantID `bson:"issuer,omitempty" json:"issuer,omitempty"`   // who gave them, of a coalition; the house when empty
}

// Expiry returns when units of a kind end.
func (t *Terms) Expiry(u Unit) (Expiry, bool) {
	for _, e := range t.Expiries {
		if e.Unit == u {
			return e, true
		}
	}
	return Expiry{}, false
}

// Usable returns how many units can be used at a moment: neither pending nor
// at their end.
func (s State) Usable(u Unit, at time.Time) int64 {
	n := s.Balance(u)
	for _, l := range s.Lots {
		if l.Unit == u && !l.usable(at) {
			n -= l.Amount
		}
	}
	return n
}

// NextEnd returns when the next units, the tier or a membership end, nil when
// none do.
func (s State) NextEnd() *time.Time {
	next := s.TierUntil
	for i := range s.Paid {
		if x := &s.Paid[i]; !x.Lapsed && (next == nil || x.Ends.Before(*next)) {
			next = &x.Ends
		}
	}
	for _, l := range s.Lots {
		if l.Expires != nil && (next == nil || l.Expires.Before(*next)) {
			next = l.Expires
		}
	}
	return next
}

func (l *Lot) usable(at time.Time) bool {
	return !l.ended(at) && (l.Usable == nil || !at.Before(*l.Usable))
}

func (l *Lot) ended(at time.Time) bool { return l.Expires != nil && !at.Before(*l.Expires) }

func (l *Lot) same(o *Lot) bool {
	return l.Unit == o.Unit && sameTime(l.Expires, o.Expires) && sameTime(l.Usable, o.Usable) && l.Issuer == o.Issuer
}

// SameLots reports whether both lists say the same in the same order.
func SameLots(a, b []Lot) bool {
	return slices.EqualFunc(a, b, func(a, b Lot) bool { return a.same(&b) && a.Amount == b.Amount })
}

func sameTime(a, b *time.Time) bool {
	return a == nil && b == nil || a != nil && b != nil && a.Equal(*b)
}

// soonest orders lots as they are used: what ends first comes first.
func soonest(a, b Lot) int {
	if c := endOf(a.Expires).Compare(endOf(b.Expires)); c != 0 {
		return c
	}
	if c := startOf(a.Usable).Compare(startOf(b.Usable)); c != 0 {
		return c
	}
	if a.Unit != b.Unit {
		return cmp.Compare(a.Unit, b.Unit)
	}
	if a.Issuer == House || b.Issuer == House { // comes last
		return cmp.Compare(b.Issuer, a.Issuer)
	}
	return cmp.Compare(a.Issuer, b.Issuer)
}

var never = time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)

func endOf(t *time.Time) time.Time {
	if t == nil {
		return never
	}
	return *t
}

func startOf(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return *t
}

// shelf is the lots of an account while an event is booked on them. Units of a
// balance that are in no lot never end and are the house's; they are used last.
// There is a debt, less than none of them, only where there are no lots of that
// unit.
type shelf struct {
	p       *Program
	at      time.Time
	here    MerchantID // whose the event is
	lots    []Lot
	changes []Lot
}

// book carries the deltas of a change to the lots of the account.
func (p *Program) book(s *State, event *Event, c *Change) {
	if len(s.Lots) == 0 && len(p.Expiries) == 0 && p.Referral.Pending == 0 && !p.Coalition() {
		return
	}
	w := &shelf{p: p, at: event.At, here: c.Merchant, lots: slices.Clone(s.Lots)}
	w.ripen()
	units, net := netOf(c.Deltas)
	for _, u := range units {
		n := net[u]
		loose := s.Balance(u) - w.sum(u)
		switch {
		case event.Kind == EntryExpire:
			w.end(u)
		case event.Kind == EntryReverse && n > 0:
			w.giveBack(event.Original, u, max(c.restored[u], 0), n-max(min(-loose, n), 0))
		case event.Kind == EntryReverse:
			w.use(u, w.own(u, w.takeBack(event.Original, u, -n), loose), false)
		case event.Kind == EntryAdjust && n < 0:
			w.use(u, w.own(u, -n, loose), false)
		case n > 0:
			n -= max(min(-loose, n), 0)
			late, days := p.late(event, c.Deltas, u)
			late = min(late, n)
			w.put(u, n-late, 0)
			w.put(u, late, days)
		default:
			w.use(u, -n, event.Kind == EntryRedeem || event.Kind == EntryEarn)
		}
	}
	if event.Kind == EntryEarn && !event.Activity.Unasked() {
		w.prolong(c.Deltas)
	}
	slices.SortFunc(w.lots, soonest)
	c.State.Lots, c.Lots = w.lots, w.changes
}

// netOf adds up the deltas of each unit, and returns the units in their order.
func netOf(deltas []Delta) ([]Unit, map[Unit]int64) {
	var units []Unit
	net := map[Unit]int64{}
	for _, d := range deltas {
		if !slices.Contains(units, d.Unit) {
			units = append(units, d.Unit)
		}
		net[d.Unit] += d.Amount
	}
	return units, net
}

// ripen forgets when lots became usable once they are.
func (w *shelf) ripen() {
	before := w.lots
	w.lots = nil
	for _, l := range before {
		if l.Usable != nil && !w.at.Before(*l.Usable) {
			l.Usable = nil
		}
		w.add(l)
	}
}

// add puts units in the lot that they belong to.
func (w *shelf) add(l Lot) {
	for i := range w.lots {
		if w.lots[i].same(&l) {
			w.lots[i].Amount += l.Amount
			return
		}
	}
	w.lots = append(w.lots, l)
}

// sum is how many units of a kind are in lots.
func (w *shelf) sum(u Unit) (n int64) {
	for _, l := range w.lots {
		if l.Unit == u {
			n += l.Amount
		}
	}
	return n
}

// put makes a lot of units earned now, where they end, have to wait, for so
// many days at least, or are one merchant's of several.
func (w *shelf) put(u Unit, n int64, days int) {
	e, ok := w.p.Expiry(u)
	if !ok && days == 0 && !w.p.Coalition() || n <= 0 {
		return
	}
	e.Pending = max(e.Pending, days)
	l := Lot{Unit: u, Amount: n, Expires: e.end(w.at, w.p.Zone()), Usable: e.usable(w.at, w.p.Zone()), Issuer: w.here}
	w.add(l)
	w.changes = append(w.changes, l)
}

// take takes up to n units out of the lots that pick chooses, soonest first,
// and returns how many are still to be taken.
func (w *shelf) take(n int64, pick func(*Lot) bool) int64 {
	slices.SortFunc(w.lots, w.first)
	for i := range w.lots {
		l := &w.lots[i]
		if got := min(n, l.Amount); got > 0 && pick(l) {
			change := *l
			change.Amount = -got
			w.changes = append(w.changes, change)
			l.Amount -= got
			n -= got
		}
	}
	w.lots = slices.DeleteFunc(w.lots, func(l Lot) bool { return l.Amount == 0 })
	return n
}

// first orders lots as they are used here: of those that end together, what was
// given here comes first.
func (w *shelf) first(a, b Lot) int {
	if a.Issuer != b.Issuer && a.Unit == b.Unit && sameTime(a.Expires, b.Expires) && sameTime(a.Usable, b.Usable) {
		switch w.here {
		case a.Issuer:
			return -1
		case b.Issuer:
			return 1
		}
	}
	return soonest(a, b)
}

// use takes n units, soonest first; what is beyond the lots comes from what
// never ends.
func (w *shelf) use(u Unit, n int64, usableOnly bool) {
	w.take(n, func(l *Lot) bool { return l.Unit == u && (!usableOnly || l.usable(w.at)) })
}

// end takes what has ended.
func (w *shelf) end(u Unit) {
	w.take(MaxBalance, func(l *Lot) bool { return l.Unit == u && l.ended(w.at) })
}

// takeBack takes n units out of the lots that the original made, and returns how
// many of them are not there any more.
func (w *shelf) takeBack(original *Entry, u Unit, n int64) int64 {
	for _, made := range original.Lots {
		if made.Unit == u && made.Amount > 0 {
			n -= min(n, made.Amount) - w.take(min(n, made.Amount), func(l *Lot) bool {
				return l.Unit == u && l.Issuer == made.Issuer && sameTime(l.Expires, made.Expires)
			})
		}
	}
	return n
}

// own takes up to n units of those that were given here, before others' have to
// be taken, and returns how many those are.
func (w *shelf) own(u Unit, n, loose int64) int64 {
	n = w.take(n, func(l *Lot) bool { return l.Unit == u && l.Issuer == w.here })
	if w.here == House {
		n -= min(n, max(loose, 0))
	}
	return n
}

// giveBack puts n units into the lots that the original took them from, after
// those that were put there before.
func (w *shelf) giveBack(original *Entry, u Unit, before, n int64) {
	for _, used := range original.Lots {
		if used.Unit != u || used.Amount >= 0 || n <= 0 {
			continue
		}
		done := min(before, -used.Amount)
		before -= done
		l := used
		if l.Amount = min(n, -used.Amount-done); l.Amount > 0 {
			n -= l.Amount
			w.add(l)
			w.changes = append(w.changes, l)
		}
	}
}

// prolong moves the end of all units that end when nothing is earned for long.
func (w *shelf) prolong(earned []Delta) {
	for _, e := range w.p.Expiries {
		if e.Inactive == 0 || !slices.ContainsFunc(earned, func(d Delta) bool { return d.Unit == e.Unit && d.Amount > 0 }) {
			continue
		}
		end := e.end(w.at, w.p.Zone())
		before := w.lots
		w.lots = nil
		for _, l := range before {
			// What never ends, or later, is of a version that promised so, or a
			// purchase is booked late.
			if l.Unit == e.Unit && l.Expires != nil && l.Expires.Before(*end) && !l.ended(w.at) {
				l.Expires = end
			}
			w.add(l)
		}
	}
}

// end is when units earned at a moment end, nil for never.
func (e *Expiry) end(at time.Time, zone *time.Location) *time.Time {
	year, month, day := at.In(zone).Date()
	switch {
	case e.Months > 0:
		year, month, day = monthsAfter(year, month, day, e.Months)
	case e.Inactive > 0:
		year, month, day = monthsAfter(year, month, day, e.Inactive)
	case e.Date != "":
		fixed, _ := time.Parse("01-02", e.Date) // checked with the terms
		if fixed.Month() < month || fixed.Month() == month && fixed.Day() < day {
			year++
		}
		year, month, day = monthsAfter(year, fixed.Month(), fixed.Day(), 0)
	default:
		return nil
	}
	if e.MonthEnd {
		month, day = month+1, 0
	}
	end := endOfDay(year, month, day, zone)
	return &end
}

// usable is from when units earned at a moment can be used, nil for at once.
func (e *Expiry) usable(at time.Time, zone *time.Location) *time.Time {
	if e.Pending == 0 {
		return nil
	}
	year, month, day := at.In(zone).Date()
	t := startOfDay(year, month, day+e.Pending, zone)
	return &t
}

func (e *Expiry) check(t *Terms, field string, bad complain) error {
	ends := 0
	for _, set := range []bool{e.Months != 0, e.Date != "", e.Inactive != 0} {
		if set {
			ends++
		}
	}
	_, err := time.Parse("01-02", e.Date)
	switch {
	case !t.Counts(e.Unit):
		return bad(field+".unit", "No rule gives that unit.")
	case ends > 1:
		return bad(field, "Units end after months, on a date, or after inactivity: choose one.")
	case e.Months < 0 || e.Months > 120 || e.Inactive < 0 || e.Inactive > 120:
		return bad(field+".months", "Units end after 1 to 120 months.")
	case e.Date != "" && (err != nil || len(e.Date) != 5):
		return bad(field+".date", "A date of every year is written 12-31.")
	case e.Pending < 0 || e.Pending > 365:
		return bad(field+".pending", "Units wait at most 365 days before they can be used.")
	case e.Notice < 0 || e.Notice > 365:
		return bad(field+".notice", "The notice is 0 to 365 days before the end.")
	}
	return nil
}
