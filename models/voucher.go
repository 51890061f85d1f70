package models

import (
	"strings"
	"time"
)

// VoucherCode is what stands on a voucher and in its barcode, without spaces:
// see package passes/barcode for its form.
type VoucherCode string

// BatchID names the vouchers that were made together.
type BatchID string

// Voucher is one issued right to a reward, used once. The reward is kept as it
// was promised, whatever the program says later.
type Voucher struct {
	ID          string      `bson:"_id"` // VoucherKey(Program, Code)
	Rev         int64       `bson:"rev"`
	Program     ProgramID   `bson:"program"`
	Code        VoucherCode `bson:"code"`
	Reward      Reward      `bson:"reward"`
	Batch       BatchID     `bson:"batch"`
	Number      int         `bson:"number"`             // within the batch, from 1
	Request     string      `bson:"request"`            // hash of the request that made the batch
	Member      MemberID    `bson:"member,omitempty"`   // who alone may use it; whoever brings it when empty
	Offer       RuleID      `bson:"offer,omitempty"`    // that the program gave it for by itself
	Occasion    string      `bson:"occasion,omitempty"` // with Offer: which time, "birthday/2026"
	Reason      string      `bson:"reason,omitempty"`   // what it was given for, as staff and customers read it
	From        *time.Time  `bson:"from,omitempty"`     // good from then on
	Until       *time.Time  `bson:"until,omitempty"`    // and before then
	IssuedAt    time.Time   `bson:"issued_at"`
	IssuedBy    UserID      `bson:"issued_by,omitempty"`
	UsedAt      *time.Time  `bson:"used_at,omitempty"`
	Entry       EntryID     `bson:"entry,omitempty"` // in which it was used
	CancelledAt *time.Time  `bson:"cancelled_at,omitempty"`
	CancelledBy UserID      `bson:"cancelled_by,omitempty"`
	Cancelled   string      `bson:"cancelled,omitempty"` // why
	InWallet    *time.Time  `bson:"in_wallet,omitempty"` // before its first pass was made; until then no phone shows anything of its own
}

// Batch is vouchers that were made together for whoever brings one.
type Batch struct {
	ID       BatchID    `bson:"_id"`
	Program  ProgramID  `bson:"program"`
	Reward   Reward     `bson:"reward"`
	Count    int        `bson:"count"`
	Reason   string     `bson:"reason,omitempty"`
	From     *time.Time `bson:"from,omitempty"`
	Until    *time.Time `bson:"until,omitempty"`
	IssuedAt time.Time  `bson:"issued_at"`
	IssuedBy UserID     `bson:"issued_by,omitempty"`
}

// VoucherKey is the id of a voucher in the store.
func VoucherKey(p ProgramID, code VoucherCode) string { return string(p) + "/" + string(code) }

// A voucher's pass is kept and refreshed as a member's card is, in the place of the
// member by what holderOf makes of the voucher's id: whoever may bring it, it
// changes with the voucher alone.
const holderOf = "voucher/" // in no member's id

// Holder is what a voucher's pass belongs to, where a card's belongs to its member.
func (v *Voucher) Holder() MemberID { return MemberID(holderOf + v.ID) }

// Voucher returns the id of the voucher whose Holder this is, if it is one's.
func (id MemberID) Voucher() (string, bool) { return strings.CutPrefix(string(id), holderOf) }

// VoucherState is what has become of a voucher.
type VoucherState string

// The states of a voucher.
const (
	VoucherWaits     VoucherState = "waits" // not good yet
	VoucherGood      VoucherState = "good"
	VoucherUsed      VoucherState = "used"
	VoucherExpired   VoucherState = "expired"
	VoucherCancelled VoucherState = "cancelled"
)

// State returns what has become of the voucher at a moment.
func (v *Voucher) State(at time.Time) VoucherState {
	switch {
	case v.UsedAt != nil:
		return VoucherUsed
	case v.CancelledAt != nil:
		return VoucherCancelled
	case v.Until != nil && !at.Before(*v.Until):
		return VoucherExpired
	case v.From != nil && at.Before(*v.From):
		return VoucherWaits
	}
	return VoucherGood
}

// Usable returns nil when a member may use the voucher at a moment, or a
// Conflict that says why not.
func (v *Voucher) Usable(m *Member, at time.Time) error {
	no := func(code, msg string) error { return Fail(Conflict, code, "voucher", msg) }
	switch state := v.State(at); {
	case state == VoucherUsed:
		return no("voucher_used", "This voucher was used before.")
	case state == VoucherCancelled:
		return no("voucher_cancelled", "This voucher was cancelled.")
	case state == VoucherExpired:
		return no("voucher_expired", "This voucher is no longer good: its time is over.")
	case state == VoucherWaits:
		return no("voucher_waits", "This voucher is not good yet.")
	case v.Member != "" && !m.Is(v.Member):
		return no("voucher_of_another", "This voucher was given to another member.")
	}
	return nil
}
