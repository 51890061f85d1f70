package wallet

import (
	"context"
	"hash/fnv"
	"slices"
	"sync"

	"regulars/models"
	"regulars/models/store"
)

// planned is what a dry run would have made, by hashes. There is none in an
// import that writes.
type planned struct {
	mu      sync.Mutex
	holders map[uint64]models.MemberID // by a contact
	members map[models.MemberID]*plannedMember
	keys    map[uint64]uint64 // of a purchase, to what it says
}

// plannedMember says what a member would have.
type plannedMember struct{ phone, email, birthday bool }

func newPlanned() *planned {
	return &planned{holders: map[uint64]models.MemberID{}, members: map[models.MemberID]*plannedMember{}, keys: map[uint64]uint64{}}
}

func shortHash(parts ...string) uint64 {
	h := fnv.New64a()
	for _, p := range parts {
		_, _ = h.Write([]byte(p))
		_, _ = h.Write([]byte{0})
	}
	return h.Sum64()
}

// holder returns who would have a contact, nobody in an import that writes.
func (p *planned) holder(kind store.ContactKind, value string) (id models.MemberID, ok bool) {
	if p == nil {
		return "", false
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	id, ok = p.holders[shortHash(string(kind), value)]
	return id, ok
}

// note remembers that a member would be made, or get contacts.
func (p *planned) note(m *models.Member, contacts []contactOf) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, c := range contacts {
		p.holders[shortHash(string(c.kind), c.value)] = m.ID
	}
	p.members[m.ID] = &plannedMember{m.Phone != "", m.Email != "", m.Birthday != ""}
}

// complete puts something into what a member would have by now.
func (p *planned) complete(m *models.Member) {
	if p == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	has, ok := p.members[m.ID]
	if !ok {
		return
	}
	for field, would := range map[*string]bool{&m.Phone: has.phone, &m.Email: has.email, &m.Birthday: has.birthday} {
		if would && *field == "" {
			*field = "?"
		}
	}
}

// book remembers a key that would be booked, and the request.
func (p *planned) book(member models.MemberID, key, hash string) {
	if p == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.keys[shortHash(string(member), key)] = shortHash(hash)
}

// booked reports whether a key came before in the file of a dry run, and with
// the same request.
func (p *planned) booked(member models.MemberID, key, hash string) (before, same bool) {
	if p == nil {
		return false, false
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	first, before := p.keys[shortHash(string(member), key)]
	return before, first == shortHash(hash)
}

// plan notes that a member would be made, and refuses what making one would
// have refused.
func (r *importRun) plan(ctx context.Context, m *models.Member, t *tally) (*importAccount, error) {
	if held, err := r.Stores.Members.Member(ctx, m.ID); err == nil && held.ErasedAt != nil {
		return nil, hasLeft()
	}
	if err := r.clash(ctx, m, contactsOf(m)); err != nil {
		return nil, err
	}
	r.planned.note(m, contactsOf(m))
	t.report.Members++
	return &importAccount{member: m, ours: true, made: true}, nil
}

// planFill does in a dry run what Amend would do.
func (r *importRun) planFill(a *importAccount, am Amendment) error {
	would := *a.member
	if err := r.amend(&would, am, r.program.Country); err != nil {
		return err
	}
	has := contactsOf(a.member)
	gets := slices.DeleteFunc(contactsOf(&would), func(c contactOf) bool { return slices.Contains(has, c) })
	r.planned.note(&would, gets)
	a.member = &would
	return nil
}
