package store

import (
	"context"
	"errors"
	"time"

	"regulars/models"
)

func openGuests(ctx context.Context, db *DB) (*Collection[models.Invitation], error) {
	return Open[models.Invitation](ctx, db, Schema{Name: "guests", Indexes: []Index{{Fields: []string{"program", "place"}}}})
}

// InsertGuests keeps new invitations of one request, each for one person, and
// returns the first as it is kept. Those that are there already stay as they are:
// a request that was cut off half-way is completed by doing it again. With
// another request's first one among them nothing is kept, and that one returned.
func (s *Members) InsertGuests(ctx context.Context, all []models.Invitation) (models.Invitation, error) {
	for i := range all {
		all[i].ID = models.InvitationKey(all[i].Program, all[i].Code)
	}
	err := s.guests.Insert(ctx, &all[0])
	if err != nil && !isDuplicate(err) {
		return models.Invitation{}, err
	}
	first, err := s.guests.Get(ctx, all[0].ID)
	if err != nil || first.Request != all[0].Request {
		return first, err
	}
	for i := range all { // as the first time
		all[i].MadeAt, all[i].Place = first.MadeAt, models.InvitationPlace(first.MadeAt, all[i].Batch, i+1)
	}
	if len(all) == 1 {
		return first, nil
	}
	err = s.guests.InsertMany(ctx, all[1:])
	var many *InsertManyError
	if !errors.As(err, &many) {
		return first, err
	}
	for _, refused := range many.Failed {
		if !isDuplicate(refused) {
			return first, refused
		}
	}
	return first, nil
}

// Guest returns an invitation for one person.
func (s *Members) Guest(ctx context.Context, p models.ProgramID, code models.InvitationCode) (models.Invitation, error) {
	i, err := s.guests.Get(ctx, models.InvitationKey(p, code))
	if errors.Is(err, ErrNotFound) {
		err = models.Fail(models.Invalid, "unknown_invitation", "invitation", "This invitation is not known here. Check its code, or ask for another.")
	}
	return i, err
}

// Guests returns the invitations of a program for one person each, those made
// last first: limit of them, after one of that place if it is not empty.
func (s *Members) Guests(ctx context.Context, p models.ProgramID, after string, limit int) ([]models.Invitation, error) {
	where := Eq("program", p)
	if after != "" {
		where = And(where, Lt("place", after))
	}
	var out []models.Invitation
	for i, err := range s.guests.Find(ctx, Query{Where: where, Sort: []string{"-place"}, Limit: limit}) {
		if err != nil {
			return nil, err
		}
		out = append(out, i)
	}
	return out, nil
}

// Taken reports whether somebody other than m has joined with an invitation, or
// is about to. Whoever took it and did not follow is forgotten after a while,
// as with contacts: see Abandoned.
func (s *Members) Taken(ctx context.Context, i *models.Invitation, m models.MemberID, now time.Time) (bool, error) {
	if i.Member == "" || i.Member == m {
		return false, nil
	}
	holder, err := s.members.Get(ctx, string(i.Member))
	switch {
	case err != nil && !errors.Is(err, ErrNotFound):
		return false, err
	case err == nil && (holder.Invitation == i.Code || holder.ErasedAt != nil):
		return true, nil
	}
	return now.Sub(*i.At) < Abandoned, nil
}

// TakeGuest makes the invitation that a new member bears the member's. It reports
// false when it is another's. Taking it again for the same member renews that.
func (s *Members) TakeGuest(ctx context.Context, m *models.Member, now time.Time) (bool, error) {
	for {
		seen, err := s.Guest(ctx, m.Program, m.Invitation)
		if err != nil {
			return false, err
		}
		if taken, err := s.Taken(ctx, &seen, m.ID, now); taken || err != nil {
			return false, err
		}
		took := false
		_, err = s.guests.Update(ctx, seen.ID, func(i *models.Invitation) error {
			if took = i.Rev == seen.Rev; !took {
				return Unchanged
			}
			i.Member, i.At = m.ID, &now
			return nil
		})
		if took || err != nil {
			return took && err == nil, err
		}
	}
}
