package wallet

import (
	"context"
	"time"

	"regulars/models"
	"regulars/passes/barcode"
)

// A program may be open to invited people alone. Whoever joins by themselves
// then shows an invitation: that of a member, into whose household they come or
// whose friend they are, or one of the shop's own, which is good for one person.
// Who is enrolled by staff needs none.

// maxGuests is how many invitations are made at once.
const maxGuests = 500

// Inviting is a request for invitations that are good for one person each.
type Inviting struct {
	Program models.ProgramID
	Count   int
	Reason  string // what they are for; may be empty
	Key     string
	Actor   Actor
}

// MakeInvitations makes invitations for one person each. The same key with the
// same request returns the same ones, also after a crash half-way.
func (s *Service) MakeInvitations(ctx context.Context, in Inviting) ([]models.Invitation, error) {
	if err := checkKey(in.Key); err != nil {
		return nil, err
	}
	if _, err := s.Stores.Programs.Current(ctx, in.Program); err != nil {
		return nil, err
	}
	switch {
	case in.Count < 1 || in.Count > maxGuests:
		return nil, models.Fail(models.Invalid, "wrong_count", "count", "Make 1 to 500 invitations at once.")
	case len(in.Reason) > 200 || !printable(in.Reason):
		return nil, models.Fail(models.Invalid, "too_long", "reason", "Say what they are for in at most 200 characters.")
	}
	random := s.seeded("invitations", string(in.Program), string(in.Actor.User), in.Key)
	all := make([]models.Invitation, in.Count)
	now, batch := wholeSecond(s.Stores.Clock.Now()), models.BatchID(newID(random))
	for n := range all {
		code, err := barcode.NewGuest(random)
		if err != nil {
			return nil, err
		}
		all[n] = models.Invitation{
			Program: in.Program, Code: code, Batch: batch, Place: models.InvitationPlace(now, batch, n+1), Reason: in.Reason,
			MadeAt: now, MadeBy: in.Actor.User, Request: hashOf([]any{"invitations", in.Count, in.Reason}),
		}
	}
	first, err := s.Stores.Members.InsertGuests(ctx, all)
	if err == nil && first.Request != all[0].Request {
		err = keyReused()
	}
	return all, err
}

// Guest is an invitation for one person, and whether somebody has joined with it.
type Guest struct {
	models.Invitation
	Used bool // or is about to be
}

// Guests returns the invitations for one person each, those made last first,
// after one of that place if it is not empty.
func (s *Service) Guests(ctx context.Context, p models.ProgramID, after string, limit int) ([]Guest, error) {
	all, err := s.Stores.Members.Guests(ctx, p, after, limit)
	if err != nil {
		return nil, err
	}
	out, now := make([]Guest, len(all)), s.Stores.Clock.Now()
	for n := range all {
		used, err := s.Stores.Members.Taken(ctx, &all[n], "", now)
		if err != nil {
			return nil, err
		}
		out[n] = Guest{all[n], used}
	}
	return out, nil
}

// GuestURL is where somebody joins with an invitation of the shop's.
func (s *Service) GuestURL(p models.ProgramID, code models.InvitationCode) string {
	return s.BaseURL + "/join/" + string(p) + "?invitation=" + string(code)
}

// MayJoin says why nobody can join a program by themselves with an invitation,
// which may be empty; nil when somebody can. Errors name the field invitation.
func (s *Service) MayJoin(ctx context.Context, p *models.Program, invitation string) error {
	return s.invited(ctx, p, &models.Member{Program: p.ID}, &Enrolment{Referral: invitation, Self: true})
}

// invited notes on a new member whose invitation brings them, or which, and
// refuses whoever needs one and has none.
func (s *Service) invited(ctx context.Context, p *models.Program, m *models.Member, e *Enrolment) error {
	needed := p.InvitedOnly && e.Self
	switch {
	case needed:
		return s.admitted(ctx, p, m, e.Referral)
	case p.InvitedOnly && barcode.IsGuest(e.Referral): // at the till: it is used up as well
		return s.guest(ctx, p, m, e.Referral)
	case e.Referral == "" || !p.Refers():
		return nil
	}
	return s.befriended(ctx, p, m, e.Referral)
}

// befriended notes on a new member whose friend they are.
func (s *Service) befriended(ctx context.Context, p *models.Program, m *models.Member, text string) error {
	referrer, err := s.Invites(ctx, p.ID, text)
	if err == nil && referrer.ID != m.ID {
		m.Referrer = referrer.ID
	}
	return err
}

// guest notes on a new member which invitation is used up.
func (s *Service) guest(ctx context.Context, p *models.Program, m *models.Member, text string) error {
	code, err := barcode.ParseGuest(text)
	if err != nil {
		return err
	}
	i, err := s.Stores.Members.Guest(ctx, p.ID, code)
	if err != nil {
		return err
	}
	taken, err := s.Stores.Members.Taken(ctx, &i, m.ID, s.Stores.Clock.Now())
	if taken {
		return invitationUsed()
	}
	m.Invitation = code
	return err
}

// admitted is invited for somebody who has to show an invitation.
func (s *Service) admitted(ctx context.Context, p *models.Program, m *models.Member, text string) error {
	switch {
	case text == "":
		return models.Fail(models.Denied, "not_invited", "invitation", "This card is for invited people first. Type the code of your invitation.")
	case barcode.IsGuest(text):
		return s.guest(ctx, p, m, text)
	case barcode.IsInvitation(text):
		if _, ok := barcode.ParseInvitation(text); !ok {
			return barcode.WrongDigit()
		}
		if p.Refers() {
			err := s.befriended(ctx, p, m, text)
			if models.CodeOf(err) != "unknown_referral" {
				return err
			}
		}
	default:
		_, err := s.HouseholdOf(ctx, p.ID, text)
		if models.CodeOf(err) != "unknown_household" {
			return err
		}
	}
	return models.Fail(models.Invalid, "unknown_invitation", "invitation", "This invitation is not known here. Check its code, or ask for another.")
}

// claimInvitation makes the invitation that a new member bears theirs, if they
// bear one that is good for one.
func (s *Service) claimInvitation(ctx context.Context, m *models.Member) error {
	if m.Invitation == "" {
		return nil
	}
	ok, err := s.Stores.Members.TakeGuest(ctx, m, s.Stores.Clock.Now().Truncate(time.Millisecond))
	if err == nil && !ok {
		err = invitationUsed()
	}
	return err
}

func invitationUsed() error {
	return models.Fail(models.Conflict, "invitation_used", "invitation", "Somebody has joined with this invitation already. Ask for another.")
}
