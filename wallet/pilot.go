package wallet

import (
	"context"

	"regulars/models"
	"regulars/models/store"
)

// A pilot is a version for those who bear a tag, while everybody else goes on
// with the one in force: inviting somebody is giving them the tag. What was
// booked keeps its version, whoever joins or leaves the pilot.

// Pilot puts terms into force for those who bear a tag, or changes those of the
// pilot that is on. expect is as with Publish.
func (s *Service) Pilot(ctx context.Context, id models.ProgramID, terms models.Terms, tag string, expect int, by models.UserID) (*models.Program, error) {
	if err := models.CheckTag("pilot", tag); err != nil {
		return nil, err
	}
	if err := acceptTerms(&terms); err != nil {
		return nil, err
	}
	current, err := s.Stores.Programs.Current(ctx, id)
	if err != nil {
		return nil, err
	}
	if err := fitTogether(current, &terms); err != nil {
		return nil, err
	}
	next := models.Program{ID: id, Terms: terms, CreatedBy: by, CreatedAt: s.Stores.Clock.Now()}
	return s.Stores.Programs.StartPilot(ctx, next, tag, expect)
}

// EndPilot gives those who were in the pilot what everybody has. To give
// everybody what those had, publish its terms: that ends it too.
func (s *Service) EndPilot(ctx context.Context, id models.ProgramID, expect int, by models.UserID) (*models.Program, error) {
	return s.Stores.Programs.EndPilot(ctx, models.Program{ID: id, CreatedBy: by, CreatedAt: s.Stores.Clock.Now()}, expect)
}

// fitTogether refuses terms that can't be in force beside p: a till counts in one
// currency, and a day is one for all.
func fitTogether(p *models.Program, terms *models.Terms) error {
	switch {
	case p.Currency != terms.Currency:
		return models.Fail(models.Conflict, "pilot_differs", "currency", "A pilot counts in the currency of the program.")
	case p.TimeZone != terms.TimeZone:
		return models.Fail(models.Conflict, "pilot_differs", "time_zone", "A pilot has the time zone of the program.")
	}
	return nil
}

// besidePilot refuses terms that can't be in force beside the pilot, if one is on.
func (s *Service) besidePilot(ctx context.Context, id models.ProgramID, terms *models.Terms) error {
	pilot, err := s.Stores.Programs.Pilot(ctx, id)
	if models.KindOf(err) == models.NotFound {
		return nil
	}
	if err != nil {
		return err
	}
	return fitTogether(pilot.Program, terms)
}

// spreadPilots marks the members of the pilots that their cards show.
func (s *Service) spreadPilots(ctx context.Context) error {
	for pilot, err := range s.Stores.Programs.UnspreadPilots(ctx) {
		if err != nil {
			return err
		}
		shown, err := s.showsOnCards(ctx, pilot.Program)
		if err == nil && shown {
			err = s.markPilot(ctx, pilot)
		}
		if err == nil {
			err = s.Stores.Programs.SpreadPilot(ctx, pilot.ID, pilot.Version)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) markPilot(ctx context.Context, pilot store.Pilot) error {
	now := s.Stores.Clock.Now()
	for m, err := range s.Stores.Members.Tagged(ctx, pilot.ID, pilot.Tag) {
		if err == nil && m.IssuedAt != nil {
			err = s.Stores.Refreshes.Mark(ctx, &m, models.PriorityService, now)
		}
		if err != nil {
			return err
		}
	}
	s.nudge(models.PriorityService)
	return nil
}
