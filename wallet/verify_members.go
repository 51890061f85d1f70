package wallet

import (
	"context"
	"errors"

	"regulars/models"
	"regulars/models/store"
)

// members compares the copies of the newest state that members carry. A copy
// may be of an earlier entry; it must say what that entry says.
func (c *verifier) members(ctx context.Context) error {
	for p, err := range c.Stores.Programs.All(ctx) {
		if err != nil {
			return err
		}
		if c.ask.Program != "" && p.ID != c.ask.Program {
			continue
		}
		for m, err := range c.Stores.Members.All(ctx, p.ID) {
			if err == nil {
				err = c.head(ctx, &m)
			}
			if err != nil {
				return err
			}
		}
	}
	return nil
}

func (c *verifier) head(ctx context.Context, m *models.Member) error {
	c.report.Members++
	c.progress()
	wrong := func(id models.EntryID, msg string) {
		c.tell(Fault{Entry: id, Member: m.ID, Code: "wrong_head", Msg: msg})
	}
	if m.Head.Seq == 0 {
		if !m.Head.State.Equal(models.State{Tier: m.Head.State.Tier}) { // the tier without purchases may have a name
			wrong("", "The member carries a state without an entry.")
		}
		return nil
	}
	id := models.EntryIDOf(m.Account, m.Head.Seq)
	e, err := c.Stores.Ledger.Entry(ctx, id)
	switch {
	case models.KindOf(err) == models.NotFound || errors.Is(err, store.ErrNotFound):
		wrong(id, "The member carries the state of an entry that there is not.")
	case err != nil:
		return err
	case !e.State.Equal(m.Head.State):
		wrong(id, "For the state after this entry the member carries "+differences(m.Head.State, e.State)+".")
	}
	return nil
}
