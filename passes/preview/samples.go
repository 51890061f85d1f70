package preview

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"regulars/models"
	"regulars/passes"
	"regulars/templates"
)

// SampleName names a member to try a design with.
type SampleName string

// The samples.
const (
	NewMember   SampleName = "new"
	HalfWay     SampleName = "half"
	RewardReady SampleName = "ready"
	LongNames   SampleName = "long" // and large numbers: what is cut off first
)

// SampleNames are all of them, in the order in which a card lives.
var SampleNames = []SampleName{NewMember, HalfWay, RewardReady, LongNames}

// sampleCard is a number that no member has.
const sampleCard models.CardNumber = "70000000000000000011"

// people are who the samples are, by language: somebody, and somebody with a name
// as long as names are there.
var people = map[string][2]string{
	"en": {"Emma Clarke", "Alexandra Featherstonehaugh-Cholmondeley"},
	"nl": {"Sanne de Vries", "Wilhelmina van den Heuvel-Hoogenboezem"},
	"pl": {"Zofia Kowalska", "Aleksandra Wiśniewska-Brzęczyszczykiewicz"},
	"nb": {"Ingrid Hansen", "Anne-Kristine Bjørnstad-Kvarmesbakk"},
	"el": {"Ελένη Παππά", "Παναγιώτα Παπαχριστοδουλοπούλου"},
}

// Sample returns what the card of a sample member says under p at a moment, in a
// language; the program's own when that is empty. What the member has is booked by
// the program itself, so that it ends, waits and counts as it would.
func Sample(p *models.Program, name SampleName, locale string, now time.Time) (passes.State, error) {
	if !slices.Contains(SampleNames, name) {
		return passes.State{}, models.Fail(models.Invalid, "unknown_sample", "state", fmt.Sprintf("There is no sample %q; there are new, half, ready and long.", string(name)))
	}
	m := &models.Member{
		Card: sampleCard, Locale: locale, JoinedAt: now.AddDate(0, -5, 0),
		Name: people[templates.For(locale, p.Locale).Lang][0],
	}
	if name == LongNames {
		m.Name = people[templates.For(locale, p.Locale).Lang][1]
	}
	s, err := held(p, name, now)
	if err != nil {
		return passes.State{}, fmt.Errorf("sample %s of %s: %w", name, p.ID, err)
	}
	out := passes.Of(p, m, s, "https://cards.example/m/sample", now)
	if name != NewMember {
		out.Vouchers = sampleVouchers(p, now)
	}
	return out, nil
}

// held books what a sample has.
func held(p *models.Program, name SampleName, now time.Time) (models.State, error) {
	s := p.Start()
	if name == NewMember {
		return s, nil
	}
	for _, m := range p.Memberships {
		if m.Prolongs != "" {
			continue
		}
		c, err := p.Apply(s, models.Event{Kind: models.EntryLoad, At: now.AddDate(0, 0, -3), Load: &models.Load{Product: m.ID, Amount: m.Price}})
		if err != nil {
			return s, err
		}
		s = c.State
	}
	for _, u := range p.Units() {
		n := amount(p, u, name)
		if n == 0 {
			continue
		}
		at := now.AddDate(0, -1, 0)
		c, err := p.Apply(s, models.Event{Kind: models.EntryOpen, At: at, Delta: models.Delta{Unit: u, Amount: n}})
		if err != nil {
			return s, err
		}
		s = c.State
	}
	s.Tier = tier(p, name)
	s.TierUntil = nil
	return s, nil
}

// amount is how many of a unit a sample has.
func amount(p *models.Program, u models.Unit, name SampleName) int64 {
	var costs []int64
	for _, r := range p.Rewards {
		if r.Unit == u && r.Cost > 0 {
			costs = append(costs, r.Cost)
		}
	}
	if c, ok := p.StampCard(u); ok {
		costs = append(costs, c.Size)
	}
	if len(costs) == 0 {
		costs = []int64{40} // visits, points that buy nothing
		if u == models.Value {
			costs = []int64{4750}
		}
	}
	least, most := slices.Min(costs), slices.Max(costs)
	switch name {
	case HalfWay:
		return max(least/2, 1)
	case RewardReady:
		return least
	}
	if u != models.Points && u != models.Value {
		return most * 5 / 2 // two full cards and a half
	}
	return most*3 + 98_765
}

// tier is the level that a sample has: the lowest, the highest, or the one with the
// longest name.
func tier(p *models.Program, name SampleName) string {
	if len(p.Tiers) == 0 {
		return ""
	}
	switch name {
	case RewardReady:
		return slices.MaxFunc(p.Tiers, func(a, b models.Tier) int { return cmp.Compare(a.From, b.From) }).Name
	case LongNames:
		return slices.MaxFunc(p.Tiers, func(a, b models.Tier) int { return cmp.Compare(len(a.Name), len(b.Name)) }).Name
	}
	return p.TierAt(slices.MinFunc(p.Tiers, func(a, b models.Tier) int { return cmp.Compare(a.From, b.From) }).From)
}

// sampleVouchers is one of the vouchers that the program gives by itself.
func sampleVouchers(p *models.Program, now time.Time) []passes.Voucher {
	for _, o := range p.Offers {
		if r, ok := p.Reward(o.Reward); ok {
			until := now.AddDate(0, 1, 0)
			return passes.VouchersOf(p, []models.Voucher{{Reward: r, Until: &until}})
		}
	}
	return nil
}
