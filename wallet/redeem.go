package wallet

import (
	"context"

	"regulars/models"
	"regulars/models/store"
)

// Redemption is a reward that a member takes, for units or for a voucher.
type Redemption struct {
	Program models.ProgramID
	Member  models.MemberID
	Reward  models.RewardID    // with Voucher it may be empty
	Units   int64              // given for it, a multiple of the cost; 0 for the cost
	Choice  string             // where the reward leaves one
	Voucher models.VoucherCode // that pays for it, instead of units
	Key     string
	Actor   Actor
}

// Redeem gives units or a voucher for a reward. It is a Conflict when the
// balance does not cover it at the moment of booking, whatever it was before;
// when the member may not have it here and now; when there are none left; and
// when the voucher was used before, whoever else tries at this moment.
func (s *Service) Redeem(ctx context.Context, r Redemption) (*models.Entry, error) {
	m, err := s.Member(ctx, r.Program, r.Member)
	if err != nil {
		return nil, err
	}
	in := posting{
		Member: m, Key: r.Key, Actor: r.Actor,
		Event: models.Event{Kind: models.EntryRedeem, Reward: r.Reward, Taken: models.Taken{Choice: r.Choice, Voucher: r.Voucher}},
		Hash: hashOf(struct {
			Verb     string
			Member   models.MemberID
			Reward   models.RewardID
			Units    int64
			Choice   string
			Voucher  models.VoucherCode
			Location string
		}{"redemption", m.ID, r.Reward, r.Units, r.Choice, r.Voucher, r.Actor.Location}),
	}
	if err := checkUsable(m); err != nil {
		return s.refused(ctx, in, err)
	}
	if r.Voucher != "" {
		return s.redeemVoucher(ctx, in, r)
	}
	program, err := s.Stores.Programs.For(ctx, m)
	if err != nil {
		return nil, err
	}
	reward, ok := program.Reward(r.Reward)
	if !ok {
		return s.refused(ctx, in, models.Fail(models.Invalid, "unknown_reward", "reward", "This program has no such reward."))
	}
	if in.Event.Taken.Times, err = reward.TimesFor(r.Units); err != nil {
		return s.refused(ctx, in, err)
	}
	if !limited(&reward) {
		return s.post(ctx, in)
	}
	if err := s.mayTake(ctx, program, in, &reward); err != nil {
		return s.refused(ctx, in, err)
	}
	in.Event.Taken.Stock = true
	return s.bookHeld(ctx, in, s.stockOf(m.Program, &reward), func(in *posting, h store.Hold) { in.Event.Taken.Draw = h.Draw })
}

// mayTake looks whether the rules allow a redemption, before one is set aside
// that somebody else could have.
func (s *Service) mayTake(ctx context.Context, program *models.Program, in posting, r *models.Reward) error {
	last, err := s.newest(ctx, in.Member)
	if err != nil {
		return err
	}
	event := in.Event
	event.At, event.Location = s.Stores.Clock.Now(), in.Actor.Location
	event.Facts = program.FactsOf(in.Member, event.At, program.Zone())
	return program.MayTake(last.State, r, event)
}

// limited reports whether a reward has a stock, or prizes, that are counted.
func limited(r *models.Reward) bool { return r.Stock > 0 || r.Kind == models.Mystery }

// redeemVoucher books a reward that a voucher pays for.
func (s *Service) redeemVoucher(ctx context.Context, in posting, r Redemption) (*models.Entry, error) {
	v, err := s.Stores.Vouchers.Voucher(ctx, r.Program, r.Voucher)
	switch {
	case err != nil:
		return s.refused(ctx, in, err)
	case r.Units != 0:
		return s.refused(ctx, in, models.Fail(models.Invalid, "wrong_units", "units", "A voucher costs no units. Leave units out."))
	case r.Reward != "" && r.Reward != v.Reward.ID:
		return s.refused(ctx, in, models.Fail(models.Invalid, "other_reward", "reward", "This voucher is for another reward. Leave reward out."))
	}
	in.Event.Reward = v.Reward.ID
	var promise models.Reward
	return s.bookHeld(ctx, in, s.voucherOf(in.Member, v.Code, &promise), func(in *posting, _ store.Hold) { in.Event.Taken.Promise = &promise })
}
