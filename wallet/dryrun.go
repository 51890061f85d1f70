package wallet

import (
	"context"
	"maps"
	"slices"

	"regulars/models"
	"regulars/models/store"
)

// How far back a dry run looks, in weeks.
const (
	DryRunWeeks    = 8 // when nothing is said
	MaxDryRunWeeks = 52
)

// DryRun asks what a draft would have done in the last weeks.
type DryRun struct {
	Program  models.ProgramID
	Terms    models.Terms
	Weeks    int                     // DryRunWeeks when 0
	Progress func(done, total int64) // entries; may be nil
}

// dryRunner plays the ledger, one account after the other, and holds one account
// at a time.
type dryRunner struct {
	*Service
	ask            DryRun
	current, draft *models.Program
	pilot          store.Pilot
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
	who            models.Member   // as far as it is known
	under          *models.Program // the version of the entry that is being played
	state          models.State    // before the weeks
	undone         map[models.EntryID]models.Undone
	current, draft *models.Replay // nil while nothing has happened in them
}

// DryRun plays what happened in the last weeks under a draft and under the
// version in force, which for those in a pilot is the pilot. Nothing is booked or kept. It goes through the whole ledger,
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
	if d.pilot, err = s.Stores.Programs.Pilot(ctx, ask.Program); err != nil && models.KindOf(err) != models.NotFound {
		return nil, err
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
			if e.Ref != "" {
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
	current := d.current
	d.report.Members++
	asks := d.current.Asks() || d.draft.Asks()
	if asks || d.pilot.Program != nil {
		var err error
		if a.who, err = d.Stores.Members.Member(ctx, a.member); err != nil && models.KindOf(err) != models.NotFound {
			return err
		}
		if d.pilot.Program != nil && a.who.Tagged(d.pilot.Tag) {
			current = d.pilot.Program
			asks = asks || current.Asks()
		}
	}
	a.current, a.draft = current.NewReplay(a.state, a.undone), d.draft.NewReplay(a.state, a.undone)
	if !asks {
		return nil
	}
	a.current.Facts = func(e *models.Entry) []models.Fact { return current.FactsThen(e, a.under, &a.who) }
	a.draft.Facts = func(e *models.Entry) []models.Fact { return d.draft.FactsThen(e, a.under, &a.who) }
	return nil
}

// play lets one entry happen under both versions.
func (d *dryRunner) play(ctx context.Context, a *playedAccount, e *models.Entry) error {
	original, made, err := d.original(ctx, e)
	if err != nil {
		return err
	}
	if e.Kind == models.EntryEarn && e.Purchase != nil {
		d.report.Purchases, d.report.Amount = d.report.Purchases+1, d.report.Amount+e.Purchase.Amount
	}
	if a.under, err = d.Stores.Programs.Version(ctx, e.Program, e.Version); err != nil {
		return err
	}
	was, is := a.current.Play(e, original, made), a.draft.Play(e, original, made)
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

// original is the entry that e takes back and the version that it was made under;
// nil when e takes back none.
func (d *dryRunner) original(ctx context.Context, e *models.Entry) (*models.Entry, *models.Program, error) {
	id := e.Origin()
	if id == "" {
		return nil, nil, nil
	}
	o, err := d.Stores.Ledger.Entry(ctx, id)
	if err != nil {
		return nil, nil, err
	}
	made, err := d.Stores.Programs.Version(ctx, o.Program, o.Version)
	return &o, made, err
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
