package wallet

import (
	"context"
	"errors"
	"slices"
	"time"

	"regulars/models"
	"regulars/models/store"
)

// gift is something that a program gives by itself, once for its key.
type gift struct {
	what models.Occasion
	key  string
}

// gifts are what somebody may be given on the day of joining. Members who are
// imported get none: an import brings what they have.
func gifts(p *models.Program, m *models.Member) []gift {
	var all []gift
	if p.GivesOn(models.OnSignUp) {
		all = append(all, gift{models.OnSignUp, "sign_up"})
	}
	if day := p.Day(m.JoinedAt); slices.Contains(p.Birthdays(day), m.Born) && p.GivesOn(models.OnBirthday) {
		all = append(all, birthdayGift(day))
	}
	return all
}

// birthdayGift is that of a day's year. Who changes the birthday has none again.
func birthdayGift(day string) gift { return gift{models.OnBirthday, "birthday/" + day[:4]} }

// welcome books what a new member is given, makes the vouchers, and then takes off the mark that
// says that this is still to be done. Whoever is cut off in between leaves it to
// the next who repeats the request, or to the daily work.
func (s *Service) welcome(ctx context.Context, m *models.Member, by Actor) (*models.Member, error) {
	if m.Welcome == nil {
		return m, nil
	}
	program, err := s.Stores.Programs.For(ctx, m)
	if err != nil {
		return nil, err
	}
	for _, g := range gifts(program, m) {
		if err := s.give(ctx, m, g, m.JoinedAt, by); err != nil {
			return nil, err
		}
	}
	offers, at := joinOffers(program, m)
	for i := range offers {
		if err := s.grant(ctx, program, m, &offers[i], at[offers[i].ID]); err != nil {
			return nil, err
		}
	}
	done, err := s.Stores.Members.UpdateFrom(ctx, *m, func(m *models.Member) error {
		if m.Welcome == nil {
			return store.Unchanged
		}
		m.Welcome = nil
		return nil
	})
	return &done, err
}

// give books a gift as of a moment. What the rules refuse is no gift, and no
// error either: nobody asked for it.
func (s *Service) give(ctx context.Context, m *models.Member, g gift, at time.Time, by Actor) error {
	_, err := s.post(ctx, posting{
		Member: m, Key: g.key, Hash: g.key, At: at, Actor: by, Priority: models.PriorityService,
		Event: models.Event{Kind: models.EntryEarn, Activity: g.what},
	})
	switch models.KindOf(err) {
	case models.Conflict, models.Invalid:
		switch code := models.CodeOf(err); code {
		case "nothing_given", "no_rule", "membership_lapsed", "membership_needed":
		default:
			s.Log.WarnContext(ctx, "gift refused", "member", m.ID, "gift", g.key, "why", code)
		}
		return nil
	}
	return err
}

// welcomed is the state of a member's account after the gifts of the day of
// joining, and before anything else.
func (s *Service) welcomed(ctx context.Context, p *models.Program, m *models.Member, account models.AccountID) (models.State, error) {
	state := p.Start()
	for _, g := range gifts(p, m) {
		e, err := s.Stores.Ledger.ByKey(ctx, account, g.key)
		if errors.Is(err, store.ErrNotFound) {
			continue
		}
		if err != nil {
			return state, err
		}
		made, err := s.Stores.Programs.Version(ctx, e.Program, e.Version)
		if err != nil {
			return state, err
		}
		change, err := made.Apply(state, e.Event(nil, models.Undone{}))
		if err != nil {
			return state, err
		}
		state = change.State
	}
	return state, nil
}
