package models

import (
	"maps"
	"slices"
	"time"
)

// Passing is why something moves from one account to another.
type Passing string

// The reasons. The last two undo the two before them.
const (
	Gift    Passing = "gift"    // units from one member to another
	Merge   Passing = "merge"   // two cards of one person become one
	Join    Passing = "join"    // somebody brings what they have into a household
	Unmerge Passing = "unmerge" // what a merge moved goes back
	Leave   Passing = "leave"   // somebody has an account of their own again, empty
)

// Transfer is one side of what moves between two accounts. An entry that lets go
// comes first, and leads to one in the other account that takes exactly that.
type Transfer struct {
	With MemberID `bson:"with" json:"with"` // the member on the other side
	Why  Passing  `bson:"why" json:"why"`
	Out  bool     `bson:"out,omitempty" json:"out,omitempty"`   // this side lets go
	From EntryID  `bson:"from,omitempty" json:"from,omitempty"` // where this side takes: the entry that let go

	// What goes along beside the amounts. Lots keep their ends, so a unit ends
	// when it would have ended; what is in none never does.
	Lots  []Lot    `bson:"lots,omitempty" json:"lots,omitempty"`
	Level TierHeld `bson:"level,omitzero" json:"level,omitzero"`
	Paid  []Paid   `bson:"paid,omitempty" json:"-"` // and the memberships that are paid for

	// Where a merge is taken: the level and the memberships before it, for when it
	// is undone.
	Had     TierHeld `bson:"had,omitzero" json:"had,omitzero"`
	HadPaid []Paid   `bson:"had_paid,omitempty" json:"-"`
}

// TierHeld is a level, and when it ends; nil for never.
type TierHeld struct {
	Tier  string     `bson:"tier,omitempty" json:"tier,omitempty"`
	Until *time.Time `bson:"until,omitempty" json:"until,omitempty"`
}

// Closes reports whether the entry lets go of all that the account holds.
func (t *Transfer) Closes() bool { return t != nil && t.Out && (t.Why == Merge || t.Why == Join) }

// Opens reports whether it leads to an account that is in use again.
func (t *Transfer) Opens() bool { return t != nil && t.Out && (t.Why == Unmerge || t.Why == Leave) }

// Same reports whether both say the same.
func (t *Transfer) Same(o *Transfer) bool {
	if t == nil || o == nil {
		return t == o
	}
	return t.With == o.With && t.Why == o.Why && t.Out == o.Out && t.From == o.From &&
		SameLots(t.Lots, o.Lots) && t.Level.same(o.Level) && t.Had.same(o.Had) &&
		samePaid(t.Paid, o.Paid) && samePaid(t.HadPaid, o.HadPaid)
}

func (l TierHeld) same(o TierHeld) bool { return l.Tier == o.Tier && sameTime(l.Until, o.Until) }

// Moved is the answer to whatever is asked of an account whose units have gone
// elsewhere.
const Moved = "moved"

func moved() error {
	return Fail(Conflict, Moved, "member", "This card has just been joined with another. Scan it again.")
}

// transfer books what moves between accounts, and refuses everything else of an
// account that has moved.
func (p *Program) transfer(s State, event Event) (Change, error) {
	t := event.Transfer
	opens := t != nil && !t.Out && (t.Why == Unmerge || t.Why == Leave)
	switch {
	case t == nil && s.Moved != "", s.Moved != "" && !opens:
		return Change{}, moved()
	case t == nil || !t.Out && event.Original == nil:
		return Change{}, Fail(Invalid, "no_transfer", "kind", "Say what moves, and where.")
	case opens && s.Moved != event.Original.Member:
		return Change{}, Fail(Conflict, "not_moved", "member", "This card has an account of its own.")
	}
	m := &move{p: p, s: &s, event: &event, t: *t, shelf: shelf{p: p, at: event.At, lots: slices.Clone(s.Lots)}}
	m.shelf.ripen()
	m.c.State = State{Balances: maps.Clone(s.Balances), Earned: s.Earned, Tier: s.Tier, TierUntil: s.TierUntil, Paid: s.Paid}
	if m.c.State.Balances == nil {
		m.c.State.Balances = map[Unit]int64{}
	}
	if err := m.do(); err != nil {
		return Change{}, err
	}
	slices.SortFunc(m.shelf.lots, soonest)
	m.c.Lots, m.c.State.Lots, m.c.Transfer = m.shelf.changes, m.shelf.lots, &m.t
	if len(m.c.State.Lots) == 0 {
		m.c.State.Lots = nil
	}
	return m.c, nil
}

// move is one side of a transfer, as it is worked out.
type move struct {
	p     *Program
	s     *State
	event *Event
	t     Transfer
	shelf shelf
	c     Change
}

func (m *move) do() error {
	switch {
	case !m.t.Out:
		m.take()
	case m.t.Closes():
		m.leaveNothing()
	case m.t.Why == Unmerge:
		return m.giveBack()
	case m.t.Why == Leave && m.event.Undone.Times > 0:
		return Fail(Conflict, "no_household", "household", "This card is not a guest of a household.")
	case m.t.Why == Leave:
		m.c.State.Counts = m.s.Counts
	default:
		return m.give()
	}
	return nil
}

// add changes a balance. It knows no bounds: what is on its way has to arrive.
func (m *move) add(u Unit, n int64) {
	if n != 0 {
		m.c.Deltas = append(m.c.Deltas, Delta{Unit: u, Amount: n})
		m.c.State.Balances[u] += n
	}
}

// count changes what rules remember. Nothing is forgotten by it, so that it can
// be undone.
func (m *move) count(changes Counts) {
	m.c.Counts = changes.orNil()
	m.c.State.Counts = m.s.Counts.with(changes, false)
}

// level puts the account on the highest of the levels: what it has, what it is
// given, and what its credit reaches now.
func (m *move) level(given ...TierHeld) {
	state := &m.c.State
	if m.p.TierOver == (TierOver{}) {
		state.Tier, state.TierUntil = m.p.TierAt(state.Earned), nil
		return
	}
	now := m.p.level(state.Counts, m.event.At)
	best := TierHeld{now.Name, now.until}
	for _, l := range given {
		if m.p.better(l, best) {
			best = l
		}
	}
	state.Tier, state.TierUntil = best.Tier, best.Until
}

// better reports whether a level is higher than another, or as high and no
// shorter.
func (p *Program) better(l, than TierHeld) bool {
	a, b := p.rank(l.Tier), p.rank(than.Tier)
	return a > b || a == b && !endOf(l.Until).Before(endOf(than.Until))
}

// give takes units out for somebody else: what can be used, soonest end first.
func (m *move) give() error {
	u, n := m.event.Delta.Unit, m.event.Delta.Amount
	may, ok := m.p.Transferable(u)
	gave := dayCount(m.p.Day(m.event.At), RuleID("gave/"+string(u)))
	switch {
	case !ok:
		return Fail(Invalid, "not_transferable", "unit", "Members of this program can't give that to each other.")
	case n <= 0 || n > MaxBalance:
		return Fail(Invalid, "zero_delta", "amount", "Say how many to give.")
	case m.s.Usable(u, m.event.At) < n:
		return Fail(Conflict, "not_enough", "amount", "The member does not have that many.")
	case may.Most > 0 && n > may.Most:
		return Fail(Invalid, "transfer_too_large", "amount", "That is more than may be given at once here.")
	case may.MostDay > 0 && m.s.Counts.Of(gave)+n > may.MostDay:
		return Fail(Conflict, "transfer_limit", "amount", "That is more than may be given on one day here.")
	}
	m.add(u, -n)
	m.shelf.use(u, n, true)
	m.t.Lots = opposite(m.shelf.changes)
	counts := Counts(nil)
	if may.MostDay > 0 {
		counts = Counts{gave: n}
	}
	m.c.Counts, m.c.State.Counts = counts, m.s.Counts.plus(counts)
	m.level(TierHeld{m.s.Tier, m.s.TierUntil})
	return nil
}

// leaveNothing takes out all that there is, also what can't be used yet, what is
// owed, and what rules remember: a limit that was reached stays reached.
func (m *move) leaveNothing() {
	for _, u := range slices.Sorted(maps.Keys(m.s.Balances)) {
		m.add(u, -m.s.Balances[u])
	}
	m.t.Lots = slices.Clone(m.shelf.lots)
	m.shelf.changes, m.shelf.lots = opposite(m.shelf.lots), nil
	m.count(m.s.Counts.opposite())
	m.c.Credit, m.c.State.Earned = -m.s.Earned, 0
	m.t.Level = TierHeld{m.s.Tier, m.s.TierUntil}
	m.c.State.Tier, m.c.State.TierUntil = m.p.TierAt(0), nil
	m.t.Paid, m.c.State.Paid = m.s.Paid, nil
	m.c.State.Moved = m.t.With
}

// take puts in what the other side let go.
func (m *move) take() {
	out := m.event.Original
	for _, d := range out.Deltas {
		m.add(d.Unit, -d.Amount)
	}
	for _, l := range out.Transfer.Lots {
		m.shelf.add(l)
		m.shelf.changes = append(m.shelf.changes, l)
	}
	// What was owed, on either side, is paid with what ends first.
	for _, d := range m.c.Deltas {
		if owed := m.shelf.sum(d.Unit) - m.c.State.Balances[d.Unit]; owed > 0 {
			m.shelf.use(d.Unit, owed, false)
		}
	}
	had := TierHeld{m.s.Tier, m.s.TierUntil}
	if m.t.Why == Gift {
		m.c.State.Counts = m.s.Counts
		m.level(had)
		return
	}
	m.count(out.Counts.opposite())
	m.c.Credit = -out.Credit
	m.c.State.Earned += m.c.Credit
	m.t.Level = out.Transfer.Level
	m.t.Paid = out.Transfer.Paid
	if m.t.Why == Merge {
		m.t.Had, m.t.HadPaid = had, m.s.Paid
	}
	for _, paid := range out.Transfer.Paid { // of two terms the one that ends later
		if has, ok := m.c.State.PaidFor(paid.Membership); !ok || paid.Ends.After(has.Ends) {
			m.c.State.Paid = m.c.State.paidWith(paid)
		}
	}
	m.level(had, out.Transfer.Level)
}

func opposite(lots []Lot) []Lot {
	all := slices.Clone(lots)
	for i := range all {
		all[i].Amount = -all[i].Amount
	}
	return all
}
