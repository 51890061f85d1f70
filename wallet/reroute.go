package wallet

import (
	"context"
	"errors"

	"regulars/models"
	"regulars/models/store"
)

// The account of a member may move into another's while a till has the card in
// hand. The ledger decides: the entry that closes an account is its last, so what
// comes after it meets it, sees the move through and is booked on the other one.
// Nothing is left behind in a closed account.

// newest returns the newest entry of a member's account, a zero one when it has
// none. Where all of it is on its way to another's, that is seen through first,
// and m has the other one then.
func (s *Service) newest(ctx context.Context, m *models.Member) (models.Entry, error) {
	for {
		last, err := s.state(ctx, m.Account)
		if err != nil || last.State.Moved == "" {
			return last, err
		}
		if err := s.follow(ctx, &last); err != nil {
			return last, err
		}
		if *m, err = s.Stores.Members.Member(ctx, m.ID); err != nil {
			return last, err
		}
	}
}

// reroute turns a posting to the account that took what was on the one that it
// was for.
func (s *Service) reroute(ctx context.Context, in *posting) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	m, err := s.Stores.Members.Member(ctx, in.Member.ID)
	if err != nil {
		return err
	}
	if in.Member = &m; in.Account == "" {
		_, err = s.newest(ctx, &m)
		return err
	}
	last, err := s.state(ctx, in.Account)
	if err != nil || last.State.Moved == "" {
		return err
	}
	holder, err := s.Stores.Members.Member(ctx, last.State.Moved)
	if err == nil {
		in.Account = holder.Account
	}
	return err
}

// earlier returns the entry that the same request made on an account that the
// member had before; nil when there is none.
func (s *Service) earlier(ctx context.Context, in posting) (*models.Entry, error) {
	if in.Event.Kind == models.EntryExpire { // of an account, not of a request
		return nil, nil //nolint:nilnil // mostly there is none
	}
	return s.bookedAs(ctx, in.Member.Past, in.Key)
}

// bookedAs returns the entry that a key has in the first of some accounts; nil
// when it has none.
func (s *Service) bookedAs(ctx context.Context, accounts []models.AccountID, key string) (*models.Entry, error) {
	for i, account := range accounts {
		if i > 0 && account == accounts[0] {
			continue
		}
		e, err := s.Stores.Ledger.ByKey(ctx, account, key)
		if err == nil {
			return &e, nil
		}
		if !errors.Is(err, store.ErrNotFound) {
			return nil, err
		}
	}
	return nil, nil //nolint:nilnil // mostly there is none
}

// became returns the entry of a key in an account, or in the one that took what
// was there.
func (s *Service) became(ctx context.Context, account models.AccountID, key string) (*models.Entry, error) {
	for hops := 0; ; hops++ {
		e, err := s.bookedAs(ctx, []models.AccountID{account}, key)
		if e != nil || err != nil || hops == 3 {
			return e, err
		}
		last, err := s.state(ctx, account)
		if err != nil || last.State.Moved == "" {
			return nil, err
		}
		holder, err := s.Stores.Members.Member(ctx, last.State.Moved)
		if err != nil {
			return nil, err
		}
		account = holder.Account
	}
}
