package store

import (
	"context"
	"errors"

	"regulars/models"
)

// keptComplaints is how many are kept about one pass, and as many about none.
const keptComplaints = 10

// complaints are the last about one pass, oldest first.
type complaints struct {
	Serial models.Serial      `bson:"_id"`
	Rev    int64              `bson:"rev"`
	Said   []models.Complaint `bson:"said"`
}

// noPass stands for the serial of complaints that name no pass.
const noPass models.Serial = "none"

func openComplaints(ctx context.Context, db *DB) (*Collection[complaints], error) {
	return Open[complaints](ctx, db, Schema{Name: "complaints", Fleeting: true})
}

// Complain keeps what phones complained of about a pass, or about none when
// serial is empty; the oldest go.
func (s *Passes) Complain(ctx context.Context, serial models.Serial, said ...models.Complaint) error {
	if serial == "" {
		serial = noPass
	}
	_, err := s.complaints.Upsert(ctx, string(serial), func(c *complaints, _ bool) error {
		c.Said = append(c.Said, said...)
		c.Said = c.Said[max(0, len(c.Said)-keptComplaints):]
		return nil
	})
	return err
}

// Complaints returns what is kept about a pass, or about none when serial is
// empty, oldest first.
func (s *Passes) Complaints(ctx context.Context, serial models.Serial) ([]models.Complaint, error) {
	if serial == "" {
		serial = noPass
	}
	c, err := s.complaints.Get(ctx, string(serial))
	if errors.Is(err, ErrNotFound) {
		return nil, nil
	}
	return c.Said, err
}

// DropComplaints forgets the complaints about a pass.
func (s *Passes) DropComplaints(ctx context.Context, serial models.Serial) error {
	return s.complaints.Delete(ctx, string(serial))
}
