package models

// giveBack takes out what a merge put in, as far as it is there: undone at once,
// both accounts are as they were. Of what was used meanwhile nobody can say whose
// it was; the card that goes its own way again has all that it brought, if the
// balance allows.
func (m *move) giveBack() error {
	in := m.event.Original
	switch {
	case in == nil || in.Transfer == nil || in.Transfer.Why != Merge || in.Transfer.Out:
		return Fail(Invalid, "no_merge", "member", "These cards were not merged.")
	case m.event.Undone.Times > 0:
		return Fail(Conflict, "already_reversed", "member", "This merge was undone already.")
	}
	for _, d := range in.Deltas {
		if d.Amount > 0 {
			m.giveBackUnits(in, d.Unit, d.Amount)
		} else {
			m.takeDebtBack(in, d.Unit, -d.Amount)
		}
	}
	counts := Counts{}
	for key, n := range in.Counts.undone(m.s.Counts) {
		if isCredit(key) {
			n = max(n, -m.s.Counts.Of(key))
		}
		if n != 0 {
			counts[key] = n
		}
	}
	m.count(counts)
	m.c.Credit = -in.Credit
	if in.Credit > 0 {
		m.c.Credit = -min(in.Credit, max(m.s.Earned, 0))
	}
	m.c.State.Earned += m.c.Credit
	m.t.Level, m.t.Paid = in.Transfer.Level, in.Transfer.Paid
	for _, paid := range in.Transfer.Paid {
		if has, ok := m.c.State.PaidFor(paid.Membership); !ok || !has.same(&paid) {
			continue // not what counts, or renewed since
		}
		before := State{Paid: in.Transfer.HadPaid}
		had, ok := before.PaidFor(paid.Membership)
		if !ok {
			had = Paid{Membership: paid.Membership}
		}
		m.c.State.Paid = m.c.State.paidWith(had)
	}
	m.level(in.Transfer.Had)
	return nil
}

// giveBackUnits takes n units out of the lots that the merge made, then out of
// those without an end that came with it, and then out of others.
func (m *move) giveBackUnits(in *Entry, u Unit, n int64) {
	var made []Lot
	brought := int64(0)
	for _, l := range in.Lots {
		if l.Unit == u && l.Amount > 0 {
			made, brought = append(made, l), brought+l.Amount
		}
	}
	owed := max(n-in.State.Balance(u), 0) // when it came, that much of it paid a debt
	n = min(n-m.gone(in, u, made), max(m.s.Balance(u)+owed, 0))
	if n <= 0 {
		return
	}
	m.add(u, -n)
	first := len(m.shelf.changes)
	left := n
	for i := range made {
		for _, pick := range []func(*Lot) bool{
			func(l *Lot) bool { return l.same(&made[i]) },
			func(l *Lot) bool { return l.Unit == u && sameTime(l.Expires, made[i].Expires) },
		} {
			want := min(left, made[i].Amount)
			got := want - m.shelf.take(want, pick)
			left, made[i].Amount = left-got, made[i].Amount-got
		}
	}
	loose := max(m.s.Balance(u)-sumOf(m.s.Lots, u), 0)
	plain := min(left, loose, max(in.Amount(u)-brought, 0))
	left = m.shelf.take(left-plain, func(l *Lot) bool { return l.Unit == u })
	m.t.Lots = append(m.t.Lots, opposite(m.shelf.changes[first:])...)
	// What goes into debt again was in lots when it came.
	for debt := left - (loose - plain); debt > 0 && len(made) > 0; made = made[1:] {
		l := made[0]
		if l.Amount = min(l.Amount, debt); l.Amount > 0 {
			m.t.Lots, debt = append(m.t.Lots, l), debt-l.Amount
		}
	}
}

// gone is how many of the units in the lots of a merge have come to their end
// since. What paid a debt when it came has not.
func (m *move) gone(in *Entry, u Unit, made []Lot) (n int64) {
	if e, ok := m.p.Expiry(u); ok && e.Inactive > 0 {
		return 0 // their end has moved
	}
	for _, l := range made {
		if !l.ended(m.event.At) {
			continue
		}
		left := l.Amount
		for i := range in.Lots {
			if paid := &in.Lots[i]; paid.Amount < 0 && paid.same(&l) {
				left += paid.Amount
			}
		}
		for i := range m.shelf.lots {
			if o := &m.shelf.lots[i]; o.Unit == u && sameTime(o.Expires, l.Expires) {
				left -= o.Amount
			}
		}
		n += max(left, 0)
	}
	return n
}

// takeDebtBack puts back what paid for the debt that the merge brought: where it
// came from, and what was earned towards it since as if the house gave it now, so
// that it ends like any other.
func (m *move) takeDebtBack(in *Entry, u Unit, n int64) {
	loose := m.s.Balance(u) - m.shelf.sum(u)
	m.add(u, n)
	n -= max(min(-loose, n), 0)
	before := m.shelf.sum(u)
	m.shelf.giveBack(in, u, 0, n)
	n -= m.shelf.sum(u) - before + paidLoose(in, u)
	e, _ := m.p.Expiry(u)
	l := Lot{Unit: u, Amount: n, Expires: e.end(m.event.At, m.p.Zone())}
	if n > 0 && (l.Expires != nil || m.p.Coalition()) {
		m.shelf.add(l)
		m.shelf.changes = append(m.shelf.changes, l)
	}
}

// paidLoose is how many units that were in no lot paid for the debt that a merge
// brought.
func paidLoose(in *Entry, u Unit) int64 {
	after, brought := in.State.Balance(u), -in.Amount(u)
	n := brought - max(-after, 0) + max(-after-brought, 0)
	for _, l := range in.Lots {
		if l.Unit == u && l.Amount < 0 {
			n += l.Amount
		}
	}
	return n
}

func sumOf(lots []Lot, u Unit) (n int64) {
	for _, l := range lots {
		if l.Unit == u {
			n += l.Amount
		}
	}
	return n
}
