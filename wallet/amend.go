package wallet

import (
	"cmp"
	"context"
	"errors"
	"slices"

	"regulars/models"
	"regulars/models/store"
)

// Amendment is what changes about a member; nil leaves a field as it is, an
// empty text clears it.
type Amendment struct {
	Program  models.ProgramID
	Member   models.MemberID
	Rev      int64 // the revision that was seen; 0 takes any
	Name     *string
	Phone    *string
	Email    *string
	Postcode *string
	Birthday *string
	Locale   *string
	Charity  *string // one of the program's
	Tags     *[]string
	Consents []models.Consent // each replaces the one of its purpose
	Source   string
}

// Amend changes a member's person data and consents. A contact that another
// member has is a Conflict Error, already_member.
func (s *Service) Amend(ctx context.Context, a Amendment) (*models.Member, error) {
	m, err := s.Member(ctx, a.Program, a.Member)
	if err != nil {
		return nil, err
	}
	if err := checkUsable(m); err != nil {
		return nil, err
	}
	if a.Rev != 0 && a.Rev != m.Rev {
		return nil, store.ChangedMeanwhile()
	}
	program, err := s.Stores.Programs.For(ctx, m)
	if err != nil {
		return nil, err
	}
	wanted := *m
	wanted.Consents = slices.Clone(m.Consents)
	if a.Charity != nil && *a.Charity != "" && !slices.Contains(program.Giving.Charities, *a.Charity) {
		return nil, models.Fail(models.Invalid, "unknown_charity", "charity", "The program gives to no such charity. Choose one of those in its terms.")
	}
	if err := s.amend(&wanted, a, program.Country); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, store.BookingTime)
	defer cancel()
	if err := s.claim(ctx, &wanted); err != nil {
		return nil, err
	}
	var before models.Member
	stored, err := s.changeMember(ctx, m, func(stored *models.Member) error {
		before = *stored
		if stored.ErasedAt != nil || a.Rev != 0 && stored.Rev != a.Rev {
			return store.ChangedMeanwhile()
		}
		return s.amend(stored, a, program.Country)
	})
	if err != nil {
		return nil, err // what was claimed lapses
	}
	if stored.Merged != nil && a.Tags != nil {
		if err := s.knowSelves(ctx, stored.Account); err != nil {
			return nil, err
		}
	}
	return &stored, s.settle(ctx, m.ID, append(contactsOf(&before), contactsOf(&stored)...))
}

// settle makes the reservations of a member's contacts agree with the member,
// who may be changed by others at the same time: each change settles after it,
// so that the last one leaves all as it should be.
func (s *Service) settle(ctx context.Context, id models.MemberID, contacts []contactOf) error {
	for _, c := range contacts {
		for settled := false; !settled; {
			var err error
			if settled, err = s.settleOne(ctx, id, c); err != nil {
				return err
			}
		}
	}
	return nil
}

// settleOne reports whether it found all as it should be, or gave back what
// the member does not bear.
func (s *Service) settleOne(ctx context.Context, id models.MemberID, c contactOf) (bool, error) {
	members := s.Stores.Members
	m, err := members.Member(ctx, id)
	if err != nil {
		return false, err
	}
	if slices.Contains(contactsOf(&m), c) {
		// Claimed anew even where it is reserved: somebody may be about to let go
		// of what they saw before this member bore it.
		ok, err := members.Claim(ctx, &m, c.kind, c.value, s.Stores.Clock.Now())
		if err == nil && !ok {
			err = alreadyMember(c)
		}
		if err != nil {
			return false, err
		}
		m, err = members.Member(ctx, id)
		return err == nil && slices.Contains(contactsOf(&m), c), err
	}
	r, err := members.Reservation(ctx, &m, c.kind, c.value)
	reserved := !errors.Is(err, store.ErrNotFound)
	if err != nil && reserved {
		return false, err
	}
	if !reserved {
		return true, nil
	}
	// Looked at again after the reservation: whoever brings the contact back
	// claims it first, which makes letting go of this one fail.
	if m, err = members.Member(ctx, id); err != nil || slices.Contains(contactsOf(&m), c) {
		return false, err
	}
	return true, members.LetGo(ctx, r)
}

// changeMember changes a member in a way that the cards show: marked before,
// so that no crash can lose it, and after, so that it is seen at once.
func (s *Service) changeMember(ctx context.Context, m *models.Member, change func(*models.Member) error) (models.Member, error) {
	hold, err := s.Stores.Refreshes.Announce(ctx, m, models.PriorityService, s.Stores.Clock.Now())
	if err != nil {
		return models.Member{}, err
	}
	var refused error
	changed, err := s.Stores.Members.Update(ctx, m.ID, func(m *models.Member) error {
		refused = change(m)
		return refused
	})
	if err != nil && refused == nil {
		return changed, err // it may have been done after all: the mark stays for a while
	}
	told := s.Stores.Refreshes.Confirm(ctx, m, models.PriorityService, s.Stores.Clock.Now(), hold)
	s.nudge(models.PriorityService)
	return changed, cmp.Or(err, told)
}

func (s *Service) amend(m *models.Member, a Amendment, country string) (err error) {
	if a.Name != nil {
		if m.Name, err = models.CleanName(*a.Name); err != nil {
			return err
		}
		if m.Merged == nil { // or found by the other card alone
			m.Search = models.SearchKey(m.Name, m.ID)
		}
	}
	if a.Phone != nil {
		if m.Phone, err = models.CleanPhone(*a.Phone, country); err != nil {
			return err
		}
	}
	if a.Email != nil {
		if m.Email, err = models.CleanEmail(*a.Email); err != nil {
			return err
		}
	}
	if a.Postcode != nil {
		if m.Postcode, err = models.CleanPostcode(*a.Postcode); err != nil {
			return err
		}
	}
	if a.Birthday != nil {
		if err = s.checkBirthday(*a.Birthday); err != nil {
			return err
		}
		m.SetBirthday(*a.Birthday)
	}
	if a.Locale != nil {
		m.Locale = *a.Locale
	}
	if a.Charity != nil {
		m.Charity = *a.Charity
	}
	if a.Tags != nil {
		if m.Tags, err = models.CleanTags(*a.Tags); err != nil {
			return err
		}
	}
	for _, c := range a.Consents {
		if consentStands(m.Consents, c) {
			continue // when and to which words it was given is the evidence
		}
		c.At, c.Source = s.Stores.Clock.Now(), a.Source
		m.Consents = slices.DeleteFunc(m.Consents, func(old models.Consent) bool { return old.Purpose == c.Purpose })
		m.Consents = append(m.Consents, c)
	}
	return nil
}

// consentStands reports whether the member has said the same already.
func consentStands(said []models.Consent, c models.Consent) bool {
	return slices.ContainsFunc(said, func(old models.Consent) bool { return old.Purpose == c.Purpose && old.Given == c.Given })
}

// releaseOld gives back the contacts of a member who has left.
func (s *Service) releaseOld(ctx context.Context, old, now *models.Member) error {
	kept := contactsOf(now)
	for _, c := range contactsOf(old) {
		if !slices.Contains(kept, c) {
			if err := s.Stores.Members.Release(ctx, old, c.kind, c.value); err != nil {
				return err
			}
		}
	}
	return nil
}

// Erase removes the person from a member: name, contacts, birthday, consents.
// The ledger stays, under ids that mean nobody; the card is no longer good,
// and the passes in the phones are blanked. Erasing again is no error. A guest
// leaves the household first, and the cards that were merged into this one, which
// are of the same person, are erased with it.
func (s *Service) Erase(ctx context.Context, program models.ProgramID, id models.MemberID) error {
	m, err := s.Member(ctx, program, id)
	if err != nil {
		return err
	}
	// The contacts go first: cut off in between, the person is still there and
	// can be erased again.
	if err := s.releaseOld(ctx, m, &models.Member{}); err != nil {
		return err
	}
	if m, err = s.partFor(ctx, m); err != nil {
		return err
	}
	now := s.Stores.Clock.Now()
	before := *m
	told, err := s.tellVouchers(ctx, m)
	if err != nil {
		return err
	}
	_, err = s.changeMember(ctx, m, func(m *models.Member) error {
		if m.ErasedAt != nil {
			return store.Unchanged
		}
		before = *m
		*m = models.Member{
			ID: m.ID, Rev: m.Rev, Program: m.Program, Account: m.Account, Card: m.Card, Search: models.SearchKey("\U0010FFFD", m.ID),
			Page: newID(s.random()), Download: newID(s.random()), JoinedAt: m.JoinedAt, ErasedAt: &now, Head: m.Head,
			Own: m.Own, Past: m.Past, Shared: m.Shared, Merged: m.Merged, Household: m.Household,
		}
		if m.Merged != nil { // why is in somebody's own words
			m.Merged = &models.Merged{Into: m.Merged.Into, At: m.Merged.At, By: m.Merged.By}
		}
		return nil
	})
	if err != nil {
		return err
	}
	if err := told(); err != nil {
		return err
	}
	if err := s.dropComplaints(ctx, id); err != nil {
		return err
	}
	if m.Merged != nil {
		if err := s.knowSelves(ctx, m.Account); err != nil {
			return err
		}
	}
	return s.releaseOld(ctx, &before, &models.Member{}) // what was amended meanwhile
}
