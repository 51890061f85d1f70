package wallet

import (
	"context"
	"errors"
	"slices"

	"regulars/models"
	"regulars/models/store"
)

// Which account a member has follows from the ledger: as long as the newest entry
// of the member's own says that all went to another member, it is that member's.
// The document of the member is a copy of that.

// rehouse gives a member, and those whose cards became the member's, the account
// that the ledger says they have. was is one that they may have had. It can be
// done again, also late: what is true by then counts.
func (s *Service) rehouse(ctx context.Context, id models.MemberID, was models.AccountID) error {
	touched := []models.AccountID{was}
	for queue := []models.MemberID{id}; len(queue) > 0; queue = queue[1:] {
		m, before, err := s.rehouseOne(ctx, queue[0])
		if err != nil {
			return err
		}
		accounts := []models.AccountID{was, before, m.OwnAccount()}
		touched = append(touched, m.Account)
		slices.Sort(accounts)
		for _, account := range slices.Compact(accounts) {
			if account == m.Account {
				continue
			}
			sharing, err := s.Stores.Members.Sharing(ctx, account)
			if err != nil {
				return err
			}
			for i := range sharing {
				if f := &sharing[i]; f.Merged != nil && f.Merged.Into == m.ID {
					queue = append(queue, f.ID)
				}
			}
		}
	}
	slices.Sort(touched)
	for _, account := range slices.Compact(touched) {
		if err := s.knowSelves(ctx, account); err != nil {
			return err
		}
	}
	return nil
}

// knowSelves has those who share an account bear what they should of the cards that
// became theirs. It looks again until nothing changes, so that of several who do
// this at once the last one sees all.
func (s *Service) knowSelves(ctx context.Context, account models.AccountID) error {
	for changed := account != ""; changed; {
		changed = false
		sharing, err := s.Stores.Members.Sharing(ctx, account)
		if err != nil {
			return err
		}
		for i := range sharing {
			also := models.SelvesOf(&sharing[i], sharing)
			if sharing[i].ErasedAt != nil || models.SameSelves(sharing[i].Also, also) {
				continue
			}
			changed = true
			if _, err := s.changeMember(ctx, &sharing[i], func(m *models.Member) error {
				if m.ErasedAt != nil {
					return store.Unchanged
				}
				m.Also = also
				return nil
			}); err != nil {
				return err
			}
		}
	}
	return nil
}

// rehouseOne returns the member as it is then, and the account before.
func (s *Service) rehouseOne(ctx context.Context, id models.MemberID) (m models.Member, before models.AccountID, err error) {
	for {
		if m, err = s.Stores.Members.Member(ctx, id); err != nil {
			return m, "", err
		}
		want, merged, err := s.housed(ctx, &m)
		if err != nil {
			return m, "", err
		}
		before := m.Account
		if want == before && (merged == nil) == (m.Merged == nil) {
			return m, before, nil
		}
		last, err := s.state(ctx, want)
		if err != nil {
			return m, "", err
		}
		m, err = s.changeMember(ctx, &m, func(now *models.Member) error {
			if now.Rev != m.Rev {
				return errMeanwhile
			}
			if want != before {
				now.Move(want)
				now.Head.Seq, now.Head.State, now.Head.Ends = last.Seq, last.State, last.State.NextEnd()
			}
			now.Shared, now.Moving, now.Merged = true, nil, merged
			if now.Search = models.SearchKey(now.Name, now.ID); merged != nil || now.ErasedAt != nil {
				now.Search = models.SearchKey(lastInLists, now.ID)
			}
			return nil
		})
		if errors.Is(err, errMeanwhile) {
			continue
		}
		if err != nil {
			return m, "", err
		}
		// What was booked there before the others could know.
		if last, err = s.state(ctx, m.Account); err == nil && last.Seq > m.Head.Seq {
			err = s.putHead(ctx, &m, last, models.PriorityTill)
		}
		return m, before, err
	}
}

// errMeanwhile says that a member was changed since it was read.
var errMeanwhile = errors.New("the member was changed meanwhile")

// lastInLists is sorted by whoever is not to be found by name.
const lastInLists = "\U0010FFFD"

// housed is the account that a member has by the ledger, and whose card theirs is
// if it was merged.
func (s *Service) housed(ctx context.Context, m *models.Member) (models.AccountID, *models.Merged, error) {
	last, err := s.state(ctx, m.OwnAccount())
	if err != nil || last.State.Moved == "" {
		return m.OwnAccount(), nil, err
	}
	holder, err := s.Stores.Members.Member(ctx, last.State.Moved)
	if err != nil {
		return "", nil, err
	}
	if last.Transfer.Why != models.Merge {
		return holder.Account, nil, nil
	}
	return holder.Account, &models.Merged{Into: holder.ID, At: last.At, By: last.Staff, Why: last.Reason}, nil
}

// mover is a member on the way into another's account.
type mover struct {
	*Service
	from, to *models.Member
	key      string
}

// movingTime is how long a move may be announced without an entry. Whoever
// announces one gives up before.
const movingTime = 2 * store.BookingTime

// announce notes on both members that one is about to move in with the other. Of
// two who want to move in with each other, or of several in a ring, one at least
// is announced as moving before its neighbour asks; so no ring comes about. may
// says what else is asked of the other member, and is told to them with it.
func (v *mover) announce(ctx context.Context, may func(to *models.Member) error) error {
	now := v.Stores.Clock.Now()
	from, err := v.Stores.Members.Update(ctx, v.from.ID, func(m *models.Member) error {
		switch on := m.Moving; {
		case m.ErasedAt != nil:
			return checkUsable(m)
		case m.Merged != nil:
			return mergedMember()
		case m.Own != "" || len(m.Guests()) > 0:
			return sharesCard()
		case on != nil && now.Sub(on.At) < movingTime && (on.To != v.to.ID || on.Key != v.key):
			return underWay()
		}
		m.Moving = &models.Moving{To: v.to.ID, Key: v.key, At: now}
		return nil
	})
	if err != nil {
		return err
	}
	to, err := v.Stores.Members.Update(ctx, v.to.ID, func(m *models.Member) error {
		switch {
		case m.ErasedAt != nil:
			return checkUsable(m)
		case m.Merged != nil:
			return mergedMember()
		case m.Moving != nil && now.Sub(m.Moving.At) < movingTime:
			return underWay()
		}
		m.Moving, m.Shared = nil, true
		return may(m)
	})
	if err != nil {
		return errors.Join(err, v.giveUp(ctx))
	}
	*v.from, *v.to = from, to
	return nil
}

// giveUp takes an announcement back that no entry came of.
func (v *mover) giveUp(ctx context.Context) error {
	_, err := v.Stores.Members.Update(context.WithoutCancel(ctx), v.from.ID, func(m *models.Member) error {
		if m.Moving == nil || m.Moving.Key != v.key {
			return store.Unchanged
		}
		m.Moving = nil
		return nil
	})
	return err
}

func mergedMember() error {
	return models.Fail(models.Conflict, "merged_member", "member", "This card was merged with another. Take the card that it was merged into, or undo that first.")
}

func sharesCard() error {
	return models.Fail(models.Conflict, "shares_card", "member", "This card is shared by a household. Its people have to leave it first.")
}
