package wallet

import (
	"context"
	"strings"

	"regulars/models"
)

// A transfer is two entries: one that lets go, booked with the key of the request,
// and one in the other account that takes exactly that, which follows from it. Cut
// off between the two, whoever carries the first books the second.

// Giving is units that a member gives to another.
type Giving struct {
	Program models.ProgramID
	From    models.MemberID
	To      models.MemberID
	Unit    models.Unit
	Amount  int64
	Reason  string // may be empty
	Key     string
	Actor   Actor
}

// Pair is the two sides of a transfer.
type Pair struct {
	Out, In *models.Entry
}

// Give transfers units between two members, where the program lets them. What is
// given ends when it would have ended. It is a Conflict when the member does not
// have that many to use.
func (s *Service) Give(ctx context.Context, g Giving) (Pair, error) {
	from, err := s.Member(ctx, g.Program, g.From)
	if err != nil {
		return Pair{}, err
	}
	to, err := s.Member(ctx, g.Program, g.To)
	if err != nil {
		return Pair{}, err
	}
	reason := strings.TrimSpace(g.Reason)
	in := posting{
		Member: from, Key: g.Key, Actor: g.Actor, Reason: reason,
		Event: models.Event{
			Kind: models.EntryTransfer, Delta: models.Delta{Unit: g.Unit, Amount: g.Amount},
			Transfer: &models.Transfer{With: to.ID, Why: models.Gift, Out: true},
		},
		Hash: hashOf(struct {
			Verb     string
			From, To models.MemberID
			Unit     models.Unit
			Amount   int64
			Reason   string
			Location string
		}{"transfer", from.ID, to.ID, g.Unit, g.Amount, reason, g.Actor.Location}),
	}
	if err := s.mayGive(ctx, g, from, to); err != nil {
		return s.paired(ctx)(s.refused(ctx, in, err))
	}
	return s.paired(ctx)(s.post(ctx, in))
}

// mayGive refuses what can't arrive, and what would go in a circle.
func (s *Service) mayGive(ctx context.Context, g Giving, from, to *models.Member) error {
	if g.Reason != "" {
		if err := checkReason(g.Reason); err != nil {
			return err
		}
	}
	for _, m := range []*models.Member{from, to} {
		if err := checkUsable(m); err != nil {
			return err
		}
	}
	last, err := s.newest(ctx, to)
	switch {
	case err != nil:
		return err
	case from.ID == to.ID || from.Account == to.Account:
		return models.Fail(models.Invalid, "same_account", "to", "Both cards have the same balance. Name the card of somebody else.")
	case last.State.Balance(g.Unit) > models.MaxBalance-max(min(g.Amount, models.MaxBalance), 0):
		return models.Fail(models.Invalid, "balance_cap", "amount", "The balance would be larger than any card can hold.")
	}
	return nil
}

// paired returns an entry that lets go with the one that takes, booked if it is
// not yet.
func (s *Service) paired(ctx context.Context) func(*models.Entry, error) (Pair, error) {
	return func(out *models.Entry, err error) (Pair, error) {
		if err != nil {
			return Pair{}, err
		}
		in, err := s.followTransfer(ctx, out)
		if err != nil {
			s.heads.add(headOf(out))
		}
		return Pair{Out: out, In: in}, err
	}
}

// followTransfer books the other side of a transfer, and sees to it that those
// whose accounts it moved have the ones that the ledger says. It can be done
// again.
func (s *Service) followTransfer(ctx context.Context, out *models.Entry) (*models.Entry, error) {
	t := out.Transfer
	with, err := s.Stores.Members.Member(ctx, t.With)
	if err != nil {
		return nil, err
	}
	if in, err := s.bookedAs(ctx, append(with.Accounts(), with.OwnAccount()), "transfer/"+string(out.ID)); err != nil {
		return nil, err
	} else if in != nil {
		return in, s.seeThrough(ctx, out)
	}
	side := posting{
		Member: &with, Key: "transfer/" + string(out.ID), Hash: string(out.ID), Reason: out.Reason,
		Actor: Actor{User: out.Staff, Location: out.Location},
		Event: models.Event{
			Kind: models.EntryTransfer, Original: out,
			Transfer: &models.Transfer{With: out.Member, Why: t.Why, From: out.ID},
		},
	}
	if t.Opens() {
		side.Account, side.Fixed = with.OwnAccount(), true
	}
	in, err := s.post(ctx, side)
	if err != nil {
		return nil, err
	}
	return in, s.seeThrough(ctx, out)
}

// seeThrough gives those whose accounts a transfer moved the ones that the ledger
// says.
func (s *Service) seeThrough(ctx context.Context, out *models.Entry) error {
	t := out.Transfer
	switch {
	case t.Closes():
		return s.rehouse(ctx, out.Member, out.Account)
	case t.Opens():
		err := s.rehouse(ctx, t.With, out.Account)
		if err == nil && t.Why == models.Leave {
			err = s.seeOff(ctx, out.Member, t.With)
		}
		return err
	}
	return nil
}
