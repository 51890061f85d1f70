package models

import (
	"regexp"
	"slices"
	"strconv"
	"time"
)

// The bounds of what rules may say.
const (
	maxGive    = 10_000
	maxStep    = 10_000_000 // minor units
	maxPercent = 10_000
	maxGoods   = 500
)

var (
	ruleID    = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]{0,39}$`)
	unitName  = regexp.MustCompile(`^(points|visits|value|stamps(:[a-z0-9][a-z0-9_-]{0,29})?)$`)
	clockTime = regexp.MustCompile(`^([01][0-9]|2[0-3]):[0-5][0-9]$`)
	occasions = []Occasion{"", OnPurchase, OnSignUp, OnBirthday, OnCheckIn, OnSurvey, OnReview}

	birthdayFacts = []Fact{BirthdayToday, BirthdayWeek, BirthdayMonth}
)

// Counts reports whether the program's rules give that unit.
func (t *Terms) Counts(u Unit) bool {
	return u == Value && t.Value.Most > 0 || slices.ContainsFunc(t.Rules, func(r Rule) bool { return r.Unit == u }) ||
		slices.ContainsFunc(t.Products, func(x Product) bool { return x.Unit == u }) ||
		slices.ContainsFunc(t.StampCards, func(c StampCard) bool { return c.Unit == u })
}

// Units are those that the program counts, in the order of its rules and then
// of its stamp cards. The first is what it is about.
func (t *Terms) Units() []Unit {
	var units []Unit
	add := func(u Unit) {
		if !slices.Contains(units, u) {
			units = append(units, u)
		}
	}
	for i := range t.Rules {
		add(t.Rules[i].Unit)
	}
	for i := range t.StampCards {
		add(t.StampCards[i].Unit)
	}
	for i := range t.Products {
		add(t.Products[i].Unit)
	}
	if t.Value.Most > 0 {
		add(Value)
	}
	return units
}

type complain func(field, msg string) error

// checkRules returns the first thing wrong with the rules, bonuses and stamp
// cards, or nil. Their ids are one space: an entry names them alike.
func checkRules(t *Terms, bad func(field, msg string) error) error {
	if len(t.Units()) == 0 {
		return bad("rules", "A program needs something that it counts: a rule that gives units, a product, or money on the card.")
	}
	if len(t.Rules) > maxListed || len(t.Bonuses) > maxListed || len(t.StampCards) > maxListed {
		return bad("rules", "A program has at most 50 rules, 50 bonuses and 50 stamp cards.")
	}
	ids := map[RuleID]bool{}
	named := func(field string, id RuleID, name string) error {
		switch {
		case !ruleID.MatchString(string(id)):
			return bad(field+".id", "An id has 1 to 40 small letters, digits, - and _.")
		case ids[id]:
			return bad(field+".id", "What gives units needs an id of its own: each rule, bonus, stamp card, challenge, product, membership and offer, and the referral.")
		case name == "" || len(name) > maxText:
			return bad(field+".name", "Say in at most 200 characters what it gives, as customers will read it.")
		}
		ids[id] = true
		return nil
	}
	for i := range t.Rules {
		r, field := &t.Rules[i], "rules["+strconv.Itoa(i)+"]"
		if err := named(field, r.ID, r.Name); err != nil {
			return err
		}
		if err := r.check(t, field, bad); err != nil {
			return err
		}
	}
	for i := range t.StampCards {
		c, field := &t.StampCards[i], "stamp_cards["+strconv.Itoa(i)+"]"
		if err := named(field, c.ID, c.Name); err != nil {
			return err
		}
		if err := c.check(field, bad); err != nil {
			return err
		}
	}
	for i := range t.Bonuses {
		b, field := &t.Bonuses[i], "bonuses["+strconv.Itoa(i)+"]"
		if err := named(field, b.ID, b.Name); err != nil {
			return err
		}
		if err := b.check(t, field, bad); err != nil {
			return err
		}
	}
	if len(t.Challenges) > maxChallenges {
		return bad("challenges", "A program has at most 20 challenges.")
	}
	for i := range t.Challenges {
		c, field := &t.Challenges[i], "challenges["+strconv.Itoa(i)+"]"
		if err := named(field, c.ID, c.Name); err != nil {
			return err
		}
		if err := c.check(t, field, bad); err != nil {
			return err
		}
	}
	if r := &t.Referral; *r != (Referral{}) {
		if err := named("referral", r.ID, r.Name); err != nil {
			return err
		}
		if err := r.check(t, bad); err != nil {
			return err
		}
	}
	if g := &t.Giving; !g.IsZero() {
		if err := named("giving", g.ID, g.Name); err != nil {
			return err
		}
		if err := g.check(t, bad); err != nil {
			return err
		}
	}
	if err := checkLoads(t, named, bad); err != nil {
		return err
	}
	if err := checkMerchants(t, bad); err != nil {
		return err
	}
	seen := map[Unit]bool{}
	for i := range t.Expiries {
		e, field := &t.Expiries[i], "expiries["+strconv.Itoa(i)+"]"
		if err := e.check(t, field, bad); err != nil {
			return err
		}
		if seen[e.Unit] {
			return bad(field+".unit", "Each unit has one way to end.")
		}
		seen[e.Unit] = true
	}
	if c := t.Stacking.Ceiling; c != 0 && (c <= 100 || c > maxPercent) {
		return bad("stacking.ceiling", "The ceiling is a percentage above 100, such as 300 for triple.")
	}
	if !slices.Contains([]LeapDay{"", LeapDayBefore, LeapDayAfter}, t.LeapDay) {
		return bad("leap_day", "Somebody born on 29 February has a birthday on 02-28 or on 03-01 of other years.")
	}
	return t.Excluded.check("excluded", bad)
}

func (r *Rule) check(t *Terms, field string, bad complain) error {
	purchase := r.On == "" || r.On == OnPurchase
	switch {
	case !slices.Contains(occasions, r.On):
		return bad(field+".on", "on is purchase, check_in, survey or review.")
	case !unitName.MatchString(string(r.Unit)) || r.Unit == Value && t.Value.Most == 0:
		return bad(field+".unit", `unit is points, visits, stamps, "stamps:" and a name, or value where cards hold money.`)
	case r.Give <= 0 || r.Give > maxGive:
		return bad(field+".give", "A rule gives at least 1 and at most 10000 units.")
	case !slices.Contains([]Step{"", PerAmount, PerPurchase, PerItem}, r.Per) || purchase && r.Per == "":
		return bad(field+".per", "per is amount, purchase or item.")
	case !purchase && (r.Per != "" || r.Amount != 0 || r.Min != 0 || !r.What.IsZero()):
		return bad(field+".per", "What is no purchase gives the same each time: leave per, amount, min and what out.")
	case r.Per == PerAmount && (r.Amount <= 0 || r.Amount > maxStep), r.Per != PerAmount && r.Amount != 0:
		return bad(field+".amount", "Say for which amount, in minor units, a rule per amount gives; leave it out otherwise.")
	case r.Min < 0 || r.Min > t.MaxPurchase:
		return bad(field+".min", "The least amount is in minor units, and no more than one purchase may be.")
	case r.Most.Purchase < 0 || r.Most.Day < 0 || r.Most.Times < 0:
		return bad(field+".most", "A limit is above zero; leave it out where there is none.")
	}
	if err := r.What.check(field+".what", bad); err != nil {
		return err
	}
	return r.When.check(t, field+".when", bad)
}

func (b *Bonus) check(t *Terms, field string, bad complain) error {
	if b.Percent <= 100 || b.Percent > maxPercent {
		return bad(field+".percent", "The percentage is of all that is given then: above 100, such as 200 for double.")
	}
	for _, id := range b.Rules {
		if !slices.ContainsFunc(t.Rules, func(r Rule) bool { return r.ID == id }) {
			return bad(field+".rules", "There is no rule "+string(id)+".")
		}
	}
	if err := b.What.check(field+".what", bad); err != nil {
		return err
	}
	return b.When.check(t, field+".when", bad)
}

func (c *StampCard) check(field string, bad complain) error {
	switch {
	case !unitName.MatchString(string(c.Unit)) || c.Unit[0] != 's':
		return bad(field+".unit", `The unit of a stamp card is stamps, or "stamps:" and a name.`)
	case c.Size < 2 || c.Size > 100:
		return bad(field+".size", "A stamp card has 2 to 100 stamps.")
	case c.Start < 0 || c.Start >= c.Size:
		return bad(field+".start", "A new card has fewer stamps than a full one.")
	}
	return nil
}

func (g Goods) check(field string, bad complain) error {
	if len(g.SKUs)+len(g.Brands)+len(g.Categories) > maxGoods {
		return bad(field, "Name at most 500 goods, brands and categories; use categories for more.")
	}
	for _, name := range slices.Concat(g.SKUs, g.Brands, g.Categories) {
		if name == "" || len(name) > maxText {
			return bad(field, "A SKU, brand or category has 1 to 200 characters.")
		}
	}
	return nil
}

func (w *When) check(t *Terms, field string, bad complain) error {
	for _, d := range w.Days {
		if !slices.Contains(weekdays[:], d) {
			return bad(field+".days", "Days are mon, tue, wed, thu, fri, sat and sun.")
		}
	}
	for _, h := range w.Hours {
		if !clockTime.MatchString(h.From) || !clockTime.MatchString(h.Until) && h.Until != "24:00" || h.From == h.Until {
			return bad(field+".hours", "Hours are from and until times such as 17:00; 24:00 is the end of the day.")
		}
	}
	for _, d := range w.Dates {
		if !isDay(d.From) || !isDay(d.To) || d.To < d.From {
			return bad(field+".dates", "Dates are written 2026-11-28, the first one not after the last one.")
		}
	}
	for _, name := range w.Tiers {
		if !slices.ContainsFunc(t.Tiers, func(tier Tier) bool { return tier.Name == name }) {
			return bad(field+".tiers", "There is no tier "+name+".")
		}
	}
	for _, id := range w.Memberships {
		if m, ok := t.Membership(id); !ok || m.Prolongs != "" {
			return bad(field+".memberships", "There is no membership "+string(id)+", or it is but another term of one.")
		}
	}
	for _, f := range w.Facts {
		if !slices.Contains(birthdayFacts, f) && !tagForm.MatchString(f.Tag()) {
			return bad(field+".facts", "facts are birthday_today, birthday_week, birthday_month and, for those with a tag, tag: and its name, such as tag:student.")
		}
	}
	return nil
}

func isDay(s string) bool {
	t, err := time.Parse(time.DateOnly, s)
	return err == nil && t.Format(time.DateOnly) == s
}
