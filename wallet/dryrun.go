package wallet

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"slices"
	"time"

	"regulars/models"
)

// How far back a dry run looks, in weeks.
const (
	DryRunWeeks    = 8 // when nothing is said
	MaxDryRunWeeks = 52
)

// mostNamed is how many members a dry run names on either side, of each unit.
const mostNamed = 10

// DryRun asks what a draft would have done in the last weeks.
type DryRun struct {
	Program  models.ProgramID
	Terms    models.Terms
	Weeks    int                     // DryRunWeeks when 0
	Progress func(done, total int64) // entries; may be nil
}

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

// dryRunner plays the ledger, one account after the other, and holds one account
// at a time.
type dryRunner struct {
	*Service
	ask            DryRun
	current, draft *models.Program
	report         DryRunReport
	units          map[models.Unit]*UnitReport
	tiers          map[string]*TierReport
	refused        map[Refusal]int64
	account        *playedAccount
}

// playedAccount is an account on its way through both versions.
type playedAccount struct {
	id             models.AccountID
	member         models.MemberID
	birthday       string
	state          models.State // before the weeks
	undone         map[models.EntryID]models.Undone
	current, draft *models.Replay // nil while nothing has happened in them
}

// DryRun plays what happened in the last weeks under a draft and under the
// version in force. Nothing is booked or kept. It goes through the whole ledger,
// and may take a while.
func (s *Service) DryRun(ctx context.Context, ask DryRun) (*DryRunReport, error) {
	if ask.Weeks == 0 {
		ask.Weeks = DryRunWeeks
	}
	if ask.Weeks < 1 || ask.Weeks > MaxDryRunWeeks {
		return nil, models.Fail(models.Invalid, "invalid_weeks", "weeks", "A dry run looks back 1 to 52 weeks.")
	}
	current, err := s.Stores.Programs.Current(ctx, ask.Program)
	if err != nil {
		return nil, err
	}
	if err := acceptTerms(&ask.Terms); err != nil {
		return nil, err
	}
	now := s.Stores.Clock.Now()
	d := &dryRunner{
		Service: s, ask: ask, current: current, draft: &models.Program{ID: ask.Program, Version: current.Version + 1, Terms: ask.Terms},
		report: DryRunReport{
			Version: current.Version, From: now.AddDate(0, 0, -7*ask.Weeks), To: now, Currency: current.Currency, Tiers: []TierReport{}, Units: []UnitReport{}, Refused: []Refusal{},
		},
		units: map[models.Unit]*UnitReport{}, tiers: map[string]*TierReport{}, refused: map[Refusal]int64{},
	}
	if err := d.run(ctx); err != nil {
		return nil, err
	}
	d.finish()
	return &d.report, nil
}

func (d *dryRunner) run(ctx context.Context) error {
	total, err := d.Stores.Ledger.Count(ctx)
	if err != nil {
		return err
	}
	var done int64
	for e, err := range d.Stores.Ledger.All(ctx) {
		if err == nil && e.Program == d.ask.Program {
			err = d.entry(ctx, &e)
		}
		if err != nil {
			return err
		}
		if done++; d.ask.Progress != nil && done%256 == 0 {
			d.ask.Progress(min(done, total), total)
		}
	}
	d.close()
	if d.ask.Progress != nil {
		d.ask.Progress(total, total)
	}
	return nil
}

// entry plays one entry, or remembers what it left where it is from before.
func (d *dryRunner) entry(ctx context.Context, e *models.Entry) error {
	if d.account == nil || d.account.id != e.Account {
		d.close()
		d.account = &playedAccount{id: e.Account, member: e.Member, undone: map[models.EntryID]models.Undone{}}
	}
	a := d.account
	if a.current == nil {
		if e.At.Before(d.report.From) {
			a.state = e.State
			if e.Kind == models.EntryReverse {
				undone := a.undone[e.Ref]
				undone.Add(e)
				a.undone[e.Ref] = undone
			}
			return nil
		}
		if err := d.open(ctx, a); err != nil {
			return err
		}
	}
	return d.play(ctx, a, e)
}

// open begins the weeks of an account.
func (d *dryRunner) open(ctx context.Context, a *playedAccount) error {
	a.current, a.draft = d.current.NewReplay(a.state, a.undone), d.draft.NewReplay(a.state, a.undone)
	d.report.Members++
	if !d.current.Asks() && !d.draft.Asks() {
		return nil
	}
	m, err := d.Stores.Members.Member(ctx, a.member)
	if err != nil && models.KindOf(err) != models.NotFound {
		return err
	}
	a.birthday = m.Birthday
	return nil
}

// play lets one entry happen under both versions.
func (d *dryRunner) play(ctx context.Context, a *playedAccount, e *models.Entry) error {
	var original *models.Entry
	if e.Kind == models.EntryReverse {
		o, err := d.Stores.Ledger.Entry(ctx, e.Ref)
		if err != nil {
			return err
		}
		original = &o
	}
	if e.Kind == models.EntryEarn && e.Purchase != nil {
		d.report.Purchases, d.report.Amount = d.report.Purchases+1, d.report.Amount+e.Purchase.Amount
	}
	was, is := a.current.Play(e, a.birthday, original), a.draft.Play(e, a.birthday, original)
	for _, err := range []error{was, is} {
		if err != nil && models.KindOf(err) == models.Internal {
			return err
		}
	}
	if was == nil && is != nil {
		d.refused[Refusal{Kind: e.Kind, Reward: e.Reward, Code: models.CodeOf(is), Detail: sentence(is)}]++
	}
	return nil
}

// close takes an account into the report.
func (d *dryRunner) close() {
	a := d.account
	d.account = nil
	if a == nil {
		return
	}
	if a.current == nil {
		a.current, a.draft = d.current.NewReplay(a.state, nil), d.draft.NewReplay(a.state, nil)
		a.current.Until(d.report.To)
		a.draft.Until(d.report.To)
		d.sum(a.current, a.draft)
		return
	}
	a.current.Until(d.report.To)
	a.draft.Until(d.report.To)
	d.tier(a.current).Current++
	d.tier(a.draft).Draft++
	more, fewer := false, false
	for _, u := range d.sum(a.current, a.draft) {
		shift := UnitShift{Member: a.member, Current: a.current.State.Balance(u), Draft: a.draft.State.Balance(u)}
		d.units[u].shift(shift)
		more, fewer = more || shift.Draft > shift.Current, fewer || shift.Draft < shift.Current
	}
	switch {
	case more && fewer:
		d.report.Mixed++
	case more:
		d.report.More++
	case fewer:
		d.report.Fewer++
	default:
		d.report.Same++
	}
}

func (d *dryRunner) tier(of *models.Replay) *TierReport {
	name := of.State.Tier
	if d.tiers[name] == nil {
		d.tiers[name] = &TierReport{Tier: name}
	}
	return d.tiers[name]
}

// sum adds what an account comes to, and returns the units that are in it.
func (d *dryRunner) sum(current, draft *models.Replay) []models.Unit {
	units := map[models.Unit]bool{}
	for _, side := range []struct {
		of   *models.Replay
		sums func(*UnitReport) *UnitSums
	}{
		{current, func(r *UnitReport) *UnitSums { return &r.Current }}, {draft, func(r *UnitReport) *UnitSums { return &r.Draft }},
	} {
		add := func(amounts map[models.Unit]int64, to func(*UnitSums) *int64) {
			for u, n := range amounts {
				if d.units[u] == nil {
					d.units[u] = &UnitReport{Unit: u, Gains: []UnitShift{}, Losses: []UnitShift{}}
				}
				units[u] = true
				*to(side.sums(d.units[u])) += n
			}
		}
		add(side.of.Given, func(s *UnitSums) *int64 { return &s.Given })
		add(side.of.Used, func(s *UnitSums) *int64 { return &s.Used })
		add(side.of.Ended, func(s *UnitSums) *int64 { return &s.Ended })
		add(side.of.State.Balances, func(s *UnitSums) *int64 { return &s.Outstanding })
	}
	return slices.Sorted(maps.Keys(units))
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
