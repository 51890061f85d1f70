package models

import (
	"fmt"
	"time"
)

// InvitationCode is what a member gives to friends, without spaces: see package
// passes/barcode for its form.
type InvitationCode string

// Invitation lets one person join a program that is open to invited people
// alone. It is the shop's own, and no member's.
type Invitation struct {
	ID      string         `bson:"_id"` // InvitationKey(Program, Code)
	Rev     int64          `bson:"rev"`
	Program ProgramID      `bson:"program"`
	Code    InvitationCode `bson:"code"`
	Batch   BatchID        `bson:"batch"`            // of those that were made together
	Place   string         `bson:"place"`            // where it stands in the list: the later batch, and the lower number, is higher
	Reason  string         `bson:"reason,omitempty"` // what they are for
	MadeAt  time.Time      `bson:"made_at"`
	MadeBy  UserID         `bson:"made_by,omitempty"`
	Request string         `bson:"request"` // hash of the request that made it

	Member MemberID   `bson:"member,omitempty"` // who joins, or has joined, with it
	At     *time.Time `bson:"at,omitempty"`     // and since when
}

// InvitationKey is the key under which an invitation for one is kept.
func InvitationKey(p ProgramID, code InvitationCode) string { return string(p) + ":" + string(code) }

// InvitationPlace is where the nth invitation of a batch stands in the list: the
// batch that was made last is the highest, and in it the first.
func InvitationPlace(made time.Time, b BatchID, n int) string {
	return fmt.Sprintf("%012d/%s/%04d", made.Unix(), b, 9999-n)
}

// Referral is what a program gives for a new customer whom a member invited: to
// both, when the friend has bought something for the first time. There is none
// where ID is empty.
type Referral struct {
	ID         RuleID `bson:"id" json:"id"`
	Name       string `bson:"name" json:"name"`               // the reason as the member reads it
	FriendName string `bson:"friend_name" json:"friend_name"` // and the friend
	Unit       Unit   `bson:"unit" json:"unit"`
	Give       int64  `bson:"give" json:"give"`                               // to the member
	FriendGive int64  `bson:"friend_give" json:"friend_give"`                 // to the friend
	Min        int64  `bson:"min,omitempty" json:"min,omitempty"`             // minor units of a purchase that counts
	Pending    int    `bson:"pending,omitempty" json:"pending,omitempty"`     // days before either can use it: the return period
	Most       int64  `bson:"most,omitempty" json:"most,omitempty"`           // friends of one member, ever
	MostYear   int64  `bson:"most_year,omitempty" json:"most_year,omitempty"` // friends of one member in a calendar year
}

// Refers reports whether the program gives for friends.
func (t *Terms) Refers() bool { return t.Referral.ID != "" }

const (
	referredCount = "done/referred"
	friendsCount  = "friends"
)

// Referred is 1 for the purchase of a friend that its referrer is rewarded for, -1
// for a reversal that takes all of such a purchase back, and 0 for any other
// entry.
func (e *Entry) Referred() int64 {
	if e.Kind == EntryTransfer { // it was so elsewhere
		return 0
	}
	return e.Counts[referredCount]
}

// refer gives a friend what the first purchase brings that is large enough.
func (e *earning) refer(referrer MemberID) {
	r := &e.p.Referral
	if referrer == "" || r.ID == "" || e.s.Counts.Of(referredCount) > 0 || e.spent(Goods{}) < max(r.Min, 1) {
		return
	}
	e.add(r.Unit, r.FriendGive, r.ID)
	e.counts[referredCount] = 1
}

// referral gives a member what a friend's purchase brings.
func (e *earning) referral() error {
	r := &e.p.Referral
	year := friendsCount + "/" + e.m.day[:4]
	switch {
	case r.ID == "" || r.Give == 0:
		return Fail(Invalid, "no_rule", "activity", "This program gives nothing for that.")
	case r.Most > 0 && e.s.Counts.Of(friendsCount) >= r.Most, r.MostYear > 0 && e.s.Counts.Of(year) >= r.MostYear:
		return Fail(Conflict, "nothing_given", "activity", "This member was rewarded for as many friends as the program allows.")
	}
	e.add(r.Unit, r.Give, r.ID)
	e.counts[friendsCount]++
	if r.MostYear > 0 {
		e.counts[year]++
	}
	e.startCards()
	return nil
}

// late is how many of the units that an event gives have to wait, and for how
// many days.
func (p *Program) late(event *Event, deltas []Delta, u Unit) (n int64, days int) {
	if r := &p.Referral; event.Kind == EntryEarn && r.Pending > 0 && r.Unit == u {
		for _, d := range deltas {
			if d.Rule == r.ID && d.Unit == u {
				n += d.Amount
			}
		}
		return n, r.Pending
	}
	return 0, 0
}

func (r *Referral) check(t *Terms, bad complain) error {
	switch {
	case r.FriendName == "" || len(r.FriendName) > maxText:
		return bad("referral.friend_name", "Say in at most 200 characters what friends are given, as they will read it.")
	case !t.Counts(r.Unit):
		return bad("referral.unit", "No rule gives that unit.")
	case r.Give < 0 || r.FriendGive < 0 || r.Give > maxGive || r.FriendGive > maxGive || r.Give+r.FriendGive == 0:
		return bad("referral.give", "give and friend_give are 0 to 10000 units, and not both 0.")
	case r.Min < 0 || r.Min > t.MaxPurchase:
		return bad("referral.min", "The least amount is in minor units, and no more than one purchase may be.")
	case r.Pending < 0 || r.Pending > 365:
		return bad("referral.pending", "Units wait at most 365 days before they can be used.")
	case r.Most < 0 || r.MostYear < 0:
		return bad("referral.most", "A limit is above zero; leave it out where there is none.")
	}
	return nil
}
