package wallet

import (
	"context"

	"regulars/models"
	"regulars/models/store"
	"regulars/wallet/secrets"
)

// Rewrapped says what became of the secrets when the master key was changed.
type Rewrapped struct {
	Done    int                   // sealed under the first key now
	Before  int                   // were so before
	Locked  []models.CredentialID // their key is not here
	Damaged []models.CredentialID
}

// RewrapSecrets seals every secret under the first of the keys. Each is one
// write, so that it can be cut off and begun again. Running servers go on, as long
// as they have both keys when they start.
func (s *Service) RewrapSecrets(ctx context.Context) (Rewrapped, error) {
	var r Rewrapped
	if !s.Secrets.Any() {
		_, err := s.Secrets.Seal(nil, secrets.Place{})
		return r, err
	}
	all, err := s.Stores.Credentials.All(ctx)
	if err != nil {
		return r, err
	}
	for i := range all {
		if all[i].RemovedAt != nil {
			continue
		}
		if err := s.rewrap(ctx, &all[i], &r); err != nil {
			return r, err
		}
	}
	return r, nil
}

func (s *Service) rewrap(ctx context.Context, seen *models.Credential, r *Rewrapped) error {
	var damaged error
	wrapped := false
	_, err := s.Stores.Credentials.Update(ctx, seen.ID, func(c *models.Credential) error {
		damaged, wrapped = nil, false
		if c.RemovedAt != nil || s.Secrets.Seals(c.Sealed.Key) {
			return store.Unchanged
		}
		sealed, err := s.Secrets.Rewrap(c.Sealed, safe(c))
		if err != nil {
			damaged = err
			return store.Unchanged
		}
		c.Sealed, wrapped = sealed, true
		return nil
	})
	switch {
	case err != nil:
		return err
	case models.KindOf(damaged) == models.Unavailable:
		r.Locked = append(r.Locked, seen.ID)
	case damaged != nil:
		r.Damaged = append(r.Damaged, seen.ID)
	case wrapped:
		r.Done++
	default:
		r.Before++
	}
	return nil
}
