package wallet

import (
	"context"
	"errors"
	"fmt"

	"regulars/models"
	"regulars/models/store"
	"regulars/passes"
)

// passes compares each pass with whose it is. That a member has one for each kind of
// phone, and that no serial comes twice, needs no look: the store's own keys hold it.
// A pass that is about to say something else, since a refresh waits for it, is passed
// over.
func (c *verifier) passes(ctx context.Context) error {
	for p, err := range c.Stores.Programs.All(ctx) {
		if err != nil {
			return err
		}
		if c.ask.Program != "" && p.ID != c.ask.Program {
			continue
		}
		for pass, err := range c.Stores.Passes.Each(ctx, p.ID) {
			if err == nil {
				err = c.pass(ctx, &pass)
			}
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// passFault is what is wrong with a pass; its zero value is nothing.
type passFault struct{ code, msg string }

// pass tells of what is wrong with one pass. Who changes a member or a voucher marks
// them first, and the mark goes when the pass was revised: so of what was true before
// the mark was looked for, the pass says all that it should, if it is read after.
func (c *verifier) pass(ctx context.Context, pass *models.Pass) error {
	c.report.Passes++
	fault, err := c.passFault(ctx, pass)
	if err != nil || fault == (passFault{}) {
		return err
	}
	switch _, err := c.Stores.Refreshes.Of(ctx, pass.Member); {
	case err == nil:
		return nil
	case !errors.Is(err, store.ErrNotFound):
		return err
	}
	again, err := c.Stores.Passes.Pass(ctx, pass.Serial)
	if err != nil {
		return err
	}
	if again.Rev != pass.Rev {
		return nil // revised this moment; the next look judges it
	}
	c.tell(Fault{Member: pass.Member, Code: fault.code, Msg: fault.msg})
	return nil
}

func (c *verifier) passFault(ctx context.Context, pass *models.Pass) (passFault, error) {
	if id, ok := pass.Member.Voucher(); ok {
		return c.voucherPassFault(ctx, pass, id)
	}
	nobody := passFault{"pass_of_nobody", fmt.Sprintf("There is a pass for %s wallets of a member that there is not in program %s.", pass.Platform, pass.Program)}
	m, err := c.Stores.Members.Member(ctx, pass.Member)
	switch {
	case models.KindOf(err) == models.NotFound:
		return nobody, nil
	case err != nil:
		return passFault{}, err
	case m.Program != pass.Program:
		return nobody, nil
	}
	says, err := passes.Decode(pass.Content)
	switch {
	case err != nil:
		return passFault{"pass_unreadable", "What the pass should say can't be read."}, nil
	case m.ErasedAt != nil && !says.Voided:
		return passFault{"pass_not_voided", "The member was erased, and the pass still says who it was."}, nil
	case m.ErasedAt == nil && says.Voided:
		return passFault{"pass_voided", "The pass is void, and its member was not erased."}, nil
	case m.ErasedAt == nil && says.Card != m.Card:
		return passFault{"pass_of_another", "The pass has the number of another card than its member."}, nil
	}
	return c.besideFault(ctx, pass, &m)
}

// voucherPassFault judges the pass of one voucher.
func (c *verifier) voucherPassFault(ctx context.Context, pass *models.Pass, id string) (passFault, error) {
	v, err := c.Stores.Vouchers.ByID(ctx, id)
	switch {
	case models.KindOf(err) == models.NotFound:
		return passFault{"pass_of_nobody", "There is a pass of a voucher that there is not."}, nil
	case err != nil:
		return passFault{}, err
	}
	says, err := passes.DecodeCoupon(pass.Content)
	switch gone := overFor(&v); {
	case err != nil:
		return passFault{"pass_unreadable", "What the pass should say can't be read."}, nil
	case v.Program != pass.Program:
		return passFault{"pass_of_nobody", fmt.Sprintf("The pass is of program %s, and its voucher of %s.", pass.Program, v.Program)}, nil
	case v.InWallet == nil:
		return passFault{"pass_untold", fmt.Sprintf("Voucher %s has a pass and does not say so: no change of it reaches the phone.", v.Code)}, nil
	case gone && says.Over == "":
		return passFault{"pass_not_voided", fmt.Sprintf("Voucher %s was used or cancelled, and its pass says that it is good.", v.Code)}, nil
	case !gone && says.Over == models.VoucherUsed:
		return passFault{"pass_voided", fmt.Sprintf("The pass of voucher %s says that it was used, and it was not.", v.Code)}, nil
	}
	return passFault{}, nil
}

// overFor reports whether a voucher was used or cancelled. One whose time is over is
// seen to each day, and every phone knows when by itself.
func overFor(v *models.Voucher) bool { return v.UsedAt != nil || v.CancelledAt != nil }

// besideFault judges what stands beside a card at Google.
func (c *verifier) besideFault(ctx context.Context, pass *models.Pass, m *models.Member) (passFault, error) {
	seen := map[string]bool{} // few: maxBeside, and those that Google is to be told of
	for _, b := range pass.Beside {
		if seen[b.Voucher] {
			return passFault{"beside_twice", fmt.Sprintf("Voucher %s stands beside the card twice.", b.Voucher)}, nil
		}
		seen[b.Voucher] = true
		if b.Ended {
			continue
		}
		v, err := c.Stores.Vouchers.ByID(ctx, b.Voucher)
		switch {
		case models.KindOf(err) == models.NotFound: // lost with what came after a backup; Google is told nothing
		case err != nil:
			return passFault{}, err
		case v.Program != pass.Program || !m.Is(v.Member):
			return passFault{"beside_of_another", fmt.Sprintf("Voucher %s stands beside the card of a member who may not use it.", v.Code)}, nil
		case overFor(&v):
			return passFault{"beside_not_ended", fmt.Sprintf("Voucher %s was used or cancelled, and stands beside the card as good.", v.Code)}, nil
		}
	}
	return passFault{}, nil
}
