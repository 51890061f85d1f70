package wallet

import (
	"context"
	"strings"
	"time"

	"regulars/models"
	"regulars/models/store"
	"regulars/passes/barcode"
)

// Identified is what a till learns of whoever stands in front of it.
type Identified struct {
	Member   models.Member // without an id when Voucher is for whoever brings it
	Program  *models.Program
	State    models.State
	Ready    []models.Reward  // what the balance covers
	Next     *models.Reward   // the one that fewest units are missing for
	Last     *models.Entry    // the newest entry; nil when there is none
	Vouchers []models.Voucher // of the member, that are good or will be
	Voucher  *models.Voucher  // that the code leads to; nil when it leads to a member
	Notices  []Notice
	People   int // whose cards count in the account; 1 for most
}

// Notice is something that staff should know before they go on.
type Notice struct {
	Code string    // "purchase_just_booked"
	At   time.Time // when what it speaks of happened
}

// cooldown is how long after a purchase a further one is worth a remark.
const cooldown = 10 * time.Minute

// Identify finds the member of a code: the number or barcode of a card, a
// phone number, or a voucher. A voucher for whoever brings it leads to no member.
func (s *Service) Identify(ctx context.Context, program models.ProgramID, code string) (*Identified, error) {
	if v, err := s.FindVoucher(ctx, program, code); err == nil || models.CodeOf(err) != "no_voucher" {
		return s.identifyVoucher(ctx, program, &v, err)
	}
	m, err := s.find(ctx, program, code)
	if err != nil {
		return nil, err
	}
	if m.Program != program {
		return nil, models.Fail(models.NotFound, "unknown_card", "code", "This card is not known here.")
	}
	if m, err = s.person(ctx, m); err != nil {
		return nil, err
	}
	if m.ErasedAt != nil {
		return nil, models.Fail(models.Conflict, "void_card", "code", "This card is no longer good.")
	}
	return s.Look(ctx, m)
}

// identifyVoucher tells what a till should know of a voucher, and of its member.
func (s *Service) identifyVoucher(ctx context.Context, program models.ProgramID, v *models.Voucher, err error) (*Identified, error) {
	if err != nil {
		return nil, err
	}
	if err := v.Usable(&models.Member{ID: v.Member}, s.Stores.Clock.Now()); err != nil {
		return nil, err
	}
	if v.Member == "" {
		p, err := s.Stores.Programs.Current(ctx, program)
		return &Identified{Program: p, Voucher: v}, err
	}
	m, err := s.Member(ctx, program, v.Member)
	if err != nil {
		return nil, err
	}
	who, err := s.person(ctx, *m)
	if err == nil && who.ErasedAt != nil {
		err = models.Fail(models.Conflict, "void_card", "code", "This card is no longer good.")
	}
	if err != nil {
		return nil, err
	}
	found, err := s.Look(ctx, who)
	if err == nil {
		found.Voucher = v
	}
	return found, err
}

// person is who a member is by now: whoever has two cards is one person.
func (s *Service) person(ctx context.Context, m models.Member) (_ models.Member, err error) {
	for m.Merged != nil && m.ErasedAt == nil {
		if m, err = s.Stores.Members.Member(ctx, m.Merged.Into); err != nil {
			return m, err
		}
	}
	return m, nil
}

// Member returns a member of the program. For whoever asks from another program
// there is no such member.
func (s *Service) Member(ctx context.Context, program models.ProgramID, id models.MemberID) (*models.Member, error) {
	m, err := s.Stores.Members.Member(ctx, id)
	if err != nil {
		return nil, err
	}
	if m.Program != program {
		return nil, models.Fail(models.NotFound, "unknown_member", "member", "There is no such member.")
	}
	return &m, nil
}

// Look tells what a till should know about a member.
func (s *Service) Look(ctx context.Context, m models.Member) (*Identified, error) {
	p, err := s.Stores.Programs.For(ctx, &m)
	if err != nil {
		return nil, err
	}
	out := &Identified{Member: m, Program: p, State: p.Start(), People: 1}
	last, err := s.newest(ctx, &out.Member)
	if err != nil {
		return nil, err
	}
	if last.Seq > 0 {
		out.State, out.Last = last.State, &last
	}
	if out.Member.Shared {
		people, err := s.People(ctx, &out.Member)
		if err != nil {
			return nil, err
		}
		out.People = len(people)
	}
	if out.Last != nil && last.Purchase != nil && last.Kind == models.EntryEarn && s.Stores.Clock.Now().Sub(last.At) < cooldown {
		out.Notices = append(out.Notices, Notice{Code: "purchase_just_booked", At: last.At})
	}
	out.Ready, out.Next = out.State.Rewards(p, s.Stores.Clock.Now())
	out.Vouchers, err = s.MemberVouchers(ctx, &out.Member)
	return out, err
}

// find reads a code as a card number, be it in a barcode that changes, or, when it
// is one, as a phone number.
// What is wrong with the code is said of the card, which is what most codes
// are.
func (s *Service) find(ctx context.Context, program models.ProgramID, code string) (models.Member, error) {
	if phone, ok := s.phone(ctx, program, code); ok {
		m, err := s.Stores.Members.ByContact(ctx, program, store.ByPhone, phone)
		if models.KindOf(err) == models.NotFound {
			err = models.Fail(models.NotFound, "unknown_phone", "code", "No card is known under this phone number.")
		}
		return m, err
	}
	number, _, changes, err := barcode.ParseRotating(code)
	if !changes {
		number, err = barcode.Parse(code)
	}
	if models.CodeOf(err) == "unknown_card" && shortNumber(code) {
		err = models.Fail(models.NotFound, "unknown_number", "code",
			"No card goes with this number. A card's number has 20 digits; a phone number from abroad begins with +.")
	}
	if err != nil {
		return models.Member{}, err
	}
	return s.Stores.Members.ByCard(ctx, number)
}

// phoneSigns are all that a phone number is written with.
const phoneSigns = "+0123456789 ()-./"

// shortNumber reports whether a code is a number with fewer digits than a card
// has: somebody typed part of one, or a phone number that does not exist.
func shortNumber(code string) bool {
	digits := strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, code)
	return digits != "" && len(digits) < 20 && strings.Trim(code, phoneSigns) == ""
}

// phone reports whether the code is a phone number rather than a card.
func (s *Service) phone(ctx context.Context, program models.ProgramID, code string) (string, bool) {
	if strings.Trim(code, phoneSigns) != "" {
		return "", false
	}
	if _, err := barcode.Parse(code); err == nil || models.CodeOf(err) == "check_digit" {
		return "", false
	}
	p, err := s.Stores.Programs.Current(ctx, program)
	if err != nil {
		return "", false
	}
	phone, err := models.CleanPhone(code, p.Country)
	return phone, err == nil && phone != ""
}
