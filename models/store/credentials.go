package store

import (
	"context"
	"errors"
	"time"

	"regulars/models"
)

// Credentials keeps what the businesses show Apple and Google, with their
// secrets sealed.
type Credentials struct {
	credentials *Collection[models.Credential]
}

func openCredentials(ctx context.Context, db *DB) (*Credentials, error) {
	c, err := Open[models.Credential](ctx, db, Schema{
		Name: "credentials",
		Indexes: []Index{
			{Fields: []string{"changed_at"}},
			{Fields: []string{"key"}, Unique: true, Sparse: true}, // one request adds one
		},
	})
	return &Credentials{c}, err
}

// All returns every credential, those that were removed too.
func (s *Credentials) All(ctx context.Context) ([]models.Credential, error) {
	return collect(s.credentials.Find(ctx, Query{}))
}

// Since returns those that changed at a time or later: how instances hear of
// what others did, in one look that mostly finds nothing.
func (s *Credentials) Since(ctx context.Context, at time.Time) ([]models.Credential, error) {
	return collect(s.credentials.Find(ctx, Query{Where: Gte("changed_at", at), Sort: []string{"changed_at"}}))
}

// Credential returns one by its id; a NotFound Error when there is none.
func (s *Credentials) Credential(ctx context.Context, id models.CredentialID) (models.Credential, error) {
	c, err := s.credentials.Get(ctx, string(id))
	return c, unknownCredential(err)
}

// Put makes or changes a credential. It reports a *DuplicateError when the key of
// the request that adds it has added another.
func (s *Credentials) Put(ctx context.Context, id models.CredentialID, change func(c *models.Credential, exists bool) error) (models.Credential, error) {
	return s.credentials.Upsert(ctx, string(id), change)
}

// Update changes one that is there; a NotFound Error when it is not.
func (s *Credentials) Update(ctx context.Context, id models.CredentialID, change func(c *models.Credential) error) (models.Credential, error) {
	c, err := s.credentials.Update(ctx, string(id), change)
	return c, unknownCredential(err)
}

func unknownCredential(err error) error {
	if errors.Is(err, ErrNotFound) {
		return models.Fail(models.NotFound, "unknown_credential", "credential", "There is no such credential.")
	}
	return err
}
