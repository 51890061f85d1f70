package wallet

import (
	"context"
	"sync"
	"time"

	"regulars/models"
	"regulars/passes/apple"
	"regulars/push"
	"regulars/wallet/secrets"
)

// known is what an instance knows of the credentials that businesses have added.
type known struct {
	mu     sync.Mutex
	rev    map[models.CredentialID]int64
	newest time.Time // of the changes
}

// late is how much older than one that was seen a change may be that is seen
// after it: a clock that goes wrong, and a write that takes long.
const late = 5 * time.Minute

// safe is where the secret of a credential is kept.
func safe(c *models.Credential) secrets.Place {
	return secrets.Place{ID: string(c.ID), Kind: string(c.Kind)}
}

// watchCredentials takes up what others add and remove, until ctx ends.
func (s *Service) watchCredentials(ctx context.Context) error {
	look := s.Pace.Look
	if look <= 0 {
		look = UsualPace().Look
	}
	every := time.NewTicker(look)
	defer every.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-every.C:
		}
		if err := s.lookForCredentials(ctx); err != nil && ctx.Err() == nil {
			s.Log.WarnContext(ctx, "look for credentials", "err", err)
		}
	}
}

// lookForCredentials loads the credentials anew where one has changed.
func (s *Service) lookForCredentials(ctx context.Context) error {
	s.credentials.mu.Lock()
	since := s.credentials.newest.Add(-late)
	s.credentials.mu.Unlock()
	changed, err := s.Stores.Credentials.Since(ctx, since)
	if err != nil {
		return err
	}
	if s.credentials.all(changed) {
		return nil
	}
	return s.LoadCredentials(ctx)
}

// all reports whether every one of them is known as it is.
func (k *known) all(changed []models.Credential) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	for i := range changed {
		if k.rev[changed[i].ID] != changed[i].Rev {
			return false
		}
	}
	return true
}

// LoadCredentials takes up what businesses have added and removed. One that
// can't be opened is told of in the log; what needs it fails until it can.
func (s *Service) LoadCredentials(ctx context.Context) error {
	s.credentials.mu.Lock()
	defer s.credentials.mu.Unlock()
	docs, err := s.Stores.Credentials.All(ctx)
	if err != nil {
		return err
	}
	rev, newest := map[models.CredentialID]int64{}, s.credentials.newest
	var fresh []opened
	for i := range docs {
		c := &docs[i]
		rev[c.ID] = c.Rev
		if c.ChangedAt.After(newest) {
			newest = c.ChangedAt
		}
		if c.RemovedAt == nil && c.Kind != models.AppleKey {
			fresh = append(fresh, s.unseal(ctx, c))
		}
	}
	if s.Apple != nil {
		s.Apple.take(ctx, s, fresh)
	}
	if s.Google != nil {
		s.Google.take(ctx, s, fresh)
	}
	s.credentials.rev, s.credentials.newest = rev, newest
	return nil
}

// opened is a credential with its secret, or the reason why that can't be had.
type opened struct {
	*models.Credential
	secret []byte
	locked error
}

func (o *opened) origin() origin {
	return origin{ID: o.ID, Program: o.Program, AddedAt: o.AddedAt}
}

func (s *Service) unseal(ctx context.Context, c *models.Credential) opened {
	o := opened{Credential: c}
	o.secret, o.locked = s.Secrets.Open(c.Sealed, safe(c))
	if o.locked != nil {
		s.locked(ctx, &o, o.locked)
	}
	return o
}

// locked notes why a credential can't be used, in words that tell no secret.
func (s *Service) locked(ctx context.Context, o *opened, err error) {
	s.Log.ErrorContext(ctx, "a credential can't be opened", "credential", o.ID, "kind", o.Kind, "program", o.Program, "err", err)
	if models.KindOf(err) != models.Unavailable {
		err = &models.Error{
			Kind: models.Unavailable, Code: "credential_damaged", Err: err,
			Msg: "The credential " + string(o.ID) + " is damaged. Add it anew: regulars credentials add.",
		}
	}
	o.locked = err
}

// take puts the certificates that businesses have added in the place of those
// before. What is there already goes on, with its connection.
func (a *AppleIssuer) take(ctx context.Context, s *Service, fresh []opened) {
	before := a.certificates.Load()
	next := &certificates{all: []*certificate{before.started()}}
	for i := range fresh {
		if fresh[i].Kind == models.AppleCredential {
			next.all = append(next.all, a.takeOne(ctx, s, &fresh[i], before, fresh))
		}
	}
	started := next.all[0]
	if key := keyOf(started, fresh); !started.fixed && !sameKey(started.instead, key) {
		next.all[0] = a.withDoor(ctx, s, *started, key)
	}
	next.sorted()
	a.certificates.Store(next)
	for _, old := range before.all {
		if !next.uses(old.door) && old.door != nil {
			a.making.Go(old.door.close)
		}
	}
}

func (s *certificates) uses(d *door) bool {
	for _, c := range s.all {
		if c.door == d {
			return true
		}
	}
	return false
}

func (a *AppleIssuer) takeOne(ctx context.Context, s *Service, o *opened, before *certificates, fresh []opened) *certificate {
	shut := &certificate{
		origin: o.origin(), passType: o.Type, team: o.Team, fingerprint: o.Fingerprint,
		notBefore: *o.NotBefore, notAfter: *o.NotAfter, locked: o.locked,
	}
	key := keyOf(shut, fresh)
	for _, old := range before.all {
		// What was open stays so: a master key that is changed stops nothing.
		if old.ID == o.ID && old.locked == nil && (o.locked != nil || sameKey(old.instead, key)) {
			same := *old
			same.origin = o.origin()
			return &same
		}
	}
	if o.locked != nil {
		return shut
	}
	credentials, err := apple.Load(apple.Material{Certificate: o.secret})
	var c *certificate
	if err == nil {
		c, err = newCertificate(o.origin(), credentials)
	}
	if err != nil {
		s.locked(ctx, o, err)
		shut.locked = o.locked
		return shut
	}
	return a.withDoor(ctx, s, *c, key)
}

// withDoor gives a certificate its client of APNs. Where the team's key is of no
// use, the certificate does.
func (a *AppleIssuer) withDoor(ctx context.Context, s *Service, c certificate, key *push.APNsToken) *certificate {
	door, err := a.open(&c, key)
	if err != nil && key != nil {
		s.Log.ErrorContext(ctx, "a key for pushes can't be used", "key", key.KeyID, "err", err)
		key = nil
		door, err = a.open(&c, nil)
	}
	if err != nil {
		c.locked = err
	}
	c.door, c.instead = door, key
	return &c
}

// keyOf is the key that pushes of a certificate are sent with: one of its team,
// of the same program or for all, the one added last. There need be none.
func keyOf(c *certificate, fresh []opened) *push.APNsToken {
	var best *opened
	for i := range fresh {
		k := &fresh[i]
		fits := k.Kind == models.APNsCredential && k.locked == nil && k.Team == c.team && (k.Program == c.Program || k.Program == "")
		if fits && (best == nil || k.AddedAt.After(best.AddedAt)) {
			best = k
		}
	}
	if best == nil {
		return nil
	}
	return &push.APNsToken{Key: best.secret, KeyID: best.Type, TeamID: best.Team}
}

func sameKey(a, b *push.APNsToken) bool {
	if a == nil || b == nil {
		return a == b
	}
	return a.KeyID == b.KeyID && string(a.Key) == string(b.Key)
}

// take puts the accounts that businesses have added in the place of those before.
func (g *GoogleIssuer) take(ctx context.Context, s *Service, fresh []opened) {
	var next []*account
	for _, a := range g.inUse() {
		if a.started() {
			next = append(next, a)
		}
	}
	for i := range fresh {
		o := &fresh[i]
		if o.Kind != models.GoogleCredential {
			continue
		}
		next = append(next, g.takeOne(ctx, s, o))
	}
	byAge(next)
	g.accounts.Store(&next)
}

func (g *GoogleIssuer) takeOne(ctx context.Context, s *Service, o *opened) *account {
	for _, old := range g.inUse() {
		if old.ID == o.ID && old.locked == nil {
			same := *old
			same.origin = o.origin()
			return &same
		}
	}
	if o.locked == nil {
		a, err := g.open(o.origin(), o.Type, o.secret)
		if err == nil {
			return a
		}
		s.locked(ctx, o, err)
	}
	return &account{origin: o.origin(), issuer: o.Type, fingerprint: o.Fingerprint, locked: o.locked}
}
