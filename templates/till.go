package templates

import (
	"html/template"
	"time"
)

// tillPage is a page within the till: its panel changes while the camera runs.
type tillPage interface{ till() }

// Till is where staff begin: nobody scanned yet. Its form posts code (a card
// number, a voucher code or a phone number) to /till/scan.
type Till struct {
	Frame
}

// TillMember is a scanned member: who it is and what may be done. The amount
// is posted to /till/purchases as member, amount and key, a reward to
// /till/redemptions as member, reward and key. The amount is what was typed,
// in whole units with a decimal mark; ParseAmount reads it.
type TillMember struct {
	Frame
	Member    string // id, posted back
	Name      string // the first name; the till shows no more of a person
	Tier      string
	Level     *Level // what it gives; nil where the program has none
	Balances  []Balance
	Dates     []string  // what ends next, and from when the rest can be used
	LastVisit time.Time // zero when this is the first
	Notices   []string  // things to know before going on, such as "Already scanned 4 min ago"
	Rewards   []TillReward
	Vouchers  []TillVoucher
	Deeds     []Deed
	Award     *TillAward // nil where nothing may be given by hand
	Money     *TillMoney // nil where cards hold none
	Products  []TillProduct

	Memberships []TillMembership // that are to be renewed, or have to be paid for first
	Points      bool             // the program counts points and nothing else
	Currency    string           // ISO 4217
	Places      int              // decimal places of the currency
	Key         string           // idempotency key of the purchase
	Amount      string           // what was typed, when it comes back
	Error       string           // what is wrong with it
}

// TillReward is a reward at the till, ready or how far off.
type TillReward struct {
	RewardProgress
	ID     string
	Key    string   // idempotency key of the redemption
	Choose []string // posted as choice; nothing to choose when empty
	Most   int64    // how many times it may be taken at once, posted as times
}

// Counts are how many times the reward may be taken at once.
func (r TillReward) Counts() []int64 {
	var all []int64
	for n := int64(1); n <= r.Most && r.Most > 1; n++ {
		all = append(all, n)
	}
	return all
}

// TillVoucher is a voucher that the member may use. It is posted to
// /till/redemptions as member, voucher, choice and key.
type TillVoucher struct {
	Code   string
	Name   string // of the reward
	Reason string // what it was given for
	Until  string // the last day on which it is good; empty when it has none
	Choose []string
	Key    string
}

// TillScannedVoucher is a voucher for whoever brings it: its code goes with the
// next scan.
type TillScannedVoucher struct {
	Frame
	Voucher TillVoucher
}

// TillMoney is the money on the card. What is paid is posted to
// /till/purchases with value, and what is loaded to /till/loads as member,
// amount and key.
type TillMoney struct {
	Held  string // as money; empty when there is none to pay with
	Minor int64  // the same in minor units, posted as value
	Key   string
}

// TillAward is what staff may give by hand. It is posted to /till/awards as member,
// unit, units, reason or other, and key.
type TillAward struct {
	Units   []TillUnit
	Reasons []string // to choose from; none when empty
	Key     string
}

// TillUnit is a unit to give.
type TillUnit struct {
	ID   string
	Unit Unit
}

// TillProduct is what is sold ahead. It is posted to /till/loads as member,
// product and key.
type TillProduct struct{ ID, Name, Price, Key string }

// TillMembership is a membership that is to be renewed. What renews it is sold
// like a product.
type TillMembership struct {
	Text   string
	Lapsed bool
	First  bool // it was never paid for
	Renews []TillProduct
}

// Deed is something that the program gives for beside a purchase. It is posted
// to /till/activities as member, activity and key.
type Deed struct {
	What string // of models.Occasion
	Key  string // idempotency key
}

// TillDone is the outcome of a purchase, a redemption or a reversal.
type TillDone struct {
	Frame
	Kind     string // "earn", "redeem", "reverse", "adjust", or "asked" for what waits for approval
	Name     string
	Changes  []Change
	Gains    []Gain    // what gave how much, and why
	Balances []Balance // after it
	Dates    []string  // from when what was given can be used
	Carried  bool      // what was spent counts towards the next point
	Amount   string    // what was paid, written as money
	Paid     string    // what of it was paid from the card
	Terms    []string  // until when memberships are paid for, where that has changed
	Gave     string    // what of it goes to a charity, and to which
	Reward   string    // name of the reward given
	Tier     string    // the tier just reached; empty when it has not changed
	Ready    []string
	Undo     *Undo // until the next scan; nil when it can't be taken back
}

// TillError is why a scan or a sale did not work, and what to do.
type TillError struct {
	Frame
	Message   string
	Code      string // what was typed, to be mended; never a whole barcode that was scanned
	Reference string // of the log line, for failures of ours
	JoinURL   string // where a customer without a card gets one; empty when that is not the matter
	JoinQR    template.HTML
}

func (Till) file() string       { return "till_start" }
func (TillMember) file() string { return "till_member" }
func (TillDone) file() string   { return "till_done" }

func (TillScannedVoucher) file() string { return "till_voucher" }
func (TillError) file() string          { return "till_error" }

func (Till) till()       {}
func (TillMember) till() {}
func (TillDone) till()   {}

func (TillScannedVoucher) till() {}
func (TillError) till()          {}
