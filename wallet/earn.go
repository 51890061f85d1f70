package wallet

import (
	"context"
	"strings"
	"time"

	"regulars/models"
)

// Sale is a purchase that a till reports.
type Sale struct {
	Program  models.ProgramID
	Member   models.MemberID
	Purchase models.Purchase // an empty currency is the program's
	At       time.Time       // zero: now
	Key      string
	Actor    Actor
}

// Earn books a purchase and what it earns.
func (s *Service) Earn(ctx context.Context, sale Sale) (*models.Entry, error) {
	in, err := s.sale(ctx, sale)
	switch {
	case in.Member == nil:
		return nil, err
	case err != nil:
		return s.refused(ctx, in, err)
	}
	return s.post(ctx, in)
}

// Try returns the entry that a purchase would make now, and books nothing.
func (s *Service) Try(ctx context.Context, sale Sale) (*models.Entry, error) {
	in, err := s.sale(ctx, sale)
	if err != nil {
		return nil, err
	}
	program, err := s.Stores.Programs.For(ctx, in.Member)
	if err != nil {
		return nil, err
	}
	last, err := s.newest(ctx, in.Member)
	if err != nil {
		return nil, err
	}
	return s.draft(ctx, program, in, last)
}

// sale makes a posting of a purchase. One that may not be booked comes with the
// reason, for a repeat of one that was booked before.
func (s *Service) sale(ctx context.Context, sale Sale) (posting, error) {
	m, err := s.Member(ctx, sale.Program, sale.Member)
	if err != nil {
		return posting{}, err
	}
	program, err := s.Stores.Programs.For(ctx, m)
	if err != nil {
		return posting{}, err
	}
	b := sale.Purchase
	b.Receipt = strings.TrimSpace(b.Receipt)
	in := posting{
		Member: m, Key: sale.Key, At: sale.At, Actor: sale.Actor,
		Event: models.Event{Kind: models.EntryEarn, Purchase: &b},
		Hash: hashOf(struct { // as it was asked: the program's currency may be another by the time a request is repeated
			Verb     string
			Member   models.MemberID
			Purchase models.Purchase
			At       time.Time
			Location string
		}{"purchase", m.ID, b, sale.At.UTC(), sale.Actor.Location}),
	}
	if b.Currency == "" {
		b.Currency = program.Currency
	}
	if m.Shared && m.Referrer != "" { // nobody brings those of their own household
		by, err := s.Stores.Members.Member(ctx, m.Referrer)
		if err != nil && models.KindOf(err) != models.NotFound {
			return posting{}, err
		}
		in.Alone = by.Account == m.Account
	}
	for _, err := range []error{checkUsable(m), checkPurchase(&b), s.checkTime(sale.At)} {
		if err != nil {
			return in, err
		}
	}
	return in, nil
}

// maxItems is how many lines a purchase has at most.
const maxItems = 200

func checkPurchase(b *models.Purchase) error {
	if _, known := models.CurrencyDigits(b.Currency); !known {
		return models.Fail(models.Invalid, "unknown_currency", "currency", "There is no such currency. Use an ISO 4217 code such as EUR.")
	}
	if len(b.Receipt) > 64 || !printable(b.Receipt) {
		return models.Fail(models.Invalid, "invalid_receipt", "receipt", "A receipt number has at most 64 characters, all of which can be read.")
	}
	if len(b.Items) > maxItems {
		return models.Fail(models.Invalid, "too_many_items", "items", "A purchase has at most 200 lines.")
	}
	for _, item := range b.Items {
		if item.Name == "" || len(item.Name) > 200 || len(item.SKU) > 64 || len(item.Brand) > 200 || len(item.Category) > 200 ||
			!printable(item.Name+item.SKU+item.Brand+item.Category) || item.Quantity <= 0 || item.Amount < 0 ||
			item.Quantity > models.MaxBalance || item.Amount > models.MaxBalance {
			return models.Fail(models.Invalid, "invalid_item", "items", "Each line needs a name, a quantity above zero and an amount of zero or more.")
		}
	}
	return nil
}

// The times that a purchase may claim, around now. Older ones are imported.
const (
	maxAhead  = 5 * time.Minute
	maxBehind = 31 * 24 * time.Hour
)

func (s *Service) checkTime(at time.Time) error {
	now := s.Stores.Clock.Now()
	switch {
	case at.IsZero():
		return nil
	case at.After(now.Add(maxAhead)):
		return models.Fail(models.Invalid, "in_the_future", "at", "A purchase can't be in the future.")
	case at.Before(now.Add(-maxBehind)):
		return models.Fail(models.Invalid, "too_old", "at", "A purchase of more than 31 days ago has to be imported.")
	}
	return nil
}
