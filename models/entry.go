package models

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// EntryID is account and sequence number: the place of an entry in its ledger.
type EntryID string

// EntryIDOf returns the id of the account's entry with that sequence number.
// Ids of one account sort in the order of their numbers.
func EntryIDOf(a AccountID, seq int64) EntryID { return EntryID(fmt.Sprintf("%s-%010d", a, seq)) }

// EntryKind is what happened.
type EntryKind string

// The kinds of entries.
const (
	EntryOpen     EntryKind = "open"     // an opening balance, brought from elsewhere
	EntryEarn     EntryKind = "earn"     // a purchase
	EntryRedeem   EntryKind = "redeem"   // units given for a reward
	EntryReverse  EntryKind = "reverse"  // an earlier entry taken back
	EntryAdjust   EntryKind = "adjust"   // units given or taken by hand
	EntryLoad     EntryKind = "load"     // units that were paid for
	EntryExpire   EntryKind = "expire"   // units that have come to their end
	EntryTransfer EntryKind = "transfer" // what moves between two accounts
)

// Delta is a change of one balance.
type Delta struct {
	Unit   Unit   `bson:"unit" json:"unit"`
	Amount int64  `bson:"amount" json:"amount"`
	Rule   RuleID `bson:"rule,omitempty" json:"rule,omitempty"` // the rule, bonus or stamp card that gave it
}

// State is what an account holds after an entry.
type State struct {
	Balances map[Unit]int64 `bson:"balances"`
	Counts   Memory         `bson:"counts,omitempty"` // what rules remember, by the keys of count.go; none is zero
	Lots     []Lot          `bson:"lots,omitempty"`   // units that end or can't be used yet, soonest end first
	Earned   int64          `bson:"earned"`           // the tier credit: what counted towards tiers, ever, less reversals
	Tier     string         `bson:"tier,omitempty"`
	// TierUntil is when Tier ends if nothing more is earned; nil where it does
	// not. An expire entry ends it.
	TierUntil *time.Time `bson:"tier_until,omitempty"`
	Paid      []Paid     `bson:"paid,omitempty"` // the memberships, by their ids, that were paid for last
	// Moved is the member whose account took all that was here. Nothing is booked
	// on this one any more, until it is in use again.
	Moved MemberID `bson:"moved,omitempty"`
}

// Balance returns the balance of a unit.
func (s State) Balance(u Unit) int64 { return s.Balances[u] }

// Equal reports whether both states say the same.
func (s State) Equal(o State) bool {
	return SameLots(s.Lots, o.Lots) && s.Earned == o.Earned && s.Tier == o.Tier && sameTime(s.TierUntil, o.TierUntil) && s.Moved == o.Moved &&
		maps.Equal(s.Balances, o.Balances) && slices.Equal(s.Counts, o.Counts) && samePaid(s.Paid, o.Paid)
}

// Item is one line of a receipt.
type Item struct {
	Name     string `bson:"name" json:"name"`
	SKU      string `bson:"sku,omitempty" json:"sku,omitempty"`
	Brand    string `bson:"brand,omitempty" json:"brand,omitempty"`
	Category string `bson:"category,omitempty" json:"category,omitempty"`
	Quantity int64  `bson:"quantity" json:"quantity"`
	Amount   int64  `bson:"amount" json:"amount"` // minor units for the whole line
}

// Purchase is what was bought.
type Purchase struct {
	Amount   int64  `bson:"amount" json:"amount"` // minor units
	Currency string `bson:"currency" json:"currency"`
	Receipt  string `bson:"receipt,omitempty" json:"receipt,omitempty"`
	Items    []Item `bson:"items,omitempty" json:"items,omitempty"`
	Tip      int64  `bson:"tip,omitempty" json:"tip,omitempty"`         // minor units of Amount that are a tip
	Covered  int64  `bson:"covered,omitempty" json:"covered,omitempty"` // minor units of Amount paid with points, or otherwise not with money
	Value    int64  `bson:"value,omitempty" json:"value,omitempty"`     // minor units of Amount paid with the stored value of the card
}

// Entry is one immutable line of an account's ledger. A mistake is corrected
// by a further entry, so the sum can always be explained.
type Entry struct {
	ID         EntryID    `bson:"_id"`
	Account    AccountID  `bson:"account"`
	Seq        int64      `bson:"seq"`  // 1, 2, 3 … without gaps
	Key        string     `bson:"key"`  // idempotency key, chosen by the caller, kept for ever
	Hash       string     `bson:"hash"` // of the request that the key came with
	Kind       EntryKind  `bson:"kind"`
	Program    ProgramID  `bson:"program"`
	Version    int        `bson:"version"`
	Member     MemberID   `bson:"member"`
	At         time.Time  `bson:"at"`          // when it happened
	RecordedAt time.Time  `bson:"recorded_at"` // when it was written here
	Day        string     `bson:"day"`         // local day of At in the program's zone
	Purchase   *Purchase  `bson:"purchase,omitempty"`
	Load       *Load      `bson:"load,omitempty"`
	Reward     RewardID   `bson:"reward,omitempty"`
	Taken      Taken      `bson:"taken,omitzero"`       // redeem: what the reward's terms left open
	Ref        EntryID    `bson:"ref,omitempty"`        // the entry that this one takes back, or by which somebody came who leaves
	MovedTo    MemberID   `bson:"moved_to,omitempty"`   // reverse: whose the purchase is
	MovedFrom  EntryID    `bson:"moved_from,omitempty"` // earn: the reversal that moved the purchase here
	Reason     string     `bson:"reason,omitempty"`
	Location   string     `bson:"location,omitempty"`
	Staff      UserID     `bson:"staff,omitempty"`
	By         UserID     `bson:"by,omitempty"`       // who else had it booked: moved it here, or approved it
	Activity   Occasion   `bson:"activity,omitempty"` // earn: what was done, if it was no purchase
	Referrer   MemberID   `bson:"referrer,omitempty"` // earn: who is rewarded for this purchase of a friend
	Facts      []Fact     `bson:"facts,omitempty"`    // about the member at that moment, as far as rules ask
	Deltas     []Delta    `bson:"deltas,omitempty"`
	Counts     Counts     `bson:"counts,omitempty"` // changes of what rules remember
	Lots       []Lot      `bson:"lots,omitempty"`   // what was put in lots and taken out
	Paid       []Term     `bson:"paid,omitempty"`   // changes of what is paid for by time
	Raised     bool       `bson:"raised,omitempty"` // to a level for which the program gives a voucher
	Transfer   *Transfer  `bson:"transfer,omitempty"`
	Undo       int64      `bson:"undo,omitempty"`   // reverse: minor units of the purchase that were taken back
	Lines      []Returned `bson:"lines,omitempty"`  // reverse: of the purchase, that came back
	Credit     int64      `bson:"credit,omitempty"` // change of the tier credit
	State      State      `bson:"state"`            // after this entry

	Merchant MerchantID `bson:"merchant,omitempty"` // whose it is, in a coalition; the house's when empty
	Given    *Given     `bson:"given,omitempty"`    // to a charity, a share of the purchase
}

// Origin is the entry whose content e is made from, other than what stood before
// it in the account: the one that it takes back, or that let go what it takes.
// Empty for most.
func (e *Entry) Origin() EntryID {
	if e.Transfer != nil && !e.Transfer.Out {
		return e.Transfer.From
	}
	return e.Ref
}

// TakesBack reports whether e takes back what another entry did, that of Ref: it is
// a reversal, or the undoing of a merge.
func (e *Entry) TakesBack() bool {
	return e.Kind == EntryReverse || e.Transfer != nil && e.Transfer.Out && e.Transfer.Why == Unmerge
}

// Automatic reports whether the program booked the entry by itself.
func (e *Entry) Automatic() bool {
	return e.Staff == "" && (e.Kind == EntryExpire || e.Kind == EntryEarn && e.Activity.Unasked() || strings.HasPrefix(e.Key, "unreferral/"))
}

// Amount returns the change of one unit's balance.
func (e *Entry) Amount(u Unit) int64 {
	var sum int64
	for _, d := range e.Deltas {
		if d.Unit == u {
			sum += d.Amount
		}
	}
	return sum
}
