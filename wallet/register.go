package wallet

import (
	"context"
	"crypto/subtle"
	"encoding/hex"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"regulars/models"
	"regulars/models/store"
	"regulars/passes/apple"
)

// maxDevices is how many devices may hold one pass. A family shares a card; a
// flood of made-up devices (or the one phone that some iOS versions report
// under ever new ids) pushes the oldest out.
const maxDevices = 20

func notYours() error {
	return models.Fail(models.Denied, "not_your_pass", "", "This pass is not known, or the token is not the one it carries.")
}

// deviceID is what we keep of the id that a device chose. It is all that is
// needed to ask for a device's list of passes, so it is kept as a hash. A phone
// has a push token for each pass type, so that it is a device for each; those of
// the type that the server began with go by the name they had when it was the
// only one.
func (s *Service) deviceID(library, passType string) string {
	parts := []string{library}
	if passType != s.PassType {
		parts = append(parts, passType)
	}
	return hex.EncodeToString(s.keyed("device", parts...)[:16])
}

// authorized returns the pass of a type and serial if the token is its own.
// Whether the pass exists is not revealed.
func (s *Service) authorized(ctx context.Context, passType string, serial models.Serial, token string) (models.Pass, error) {
	p, err := s.Stores.Passes.Pass(ctx, serial)
	if models.KindOf(err) == models.NotFound {
		err = nil
		p.Token = newID(s.random()) // compared all the same, in the same time
	}
	if err != nil {
		return p, err
	}
	if subtle.ConstantTimeCompare([]byte(p.Token), []byte(token)) != 1 || p.Platform != models.Apple || p.Type != passType {
		return models.Pass{}, notYours()
	}
	return p, nil
}

// Registering is a device that wants the changes of a pass.
type Registering struct {
	Library   string // device library identifier
	PassType  string
	Serial    models.Serial
	Token     string // the pass's authentication token
	PushToken string
}

// Register notes that a device wants the changes of a pass, and reports
// whether that is new. A wrong token or unknown pass is Denied; a device that
// holds too many passes is a Conflict.
func (s *Service) Register(ctx context.Context, r Registering) (bool, error) {
	if err := checkPushToken(r.PushToken); err != nil {
		return false, err
	}
	pass, err := s.authorized(ctx, r.PassType, r.Serial, r.Token)
	if err != nil {
		return false, err
	}
	now := s.Stores.Clock.Now()
	device := models.Device{ID: s.deviceID(r.Library, r.PassType), Type: r.PassType, PushToken: strings.ToLower(r.PushToken), SeenAt: now}
	fresh, err := s.Stores.Passes.Register(ctx, device, &pass, now)
	if err != nil || !fresh {
		return fresh, err
	}
	if err := s.catchUp(ctx, device.ID, r.Serial); err != nil {
		return fresh, err
	}
	return fresh, s.crowdOut(ctx, r.Serial)
}

// catchUp tells a device that has just registered of a change that it may have
// missed: one after its download of the pass and before its registration. A
// registration does not say which version the device holds; it is taken to be
// the one that was last downloaded. The pass is read after the registration was
// written, so whatever changes later finds the device.
func (s *Service) catchUp(ctx context.Context, device string, serial models.Serial) error {
	pass, err := s.Stores.Passes.Pass(ctx, serial)
	if err != nil {
		return err
	}
	if pass.Given >= pass.Version {
		return s.noteFetched(ctx, &pass)
	}
	now := s.Stores.Clock.Now()
	_, err = s.Stores.Passes.UpdateDevice(ctx, device, func(d *models.Device) error {
		if _, held := d.Serials[serial]; !held {
			return store.ErrNotFound
		}
		d.Counter++
		d.Serials[serial] = d.Counter
		d.PushDue, d.Pushes = &now, 0
		return nil
	})
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	return err
}

// checkPushToken accepts hex of any plausible length; Apple promises none.
func checkPushToken(token string) error {
	if _, err := hex.DecodeString(token); err != nil || token == "" || len(token) > 200 {
		return models.Fail(models.Invalid, "invalid_push_token", "pushToken", "pushToken is a text of at most 200 hex digits.")
	}
	return nil
}

// crowdOut ends registrations of a pass that has too many: first those of a
// phone that has registered under a newer id since, then the oldest.
func (s *Service) crowdOut(ctx context.Context, serial models.Serial) error {
	all, err := s.Stores.Passes.Registrations(ctx, serial)
	if err != nil || len(all) <= maxDevices {
		return err
	}
	slices.SortFunc(all, func(a, b models.Registration) int { return b.CreatedAt.Compare(a.CreatedAt) })
	seen := map[string]bool{}
	var phones, names []models.Registration // newest first
	for _, r := range all {
		d, err := s.Stores.Passes.Device(ctx, r.Device)
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return err
		}
		if err != nil || seen[d.PushToken] {
			names = append(names, r)
			continue
		}
		seen[d.PushToken] = true
		phones = append(phones, r)
	}
	for _, r := range append(phones, names...)[maxDevices:] {
		if err := s.Stores.Passes.Unregister(ctx, r.Device, serial); err != nil {
			return err
		}
	}
	return nil
}

// Unregister ends a registration. Ending one that does not exist is no error.
func (s *Service) Unregister(ctx context.Context, r Registering) error {
	if _, err := s.authorized(ctx, r.PassType, r.Serial, r.Token); err != nil {
		return err
	}
	return s.Stores.Passes.Unregister(ctx, s.deviceID(r.Library, r.PassType), r.Serial)
}

// Changed returns the serials of a device's passes of one type that changed
// after the tag, and the tag to ask with next time. No serials means that
// there is nothing new. A tag that we did not hand out, or not since the last
// restore from a backup, is as good as none: all serials are returned.
func (s *Service) Changed(ctx context.Context, library, passType, tag string) ([]models.Serial, string, error) {
	id := s.deviceID(library, passType)
	d, err := s.Stores.Passes.Device(ctx, id)
	if errors.Is(err, store.ErrNotFound) {
		return nil, "", nil
	}
	if err != nil {
		return nil, "", err
	}
	since := s.parseTag(tag, d.Counter)
	var serials []models.Serial
	newest := since
	for serial, changed := range d.Serials {
		if changed <= since {
			continue
		}
		p, err := s.Stores.Passes.Pass(ctx, serial)
		if err != nil && models.KindOf(err) != models.NotFound {
			return nil, "", err
		}
		if err == nil && p.Type == passType {
			serials = append(serials, serial)
			newest = max(newest, changed)
		}
	}
	slices.Sort(serials)
	if err := s.noteAsked(ctx, &d, newest); err != nil {
		return nil, "", err
	}
	return serials, s.tag(newest), nil
}

// noteAsked remembers up to where the device asked. Our answer may get lost on
// the way, so a device that has asked for everything is looked at once more,
// to see that it fetched it.
func (s *Service) noteAsked(ctx context.Context, d *models.Device, newest int64) error {
	if newest <= d.Asked {
		return nil
	}
	now := s.Stores.Clock.Now()
	_, err := s.Stores.Passes.UpdateDevice(ctx, d.ID, func(d *models.Device) error {
		d.Asked, d.AskedAt, d.SeenAt = max(d.Asked, newest), &now, now
		if d.Asked >= d.Counter {
			d.PushDue = s.repushAt(now, d.Pushes)
		}
		return nil
	})
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	return err
}

// tag writes a device's counter as it is handed out.
func (s *Service) tag(counter int64) string {
	return strconv.FormatInt(s.Epoch, 10) + "." + strconv.FormatInt(counter, 10)
}

// parseTag reads a tag; 0 for one that is not ours or ahead of the counter.
func (s *Service) parseTag(tag string, counter int64) int64 {
	epoch, n, ok := strings.Cut(tag, ".")
	since, err := strconv.ParseInt(n, 10, 64)
	if !ok || err != nil || epoch != strconv.FormatInt(s.Epoch, 10) || since < 0 || since > counter {
		return 0
	}
	return since
}

// Fetched is a pass as a phone gets it.
type Fetched struct {
	Bundle     apple.Bundle // nil when the phone's copy is current
	ModifiedAt time.Time
}

// Fetch returns the pass of a serial unless the phone's copy, which was changed
// at since, is the current one; a zero since always gets it. A copy that is
// newer than ours is none of ours: it was made after the backup that we were
// restored from. A wrong token or unknown pass is Denied. Either way the phone
// has the version then, which is noted.
func (s *Service) Fetch(ctx context.Context, passType string, serial models.Serial, token string, since time.Time) (Fetched, error) {
	p, f, err := s.fetch(ctx, passType, serial, token, since)
	if err != nil {
		return Fetched{}, err
	}
	return f, s.noteFetched(ctx, &p)
}

// Peek answers as Fetch does to somebody who only looks: nothing is noted.
func (s *Service) Peek(ctx context.Context, passType string, serial models.Serial, token string, since time.Time) (Fetched, error) {
	_, f, err := s.fetch(ctx, passType, serial, token, since)
	return f, err
}

func (s *Service) fetch(ctx context.Context, passType string, serial models.Serial, token string, since time.Time) (models.Pass, Fetched, error) {
	p, err := s.authorized(ctx, passType, serial, token)
	if err != nil {
		return p, Fetched{}, err
	}
	if p.ChangedAt.Equal(since) {
		return p, Fetched{ModifiedAt: p.ChangedAt}, nil
	}
	f, err := s.serve(ctx, p)
	return p, f, err
}

// serve makes the bundle of a pass.
func (s *Service) serve(ctx context.Context, p models.Pass) (Fetched, error) {
	bundle, err := s.Apple.bundle(ctx, s, p)
	if err != nil {
		return Fetched{}, err
	}
	return Fetched{Bundle: bundle, ModifiedAt: p.ChangedAt}, nil
}

// noteFetched notes that a phone has the version that p is of. A download by
// its link is none: a browser makes it as well.
func (s *Service) noteFetched(ctx context.Context, p *models.Pass) error {
	if p.Fetched >= p.Version {
		return nil
	}
	now := s.Stores.Clock.Now()
	_, err := s.Stores.Passes.Update(ctx, p.Serial, func(stored *models.Pass) error {
		if stored.Fetched >= p.Version {
			return store.Unchanged
		}
		stored.Fetched, stored.FetchedAt = p.Version, &now
		return nil
	})
	return err
}
