package models

import (
	"maps"
	"slices"
	"strings"
)

// Returned is pieces of one line of a purchase that came back.
type Returned struct {
	Line     int   `bson:"line" json:"line" doc:"its place in the purchase's items, from 0"`
	Quantity int64 `bson:"quantity" json:"quantity" doc:"how many pieces of it came back"`
}

// returning is what a reversal by line takes back: what each rule gave goes back
// by the weight of the lines that it counted, so that a returned sandwich leaves
// the coffee its stamp. The rules are those that the purchase was made under.
//
// The weights of a part run from those of what was back before it to those of
// what is back after it. Parts therefore round to exactly the whole when all
// lines are back, in whatever order they come.
type returning struct {
	p             *Program
	o             *Entry
	before, after map[int]int64 // pieces that are back, by line
	rest          bool          // all that is left, also what stands in no line
}

// linesOf returns the reversal by line that the event asks for.
func (p *Program) linesOf(event Event) (*returning, error) {
	o := event.Original
	r := &returning{p: p, o: o, before: event.Undone.Lines, after: event.Undone.Lines, rest: len(event.Lines) == 0}
	if event.Made != nil {
		r.p = event.Made
	}
	switch {
	case o.Purchase == nil || len(o.Purchase.Items) == 0:
		return nil, Fail(Invalid, "no_lines", "items", "This was booked without lines. Say which amount came back.")
	case r.rest:
		return r, nil
	case event.Undone.Times > 0 && len(event.Undone.Lines) == 0:
		return nil, Fail(Conflict, "reversed_by_amount", "items", "Part of this purchase was taken back by amount. Say which amount came back, or take back all that is left.")
	}
	r.after = maps.Clone(r.before)
	if r.after == nil {
		r.after = map[int]int64{}
	}
	for _, back := range event.Lines {
		switch {
		case back.Line < 0 || back.Line >= len(o.Purchase.Items):
			return nil, Fail(Invalid, "unknown_line", "items", "The purchase has no such line. Lines count from 0.")
		case back.Quantity <= 0:
			return nil, Fail(Invalid, "no_quantity", "items", "Say how many pieces of the line came back.")
		case back.Quantity > o.Purchase.Items[back.Line].Quantity-r.after[back.Line]:
			return nil, Fail(Conflict, "more_than_left", "items", "That is more than is left of this purchase.")
		}
		r.after[back.Line] += back.Quantity
	}
	after := Undone{Times: 1, Amount: r.money().until, Lines: r.after}
	r.rest = after.Whole(o)
	return r, nil
}

// weigh returns the share of the lines that are taken back in all that count, by
// what they cost or by their pieces. loose is what counts beside them, which comes
// back with the rest.
func (r *returning) weigh(of func(*Item) int64, counts func(*Item) bool, loose int64) share {
	s := share{whole: loose}
	for i := range r.o.Purchase.Items {
		item := &r.o.Purchase.Items[i]
		if !counts(item) {
			continue
		}
		w, of := of(item), max(item.Quantity, 1)
		s.whole += w
		s.from += mulDiv(w, min(r.before[i], of), of)
		s.until += mulDiv(w, min(r.after[i], of), of)
	}
	return s
}

func cost(i *Item) int64   { return i.Amount }
func pieces(i *Item) int64 { return i.Quantity }

// closed lets a share end with its whole where all that is left is taken back.
func (r *returning) closed(s share) share {
	if s.whole == 0 { // of no line at all
		s = share{whole: 1}
	}
	if r.rest {
		s.until = s.whole
	}
	return s
}

// money is the share of the purchase's amount: of what was paid for goods where
// the lines come to more. A tip is in no line.
func (r *returning) money() share {
	b := r.o.Purchase
	s := r.weigh(cost, func(*Item) bool { return true }, 0)
	if goods := b.Amount - b.Tip; s.whole > goods {
		s.from, s.until = mulDiv(goods, s.from, s.whole), mulDiv(goods, s.until, s.whole)
	}
	s.whole = b.Amount
	return r.closed(s)
}

// spent is the share of what was spent on what counts. What was for nothing
// weighs by its pieces.
func (r *returning) spent(counts func(*Item) bool, loose int64) share {
	s := r.weigh(cost, counts, loose)
	if s.whole == 0 {
		s = r.weigh(pieces, counts, 0)
	}
	return r.closed(s)
}

// bought is the share of the pieces of some goods, or of all.
func (r *returning) bought(what Goods) share {
	return r.closed(r.weigh(pieces, r.of(what), 0))
}

// of picks what may earn, of some goods or of all.
func (r *returning) of(what Goods) func(*Item) bool {
	return func(i *Item) bool { return !r.p.Excluded.Has(i) && (what.IsZero() || what.Has(i)) }
}

// goods is the share of what was spent on some goods, or on all, also where that
// is in no line.
func (r *returning) goods(what Goods) share {
	if !what.IsZero() {
		return r.spent(r.of(what), 0)
	}
	loose := r.o.Purchase.Amount - r.o.Purchase.Tip
	for i := range r.o.Purchase.Items {
		loose -= r.o.Purchase.Items[i].Amount
	}
	return r.spent(r.of(what), max(loose, 0))
}

// rule is the share of what a rule counted.
func (r *returning) rule(rule *Rule) share {
	if rule.Per == PerItem {
		return r.bought(rule.What)
	}
	return r.goods(rule.What)
}

// bonus is the share of what bonuses for these goods gave more of a rule.
func (r *returning) bonus(rule *Rule, what ...Goods) share {
	if len(what) == 0 || slices.ContainsFunc(what, Goods.IsZero) {
		return r.rule(rule)
	}
	counts := func(i *Item) bool {
		return r.of(rule.What)(i) && slices.ContainsFunc(what, func(w Goods) bool { return w.Has(i) })
	}
	if rule.Per == PerItem {
		return r.closed(r.weigh(pieces, counts, 0))
	}
	return r.spent(counts, 0)
}

// challenge is the share of what a challenge counted.
func (r *returning) challenge(c *Challenge) share {
	if c.Count == TallyPieces || c.Count == TallyDifferent {
		return r.bought(c.What)
	}
	return r.goods(c.What)
}

// delta is the share of what one delta of the purchase changed.
func (r *returning) delta(at int) share {
	d := &r.o.Deltas[at]
	if rule := r.p.rule(d.Rule); rule != nil {
		return r.rule(rule)
	}
	for i := range r.p.Bonuses {
		if b := &r.p.Bonuses[i]; b.ID == d.Rule {
			for ; at > 0; at-- { // it follows what it gave more of
				if rule := r.p.rule(r.o.Deltas[at-1].Rule); rule != nil {
					return r.bonus(rule, b.What)
				}
			}
		}
	}
	if c := r.p.challenge(d.Rule); c != nil {
		return r.challenge(c)
	}
	if r.p.card(d.Rule) != nil {
		return r.given(d.Unit, false)
	}
	if d.Rule != "" && d.Rule == r.p.Referral.ID {
		return r.goods(Goods{})
	}
	return r.money()
}

// given is the share of all that the purchase gave of a unit, with the stamps
// that new cards begin with or without.
func (r *returning) given(u Unit, cards bool) (s share) {
	for i := range r.o.Deltas {
		if d := &r.o.Deltas[i]; d.Unit == u && d.Amount > 0 && (cards || r.p.card(d.Rule) == nil) {
			of := r.delta(i)
			s.whole += d.Amount
			s.from += mulDiv(d.Amount, of.from, of.whole)
			s.until += mulDiv(d.Amount, of.until, of.whole)
		}
	}
	return r.closed(s)
}

// credit is the share of what counts towards tiers.
func (r *returning) credit() share {
	if r.p.TierBy == TierBySpend || r.p.TierBy == TierByVisits {
		return r.goods(Goods{})
	}
	return r.given(Points, true)
}

// count is the share of what the purchase changed of a count: see Counts.
func (r *returning) count(key string, n int64) share {
	kind, rest, _ := strings.Cut(key, "/")
	switch kind {
	case "credit":
		return r.credit()
	case "done": // a friend's first purchase
		return r.goods(Goods{})
	case "card":
		if c := r.p.card(RuleID(rest)); c != nil {
			return r.given(c.Unit, true)
		}
	case "day", "times", "goal", "week", "month", "won":
		_, rest, _ = strings.Cut(rest, "/")
	}
	id, sku, _ := strings.Cut(rest, "/")
	if rule := r.p.rule(RuleID(id)); rule != nil && kind == "part" {
		return r.bonus(rule, r.p.bonused(rule.ID)...)
	} else if rule != nil {
		return r.rule(rule)
	}
	if kind == "part" && RuleID(id) == r.p.Giving.ID {
		return r.goods(Goods{})
	}
	c := r.p.challenge(RuleID(id))
	switch {
	case c == nil:
		return r.money()
	case sku != "" && n > 0:
		return r.closed(r.weigh(pieces, func(i *Item) bool { return skuKey(i.SKU) == sku }, 0))
	}
	return r.challenge(c)
}

// bonused are the goods of all bonuses that may give more of a rule.
func (t *Terms) bonused(id RuleID) (all []Goods) {
	for i := range t.Bonuses {
		if b := &t.Bonuses[i]; b.on(id) {
			all = append(all, b.What)
		}
	}
	return all
}

func (t *Terms) rule(id RuleID) *Rule {
	return named(t.Rules, id, func(r *Rule) RuleID { return r.ID })
}
func (t *Terms) challenge(id RuleID) *Challenge {
	return named(t.Challenges, id, func(c *Challenge) RuleID { return c.ID })
}
func (t *Terms) card(id RuleID) *StampCard {
	return named(t.StampCards, id, func(c *StampCard) RuleID { return c.ID })
}

// named returns what has that id, nil where nothing does.
func named[T any](all []T, id RuleID, of func(*T) RuleID) *T {
	for i := range all {
		if of(&all[i]) == id {
			return &all[i]
		}
	}
	return nil
}
