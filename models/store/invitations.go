package store

import (
	"context"
	"errors"

	"regulars/models"
)

// invitation leads from the code that a member gives to friends to the member.
type invitation struct {
	ID     string          `bson:"_id"`
	Member models.MemberID `bson:"member"`
}

func invitationID(p models.ProgramID, code models.InvitationCode) string {
	return string(p) + ":" + string(code)
}

// Invite makes a code a member's own. It reports false when it is another's.
func (s *Members) Invite(ctx context.Context, m *models.Member, code models.InvitationCode) (bool, error) {
	id := invitationID(m.Program, code)
	for {
		held, err := s.invitations.Get(ctx, id)
		if err == nil || !errors.Is(err, ErrNotFound) {
			return err == nil && held.Member == m.ID, err
		}
		err = s.invitations.Insert(ctx, &invitation{ID: id, Member: m.ID})
		if err == nil || !isDuplicate(err) {
			return err == nil, err
		}
	}
}

// ByInvitation returns the member whose code it is.
func (s *Members) ByInvitation(ctx context.Context, p models.ProgramID, code models.InvitationCode) (models.Member, error) {
	held, err := s.invitations.Get(ctx, invitationID(p, code))
	if err != nil {
		return unknown(models.Member{}, err)
	}
	return unknown(s.members.Get(ctx, string(held.Member)))
}
