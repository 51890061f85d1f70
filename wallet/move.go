package wallet

import (
	"context"
	"strings"

	"regulars/models"
)

// Move says that a purchase was booked for the wrong member.
type Move struct {
	Program models.ProgramID
	Entry   models.EntryID
	Member  models.MemberID // whose it is
	Reason  string
	Key     string
	Actor   Actor
	Role    models.Role // of the Actor
}

// Move takes a purchase back where it is wrong and books it where it belongs, as
// of its own time and place, and returns both entries. The reversal leads to the
// other one: see follow. Only a whole purchase can be moved, paid with money, of
// the last 31 days; and where the rules refuse it to the right member, nothing is
// booked. Who may reverse it may move it.
func (s *Service) Move(ctx context.Context, m Move) (back, purchase *models.Entry, err error) {
	if back, err = s.moveAway(ctx, m); err != nil {
		return nil, nil, err
	}
	if purchase, err = s.followMove(ctx, back); err != nil {
		return nil, nil, err
	}
	s.heads.add(headOf(back))
	return back, purchase, nil
}

func (s *Service) moveAway(ctx context.Context, m Move) (*models.Entry, error) {
	if err := checkReason(m.Reason); err != nil {
		return nil, err
	}
	original, err := s.Stores.Ledger.Entry(ctx, m.Entry)
	if err == nil && original.Program != m.Program {
		err = unknownEntry()
	}
	if err != nil {
		return nil, err
	}
	from, err := s.Stores.Members.Member(ctx, original.Member) // also one that was erased: the books stay open
	if err != nil {
		return nil, err
	}
	to, err := s.Member(ctx, m.Program, m.Member)
	if err != nil {
		return nil, err
	}
	reason := strings.TrimSpace(m.Reason)
	in := posting{
		Member: &from, Key: m.Key, Actor: m.Actor, Ref: m.Entry, Account: original.Account, Reason: reason,
		Event: models.Event{Kind: models.EntryReverse, Original: &original, MovedTo: to.ID},
		Hash: hashOf(struct {
			Verb   string
			Entry  models.EntryID
			Member models.MemberID
			Reason string
		}{"move", m.Entry, to.ID, reason}),
	}
	if err := s.checkMove(ctx, m, &original, to); err != nil {
		return s.refused(ctx, in, err)
	}
	return s.post(ctx, in)
}

func unknownEntry() error {
	return models.Fail(models.NotFound, "unknown_entry", "entry", "There is no such entry.")
}

// checkMove looks whether a purchase may be moved to a member, before anything is
// booked.
func (s *Service) checkMove(ctx context.Context, m Move, original *models.Entry, to *models.Member) error {
	now := s.Stores.Clock.Now()
	if err := MayReverse(m.Role, m.Actor, original, now); err != nil {
		return err
	}
	switch {
	case original.Purchase == nil || original.Purchase.Value > 0:
		return nil // the ledger says why not
	case to.Account == original.Account:
		return models.Fail(models.Invalid, "same_member", "member", "The purchase is booked for this member already.")
	case now.Sub(original.At) > maxBehind:
		return models.Fail(models.Conflict, "move_too_late", "entry", "A purchase of more than 31 days ago can't be moved. Take it back, and give the other member units by hand.")
	}
	if err := checkUsable(to); err != nil {
		return err
	}
	program, err := s.Stores.Programs.For(ctx, to)
	if err != nil {
		return err
	}
	last, err := s.state(ctx, to.Account)
	if err != nil {
		return err
	}
	_, err = moved(original, &models.Entry{}, to).entry(program, program.Zone(), last, now)
	return err
}

// moveKey is the key of the purchase that a reversal moves.
func moveKey(back models.EntryID) string { return "move/" + string(back) }

// moved is a purchase on its way to the member whose it is. It goes by the terms
// that it was tried under.
func moved(original, back *models.Entry, to *models.Member) posting {
	key := moveKey(back.ID)
	return posting{
		Member: to, Key: key, Hash: key, At: original.At, Reason: back.Reason, Version: back.Version,
		Event: models.Event{Kind: models.EntryEarn, Purchase: original.Purchase},
		Actor: Actor{User: original.Staff, Location: original.Location}, By: back.Staff, Moved: back.ID,
	}
}

// followMove books a purchase for the member whose it is, after its reversal. It
// can be done again.
func (s *Service) followMove(ctx context.Context, back *models.Entry) (*models.Entry, error) {
	original, err := s.Stores.Ledger.Entry(ctx, back.Ref)
	if err != nil {
		return nil, err
	}
	to, err := s.Stores.Members.Member(ctx, back.MovedTo) // also one who has left meanwhile
	if err != nil {
		return nil, err
	}
	first, err := s.bookedAs(ctx, to.Accounts(), moveKey(back.ID))
	if first != nil || err != nil {
		return first, err
	}
	return s.post(ctx, moved(&original, back, &to))
}

// finishMove books what a move that was cut off has left to book.
func (s *Service) finishMove(ctx context.Context, back *models.Entry) error {
	_, err := s.followMove(ctx, back)
	if ruledOut(err) { // it was tried before it was moved: a full card, maybe
		s.Log.ErrorContext(ctx, "a moved purchase is refused", "entry", back.ID, "why", models.CodeOf(err))
		return nil
	}
	return err
}
