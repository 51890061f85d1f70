package wallet

import (
	"context"

	"regulars/models"
)

// Some entries lead to entries in other accounts, or to a voucher. Those are booked by whoever
// carries the heads of accounts: every entry passes there once at least, also one
// whose booker was cut off, and the keys see to it that what follows counts once.

// leads reports whether something follows from an entry elsewhere.
func leads(e *models.Entry) bool {
	return e.Referred() != 0 || e.Raised || e.MovedTo != "" || e.Transfer != nil && e.Transfer.Out
}

// follow books what an entry leads to. It can be done again.
func (s *Service) follow(ctx context.Context, e *models.Entry) error {
	if e.Referred() != 0 {
		if err := s.followFriend(ctx, e); err != nil {
			return err
		}
	}
	if e.Raised {
		if err := s.followRise(ctx, e); err != nil {
			return err
		}
	}
	switch {
	case e.MovedTo != "":
		return s.finishMove(ctx, e)
	case e.Transfer != nil && e.Transfer.Out:
		_, err := s.followTransfer(ctx, e)
		if models.CodeOf(err) == "not_moved" { // for ever: it must not keep others from being carried
			s.Log.ErrorContext(ctx, "a transfer leads nowhere", "entry", e.ID)
			return nil
		}
		return err
	}
	return nil
}
