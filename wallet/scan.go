package wallet

import (
	"context"

	"regulars/models"
	"regulars/models/store"
	"regulars/passes/barcode"
	"regulars/passes/google"
)

// Scan is Identify for a code that somebody shows at a till. Of a code that changes
// by itself it also wants to know that it is of now and the first of its moment, so
// that a picture of a card, or a scan by somebody else, is good for nothing: else
// it is a Conflict, code_stale or code_used. Where a program does not take the codes
// that don't change, one of those is code_static.
func (s *Service) Scan(ctx context.Context, program models.ProgramID, code string) (*Identified, error) {
	found, err := s.Identify(ctx, program, code)
	if err != nil || found.Member.ID == "" || found.Voucher != nil {
		return found, err
	}
	if number, moment, changes, _ := barcode.ParseRotating(code); changes {
		err = s.spend(ctx, number, moment)
	} else if found.Program.Card.Google.Static == models.StaticRefused {
		err = s.mayBeStatic(ctx, code)
	}
	if err != nil {
		return nil, err
	}
	return found, nil
}

// spend takes the code of a moment, once: of two tills that scan it, one wins.
func (s *Service) spend(ctx context.Context, number models.CardNumber, moment string) error {
	m, err := s.Stores.Members.ByCard(ctx, number)
	if err != nil {
		return err
	}
	pass, err := s.Stores.Passes.Of(ctx, m.ID, models.Google)
	if models.KindOf(err) == models.NotFound {
		return stale()
	}
	if err != nil {
		return err
	}
	now := s.Stores.Clock.Now()
	_, err = s.Stores.Passes.UpdateFrom(ctx, pass, func(p *models.Pass) error {
		if p.Rotation == nil {
			return stale()
		}
		began, ok := google.CheckTOTP(p.Rotation.Key, google.TOTPPeriod, moment, now)
		switch {
		case !ok:
			return stale()
		case !began.After(p.Rotation.Used):
			return models.Fail(models.Conflict, "code_used", "code", "This code was scanned before. Wait for the next one on the phone and scan that.")
		}
		p.Rotation = &models.Rotation{Key: p.Rotation.Key, Used: began}
		return nil
	})
	return err
}

func stale() error {
	return models.Fail(models.Conflict, "code_stale", "code", "This code is not the one of this moment. Open the card in Google Wallet and scan it there.")
}

// mayBeStatic returns a Conflict for the number of a card that has a changing code
// in Google Wallet, unless its member has the card in an iPhone as well, which
// can't show that. A phone number, and a voucher, are no card's number.
func (s *Service) mayBeStatic(ctx context.Context, code string) error {
	number, err := barcode.Parse(code)
	if err != nil {
		return nil //nolint:nilerr // it was found by something else
	}
	m, err := s.Stores.Members.ByCard(ctx, number)
	if err != nil {
		return err
	}
	all, err := s.Stores.Passes.All(ctx, m.ID)
	if err != nil {
		return err
	}
	changes := false
	for i := range all {
		if all[i].Platform == models.Apple {
			return nil
		}
		changes = changes || all[i].Rotation != nil && all[i].Sent > 0 && !all[i].Resting()
	}
	if changes {
		return models.Fail(models.Conflict, "code_static", "code", "The code of this card changes. Open the card in Google Wallet and scan the code there.")
	}
	return nil
}

// turning returns a card that is about to be sent with the key of its changing
// barcode, made now if the program wants one and the card has none.
func (s *Service) turning(ctx context.Context, p *models.Program, pass models.Pass) (models.Pass, error) {
	if !p.Card.Google.Rotating || pass.Rotation != nil {
		return pass, nil
	}
	kept, err := s.Stores.Passes.Update(ctx, pass.Serial, func(p *models.Pass) error {
		if p.Rotation != nil {
			return store.Unchanged
		}
		p.Rotation = &models.Rotation{Key: google.NewTOTPKey()}
		return nil
	})
	pass.Rotation = kept.Rotation // and no more: the content is the one that was claimed
	return pass, err
}
