package wallet

import (
	"cmp"
	"context"
	"crypto/subtle"
	"encoding/hex"
	"slices"

	"regulars/models"
	"regulars/models/store"
)

// Filled is Apple's form for signing up, as a phone sends it: without the token of
// the pass, which Apple's protocol leaves out here.
type Filled struct {
	PassType string
	Serial   models.Serial
	Token    string // of the pass, where something sends it all the same
	Proof    string // of the phone: it wants it signed
	Name     string
	Phone    string
	Email    string
	Postcode string
	Country  string // that the phone guessed, by ISO 3166
}

// SignUp gives a member who joined without a name what was filled in on their
// phone, has the pass made anew without the form, and returns the phone's token
// signed by the certificate of the pass.
//
// All that a caller shows is that they know the serial, which is random and stands
// in the pass alone. So the call does one thing, once: it fills in what a card asks
// that belongs to nobody yet. It changes nothing that is known, takes nothing that
// was not asked, gives no consent, reads nothing back, and who fills in the form
// first ends it: the same again is answered the same, and anything else is Denied
// as an unknown pass is.
//
// A contact that another member has is left out, and the answer is the same: nobody
// learns whose it is, or that it is somebody's, and two cards are never made one by
// what a stranger typed. The console shows what was left out, where staff can merge
// the cards.
func (s *Service) SignUp(ctx context.Context, f Filled) ([]byte, error) {
	pass, m, err := s.awaiting(ctx, &f)
	if err != nil {
		return nil, err
	}
	program, err := s.Stores.Programs.For(ctx, m)
	if err != nil {
		return nil, err
	}
	// Signed before anything is kept: a phone that gets no proof asks again.
	proof, err := s.Apple.prove(pass.Type, f.Proof, s.Stores.Clock.Now())
	if err != nil {
		return nil, err
	}
	if err := s.fillIn(ctx, program, m, &f); err != nil {
		return nil, err
	}
	// The phone asks for the pass as soon as it has the answer, and before it
	// registers: no worker could be fast enough.
	_, err = s.refresh(ctx, models.Refresh{Member: m.ID, Priority: models.PriorityService})
	return proof, err
}

// awaiting returns a pass, and the member whose card it is, if they may be asked
// something or were. Anything else is as if it were not known.
func (s *Service) awaiting(ctx context.Context, f *Filled) (models.Pass, *models.Member, error) {
	pass, err := s.Stores.Passes.Pass(ctx, f.Serial)
	switch {
	case models.KindOf(err) == models.NotFound:
		return pass, nil, notYours()
	case err != nil:
		return pass, nil, err
	case pass.Platform != models.Apple || pass.Type != f.PassType:
		return pass, nil, notYours()
	case f.Token != "" && subtle.ConstantTimeCompare([]byte(pass.Token), []byte(f.Token)) != 1:
		return pass, nil, notYours()
	}
	if _, coupon := pass.Member.Voucher(); coupon {
		return pass, nil, notYours()
	}
	m, err := s.Stores.Members.Member(ctx, pass.Member)
	if models.KindOf(err) == models.NotFound || err == nil && m.ErasedAt != nil {
		return pass, nil, notYours()
	}
	return pass, &m, err
}

// fillIn keeps what was filled in, if the member still is to be asked. Cut off
// anywhere, the same call again completes it.
func (s *Service) fillIn(ctx context.Context, p *models.Program, m *models.Member, f *Filled) error {
	ask := p.AsksOf(m)
	if m.SignedUp != nil {
		ask = m.SignedUp.Asked
	}
	if len(ask) == 0 {
		return notYours()
	}
	given, err := f.clean(p, ask)
	if err != nil {
		return err
	}
	done := &models.SignedUp{At: s.Stores.Clock.Now(), Asked: ask, Request: s.filled(m, &given)}
	if m.SignedUp != nil {
		return sameForm(m.SignedUp, done)
	}
	ctx, cancel := context.WithTimeout(ctx, store.BookingTime)
	defer cancel()
	if done.Left, err = s.claimFree(ctx, m, &given); err != nil {
		return err
	}
	_, err = s.changeMember(ctx, m, func(m *models.Member) error {
		switch {
		case m.SignedUp != nil: // somebody was faster
			if err := sameForm(m.SignedUp, done); err != nil {
				return err
			}
			return store.Unchanged
		case !slices.Equal(p.AsksOf(m), ask): // staff wrote something down meanwhile, or the person was erased
			return store.ChangedMeanwhile()
		}
		m.SignedUp = done
		m.Name, m.Search = given.Name, models.SearchKey(given.Name, m.ID)
		m.Phone, m.Email = cmp.Or(m.Phone, given.Phone), cmp.Or(m.Email, given.Email)
		m.Postcode = cmp.Or(m.Postcode, given.Postcode)
		return nil
	})
	if err != nil {
		return err // what was claimed lapses
	}
	return s.settle(ctx, m.ID, contactsOf(&given))
}

// clean checks what was filled in as an enrolment does, and takes what was asked
// alone.
func (f *Filled) clean(p *models.Program, ask []models.Asked) (models.Member, error) {
	m := models.Member{Program: p.ID}
	for _, a := range ask {
		var err error
		var kept string
		switch a {
		case models.AskName:
			m.Name, err = models.CleanName(f.Name)
			kept = m.Name
		case models.AskPhone:
			// A phone may say which country it takes the number to be of.
			if m.Phone, err = models.CleanPhone(f.Phone, f.Country); err != nil {
				m.Phone, err = models.CleanPhone(f.Phone, p.Country)
			}
			kept = m.Phone
		case models.AskEmail:
			m.Email, err = models.CleanEmail(f.Email)
			kept = m.Email
		case models.AskPostcode:
			m.Postcode, err = models.CleanPostcode(f.Postcode)
			kept = m.Postcode
		}
		if err == nil && kept == "" {
			err = models.Fail(models.Invalid, "blank", string(a), "Fill in all that the form asks.")
		}
		if err != nil {
			return m, err
		}
	}
	return m, nil
}

// filled is what is kept of a form, to know it again.
func (s *Service) filled(m, given *models.Member) string {
	return hex.EncodeToString(s.keyed("sign up", string(m.ID), given.Name, given.Phone, given.Email, given.Postcode)[:16])
}

func sameForm(first, again *models.SignedUp) error {
	if first.Request != again.Request {
		return notYours()
	}
	return nil
}

// claimFree reserves the contacts in given that nobody else has, and takes the others
// out of it. It returns those.
func (s *Service) claimFree(ctx context.Context, m, given *models.Member) ([]models.Asked, error) {
	var left []models.Asked
	given.ID = m.ID
	for _, c := range contactsOf(given) {
		one := models.Member{ID: m.ID, Program: m.Program}
		kept, asked := &given.Phone, models.AskPhone
		if c.kind == store.ByEmail {
			kept, asked = &given.Email, models.AskEmail
			one.Email = c.value
		} else {
			one.Phone = c.value
		}
		err := s.claim(ctx, &one)
		if models.CodeOf(err) == "already_member" {
			*kept, left = "", append(left, asked)
			continue
		}
		if err != nil {
			return nil, err
		}
	}
	return left, nil
}
