package wallet

import (
	"context"
	"time"

	"regulars/models"
	"regulars/passes"
	"regulars/passes/art"
)

// maxAway is how far away the start of a version may be, in years.
const maxAway = 1

// Publish puts terms into force as the next version of a program, and returns
// it; where they are in force already nothing changes, and the version in force
// comes back. expect is the version that the author saw, 0 for a new program, -1
// for any. Members whose cards say something else now are refreshed by and by,
// behind the tills. A scheduled version stays, and comes into force at its time.
func (s *Service) Publish(ctx context.Context, id models.ProgramID, terms models.Terms, expect int, by models.UserID) (*models.Program, error) {
	return s.publish(ctx, models.Program{ID: id, Terms: terms, CreatedBy: by}, expect)
}

// Schedule keeps terms as the version that comes into force at a moment, for all
// instances at once, in the place of the one that was to. What is booked before
// keeps the version in force then, by when it is recorded. Terms that are in
// force already, with nothing else to follow, make no version.
func (s *Service) Schedule(
	ctx context.Context, id models.ProgramID, terms models.Terms, at time.Time, expect int, by models.UserID,
) (*models.Program, error) {
	if _, err := s.Stores.Programs.Current(ctx, id); err != nil {
		return nil, err
	}
	at = at.UTC().Truncate(time.Millisecond)
	if now := s.Stores.Clock.Now(); !at.After(now) || at.After(now.AddDate(maxAway, 0, 0)) {
		return nil, models.Fail(models.Invalid, "invalid_start", "starts_at", "A version starts in the future, and within a year.")
	}
	return s.publish(ctx, models.Program{ID: id, Terms: terms, CreatedBy: by, StartsAt: &at}, expect)
}

func (s *Service) publish(ctx context.Context, next models.Program, expect int) (*models.Program, error) {
	if err := models.CheckProgramID(next.ID); err != nil {
		return nil, err
	}
	if err := acceptTerms(&next.Terms); err != nil {
		return nil, err
	}
	if err := s.besidePilot(ctx, next.ID, &next.Terms); err != nil {
		return nil, err
	}
	next.CreatedAt = s.Stores.Clock.Now()
	return s.Stores.Programs.Publish(ctx, next, expect)
}

// acceptTerms refuses terms that no program may have, and makes their pictures
// as the cards carry them.
func acceptTerms(terms *models.Terms) error {
	if err := models.CheckTerms(terms); err != nil {
		return err
	}
	for field, picture := range map[string]*[]byte{"brand.logo": &terms.Brand.Logo, "brand.strip": &terms.Brand.Strip, "brand.stamps.picture": &terms.Brand.Stamps.Picture} {
		if len(*picture) == 0 {
			continue
		}
		var err error
		if *picture, err = art.Accept(field, *picture); err != nil {
			return err
		}
	}
	return nil
}

// spreadRound marks the members of the programs that have a new version which
// their cards show. It is a worker's work and not the publisher's, because it
// may take a while and has to be gone on with after a crash.
func (s *Service) spreadRound(ctx context.Context) (int, error) {
	for p, err := range s.Stores.Programs.Unspread(ctx) {
		if err != nil {
			return 0, err
		}
		shown, err := s.showsOnCards(ctx, p)
		if err != nil {
			return 0, err
		}
		if shown {
			if err := s.markAll(ctx, p.ID); err != nil {
				return 0, err
			}
		}
		if err := s.Stores.Programs.Spread(ctx, p.ID, p.Version); err != nil {
			return 0, err
		}
	}
	return 0, s.spreadPilots(ctx)
}

// showsOnCards reports whether some card may look otherwise under p. Since the
// version that all members were marked for there may have been others, and a
// card that changed meanwhile shows one of them.
func (s *Service) showsOnCards(ctx context.Context, p *models.Program) (bool, error) {
	marked, err := s.Stores.Programs.Marked(ctx, p.ID)
	if err != nil {
		return false, err
	}
	for v := max(marked, 1); v < p.Version; v++ {
		old, err := s.Stores.Programs.Version(ctx, p.ID, v)
		if err != nil {
			return false, err
		}
		if !passes.SameLook(old, p) {
			return true, nil
		}
	}
	return false, nil
}

func (s *Service) markAll(ctx context.Context, program models.ProgramID) error {
	now := s.Stores.Clock.Now()
	for m, err := range s.Stores.Members.All(ctx, program) {
		if err != nil {
			return err
		}
		if err := s.Stores.Refreshes.Mark(ctx, &m, models.PriorityCampaign, now); err != nil {
			return err
		}
	}
	for v, err := range s.Stores.Vouchers.InWallets(ctx, program) {
		if err != nil {
			return err
		}
		if err := s.Stores.Refreshes.Mark(ctx, holder(v.ID), models.PriorityCampaign, now); err != nil {
			return err
		}
	}
	return nil
}
