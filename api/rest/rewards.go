package rest

import (
	"time"

	"regulars/models"
	"regulars/wallet"
)

// Offer is a reward that the program has, and whether the member may have it.
type Offer struct {
	ID      models.RewardID   `json:"id"`
	Name    string            `json:"name"`
	Unit    models.Unit       `json:"unit"`
	Cost    int64             `json:"cost"`
	Kind    models.RewardKind `json:"kind" doc:"item, amount_off, percent_off, access, donation, partner or mystery"`
	Amount  int64             `json:"amount,omitempty" doc:"minor units off, or given to a charity, each time the cost is given"`
	Percent int64             `json:"percent,omitempty"`
	Ceiling int64             `json:"ceiling,omitempty" doc:"what the percentage comes to at most, in minor units"`
	Repeat  int64             `json:"repeat,omitempty" doc:"how many times the cost may be given at once"`
	Choose  []string          `json:"choose,omitempty" doc:"send one of these as choice"`
	By      string            `json:"by,omitempty" doc:"the partner who gives it"`
	Left    *int64            `json:"left,omitempty" doc:"how many there still are; absent where there is no bound"`
	Ready   bool              `json:"ready"`
	Missing int64             `json:"missing" doc:"units"`
	Why     string            `json:"why,omitempty" doc:"the code of why it is not to be had: not_enough, not_now, level_too_low, taken_before, out_of_stock"`
}

func offer(o *wallet.Offer, s models.State, now time.Time) Offer {
	r := o.Reward
	out := Offer{
		ID: r.ID, Name: r.Name, Unit: r.Unit, Cost: r.Cost, Kind: rewardKind(&r), Amount: r.Amount, Percent: r.Percent, Ceiling: r.Ceiling,
		Repeat: r.Repeat, Choose: r.Choose, By: r.By, Left: o.Left, Ready: o.Why == nil, Missing: max(r.Cost-s.Usable(r.Unit, now), 0),
	}
	if o.Why != nil {
		out.Why = models.CodeOf(o.Why)
	}
	return out
}

func rewardKind(r *models.Reward) models.RewardKind {
	if r.Kind == "" {
		return models.FreeItem
	}
	return r.Kind
}

// Taken says how a reward was taken.
type Taken struct {
	Times   int64              `json:"times,omitempty" doc:"how many times its cost was given; once when absent"`
	Choice  string             `json:"choice,omitempty"`
	Voucher models.VoucherCode `json:"voucher,omitempty" doc:"that paid for it"`
	Draw    *models.Draw       `json:"draw,omitempty" doc:"the prize of a mystery reward, with what decided"`
}

func takenOf(e *models.Entry) *Taken {
	if e.Taken.IsZero() {
		return nil
	}
	out := Taken{Times: e.Taken.Times, Choice: e.Taken.Choice, Voucher: e.Taken.Voucher, Draw: e.Taken.Draw}
	if out == (Taken{}) {
		return nil
	}
	return &out
}

// Voucher is one issued right to a reward, as the API shows it.
type Voucher struct {
	Code     models.VoucherCode  `json:"code" doc:"16 digits, what its barcode holds"`
	State    models.VoucherState `json:"state" doc:"waits, good, used, expired or cancelled"`
	Reward   models.RewardID     `json:"reward"`
	Name     string              `json:"name" doc:"of the reward, as it was promised"`
	Kind     models.RewardKind   `json:"kind"`
	Amount   int64               `json:"amount,omitempty"`
	Percent  int64               `json:"percent,omitempty"`
	Ceiling  int64               `json:"ceiling,omitempty"`
	Choose   []string            `json:"choose,omitempty"`
	Batch    models.BatchID      `json:"batch"`
	Number   int                 `json:"number" doc:"within its batch, from 1"`
	Member   models.MemberID     `json:"member,omitempty" doc:"who alone may use it"`
	Offer    models.RuleID       `json:"offer,omitempty" doc:"the offer for which the program gave it by itself"`
	Reason   string              `json:"reason,omitempty" doc:"what it was given for"`
	From     *time.Time          `json:"from,omitempty"`
	Until    *time.Time          `json:"until,omitempty"`
	IssuedAt time.Time           `json:"issued_at"`
	UsedAt   *time.Time          `json:"used_at,omitempty"`
	Entry    models.EntryID      `json:"entry,omitempty" doc:"in which it was used"`
	Void     string              `json:"cancelled,omitempty" doc:"why it was cancelled"`
	AppleURL string              `json:"apple_url,omitempty" doc:"puts it into an iPhone; for whoever may use it, as the code is. Not where a card is scanned"`
}

func voucher(v *models.Voucher, now time.Time) Voucher {
	return Voucher{
		Code: v.Code, State: v.State(now), Reward: v.Reward.ID, Name: v.Reward.Name, Kind: rewardKind(&v.Reward),
		Amount: v.Reward.Amount, Percent: v.Reward.Percent, Ceiling: v.Reward.Ceiling, Choose: v.Reward.Choose,
		Batch: v.Batch, Number: v.Number, Member: v.Member, Offer: v.Offer, Reason: v.Reason, From: v.From, Until: v.Until,
		IssuedAt: v.IssuedAt, UsedAt: v.UsedAt, Entry: v.Entry, Void: v.Cancelled,
	}
}
