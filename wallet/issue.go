package wallet

import (
	"context"
	"time"

	"regulars/models"
	"regulars/models/store"
	"regulars/passes"
	"regulars/passes/google"
)

// DownloadURL is the link that puts the member's card into an iPhone.
func (s *Service) DownloadURL(m *models.Member) string {
	return s.BaseURL + "/p/" + m.Download + ".pkpass"
}

// SaveURL is the link that puts the member's card into an Android phone. It
// leads to Google by way of us, so that the object is there before the person
// arrives.
func (s *Service) SaveURL(m *models.Member) string { return s.BaseURL + "/g/" + m.Download }

// PageURL is the member's own page.
func (s *Service) PageURL(m *models.Member) string { return s.BaseURL + "/m/" + m.Page }

// Download returns the Apple pass that a download link leads to, issuing it
// the first time.
func (s *Service) Download(ctx context.Context, token string) (Fetched, error) {
	m, err := s.Stores.Members.ByDownload(ctx, token)
	if err != nil {
		return Fetched{}, err
	}
	if m.ErasedAt != nil {
		return Fetched{}, models.Fail(models.NotFound, "unknown_member", "", "This link leads nowhere any more.")
	}
	pass, err := s.issue(ctx, &m, models.Apple)
	if err != nil {
		return Fetched{}, err
	}
	return s.handOut(ctx, pass)
}

// handOut hands out a pass by its link: the next phone to register is taken to hold
// this version.
func (s *Service) handOut(ctx context.Context, pass models.Pass) (Fetched, error) {
	if pass.Given < pass.Version {
		if _, err := s.Stores.Passes.Update(ctx, pass.Serial, func(p *models.Pass) error {
			p.Given = max(p.Given, pass.Version)
			return nil
		}); err != nil {
			return Fetched{}, err
		}
	}
	return s.serve(ctx, pass)
}

// Save returns the address at Google where the card of a save link is put
// into the phone, issuing the card the first time.
func (s *Service) Save(ctx context.Context, token string) (string, error) {
	m, err := s.Stores.Members.ByDownload(ctx, token)
	if err != nil {
		return "", err
	}
	if m.ErasedAt != nil {
		return "", models.Fail(models.NotFound, "unknown_member", "", "This link leads nowhere any more.")
	}
	if !s.Google.Any() {
		return "", noGoogle()
	}
	pass, err := s.issue(ctx, &m, models.Google)
	if err != nil {
		return "", err
	}
	needed := int64(1) // in a phone what is not the latest is replaced in a moment
	if pass.Resting() {
		if pass, err = s.wakePass(ctx, pass); err != nil {
			return "", err
		}
		needed = pass.Version // nobody knows how old the one at Google is
	}
	if pass.Sent < pass.Version {
		if err := s.putFor(ctx, pass.Serial, needed); err != nil {
			return "", err
		}
	}
	return s.Google.link(&pass, s.Stores.Clock.Now())
}

// issue returns the member's pass for a platform, made now if there is none.
func (s *Service) issue(ctx context.Context, m *models.Member, platform models.Platform) (models.Pass, error) {
	pass, err := s.Stores.Passes.Of(ctx, m.ID, platform)
	if models.KindOf(err) != models.NotFound {
		return pass, err
	}
	program, err := s.Stores.Programs.For(ctx, m)
	if err != nil {
		return models.Pass{}, err
	}
	now := s.Stores.Clock.Now()
	passType, err := s.typeOf(program, platform, now)
	if err != nil {
		return models.Pass{}, err
	}
	// An entry booked between our look at the ledger and the pass's birth sees
	// no pass to refresh.
	hold, err := s.Stores.Refreshes.Announce(ctx, m, models.PriorityService, now)
	if err != nil {
		return models.Pass{}, err
	}
	// And whoever books now without a mark finds the member changed afterwards.
	if *m, err = s.Stores.Members.UpdateFrom(ctx, *m, func(m *models.Member) error {
		if m.IssuedAt != nil {
			return store.Unchanged
		}
		m.IssuedAt = &now
		return nil
	}); err != nil {
		return models.Pass{}, err
	}
	last, err := s.newest(ctx, m)
	if err != nil {
		return models.Pass{}, err
	}
	c, err := s.content(ctx, program, m, &last)
	if err != nil {
		return models.Pass{}, err
	}
	pass = models.Pass{
		Serial: models.Serial(newID(s.random())), Member: m.ID, Program: m.Program, Platform: platform, Type: passType,
		Token: newID(s.random()), Content: c.text, Basis: c.basis, Version: 1, Announced: 1,
		ChangedAt: wholeSecond(now), CreatedAt: now,
	}
	if platform == models.Google {
		pass.Kind = program.CardKind()
		pass.Beside = beside(&pass, c.beside)
	}
	if pass, err = s.Stores.Passes.Insert(ctx, &pass); err != nil {
		return models.Pass{}, err
	}
	if err := s.Stores.Refreshes.Confirm(ctx, m, models.PriorityService, now, hold); err != nil {
		return models.Pass{}, err
	}
	s.nudge(models.PriorityService)
	return pass, nil
}

// typeOf is the type of a program's new passes. Those that were issued before
// keep theirs, whatever a business adds meanwhile.
func (s *Service) typeOf(program *models.Program, platform models.Platform, now time.Time) (string, error) {
	if platform == models.Apple {
		return s.Apple.TypeOf(program.ID, now), nil
	}
	issuer, ok := s.Google.issuerOf(program.ID)
	if !ok {
		return "", noGoogle()
	}
	return google.CardClassID(program.CardKind(), issuer, program.ID), nil
}

func noGoogle() error {
	return models.Fail(models.NotFound, "no_google", "", "This business has no cards for Google Wallet. The card works from the web page as well.")
}

// content is what a member's card should say, and what that was made from.
type content struct {
	text   []byte
	basis  models.Basis
	voided bool     // it is no card any more
	beside []string // the ids of the vouchers that stand beside it, where the program has them there
}

// content is what the member's card should say after the entry last.
func (s *Service) content(ctx context.Context, program *models.Program, m *models.Member, last *models.Entry) (content, error) {
	state := last.State
	if last.Seq == 0 {
		state = program.Start()
	}
	basis := models.Basis{Seq: last.Seq, Member: m.Rev, Program: program.Version}
	if m.Own != "" {
		basis.Account = m.Account
	}
	shown := passes.Of(program, m, state, s.PageURL(m), s.Stores.Clock.Now())
	c := content{basis: basis, voided: shown.Voided}
	if program.ShowsVouchers() && !shown.Voided { // it is one look more
		vouchers, err := s.MemberVouchers(ctx, m)
		if err != nil {
			return content{}, err
		}
		if len(program.Offers) > 0 { // or nobody would know of them
			shown.Vouchers = passes.VouchersOf(program, vouchers)
		}
		if program.Card.Google.Vouchers {
			c.beside = besideOf(vouchers)
		}
	}
	c.text = shown.Encode()
	return c, nil
}
