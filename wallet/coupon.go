package wallet

import (
	"context"
	"errors"
	"strings"
	"time"

	"regulars/models"
	"regulars/models/store"
	"regulars/passes"
)

// holder stands for a voucher where refreshes ask for a member: its pass is kept in
// the same way.
func holder(id string) *models.Member {
	program, _, _ := strings.Cut(id, "/")
	v := models.Voucher{ID: id}
	return &models.Member{ID: v.Holder(), Program: models.ProgramID(program)}
}

// telling does a change of a voucher. change reports store.ErrUntold when there is a
// pass that was not told; it is then announced, so that no crash can lose it, and
// done again. Vouchers without a pass, as most are, cost nothing more.
func (s *Service) telling(ctx context.Context, id string, change func(told bool) error) error {
	err := change(false)
	if !errors.Is(err, store.ErrUntold) {
		return err
	}
	told, err := s.tell(ctx, id)
	if err != nil {
		return err
	}
	return errors.Join(change(true), told())
}

// tell announces a change to a voucher's pass. What it returns is to be called when
// the change is done.
func (s *Service) tell(ctx context.Context, id string) (func() error, error) {
	hold, err := s.Stores.Refreshes.Announce(ctx, holder(id), models.PriorityTill, s.Stores.Clock.Now())
	return func() error {
		err := s.Stores.Refreshes.Confirm(ctx, holder(id), models.PriorityTill, s.Stores.Clock.Now(), hold)
		s.nudge(models.PriorityTill)
		return err
	}, err
}

// tellVouchers announces to the passes of a member's vouchers that the member is
// about to be erased. What it returns is to be called when that is done; what phones
// said about them is forgotten then.
func (s *Service) tellVouchers(ctx context.Context, m *models.Member) (func() error, error) {
	all, err := s.Stores.Vouchers.Of(ctx, m.ID, maxBatch)
	if err != nil {
		return nil, err
	}
	var done []func() error
	for _, v := range all {
		if v.InWallet == nil {
			continue
		}
		told, err := s.tell(ctx, v.ID)
		if err != nil {
			return nil, err
		}
		done = append(done, told, func() error { return s.dropComplaints(ctx, v.Holder()) })
	}
	return func() (failed error) {
		for _, do := range done {
			failed = errors.Join(failed, do())
		}
		return failed
	}, nil
}

// refreshVoucher brings the pass of a voucher up to date, and the phones that hold
// it. It may be done again at any time.
func (s *Service) refreshVoucher(ctx context.Context, id string, priority models.Priority) error {
	v, err := s.Stores.Vouchers.ByID(ctx, id)
	if models.KindOf(err) == models.NotFound {
		return nil
	}
	if err != nil {
		return err
	}
	all, err := s.Stores.Passes.All(ctx, v.Holder())
	if err != nil || len(all) == 0 {
		return err
	}
	c, err := s.coupon(ctx, &v)
	if err != nil {
		return err
	}
	return s.reviseAll(ctx, all, c, priority)
}

// coupon is what a voucher's pass should say.
func (s *Service) coupon(ctx context.Context, v *models.Voucher) (content, error) {
	owner, program, err := s.ownerOf(ctx, v)
	if err != nil {
		return content{}, err
	}
	c := passes.CouponOf(program, v, owner, s.Stores.Clock.Now())
	return content{text: c.Encode(), basis: models.Basis{Member: v.Rev, Program: program.Version}, voided: c.Over != ""}, nil
}

// ownerOf returns who alone may use a voucher, nil for whoever brings it, and the
// program as it is for them.
func (s *Service) ownerOf(ctx context.Context, v *models.Voucher) (*models.Member, *models.Program, error) {
	if v.Member == "" {
		p, err := s.Stores.Programs.Current(ctx, v.Program)
		return nil, p, err
	}
	m, err := s.Stores.Members.Member(ctx, v.Member)
	if err != nil {
		return nil, nil, err
	}
	p, err := s.Stores.Programs.For(ctx, &m)
	return &m, p, err
}

// issueVoucher returns the pass of a voucher, made now if there is none. It is
// NotFound for one that nobody can use any more.
func (s *Service) issueVoucher(ctx context.Context, v models.Voucher) (models.Pass, error) {
	pass, err := s.Stores.Passes.Of(ctx, v.Holder(), models.Apple)
	if models.KindOf(err) != models.NotFound {
		return pass, err
	}
	now := s.Stores.Clock.Now()
	if err := over(&v, now); err != nil {
		return models.Pass{}, err
	}
	// A change between our look at the voucher and the pass's birth sees no pass to
	// refresh, but finds the voucher in a wallet.
	told, err := s.tell(ctx, v.ID)
	if err != nil {
		return models.Pass{}, err
	}
	if v, err = s.Stores.Vouchers.PutInWallet(ctx, v.ID, now); err != nil {
		return models.Pass{}, err
	}
	c, err := s.coupon(ctx, &v)
	if err != nil {
		return models.Pass{}, err
	}
	pass = models.Pass{
		Serial: models.Serial(newID(s.random())), Member: v.Holder(), Program: v.Program, Platform: models.Apple, Type: s.Apple.TypeOf(v.Program, now),
		Token: newID(s.random()), Content: c.text, Basis: c.basis, Version: 1, Announced: 1,
		ChangedAt: wholeSecond(now), CreatedAt: now,
	}
	if pass, err = s.Stores.Passes.Insert(ctx, &pass); err != nil {
		return models.Pass{}, err
	}
	return pass, told()
}

// over returns why nobody can use a voucher any more, or nil.
func over(v *models.Voucher, at time.Time) error {
	err := v.Usable(&models.Member{ID: v.Member}, at)
	if err == nil || models.CodeOf(err) == "voucher_waits" {
		return nil
	}
	var why *models.Error
	if errors.As(err, &why) {
		return models.Fail(models.NotFound, why.Code, "", why.Msg)
	}
	return err
}
