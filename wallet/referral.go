package wallet

import (
	"context"

	"regulars/models"
	"regulars/passes/barcode"
)

// A friend's first purchase leads to an entry of the member who invited the
// friend, and a reversal of all of it to the reversal of that: see follow.

// Invitation returns the code that a member gives to friends, made when it is
// first asked for; empty where the program gives nothing for friends.
func (s *Service) Invitation(ctx context.Context, m *models.Member) (models.InvitationCode, error) {
	p, err := s.Stores.Programs.For(ctx, m)
	if err != nil || !p.Refers() || m.ErasedAt != nil {
		return "", err
	}
	codes := s.seeded("invitation", string(m.ID)) // the same ones each time: the first that is not another's is ours
	for {
		code, err := barcode.NewInvitation(codes)
		if err != nil {
			return "", err
		}
		if ours, err := s.Stores.Members.Invite(ctx, m, code); ours || err != nil {
			return code, err
		}
	}
}

// InvitationURL is where a friend joins with a code.
func (s *Service) InvitationURL(p models.ProgramID, code models.InvitationCode) string {
	return s.BaseURL + "/join/" + string(p) + "?friend=" + string(code)
}

// Invites returns the member whose invitation a text is. There is none to an
// Invalid Error, unknown_referral.
func (s *Service) Invites(ctx context.Context, p models.ProgramID, text string) (*models.Member, error) {
	unknown := models.Fail(models.Invalid, "unknown_referral", "referral", "This invitation is not known here. Check the code, or leave it out.")
	code, ok := barcode.ParseInvitation(text)
	if !ok {
		return nil, unknown
	}
	m, err := s.Stores.Members.ByInvitation(ctx, p, code)
	if models.KindOf(err) == models.NotFound || err == nil && m.ErasedAt != nil {
		return nil, unknown
	}
	return &m, err
}

// followFriend books what a friend's purchase, or its reversal, leads to in the
// account of the member who invited the friend. It can be done again.
func (s *Service) followFriend(ctx context.Context, e *models.Entry) error {
	purchase := *e
	if e.Kind == models.EntryReverse {
		var err error
		if purchase, err = s.Stores.Ledger.Entry(ctx, e.Ref); err != nil {
			return err
		}
	}
	referrer, err := s.Stores.Members.Member(ctx, purchase.Referrer)
	if models.KindOf(err) == models.NotFound {
		return nil
	}
	if err != nil || referrer.Account == purchase.Account {
		return err
	}
	if e.Kind != models.EntryReverse {
		undone, err := s.Stores.Ledger.Undone(ctx, e.ID)
		if err != nil || undone.Whole(e) {
			return err
		}
	}
	// Also before a reversal: somebody else may be about to.
	reward, err := s.rewarded(ctx, &referrer, purchase.ID)
	if err != nil || reward == nil || e.Kind != models.EntryReverse {
		return err
	}
	return s.unreward(ctx, &referrer, reward, purchase.ID)
}

// rewarded returns the entry of a member for a friend's purchase, and books it
// if it has to; nil where the rules give none.
func (s *Service) rewarded(ctx context.Context, m *models.Member, purchase models.EntryID) (*models.Entry, error) {
	key := "referral/" + string(purchase)
	for tried := false; ; tried = true {
		if e, err := s.bookedAs(ctx, m.Accounts(), key); e != nil || err != nil {
			return e, err
		}
		if tried || m.ErasedAt != nil {
			return nil, nil //nolint:nilnil // there is none, which is no error
		}
		if err := s.give(ctx, m, gift{models.OnReferral, key}, s.Stores.Clock.Now(), Actor{}); err != nil {
			return nil, err
		}
		now, err := s.Stores.Members.Member(ctx, m.ID) // who may have got another account meanwhile
		if err != nil {
			return nil, err
		}
		*m = now
	}
}

// ReasonReferral is the reason for which a member's reward for a friend is taken
// back.
const ReasonReferral = "the friend's purchase was taken back"

func (s *Service) unreward(ctx context.Context, m *models.Member, reward *models.Entry, purchase models.EntryID) error {
	key := "unreferral/" + string(purchase)
	_, err := s.post(ctx, posting{
		Member: m, Key: key, Hash: key, Ref: reward.ID, Account: reward.Account, Reason: ReasonReferral, Priority: models.PriorityService,
		Event: models.Event{Kind: models.EntryReverse, Original: reward},
	})
	if models.CodeOf(err) == "already_reversed" { // by hand
		return nil
	}
	return err
}
