package models

// Undone is what reversals have taken back of an entry.
type Undone struct {
	Times  int   // how many there were
	Amount int64 // minor units of its purchase
}

// Add counts a reversal in.
func (u *Undone) Add(e *Entry) { u.Times, u.Amount = u.Times+1, u.Amount+e.Undo }

// Whole reports whether that is all of e.
func (u Undone) Whole(e *Entry) bool {
	return u.Times > 0 && (e.Purchase == nil || u.Amount >= e.Purchase.Amount)
}

// reverse undoes by reference: exactly what the original did, or a part of it
// in proportion, whatever the rules say today.
func (p *Program) reverse(s State, event Event) (Change, error) {
	o := event.Original
	switch {
	case o == nil:
		return Change{}, Fail(NotFound, "unknown_entry", "entry", "There is no such entry.")
	case o.Kind == EntryExpire:
		return Change{}, Fail(Invalid, "reversal_of_expiry", "entry", "What has ended can't be reversed. Give units by an adjustment instead.")
	case o.Kind == EntryReverse:
		return Change{}, Fail(Invalid, "reversal_of_reversal", "entry", "A reversal can't be reversed. Book the purchase again.")
	}
	share, err := shareOf(event)
	if err != nil {
		return Change{}, err
	}
	c := Change{Undo: share.until - share.from, Counts: Counts{}, Credit: -share.of(o.Credit)}
	for key, n := range o.Counts.undone(s.Counts) {
		n = share.of(n)
		if isCredit(key) {
			n = max(n, -s.Counts[key])
		}
		if n != 0 {
			c.Counts[key] = n
		}
	}
	if len(c.Counts) == 0 {
		c.Counts = nil
	}
	if len(o.Paid) > 0 {
		p.leave(&s, o, &c)
	}
	left := map[Unit]int64{}
	for _, d := range o.Deltas {
		back := -share.of(d.Amount)
		if _, seen := left[d.Unit]; !seen {
			left[d.Unit] = max(s.Balance(d.Unit), 0)
		}
		if o.Kind == EntryLoad && back < -left[d.Unit] && (p.Refunds == OnlyAvailable || d.Unit == Value) {
			return Change{}, Fail(Conflict, "load_spent", "entry", "Some of what was loaded has been used. Take back that use first, or adjust what is left.")
		}
		if (p.Refunds == OnlyAvailable || d.Unit == Value) && back < 0 { // money is never owed
			back = max(back, -left[d.Unit])
		}
		left[d.Unit] += back
		if back != 0 {
			c.Deltas = append(c.Deltas, Delta{Unit: d.Unit, Amount: back, Rule: d.Rule})
		}
	}
	return c, nil
}

// share is the part of an entry that a reversal takes back: from one to another
// of its minor units. Each part is rounded so that together they are the whole.
type share struct{ from, until, whole int64 }

func shareOf(event Event) (share, error) {
	var amount int64
	if b := event.Original.Purchase; b != nil {
		amount = b.Amount
	}
	done, part := event.Undone, event.Part
	switch {
	case done.Times > 0 && done.Amount >= amount:
		return share{}, Fail(Conflict, "already_reversed", "entry", "This entry was reversed already.")
	case part == 0:
		part = amount - done.Amount
	case amount == 0:
		return share{}, Fail(Invalid, "not_in_parts", "amount", "Only a purchase can be reversed in part.")
	case part < 0:
		return share{}, Fail(Invalid, "negative_amount", "amount", "Say how much of the purchase came back.")
	case part > amount-done.Amount:
		return share{}, Fail(Conflict, "more_than_left", "amount", "That is more than is left of this purchase.")
	}
	return share{from: done.Amount, until: done.Amount + part, whole: amount}, nil
}

// of is the share of n, rounded towards zero but for the last part, which
// completes it.
func (s share) of(n int64) int64 {
	if s.whole == 0 {
		return n
	}
	if n < 0 {
		return -s.of(-n)
	}
	return mulDiv(n, s.until, s.whole) - mulDiv(n, s.from, s.whole)
}
