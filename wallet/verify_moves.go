package wallet

import (
	"context"
	"fmt"
	"time"

	"regulars/models"
)

// moving is how long after its reversal a purchase may be on its way.
const moving = time.Minute

// moved checks that a purchase which was moved is gone in one account and there
// in another, and the same.
func (c *verifier) moved(ctx context.Context, e *models.Entry) error {
	if e.MovedTo != "" {
		if err := c.arrived(ctx, e); err != nil {
			return err
		}
	}
	if e.MovedFrom == "" {
		return nil
	}
	back, err := c.Stores.Ledger.Entry(ctx, e.MovedFrom)
	if err != nil && models.KindOf(err) != models.NotFound {
		return err
	}
	if err != nil || back.MovedTo != e.Member || e.Key != moveKey(back.ID) {
		c.fault(e, "unknown_move", fmt.Sprintf("The purchase was moved here by %q, and there is no such reversal.", e.MovedFrom))
		return nil
	}
	original, err := c.Stores.Ledger.Entry(ctx, back.Ref)
	if models.KindOf(err) == models.NotFound {
		return nil // told of the reversal
	}
	if err == nil && (!original.At.Equal(e.At) || original.Location != e.Location || hashOf(original.Purchase) != hashOf(e.Purchase)) {
		c.fault(e, "wrong_move", fmt.Sprintf("The purchase is not the one that was moved here: entry %s.", original.ID))
	}
	return err
}

// arrived checks that a purchase came where it was moved to.
func (c *verifier) arrived(ctx context.Context, back *models.Entry) error {
	var there *models.Entry
	to, err := c.Stores.Members.Member(ctx, back.MovedTo)
	if err == nil {
		there, err = c.bookedAs(ctx, to.Accounts(), moveKey(back.ID))
	}
	if err != nil && models.KindOf(err) != models.NotFound {
		return err
	}
	if there == nil && c.Stores.Clock.Now().Sub(back.RecordedAt) > moving {
		c.fault(back, "move_without_purchase", fmt.Sprintf("The purchase was moved to member %s, and is not there.", back.MovedTo))
	}
	return nil
}
