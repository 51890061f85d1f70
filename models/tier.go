package models

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// TierBy is what counts towards tiers.
type TierBy string

// What can count towards tiers.
const (
	TierByPoints TierBy = "points" // that rules give
	TierBySpend  TierBy = "spend"  // minor units that can earn
	TierByVisits TierBy = "visits" // purchases
)

// Tier is a level that a member reaches by what counts.
type Tier struct {
	Name     string   `bson:"name" json:"name"`
	From     int64    `bson:"from" json:"from"`
	Discount int64    `bson:"discount,omitempty" json:"discount,omitempty"` // percent of each bill; staff give it, nothing is computed from it
	Perks    []string `bson:"perks,omitempty" json:"perks,omitempty"`       // what else it gives, as customers read it
}

// TierOver is the time over which what counts towards tiers is added up. The
// zero TierOver is for ever.
type TierOver struct {
	// Months: what is bought in a month counts for so many months after it.
	Months int `bson:"months,omitempty" json:"months,omitempty"`
	// Calendar: each calendar year is added up by itself, and counts to the end
	// of the next.
	Calendar bool `bson:"calendar,omitempty" json:"calendar,omitempty"`
	// Grace is how many days longer each counts. A calendar year goes on for
	// as long: what is bought in these days counts for both.
	Grace int `bson:"grace,omitempty" json:"grace,omitempty"`
}

// TierProgress is how far an account is on its way to the next tier.
type TierProgress struct {
	Credit int64 // what counts now
	Next   *Tier // the one above; nil at the top
}

// TierAt returns the name of the level reached by so much credit, empty below
// the first.
func (p *Program) TierAt(credit int64) string {
	name, from := "", int64(-1)
	for i := range p.Tiers {
		if t := &p.Tiers[i]; t.From <= credit && t.From > from {
			name, from = t.Name, t.From
		}
	}
	return name
}

// Tier returns the tier of that name.
func (t *Terms) Tier(name string) (Tier, bool) {
	for _, tier := range t.Tiers {
		if tier.Name == name {
			return tier, true
		}
	}
	return Tier{}, false
}

// TierOf returns the name of the level that an account has at a moment, also
// where that is past the end of the one in its state.
func (p *Program) TierOf(s *State, at time.Time) string {
	if !s.tierEnded(at) || p.TierOver == (TierOver{}) {
		return s.Tier
	}
	return p.level(s.Counts, at).Name
}

// TierProgress returns how far the account is on its way to the next tier.
func (p *Program) TierProgress(s *State, at time.Time) TierProgress {
	progress := TierProgress{Credit: max(s.Earned, 0)}
	if o := &p.TierOver; *o != (TierOver{}) {
		progress.Credit = 0
		oldest := o.oldest(at, p.Zone())
		if o.Calendar {
			oldest++ // the year that is added up
		}
		var room [creditsRoom]credited
		for _, c := range o.credits(s.Counts, oldest, room[:0]) {
			if progress.Credit += c.n; o.Calendar {
				progress.Credit = c.n
			}
		}
	}
	has := max(p.rank(p.TierOf(s, at)), 0) // an account without entries has a name for its level too
	for i := range p.Tiers {
		if t := &p.Tiers[i]; t.From > has && (progress.Next == nil || t.From < progress.Next.From) {
			progress.Next = t
		}
	}
	return progress
}

// rank is from where a level is, -1 below the first.
func (p *Program) rank(name string) int64 {
	if t, ok := p.Tier(name); ok {
		return t.From
	}
	return -1
}

func (s *State) tierEnded(at time.Time) bool {
	return s.TierUntil != nil && !at.Before(*s.TierUntil)
}

// creditPrefix begins the counts of what is added up towards tiers.
const creditPrefix = "credit/"

func isCredit(key string) bool { return strings.HasPrefix(key, creditPrefix) }

// period is a local year, or a month, numbered from that of the year 0.
type period int

// periodOf returns the period that a local day is in.
func (o *TierOver) periodOf(day time.Time) period {
	if o.Calendar {
		return period(day.Year())
	}
	return period(day.Year()*12 + int(day.Month()) - 1)
}

// count is the key of what is added up in a period.
func (o *TierOver) count(n period) string {
	if o.Calendar {
		return creditPrefix + strconv.Itoa(int(n))
	}
	return creditPrefix + strconv.Itoa(int(n/12)) + "-" + strconv.Itoa(int(n%12) + 101)[1:]
}

// counted is the period of a key, if it is one of those that are added up here:
// another version of the program may have done otherwise.
func (o *TierOver) counted(key string) (period, bool) {
	if !isCredit(key) {
		return 0, false
	}
	year, month, monthly := strings.Cut(key[len(creditPrefix):], "-")
	y, _ := strconv.Atoi(year)
	m, _ := strconv.Atoi(month)
	if o.Calendar {
		return period(y), !monthly
	}
	return period(y*12 + m - 1), monthly
}

// graced is the local day so many days of grace before a moment: that which is
// as good as over then.
func (o *TierOver) graced(at time.Time, zone *time.Location) time.Time {
	year, month, day := at.In(zone).Date()
	return time.Date(year, month, day-o.Grace, 12, 0, 0, 0, time.UTC)
}

// oldest is the first period that counts at a moment.
func (o *TierOver) oldest(at time.Time, zone *time.Location) period {
	if o.Calendar {
		return o.periodOf(o.graced(at, zone)) - 1
	}
	return o.periodOf(o.graced(at, zone)) - period(o.Months)
}

// ends is when what was added up in a period no longer counts.
func (o *TierOver) ends(n period, zone *time.Location) *time.Time {
	last := n + period(o.Months)
	year, month := int(last)/12, time.Month(last%12+1)
	if o.Calendar {
		year, month = int(n)+1, time.December
	}
	end := endOfDay(year, month+1, o.Grace, zone) // the month's last day, where there is no grace
	return &end
}

// credit adds what an event counts towards tiers to that of its month or year.
func (p *Program) credit(event *Event, c *Change) {
	o := &p.TierOver
	if *o == (TierOver{}) || c.Credit <= 0 {
		return
	}
	if c.Counts == nil {
		c.Counts = Counts{}
	}
	now := o.periodOf(wall(event.At, p.Zone()))
	c.Counts[o.count(now)] += c.Credit
	if !o.Calendar {
		return
	}
	if before := o.periodOf(o.graced(event.At, p.Zone())); before != now {
		c.Counts[o.count(before)] += c.Credit
	}
}

// credited is what was added up in a period.
type credited struct {
	period period
	n      int64
}

// creditsRoom is how many periods mostly count at most.
const creditsRoom = 16

// credits are those from the oldest on, the newest first, in the room given.
func (o *TierOver) credits(m Memory, oldest period, room []credited) []credited {
	for _, c := range m.under(creditPrefix) {
		if of, ok := o.counted(c.Key); ok && of >= oldest {
			room = append(room, credited{of, c.N})
		}
	}
	slices.SortFunc(room, func(a, b credited) int { return cmp.Compare(b.period, a.period) })
	return room
}

// standing is a level, from where it is, and when it ends; nil for never.
type standing struct {
	Name  string
	from  int64
	until *time.Time
}

// level is the highest that what still counts at a moment reaches.
func (p *Program) level(c Memory, at time.Time) standing {
	best := standing{from: -1}
	var room [creditsRoom]credited
	all := p.TierOver.credits(c, p.TierOver.oldest(at, p.Zone()), room[:0])
	var last period // without which it would be lost
	for i := range p.Tiers {
		t := &p.Tiers[i]
		if t.From <= best.from {
			continue
		}
		if since, ok := p.TierOver.reached(all, t.From); ok {
			best.Name, best.from, last = t.Name, t.From, since
		}
	}
	if best.from > 0 {
		best.until = p.TierOver.ends(last, p.Zone())
	}
	return best
}

// reached returns the latest period since which a level was reached.
func (o *TierOver) reached(all []credited, from int64) (since period, ok bool) {
	if from == 0 {
		return 0, true
	}
	var sum int64
	for _, c := range all {
		if sum += c.n; o.Calendar {
			sum = c.n
		}
		if sum >= from {
			return c.period, true
		}
	}
	return 0, false
}

// place puts the account on the tier that it has after an event. It rises at
// once. It falls in an entry that ends it, or in a reversal of what it was
// reached by.
func (p *Program) place(s *State, event *Event, c *Change) {
	o := &p.TierOver
	if *o == (TierOver{}) {
		c.State.Tier = p.TierAt(c.State.Earned)
		return
	}
	p.forgetCredits(s, event, c)
	if event.Kind != EntryReverse && p.settled(s, event.At) {
		c.State.Tier, c.State.TierUntil = s.Tier, s.TierUntil
		return
	}
	now, has := p.level(c.State.Counts, event.At), p.rank(s.Tier)
	switch {
	case now.from > has,
		event.Kind == EntryExpire && s.tierEnded(event.At),
		event.Kind == EntryReverse && p.level(s.Counts, event.At).from >= has:
	case has > 0 && s.TierUntil == nil: // reached when it was for ever: it ends as if it had been reached now
		now = standing{Name: s.Tier, until: o.ends(o.periodOf(wall(event.At, p.Zone())), p.Zone())}
	case now.from < has, has > 0 && now.until.Before(*s.TierUntil):
		now = standing{Name: s.Tier, until: s.TierUntil}
	}
	c.State.Tier, c.State.TierUntil = now.Name, now.until
}

// settled reports whether nothing that is earned at a moment can better the
// level: it is the highest, and held for as long as it can be. So it is with
// those who come most, whose counts are the most to look through.
func (p *Program) settled(s *State, at time.Time) bool {
	has := p.rank(s.Tier)
	if has <= 0 || s.TierUntil == nil || !at.Before(*s.TierUntil) {
		return false
	}
	for i := range p.Tiers {
		if p.Tiers[i].From > has {
			return false
		}
	}
	return !s.TierUntil.Before(*p.TierOver.ends(p.TierOver.periodOf(wall(at, p.Zone())), p.Zone()))
}

// forgetCredits drops what no longer counts, when something new does and when a
// tier ends.
func (p *Program) forgetCredits(s *State, event *Event, c *Change) {
	fresh := event.Kind == EntryExpire && s.tierEnded(event.At)
	for key := range c.Counts {
		if isCredit(key) {
			_, there := s.Counts.find(key)
			fresh = fresh || !there
		}
	}
	if !fresh {
		return
	}
	if len(c.Counts) == 0 {
		c.State.Counts = slices.Clone(c.State.Counts) // until here it is that of the state before
	}
	oldest := p.TierOver.oldest(event.At, p.Zone())
	c.State.Counts = slices.DeleteFunc(c.State.Counts, func(c Count) bool {
		of, ok := p.TierOver.counted(c.Key)
		return isCredit(c.Key) && (!ok || of < oldest)
	}).orNil()
}

func checkTiers(t *Terms, bad complain) error {
	from, names := map[int64]bool{}, map[string]bool{}
	for i, tier := range t.Tiers {
		field := "tiers[" + strconv.Itoa(i) + "]"
		switch {
		case tier.Name == "" || len(tier.Name) > maxListName || names[tier.Name]:
			return bad(field+".name", "Each tier needs a name of its own of at most 60 characters.")
		case tier.From < 0 || from[tier.From]:
			return bad(field+".from", "Each tier starts at its own number, 0 or more.")
		case tier.Discount < 0 || tier.Discount > 100:
			return bad(field+".discount", "A standing discount is 1 to 100 percent.")
		case len(tier.Perks) > maxPerks || slices.ContainsFunc(tier.Perks, func(text string) bool { return text == "" || len(text) > maxText }):
			return bad(field+".perks", "A tier has at most 10 perks, each of 1 to 200 characters.")
		}
		from[tier.From], names[tier.Name] = true, true
	}
	o := t.TierOver
	switch {
	case !slices.Contains([]TierBy{"", TierByPoints, TierBySpend, TierByVisits}, t.TierBy):
		return bad("tier_by", "tier_by is points, spend or visits.")
	case o.Months < 0 || o.Months > 60:
		return bad("tier_over.months", "What is bought counts towards tiers for 1 to 60 months.")
	case o.Months > 0 && o.Calendar:
		return bad("tier_over", "Tiers are over months or over calendar years: choose one.")
	case o.Grace < 0 || o.Grace > 365:
		return bad("tier_over.grace", "The grace is 0 to 365 days.")
	case o.Grace > 0 && o.Months == 0 && !o.Calendar:
		return bad("tier_over.grace", "Tiers that are for ever need no grace.")
	case o != (TierOver{}) && len(t.Tiers) == 0:
		return bad("tier_over", "There are no tiers.")
	}
	return nil
}

// maxPerks bounds what a tier promises.
const maxPerks = 10
