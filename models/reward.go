package models

import (
	"math"
	"slices"
	"strconv"
	"time"
)

// RewardID names a reward within its program: "coffee".
type RewardID string

// RewardKind is what a reward is.
type RewardKind string

// The kinds of rewards.
const (
	FreeItem   RewardKind = "item"        // something for nothing; what, is its name or the member's choice
	AmountOff  RewardKind = "amount_off"  // Amount off the bill
	PercentOff RewardKind = "percent_off" // Percent off the bill, up to Ceiling
	Access     RewardKind = "access"      // being let in: an evening, a sale before the others
	Donation   RewardKind = "donation"    // Amount to a charity, of the member's choice where there are several
	Partner    RewardKind = "partner"     // something that another business gives
	GiftValue  RewardKind = "value"       // Amount of stored value on the card
	Mystery    RewardKind = "mystery"     // one of Prizes, drawn
)

// Reward is what units buy, or a voucher stands for.
type Reward struct {
	ID       RewardID   `bson:"id" json:"id"`
	Name     string     `bson:"name" json:"name"`
	Unit     Unit       `bson:"unit,omitempty" json:"unit,omitempty"`
	Cost     int64      `bson:"cost,omitempty" json:"cost,omitempty"` // 0: to be had by voucher alone
	Kind     RewardKind `bson:"kind,omitempty" json:"kind,omitempty"` // an item when empty
	Amount   int64      `bson:"amount,omitempty" json:"amount,omitempty"`
	Percent  int64      `bson:"percent,omitempty" json:"percent,omitempty"`
	Ceiling  int64      `bson:"ceiling,omitempty" json:"ceiling,omitempty"` // minor units that Percent comes to at most; 0 for no bound
	Repeat   int64      `bson:"repeat,omitempty" json:"repeat,omitempty"`   // how many times the cost may be given at once, for as much more; once when 0
	Choose   []string   `bson:"choose,omitempty" json:"choose,omitempty"`   // what the member chooses from
	By       string     `bson:"by,omitempty" json:"by,omitempty"`           // the partner who gives it
	Prizes   []Prize    `bson:"prizes,omitempty" json:"prizes,omitempty"`
	Expense  int64      `bson:"expense,omitempty" json:"expense,omitempty"` // minor units that one costs the business, for its own figures alone
	Stock    int64      `bson:"stock,omitempty" json:"stock,omitempty"`     // how many there are in all; 0 for no bound
	Most     RewardMost `bson:"most,omitzero" json:"most,omitzero"`
	Tier     string     `bson:"tier,omitempty" json:"tier,omitempty"` // for this level and those above
	When     When       `bson:"when,omitzero" json:"when,omitzero"`
	Early    Early      `bson:"early,omitzero" json:"early,omitzero"`
	Blackout []Dates    `bson:"blackout,omitempty" json:"blackout,omitempty"` // never on these days
}

// RewardMost bounds how often a member takes a reward; zero is no bound.
type RewardMost struct {
	Times int64  `bson:"times,omitempty" json:"times,omitempty"`
	In    Period `bson:"in,omitempty" json:"in,omitempty"` // ever when empty
}

// Period is a stretch of the local calendar.
type Period string

// The periods. A week begins on Monday.
const (
	InDay   Period = "day"
	InWeek  Period = "week"
	InMonth Period = "month"
	InYear  Period = "year"
)

// Early lets some levels have a reward so many days before its dates begin.
type Early struct {
	Tier string `bson:"tier,omitempty" json:"tier,omitempty"` // this level and those above
	Days int    `bson:"days,omitempty" json:"days,omitempty"`
}

// Taken says how a reward was taken, as far as its terms leave that open.
type Taken struct {
	Times   int64       `bson:"times,omitempty" json:"times,omitempty"` // how many times its cost was given; once when 0
	Choice  string      `bson:"choice,omitempty" json:"choice,omitempty"`
	Voucher VoucherCode `bson:"voucher,omitempty" json:"voucher,omitempty"` // that paid for it
	Promise *Reward     `bson:"promise,omitempty" json:"promise,omitempty"` // with Voucher: the reward as it was promised, whatever the program says now
	Draw    *Draw       `bson:"draw,omitempty" json:"draw,omitempty"`
	Stock   bool        `bson:"stock,omitempty"` // counted in the stock of the reward, to which a reversal gives it back
}

// IsZero reports whether there is nothing to say.
func (t Taken) IsZero() bool {
	return t.Times == 0 && t.Choice == "" && t.Voucher == "" && t.Promise == nil && t.Draw == nil && !t.Stock
}

// Worth returns what the reward takes off the bill or gives to a charity when
// its cost is given so many times, in minor units: 0 where that is no amount.
func (r *Reward) Worth(times int64) int64 {
	if r.Kind == AmountOff || r.Kind == Donation || r.Kind == GiftValue {
		return r.Amount * max(times, 1)
	}
	return 0
}

// Outlay returns what so many units cost the business when they are given for
// this reward, in minor units, rounded up. It is not known of a reward for other
// units, or where nobody has said what one costs; an amount costs as much as it is.
func (r *Reward) Outlay(u Unit, units int64) (int64, bool) {
	one := r.Expense
	if one == 0 {
		one = r.Worth(1)
	}
	if r.Unit != u || r.Cost == 0 || one == 0 || units > math.MaxInt64/one-r.Cost {
		return 0, false
	}
	return (max(units, 0)*one + r.Cost - 1) / r.Cost, true
}

// reward returns what the event is about.
func (p *Program) reward(event *Event) (*Reward, error) {
	if event.Taken.Promise != nil {
		return event.Taken.Promise, nil
	}
	r, ok := p.Reward(event.Reward)
	if !ok {
		return nil, Fail(Invalid, "unknown_reward", "reward", "This program has no such reward.")
	}
	return &r, nil
}

// redeem gives units, or a voucher, for a reward.
func (p *Program) redeem(s State, event Event) (Change, error) {
	r, err := p.reward(&event)
	if err != nil {
		return Change{}, err
	}
	if err := r.checkTaken(event.Taken); err != nil {
		return Change{}, err
	}
	m := p.moment(&s, &event)
	if err := p.open(r, &m); err != nil {
		return Change{}, err
	}
	var c Change
	if event.Taken.Voucher == "" {
		if c, err = p.pay(s, r, &m, event); err != nil {
			return Change{}, err
		}
	}
	if r.Kind == GiftValue {
		c.Deltas = append(c.Deltas, Delta{Unit: Value, Amount: r.Worth(event.Taken.Times), Rule: RuleID(r.ID)})
	}
	if event.Taken.Draw == nil {
		return c, nil
	}
	return c, r.win(&c, event.Taken.Draw)
}

// pay takes what the reward costs, within the member's limits.
func (p *Program) pay(s State, r *Reward, m *moment, event Event) (Change, error) {
	times := max(event.Taken.Times, 1)
	switch {
	case r.Cost == 0:
		return Change{}, Fail(Conflict, "voucher_needed", "reward", "This is given for a voucher only. Scan the voucher.")
	case s.Usable(r.Unit, event.At) < r.Cost*times:
		return Change{}, Fail(Conflict, "not_enough", "reward", "The balance does not cover this reward yet.")
	case r.Most.Times > 0 && s.Counts.Of(r.tookCount(m.day))+times > r.Most.Times:
		return Change{}, Fail(Conflict, "taken_before", "reward", "The member has taken this as often as the program allows.")
	}
	c := Change{Deltas: []Delta{{Unit: r.Unit, Amount: -r.Cost * times}}}
	if r.Most.Times > 0 {
		c.Counts = Counts{r.tookCount(m.day): times}
	}
	return c, nil
}

// open returns nil when the reward is to be had at a moment, or why it is not.
func (p *Program) open(r *Reward, m *moment) error {
	if r.Tier != "" && p.rank(m.tier) < p.rank(r.Tier) {
		return Fail(Conflict, "level_too_low", "reward", "This reward is for the level "+r.Tier+" and above.")
	}
	w := r.When
	if len(w.Memberships) > 0 {
		if err := m.s.owing(w.Memberships, m.at); err != nil {
			return err
		}
	}
	if r.Early.Days > 0 && p.rank(m.tier) >= p.rank(r.Early.Tier) {
		w.Dates = slices.Clone(w.Dates)
		for i := range w.Dates {
			w.Dates[i].From = daysBefore(w.Dates[i].From, r.Early.Days)
		}
	}
	black := slices.ContainsFunc(r.Blackout, func(d Dates) bool { return d.From <= m.day && m.day <= d.To })
	if black || !w.holds(m) {
		return Fail(Conflict, "not_now", "reward", "This reward is not given here and now. See when it is.")
	}
	return nil
}

func daysBefore(day string, n int) string {
	t, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return day
	}
	return t.AddDate(0, 0, -n).Format(time.DateOnly)
}

// checkTaken checks what the request says against what the reward leaves open.
func (r *Reward) checkTaken(t Taken) error {
	choice := slices.Contains(r.Choose, t.Choice)
	switch {
	case t.Times < 0 || t.Times > max(r.Repeat, 1):
		most := strconv.FormatInt(max(r.Repeat, 1), 10)
		return Fail(Invalid, "wrong_units", "units", "Give what the reward costs, or up to "+most+" times as much where it may be taken more than once.")
	case len(r.Choose) > 0 && t.Choice == "":
		return Fail(Invalid, "choice_missing", "choice", "Ask the member what it shall be, and send the choice.")
	case t.Choice != "" && !choice:
		return Fail(Invalid, "unknown_choice", "choice", "This reward has no such choice.")
	case (r.Kind == Mystery) != (t.Draw != nil):
		return Fail(Invalid, "wrong_draw", "reward", "Something is drawn for a mystery reward, and for no other.")
	}
	return nil
}

// TimesFor returns how many times the cost so many units are, for Taken; 0 units
// are once. It is Invalid when they are no multiple.
func (r *Reward) TimesFor(units int64) (int64, error) {
	if units == 0 {
		return 0, nil
	}
	if units < 0 || r.Cost == 0 || units%r.Cost != 0 {
		return 0, Fail(Invalid, "wrong_units", "units", "Give a multiple of "+strconv.FormatInt(r.Cost, 10)+" for this reward.")
	}
	if units == r.Cost {
		return 0, nil
	}
	return units / r.Cost, nil
}

// tookCount is where a state counts how often the reward was taken.
func (r *Reward) tookCount(day string) string {
	from := "ever"
	if t, err := time.Parse(time.DateOnly, day); err == nil {
		switch r.Most.In {
		case InDay:
			from = day
		case InWeek:
			from = t.AddDate(0, 0, -(int(t.Weekday())+6)%7).Format(time.DateOnly)
		case InMonth:
			from = day[:7] + "-01"
		case InYear:
			from = day[:4] + "-01-01"
		}
	}
	return "took/" + string(r.ID) + "/" + from
}

// MayTake returns nil when a member in state s may take the reward at a moment
// and place, or the error that taking it would be. A reward that leaves a choice
// open is judged without one.
func (p *Program) MayTake(s State, r *Reward, event Event) error {
	if err := p.locked(&s, &event); err != nil {
		return err
	}
	m := p.moment(&s, &event)
	if err := p.open(r, &m); err != nil {
		return err
	}
	event.Taken = Taken{}
	_, err := p.pay(s, r, &m, event)
	return err
}

// Rewards returns what the units that can be used at a moment cover, and the
// one that fewest are missing for, nil when they cover all. Hours, places and
// facts are left to the till: a card is looked at anywhere, at any time.
func (s State) Rewards(p *Program, at time.Time) (ready []Reward, next *Reward) {
	for _, r := range p.Rewards {
		anywhere := r
		anywhere.When = When{Dates: r.When.Dates, Tiers: r.When.Tiers, Memberships: r.When.Memberships}
		switch err := p.MayTake(s, &anywhere, Event{At: at}); {
		case err == nil:
			ready = append(ready, r)
		case CodeOf(err) == "not_enough" && (next == nil || r.Cost-s.Usable(r.Unit, at) < next.Cost-s.Usable(next.Unit, at)):
			next = &r
		}
	}
	return ready, next
}
