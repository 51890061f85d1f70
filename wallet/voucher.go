package wallet

import (
	"context"
	"errors"
	"io"
	"slices"
	"strings"
	"time"

	"regulars/models"
	"regulars/models/store"
	"regulars/passes/barcode"
)

// Issue asks for vouchers.
type Issue struct {
	Program models.ProgramID
	Reward  models.RewardID
	Count   int             // 1 when 0
	Member  models.MemberID // who alone may use them; whoever brings one when empty
	Reason  string          // what for, as staff and customers read it; may be empty
	From    time.Time       // zero: at once
	Until   time.Time       // zero: for ever
	Key     string
	Actor   Actor
}

// maxBatch is how many vouchers are made at once.
const maxBatch = 5000

// IssueVouchers makes vouchers for a reward as the program has it now. The same
// key with the same request returns the first ones.
func (s *Service) IssueVouchers(ctx context.Context, i Issue) ([]models.Voucher, error) {
	if err := checkKey(i.Key); err != nil {
		return nil, err
	}
	i.Reason = strings.TrimSpace(i.Reason)
	v, err := s.issued(ctx, &i)
	if err != nil {
		return nil, err
	}
	all, err := s.numbered(v, &i)
	if err != nil {
		return nil, err
	}
	if i.Member == "" {
		v := all[0]
		b := models.Batch{
			ID: v.Batch, Program: v.Program, Reward: v.Reward, Count: len(all), Reason: v.Reason,
			From: v.From, Until: v.Until, IssuedAt: v.IssuedAt, IssuedBy: v.IssuedBy,
		}
		if err := s.Stores.Vouchers.InsertBatch(ctx, &b); err != nil {
			return nil, err
		}
	}
	if err := s.Stores.Vouchers.Insert(ctx, all); err != nil {
		return nil, err
	}
	if err := s.showVouchers(ctx, i.Member); err != nil {
		return nil, err
	}
	return s.Stores.Vouchers.Batch(ctx, i.Program, all[0].Batch, 0, len(all))
}

// issued is the first voucher of a request: as it was made when the key was used
// before, whatever the program and the day say now, or as they say.
func (s *Service) issued(ctx context.Context, i *Issue) (models.Voucher, error) {
	request := hashOf([]any{"vouchers", i.Reward, i.count(), i.Member, i.Reason, timeOf(i.From), timeOf(i.Until)})
	codes := s.codes(i)
	batch := models.BatchID(newID(codes))
	code, err := barcode.NewVoucher(codes)
	if err != nil {
		return models.Voucher{}, err
	}
	first, err := s.Stores.Vouchers.Voucher(ctx, i.Program, code)
	switch {
	case err == nil && first.Request != request:
		return models.Voucher{}, keyReused()
	case err == nil:
		return models.Voucher{
			Program: first.Program, Reward: first.Reward, Member: i.Member, Reason: first.Reason, From: first.From, Until: first.Until,
			IssuedAt: first.IssuedAt, IssuedBy: first.IssuedBy, Request: request, Batch: batch,
		}, nil
	case models.KindOf(err) != models.NotFound:
		return models.Voucher{}, err
	}
	v, err := s.newVoucher(ctx, i)
	v.Request, v.Batch = request, batch
	return v, err
}

func (i *Issue) count() int { return max(i.Count, 1) }

// codes are those of a request's vouchers, after the name of their batch.
func (s *Service) codes(i *Issue) io.Reader {
	return s.seeded("vouchers", string(i.Program), string(i.Actor.User), i.Key)
}

// numbered are all vouchers of a request.
func (s *Service) numbered(v models.Voucher, i *Issue) (all []models.Voucher, err error) {
	codes := s.codes(i)
	newID(codes) // the batch
	all = make([]models.Voucher, i.count())
	for n := range all {
		v.Number = n + 1
		if v.Code, err = barcode.NewVoucher(codes); err != nil {
			return nil, err
		}
		all[n] = v
	}
	return all, nil
}

// newVoucher is what the request makes now.
func (s *Service) newVoucher(ctx context.Context, i *Issue) (_ models.Voucher, err error) {
	none := models.Voucher{}
	program, err := s.Stores.Programs.Current(ctx, i.Program)
	if err != nil {
		return none, err
	}
	if i.Member != "" {
		m, err := s.Member(ctx, i.Program, i.Member)
		if err != nil {
			return none, err
		}
		if err := checkUsable(m); err != nil {
			return none, err
		}
		if program, err = s.Stores.Programs.For(ctx, m); err != nil {
			return none, err
		}
	}
	reward, ok := program.Reward(i.Reward)
	now := s.Stores.Clock.Now()
	switch {
	case !ok:
		return none, models.Fail(models.Invalid, "unknown_reward", "reward", "This program has no such reward.")
	case reward.Kind == models.Mystery:
		return none, models.Fail(models.Invalid, "no_mystery", "reward", "A voucher is for something certain, and not for a mystery reward.")
	case i.Count < 0 || i.count() > maxBatch:
		return none, models.Fail(models.Invalid, "wrong_count", "count", "Make 1 to 5000 vouchers at once.")
	case i.Member != "" && i.count() > 1:
		return none, models.Fail(models.Invalid, "wrong_count", "count", "A member gets one voucher at a time.")
	case len(i.Reason) > 200 || !printable(i.Reason):
		return none, models.Fail(models.Invalid, "too_long", "reason", "Say what they are for in at most 200 characters.")
	case !i.Until.IsZero() && (!i.Until.After(now) || !i.Until.After(i.From)):
		return none, models.Fail(models.Invalid, "ends_too_soon", "until", "A voucher ends in the future, and after it begins.")
	}
	return models.Voucher{
		Program: i.Program, Reward: reward, Member: i.Member, Reason: i.Reason, From: timeOf(i.From), Until: timeOf(i.Until),
		IssuedAt: now, IssuedBy: i.Actor.User,
	}, nil
}

// timeOf is a time that may be missing, as the database keeps it.
func timeOf(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC().Truncate(time.Millisecond)
	return &t
}

// FindVoucher returns the voucher that a code leads to, as it was scanned or
// typed. What has not the form of a voucher's code is NotFound, no_voucher.
func (s *Service) FindVoucher(ctx context.Context, program models.ProgramID, text string) (models.Voucher, error) {
	code, ok, err := barcode.ParseVoucher(text)
	switch {
	case err != nil:
		return models.Voucher{}, err
	case !ok:
		return models.Voucher{}, models.Fail(models.NotFound, "no_voucher", "voucher", "A voucher's code has 16 digits and begins with 8.")
	}
	return s.Stores.Vouchers.Voucher(ctx, program, code)
}

// GiveVoucher gives a voucher to a member, who alone may use it from then on.
// It is a Conflict when it is another's, or no longer good.
func (s *Service) GiveVoucher(ctx context.Context, program models.ProgramID, code models.VoucherCode, member models.MemberID) (models.Voucher, error) {
	m, err := s.Member(ctx, program, member)
	if err != nil {
		return models.Voucher{}, err
	}
	if err := checkUsable(m); err != nil {
		return models.Voucher{}, err
	}
	who, err := s.person(ctx, *m)
	if err != nil {
		return models.Voucher{}, err
	}
	return s.changeVoucher(ctx, program, code, func(v *models.Voucher) error {
		if v.Member != "" && who.Is(v.Member) {
			return store.Unchanged
		}
		now := s.Stores.Clock.Now()
		if err := v.Usable(&who, now); err != nil && models.CodeOf(err) != "voucher_waits" {
			return err
		}
		v.Member = m.ID
		return nil
	})
}

// CancelVoucher makes a voucher worthless. One that was used stays used, which
// is a Conflict.
func (s *Service) CancelVoucher(ctx context.Context, program models.ProgramID, code models.VoucherCode, reason string, by Actor) (models.Voucher, error) {
	if err := checkReason(reason); err != nil {
		return models.Voucher{}, err
	}
	return s.changeVoucher(ctx, program, code, func(v *models.Voucher) error {
		switch {
		case v.UsedAt != nil:
			return models.Fail(models.Conflict, "voucher_used", "voucher", "This voucher was used before.")
		case v.CancelledAt != nil:
			return store.Unchanged
		}
		now := s.Stores.Clock.Now()
		v.CancelledAt, v.CancelledBy, v.Cancelled = &now, by.User, strings.TrimSpace(reason)
		return nil
	})
}

// changeVoucher changes a voucher; while somebody is using it, it waits for
// what becomes of that.
func (s *Service) changeVoucher(ctx context.Context, p models.ProgramID, code models.VoucherCode, change func(*models.Voucher) error) (models.Voucher, error) {
	for began := time.Now(); ; {
		var v models.Voucher
		err := s.telling(ctx, models.VoucherKey(p, code), func(told bool) (err error) {
			v, err = s.Stores.Vouchers.Update(ctx, p, code, func(v *models.Voucher) error {
				if v.InWallet != nil && !told {
					return store.ErrUntold
				}
				return change(v)
			})
			return err
		})
		if err == nil {
			return v, s.showVouchers(ctx, v.Member)
		}
		if !errors.Is(err, store.ErrHeld) {
			return v, err
		}
		if time.Since(began) > busyFor {
			return v, underWay()
		}
		if err := pause(ctx, 50*time.Millisecond); err != nil {
			return v, err
		}
	}
}

// MemberVouchers returns the vouchers of a member that are good, or will be,
// whichever of the person's cards they were given to. Those that end first come
// first.
func (s *Service) MemberVouchers(ctx context.Context, m *models.Member) ([]models.Voucher, error) {
	who, err := s.person(ctx, *m)
	if err != nil {
		return nil, err
	}
	var all []models.Voucher
	for _, id := range who.Selves() {
		some, err := s.Stores.Vouchers.Of(ctx, id, 100)
		if err != nil {
			return nil, err
		}
		all = append(all, some...)
	}
	now := s.Stores.Clock.Now()
	all = slices.DeleteFunc(all, func(v models.Voucher) bool {
		state := v.State(now)
		return state != models.VoucherGood && state != models.VoucherWaits
	})
	slices.SortStableFunc(all, func(a, b models.Voucher) int {
		switch {
		case a.Until == nil && b.Until == nil:
			return 0
		case a.Until == nil:
			return 1
		case b.Until == nil:
			return -1
		}
		return a.Until.Compare(*b.Until)
	})
	return all, nil
}
