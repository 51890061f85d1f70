package wallet

import (
	"context"
	"time"

	"regulars/models"
	"regulars/models/store"
)

// SettlementReport is who owes whom for some days of a coalition. Once the days are
// closed it never changes.
type SettlementReport struct {
	Program models.ProgramID `json:"program"`
	models.Days
	Closed   bool   `json:"closed"` // nothing more can be recorded on these days
	Currency string `json:"currency"`
	models.Statement
}

// Settle makes up the settlement of some days. It goes through what was recorded
// on them, and holds the sums alone.
func (s *Service) Settle(ctx context.Context, id models.ProgramID, days models.Days) (*SettlementReport, error) {
	sums := models.NewSettlement()
	p, err := s.recorded(ctx, id, days, func(version *models.Program, e, original *models.Entry) {
		kind := e.Kind
		if original != nil {
			kind = original.Kind
		}
		sums.Add(version, e, kind)
	})
	if err != nil {
		return nil, err
	}
	return &SettlementReport{Program: id, Days: days, Closed: s.closed(p, days), Currency: p.Currency, Statement: sums.Statement(p)}, nil
}

// DonationReport is what charities were given on some days. Once the days are closed it
// never changes.
type DonationReport struct {
	Program models.ProgramID `json:"program"`
	models.Days
	Closed    bool             `json:"closed"` // nothing more can be recorded on these days
	Currency  string           `json:"currency"`
	Charities []models.Donated `json:"charities"`
	Total     int64            `json:"total"` // of all charities, in minor units
}

// Donations adds up what charities were given on some days.
func (s *Service) Donations(ctx context.Context, id models.ProgramID, days models.Days) (*DonationReport, error) {
	sums := models.NewDonations()
	p, err := s.recorded(ctx, id, days, sums.Add)
	if err != nil {
		return nil, err
	}
	d := &DonationReport{Program: id, Days: days, Closed: s.closed(p, days), Currency: p.Currency, Charities: sums.Totals()}
	for _, to := range d.Charities {
		d.Total += to.Total
	}
	return d, nil
}

// recorded goes through the entries of a program that were recorded on some
// days. What takes another back comes with that, and the version is the one that
// this, or the entry itself, was made under. It returns the version in force.
func (s *Service) recorded(ctx context.Context, id models.ProgramID, days models.Days, add func(version *models.Program, e, original *models.Entry)) (*models.Program, error) {
	if err := days.Check(); err != nil {
		return nil, err
	}
	p, err := s.Stores.Programs.Current(ctx, id)
	if err != nil {
		return nil, err
	}
	from, until := days.Around(p)
	for e, err := range s.Stores.Ledger.RecordedBetween(ctx, from, until) {
		if err != nil {
			return nil, err
		}
		if e.Program != id {
			continue
		}
		version, err := s.Stores.Programs.Version(ctx, id, e.Version)
		if err != nil {
			return nil, err
		}
		if !days.Has(version, e.RecordedAt) {
			continue
		}
		var original *models.Entry
		if e.TakesBack() {
			o, err := s.Stores.Ledger.Entry(ctx, e.Ref)
			if err != nil {
				return nil, err
			}
			if version, err = s.Stores.Programs.Version(ctx, id, o.Version); err != nil {
				return nil, err
			}
			original = &o
		}
		add(version, &e, original)
	}
	return p, nil
}

// closed reports whether days are over, in the zone of p, and so is the time that
// an entry may take from its time to its place.
func (s *Service) closed(p *models.Program, days models.Days) bool {
	return s.Stores.Clock.Now().After(p.DayBegins(days.To, 1).Add(store.Stale + time.Minute))
}
