package store

import (
	"context"
	"errors"
	"iter"
	"time"

	"regulars/models"
)

// Members keeps the people, and what leads to them: the card number and the
// contact, each a document whose id is the unique thing, and the words of names.
type Members struct {
	members  *Collection[models.Member]
	cards    *Collection[card]
	contacts *Collection[contact]
	names    *Collection[name]

	invitations *Collection[invitation]
	guests      *Collection[models.Invitation]
}

type card struct {
	Number models.CardNumber `bson:"_id"`
	Member models.MemberID   `bson:"member"`
}

// contact reserves a phone number, e-mail address or customer number for one
// member of a program.
type contact struct {
	ID     string          `bson:"_id"`
	Rev    int64           `bson:"rev"`
	Member models.MemberID `bson:"member"`
	At     time.Time       `bson:"at"`
}

// ContactKind is a way to know a person.
type ContactKind string

// What is unique to a person within a program.
const (
	ByPhone    ContactKind = "phone"
	ByEmail    ContactKind = "email"
	ByCustomer ContactKind = "customer"
)

func contactID(p models.ProgramID, kind ContactKind, value string) string {
	return string(p) + ":" + string(kind) + ":" + value
}

func openMembers(ctx context.Context, db *DB) (*Members, error) {
	members, err := Open[models.Member](ctx, db, Schema{
		Name: "members",
		Indexes: []Index{
			{Fields: []string{"program", "search"}},
			{Fields: []string{"program", "joined_at"}},
			{Fields: []string{"program", "born"}, Sparse: true},
			{Fields: []string{"head.ends"}, Sparse: true},
			{Fields: []string{"program", "head.ends"}, Sparse: true},
			{Fields: []string{"program", "head.last_visit_at"}, Sparse: true},
			{Fields: []string{"welcome"}, Sparse: true},
			{Fields: []string{"account", "shared"}, Sparse: true},
			{Fields: []string{"page"}, Unique: true},
			{Fields: []string{"download"}, Unique: true},
		},
	})
	if err != nil {
		return nil, err
	}
	cards, err := Open[card](ctx, db, Schema{Name: "cards"})
	if err != nil {
		return nil, err
	}
	contacts, err := Open[contact](ctx, db, Schema{Name: "contacts"})
	if err != nil {
		return nil, err
	}
	invitations, err := Open[invitation](ctx, db, Schema{Name: "invitations"})
	if err != nil {
		return nil, err
	}
	guests, err := openGuests(ctx, db)
	if err != nil {
		return nil, err
	}
	names, err := openNames(ctx, db)
	if err != nil {
		return nil, err
	}
	return &Members{members: members, cards: cards, contacts: contacts, names: names, invitations: invitations, guests: guests}, nil
}

// unknown gives a missing member its meaning.
func unknown[T any](v T, err error) (T, error) {
	if errors.Is(err, ErrNotFound) {
		return v, models.Fail(models.NotFound, "unknown_member", "member", "There is no such member.")
	}
	return v, err
}

// Member returns a member by id.
func (s *Members) Member(ctx context.Context, id models.MemberID) (models.Member, error) {
	return unknown(s.members.Get(ctx, string(id)))
}

// ByPage returns the member with that page token.
func (s *Members) ByPage(ctx context.Context, token string) (models.Member, error) {
	return unknown(s.members.One(ctx, Query{Where: Eq("page", token), Limit: 1}))
}

// ByDownload returns the member with that download token.
func (s *Members) ByDownload(ctx context.Context, token string) (models.Member, error) {
	return unknown(s.members.One(ctx, Query{Where: Eq("download", token), Limit: 1}))
}

// ByCard returns the member of a card.
func (s *Members) ByCard(ctx context.Context, number models.CardNumber) (models.Member, error) {
	c, err := s.cards.Get(ctx, string(number))
	if err == nil {
		var m models.Member
		if m, err = s.members.Get(ctx, string(c.Member)); err == nil {
			return m, nil
		}
	}
	if errors.Is(err, ErrNotFound) {
		err = models.Fail(models.NotFound, "unknown_card", "code", "This card is not known here.")
	}
	return models.Member{}, err
}

// ByContact returns the member with that contact. A reservation that its
// member does not bear, or no longer, leads to nobody.
func (s *Members) ByContact(ctx context.Context, p models.ProgramID, kind ContactKind, value string) (models.Member, error) {
	c, err := s.contacts.Get(ctx, contactID(p, kind, value))
	if err != nil {
		return unknown(models.Member{}, err)
	}
	m, err := s.members.Get(ctx, string(c.Member))
	if err == nil && !bears(&m, kind, value) {
		return unknown(models.Member{}, ErrNotFound)
	}
	return unknown(m, err)
}

// bears reports whether a contact stands on the member.
func bears(m *models.Member, kind ContactKind, value string) bool {
	return value == map[ContactKind]string{ByPhone: m.Phone, ByEmail: m.Email, ByCustomer: m.Customer}[kind]
}

// Abandoned is how old a reservation that no member bears must be before
// somebody else may take it: whoever made it was cut off. Who makes one has to
// be done, or to have given up, well before.
const Abandoned = time.Minute

// Claim reserves a contact for a member that is about to bear it. It reports
// false when it belongs to another member. Claiming again for the same member
// renews the reservation, so that a release that was decided before fails.
func (s *Members) Claim(ctx context.Context, m *models.Member, kind ContactKind, value string, now time.Time) (bool, error) {
	id := contactID(m.Program, kind, value)
	err := s.contacts.Insert(ctx, &contact{ID: id, Member: m.ID, At: now})
	if err == nil || !isDuplicate(err) {
		return err == nil, err
	}
	held, err := s.contacts.Get(ctx, id)
	switch {
	case errors.Is(err, ErrNotFound):
		return s.Claim(ctx, m, kind, value, now) // released meanwhile
	case err != nil:
		return false, err
	case held.Member == m.ID:
		if ok, err := s.take(ctx, m, held, now); ok || err != nil {
			return ok, err
		}
		return s.Claim(ctx, m, kind, value, now) // it changed this moment
	}
	holder, err := s.members.Get(ctx, string(held.Member))
	switch {
	case err != nil && !errors.Is(err, ErrNotFound):
		return false, err
	case err == nil && bears(&holder, kind, value), now.Sub(held.At) < Abandoned:
		return false, nil
	}
	return s.take(ctx, m, held, now)
}

// take makes a reservation that was seen the member's, if it has not changed
// since.
func (s *Members) take(ctx context.Context, m *models.Member, held contact, now time.Time) (bool, error) {
	c, err := s.contacts.Update(ctx, held.ID, func(c *contact) error {
		if c.Rev != held.Rev {
			return Unchanged
		}
		c.Member, c.At = m.ID, now
		return nil
	})
	if errors.Is(err, ErrNotFound) {
		return false, nil // released this moment; the next try gets it
	}
	return err == nil && c.Member == m.ID && c.At.Equal(now), err
}

// Reserved is a reservation as it was seen.
type Reserved struct {
	id  string
	rev int64
}

// Reservation returns the reservation of a contact that is m's, to be let go
// later; ErrNotFound when there is none.
func (s *Members) Reservation(ctx context.Context, m *models.Member, kind ContactKind, value string) (Reserved, error) {
	c, err := s.contacts.Get(ctx, contactID(m.Program, kind, value))
	if err == nil && c.Member != m.ID {
		err = ErrNotFound
	}
	return Reserved{id: c.ID, rev: c.Rev}, err
}

// LetGo gives a reservation back, unless it was claimed anew since it was seen.
func (s *Members) LetGo(ctx context.Context, r Reserved) error {
	_, err := s.contacts.DeleteIf(ctx, r.id, func(c contact) bool { return c.Rev == r.rev })
	return err
}

// Release gives a contact of m back, whatever happened to it since. It is for
// members who can't claim it again.
func (s *Members) Release(ctx context.Context, m *models.Member, kind ContactKind, value string) error {
	_, err := s.contacts.DeleteIf(ctx, contactID(m.Program, kind, value), func(c contact) bool { return c.Member == m.ID })
	return err
}

// Insert keeps a new member, after the card that leads to it. Inserting the
// same member again reports ErrReplay with the first.
func (s *Members) Insert(ctx context.Context, m *models.Member) (*models.Member, error) {
	if err := s.cards.Insert(ctx, &card{Number: m.Card, Member: m.ID}); err != nil {
		if !isDuplicate(err) {
			return nil, err
		}
		held, err := s.cards.Get(ctx, string(m.Card))
		if err != nil {
			return nil, err
		}
		if held.Member != m.ID {
			return nil, models.Fail(models.Unavailable, "card_taken", "", "Please try again.")
		}
	}
	// Before the member: cut off in between, the repeat goes on from here.
	if err := s.addNames(ctx, m.Program, m.ID, m.Keys()); err != nil {
		return nil, err
	}
	err := s.members.Insert(ctx, m)
	if err == nil || !isDuplicate(err) {
		return m, err
	}
	first, err := s.members.Get(ctx, string(m.ID))
	return &first, errors.Join(err, ErrReplay)
}

// Update changes a member. Cut off half-way it can be done again, and makes
// good that the member is found by the tags and the words of the name it has then,
// and by no other.
func (s *Members) Update(ctx context.Context, id models.MemberID, change func(*models.Member) error) (models.Member, error) {
	m, err := unknown(s.members.Update(ctx, string(id), change))
	if err != nil {
		return m, err
	}
	return m, s.settleNames(ctx, m)
}

// UpdateFrom is Update for a member that was read before, which saves reading
// it again where nobody changed it since. It may not change the name or the tags.
func (s *Members) UpdateFrom(ctx context.Context, seen models.Member, change func(*models.Member) error) (models.Member, error) {
	return unknown(s.members.UpdateFrom(ctx, seen, change))
}

// Count returns how many members a program has.
func (s *Members) Count(ctx context.Context, p models.ProgramID) (int64, error) {
	return s.members.Count(ctx, Query{Where: Eq("program", p)})
}

// All yields the members of a program.
func (s *Members) All(ctx context.Context, p models.ProgramID) iter.Seq2[models.Member, error] {
	return s.members.Find(ctx, Query{Where: Eq("program", p), Sort: []string{"program", "search"}})
}
