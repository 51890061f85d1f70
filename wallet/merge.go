package wallet

import (
	"context"
	"strings"

	"regulars/models"
	"regulars/models/store"
)

// Merging says that a member's card becomes one of another member's: both are of
// one person.
type Merging struct {
	Program models.ProgramID
	Member  models.MemberID
	Into    models.MemberID
	Reason  string
	Key     string
	Actor   Actor
}

// Merge moves all that a member has into the account of another: units with their
// ends, what is owed, the level, and what rules remember, so that no limit begins
// anew. Both cards work from then on and lead to that account. Undo it with
// Unmerge.
func (s *Service) Merge(ctx context.Context, g Merging) (Pair, error) {
	if err := checkReason(g.Reason); err != nil {
		return Pair{}, err
	}
	from, err := s.Member(ctx, g.Program, g.Member)
	if err != nil {
		return Pair{}, err
	}
	into, err := s.Member(ctx, g.Program, g.Into)
	if err != nil {
		return Pair{}, err
	}
	if from.ID == into.ID {
		return Pair{}, models.Fail(models.Invalid, "same_account", "into", "Name another card than the one that is to be merged.")
	}
	reason := strings.TrimSpace(g.Reason)
	in := closing(from, into, models.Merge, g.Key, g.Actor)
	in.Reason, in.Hash = reason, hashOf([]string{"merge", string(from.ID), string(into.ID), reason})
	return s.moveIn(ctx, in, &mover{Service: s, from: from, to: into, key: g.Key}, func(*models.Member) error { return nil })
}

// closing is the posting that lets go of all that a member has.
func closing(from, to *models.Member, why models.Passing, key string, by Actor) posting {
	return posting{
		Member: from, Account: from.OwnAccount(), Fixed: true, Key: key, Actor: by,
		Event: models.Event{Kind: models.EntryTransfer, Transfer: &models.Transfer{With: to.ID, Why: why, Out: true}},
	}
}

// moveIn announces a move and books it.
func (s *Service) moveIn(ctx context.Context, in posting, v *mover, may func(to *models.Member) error) (Pair, error) {
	if err := checkKey(in.Key); err != nil {
		return Pair{}, err
	}
	if first, err := s.bookedAs(ctx, []models.AccountID{in.Account}, in.Key); first != nil || err != nil {
		return s.paired(ctx)(replayed(first, in.Hash, err))
	}
	// An announcement is good for a while only.
	within, cancel := context.WithTimeout(ctx, store.BookingTime)
	defer cancel()
	if err := v.announce(within, may); err != nil {
		return s.paired(ctx)(s.refused(ctx, in, err))
	}
	out, err := s.post(within, in)
	if kind := models.KindOf(err); err != nil && kind != models.Internal && kind != models.Unavailable {
		_ = v.giveUp(ctx) // or it lapses
		if in.Event.Transfer.Why == models.Join {
			_ = s.seeOff(context.WithoutCancel(ctx), v.to.ID, v.from.ID)
		}
	}
	return s.paired(ctx)(out, err)
}

// Unmerging undoes a merge.
type Unmerging struct {
	Program models.ProgramID
	Member  models.MemberID
	Reason  string
	Key     string
	Actor   Actor
}

// Unmerge gives a member whose card was merged into another's an account of its
// own again, with what it brought, as far as it is there: nothing, if that stayed
// with a household. Done at once, both are as they were before.
func (s *Service) Unmerge(ctx context.Context, u Unmerging) (Pair, error) {
	if err := checkReason(u.Reason); err != nil {
		return Pair{}, err
	}
	if err := checkKey(u.Key); err != nil {
		return Pair{}, err
	}
	m, err := s.Member(ctx, u.Program, u.Member)
	if err != nil {
		return Pair{}, err
	}
	reason := strings.TrimSpace(u.Reason)
	hash := hashOf([]string{"unmerge", string(m.ID), reason})
	if first, err := s.bookedAs(ctx, m.Accounts(), u.Key); first != nil || err != nil {
		return s.paired(ctx)(replayed(first, hash, err))
	}
	if err := checkUsable(m); err != nil {
		return Pair{}, err
	}
	in, err := s.mergeOf(ctx, m)
	if err != nil {
		return Pair{}, err
	}
	holder, err := s.Stores.Members.Member(ctx, in.Member)
	if err != nil {
		return Pair{}, err
	}
	p := posting{
		Member: &holder, Account: in.Account, Fixed: true, Ref: in.ID, Key: u.Key, Hash: hash, Actor: u.Actor, Reason: reason,
		Event: models.Event{Kind: models.EntryTransfer, Original: in, Transfer: &models.Transfer{With: m.ID, Why: models.Unmerge, Out: true}},
	}
	switch {
	case holder.Account == in.Account:
	case holder.Own != "":
		return Pair{}, models.Fail(models.Conflict, "shares_card", "member", "The other card is shared by a household now. It has to leave that first.")
	default: // it has left the household that both brought all to: nothing is there to be given back
		p.Account, p.Fixed, p.Event.Transfer.Why = "", false, models.Leave
	}
	return s.paired(ctx)(s.post(ctx, p))
}

// mergeOf returns the entry by which another account took all that a member had.
func (s *Service) mergeOf(ctx context.Context, m *models.Member) (*models.Entry, error) {
	out, err := s.state(ctx, m.OwnAccount())
	if err != nil {
		return nil, err
	}
	if out.State.Moved == "" || out.Transfer.Why != models.Merge {
		return nil, models.Fail(models.Conflict, "not_merged", "member", "This card is not merged with another.")
	}
	return s.followTransfer(ctx, &out)
}
