package store

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"time"

	"regulars/models"
)

// Passes keeps the cards in the phones, and for Apple's the devices that hold
// them and what these complain of.
type Passes struct {
	passes        *Collection[models.Pass]
	devices       *Collection[models.Device]
	registrations *Collection[models.Registration]
	complaints    *Collection[complaints]
}

func openPasses(ctx context.Context, db *DB) (*Passes, error) {
	passes, err := Open[models.Pass](ctx, db, Schema{
		Name: "passes",
		Indexes: []Index{
			{Fields: []string{"member", "platform"}, Unique: true},
			{Fields: []string{"put_priority", "put_due"}, Sparse: true},
			{Fields: []string{"program", "platform", "sent"}},
			{Fields: []string{"holders_due"}, Sparse: true},
		},
		Fields: []string{"removed_at", "type"},
	})
	if err != nil {
		return nil, err
	}
	devices, err := Open[models.Device](ctx, db, Schema{
		Name: "devices", Fleeting: true, // a phone leaves and comes back
		Indexes: []Index{{Fields: []string{"push_due"}, Sparse: true}},
	})
	if err != nil {
		return nil, err
	}
	registrations, err := Open[models.Registration](ctx, db, Schema{
		Name:    "registrations",
		Indexes: []Index{{Fields: []string{"serial"}}, {Fields: []string{"program"}}},
	})
	if err != nil {
		return nil, err
	}
	complaints, err := openComplaints(ctx, db)
	if err != nil {
		return nil, err
	}
	return &Passes{passes: passes, devices: devices, registrations: registrations, complaints: complaints}, nil
}

func unknownPass(err error) error {
	if errors.Is(err, ErrNotFound) {
		return models.Fail(models.NotFound, "unknown_pass", "", "There is no such pass.")
	}
	return err
}

// Pass returns a pass by its serial.
func (s *Passes) Pass(ctx context.Context, serial models.Serial) (models.Pass, error) {
	p, err := s.passes.Get(ctx, string(serial))
	return p, unknownPass(err)
}

// Of returns the member's pass on a platform; a NotFound Error when there is
// none yet.
func (s *Passes) Of(ctx context.Context, member models.MemberID, platform models.Platform) (models.Pass, error) {
	p, err := s.passes.One(ctx, Query{Where: And(Eq("member", member), Eq("platform", platform)), Limit: 1})
	return p, unknownPass(err)
}

// All returns the member's passes.
func (s *Passes) All(ctx context.Context, member models.MemberID) ([]models.Pass, error) {
	var out []models.Pass
	for p, err := range s.passes.Find(ctx, Query{Where: Eq("member", member), Sort: []string{"member", "platform"}}) {
		if err != nil {
			return nil, err
		}
		out = append(out, p)
	}
	return out, nil
}

// Each yields the passes of a program, of members and of vouchers.
func (s *Passes) Each(ctx context.Context, program models.ProgramID) iter.Seq2[models.Pass, error] {
	return s.passes.Find(ctx, Query{Where: Eq("program", program), Sort: []string{"program", "platform", "sent"}})
}

// Insert keeps a new pass. When the member has one on that platform already,
// that one is returned instead.
func (s *Passes) Insert(ctx context.Context, p *models.Pass) (models.Pass, error) {
	err := s.passes.Insert(ctx, p)
	if err != nil && isDuplicate(err) {
		return s.Of(ctx, p.Member, p.Platform)
	}
	return *p, err
}

// Update changes a pass.
func (s *Passes) Update(ctx context.Context, serial models.Serial, change func(*models.Pass) error) (models.Pass, error) {
	p, err := s.passes.Update(ctx, string(serial), change)
	return p, unknownPass(err)
}

// UpdateFrom is Update for a pass that was read before, which saves reading it
// again where nobody changed it since.
func (s *Passes) UpdateFrom(ctx context.Context, seen models.Pass, change func(*models.Pass) error) (models.Pass, error) {
	p, err := s.passes.UpdateFrom(ctx, seen, change)
	return p, unknownPass(err)
}

// Device returns a device; ErrNotFound when it never registered.
func (s *Passes) Device(ctx context.Context, id string) (models.Device, error) {
	return s.devices.Get(ctx, id)
}

// MaxSerials is how many of our passes one device may hold. They are kept in
// the device's document, which every change of one of them writes; nobody has
// that many cards, but anybody can join that often.
const MaxSerials = 200

// Register notes that a device wants the changes of a pass. It reports
// whether that is new. A further registration replaces the push token, for
// all passes of the device. It is a Conflict when the device holds MaxSerials
// others.
//
// The counter of a device begins at the time of its first registration, in
// milliseconds: a device that left and comes back may still ask with its old
// tag, which must not be as high as ours is then.
func (s *Passes) Register(ctx context.Context, device models.Device, pass *models.Pass, now time.Time) (bool, error) {
	serial := pass.Serial
	_, err := s.devices.Upsert(ctx, device.ID, func(d *models.Device, exists bool) error {
		if !exists {
			*d = device
			d.Serials = map[models.Serial]int64{}
			d.Counter = now.UnixMilli()
		}
		if _, known := d.Serials[serial]; !known {
			if len(d.Serials) >= MaxSerials {
				return models.Fail(models.Conflict, "too_many_passes", "",
					fmt.Sprintf("This device holds %d of our passes. Remove one that is not used.", MaxSerials))
			}
			d.Counter++
			d.Serials[serial] = d.Counter
		}
		d.PushToken, d.SeenAt = device.PushToken, now
		return nil
	})
	if err != nil {
		return false, err
	}
	r := models.Registration{ID: models.RegistrationID(serial, device.ID), Serial: serial, Program: pass.Program, Device: device.ID, CreatedAt: now}
	err = s.registrations.Insert(ctx, &r)
	if err != nil && isDuplicate(err) {
		return false, nil
	}
	return err == nil, err
}

// Unregister ends a registration; it is no error when there was none.
func (s *Passes) Unregister(ctx context.Context, device string, serial models.Serial) error {
	d, err := s.devices.Update(ctx, device, func(d *models.Device) error {
		if _, ok := d.Serials[serial]; !ok {
			return Unchanged
		}
		delete(d.Serials, serial)
		return nil
	})
	if err != nil && !errors.Is(err, ErrNotFound) {
		return err
	}
	if err == nil && len(d.Serials) == 0 {
		if _, err := s.devices.DeleteIf(ctx, device, func(d models.Device) bool { return len(d.Serials) == 0 }); err != nil {
			return err
		}
	}
	return s.unlink(ctx, device, serial)
}

// unlink removes a registration of a device that no longer holds the pass. A
// device that registers again at the same moment may have found the old one
// and left it at that, so it is put back.
func (s *Passes) unlink(ctx context.Context, device string, serial models.Serial) error {
	id := models.RegistrationID(serial, device)
	if err := s.registrations.Delete(ctx, id); err != nil {
		return err
	}
	d, err := s.devices.Get(ctx, device)
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	if _, held := d.Serials[serial]; !held {
		return nil
	}
	pass, err := s.passes.Get(ctx, string(serial))
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	err = s.registrations.Insert(ctx, &models.Registration{ID: id, Serial: serial, Program: pass.Program, Device: device, CreatedAt: d.SeenAt})
	if isDuplicate(err) {
		return nil
	}
	return err
}

// Registrations returns the registrations of a pass.
func (s *Passes) Registrations(ctx context.Context, serial models.Serial) ([]models.Registration, error) {
	var out []models.Registration
	for r, err := range s.registrations.Find(ctx, Query{Where: Eq("serial", serial)}) {
		if err != nil {
			return nil, err
		}
		out = append(out, r)
	}
	return out, nil
}

// UpdateDevice changes a device; ErrNotFound when it is gone.
func (s *Passes) UpdateDevice(ctx context.Context, id string, change func(*models.Device) error) (models.Device, error) {
	return s.devices.Update(ctx, id, change)
}

// UpdateDeviceFrom is UpdateDevice for a device that was read before, which
// saves reading it again where nobody changed it since.
func (s *Passes) UpdateDeviceFrom(ctx context.Context, seen models.Device, change func(*models.Device) error) (models.Device, error) {
	return s.devices.UpdateFrom(ctx, seen, change)
}

// Forget removes a device with its registrations, if its push token is still
// the one that was found dead and it has not been heard of since.
func (s *Passes) Forget(ctx context.Context, id, pushToken string, since time.Time) error {
	d, err := s.devices.Get(ctx, id)
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	gone, err := s.devices.DeleteIf(ctx, id, func(d models.Device) bool {
		return d.PushToken == pushToken && (since.IsZero() || !d.SeenAt.After(since))
	})
	if err != nil || !gone {
		return err
	}
	for serial := range d.Serials {
		if err := s.unlink(ctx, id, serial); err != nil {
			return err
		}
	}
	return nil
}

// PushDue yields devices whose push is due: never sent, failed, or sent and
// not followed by a question from the device.
func (s *Passes) PushDue(ctx context.Context, now time.Time, limit int) iter.Seq2[models.Device, error] {
	return s.devices.Find(ctx, Query{Where: Lte("push_due", now), Sort: []string{"push_due"}, Limit: limit})
}

// PutDue returns up to limit Google passes whose object is due to be sent,
// the most urgent class first.
func (s *Passes) PutDue(ctx context.Context, now time.Time, limit int) ([]models.Pass, error) {
	var out []models.Pass
	for p := models.PriorityTill; p <= models.PriorityImport && len(out) < limit; p++ {
		q := Query{Where: And(Eq("put_priority", int(p)), Lte("put_due", now)), Sort: []string{"put_priority", "put_due"}, Limit: limit - len(out)}
		for pass, err := range s.passes.Find(ctx, q) {
			if err != nil {
				return nil, err
			}
			out = append(out, pass)
		}
	}
	return out, nil
}

// CountOf returns how many passes are of a type, or of one that begins so for
// Google, whose types are classes: of one program, or of all when it is empty,
// which looks at every pass.
func (s *Passes) CountOf(ctx context.Context, platform models.Platform, passType string, program models.ProgramID) (int64, error) {
	where := []Cond{Eq("platform", platform)}
	if program != "" {
		where = append(where, Eq("program", program))
	}
	if platform == models.Google {
		where = append(where, Prefix("type", passType))
	} else {
		where = append(where, Eq("type", passType))
	}
	return s.passes.Count(ctx, Query{Where: And(where...)})
}

// Held returns how many passes of a program phones hold, as far as is known.
func (s *Passes) Held(ctx context.Context, program models.ProgramID) (int64, error) {
	registered, err := s.registrations.Count(ctx, Query{Where: Eq("program", program)})
	if err != nil {
		return 0, err
	}
	held := And(Eq("program", program), Eq("platform", models.Google), Gt("sent", 0), Exists("removed_at", false))
	sent, err := s.passes.Count(ctx, Query{Where: held})
	return registered + sent, err
}
