package wallet

import (
	"cmp"
	"context"
	"errors"
	"time"

	"regulars/models"
	"regulars/models/store"
)

// Actor is who asks for a change: the staff member or system, and where.
type Actor struct {
	User     models.UserID
	Location string
}

// posting is an event on its way into a member's ledger.
type posting struct {
	Member   *models.Member
	Key      string
	Hash     string
	Event    models.Event
	At       time.Time // zero: now
	Ref      models.EntryID
	Reason   string
	Actor    Actor
	By       models.UserID  // who else had it booked
	Moved    models.EntryID // the reversal that moved a purchase here
	Version  int            // of the program; 0 for the one in force
	Priority models.Priority
	Account  models.AccountID // empty: the one that the member has when it is booked
	Fixed    bool             // on that account or not at all, also when it has moved
	Alone    bool             // nobody is rewarded for bringing the member
}

// account is the one to book on, as far as is known.
func (in *posting) account() models.AccountID { return cmp.Or(in.Account, in.Member.Account) }

// post books an event: it reads the head of the account, computes what the
// event does to it, and appends the entry; when another till was faster it
// computes again, and when all of the account has moved to another one, on that.
// The same key with the same request returns the first entry; with another request
// it is a Conflict.
func (s *Service) post(ctx context.Context, in posting) (*models.Entry, error) {
	if err := checkKey(in.Key); err != nil {
		return nil, err
	}
	// The mark is kept only so long for an entry that has not come.
	ctx, cancel := context.WithTimeout(ctx, store.BookingTime)
	defer cancel()
	past := 0
	for attempt := 0; ; attempt++ {
		if n := len(in.Member.Past); n != past {
			if first, err := s.earlier(ctx, in); first != nil || err != nil {
				return replayed(first, in.Hash, err)
			}
			past = n
		}
		program, err := s.terms(ctx, in)
		if err != nil {
			return nil, err
		}
		// The member's copy of the newest state is mostly right, and saves
		// looking. Where it is not, the place after it is taken.
		last := models.Entry{Seq: in.Member.Head.Seq, State: in.Member.Head.State}
		guess := attempt == 0 && in.Ref == "" && in.Account == "" && last.Seq > 0
		if !guess {
			if last, err = s.state(ctx, in.account()); err != nil {
				return nil, err
			}
		}
		entry, err := s.draft(ctx, program, in, last)
		if err != nil && guess {
			continue
		}
		if models.CodeOf(err) == models.Moved && !in.Fixed {
			if err := s.reroute(ctx, &in); err != nil {
				return nil, err
			}
			continue
		}
		if err != nil {
			return s.refused(ctx, in, err)
		}
		mark, err := s.mark(ctx, in, entry, attempt > 0)
		if err != nil {
			return nil, err
		}
		booked, err := s.Stores.Ledger.Append(ctx, mark, entry)
		switch {
		case err == nil:
			h := headOf(booked)
			h.member, h.marked = *in.Member, len(mark) > 0
			if booked.MovedTo != "" || booked.Transfer != nil && booked.Transfer.Out && !booked.Raised {
				h.leads = nil // the verb sees to that at once; the sweep, if it is cut off
			}
			s.heads.add(h)
			if h.marked {
				s.nudge(in.Priority)
			}
			return booked, nil
		case errors.Is(err, store.ErrReplay):
			return replay(booked, in.Hash)
		case !errors.Is(err, store.ErrBehind) && !errors.Is(err, store.ErrConflict):
			return nil, err
		case ctx.Err() != nil:
			return nil, ctx.Err()
		}
	}
}

// terms are those that an entry is booked under.
func (s *Service) terms(ctx context.Context, in posting) (*models.Program, error) {
	if in.Version > 0 {
		return s.Stores.Programs.Version(ctx, in.Member.Program, in.Version)
	}
	return s.Stores.Programs.For(ctx, in.Member)
}

// mark returns the write that marks the member before the entry. A member
// without a pass needs none: no phone shows anything yet. Where the first pass
// is made at this moment, whoever carries the head of the account marks it.
func (s *Service) mark(ctx context.Context, in posting, entry *models.Entry, again bool) ([]store.Write, error) {
	seq := entry.Seq
	if entry.Account != in.Member.Account {
		seq = 0 // the card does not show it
	}
	switch {
	case in.Member.IssuedAt == nil:
		return nil, nil
	case again: // the member is marked already, or somebody was faster
		mark, err := s.Stores.Refreshes.MarkWrite(ctx, in.Member, in.Priority, entry.RecordedAt, seq)
		return []store.Write{mark}, err
	}
	return []store.Write{s.Stores.Refreshes.FirstMarkWrite(in.Member, in.Priority, entry.RecordedAt, seq)}, nil
}

// draft computes the entry that would follow last.
func (s *Service) draft(ctx context.Context, program *models.Program, in posting, last models.Entry) (*models.Entry, error) {
	var err error
	if in.Ref != "" {
		// Read after the head: a reversal that we don't see yet takes our place
		// in the ledger, and we come back here.
		if in.Event.Undone, err = s.Stores.Ledger.Undone(ctx, in.Ref); err != nil {
			return nil, err
		}
		if len(in.Event.Lines)+len(in.Event.Undone.Lines) > 0 {
			o := in.Event.Original
			if in.Event.Made, err = s.Stores.Programs.Version(ctx, o.Program, o.Version); err != nil {
				return nil, err
			}
		}
	}
	return in.entry(program, program.Zone(), last, s.Stores.Clock.Now())
}

// entry applies the event and returns the entry that follows last.
func (in posting) entry(program *models.Program, zone *time.Location, last models.Entry, now time.Time) (*models.Entry, error) {
	event := in.Event
	event.At, event.Location = now, in.Actor.Location
	if !in.At.IsZero() {
		event.At = in.At.UTC().Truncate(time.Millisecond)
	}
	if event.Kind == models.EntryEarn || event.Kind == models.EntryRedeem {
		event.Facts = program.FactsOf(in.Member, event.At, zone)
	}
	if !event.Imported && event.Purchase != nil { // whoever bought here before was no friend to bring
		if !in.Alone {
			event.Referrer = in.Member.Referrer
		}
		event.Charity = program.CharityOf(in.Member.Charity) // nor did it give then
	}
	change, err := program.Apply(last.State, event)
	if err != nil {
		return nil, err
	}
	entry := &models.Entry{
		ID: models.EntryIDOf(in.account(), last.Seq+1), Account: in.account(), Seq: last.Seq + 1,
		Key: in.Key, Hash: in.Hash, Kind: in.Event.Kind,
		Program: program.ID, Version: program.Version, Member: in.Member.ID,
		At: event.At, RecordedAt: now, Day: event.At.In(zone).Format(time.DateOnly),
		Purchase: event.Purchase, Load: event.Load, Reward: event.Reward, Taken: event.Taken, Ref: in.Ref, Reason: in.Reason,
		MovedTo: event.MovedTo, MovedFrom: in.Moved, Location: in.Actor.Location, Staff: in.Actor.User, By: in.By,
		Activity: event.Activity, Facts: event.Facts,
		Deltas: change.Deltas, Counts: change.Counts, Lots: change.Lots, Paid: change.Paid, Undo: change.Undo, Lines: event.Lines, Credit: change.Credit, State: change.State,
		Merchant: change.Merchant, Given: change.Given, Transfer: change.Transfer,
	}
	entry.Raised = !event.Imported && len(program.ReachedBy(change.Transfer, &last.State, &change.State)) > 0
	if entry.Referred() > 0 {
		entry.Referrer = event.Referrer
	}
	return entry, nil
}

// refused answers a request that the rules refuse now. If its key was booked
// before, the rules allowed it then, and the first answer stands.
func (s *Service) refused(ctx context.Context, in posting, why error) (*models.Entry, error) {
	if models.KindOf(why) == models.Internal || checkKey(in.Key) != nil {
		return nil, why
	}
	first, err := s.bookedAs(ctx, append([]models.AccountID{in.account()}, in.Member.Accounts()...), in.Key)
	if first == nil && err == nil {
		return nil, why
	}
	return replayed(first, in.Hash, err)
}

func replay(first *models.Entry, hash string) (*models.Entry, error) {
	if first.Hash != hash {
		return nil, keyReused()
	}
	return first, nil
}

func keyReused() error {
	return models.Fail(models.Conflict, "key_reused", "Idempotency-Key",
		"This key came with another request before. Use a new key for each purchase.")
}

// checkKey accepts 1 to 128 printable ASCII characters.
func checkKey(key string) error {
	if key == "" {
		return models.Fail(models.Invalid, "key_missing", "Idempotency-Key",
			"Send an Idempotency-Key: a random text of your choice, the same when you repeat the request.")
	}
	ok := len(key) <= 128
	for _, c := range []byte(key) {
		ok = ok && c > ' ' && c < 0x7f
	}
	if !ok {
		return models.Fail(models.Invalid, "key_malformed", "Idempotency-Key",
			"An Idempotency-Key has 1 to 128 printable ASCII characters without spaces.")
	}
	return nil
}

// checkUsable refuses the card of a person who has left.
func checkUsable(m *models.Member) error {
	if m.ErasedAt != nil {
		return models.Fail(models.Conflict, "erased_member", "member", "This person has left the program; the card is no longer good.")
	}
	return nil
}
