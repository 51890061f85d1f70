package models

import "time"

// earning is what a purchase or an activity gives, as it is worked out.
type earning struct {
	p      *Program
	s      *State
	b      *Purchase // nil for an activity
	m      moment
	deltas []Delta
	counts Counts
	given  *Given
	extra  []extra // room for those of one rule
}

// earn gives what the rules say of a purchase or of something else that the
// member did.
func (p *Program) earn(s State, event Event) (Change, error) {
	e := earning{p: p, s: &s, b: event.Purchase, m: p.moment(&s, &event), counts: Counts{}}
	e.deltas = make([]Delta, 0, len(p.Rules)+len(p.Bonuses)+len(p.StampCards)+len(p.Challenges))
	if event.Activity != "" && event.Activity != OnPurchase {
		if err := e.activity(event.Activity); err != nil {
			return Change{}, err
		}
		return e.change(), nil
	}
	if err := p.checkAmount(event); err != nil {
		return Change{}, err
	}
	if err := e.payWithValue(&event); err != nil {
		return Change{}, err
	}
	for i := range p.Rules {
		if r := &p.Rules[i]; (r.On == "" || r.On == OnPurchase) && r.When.holds(&e.m) {
			e.apply(r)
		}
	}
	e.refer(event.Referrer)
	e.challenges()
	e.startCards()
	e.donate(event.Charity)
	return e.change(), nil
}

func (p *Program) moment(s *State, event *Event) moment {
	local := wall(event.At, p.Zone())
	return moment{
		local: local, day: local.Format(time.DateOnly), location: event.Location, tier: p.TierOf(s, event.At), facts: event.Facts,
		s: s, at: event.At,
	}
}

func (p *Program) checkAmount(event Event) error {
	b := event.Purchase
	switch {
	case b == nil:
		return Fail(Invalid, "no_amount", "amount", "Enter the amount of the purchase.")
	case b.Currency != p.Currency:
		return Fail(Invalid, "wrong_currency", "currency", "This program counts in "+p.Currency+".")
	case b.Amount < 0:
		return Fail(Invalid, "negative_amount", "amount", "The amount must be more than zero. To take a purchase back, reverse its entry.")
	case b.Amount == 0 && !event.Imported:
		return Fail(Invalid, "zero_amount", "amount", "The amount must be more than zero.")
	case b.Amount > p.MaxPurchase:
		return Fail(Invalid, "amount_too_large", "amount", "That is more than one purchase may be here. Check the amount.")
	case b.Tip < 0 || b.Covered < 0 || b.Value < 0 || b.Tip > b.Amount || b.Covered > b.Amount-b.Tip || b.Value > b.Amount-b.Covered:
		return Fail(Invalid, "parts_too_large", "tip", "The tip and what was paid with points or value are parts of the amount.")
	}
	return nil
}

// change is the whole of it.
func (e *earning) change() Change {
	c := Change{Deltas: e.deltas, Credit: e.credit(), Given: e.given}
	for key, n := range e.counts {
		if n == 0 {
			delete(e.counts, key)
		}
	}
	if len(e.counts) > 0 {
		c.Counts = e.counts
	}
	return c
}

// credit is what counts towards tiers.
func (e *earning) credit() int64 {
	switch e.p.TierBy {
	case TierBySpend:
		if e.b != nil {
			return e.spent(Goods{})
		}
	case TierByVisits:
		if e.b != nil {
			return 1
		}
	default:
		var points int64
		for _, d := range e.deltas {
			if d.Unit == Points {
				points += d.Amount
			}
		}
		return points
	}
	return 0
}

// activity gives for something done that is no purchase.
func (e *earning) activity(what Occasion) error {
	if what == OnReferral {
		return e.referral()
	}
	done := ""
	switch what {
	case OnSignUp:
		done = "done/" + string(what)
	case OnBirthday:
		done = "done/" + string(what) + "/" + e.m.day[:4]
	}
	if done != "" && e.s.Counts.Of(done) > 0 {
		return Fail(Conflict, "given_before", "activity", "This was given before.")
	}
	known := false
	for i := range e.p.Rules {
		r := &e.p.Rules[i]
		known = known || r.On == what
		if r.On == what && r.When.holds(&e.m) {
			e.give(r, r.Give)
		}
	}
	if what == OnCheckIn && len(e.p.Challenges) > 0 {
		known = true
		e.challenges()
	}
	switch {
	case !known:
		return Fail(Invalid, "no_rule", "activity", "This program gives nothing for that.")
	case done != "" && len(e.deltas) == 0: // nobody waits for an answer, so there is nothing to say
		return Fail(Conflict, "nothing_given", "activity", "This program gives this member nothing for that.")
	}
	if done != "" {
		e.counts[done] = 1
	}
	e.startCards()
	return nil
}

// apply gives what one rule says of the purchase.
func (e *earning) apply(r *Rule) {
	spent := e.spent(r.What)
	if spent < r.Min || spent == 0 && (!r.What.IsZero() || e.b.Amount > 0) && r.Per != PerItem {
		return // nothing in it that counts
	}
	switch r.Per {
	case PerPurchase:
		e.give(r, r.Give)
	case PerItem:
		e.give(r, e.pieces(r.What)*r.Give)
	default:
		e.perAmount(r, spent)
	}
}

// perAmount gives for each full amount, and carries over what is left. What a
// refund took of the remainder is repaid by spending first, never by units.
func (e *earning) perAmount(r *Rule, spent int64) {
	left := leftCount(r.ID)
	steps := max((e.s.Counts.Of(left)+spent)/r.Amount, 0)
	e.counts[left] += spent - steps*r.Amount
	e.give(r, steps*r.Give)
}

// give books units of a rule, and more of them for bonuses, within the rule's
// limits. What is beyond them is gone.
func (e *earning) give(r *Rule, units int64) {
	room := e.room(r)
	if units <= 0 || room <= 0 {
		return
	}
	given := min(units, room)
	e.add(r.Unit, given, r.ID)
	for _, extra := range e.extras(r, given) {
		n := min(extra.units, room-given)
		e.add(r.Unit, n, extra.bonus)
		given += n
	}
	if r.Most.Day > 0 {
		e.counts[dayCount(e.m.day, r.ID)] += given
	}
	if r.Most.Times > 0 {
		e.counts[timesCount(e.m.day, r.ID)]++
	}
}

// room is how many units the rule's limits leave.
func (e *earning) room(r *Rule) int64 {
	room := int64(MaxBalance)
	if r.Most.Times > 0 && e.s.Counts.Of(timesCount(e.m.day, r.ID)) >= r.Most.Times {
		return 0
	}
	if r.Most.Purchase > 0 {
		room = r.Most.Purchase
	}
	if r.Most.Day > 0 {
		room = min(room, r.Most.Day-e.s.Counts.Of(dayCount(e.m.day, r.ID)))
	}
	return room
}

func (e *earning) add(u Unit, n int64, why RuleID) {
	if n != 0 {
		e.deltas = append(e.deltas, Delta{Unit: u, Amount: n, Rule: why})
	}
}

// startCards gives the stamps that new stamp cards have: with the first stamp,
// or with each stamp that fills a card.
func (e *earning) startCards() {
	for i := range e.p.StampCards {
		c := &e.p.StampCards[i]
		var got int64
		for _, d := range e.deltas {
			if d.Unit == c.Unit {
				got += d.Amount
			}
		}
		if got == 0 {
			continue
		}
		ever := e.s.Counts.Of(cardCount(c.ID))
		started := c.started(ever)
		bonus := int64(0)
		for c.started(ever+got+bonus)-started > bonus/max(c.Start, 1) && c.Start > 0 {
			bonus += c.Start
		}
		e.add(c.Unit, bonus, c.ID)
		e.counts[cardCount(c.ID)] += got + bonus
	}
}

// started is how many cards with a start bonus have begun once so many stamps
// were collected.
func (c *StampCard) started(ever int64) int64 {
	switch {
	case ever <= 0:
		return 0
	case c.Every:
		return 1 + ever/c.Size
	}
	return 1
}

// spent is how much of the purchase can earn, of all or of some goods.
func (e *earning) spent(what Goods) int64 {
	whole := e.b.Amount - e.b.Tip - e.b.Covered
	if !e.p.Value.Earns {
		whole = max(whole-e.b.Value, 0) // value pays the tip too
	}
	var meant, excluded int64
	for i := range e.b.Items {
		switch item := &e.b.Items[i]; {
		case e.p.Excluded.Has(item):
			excluded += item.Amount
		case what.Has(item):
			meant += item.Amount
		}
	}
	whole = max(whole-excluded, 0)
	if what.IsZero() {
		return whole
	}
	return min(meant, whole)
}

// pieces is how many pieces were bought, of all or of some goods.
func (e *earning) pieces(what Goods) (n int64) {
	for i := range e.b.Items {
		if item := &e.b.Items[i]; !e.p.Excluded.Has(item) && (what.IsZero() || what.Has(item)) {
			n += item.Quantity
		}
	}
	return n
}
