package wallet

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"regulars/models"
	"regulars/models/store"
)

// pairTime is how long the second entry of a transfer may be on its way.
const pairTime = time.Minute

// pair checks that a transfer has both its sides, and that one takes what the other
// let go.
func (c *verifier) pair(ctx context.Context, e *models.Entry) error {
	t := e.Transfer
	switch {
	case t == nil:
		return nil
	case t.Out:
		c.account.moved = c.account.moved || t.Closes()
		return c.taker(ctx, e)
	}
	out, err := c.Stores.Ledger.Entry(ctx, t.From)
	switch {
	case models.KindOf(err) == models.NotFound, err == nil && (out.Transfer == nil || !out.Transfer.Out || out.Account == e.Account):
		c.fault(e, "transfer_without_pair", fmt.Sprintf("The entry takes what %q let go, and there is no such entry.", t.From))
		return nil
	case err != nil:
		return err
	}
	if out.Transfer.Closes() {
		if err := c.cameIn(ctx, out.Account); err != nil {
			return err
		}
	}
	if !matches(&out, e) {
		c.fault(e, "wrong_pair", fmt.Sprintf("The entry takes something else than entry %s let go.", out.ID))
	}
	return nil
}

// cameIn notes that what an account held came into this one, with what had come
// into that account before.
func (c *verifier) cameIn(ctx context.Context, account models.AccountID) error {
	if c.account.movedIn[account] {
		return nil
	}
	c.account.movedIn[account] = true
	for before := int64(0); ; {
		page, err := c.Stores.Ledger.Newest(ctx, account, before, cameInPage)
		if err != nil || len(page) == 0 {
			return err
		}
		for i := range page {
			if t := page[i].Transfer; t != nil && !t.Out && (t.Why == models.Merge || t.Why == models.Join) {
				if err := c.cameIn(ctx, accountOf(t.From)); err != nil {
					return err
				}
			}
		}
		if before = page[len(page)-1].Seq; before <= 1 {
			return nil
		}
	}
}

// cameInPage is how many entries of a closed account are looked at in one go.
const cameInPage = 500

// taker looks for the side that takes what e lets go.
func (c *verifier) taker(ctx context.Context, e *models.Entry) error {
	with, err := c.Stores.Members.Member(ctx, e.Transfer.With)
	if err != nil && models.KindOf(err) != models.NotFound {
		return err
	}
	in, err := c.bookedAs(ctx, append(with.Accounts(), with.OwnAccount()), "transfer/"+string(e.ID))
	switch {
	case errors.Is(err, store.ErrNotFound), err == nil && in == nil:
		if c.Stores.Clock.Now().Sub(e.RecordedAt) > pairTime {
			c.fault(e, "transfer_without_pair", "What the entry let go has arrived nowhere.")
		}
		return nil
	case err != nil:
		return err
	}
	if !matches(e, in) {
		c.fault(e, "wrong_pair", fmt.Sprintf("Entry %s takes something else than the entry let go.", in.ID))
	}
	return nil
}

// matches reports whether in takes what out let go, no more and no less.
func matches(out, in *models.Entry) bool {
	t := in.Transfer
	if t == nil || t.Out || t.From != out.ID || t.Why != out.Transfer.Why || t.With != out.Member || in.Member != out.Transfer.With || in.Credit != -out.Credit {
		return false
	}
	return slices.EqualFunc(out.Deltas, in.Deltas, func(a, b models.Delta) bool { return a.Unit == b.Unit && a.Amount == -b.Amount })
}
