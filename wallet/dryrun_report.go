package wallet

import (
	"cmp"
	"errors"
	"maps"
	"slices"
	"time"

	"regulars/models"
)

// mostNamed is how many members a dry run names on either side, of each unit.
const mostNamed = 10

// DryRunReport compares the last weeks under the version in force with the same
// weeks under a draft. Both begin with what members had at the start of them.
type DryRunReport struct {
	Version   int          `json:"version" doc:"the one in force"`
	From      time.Time    `json:"from"`
	To        time.Time    `json:"to"`
	Members   int64        `json:"members" doc:"to whom something happened"`
	Purchases int64        `json:"purchases"`
	Amount    int64        `json:"amount" doc:"of the purchases, in minor units"`
	Currency  string       `json:"currency"`
	More      int64        `json:"more" doc:"members who would have more of some unit and fewer of none"`
	Fewer     int64        `json:"fewer"`
	Mixed     int64        `json:"mixed" doc:"more of one unit and fewer of another"`
	Same      int64        `json:"same"`
	Tiers     []TierReport `json:"tiers" doc:"where these members are at the end"`
	Units     []UnitReport `json:"units"`
	Refused   []Refusal    `json:"refused" doc:"by the draft, of what the version in force allows; the most frequent first"`
}

// TierReport is how many members have a tier at the end.
type TierReport struct {
	Tier    string `json:"tier" doc:"empty: below the first"`
	Current int64  `json:"current"`
	Draft   int64  `json:"draft"`
}

// UnitReport is what becomes of one unit.
type UnitReport struct {
	Unit    models.Unit `json:"unit"`
	Current UnitSums    `json:"current" doc:"under the version in force"`
	Draft   UnitSums    `json:"draft"`
	More    int64       `json:"more" doc:"members with a higher balance at the end"`
	Fewer   int64       `json:"fewer"`
	Gains   []UnitShift `json:"gains" doc:"the ten largest"`
	Losses  []UnitShift `json:"losses" doc:"the ten largest"`
}

// UnitSums are one unit under one version.
type UnitSums struct {
	Given       int64     `json:"given" doc:"by rules, less what was taken back"`
	Used        int64     `json:"used" doc:"for rewards, less what was given back"`
	Ended       int64     `json:"ended" doc:"at the end of their time"`
	Outstanding int64     `json:"outstanding" doc:"the balances of all members at the end"`
	Cost        *UnitCost `json:"cost" doc:"what the units given come to in rewards; null where no reward for them says what it costs"`
}

// UnitCost is what units come to in rewards, in minor units: as the cheapest and
// as the dearest reward for a unit have it.
type UnitCost struct {
	Least int64 `json:"least"`
	Most  int64 `json:"most"`
}

// UnitShift is the balance of one member at the end.
type UnitShift struct {
	Member  models.MemberID `json:"member"`
	Current int64           `json:"current"`
	Draft   int64           `json:"draft"`
}

// Refusal is what the draft would not have let happen.
type Refusal struct {
	Kind   models.EntryKind `json:"kind"`
	Reward models.RewardID  `json:"reward,omitempty"`
	Code   string           `json:"code"`
	Detail string           `json:"detail"`
	Times  int64            `json:"times"`
}

// shift takes a member's balance in.
func (r *UnitReport) shift(s UnitShift) {
	switch {
	case s.Draft > s.Current:
		r.More++
		r.Gains = named(r.Gains, s)
	case s.Draft < s.Current:
		r.Fewer++
		r.Losses = named(r.Losses, s)
	}
}

// named keeps the largest, in their order.
func named(list []UnitShift, s UnitShift) []UnitShift {
	size := func(s UnitShift) int64 { return max(s.Draft-s.Current, s.Current-s.Draft) }
	i, _ := slices.BinarySearchFunc(list, s, func(a, b UnitShift) int {
		return cmp.Or(cmp.Compare(size(b), size(a)), cmp.Compare(a.Member, b.Member))
	})
	if i == mostNamed {
		return list
	}
	list = slices.Insert(list, i, s)
	return list[:min(len(list), mostNamed)]
}

// finish orders the report.
func (d *dryRunner) finish() {
	for _, u := range slices.Sorted(maps.Keys(d.units)) {
		r := d.units[u]
		r.Current.Cost, r.Draft.Cost = costOf(d.current, u, r.Current.Given), costOf(d.draft, u, r.Draft.Given)
		d.report.Units = append(d.report.Units, *r)
	}
	d.finishTiers()
	for r, times := range d.refused {
		r.Times = times
		d.report.Refused = append(d.report.Refused, r)
	}
	slices.SortFunc(d.report.Refused, func(a, b Refusal) int {
		return cmp.Or(cmp.Compare(b.Times, a.Times), cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Reward, b.Reward), cmp.Compare(a.Code, b.Code))
	})
}

// finishTiers orders the tiers, the lowest first.
func (d *dryRunner) finishTiers() {
	if len(d.current.Tiers)+len(d.draft.Tiers) == 0 {
		return // a program without
	}
	from := func(t TierReport) int64 {
		for _, p := range []*models.Program{d.draft, d.current} {
			if tier, ok := p.Tier(t.Tier); ok {
				return tier.From
			}
		}
		return -1
	}
	for _, t := range d.tiers {
		d.report.Tiers = append(d.report.Tiers, *t)
	}
	slices.SortFunc(d.report.Tiers, func(a, b TierReport) int {
		return cmp.Or(cmp.Compare(from(a), from(b)), cmp.Compare(a.Tier, b.Tier))
	})
}

// sentence is what an error says to a person.
func sentence(err error) string {
	if e, ok := errors.AsType[*models.Error](err); ok {
		return e.Msg
	}
	return ""
}

// costOf is what units come to in rewards; nil where no reward for them says
// what it costs the business.
func costOf(p *models.Program, u models.Unit, given int64) *UnitCost {
	var cost *UnitCost
	for i := range p.Rewards {
		of, known := p.Rewards[i].Outlay(u, given)
		switch {
		case !known:
		case cost == nil:
			cost = &UnitCost{Least: of, Most: of}
		default:
			cost.Least, cost.Most = min(cost.Least, of), max(cost.Most, of)
		}
	}
	return cost
}
