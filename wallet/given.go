package wallet

import (
	"context"
	"io"
	"slices"

	"regulars/models"
	"regulars/passes/barcode"
)

// An offer's voucher has a code that follows from who it is for and the occasion:
// doing it again makes the same one, and what became of that stays as it is.

// occasion is a time at which an offer is due.
type occasion struct {
	name string // of all that a member has for the offer: "birthday/2026"
	day  string // local, on which it begins to be good
}

// grant gives a member the voucher of an offer. It can be done again. What would
// be over by now is not given.
func (s *Service) grant(ctx context.Context, p *models.Program, m *models.Member, o *models.VoucherOffer, at occasion) error {
	reward, ok := p.Reward(o.Reward)
	now, until := s.Stores.Clock.Now(), o.Until(p, at.day)
	if !ok || m.ErasedAt != nil || until != nil && !until.After(now) {
		return nil
	}
	v := models.Voucher{
		Program: p.ID, Reward: reward, Number: 1, Member: m.ID, Offer: o.ID, Occasion: at.name, Reason: o.Name, Until: until, IssuedAt: now,
		Request: hashOf([]any{"offer", o.ID, m.ID, at.name}),
	}
	codes := s.offered(&v)
	for {
		var err error
		if v.Code, err = barcode.NewVoucher(codes); err != nil {
			return err
		}
		if err := s.Stores.Vouchers.Insert(ctx, []models.Voucher{v}); err != nil {
			return err
		}
		there, err := s.Stores.Vouchers.Voucher(ctx, p.ID, v.Code)
		if err != nil {
			return err
		}
		if there.Request == v.Request { // and no other voucher that has this very code
			return s.showVouchers(ctx, m.ID)
		}
	}
}

// offered draws the codes that the voucher of an offer may have, and names its
// batch.
func (s *Service) offered(v *models.Voucher) io.Reader {
	codes := s.seeded("offer", string(v.Program), string(v.Offer), string(v.Member), v.Occasion)
	v.Batch = models.BatchID(newID(codes))
	return codes
}

// showVouchers has the card of a member say which vouchers there are, where cards
// do. Nobody's voucher is on no card.
func (s *Service) showVouchers(ctx context.Context, member models.MemberID) error {
	if member == "" {
		return nil
	}
	m, err := s.Stores.Members.Member(ctx, member)
	if models.KindOf(err) == models.NotFound || err == nil && m.IssuedAt == nil {
		return nil
	}
	if err != nil {
		return err
	}
	p, err := s.Stores.Programs.For(ctx, &m)
	if err != nil || len(p.Offers) == 0 {
		return err
	}
	if err := s.Stores.Refreshes.Mark(ctx, &m, models.PriorityService, s.Stores.Clock.Now()); err != nil {
		return err
	}
	s.nudge(models.PriorityService)
	return nil
}

// joinOffers are those that are due on the day of joining.
func joinOffers(p *models.Program, m *models.Member) (all []models.VoucherOffer, at map[models.RuleID]occasion) {
	day := p.Day(m.JoinedAt)
	at = map[models.RuleID]occasion{}
	for _, o := range p.Offers {
		switch {
		case o.On == models.OnSignUp:
			at[o.ID] = occasion{"sign_up", day}
		case o.On == models.OnBirthday && slices.Contains(p.Birthdays(day), m.Born):
			at[o.ID] = birthdayOf(day)
		default:
			continue
		}
		all = append(all, o)
	}
	return all, at
}

func birthdayOf(day string) occasion { return occasion{"birthday/" + day[:4], day} }

// followRise gives what is offered for the levels that an entry raised its member
// to. It can be done again.
func (s *Service) followRise(ctx context.Context, e *models.Entry) error {
	p, err := s.Stores.Programs.Version(ctx, e.Program, e.Version)
	if err != nil {
		return err
	}
	before := p.Start()
	if e.Seq > 1 {
		last, err := s.Stores.Ledger.Entry(ctx, models.EntryIDOf(e.Account, e.Seq-1))
		if err != nil {
			return err
		}
		before = last.State
	}
	m, err := s.Stores.Members.Member(ctx, e.Member)
	if models.KindOf(err) == models.NotFound {
		return nil
	}
	if err != nil {
		return err
	}
	for _, o := range p.ReachedBy(e.Transfer, &before, &e.State) {
		if err := s.grant(ctx, p, &m, &o, occasion{"tier", p.Day(e.RecordedAt)}); err != nil {
			return err
		}
	}
	return nil
}
