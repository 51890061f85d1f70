package wallet

import (
	"context"
	"fmt"
	"slices"

	"regulars/models"
	"regulars/passes/barcode"
)

// taken follows vouchers through the entries, and checks draws.
func (c *verifier) taken(e, original *models.Entry) {
	if d := e.Taken.Draw; d != nil && d.Number != c.drawn(e.Account, e.Key) {
		c.fault(e, "wrong_draw", "The number drawn is not the one that this request has to draw.")
	}
	switch {
	case e.Taken.Voucher != "":
		id := models.VoucherKey(e.Program, e.Taken.Voucher)
		if c.back[e.ID] { // by an account that took over this one
			delete(c.back, e.ID)
			return
		}
		c.used[id] = append(c.used[id], e.ID)
	case original != nil && original.Taken.Voucher != "":
		id := models.VoucherKey(original.Program, original.Taken.Voucher)
		if at := slices.Index(c.used[id], original.ID); at >= 0 {
			c.used[id] = slices.Delete(c.used[id], at, at+1)
		} else if original.Account != e.Account {
			c.back[original.ID] = true
		}
	}
}

// vouchers compares what each voucher says with the ledger. One that somebody
// is using at this moment is passed over.
func (c *verifier) vouchers(ctx context.Context) error {
	for p, err := range c.Stores.Programs.All(ctx) {
		if err != nil {
			return err
		}
		if c.ask.Program != "" && p.ID != c.ask.Program {
			continue
		}
		for v, err := range c.Stores.Vouchers.Settled(ctx, p.ID) {
			if err != nil {
				return err
			}
			c.given(&v)
			used := c.used[v.ID]
			if len(used) == 0 && v.Entry != "" || len(used) > 0 && !slices.Contains(used, v.Entry) {
				c.tell(Fault{Entry: v.Entry, Member: v.Member, Code: "wrong_voucher",
					Msg: fmt.Sprintf("Voucher %s says that it was used in entry %q, and the ledger says %q.", v.Code, v.Entry, used)})
			}
			c.once(used)
			delete(c.used, v.ID)
		}
	}
	for id, used := range c.used {
		if len(used) == 0 {
			continue
		}
		c.once(used)
		entry := used[0]
		if _, err := c.Stores.Vouchers.ByID(ctx, id); models.KindOf(err) == models.NotFound {
			c.tell(Fault{Entry: entry, Code: "unknown_voucher", Msg: "The entry uses a voucher that there is not."})
		} else if err != nil {
			return err
		}
	}
	return nil
}

// once tells of a voucher that was used more than once. The accounts are gone
// through one after the other, so only at the end is it known what was given back.
func (c *verifier) once(used []models.EntryID) {
	for i, id := range used {
		if i > 0 {
			c.tell(Fault{Entry: id, Code: "voucher_used_twice", Msg: fmt.Sprintf("The voucher was used in entry %s too, and not given back.", used[0])})
		}
	}
}

// drawsChecked is how many codes are tried for a voucher of an offer: nearly
// always the first is free.
const drawsChecked = 9

// given checks that the voucher of an offer is the one that this member has for
// this occasion.
func (c *verifier) given(v *models.Voucher) {
	if v.Offer == "" {
		return
	}
	should := *v
	codes := c.offered(&should)
	for range drawsChecked {
		code, err := barcode.NewVoucher(codes)
		if err == nil && code == v.Code && should.Batch == v.Batch && v.Member != "" {
			return
		}
	}
	c.tell(Fault{Member: v.Member, Code: "unknown_occasion",
		Msg: fmt.Sprintf("Voucher %s says that offer %s gave it on %q, and that would have another code.", v.Code, v.Offer, v.Occasion)})
}
