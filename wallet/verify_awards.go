package wallet

import (
	"context"
	"fmt"

	"regulars/models"
)

// approvals compares what was granted with the ledger: each request has its entry,
// of who asked, and each entry that was approved its request.
func (c *verifier) approvals(ctx context.Context) error {
	for p, err := range c.Stores.Programs.All(ctx) {
		if err != nil {
			return err
		}
		if c.ask.Program != "" && p.ID != c.ask.Program {
			continue
		}
		for a, err := range c.Stores.Awards.Granted(ctx, p.ID) {
			if err == nil {
				err = c.granted(ctx, &a)
			}
			if err != nil {
				return err
			}
		}
	}
	open, err := c.Stores.Awards.Open(ctx, c.Stores.Clock.Now())
	if err != nil {
		return err
	}
	for i := range open { // on its way to say so
		m, err := c.Stores.Members.Member(ctx, open[i].Member)
		if err != nil && models.KindOf(err) != models.NotFound {
			return err
		}
		e, err := c.bookedAs(ctx, append(m.Accounts(), open[i].Account), open[i].Key)
		if err != nil {
			return err
		}
		if e != nil {
			delete(c.approved, e.ID)
		}
	}
	for id, member := range c.approved {
		c.tell(Fault{Entry: id, Member: member, Code: "unknown_approval", Msg: "The entry says that it was approved, and nobody has granted it."})
	}
	return nil
}

func (c *verifier) granted(ctx context.Context, a *models.Approval) error {
	delete(c.approved, a.Entry)
	e, err := c.Stores.Ledger.Entry(ctx, a.Entry)
	if err != nil && models.KindOf(err) != models.NotFound {
		return err
	}
	if err != nil || e.Key != a.Key || e.Member != a.Member || e.Staff != a.AskedBy || e.Kind != models.EntryAdjust || e.Amount(a.Delta.Unit) != a.Delta.Amount {
		c.tell(Fault{Entry: a.Entry, Member: a.Member, Code: "wrong_approval", Msg: fmt.Sprintf("Request %s was granted, and its entry is not what was asked for.", a.ID)})
	}
	return nil
}
