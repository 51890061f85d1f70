package passes

import (
	"strings"
	"time"

	"regulars/models"
	"regulars/passes/barcode"
	"regulars/templates"
)

// Values are what the names in an owner's texts stand for on one member's card, in
// that member's language.
type Values struct {
	Texts   *templates.Texts
	Program *models.Program // in the language of Texts
	State   State
	Unit    func(models.Unit) templates.Unit
}

// Of returns the value of a name, one of Terms.CardNames; "" when the member has
// none, or when this version has no such name.
func (v *Values) Of(name string) string {
	p, s, t := v.Program, &v.State, v.Texts
	if at, ok := v.Date(name); ok {
		return t.Date(at)
	}
	switch name {
	case "name":
		return s.Name
	case "first_name":
		first, _, _ := strings.Cut(s.Name, " ")
		return first
	case "card":
		return barcode.Group(s.Card)
	case "program":
		return p.Name
	case "organization":
		return p.Organization
	case "message":
		return s.Message
	case "tier":
		return p.Say(s.Tier, t.Lang)
	case "membership":
		if len(s.Memberships) > 0 {
			return p.Why(s.Memberships[0].ID)
		}
	case "voucher":
		if len(s.Vouchers) > 0 {
			return p.Say(s.Vouchers[0].Name, t.Lang)
		}
	case "ending":
		if d := s.Ending; d != nil {
			return t.Units(v.Unit(d.Unit), d.Amount)
		}
	case "ready":
		return v.ready()
	default:
		return v.counted(name)
	}
	return ""
}

// counted are the values that are numbers, or words around one.
func (v *Values) counted(name string) string {
	t := v.Texts
	if n, ok := v.Number(name); ok {
		return t.Number(n)
	}
	if next := v.State.Reward(v.Program); next != nil {
		u := v.Unit(next.Unit)
		switch name {
		case "reward":
			return next.Name
		case "reward_cost":
			return t.Units(u, next.Cost)
		case "reward_missing": // an amount of money
			return t.Units(u, v.State.Missing(next))
		case "reward_to_go":
			return t.ToGo(u, v.State.Missing(next))
		case "reward_progress":
			return t.Number(max(0, v.State.Usable(next.Unit))) + " / " + t.Number(next.Cost)
		}
	}
	unit, inWords := strings.CutSuffix(name, "_words")
	for _, b := range v.State.Balances {
		switch {
		case string(b.Unit) != unit:
		case inWords:
			return t.Held(v.Unit(b.Unit), b.Amount)
		default:
			return t.Standing(v.Unit(b.Unit), b.Amount)
		}
	}
	return ""
}

func (v *Values) ready() string {
	var names []string
	for _, have := range v.State.Ready {
		if r, ok := v.Program.Reward(have.Reward); ok {
			names = append(names, r.Name)
		}
	}
	return strings.Join(names, ", ")
}

// Number returns a value that is a bare number, which a phone can write in its own
// way.
func (v *Values) Number(name string) (int64, bool) {
	switch name {
	case "ready_count":
		return int64(len(v.State.Ready)), true
	case "reward_missing":
		if next := v.State.Reward(v.Program); next != nil {
			return v.State.Missing(next), v.Unit(next.Unit).Currency == ""
		}
	}
	for _, b := range v.State.Balances {
		if string(b.Unit) == name && v.Unit(b.Unit).Plain() {
			return b.Amount, true
		}
	}
	return 0, false
}

// Money returns a value that is an amount of the program's currency, in minor
// units.
func (v *Values) Money(name string) (int64, bool) {
	for _, b := range v.State.Balances {
		if string(b.Unit) == name && v.Unit(b.Unit).Currency != "" {
			return b.Amount, true
		}
	}
	return 0, false
}

// Date returns a value that is a local day.
func (v *Values) Date(name string) (time.Time, bool) {
	s := &v.State
	day := ""
	switch name {
	case "joined":
		day = v.Program.Day(s.JoinedAt)
	case "ending_day":
		if s.Ending != nil {
			day = s.Ending.Day
		}
	case "membership_until":
		if len(s.Memberships) > 0 {
			day = s.Memberships[0].Day
		}
	case "voucher_until":
		if len(s.Vouchers) > 0 {
			day = s.Vouchers[0].Day
		}
	}
	if day == "" {
		return time.Time{}, false
	}
	return Due{Day: day}.Date(), true
}
