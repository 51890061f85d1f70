package wallet

import (
	"context"
	"errors"
	"strings"

	"regulars/models"
	"regulars/models/store"
)

// Award books units that staff give by hand, as far as the program lets them: so
// many at once, and so many in a local day to all members together, however many
// tills they stand at. What is beyond that is kept as a request, which waits for an
// owner or manager; it comes back instead of an entry, also when the request is
// repeated later, with what has become of it.
func (s *Service) Award(ctx context.Context, a Adjustment) (*models.Entry, *models.Approval, error) {
	in, err := s.adjustment(ctx, a)
	if err != nil {
		return nil, nil, err
	}
	if asked, err := s.asked(ctx, in); asked != nil || err != nil {
		return s.outcome(ctx, asked, err)
	}
	if err := checkUsable(in.Member); err != nil {
		e, err := s.refused(ctx, in, err)
		return e, nil, err
	}
	program, err := s.Stores.Programs.For(ctx, in.Member)
	if err != nil {
		return nil, nil, err
	}
	limit, err := mayGive(program, a.Delta)
	if err != nil {
		e, err := s.refused(ctx, in, err)
		return e, nil, err
	}
	id := store.AwardID(program.ID, a.Actor.User, a.Delta.Unit, program.Day(s.Stores.Clock.Now()))
	e, err := s.bookHeld(ctx, in, s.allowance(id, limit, a.Delta.Amount), func(*posting, store.Hold) {})
	if !errors.Is(err, store.ErrOverLimit) {
		return e, nil, err
	}
	// What was given meanwhile may be this very request's.
	if first, err := s.Stores.Ledger.ByKey(ctx, in.Member.Account, in.Key); !errors.Is(err, store.ErrNotFound) {
		e, err := replayed(&first, in.Hash, err)
		return e, nil, err
	}
	waits, err := s.ask(ctx, in)
	return s.outcome(ctx, waits, err)
}

// mayGive returns what staff may give of a unit without asking.
func mayGive(p *models.Program, d models.Delta) (models.ManualLimit, error) {
	limit, ok := p.ManualLimit(d.Unit)
	switch {
	case !ok:
		return limit, models.Fail(models.Denied, "not_allowed", "", "Your role does not allow this. Ask the owner.")
	case d.Amount <= 0:
		return limit, models.Fail(models.Denied, "giving_only", "delta", "Staff may give by hand, and not take. Ask an owner or manager.")
	case d.Amount > models.MaxBalance:
		return limit, models.Fail(models.Invalid, "balance_cap", "delta", "That is more than any card can hold.")
	}
	return limit, nil
}

// allowance is what somebody may still give today.
func (s *Service) allowance(id string, limit models.ManualLimit, amount int64) scarce {
	return scarce{
		hold: func(ctx context.Context, h store.Hold) (store.Hold, error) {
			if amount > limit.Once {
				return h, store.ErrOverLimit
			}
			h.Amount = amount
			return h, s.Stores.Awards.Hold(ctx, id, limit.Day, h)
		},
		settle: func(ctx context.Context, h store.Hold, e *models.Entry) error {
			return s.Stores.Awards.Settle(ctx, id, h, e != nil)
		},
	}
}

// approvalID is that of the request which would be made for a posting.
func (s *Service) approvalID(in posting) models.ApprovalID {
	return models.ApprovalID(newID(s.seeded("approval", string(in.Member.OwnAccount()), in.Key)))
}

// asked returns the request that was made with this key before, nil when there is
// none.
func (s *Service) asked(ctx context.Context, in posting) (*models.Approval, error) {
	if err := checkKey(in.Key); err != nil {
		return nil, err
	}
	a, err := s.Stores.Awards.Approval(ctx, s.approvalID(in))
	switch {
	case models.KindOf(err) == models.NotFound:
		return nil, nil //nolint:nilnil // mostly there is none
	case err == nil && a.Hash != in.Hash:
		return nil, keyReused()
	}
	return &a, err
}

func (s *Service) ask(ctx context.Context, in posting) (*models.Approval, error) {
	a, err := s.Stores.Awards.Ask(ctx, &models.Approval{
		ID: s.approvalID(in), Program: in.Member.Program, Member: in.Member.ID, Account: in.Member.Account,
		Delta: in.Event.Delta, Reason: in.Reason, Location: in.Actor.Location, AskedBy: in.Actor.User, AskedAt: s.Stores.Clock.Now(),
		Key: in.Key, Hash: in.Hash, Decided: models.ApprovalWaits,
	})
	if err == nil && a.Hash != in.Hash {
		return nil, keyReused()
	}
	return &a, err
}

// outcome is the entry of a request that was booked, or the request.
func (s *Service) outcome(ctx context.Context, a *models.Approval, err error) (*models.Entry, *models.Approval, error) {
	if err != nil || a.Entry == "" {
		return nil, a, err
	}
	e, err := s.Stores.Ledger.Entry(ctx, a.Entry)
	return &e, a, err
}

// Decision grants or refuses what somebody asked for.
type Decision struct {
	Program  models.ProgramID
	Approval models.ApprovalID
	Grant    bool
	Reason   string // why it is refused
	Actor    Actor
}

// Approval returns a request of a program.
func (s *Service) Approval(ctx context.Context, p models.ProgramID, id models.ApprovalID) (*models.Approval, error) {
	a, err := s.Stores.Awards.Approval(ctx, id)
	if err == nil && a.Program != p {
		err = models.Fail(models.NotFound, "unknown_approval", "approval", "There is no such request.")
	}
	return &a, err
}

// Decide grants a request, which books it, or refuses it. It is Denied to whoever
// asked. To decide the same again changes nothing, whoever does; another decision
// is a Conflict. The decision comes first, and what it leads to is booked at once or,
// where somebody was cut off, before long.
func (s *Service) Decide(ctx context.Context, d Decision) (*models.Approval, error) {
	a, err := s.Approval(ctx, d.Program, d.Approval)
	if err != nil {
		return nil, err
	}
	decided := models.ApprovalGranted
	if !d.Grant {
		decided = models.ApprovalRefused
		if err := checkReason(d.Reason); err != nil {
			return nil, err
		}
	}
	now := s.Stores.Clock.Now()
	after, err := s.Stores.Awards.Decide(ctx, a.ID, func(a *models.Approval) error {
		if a.Decided == decided && d.Actor.User != a.AskedBy {
			return store.Unchanged
		}
		if err := a.Decidable(d.Actor.User, now); err != nil {
			return err
		}
		a.Decided, a.DecidedBy, a.DecidedAt, a.Why = decided, d.Actor.User, &now, strings.TrimSpace(d.Reason)
		if decided == models.ApprovalGranted {
			a.OpenSince = &now
		}
		return nil
	})
	if err != nil || after.OpenSince == nil {
		return &after, err
	}
	return s.bookGranted(ctx, &after)
}

// bookGranted books what was granted. It can be done again. What the rules refuse
// by now is refused after all.
func (s *Service) bookGranted(ctx context.Context, a *models.Approval) (*models.Approval, error) {
	m, err := s.Stores.Members.Member(ctx, a.Member)
	if err != nil {
		return nil, err
	}
	in := posting{
		Member: &m, Key: a.Key, Hash: a.Hash, Reason: a.Reason, Actor: Actor{User: a.AskedBy, Location: a.Location}, By: a.DecidedBy,
		Event: models.Event{Kind: models.EntryAdjust, Delta: a.Delta},
	}
	var e *models.Entry
	if err = checkUsable(&m); err != nil {
		e, err = s.refused(ctx, in, err)
	} else {
		e, err = s.post(ctx, in)
	}
	if err != nil && !ruledOut(err) {
		return nil, err
	}
	after, later := s.Stores.Awards.Decide(context.WithoutCancel(ctx), a.ID, func(a *models.Approval) error {
		if a.OpenSince == nil {
			return store.Unchanged
		}
		if a.OpenSince = nil; err != nil {
			a.Decided, a.Why = models.ApprovalRefused, models.CodeOf(err)
		} else {
			a.Entry = e.ID
		}
		return nil
	})
	return &after, errors.Join(err, later)
}

// ruledOut reports whether the rules say no, which they will say again.
func ruledOut(err error) bool {
	kind := models.KindOf(err)
	return kind == models.Conflict || kind == models.Invalid
}
