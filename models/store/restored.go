package store

import (
	"context"
	"errors"
	"time"

	"regulars/models"
)

// Renewed is how much Renew has made due.
type Renewed struct {
	Devices int // Apple devices that will be pushed to
	Objects int // Google objects that will be sent
}

// Renew makes every pass a new version, whatever it says, and has every phone
// told of it: every device's push is due and every Google object is due to be
// sent. It is for a database that was put back to an earlier state, where
// neither what phones hold nor what they were told of is known. It may be done
// again at any time.
func (s *Passes) Renew(ctx context.Context, now time.Time) (Renewed, error) {
	var done Renewed
	for p, err := range s.passes.Find(ctx, Query{Sort: []string{"_id"}}) {
		if err != nil {
			return done, err
		}
		if _, err := s.passes.UpdateFrom(ctx, p, func(p *models.Pass) error { return renewPass(p, now) }); err != nil {
			return done, err
		}
		if p.Platform == models.Google {
			done.Objects++
		}
	}
	for d, err := range s.devices.Find(ctx, Query{Sort: []string{"_id"}}) {
		if err != nil {
			return done, err
		}
		_, err = s.devices.UpdateFrom(ctx, d, func(d *models.Device) error { return renewDevice(d, now) })
		if err != nil && !errors.Is(err, ErrNotFound) {
			return done, err
		}
		done.Devices++
	}
	return done, nil
}

// renewPass also renews the date, so that no phone takes its copy for current.
func renewPass(p *models.Pass, now time.Time) error {
	p.Version++
	p.ChangedAt = p.ChangedAt.Add(time.Second) // strictly rising
	if second := now.UTC().Truncate(time.Second); second.After(p.ChangedAt) {
		p.ChangedAt = second
	}
	if p.Platform == models.Google {
		p.PutDue, p.PutPriority, p.Puts, p.Putting = &now, models.PriorityCampaign, 0, ""
		if p.SavedAt != nil || p.RemovedAt != nil { // others may hold it by now
			p.RemovedAt, p.HoldersDue = nil, &now
			p.Heard++
		}
		return nil
	}
	p.Announced = p.Version // by renewDevice
	return nil
}

func renewDevice(d *models.Device, now time.Time) error {
	d.Counter++
	for serial := range d.Serials {
		d.Serials[serial] = d.Counter
	}
	d.PushDue, d.Pushes = &now, 0
	return nil
}
