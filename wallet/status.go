package wallet

import (
	"context"
	"errors"
	"time"

	"regulars/models"
	"regulars/models/store"
)

// Stage is how far the newest version of a pass has come on its way to the
// phone.
type Stage string

// The stages, from the first. Google tells no more than that it has accepted,
// and whether anybody holds the card.
const (
	Offered   Stage = "offered"  // no phone holds the pass
	Queued    Stage = "queued"   // waiting to be sent
	Accepted  Stage = "accepted" // Apple or Google has taken it
	Asked     Stage = "asked"    // the phone has asked what is new
	Delivered Stage = "fetched"  // the phone has fetched it
	TakenOut  Stage = "removed"  // nobody holds the pass any more
)

// PassStatus is where a member's pass stands.
type PassStatus struct {
	Platform models.Platform
	Stage    Stage
	At       time.Time // when it came there; zero when that is not known
	Devices  int       // that hold it; Google does not tell
	SavedAt  time.Time // when somebody last saved it in Google Wallet, where it still is; zero when not known
	Trouble  string    // why the last attempt to reach the phone failed: a code, or the wallet's own words
	Since    time.Time // with Trouble: when the phone was last up to date, as far as we know
}

// Status returns where the member's passes stand.
func (s *Service) Status(ctx context.Context, member models.MemberID) ([]PassStatus, error) {
	all, err := s.Stores.Passes.All(ctx, member)
	if err != nil {
		return nil, err
	}
	refresh, err := s.Stores.Refreshes.Of(ctx, member)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return nil, err
	}
	var out []PassStatus
	for _, p := range all {
		status := googleStatus(&p)
		if p.Platform == models.Apple {
			if status, err = s.appleStatus(ctx, &p); err != nil {
				return nil, err
			}
		}
		if refresh.Trouble != "" && status.Stage != Offered && status.Stage != TakenOut {
			// What the pass should say could not be worked out, so what stands on
			// it is not the latest.
			status.Stage, status.Trouble, status.Since, status.At = Queued, refresh.Trouble, status.At, time.Time{}
		}
		out = append(out, status)
	}
	return out, nil
}

func googleStatus(p *models.Pass) PassStatus {
	if p.Resting() {
		return PassStatus{Platform: models.Google, Stage: TakenOut, At: *p.RemovedAt}
	}
	status := PassStatus{Platform: models.Google, Stage: Queued, At: p.ChangedAt, Trouble: p.Trouble, Since: p.ChangedAt}
	if p.SavedAt != nil {
		status.SavedAt = *p.SavedAt
	}
	switch {
	case p.Sent == 0:
		status.Stage, status.At = Offered, p.CreatedAt
	case p.Sent >= p.Version:
		status.Stage = Accepted
	}
	return status
}

// appleStatus tells of the device that has come furthest.
func (s *Service) appleStatus(ctx context.Context, p *models.Pass) (PassStatus, error) {
	status := PassStatus{Platform: models.Apple, Stage: Offered, At: p.CreatedAt}
	registrations, err := s.Stores.Passes.Registrations(ctx, p.Serial)
	if err != nil || len(registrations) == 0 {
		return status, err
	}
	status.Devices, status.Stage, status.At = len(registrations), Queued, p.ChangedAt
	if p.Fetched >= p.Version && p.FetchedAt != nil {
		status.Stage, status.At = Delivered, *p.FetchedAt
		return status, nil
	}
	if p.Announced < p.Version {
		return status, nil
	}
	for _, r := range registrations {
		d, err := s.Stores.Passes.Device(ctx, r.Device)
		if errors.Is(err, store.ErrNotFound) {
			continue
		}
		if err != nil {
			return status, err
		}
		change := d.Serials[p.Serial]
		switch {
		case d.Asked >= change && d.AskedAt != nil:
			status.Stage, status.At = Asked, *d.AskedAt
		case d.Pushed >= change && d.PushedAt != nil && status.Stage == Queued:
			status.Stage, status.At = Accepted, *d.PushedAt
		}
	}
	return status, nil
}
