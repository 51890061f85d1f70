package models

import (
	"slices"
	"strconv"
)

// The bounds of what a reward may say.
const (
	maxRepeat  = 1000
	maxChoices = 50
	maxPrizes  = 50
	maxWeight  = 1_000_000
)

var rewardKinds = []RewardKind{"", FreeItem, AmountOff, PercentOff, Access, Donation, Partner, GiftValue, Mystery}

// checkRewards returns the first thing wrong with the rewards, or nil.
func checkRewards(t *Terms, bad complain) error {
	seen := map[RewardID]bool{}
	for i := range t.Rewards {
		r, field := &t.Rewards[i], "rewards["+strconv.Itoa(i)+"]"
		switch {
		case r.ID == "" || len(r.ID) > maxListName || seen[r.ID]:
			return bad(field+".id", "Each reward needs an id of its own.")
		case r.Name == "" || len(r.Name) > maxListName:
			return bad(field+".name", "Each reward needs a name of at most 60 characters.")
		}
		seen[r.ID] = true
		for _, check := range []func(*Terms, string, complain) error{r.checkCost, r.checkKind, r.checkPrizes, r.checkWhen} {
			if err := check(t, field, bad); err != nil {
				return err
			}
		}
	}
	return nil
}

func (r *Reward) checkCost(t *Terms, field string, bad complain) error {
	switch {
	case r.Cost < 0:
		return bad(field+".cost", "A reward costs at least 1; leave the cost out where only a voucher gets it.")
	case r.Cost == 0 && (r.Unit != "" || r.Most != RewardMost{} || r.Repeat != 0):
		return bad(field+".cost", "A reward without a cost is had by voucher alone: leave unit, most and repeat out, or say what it costs.")
	case r.Unit == Value:
		return bad(field+".unit", "A reward costs no money: members pay with value at the till.")
	case r.Cost > 0 && !t.Counts(r.Unit):
		return bad(field+".unit", "A reward costs units that a rule gives.")
	case r.Repeat < 0 || r.Repeat > maxRepeat:
		return bad(field+".repeat", "A reward may be taken up to 1000 times at once.")
	case r.Repeat > 1 && r.Kind != AmountOff && r.Kind != Donation && r.Kind != GiftValue:
		return bad(field+".repeat", "Only an amount off, a donation and value can be taken several times at once.")
	case r.Expense < 0 || r.Expense > maxStep:
		return bad(field+".expense", "What one costs you is in minor units, up to 10000000.")
	case r.Stock < 0:
		return bad(field+".stock", "The stock is how many there are; leave it out where there is no bound.")
	case r.Most.Times < 0 || r.Most.Times == 0 && r.Most.In != "":
		return bad(field+".most", "Say how many times a member may take it.")
	case !slices.Contains([]Period{"", InDay, InWeek, InMonth, InYear}, r.Most.In):
		return bad(field+".most.in", "in is day, week, month or year; leave it out for a limit that never begins anew.")
	case r.Repeat > 1 && r.Most.Times > 0 && r.Most.Times < r.Repeat:
		return bad(field+".most", "The member may take it fewer times than at once.")
	case r.Repeat > 1 && r.Stock > 0:
		return bad(field+".stock", "What can be taken several times at once has no stock.")
	}
	return nil
}

func (r *Reward) checkKind(t *Terms, field string, bad complain) error {
	amount := r.Kind == AmountOff || r.Kind == Donation || r.Kind == GiftValue
	switch {
	case !slices.Contains(rewardKinds, r.Kind):
		return bad(field+".kind", "kind is item, amount_off, percent_off, access, donation, partner, value or mystery.")
	case r.Kind == GiftValue && t.Value.Most == 0:
		return bad(field+".kind", "Cards of this program hold no money: give value terms first.")
	case amount != (r.Amount > 0) || r.Amount < 0 || r.Amount > maxStep:
		return bad(field+".amount", "An amount off, a donation and value say how much, in minor units; other kinds have no amount.")
	case (r.Kind == PercentOff) != (r.Percent > 0) || r.Percent < 0 || r.Percent > 100:
		return bad(field+".percent", "A percentage off is 1 to 100; other kinds have none.")
	case r.Ceiling < 0 || r.Ceiling > 0 && r.Kind != PercentOff:
		return bad(field+".ceiling", "The ceiling is what a percentage comes to at most, in minor units.")
	case (r.Kind == Partner) != (r.By != "") || len(r.By) > maxListName:
		return bad(field+".by", "Say which partner gives it, in at most 60 characters; other kinds have none.")
	case len(r.Choose) == 1 || len(r.Choose) > maxChoices:
		return bad(field+".choose", "There are 2 to 50 things to choose from, or none.")
	case len(r.Choose) > 0 && r.Kind != "" && r.Kind != FreeItem && r.Kind != Donation:
		return bad(field+".choose", "A member chooses an item or a charity.")
	}
	for i, name := range r.Choose {
		if name == "" || len(name) > maxListName || slices.Contains(r.Choose[:i], name) {
			return bad(field+".choose", "Each choice has a name of its own, of at most 60 characters.")
		}
	}
	return nil
}

func (r *Reward) checkPrizes(t *Terms, field string, bad complain) error {
	if (r.Kind == Mystery) != (len(r.Prizes) > 0) || len(r.Prizes) > maxPrizes {
		return bad(field+".prizes", "A mystery reward has 1 to 50 prizes; other kinds have none.")
	}
	unbounded := false
	for i := range r.Prizes {
		z := &r.Prizes[i]
		named := !slices.ContainsFunc(r.Prizes[:i], func(o Prize) bool { return o.ID == z.ID })
		switch {
		case !ruleID.MatchString(string(z.ID)) || !named:
			return bad(field+".prizes", "Each prize has an id of its own: 1 to 40 small letters, digits, - and _.")
		case z.Name == "" || len(z.Name) > maxListName:
			return bad(field+".prizes", "Each prize has a name of at most 60 characters.")
		case z.Weight < 1 || z.Weight > maxWeight || z.Budget < 0:
			return bad(field+".prizes", "The weight of a prize is 1 to 1000000, and its budget how many there are.")
		case z.Give < 0 || z.Give > maxGive || (z.Give > 0) != (z.Unit != "") || z.Give > 0 && !t.Counts(z.Unit):
			return bad(field+".prizes", "A prize of units says how many, and of which unit that a rule gives.")
		}
		unbounded = unbounded || z.Budget == 0
	}
	if len(r.Prizes) > 0 && !unbounded && r.Stock == 0 {
		return bad(field+".prizes", "One prize has no budget, so that nobody draws nothing; or the reward has a stock.")
	}
	return nil
}

func (r *Reward) checkWhen(t *Terms, field string, bad complain) error {
	known := func(name string) bool {
		return slices.ContainsFunc(t.Tiers, func(tier Tier) bool { return tier.Name == name })
	}
	switch {
	case r.Tier != "" && !known(r.Tier):
		return bad(field+".tier", "There is no tier "+r.Tier+".")
	case r.Early != Early{} && (!known(r.Early.Tier) || r.Early.Days < 1 || r.Early.Days > 366 || len(r.When.Dates) == 0):
		return bad(field+".early", "Say which tier may take it how many days before its dates begin, and give it dates.")
	}
	for _, d := range r.Blackout {
		if !isDay(d.From) || !isDay(d.To) || d.To < d.From {
			return bad(field+".blackout", "Dates are written 2026-11-28, the first one not after the last one.")
		}
	}
	return r.When.check(t, field+".when", bad)
}
