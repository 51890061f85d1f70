package wallet

import (
	"context"
	"errors"
	"slices"

	"regulars/models"
	"regulars/models/store"
)

// account returns the account that a line is about, as the worker knows it or
// as it is stored; or a new one, with the writes that make its member.
func (r *importRun) account(ctx context.Context, line importLine, careful bool, t *tally) (*importAccount, []store.Write, error) {
	if a := r.accounts.get(line.who); a != nil {
		return a, nil, nil
	}
	m, err := r.find(ctx, line)
	if id, planned := r.planned.holder(line.who.kind, line.who.value); planned && models.KindOf(err) == models.NotFound {
		m, err = &models.Member{ID: id, Account: models.AccountID(id)}, nil
	}
	switch {
	case err == nil:
		r.planned.complete(m)
		a, err := r.stored(ctx, m)
		return a, nil, err
	case models.KindOf(err) != models.NotFound || line.enrolment == nil:
		return nil, nil, err
	}
	e := *line.enrolment
	if e.JoinedAt.IsZero() {
		e.JoinedAt = line.at // of a purchase; of a member it is zero too, and that is now
	}
	if m, err = r.newMember(r.program, e); err != nil {
		return nil, nil, err
	}
	switch {
	case r.in.DryRun:
		a, err := r.plan(ctx, m, t)
		return a, nil, err
	case careful:
		if err := r.clash(ctx, m, contactsOf(m)); err != nil {
			return nil, nil, err
		}
		a, err := r.makeCarefully(ctx, m)
		return a, nil, err
	}
	contacts := map[store.ContactKind]string{}
	for i, c := range contactsOf(m) {
		contacts[c.kind] = c.value
		// The first write that meets a contact of somebody else leaves nothing
		// behind, a later one what was claimed before it.
		if i > 0 && (who{c.kind, c.value}) != line.who {
			if err := r.clash(ctx, m, []contactOf{c}); err != nil {
				return nil, nil, err
			}
		}
	}
	t.report.Members++
	return &importAccount{member: m, made: true, ours: true}, r.Stores.Members.InsertWrites(m, contacts, r.Stores.Clock.Now()), nil
}

// find returns the member that a line is about.
func (r *importRun) find(ctx context.Context, line importLine) (*models.Member, error) {
	var m models.Member
	var err error
	switch line.who.kind {
	case byCard:
		m, err = r.Stores.Members.ByCard(ctx, models.CardNumber(line.who.value))
		if err == nil && m.Program != r.program.ID {
			err = models.Fail(models.NotFound, "unknown_card", "card", "This card is not known here.")
		}
	case byLine:
		var made *models.Member
		if made, err = r.newMember(r.program, *line.enrolment); err == nil {
			m, err = r.Stores.Members.Member(ctx, made.ID)
		}
	default:
		m, err = r.Stores.Members.ByContact(ctx, r.program.ID, line.who.kind, line.who.value)
		if models.KindOf(err) == models.NotFound && line.enrolment == nil {
			err = models.Fail(models.NotFound, "unknown_phone", "phone", "No card goes with this phone number.")
		}
	}
	return &m, err
}

func (r *importRun) stored(ctx context.Context, m *models.Member) (*importAccount, error) {
	if m.ErasedAt != nil {
		return nil, hasLeft()
	}
	last, err := r.newest(ctx, m)
	return &importAccount{member: m, last: models.Entry{Seq: last.Seq, State: last.State}}, err
}

func hasLeft() error {
	return models.Fail(models.Conflict, "erased_member", "customer", "This person has left the program and was erased.")
}

// makeCarefully makes a member step by step, going on from wherever an earlier
// import was cut off.
func (r *importRun) makeCarefully(ctx context.Context, m *models.Member) (*importAccount, error) {
	if err := r.claim(ctx, m); err != nil {
		return nil, err
	}
	first, err := r.Stores.Members.Insert(ctx, m)
	switch {
	case err == nil:
		r.count(func(rep *ImportReport) { rep.Members++ })
		return &importAccount{member: first, made: true, ours: true}, nil
	case !errors.Is(err, store.ErrReplay):
		return nil, err
	case first.ErasedAt != nil:
		// The member was made by this import before, and erased since. What was
		// claimed for them is personal data again and must go.
		return nil, errors.Join(hasLeft(), r.releaseOld(ctx, m, &models.Member{}))
	}
	return r.stored(ctx, first)
}

// existing counts the lines of members that were there before them, and fills
// in what those members lack. What is there is never changed.
func (r *importRun) existing(ctx context.Context, a *importAccount, lines []importLine, t *tally) error {
	refused := map[int]bool{}
	for _, bad := range t.bad {
		refused[bad.Line] = true
	}
	for _, line := range lines {
		if refused[line.number] {
			continue
		}
		err := r.fill(ctx, a, line.enrolment)
		if bad, ok := refusal(err); ok {
			t.refuse(line, bad)
			continue
		}
		if err != nil {
			return err
		}
		t.report.Existing++
	}
	return nil
}

// fill gives a member what a line says and the member lacks: contacts,
// birthday, language, tags, and a name where the number stands for it. Somebody else
// may change the member meanwhile; what they gave is not replaced.
func (r *importRun) fill(ctx context.Context, a *importAccount, e *Enrolment) error {
	for {
		am, lacks := r.lacking(a.member, e)
		switch {
		case !lacks:
			return nil
		case r.in.DryRun:
			return r.planFill(a, am)
		}
		m, err := r.Amend(ctx, am)
		if err == nil {
			a.member = m
			return nil
		}
		if models.CodeOf(err) != "changed_meanwhile" {
			return err
		}
		now, err := r.Stores.Members.Member(ctx, a.member.ID)
		if err != nil {
			return err
		}
		if now.ErasedAt != nil {
			return hasLeft()
		}
		a.member = &now
	}
}

// lacking returns what of a line a member lacks, if there is any.
func (r *importRun) lacking(m *models.Member, e *Enrolment) (am Amendment, lacks bool) {
	am = Amendment{Program: r.program.ID, Member: m.ID, Rev: m.Rev, Source: "import"}
	want := func(has, given string, to **string) {
		if has == "" && given != "" {
			*to, lacks = &given, true
		}
	}
	want(m.Phone, e.Phone, &am.Phone)
	want(m.Email, e.Email, &am.Email)
	want(m.Birthday, e.Birthday, &am.Birthday)
	want(m.Locale, e.Locale, &am.Locale)
	if all := union(m.Tags, e.Tags); len(all) > len(m.Tags) {
		am.Tags, lacks = &all, true
	}
	if m.Customer != "" && m.Name == placeholder(m.Customer) && e.Name != m.Name {
		am.Name, lacks = &e.Name, true
	}
	return am, lacks
}

// union is all of two lists, each once.
func union(a, b []string) []string {
	return slices.Compact(slices.Sorted(slices.Values(slices.Concat(a, b))))
}

// agrees refuses a line whose phone number or e-mail address is another member's
// than the one that it is about: it does not say who is meant. Such a line can't
// make a member; nor may it be taken because another line has made one.
func (r *importRun) agrees(ctx context.Context, a *importAccount, line importLine) error {
	if line.enrolment == nil {
		return nil
	}
	given := contactsOf(&models.Member{Phone: line.enrolment.Phone, Email: line.enrolment.Email})
	has := contactsOf(a.member)
	return r.clash(ctx, a.member, slices.DeleteFunc(given, func(c contactOf) bool { return slices.Contains(has, c) }))
}

// clash refuses the first of the contacts that another member than m has, or in
// a dry run would have.
func (r *importRun) clash(ctx context.Context, m *models.Member, contacts []contactOf) error {
	for _, c := range contacts {
		held, err := r.Stores.Members.ByContact(ctx, r.program.ID, c.kind, c.value)
		if err != nil && models.KindOf(err) != models.NotFound {
			return err
		}
		id, planned := r.planned.holder(c.kind, c.value)
		if err == nil && held.ID != m.ID || planned && id != m.ID {
			return models.Fail(models.Conflict, "already_member", string(c.kind),
				"Another member has this "+c.words+". One "+c.words+" is one person: leave it out of one of the two, or make them one.")
		}
	}
	return nil
}
