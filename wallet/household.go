package wallet

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"regulars/models"
	"regulars/models/store"
)

// A household is a member who has taken others into the account: one ledger, and
// each with a card of their own. Whoever may spend what others have earned comes by
// invitation, and shows by their own page who they are.

// HouseholdInvited is how long an invitation to a household is good.
const HouseholdInvited = 7 * 24 * time.Hour

// householdCode is how many signs the code of such an invitation has: 60 random
// bits, for it opens an account.
const householdCode = 12

// InviteHome returns the code with which somebody comes into a member's household,
// and until when it is good: the one that there is, or a new one. It is a Conflict
// where the program has no households, and for guests.
func (s *Service) InviteHome(ctx context.Context, m *models.Member) (models.InvitationCode, time.Time, error) {
	program, err := s.Stores.Programs.For(ctx, m)
	if err != nil {
		return "", time.Time{}, err
	}
	now := s.Stores.Clock.Now()
	if h := m.Household; h != nil && h.Until != nil && now.Before(h.Until.Add(-HouseholdInvited/2)) && mayHost(program, m) == nil {
		return h.Code, *h.Until, nil
	}
	code, until := models.InvitationCode(newID(s.random())[:householdCode]), wholeSecond(now.Add(HouseholdInvited))
	if ours, err := s.Stores.Members.Invite(ctx, m, code); err != nil || !ours {
		return "", until, errors.Join(err, models.Fail(models.Unavailable, "under_way", "", "Please try again."))
	}
	changed, err := s.Stores.Members.Update(ctx, m.ID, func(m *models.Member) error {
		if err := mayHost(program, m); err != nil {
			return err
		}
		h := models.Household{}
		if m.Household != nil {
			h = *m.Household
		}
		h.Code, h.Until = code, &until
		m.Household = &h
		return nil
	})
	if err != nil {
		return "", time.Time{}, err
	}
	*m = changed
	return code, until, nil
}

// mayHost refuses those who can't take others in.
func mayHost(p *models.Program, m *models.Member) error {
	switch {
	case p.Sharing.Household == 0:
		return models.Fail(models.Conflict, "no_households", "household", "In this program everybody has an account of their own.")
	case m.ErasedAt != nil:
		return checkUsable(m)
	case m.Merged != nil:
		return mergedMember()
	case m.Own != "":
		return models.Fail(models.Conflict, "shares_card", "household", "This card is a guest of a household. Only whoever began it can invite others.")
	case len(m.Guests())+1 >= p.Sharing.Household:
		return models.Fail(models.Conflict, "household_full", "household", "The household is full.")
	}
	return nil
}

// Uninvite makes the invitation to a member's household worthless.
func (s *Service) Uninvite(ctx context.Context, m *models.Member) error {
	_, err := s.Stores.Members.Update(ctx, m.ID, func(m *models.Member) error {
		if m.Household == nil || m.Household.Code == "" {
			return store.Unchanged
		}
		m.Household = &models.Household{Guests: m.Household.Guests}
		return nil
	})
	return err
}

// HouseholdOf returns whose household an invitation leads to. One that is not good,
// or no longer, is Invalid: unknown_household.
func (s *Service) HouseholdOf(ctx context.Context, p models.ProgramID, text string) (*models.Member, error) {
	unknown := models.Fail(models.Invalid, "unknown_household", "code", "This invitation is not known here, or no longer good. Ask for a new one.")
	code := readHouseholdCode(text)
	if len(code) != householdCode {
		return nil, unknown
	}
	m, err := s.Stores.Members.ByInvitation(ctx, p, models.InvitationCode(code))
	if models.KindOf(err) == models.NotFound || err == nil && !s.invites(&m, code) {
		return nil, unknown
	}
	return &m, err
}

func (s *Service) invites(m *models.Member, code string) bool {
	h := m.Household
	return m.ErasedAt == nil && h != nil && string(h.Code) == code && h.Until != nil && s.Stores.Clock.Now().Before(*h.Until)
}

// readHouseholdCode reads a code as a person typed it.
func readHouseholdCode(text string) string {
	return strings.NewReplacer(" ", "", "-", "", "o", "0", "i", "1", "l", "1").Replace(strings.ToLower(text))
}

// HouseholdURL is where whoever has no card yet joins, to come into a household
// then.
func (s *Service) HouseholdURL(p models.ProgramID, code models.InvitationCode) string {
	return s.BaseURL + "/join/" + string(p) + "?household=" + string(code)
}

// Joining is somebody who accepts the invitation of a household.
type Joining struct {
	Program models.ProgramID
	Member  models.MemberID
	Code    string
	Key     string
	Actor   Actor
}

// JoinHousehold moves all that a member has into the account of the household, where
// it stays. It is a Conflict when the household is full, also when several accept at
// once.
func (s *Service) JoinHousehold(ctx context.Context, j Joining) (Pair, error) {
	m, err := s.Member(ctx, j.Program, j.Member)
	if err != nil {
		return Pair{}, err
	}
	code := readHouseholdCode(j.Code)
	hash := hashOf([]string{"join household", string(m.ID), code})
	if err := checkKey(j.Key); err != nil {
		return Pair{}, err
	}
	if first, err := s.bookedAs(ctx, []models.AccountID{m.OwnAccount()}, j.Key); first != nil || err != nil {
		return s.paired(ctx)(replayed(first, hash, err))
	}
	program, err := s.Stores.Programs.For(ctx, m)
	if err != nil {
		return Pair{}, err
	}
	host, err := s.HouseholdOf(ctx, m.Program, j.Code)
	if err != nil {
		return Pair{}, err
	}
	if host.ID == m.ID || m.Merged != nil && m.Merged.Into == host.ID {
		return Pair{}, models.Fail(models.Invalid, "same_account", "code", "This is your own invitation. It is for somebody else.")
	}
	if len(host.Guests())+1 >= program.Sharing.Household {
		if err := s.tidy(ctx, host); err != nil {
			return Pair{}, err
		}
	}
	in := closing(m, host, models.Join, j.Key, j.Actor)
	in.Hash = hash
	return s.moveIn(ctx, in, &mover{Service: s, from: m, to: host, key: j.Key}, func(to *models.Member) error {
		if !s.invites(to, code) {
			return models.Fail(models.Invalid, "unknown_household", "code", "This invitation is not known here, or no longer good. Ask for a new one.")
		}
		if slices.Contains(to.Guests(), m.ID) {
			return nil
		}
		if err := mayHost(program, to); err != nil {
			return err
		}
		h := *to.Household
		h.Guests = append(slices.Clone(h.Guests), m.ID)
		to.Household = &h
		return nil
	})
}

// Leaving is somebody who leaves a household, or is asked to.
type Leaving struct {
	Program models.ProgramID
	Member  models.MemberID
	Reason  string // may be empty
	Key     string
	Actor   Actor
}

// LeaveHousehold gives a guest an account of their own again, an empty one: what
// they brought stays with the household.
func (s *Service) LeaveHousehold(ctx context.Context, l Leaving) (Pair, error) {
	m, err := s.Member(ctx, l.Program, l.Member)
	if err != nil {
		return Pair{}, err
	}
	if err := checkKey(l.Key); err != nil {
		return Pair{}, err
	}
	hash := hashOf([]string{"leave household", string(m.ID)})
	if first, err := s.bookedAs(ctx, m.Accounts(), l.Key); first != nil || err != nil {
		return s.paired(ctx)(replayed(first, hash, err))
	}
	last, err := s.state(ctx, m.OwnAccount())
	if err != nil {
		return Pair{}, err
	}
	if last.State.Moved == "" || last.Transfer.Why != models.Join {
		return Pair{}, models.Fail(models.Conflict, "no_household", "household", "This card is not a guest of a household.")
	}
	in, err := s.followTransfer(ctx, &last)
	if err != nil {
		return Pair{}, err
	}
	host, err := s.Stores.Members.Member(ctx, last.State.Moved)
	if err != nil {
		return Pair{}, err
	}
	return s.paired(ctx)(s.post(ctx, posting{
		Member: &host, Ref: in.ID, Key: l.Key, Hash: hash, Actor: l.Actor, Reason: strings.TrimSpace(l.Reason),
		Event: models.Event{Kind: models.EntryTransfer, Transfer: &models.Transfer{With: m.ID, Why: models.Leave, Out: true}},
	}))
}

// seeOff takes somebody who has left, or never came, off the list of a household.
func (s *Service) seeOff(ctx context.Context, host, guest models.MemberID) error {
	m, err := s.Stores.Members.Member(ctx, guest)
	if err != nil {
		return err
	}
	last, err := s.state(ctx, m.OwnAccount())
	if err != nil || last.State.Moved == host || m.Moving != nil && s.Stores.Clock.Now().Sub(m.Moving.At) < movingTime {
		return err // there again, or about to be
	}
	_, err = s.Stores.Members.Update(ctx, host, func(m *models.Member) error {
		i := slices.Index(m.Guests(), guest)
		if i < 0 {
			return store.Unchanged
		}
		h := *m.Household
		h.Guests = slices.Delete(slices.Clone(h.Guests), i, i+1)
		m.Household = &h
		return nil
	})
	return err
}

// tidy takes off the list of a household who accepted and was cut off.
func (s *Service) tidy(ctx context.Context, host *models.Member) error {
	for _, guest := range host.Guests() {
		if err := s.seeOff(ctx, host.ID, guest); err != nil {
			return err
		}
	}
	return nil
}

// People returns those whose cards count in the same account as a member's, the
// member included, and who began the household; only the member where nobody does.
// A merged card is no further person.
func (s *Service) People(ctx context.Context, m *models.Member) ([]models.Member, error) {
	if !m.Shared {
		return []models.Member{*m}, nil
	}
	all, err := s.Stores.Members.Sharing(ctx, m.Account)
	return slices.DeleteFunc(all, func(o models.Member) bool { return o.ErasedAt != nil || o.Merged != nil }), err
}

// partFor readies a member to be erased: a guest leaves the household, and merged
// cards go first.
func (s *Service) partFor(ctx context.Context, m *models.Member) (*models.Member, error) {
	if m.Shared {
		all, err := s.Stores.Members.Sharing(ctx, m.Account)
		if err != nil {
			return nil, err
		}
		for i := range all {
			if o := &all[i]; o.ErasedAt == nil && o.Merged != nil && o.Merged.Into == m.ID {
				if err := s.Erase(ctx, o.Program, o.ID); err != nil {
					return nil, err
				}
			}
		}
	}
	if m.Own == "" || m.Merged != nil {
		return m, nil
	}
	_, err := s.LeaveHousehold(ctx, Leaving{Program: m.Program, Member: m.ID, Key: "erased/" + string(m.ID)})
	if err != nil && models.CodeOf(err) != "no_household" {
		return nil, err
	}
	now, err := s.Stores.Members.Member(ctx, m.ID)
	return &now, err
}
