package wallet

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"regulars/models"
)

// replay computes the entry again by the rules that it was made under.
func (c *verifier) replay(ctx context.Context, e *models.Entry, gap bool) error {
	t, err := c.version(ctx, e)
	if models.KindOf(err) == models.NotFound {
		c.fault(e, "unknown_version", fmt.Sprintf("There is no version %d of program %s.", e.Version, e.Program))
		return nil
	}
	if err != nil {
		return err
	}
	if day := e.At.In(t.zone).Format(time.DateOnly); day != e.Day {
		c.fault(e, "wrong_day", fmt.Sprintf("The entry was on %s, and says %s.", day, e.Day))
	}
	original, err := c.original(ctx, e)
	if err != nil {
		return err
	}
	if err := c.settle(ctx, e, original, t, gap); err != nil || gap {
		return err
	}
	undone, err := c.undone(ctx, e)
	if err != nil {
		return err
	}
	if original == nil && e.Origin() != "" {
		return nil // told already
	}
	if (e.Kind == models.EntryOpen || e.Kind == models.EntryAdjust) && len(e.Deltas) != 1 {
		c.fault(e, "wrong_deltas", "The entry has to change one balance.")
		return nil
	}
	event := e.Event(original, undone)
	if original != nil {
		made, err := c.version(ctx, original)
		switch {
		case err == nil:
			event.Made = made.program
		case models.KindOf(err) != models.NotFound: // which was told of the original
			return err
		}
	}
	change, err := t.program.Apply(c.account.state, event)
	if code := models.CodeOf(err); code == "already_reversed" || code == "more_than_left" {
		c.fault(e, "reversed_twice", fmt.Sprintf("Entry %s was reversed before.", e.Ref))
		return nil
	}
	if err != nil {
		c.fault(e, "refused", "The rules don't allow this entry: "+models.CodeOf(err)+".")
		return nil
	}
	c.compare(t.program, e, change)
	c.taken(e, original)
	return nil
}

// compare tells what of the entry is not as the rules give it.
func (c *verifier) compare(t *models.Program, e *models.Entry, change models.Change) {
	if !slices.Equal(e.Deltas, change.Deltas) {
		c.fault(e, "wrong_deltas", "The entry changes "+amounts(e.Deltas)+", and by the rules "+amounts(change.Deltas)+".")
	}
	if !maps.Equal(e.Counts, change.Counts) || e.Credit != change.Credit || e.Undo != change.Undo {
		c.fault(e, "wrong_carry", fmt.Sprintf("The entry counts %v, credits %d and takes back %d, and by the rules %v, %d and %d.",
			e.Counts, e.Credit, e.Undo, change.Counts, change.Credit, change.Undo))
	}
	if !e.Transfer.Same(change.Transfer) {
		c.fault(e, "wrong_transfer", "The entry moves other units or another level than by the rules.")
	}
	if !models.SameLots(e.Lots, change.Lots) {
		c.fault(e, "wrong_lots", fmt.Sprintf("The entry changes the lots %+v, and by the rules %+v.", e.Lots, change.Lots))
	}
	if e.Raised && len(t.ReachedBy(change.Transfer, &c.account.state, &change.State)) == 0 {
		c.fault(e, "wrong_level", "The entry says that it raised the level, and by the rules it did not.")
	}
	if !models.SameTerms(e.Paid, change.Paid) {
		c.fault(e, "wrong_paid", fmt.Sprintf("The entry changes what is paid for by %+v, and by the rules by %+v.", e.Paid, change.Paid))
	}
	if e.Merchant != change.Merchant {
		c.fault(e, "wrong_merchant", fmt.Sprintf("The entry is of merchant %q, and by its location or what it takes back of %q.", e.Merchant, change.Merchant))
	}
	if (e.Given == nil) != (change.Given == nil) || e.Given != nil && *e.Given != *change.Given {
		c.fault(e, "wrong_gift", fmt.Sprintf("The entry gives a charity %v, and by the rules %v.", e.Given, change.Given))
	}
	if !e.State.Equal(change.State) {
		c.fault(e, "wrong_state", "After the entry the account has "+differences(e.State, change.State)+".")
	}
}

// original returns the Origin of e, nil when it has none or one that there is not.
func (c *verifier) original(ctx context.Context, e *models.Entry) (*models.Entry, error) {
	id := e.Origin()
	if id == "" || e.Ref == "" && e.Kind == models.EntryReverse {
		if e.Kind == models.EntryReverse {
			c.fault(e, "unknown_original", "The entry takes back nothing.")
		}
		return nil, nil //nolint:nilnil // most entries take back none
	}
	original, err := c.Stores.Ledger.Entry(ctx, id)
	before := original.Account == e.Account && original.Seq < e.Seq ||
		e.Transfer != nil && e.Transfer.Why == models.Leave // by which somebody came who left from another account
	switch {
	case models.KindOf(err) == models.NotFound, err == nil && e.Ref != "" && !before && !c.account.movedIn[original.Account]:
		if e.Ref != "" {
			c.fault(e, "unknown_original", fmt.Sprintf("The entry takes back %q, and there is no such entry before it.", e.Ref))
		}
		return nil, nil //nolint:nilnil // told as a fault
	}
	return &original, err
}

// undone returns what was taken back, before e, of the entry that e takes back.
func (c *verifier) undone(ctx context.Context, e *models.Entry) (undone models.Undone, err error) {
	if e.Ref == "" {
		return undone, nil
	}
	if accountOf(e.Ref) == e.Account && len(c.account.movedIn) == 0 && !c.account.moved {
		undone = c.account.undone[e.Ref]
		after := undone
		after.Add(e)
		c.account.undone[e.Ref] = after
		return undone, nil
	}
	all, err := c.Stores.Ledger.Undoing(ctx, e.Ref)
	if err != nil {
		return undone, err
	}
	for i := range all {
		o := &all[i]
		if o.Account == e.Account && o.Seq < e.Seq || o.Account != e.Account && o.RecordedAt.Before(e.RecordedAt) {
			undone.Add(o)
		}
	}
	return undone, nil
}

// sum compares the balances with the sum of all deltas.
func (c *verifier) sum(e *models.Entry, gap bool) {
	sums := c.account.sums
	for _, d := range e.Deltas {
		sums[d.Unit] += d.Amount
	}
	if !gap {
		for _, unit := range keys(maps.All(sums), maps.All(e.State.Balances)) {
			if sums[unit] != e.State.Balances[unit] {
				c.fault(e, "wrong_sum", fmt.Sprintf("The balance of %s is %d, and the sum of its entries %d.", unit, e.State.Balances[unit], sums[unit]))
			}
		}
	}
	c.account.sums = maps.Clone(e.State.Balances)
	if c.account.sums == nil {
		c.account.sums = map[models.Unit]int64{}
	}
}
