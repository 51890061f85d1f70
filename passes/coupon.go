package passes

import (
	"encoding/json"
	"fmt"
	"time"

	"regulars/models"
)

// Coupon is what the pass of one voucher says. Two equal ones make equal passes.
type Coupon struct {
	Program models.ProgramID    `json:"program"`
	Version int                 `json:"version"` // of the program: design and texts
	Code    models.VoucherCode  `json:"code,omitempty"`
	Locale  string              `json:"locale,omitempty"` // BCP 47; the program's when empty
	Reward  string              `json:"reward"`           // what it is for
	Choose  []string            `json:"choose,omitempty"` // what there is to choose from
	By      string              `json:"by,omitempty"`     // the partner who gives it
	Reason  string              `json:"reason,omitempty"` // what it was given for
	From    *time.Time          `json:"from,omitempty"`   // good from then on
	Until   *time.Time          `json:"until,omitempty"`  // and before then
	Over    models.VoucherState `json:"over,omitempty"`   // why it is worthless; empty while it is good, or will be
}

// CouponOf returns what a voucher's pass says under p at a moment. owner is who
// alone may use it, nil for whoever brings it; of somebody who was erased nothing
// is said.
func CouponOf(p *models.Program, v *models.Voucher, owner *models.Member, now time.Time) Coupon {
	c := Coupon{
		Program: p.ID, Version: p.Version, Code: v.Code, Reward: v.Reward.Name, Choose: v.Reward.Choose, By: v.Reward.By,
		Reason: v.Reason, From: inUTC(v.From), Until: inUTC(v.Until),
	}
	switch state := v.State(now); state {
	case models.VoucherUsed, models.VoucherExpired, models.VoucherCancelled:
		c.Over = state
	}
	if owner == nil {
		return c
	}
	if c.Locale = owner.Locale; owner.ErasedAt != nil {
		c.Code, c.Reason, c.Over = "", "", models.VoucherCancelled
	}
	return c
}

func inUTC(t *time.Time) *time.Time {
	if t == nil {
		return nil
	}
	utc := t.UTC()
	return &utc
}

// Encode returns c as it is kept; equal ones give equal bytes.
func (c Coupon) Encode() []byte {
	b, err := json.Marshal(c)
	if err != nil {
		panic(err) // no field can fail to encode
	}
	return b
}

// DecodeCoupon reads what Encode wrote.
func DecodeCoupon(b []byte) (Coupon, error) {
	var c Coupon
	if err := json.Unmarshal(b, &c); err != nil {
		return Coupon{}, fmt.Errorf("decode a voucher's pass: %w", err)
	}
	return c, nil
}
