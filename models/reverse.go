package models

import "maps"

// Undone is what reversals have taken back of an entry.
type Undone struct {
	Times  int           // how many there were
	Amount int64         // minor units of its purchase
	Lines  map[int]int64 // pieces of its lines, where they were by line
	Rest   bool          // after lines, all that was left
}

// Add counts a reversal in.
func (u *Undone) Add(e *Entry) {
	u.Rest = len(u.Lines) > 0 && len(e.Lines) == 0
	u.Times, u.Amount = u.Times+1, u.Amount+e.Undo
	if len(e.Lines) == 0 {
		return
	}
	lines := make(map[int]int64, len(u.Lines)+len(e.Lines)) // whoever copied u has the old one
	maps.Copy(lines, u.Lines)
	for _, l := range e.Lines {
		lines[l.Line] += l.Quantity
	}
	u.Lines = lines
}

// Whole reports whether that is all of e.
func (u Undone) Whole(e *Entry) bool {
	switch {
	case u.Times == 0:
		return false
	case e.Purchase == nil || u.Rest:
		return true
	case u.Amount < e.Purchase.Amount:
		return false
	}
	for i := range e.Purchase.Items { // what was for nothing may be left
		if len(u.Lines) > 0 && u.Lines[i] < e.Purchase.Items[i].Quantity {
			return false
		}
	}
	return true
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
	case o.Kind == EntryTransfer:
		return Change{}, Fail(Invalid, "reversal_of_transfer", "entry", "A transfer can't be reversed. Transfer the units back, or undo the merge.")
	case o.Kind == EntryReverse:
		return Change{}, Fail(Invalid, "reversal_of_reversal", "entry", "A reversal can't be reversed. Book the purchase again.")
	}
	if err := checkMove(event); err != nil {
		return Change{}, err
	}
	b, err := p.partOf(event)
	if err != nil {
		return Change{}, err
	}
	c := Change{Undo: b.until - b.from, Counts: Counts{}, Credit: -b.credit().of(o.Credit), Given: o.Given.takenBack(b.gift())}
	for key, n := range o.Counts.undone(s.Counts) {
		n = b.count(key, -n).of(n)
		if isCredit(key) {
			n = max(n, -s.Counts.Of(key))
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
	for i, d := range o.Deltas {
		back := -b.delta(i).of(d.Amount)
		c.restored = c.restored.less(d.Unit, b.delta(i).before(d.Amount))
		if _, seen := left[d.Unit]; !seen {
			left[d.Unit] = max(s.Balance(d.Unit), 0)
		}
		if (o.Kind == EntryLoad || o.Kind == EntryRedeem) && back < -left[d.Unit] && (p.Refunds == OnlyAvailable || d.Unit == Value) {
			return Change{}, Fail(Conflict, "load_spent", "entry", "Some of what was loaded or given has been used. Take back that use first, or adjust what is left.")
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

// checkMove returns nil unless the event moves to another member what can't be
// moved: anything but a whole purchase that is paid for.
func checkMove(event Event) error {
	o := event.Original
	switch {
	case event.MovedTo == "":
		return nil
	case o.Kind != EntryEarn || o.Purchase == nil:
		return Fail(Invalid, "not_movable", "entry", "Only a purchase can be moved to another member.")
	case o.Purchase.Value > 0:
		return Fail(Conflict, "moved_value", "entry", "This was paid with the money on the card, so it can't be moved. Take it back, and book it for the other member.")
	case event.Undone.Times > 0 && !event.Undone.Whole(o):
		return Fail(Conflict, "moved_in_part", "entry", "Some of this purchase was taken back. Take back the rest, and book what is left for the other member.")
	}
	return nil
}

// share is the part of an entry that a reversal takes back: from one to another
// of its minor units. Each part is rounded so that together they are the whole.
type share struct{ from, until, whole int64 }

// part is what a reversal takes back: the same share of everything, or by line
// what the rules gave for the lines.
type part struct {
	share // of the purchase's amount
	lines *returning
}

func (b *part) credit() share {
	if b.lines == nil {
		return b.share
	}
	return b.lines.credit()
}

func (b *part) gift() share {
	if b.lines == nil {
		return b.share
	}
	return b.lines.goods(Goods{})
}

func (b *part) delta(at int) share {
	if b.lines == nil {
		return b.share
	}
	return b.lines.delta(at)
}

func (b *part) count(key string, n int64) share {
	if b.lines == nil {
		return b.share
	}
	return b.lines.count(key, n)
}

func (p *Program) partOf(event Event) (part, error) {
	o, done := event.Original, event.Undone
	done.Amount = max(done.Amount, 0) // a book that was tampered with is read, too
	var left int64
	if o.Purchase != nil {
		left = o.Purchase.Amount - done.Amount
	}
	switch {
	case done.Whole(o):
		return part{}, Fail(Conflict, "already_reversed", "entry", "This entry was reversed already.")
	case len(event.Lines) > 0 || len(done.Lines) > 0 && (event.Part == 0 || event.Part == left):
		lines, err := p.linesOf(event)
		if err != nil || o.Purchase.Amount == 0 {
			return part{lines: lines}, err
		}
		return part{lines.money(), lines}, nil
	case event.Part == 0:
		event.Part = left
	case o.Purchase == nil || o.Purchase.Amount == 0:
		return part{}, Fail(Invalid, "not_in_parts", "amount", "Only a purchase can be reversed in part.")
	case event.Part < 0:
		return part{}, Fail(Invalid, "negative_amount", "amount", "Say how much of the purchase came back.")
	case event.Part > left:
		return part{}, Fail(Conflict, "more_than_left", "amount", "That is more than is left of this purchase.")
	case len(done.Lines) > 0:
		return part{}, Fail(Conflict, "reversed_by_line", "amount", "Part of this purchase was taken back by line. Say which lines came back, or take back all that is left.")
	}
	s := share{from: done.Amount, until: done.Amount + event.Part}
	if o.Purchase != nil {
		s.whole = o.Purchase.Amount
	}
	return part{share: s}, nil
}

// restored is how many units of each kind earlier parts gave back, less what they
// took: the change of a balance is what lots are used for.
type restored map[Unit]int64

func (r restored) less(u Unit, n int64) restored {
	if n != 0 && r == nil {
		r = restored{}
	}
	if n != 0 {
		r[u] -= n
	}
	return r
}

// before is how much of n parts have taken back before.
func (s share) before(n int64) int64 {
	if s.whole == 0 {
		return 0
	}
	return share{until: s.from, whole: s.whole}.of(n)
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
