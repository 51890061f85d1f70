package models

import (
	"math/bits"
	"slices"
)

// extra is what a bonus adds to a rule.
type extra struct {
	bonus RuleID
	part  int64 // hundredths of a unit
	units int64
}

// extras is what the bonuses that hold at the moment add to the units of a
// rule. They are worked out in hundredths of a unit, and what is below a whole
// one is carried over. They stand until those of the next rule are asked for.
func (e *earning) extras(r *Rule, units int64) []extra {
	if e.extra == nil {
		e.extra = make([]extra, 0, len(e.p.Bonuses))
	}
	all := e.extra[:0]
	so := units * 100
	for i := range e.p.Bonuses {
		b := &e.p.Bonuses[i]
		if !b.on(r.ID) || !b.When.holds(&e.m) {
			continue
		}
		base := units * 100
		if e.p.Stacking.Multiply {
			base = so
		}
		meant, of := e.share(r, b.What)
		part := mulDiv(base*(b.Percent-100)/100, meant, of)
		if part <= 0 {
			continue
		}
		so = min(so+part, MaxBalance*100) // no card holds more
		all = append(all, extra{bonus: b.ID, part: part})
	}
	if len(all) == 0 {
		return nil
	}
	if !e.p.Stacking.Multiply {
		best := 0
		for i := range all {
			if all[i].part > all[best].part {
				best = i
			}
		}
		all = all[best : best+1]
	}
	e.whole(r, all, units)
	return all
}

// on reports whether the bonus is on what a rule gives.
func (b *Bonus) on(id RuleID) bool { return len(b.Rules) == 0 || slices.Contains(b.Rules, id) }

// whole turns hundredths into units, up to the ceiling.
func (e *earning) whole(r *Rule, all []extra, units int64) {
	room := int64(MaxBalance)
	if c := e.p.Stacking.Ceiling; c > 0 {
		room = units * (c - 100)
	}
	key := partCount(r.ID)
	carried := e.s.Counts.Of(key)
	for i := range all {
		part := min(all[i].part, room)
		room -= part
		carried += part
		all[i].units = max(carried/100, 0)
		carried -= all[i].units * 100
	}
	e.counts[key] += carried - e.s.Counts.Of(key)
}

// share is which part of what earned by the rule is of the goods of a bonus.
func (e *earning) share(r *Rule, what Goods) (meant, of int64) {
	if what.IsZero() || e.b == nil {
		return 1, 1
	}
	switch r.Per {
	case PerItem:
		return e.both(r.What, what, func(i *Item) int64 { return i.Quantity }), max(e.pieces(r.What), 1)
	case PerPurchase:
		return min(e.both(r.What, what, func(*Item) int64 { return 1 }), 1), 1
	}
	spent := e.spent(r.What)
	return min(e.both(r.What, what, func(i *Item) int64 { return i.Amount }), spent), max(spent, 1)
}

// both adds up the lines that are of both kinds of goods.
func (e *earning) both(a, b Goods, of func(*Item) int64) (sum int64) {
	for i := range e.b.Items {
		if item := &e.b.Items[i]; !e.p.Excluded.Has(item) && (a.IsZero() || a.Has(item)) && b.Has(item) {
			sum += of(item)
		}
	}
	return sum
}

// mulDiv is a*b/c, rounded down, of numbers that are not negative and b at most c.
func mulDiv(a, b, c int64) int64 {
	high, low := bits.Mul64(uint64(a), uint64(b))
	q, _ := bits.Div64(high, low, uint64(c))
	return int64(q)
}
