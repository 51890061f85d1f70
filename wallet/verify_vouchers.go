package wallet

import (
	"context"
	"fmt"

	"regulars/models"
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
		if first, twice := c.used[id]; twice {
			c.fault(e, "voucher_used_twice", fmt.Sprintf("The voucher was used before, in entry %s, and not given back.", first))
		}
		c.used[id] = e.ID
	case original != nil && original.Taken.Voucher != "":
		id := models.VoucherKey(original.Program, original.Taken.Voucher)
		if c.used[id] == original.ID {
			delete(c.used, id)
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
			if used := c.used[v.ID]; used != v.Entry {
				c.tell(Fault{Entry: v.Entry, Member: v.Member, Code: "wrong_voucher",
					Msg: fmt.Sprintf("Voucher %s says that it was used in entry %q, and the ledger says %q.", v.Code, v.Entry, used)})
			}
			delete(c.used, v.ID)
		}
	}
	for id, entry := range c.used {
		if _, err := c.Stores.Vouchers.ByID(ctx, id); models.KindOf(err) == models.NotFound {
			c.tell(Fault{Entry: entry, Code: "unknown_voucher", Msg: "The entry uses a voucher that there is not."})
		} else if err != nil {
			return err
		}
	}
	return nil
}
