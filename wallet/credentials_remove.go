package wallet

import (
	"context"
	"strconv"
	"time"

	"regulars/models"
	"regulars/models/store"
)

// RemoveCredential takes a credential out of use and its secret out of the
// database, for good; who added and removed it stays on record. It is refused, as a
// Conflict that counts them, while cards in phones can be updated with no other,
// unless force is set. With a program, only what is that program's own can be
// removed.
func (s *Service) RemoveCredential(ctx context.Context, id models.CredentialID, program models.ProgramID, force bool, by models.UserID) error {
	c, err := s.Stores.Credentials.Credential(ctx, id)
	if err == nil && program != "" && c.Program != program {
		err = models.Fail(models.NotFound, "unknown_credential", "credential", "There is no such credential.")
	}
	if err != nil || c.RemovedAt != nil {
		return err
	}
	if !force {
		n, err := s.Depending(ctx, &c)
		switch {
		case err != nil:
			return err
		case n > 0:
			return models.Fail(models.Conflict, "credential_in_use", "credential",
				"Cards that were issued with it and could not be updated any more: "+strconv.FormatInt(n, 10)+
					". Add its successor first, or remove it by force: the cards stay in the phones as they are, until each is issued anew.")
		}
	}
	if err := s.drop(ctx, id, by); err != nil {
		return err
	}
	s.Log.InfoContext(ctx, "credential removed", "credential", id, "kind", c.Kind, "program", c.Program, "of", c.Type, "by", by)
	return s.LoadCredentials(ctx)
}

func (s *Service) drop(ctx context.Context, id models.CredentialID, by models.UserID) error {
	now := s.Stores.Clock.Now()
	_, err := s.Stores.Credentials.Update(ctx, id, func(c *models.Credential) error {
		if c.RemovedAt != nil {
			return store.Unchanged
		}
		c.Remove(now, by)
		return nil
	})
	return err
}

// Depending counts the passes that could not be updated without a credential.
// Those that the server was started with count as its like, where it runs.
func (s *Service) Depending(ctx context.Context, c *models.Credential) (int64, error) {
	all, err := s.Stores.Credentials.All(ctx)
	if err != nil {
		return 0, err
	}
	now := s.Stores.Clock.Now()
	if c.NotAfter != nil && now.After(*c.NotAfter) || s.startedWith(c, now) {
		return 0, nil // it is of no use already, or not the only one
	}
	for i := range all {
		if replaces(&all[i], c, now) {
			return 0, nil
		}
	}
	switch c.Kind {
	case models.AppleCredential:
		return s.Stores.Passes.CountOf(ctx, models.Apple, c.Type, "")
	case models.GoogleCredential:
		return s.Stores.Passes.CountOf(ctx, models.Google, c.Type+".", c.Program)
	}
	return 0, nil // pushes go with the certificate then
}

// replaces reports whether another credential does what c does.
func replaces(o, c *models.Credential, now time.Time) bool {
	switch {
	case o.ID == c.ID || o.Kind != c.Kind || o.Type != c.Type || o.RemovedAt != nil:
		return false
	case c.Kind == models.AppleCredential:
		return !now.After(*o.NotAfter) && !now.Before(*o.NotBefore)
	}
	return o.Serves(c.Program)
}

func (s *Service) startedWith(c *models.Credential, now time.Time) bool {
	switch {
	case c.Kind == models.AppleCredential && s.Apple != nil:
		started := s.Apple.certificates.Load().started()
		return started.passType == c.Type && started.good(now)
	case c.Kind == models.GoogleCredential:
		for _, a := range s.Google.inUse() {
			if a.started() && a.issuer == c.Type {
				return true
			}
		}
	}
	return false
}
