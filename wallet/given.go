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

// grant gives a member the voucher of an offer, a person with several cards one for
// all of them. It can be done again. What would be over by now is not given.
func (s *Service) grant(ctx context.Context, p *models.Program, m *models.Member, o *models.VoucherOffer, at occasion) error {
	reward, ok := p.Reward(o.Reward)
	now, until := s.Stores.Clock.Now(), o.Until(p, at.day)
	if !ok || m.ErasedAt != nil || until != nil && !until.After(now) {
		return nil
	}
	who, err := s.person(ctx, *m)
	if err != nil || who.ErasedAt != nil {
		return err
	}
	v := models.Voucher{
		Program: p.ID, Reward: reward, Number: 1, Offer: o.ID, Occasion: at.name, Reason: o.Name, Until: until, IssuedAt: now,
	}
	for _, o := range who.Also {
		if _, there, err := s.granted(ctx, v, o.Member); err != nil || there {
			return err
		}
	}
	for {
		next, there, err := s.granted(ctx, v, who.ID)
		if err != nil {
			return err
		}
		if there {
			return s.showVouchers(ctx, who.ID)
		}
		if err := s.Stores.Vouchers.Insert(ctx, []models.Voucher{next}); err != nil {
			return err
		}
	}
}

// granted returns the voucher of an offer with the code that it has for a member,
// and whether it is there. A code that another voucher has is passed over.
func (s *Service) granted(ctx context.Context, v models.Voucher, to models.MemberID) (_ models.Voucher, there bool, err error) {
	v.Member, v.Request = to, hashOf([]any{"offer", v.Offer, to, v.Occasion})
	codes := s.offered(&v)
	for {
		if v.Code, err = barcode.NewVoucher(codes); err != nil {
			return v, false, err
		}
		found, err := s.Stores.Vouchers.Voucher(ctx, v.Program, v.Code)
		switch {
		case models.KindOf(err) == models.NotFound:
			return v, false, nil
		case err != nil || found.Request == v.Request:
			return v, err == nil, err
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

// showVouchers has the cards of a person say which vouchers there are, where cards
// do. Nobody's voucher is on no card.
func (s *Service) showVouchers(ctx context.Context, member models.MemberID) error {
	if member == "" {
		return nil
	}
	m, err := s.Stores.Members.Member(ctx, member)
	if models.KindOf(err) == models.NotFound {
		return nil
	}
	if err != nil {
		return err
	}
	if m, err = s.person(ctx, m); err != nil {
		return err
	}
	p, err := s.Stores.Programs.For(ctx, &m)
	if err != nil || !p.ShowsVouchers() {
		return err
	}
	for _, id := range m.Selves() {
		card, err := s.Stores.Members.Member(ctx, id)
		if err == nil && card.IssuedAt != nil {
			err = s.Stores.Refreshes.Mark(ctx, &card, models.PriorityService, s.Stores.Clock.Now())
		}
		if err != nil {
			return err
		}
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
