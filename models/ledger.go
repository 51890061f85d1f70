package models

import (
	"maps"
	"time"
)

// MaxBalance bounds every balance, so that no sum can overflow and no number
// is too large for a program that keeps numbers as IEEE doubles.
const MaxBalance = 1_000_000_000_000

// Event is something that happened to an account, before it is known what it
// does to the balances.
type Event struct {
	Kind     EntryKind
	At       time.Time // when it happened
	Location string
	Facts    []Fact
	Purchase *Purchase  // earn
	Referrer MemberID   // earn: who invited the member, if somebody did
	Charity  string     // earn: who is given a share of the purchase; nobody when empty
	Activity Occasion   // earn: what was done, if it was no purchase
	Imported bool       // earn: a fact of the past, so an amount of zero is taken
	Load     *Load      // load
	Reward   RewardID   // redeem
	Taken    Taken      // redeem
	Delta    Delta      // open, adjust; transfer: the units to give
	Transfer *Transfer  // transfer
	Original *Entry     // reverse: the entry to take back; transfer: the entry that let go, or whose merge is undone
	Undone   Undone     // reverse: what of it was taken back already
	Part     int64      // reverse: minor units of the purchase to take back; 0 for all that is left
	Lines    []Returned // reverse: or the lines of it that came back
	MovedTo  MemberID   // reverse: the member whose the purchase is, where it was booked for another
	Made     *Program   // reverse: the version that Original was made under, for Lines; this one when nil
}

// Change is what an event does: the deltas and the state after them.
type Change struct {
	Deltas []Delta
	Counts Counts
	Lots   []Lot
	Paid   []Term
	Credit int64
	Undo   int64 // reverse: minor units of the purchase that were taken back
	Given  *Given
	// Merchant is whose it is, in a coalition.
	Merchant MerchantID
	State    State

	Transfer *Transfer // transfer: with what goes along

	paid     []Paid   // with Paid: the memberships after it
	restored restored // reverse: what earlier parts gave back
}

// Apply returns what event does to an account in state s under this version
// of the program. It is the only place where balances change, and it changes
// neither s nor event. Its errors are Invalid or Conflict Errors.
func (p *Program) Apply(s State, event Event) (Change, error) {
	if s.Moved != "" || event.Kind == EntryTransfer {
		return p.transfer(s, event)
	}
	c, err := p.change(s, event)
	if err != nil {
		return Change{}, err
	}
	c.Merchant = p.merchant(&event)
	p.credit(&event, &c)
	c.State = State{Balances: maps.Clone(s.Balances), Counts: s.Counts.plus(c.Counts), Earned: s.Earned + c.Credit, Paid: s.Paid}
	if len(c.Paid) > 0 {
		c.State.Paid = c.paid
	}
	if c.State.Balances == nil {
		c.State.Balances = map[Unit]int64{}
	}
	for _, d := range c.Deltas {
		sum := c.State.Balances[d.Unit] + d.Amount
		if sum > MaxBalance || sum < -MaxBalance {
			return Change{}, Fail(Invalid, "balance_cap", "", "The balance would be larger than any card can hold.")
		}
		c.State.Balances[d.Unit] = sum
	}
	p.place(&s, &event, &c)
	c.State.Lots = s.Lots
	p.book(&s, &event, &c)
	return c, nil
}

func (p *Program) change(s State, event Event) (Change, error) {
	switch event.Kind {
	case EntryEarn, EntryRedeem:
		if err := p.locked(&s, &event); err != nil {
			return Change{}, err
		}
		if event.Kind == EntryRedeem {
			return p.redeem(s, event)
		}
		return p.earn(s, event)
	case EntryLoad:
		return p.load(s, event.Load, event.At)
	case EntryReverse:
		return p.reverse(s, event)
	case EntryExpire:
		return p.expire(s, event.At)
	case EntryOpen:
		if event.Delta.Amount < 0 {
			return Change{}, Fail(Invalid, "negative_balance", "balance", "An opening balance is zero or more.")
		}
		credit := int64(0)
		if u := event.Delta.Unit; u == Points && (p.TierBy == "" || p.TierBy == TierByPoints) || u == Visits && p.TierBy == TierByVisits {
			credit = event.Delta.Amount // what was earned elsewhere counts as if here
		}
		return p.adjust(event.Delta, credit)
	case EntryAdjust:
		if s.Balance(event.Delta.Unit)+event.Delta.Amount < 0 && event.Delta.Amount < 0 {
			return Change{}, Fail(Conflict, "not_enough", "delta", "The member does not have that many.")
		}
		return p.adjust(event.Delta, 0)
	}
	return Change{}, Fail(Invalid, "unknown_kind", "kind", "There is no such kind of entry.")
}

// expire ends the units and memberships whose time is over. A tier that has ended is seen to by
// place.
func (p *Program) expire(s State, at time.Time) (Change, error) {
	var ended []Delta
	for _, l := range s.Lots {
		if l.ended(at) {
			ended = append(ended, Delta{Unit: l.Unit, Amount: -l.Amount})
		}
	}
	var c Change
	s.lapse(at, &c)
	if len(ended) == 0 && len(c.Paid) == 0 && !s.tierEnded(at) {
		return Change{}, Fail(Conflict, "nothing_ends", "", "Nothing comes to its end now.")
	}
	units, net := netOf(ended)
	for _, u := range units {
		c.Deltas = append(c.Deltas, Delta{Unit: u, Amount: net[u]})
	}
	return c, nil
}

func (p *Program) adjust(d Delta, credit int64) (Change, error) {
	switch {
	case !p.Counts(d.Unit):
		return Change{}, Fail(Invalid, "unknown_unit", "unit", "This program does not count that.")
	case d.Amount == 0:
		return Change{}, Fail(Invalid, "zero_delta", "delta", "Say how many to add or take.")
	case d.Amount > MaxBalance || d.Amount < -MaxBalance:
		return Change{}, Fail(Invalid, "balance_cap", "delta", "That is more than any card can hold.")
	}
	d.Rule = ""
	return Change{Deltas: []Delta{d}, Credit: credit}, nil
}

// Event returns what happened, as it stands in a booked entry: the input of a
// replay. original is the entry that e takes back, or of a transfer the entry on
// the other side (Origin), nil where there is none, and undone what was taken back of it before e.
func (e *Entry) Event(original *Entry, undone Undone) Event {
	event := Event{
		Kind: e.Kind, At: e.At, Location: e.Location, Facts: e.Facts, Referrer: e.Referrer, Charity: e.Given.to(), Purchase: e.Purchase, Activity: e.Activity,
		Imported: true, Load: e.Load, Reward: e.Reward, Taken: e.Taken, Original: original, Undone: undone, Part: e.Undo, Lines: e.Lines, MovedTo: e.MovedTo,
	}
	switch t := e.Transfer; {
	case e.Kind == EntryOpen, e.Kind == EntryAdjust:
		event.Delta = e.Deltas[0]
	case t != nil:
		event.Transfer = &Transfer{With: t.With, Why: t.Why, Out: t.Out, From: t.From}
		if t.Out && t.Why == Gift && len(e.Deltas) == 1 {
			event.Delta = Delta{Unit: e.Deltas[0].Unit, Amount: -e.Deltas[0].Amount}
		}
	}
	return event
}
