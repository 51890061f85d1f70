package store

import (
	"context"
	"errors"
	"time"

	"regulars/models"
)

// Exclusive reports whether no other process can have the database open, so
// that whoever claimed something before we started is gone.
func (db *DB) Exclusive() bool { return db.name == "sqlite" }

// Free makes due what is leased, for at most so long, to workers that are gone.
func (s *Refreshes) Free(ctx context.Context, now time.Time, lease time.Duration) error {
	for p := models.PriorityTill; p <= models.PriorityImport; p++ {
		q := Query{Where: And(Eq("priority", int(p)), Gt("due", now), Lte("due", now.Add(lease)))}
		for r, err := range s.refreshes.Find(ctx, q) {
			if err != nil {
				return err
			}
			if r.Lease == "" {
				continue // it waits for another reason
			}
			if err := s.Postpone(ctx, r, now, 0, r.Trouble); err != nil {
				return err
			}
		}
	}
	return nil
}

// FreePushes makes due the pushes that workers who are gone had claimed. A
// device that waits for its next push looks the same and gets it sooner, which
// does no harm; but who was told to wait waits.
func (s *Passes) FreePushes(ctx context.Context, now time.Time, lease time.Duration) error {
	for d, err := range s.devices.Find(ctx, Query{Where: And(Gt("push_due", now), Lte("push_due", now.Add(lease)))}) {
		if err != nil {
			return err
		}
		if d.PushFails > 0 {
			continue
		}
		_, err := s.devices.UpdateFrom(ctx, d, func(d *models.Device) error {
			d.PushDue = &now
			return nil
		})
		if err != nil && !errors.Is(err, ErrNotFound) {
			return err
		}
	}
	return nil
}
