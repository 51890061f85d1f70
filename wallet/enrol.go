package wallet

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"regulars/models"
	"regulars/models/store"
	"regulars/passes/barcode"
)

// Enrolment is somebody who wants a card.
type Enrolment struct {
	Program  models.ProgramID
	Name     string // may be empty where the program has a form for signing up
	Phone    string // as typed; a number without + is one of the program's country
	Email    string
	Birthday string
	Locale   string
	Customer string // the number in the shop's own system
	Tags     []string
	Consents []models.Consent
	Referral string    // the invitation of another member, or one that is good for one person
	Self     bool      // nobody of the business is there: an invitation is wanted where the program has it so
	Source   string    // "join page", "till", "api", "import"
	JoinedAt time.Time // zero: now
	Key      string
	Actor    Actor
}

// Enrol makes a member with a card and an account, empty but for what the
// program gives whoever joins. The same key with the same request returns the
// first member, also after a crash half-way. A
// contact that another member has is a Conflict Error, already_member, that
// tells nothing of that member.
func (s *Service) Enrol(ctx context.Context, e Enrolment) (*models.Member, error) {
	if err := checkKey(e.Key); err != nil {
		return nil, err
	}
	program, err := s.Stores.Programs.Current(ctx, e.Program)
	if err != nil {
		return nil, err
	}
	m, err := s.newMember(program, e)
	if err != nil {
		return nil, err
	}
	if offers, _ := joinOffers(program, m); len(gifts(program, m))+len(offers) > 0 {
		m.Welcome = &m.JoinedAt
	}
	if m, err = s.enrol(ctx, program, m, &e); err != nil {
		return nil, err
	}
	return s.welcome(ctx, m, e.Actor)
}

// enrol keeps a new member, or finds the one that the same request made.
func (s *Service) enrol(ctx context.Context, p *models.Program, m *models.Member, e *Enrolment) (*models.Member, error) {
	if first, err := s.Stores.Members.Member(ctx, m.ID); models.KindOf(err) != models.NotFound {
		if err != nil {
			return nil, err
		}
		return enrolled(&first, m)
	}
	if err := s.invited(ctx, p, m, e); err != nil {
		return nil, err
	}
	// What is claimed may go to somebody else if the member does not follow.
	ctx, cancel := context.WithTimeout(ctx, store.Abandoned/3)
	defer cancel()
	if err := s.claim(ctx, m); err != nil {
		return nil, err
	}
	if err := s.claimInvitation(ctx, m); err != nil {
		return nil, err
	}
	first, err := s.Stores.Members.Insert(ctx, m)
	if errors.Is(err, store.ErrReplay) { // two requests with one key at once
		if err := s.settle(ctx, m.ID, contactsOf(m)); err != nil {
			return nil, err
		}
		return enrolled(first, m)
	}
	return first, err
}

// AsEnrolled returns m as it was when e had made it, with the state that a card
// begins with: what the first answer to e told. Whoever repeats the request
// learns nothing of what became of the member.
func (s *Service) AsEnrolled(ctx context.Context, e Enrolment, m *models.Member) (*models.Member, models.State, error) {
	program, err := s.Stores.Programs.Current(ctx, e.Program)
	if err != nil {
		return nil, models.State{}, err
	}
	first, err := s.newMember(program, e)
	if err != nil {
		return nil, models.State{}, err
	}
	first.JoinedAt = m.JoinedAt
	for i := range first.Consents {
		first.Consents[i].At = m.JoinedAt
	}
	state, err := s.welcomed(ctx, program, first, m.Account)
	return first, state, err
}

// enrolled answers a request whose key made a member before.
func enrolled(first, m *models.Member) (*models.Member, error) {
	switch {
	case first.ErasedAt != nil:
		return nil, checkUsable(first)
	case first.Request != m.Request:
		return nil, keyReused()
	}
	return first, nil
}

// newMember builds the member that the request asks for. Its ids follow from
// the key, so that a repeated request makes the same one.
func (s *Service) newMember(program *models.Program, e Enrolment) (*models.Member, error) {
	m := &models.Member{
		Program: program.ID, Customer: strings.TrimSpace(e.Customer),
		Locale: e.Locale, JoinedAt: e.JoinedAt,
	}
	var err error
	if e.Name != "" || !program.Card.Apple.SignUp.On() { // or the phone asks for it
		if m.Name, err = models.CleanName(e.Name); err != nil {
			return nil, err
		}
	}
	if m.Phone, err = models.CleanPhone(e.Phone, program.Country); err != nil {
		return nil, err
	}
	if m.Email, err = models.CleanEmail(e.Email); err != nil {
		return nil, err
	}
	if err := s.checkBirthday(e.Birthday); err != nil {
		return nil, err
	}
	if len(m.Customer) > 64 || !printable(m.Customer) {
		return nil, models.Fail(models.Invalid, "too_long", "customer", "A customer number has at most 64 characters.")
	}
	if m.Tags, err = models.CleanTags(e.Tags); err != nil {
		return nil, err
	}
	m.SetBirthday(e.Birthday)
	asked := []any{m.Program, m.Name, m.Phone, m.Email, m.Customer, m.Birthday, m.Locale, consentsOf(e)}
	if e.Referral != "" {
		asked = append(asked, e.Referral)
	}
	if len(m.Tags) > 0 {
		asked = append(asked, m.Tags)
	}
	m.Request = hashOf(asked)

	ids := s.seeded("enrolment", string(e.Program), string(e.Actor.User), e.Key)
	m.ID, m.Account = models.MemberID(newID(ids)), models.AccountID(newID(ids))
	m.Page, m.Download = newID(ids), newID(ids)
	if m.Card, err = barcode.New(ids); err != nil {
		return nil, err
	}
	now := wholeSecond(s.Stores.Clock.Now())
	if m.JoinedAt.IsZero() {
		m.JoinedAt = now
	}
	m.JoinedAt = wholeSecond(m.JoinedAt)
	m.Search = models.SearchKey(m.Name, m.ID)
	m.Consents = slices.Clone(e.Consents)
	for i := range m.Consents {
		m.Consents[i].At, m.Consents[i].Source = now, e.Source
	}
	return m, nil
}

func consentsOf(e Enrolment) []models.Purpose {
	var given []models.Purpose
	for _, c := range e.Consents {
		if c.Given {
			given = append(given, c.Purpose)
		}
	}
	return given
}

// claim reserves what must be the person's own, after a look whether all of it
// can be had. Where a race is lost between the two, what was reserved is not
// given back: another request for the same member may count on it. It lapses
// by itself (store.Abandoned).
func (s *Service) claim(ctx context.Context, m *models.Member) error {
	for _, c := range contactsOf(m) {
		held, err := s.Stores.Members.ByContact(ctx, m.Program, c.kind, c.value)
		switch {
		case models.KindOf(err) == models.NotFound:
		case err != nil:
			return err
		case held.ID != m.ID:
			return alreadyMember(c)
		}
	}
	for _, c := range contactsOf(m) {
		ok, err := s.Stores.Members.Claim(ctx, m, c.kind, c.value, s.Stores.Clock.Now())
		if err != nil {
			return err
		}
		if !ok {
			return alreadyMember(c)
		}
	}
	return nil
}

func alreadyMember(c contactOf) error {
	return models.Fail(models.Conflict, "already_member", string(c.kind),
		"Somebody with this "+c.words+" has a card already. Instead of making another, scan the card in their phone, or find it at the till by their phone number.")
}

// checkBirthday wants one that has been.
func (s *Service) checkBirthday(birthday string) error {
	if err := models.CheckBirthday(birthday); err != nil {
		return err
	}
	if birthday > s.Stores.Clock.Now().Add(24*time.Hour).Format(time.DateOnly) { // "--" sorts before any year
		return models.Fail(models.Invalid, "invalid_birthday", "birthday", "A birthday can't be in the future.")
	}
	return nil
}

type contactOf struct {
	kind  store.ContactKind
	value string
	words string
}

func contactsOf(m *models.Member) []contactOf {
	var out []contactOf
	for _, c := range []contactOf{
		{store.ByPhone, m.Phone, "phone number"},
		{store.ByEmail, m.Email, "e-mail address"},
		{store.ByCustomer, m.Customer, "customer number"},
	} {
		if c.value != "" {
			out = append(out, c)
		}
	}
	return out
}
