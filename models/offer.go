package models

import (
	"slices"
	"strconv"
	"time"
)

// The occasions of offers alone.
const (
	OnAway Occasion = "away" // so many days without a visit
	OnTier Occasion = "tier" // a level is reached
)

// VoucherOffer is a voucher that the program gives a member by itself.
type VoucherOffer struct {
	ID     RuleID   `bson:"id" json:"id"`     // of one space with rules
	Name   string   `bson:"name" json:"name"` // what it is given for, as staff and customers read it
	On     Occasion `bson:"on" json:"on"`     // sign_up, birthday, away or tier
	Reward RewardID `bson:"reward" json:"reward"`
	Days   int      `bson:"days,omitempty" json:"days,omitempty"` // it is good for so many local days, that on which it is given the first; for ever when 0
	Away   int      `bson:"away,omitempty" json:"away,omitempty"` // with OnAway: days without a purchase or a check-in
	Tier   string   `bson:"tier,omitempty" json:"tier,omitempty"` // with OnTier: the level
}

// ShowsVouchers reports whether cards change with the vouchers of their member.
func (t *Terms) ShowsVouchers() bool { return len(t.Offers) > 0 || t.Card.Google.Vouchers }

// OffersOn returns the offers of an occasion.
func (t *Terms) OffersOn(o Occasion) []VoucherOffer {
	var all []VoucherOffer
	for _, x := range t.Offers {
		if x.On == o {
			all = append(all, x)
		}
	}
	return all
}

// Offered reports whether the program gives a voucher on an occasion.
func (t *Terms) Offered(o Occasion) bool {
	return slices.ContainsFunc(t.Offers, func(x VoucherOffer) bool { return x.On == o })
}

// Reached returns the offers for levels that a member has after an entry, and had
// not before it.
func (p *Program) Reached(before, after *State) []VoucherOffer {
	if len(p.Offers) == 0 || before.Tier == after.Tier {
		return nil
	}
	was, is := max(p.rank(before.Tier), 0), p.rank(after.Tier)
	var all []VoucherOffer
	for _, x := range p.OffersOn(OnTier) {
		if from := p.rank(x.Tier); was < from && from <= is {
			all = append(all, x)
		}
	}
	return all
}

// ReachedBy returns the offers for levels that an entry reached: where it is one of a
// transfer, not those that came along or came back.
func (p *Program) ReachedBy(t *Transfer, before, after *State) []VoucherOffer {
	switch {
	case t == nil:
	case t.Why == Unmerge || t.Why == Leave:
		return nil
	case !t.Out && p.rank(t.Level.Tier) > p.rank(before.Tier):
		before = &State{Tier: t.Level.Tier}
	}
	return p.Reached(before, after)
}

// Until is when a voucher that is given on a local day, 2006-01-02, is over; nil
// for never.
func (o *VoucherOffer) Until(p *Program, day string) *time.Time {
	if o.Days == 0 {
		return nil
	}
	end := p.DayBegins(day, o.Days)
	return &end
}

// checkOffers returns the first thing wrong with the offers, or nil.
func checkOffers(t *Terms, named func(field string, id RuleID, name string) error, bad complain) error {
	if len(t.Offers) > maxListed {
		return bad("offers", "A program has at most 50 offers.")
	}
	for i := range t.Offers {
		o, field := &t.Offers[i], "offers["+strconv.Itoa(i)+"]"
		if err := named(field, o.ID, o.Name); err != nil {
			return err
		}
		at := slices.IndexFunc(t.Rewards, func(r Reward) bool { return r.ID == o.Reward })
		tier, known := t.Tier(o.Tier)
		switch {
		case !slices.Contains([]Occasion{OnSignUp, OnBirthday, OnAway, OnTier}, o.On):
			return bad(field+".on", "on is sign_up, birthday, away or tier.")
		case at < 0:
			return bad(field+".reward", "There is no such reward.")
		case t.Rewards[at].Kind == Mystery:
			return bad(field+".reward", "A voucher is for something certain, and not for a mystery reward.")
		case o.Days < 0 || o.Days > 3660:
			return bad(field+".days", "It is good for 1 to 3660 days, or for ever without days.")
		case (o.On == OnAway) != (o.Away != 0) || o.Away < 0 || o.Away > 3660:
			return bad(field+".away", "Say after how many days without a visit, 1 to 3660; leave it out for other occasions.")
		case (o.On == OnTier) != (o.Tier != "") || o.Tier != "" && (!known || tier.From == 0):
			return bad(field+".tier", "Name the level that is reached, other than the first; leave it out for other occasions.")
		}
	}
	return nil
}
