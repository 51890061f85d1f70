package pages

import (
	"context"
	"slices"
	"time"

	"regulars/models"
	"regulars/passes"
	"regulars/templates"
)

func unit(p *models.Program, u models.Unit) templates.Unit { return passes.UnitOf(&p.Terms, u) }

// balances are those of every unit that the program counts.
func balances(p *models.Program, s models.State) []templates.Balance {
	var all []templates.Balance
	for _, u := range p.Units() {
		all = append(all, templates.Balance{Unit: unit(p, u), Amount: s.Balance(u)})
	}
	return all
}

// changes are what an entry did to each balance.
func changes(p *models.Program, e *models.Entry) []templates.Change {
	var all []templates.Change
	for _, u := range unitsOf(e) {
		if n := e.Amount(u); n != 0 {
			all = append(all, templates.Change{Unit: unit(p, u), Amount: n, After: e.State.Balance(u)})
		}
	}
	return all
}

func unitsOf(e *models.Entry) []models.Unit {
	var units []models.Unit
	for _, d := range e.Deltas {
		if !slices.Contains(units, d.Unit) {
			units = append(units, d.Unit)
		}
	}
	return units
}

// terms returns the version of a program that an entry was made under, whose
// rules it names; the one in force where that is not to be had.
func (p *Pages) terms(ctx context.Context, program *models.Program, e *models.Entry) *models.Program {
	if e.Version == program.Version {
		return program
	}
	then, err := p.Wallet.Stores.Programs.Version(ctx, program.ID, e.Version)
	if err != nil {
		return program
	}
	return then
}

// gains are what an entry gave, rule by rule, and why.
func gains(t *templates.Texts, p *models.Program, e *models.Entry) []templates.Gain {
	var all []templates.Gain
	for _, d := range e.Deltas {
		if d.Amount > 0 {
			all = append(all, templates.Gain{Unit: unit(p, d.Unit), Amount: d.Amount, Why: why(t, p, d.Rule)})
		}
	}
	return all
}

// reasons are why an entry gave what it did. Points for what was spent, and
// nothing else, need none.
func reasons(t *templates.Texts, p *models.Program, e *models.Entry) []string {
	var all []string
	for _, d := range e.Deltas {
		w := why(t, p, d.Rule)
		if d.Rule == p.Referral.ID && e.Purchase != nil {
			w = p.Referral.FriendName
		}
		if w != "" && !slices.Contains(all, w) {
			all = append(all, w)
		}
	}
	if len(all) == 1 && len(e.Deltas) == 1 && simple(p, e.Deltas[0].Rule) != nil {
		return nil
	}
	return all
}

func why(t *templates.Texts, p *models.Program, id models.RuleID) string {
	if r := simple(p, id); r != nil {
		return t.EarnOffer(r.Give, price(t, p, r.Amount))
	}
	return p.Why(id)
}

// simple returns the rule, if every language has its own words for it.
func simple(p *models.Program, id models.RuleID) *models.Rule {
	for i := range p.Rules {
		if r := &p.Rules[i]; r.ID == id && r.Simple() {
			return r
		}
	}
	return nil
}

// maxDates is how many days a page tells of each kind.
const maxDates = 3

// dates say what ends next and from when the rest can be used, on the days of
// the program's zone.
func dates(t *templates.Texts, p *models.Program, s models.State, now time.Time) []string {
	var lines []string
	for i, d := range s.Ending(now) {
		if i < maxDates {
			lines = append(lines, t.Ends(unit(p, d.Unit), d.Amount, t.Date(d.At.Add(-time.Nanosecond).In(p.Zone()))))
		}
	}
	return append(lines, waits(t, p, s.Lots, now)...)
}

// soon is how long before their end staff are told of units.
const soon = 31 * 24 * time.Hour

// soonDates are the dates that matter at a till.
func soonDates(t *templates.Texts, p *models.Program, s models.State, now time.Time) []string {
	if end := s.Ending(now); len(end) == 0 || end[0].At.After(now.Add(soon)) {
		return waits(t, p, s.Lots, now)
	}
	return dates(t, p, s, now)
}

// waits say from when units of lots can be used.
func waits(t *templates.Texts, p *models.Program, lots []models.Lot, now time.Time) []string {
	var lines []string
	for i, d := range (models.State{Lots: lots}).Waiting(now) {
		if i < maxDates {
			lines = append(lines, t.UsableFrom(unit(p, d.Unit), d.Amount, t.Date(d.At.In(p.Zone()))))
		}
	}
	return lines
}

// progress is how far the member is from a reward, judged by event's moment and
// place.
func progress(t *templates.Texts, p *models.Program, s models.State, r *models.Reward, event models.Event) templates.RewardProgress {
	out := templates.RewardProgress{Name: r.Name, Unit: unit(p, r.Unit), Cost: r.Cost, Have: s.Usable(r.Unit, event.At)}
	err := p.MayTake(s, r, event)
	out.Ready = err == nil
	if out.Ready && out.Unit.Size > 0 && r.Most.Times == 0 {
		out.Times = out.Have / r.Cost
	}
	if e, ok := asError(err); ok && e.Code != "not_enough" {
		out.Why = t.Explain(e.Code, e.Msg)
	}
	return out
}
