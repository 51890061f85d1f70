package models_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"regulars/models"
)

// rich draws a program with rules, bonuses, stamp cards and limits of any kind.
func rich(t *rapid.T) *models.Program {
	p := program(func(terms *models.Terms) {
		terms.TimeZone = rapid.SampledFrom([]string{"Europe/Amsterdam", "America/New_York", "Australia/Lord_Howe"}).Draw(t, "zone")
		terms.Refunds = rapid.SampledFrom([]models.Refunds{models.AllowNegative, models.OnlyAvailable}).Draw(t, "refunds")
		terms.TierBy = rapid.SampledFrom([]models.TierBy{"", models.TierBySpend, models.TierByVisits}).Draw(t, "tiers by")
		terms.TierOver = rapid.SampledFrom([]models.TierOver{{}, {}, {Months: 1}, {Months: 3, Grace: 20}, {Calendar: true}, {Calendar: true, Grace: 40}}).Draw(t, "tiers over")
		terms.Tiers = rapid.SampledFrom([][]models.Tier{terms.Tiers, {{Name: "Gold", From: 9000}, {Name: "Bronze"}, {Name: "Silver", From: 3000}}}).Draw(t, "tiers")
		terms.Excluded.Categories = []string{"gift card"}
		terms.Stacking = models.Stacking{Multiply: rapid.Bool().Draw(t, "multiply"), Ceiling: rapid.SampledFrom([]int64{0, 150, 400}).Draw(t, "ceiling")}
		terms.Rules = rapid.SliceOfN(rapid.Custom(richRule), 1, 5).Draw(t, "rules")
		for i := range terms.Rules {
			terms.Rules[i].ID = models.RuleID("rule" + string(rune('a'+i)))
		}
		if rapid.Bool().Draw(t, "value") {
			terms.Value = models.ValueTerms{Most: 9000, Earns: rapid.Bool().Draw(t, "value earns")}
			terms.Products = []models.Product{{ID: "ten", Name: "Ten", Unit: models.Visits, Give: 10, Price: 900}}
			terms.Rules = append(terms.Rules, models.Rule{ID: "back", Name: "Back", Unit: models.Value, Give: 3, Per: models.PerAmount, Amount: 100})
		}
		if rapid.Bool().Draw(t, "memberships") {
			terms.Memberships = []models.Membership{
				{ID: "club", Name: "Club", Price: 500, Months: 1, Grace: rapid.SampledFrom([]int{0, 5}).Draw(t, "grace"), Locks: rapid.IntRange(0, 3).Draw(t, "locks") == 0},
				{ID: "club-week", Name: "Club, a week", Price: 200, Days: 7, Prolongs: "club"},
				{ID: "box", Name: "Box", Price: 300, Days: 2},
			}
			if i := rapid.IntRange(-1, len(terms.Rules)-1).Draw(t, "rule for members"); i >= 0 {
				terms.Rules[i].When.Memberships = []models.RuleID{"club", "box"}
			}
		}
		terms.Bonuses = rapid.SliceOfN(rapid.Custom(richBonus), 0, 3).Draw(t, "bonuses")
		for i := range terms.Bonuses {
			terms.Bonuses[i].ID = models.RuleID("bonus" + string(rune('a'+i)))
		}
		if rapid.Bool().Draw(t, "card") {
			size := rapid.Int64Range(2, 6).Draw(t, "size")
			terms.StampCards = []models.StampCard{{
				ID: "card", Name: "Card", Unit: models.Stamps, Size: size,
				Start: rapid.Int64Range(0, size-1).Draw(t, "start"), Every: rapid.Bool().Draw(t, "every"),
			}}
		}
		terms.Challenges = rapid.SliceOfN(rapid.Custom(richChallenge), 0, 3).Draw(t, "challenges")
		for i := range terms.Challenges {
			terms.Challenges[i].ID = models.RuleID("challenge" + string(rune('a'+i)))
			terms.Challenges[i].Unit = rapid.SampledFrom(terms.Units()).Draw(t, "unit to win")
		}
		if rapid.Bool().Draw(t, "referral") {
			terms.Referral = models.Referral{
				ID: "friend", Name: "Friend", FriendName: "Friend", Unit: rapid.SampledFrom(terms.Units()).Draw(t, "unit for friends"),
				Give: rapid.Int64Range(1, 9).Draw(t, "give for friends"), FriendGive: rapid.Int64Range(0, 9).Draw(t, "give to friends"),
				Min: rapid.SampledFrom([]int64{0, 900}).Draw(t, "least"), Pending: rapid.SampledFrom([]int{0, 3}).Draw(t, "return period"),
				Most: rapid.Int64Range(0, 2).Draw(t, "most friends"), MostYear: rapid.Int64Range(0, 2).Draw(t, "most friends in a year"),
			}
		}
		richCoalition(t, terms)
		for _, u := range terms.Units() {
			e := models.Expiry{Unit: u, Pending: rapid.SampledFrom([]int{0, 0, 2}).Draw(t, "pending")}
			switch rapid.IntRange(0, 4).Draw(t, "ends") {
			case 0:
				continue
			case 1:
				e.Months, e.MonthEnd = 1, rapid.Bool().Draw(t, "at the month's end")
			case 2:
				e.Date = "03-31"
			case 3:
				e.Inactive = 1
			}
			terms.Expiries = append(terms.Expiries, e)
		}
		terms.Rewards = nil
		for _, u := range terms.Units() {
			if u == models.Value {
				continue
			}
			terms.Rewards = append(terms.Rewards, richReward(t, u))
		}
	})
	if err := models.CheckTerms(&p.Terms); err != nil {
		t.Fatal(err)
	}
	return p
}

// richCoalition draws merchants, what units are worth between them, and a share
// of sales for charities.
func richCoalition(t *rapid.T, terms *models.Terms) {
	if rapid.Bool().Draw(t, "giving") {
		terms.Giving = models.Giving{
			ID: "trees", Name: "For trees", Percent: rapid.SampledFrom([]int64{33, 100, 750}).Draw(t, "share"),
			Charities: []string{"City trees", "Food bank"}, Min: rapid.SampledFrom([]int64{0, 900}).Draw(t, "least for charity"),
		}
	}
	if rapid.Bool().Draw(t, "coalition") {
		terms.Merchants = []models.Merchant{
			{ID: "bakery", Name: "Bakery", Locations: []string{"Corner", "Mill"}}, {ID: "books", Name: "Books", Locations: []string{"Square"}},
		}
		for _, u := range terms.Units() {
			if u != models.Value && rapid.Bool().Draw(t, "rate") {
				terms.Settlement = append(terms.Settlement, models.Rate{Unit: u, Units: rapid.Int64Range(1, 7).Draw(t, "units"), Amount: rapid.Int64Range(0, 9).Draw(t, "worth")})
			}
		}
	}
}

// richReward draws a reward that costs a unit.
func richReward(t *rapid.T, u models.Unit) models.Reward {
	r := models.Reward{
		ID: models.RewardID(u), Name: string(u), Unit: u, Cost: rapid.Int64Range(1, 9).Draw(t, "cost"),
		Tier: rapid.SampledFrom([]string{"", "", "Silver"}).Draw(t, "tier"), When: richWhen(t),
	}
	if rapid.Bool().Draw(t, "limited") {
		r.Most = models.RewardMost{
			Times: rapid.Int64Range(1, 3).Draw(t, "most"),
			In:    rapid.SampledFrom([]models.Period{"", models.InDay, models.InWeek, models.InMonth, models.InYear}).Draw(t, "in"),
		}
	}
	switch rapid.IntRange(0, 3).Draw(t, "kind") {
	case 0:
		r.Kind, r.Amount = models.AmountOff, 100
		if r.Most.Times == 0 {
			r.Repeat = 3
		}
	case 1:
		r.Kind = models.Mystery
		r.Prizes = []models.Prize{{ID: "none", Name: "Better luck", Weight: 3}, {ID: "some", Name: "Some", Weight: 1, Unit: u, Give: 5}}
	}
	return r
}

func richChallenge(t *rapid.T) models.Challenge {
	c := models.Challenge{
		Name: "why", Count: rapid.SampledFrom([]models.Tally{models.TallyVisits, models.TallyAmount, models.TallyPieces, models.TallyDifferent}).Draw(t, "count"),
		What: richGoods(t), When: richWhen(t), Goal: rapid.Int64Range(1, 4).Draw(t, "goal"), Give: rapid.Int64Range(1, 9).Draw(t, "prize"),
		Times: rapid.Int64Range(0, 3).Draw(t, "times to win"),
		From:  rapid.SampledFrom([]string{"", "", "2026-03-25"}).Draw(t, "from"), To: rapid.SampledFrom([]string{"", "2026-04-20"}).Draw(t, "to"),
	}
	switch rapid.IntRange(0, 2).Draw(t, "over") {
	case 0:
		c.Within = rapid.IntRange(4, 30).Draw(t, "within")
	case 1:
		if c.Count != models.TallyDifferent {
			c.Every = rapid.SampledFrom([]models.Every{models.EveryWeek, models.EveryMonth}).Draw(t, "every")
			c.Each = rapid.Int64Range(0, 2).Draw(t, "each")
		}
	}
	if c.Count == models.TallyAmount && c.Every == "" {
		c.Goal *= 700
	}
	return c
}

func richRule(t *rapid.T) models.Rule {
	r := models.Rule{
		Name: "why", Unit: rapid.SampledFrom([]models.Unit{models.Points, models.Stamps, models.Visits}).Draw(t, "unit"),
		Give: rapid.Int64Range(1, 5).Draw(t, "give"), When: richWhen(t),
		On: rapid.SampledFrom([]models.Occasion{"", "", "", models.OnPurchase, models.OnCheckIn, models.OnSurvey}).Draw(t, "on"),
	}
	if rapid.Bool().Draw(t, "limited") {
		r.Most = models.Most{
			Purchase: rapid.Int64Range(0, 9).Draw(t, "most"), Day: rapid.Int64Range(0, 12).Draw(t, "most in a day"), Times: rapid.Int64Range(0, 3).Draw(t, "most times"),
		}
	}
	if r.On != "" && r.On != models.OnPurchase {
		return r
	}
	if r.Per = rapid.SampledFrom([]models.Step{models.PerAmount, models.PerPurchase, models.PerItem}).Draw(t, "per"); r.Per == models.PerAmount {
		r.Amount = rapid.Int64Range(1, 900).Draw(t, "amount")
	}
	r.Min = rapid.SampledFrom([]int64{0, 0, 500}).Draw(t, "min")
	r.What = richGoods(t)
	return r
}

func richGoods(t *rapid.T) models.Goods {
	return models.Goods{Categories: rapid.SampledFrom([][]string{nil, nil, {"drink"}, {"food", "drink"}}).Draw(t, "goods")}
}

func richWhen(t *rapid.T) models.When {
	return models.When{
		Days:  rapid.SampledFrom([][]string{nil, nil, nil, {"tue", "wed"}}).Draw(t, "days"),
		Hours: rapid.SampledFrom([][]models.Hours{nil, nil, nil, {{From: "22:00", Until: "03:00"}}, {{From: "09:00", Until: "17:00"}}}).Draw(t, "hours"),
		Tiers: rapid.SampledFrom([][]string{nil, nil, nil, {"Silver", "Gold"}}).Draw(t, "tiers"),
		Facts: rapid.SampledFrom([][]models.Fact{nil, nil, nil, {models.BirthdayMonth}, {"tag:student"}}).Draw(t, "facts"),
	}
}

func richBonus(t *rapid.T) models.Bonus {
	return models.Bonus{
		Name: "more", Percent: rapid.SampledFrom([]int64{110, 150, 200, 333}).Draw(t, "percent"), What: richGoods(t), When: richWhen(t),
	}
}

// happens draws something that happens to an account.
func happens(t *rapid.T, a *account, at time.Time) models.Event {
	e := models.Event{
		Kind: models.EntryEarn, At: at, Location: rapid.SampledFrom([]string{"", "Corner", "Mill", "Square"}).Draw(t, "location"),
		Facts: rapid.SampledFrom([][]models.Fact{nil, {models.BirthdayMonth}, {"tag:student"}, {models.BirthdayMonth, "tag:student"}}).Draw(t, "facts"),
	}
	switch rapid.IntRange(0, 14).Draw(t, "event") {
	case 14:
		id := rapid.SampledFrom([]models.RuleID{"club", "club-week", "box"}).Draw(t, "membership")
		price, _ := a.p.Price(id)
		e.Kind, e.Load = models.EntryLoad, &models.Load{Product: id, Amount: price}
	case 13:
		e.Kind, e.Load = models.EntryLoad, &models.Load{Amount: rapid.SampledFrom([]int64{100, 2500}).Draw(t, "load")}
		if rapid.Bool().Draw(t, "product") {
			e.Load = &models.Load{Product: "ten", Amount: 900}
		}
	case 12:
		e.Kind = models.EntryExpire
	case 0:
		e.Activity = rapid.SampledFrom([]models.Occasion{models.OnCheckIn, models.OnSurvey, models.OnReferral}).Draw(t, "activity")
	case 1, 2:
		e.Kind, e.Reward = models.EntryRedeem, rapid.SampledFrom([]models.RewardID{"points", "stamps", "visits"}).Draw(t, "reward")
		e.Taken = takes(t, a.p, e.Reward)
	case 3:
		e.Kind, e.Delta = models.EntryAdjust, models.Delta{Unit: models.Points, Amount: rapid.Int64Range(-20, 20).Draw(t, "delta")}
	case 4, 5:
		if all := a.reversible(); len(all) > 0 {
			o := rapid.SampledFrom(all).Draw(t, "original")
			e.Kind, e.Original, e.Undone = models.EntryReverse, o, a.of(o).undone[int(o.Seq)-1]
			if e.Part = rapid.SampledFrom([]int64{0, 0, 77, 500}).Draw(t, "part"); rapid.Bool().Draw(t, "by line") {
				e.Part, e.Lines = 0, returned(t, e.Original, e.Undone)
			}
		}
		fallthrough
	default:
		if e.Kind == models.EntryEarn {
			e.Purchase = bought(t)
			e.Referrer = rapid.SampledFrom([]models.MemberID{"", "m1"}).Draw(t, "referrer")
			e.Charity = rapid.SampledFrom([]string{"", "City trees", "Food bank", "gone"}).Draw(t, "charity")
		}
	}
	return e
}

// returned draws lines of a purchase that come back, sometimes more than there
// are; none where it has none.
func returned(t *rapid.T, o *models.Entry, undone models.Undone) (lines []models.Returned) {
	if o.Purchase == nil {
		return nil
	}
	for i := range o.Purchase.Items {
		most := o.Purchase.Items[i].Quantity - undone.Lines[i]
		if n := rapid.Int64Range(0, most+rapid.SampledFrom([]int64{0, 0, 0, 1}).Draw(t, "beyond")).Draw(t, "back"); n > 0 {
			lines = append(lines, models.Returned{Line: i, Quantity: n})
		}
	}
	return lines
}

// takes draws what the terms of a reward leave open.
func takes(t *rapid.T, p *models.Program, id models.RewardID) (taken models.Taken) {
	r, ok := p.Reward(id)
	if !ok {
		return taken
	}
	if r.Kind == models.Mystery {
		taken.Draw, _ = r.DrawPrize(rapid.Uint64().Draw(t, "number"), []models.PrizeID{"some", "none"})
	}
	if r.Repeat > 0 {
		taken.Times = rapid.Int64Range(0, 3).Draw(t, "times")
	}
	if rapid.IntRange(0, 4).Draw(t, "voucher") == 0 {
		taken.Voucher, taken.Promise, taken.Times = "8", &r, 0
	}
	return taken
}

func bought(t *rapid.T) *models.Purchase {
	b := &models.Purchase{Currency: "EUR"}
	for range rapid.IntRange(0, 3).Draw(t, "lines") {
		item := models.Item{
			Name: "x", SKU: rapid.SampledFrom([]string{"", "a", "b", "c"}).Draw(t, "sku"), Category: rapid.SampledFrom([]string{"", "drink", "food", "gift card"}).Draw(t, "category"),
			Quantity: rapid.Int64Range(1, 3).Draw(t, "quantity"), Amount: rapid.Int64Range(0, 2000).Draw(t, "line"),
		}
		b.Items, b.Amount = append(b.Items, item), b.Amount+item.Amount
	}
	if len(b.Items) == 0 || b.Amount == 0 {
		b.Amount = rapid.Int64Range(1, 5000).Draw(t, "amount")
	}
	b.Tip = rapid.Int64Range(0, b.Amount/2).Draw(t, "tip")
	b.Covered = rapid.Int64Range(0, b.Amount/2).Draw(t, "covered")
	if rapid.IntRange(0, 3).Draw(t, "with value") == 0 {
		b.Value = rapid.Int64Range(0, b.Amount-b.Covered).Draw(t, "value")
	}
	return b
}

// life draws what happens to an account over some weeks.
func life(t *rapid.T, p *models.Program) *account {
	a := &account{p: p, undone: map[int]models.Undone{}}
	at := time.Date(2026, 3, 20, 0, 0, 0, 0, time.UTC)
	for range rapid.IntRange(1, 40).Draw(t, "events") {
		at = at.Add(time.Duration(rapid.SampledFrom([]int{0, 1, 9, 30, 200, 2500}).Draw(t, "hours later")) * time.Hour)
		e := happens(t, a, at)
		_ = a.post(e) // refused ones leave no trace, which is the point
	}
	return a
}

// Whatever the rules are, a balance is the sum of its entries, a rule gives no
// more than its limits, and a replay of the entries gives the same.
func TestAnyProgramKeepsItsBooks(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := rich(t)
		a := life(t, p)
		sums, counts, credit := map[models.Unit]int64{}, map[string]int64{}, int64(0)
		var s models.State
		for i := range a.entries {
			e := &a.entries[i]
			for _, d := range e.Deltas {
				require.NotZero(t, d.Amount)
				sums[d.Unit] += d.Amount
			}
			for key, n := range e.Counts {
				require.NotZero(t, n)
				counts[key] += n
			}
			credit += e.Credit
			for u, n := range sums {
				require.Equal(t, n, e.State.Balance(u))
				require.True(t, n >= 0 || p.Refunds == models.AllowNegative && u != models.Value)
			}
			for key, n := range e.State.Counts.All() {
				require.NotZero(t, n)
				require.Equal(t, counts[key], n, key)
			}
			require.Equal(t, credit, e.State.Earned)
			withinLimits(t, p, e)
			lotsAreWhole(t, p, s, e)
			tierIsRight(t, a, s, e)
			paidIsRight(t, a, e)
			c, err := p.Apply(s, e.Event(originalOf(a, e), a.before(e)))
			require.NoError(t, err)
			require.Equal(t, e.Deltas, c.Deltas)
			require.Equal(t, e.Counts, c.Counts)
			require.Equal(t, e.Lots, c.Lots)
			require.Equal(t, e.Paid, c.Paid)
			require.Equal(t, e.Merchant, c.Merchant)
			require.Equal(t, e.Given, c.Given)
			require.True(t, e.State.Equal(c.State))
			s = c.State
		}
	})
}

func originalOf(a *account, e *models.Entry) *models.Entry {
	for i := range a.entries {
		if models.EntryIDOf("a", a.entries[i].Seq) == e.Ref {
			return &a.entries[i]
		}
	}
	return nil
}

func withinLimits(t *rapid.T, p *models.Program, e *models.Entry) {
	for _, r := range p.Rules {
		var gave int64
		for _, d := range e.Deltas {
			if d.Rule == r.ID && e.Kind == models.EntryEarn {
				gave += d.Amount
			}
		}
		if r.Most.Purchase > 0 {
			require.LessOrEqual(t, gave, r.Most.Purchase)
		}
		for key, n := range e.State.Counts.All() {
			if r.Most.Day > 0 && strings.HasPrefix(key, "day/") && strings.HasSuffix(key, "/"+string(r.ID)) {
				require.LessOrEqual(t, n, r.Most.Day)
			}
			if r.Most.Times > 0 && strings.HasPrefix(key, "times/") && strings.HasSuffix(key, "/"+string(r.ID)) {
				require.LessOrEqual(t, n, r.Most.Times)
			}
		}
	}
}

func TestReversingAllOfAnyProgramReturnsToTheStart(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := rich(t)
		p.Refunds = models.AllowNegative
		// Money that was used is not taken back, nor what has ended.
		p.Rules = slices.DeleteFunc(p.Rules, func(r models.Rule) bool { return r.Unit == models.Value })
		p.Challenges = slices.DeleteFunc(p.Challenges, func(c models.Challenge) bool { return c.Unit == models.Value })
		if p.Referral.Unit == models.Value {
			p.Referral = models.Referral{}
		}
		p.Expiries = slices.DeleteFunc(p.Expiries, func(e models.Expiry) bool { return e.Unit == models.Value })
		a := life(t, p)
		at := time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC)
		if n := len(a.entries); n > 0 {
			at = a.entries[n-1].At
		}
		for pass, left := 0, 1; left > 0; pass++ { // a load only after what was paid with it
			left = 0
			for i := len(a.entries) - 1; i >= 0; i-- {
				if k := a.entries[i].Kind; k == models.EntryReverse || k == models.EntryExpire || a.whole(i) {
					continue
				}
				for rapid.Bool().Draw(t, "in parts") {
					if lines := returned(t, &a.entries[i], a.undone[i]); len(lines) > 0 {
						_ = a.post(models.Event{Kind: models.EntryReverse, At: at, Original: &a.entries[i], Undone: a.undone[i], Lines: lines})
					}
				}
				if a.whole(i) {
					continue
				}
				if err := a.post(models.Event{Kind: models.EntryReverse, At: at, Original: &a.entries[i], Undone: a.undone[i]}); err != nil {
					require.Equal(t, "load_spent", models.CodeOf(err))
					require.Less(t, pass, 9)
					left++
				}
			}
		}
		expired := map[models.Unit]int64{}
		for _, e := range a.entries {
			if e.Kind == models.EntryExpire {
				for _, d := range e.Deltas {
					expired[d.Unit] += d.Amount
				}
			}
		}
		for u, n := range a.state.Balances {
			require.Equal(t, expired[u], n, u)
		}
		require.Empty(t, a.state.Lots)
		require.Empty(t, a.state.Counts)
		require.Empty(t, a.state.Paid)
		require.Zero(t, a.state.Earned)
		if len(a.entries) > 0 {
			require.Equal(t, p.TierAt(0), p.TierOf(&a.state, at))
		}
	})
}

// paidIsRight: what is paid for is the terms of its time that were sold and not
// taken back, it ends when those do, and only with that behind it has it lapsed.
func paidIsRight(t *rapid.T, a *account, e *models.Entry) {
	type stretch struct {
		id    models.RuleID
		since time.Time
	}
	months, days := map[stretch]int{}, map[stretch]int{}
	for i := range a.entries[:e.Seq] {
		for _, term := range a.entries[i].Paid {
			months[stretch{term.Membership, term.Since}] += term.Months
			days[stretch{term.Membership, term.Since}] += term.Days
		}
	}
	for i, paid := range e.State.Paid {
		if i > 0 {
			require.Less(t, e.State.Paid[i-1].Membership, paid.Membership)
		}
		of := stretch{paid.Membership, paid.Since}
		require.Equal(t, months[of], paid.Months)
		require.Equal(t, days[of], paid.Days)
		require.Positive(t, paid.Months+paid.Days)
		require.False(t, paid.Since.After(e.At))
		require.True(t, paid.Until.After(paid.Since))
		require.False(t, paid.Ends.Before(paid.Until))
		if paid.Lapsed {
			require.False(t, e.State.Holds(paid.Membership, e.At))
		} else if e.Kind == models.EntryExpire {
			require.True(t, e.State.Holds(paid.Membership, e.At), "it was to lapse then")
		}
	}
}

// tierIsRight: a level is never lower than what was earned in its time and not
// taken back, it falls only by an entry that ends it or takes something back,
// and then to what it should be.
func tierIsRight(t *rapid.T, a *account, before models.State, e *models.Entry) {
	p := a.p
	from := func(name string) int64 {
		tier, _ := p.Tier(name)
		return tier.From
	}
	if is := from(e.State.Tier); is < from(before.Tier) {
		require.True(t, e.Kind == models.EntryExpire || e.Kind == models.EntryReverse)
	}
	if p.TierOver == (models.TierOver{}) {
		require.Nil(t, e.State.TierUntil)
		require.Equal(t, p.TierAt(e.State.Earned), e.State.Tier)
		return
	}
	require.Equal(t, from(e.State.Tier) > 0, e.State.TierUntil != nil)
	should := from(earnedInTime(a, e))
	require.GreaterOrEqual(t, from(e.State.Tier), should)
	if e.State.TierUntil == nil || e.State.TierUntil.After(e.At) {
		require.Equal(t, should, from(e.State.Tier))
	} else {
		require.NotEqual(t, models.EntryExpire, e.Kind, "it was to end then")
	}
	require.Equal(t, should, from(p.TierOf(&e.State, e.At)))
}

// earnedInTime is the level by all entries up to e, purchase by purchase.
func earnedInTime(a *account, e *models.Entry) string {
	over, zone := a.p.TierOver, a.p.Zone()
	date := func(at time.Time) time.Time {
		year, month, day := at.In(zone).Date()
		return time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
	}
	sums := map[time.Time]int64{} // by the last day on which they count
	for i := range a.entries[:e.Seq] {
		made, credit := &a.entries[i], a.entries[i].Credit
		if o := originalOf(a, made); o != nil {
			made = o
		}
		day := date(made.At)
		if !over.Calendar {
			sums[time.Date(day.Year(), day.Month()+time.Month(over.Months)+1, over.Grace, 0, 0, 0, 0, time.UTC)] += credit
			continue
		}
		sums[time.Date(day.Year()+2, 1, over.Grace, 0, 0, 0, 0, time.UTC)] += credit
		if before := day.AddDate(0, 0, -over.Grace).Year(); before != day.Year() {
			sums[time.Date(before+2, 1, over.Grace, 0, 0, 0, 0, time.UTC)] += credit
		}
	}
	var best, all int64
	for last, n := range sums {
		if !date(e.At).After(last) {
			best, all = max(best, n), all+n
		}
	}
	if over.Calendar {
		return a.p.TierAt(best)
	}
	return a.p.TierAt(all)
}

// lotsAreWhole: no lot is empty or below zero, together they are no more than
// the balance, what an entry changed of them is the difference, and what is
// redeemed comes from those that end first.
func lotsAreWhole(t *rapid.T, p *models.Program, before models.State, e *models.Entry) {
	in := map[models.Unit]int64{}
	for i, l := range e.State.Lots {
		require.Positive(t, l.Amount)
		in[l.Unit] += l.Amount
		if i > 0 && l.Expires != nil {
			require.NotNil(t, e.State.Lots[i-1].Expires, "what never ends comes last")
			require.False(t, e.State.Lots[i-1].Expires.After(*l.Expires))
		}
	}
	for u, n := range e.State.Balances {
		if e.State.Moved == "" && inLots(p, u) {
			require.Equal(t, max(n, 0), in[u], "all of it is in lots")
		}
	}
	for u, n := range in {
		require.LessOrEqual(t, n, e.State.Balance(u))
		require.LessOrEqual(t, e.State.Usable(u, e.At), e.State.Balance(u))
	}
	changed := map[models.Unit]int64{}
	for _, l := range e.Lots {
		require.NotZero(t, l.Amount)
		changed[l.Unit] += l.Amount
		if e.Kind == models.EntryRedeem {
			require.True(t, l.Expires == nil || l.Expires.After(e.At), "what has ended can't be used")
		}
	}
	for _, l := range before.Lots {
		in[l.Unit] -= l.Amount
	}
	for u, n := range in {
		require.Equal(t, changed[u], n, u)
	}
}

// inLots reports whether all units of a kind are in lots.
func inLots(p *models.Program, u models.Unit) bool {
	e, ok := p.Expiry(u)
	return p.Coalition() || ok && (e.Months > 0 || e.Date != "" || e.Inactive > 0)
}
