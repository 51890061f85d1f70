package wallet

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"regulars/models"
	"regulars/passes/apple"
	"regulars/push"
)

// certificate is a pass type certificate in use.
type certificate struct {
	origin
	passType, team      string
	fingerprint         string
	notBefore, notAfter time.Time
	locked              error // why it can't be opened, and all below is missing then

	credentials *apple.Credentials
	builder     *apple.Builder
	instead     *push.APNsToken // a team's key that pushes are sent with
	fixed       bool            // the server was started with that key
	door        *door
}

func newCertificate(o origin, c *apple.Credentials) (*certificate, error) {
	builder, err := apple.NewBuilder(c)
	if err != nil {
		return nil, err
	}
	return &certificate{
		origin: o, passType: c.PassTypeID, team: c.TeamID, fingerprint: c.Fingerprint(),
		notBefore: c.NotBefore, notAfter: c.NotAfter, credentials: c, builder: builder,
	}, nil
}

// good reports whether it signs at a time.
func (c *certificate) good(now time.Time) bool {
	return c.locked == nil && !now.Before(c.notBefore) && !now.After(c.notAfter)
}

// certificates are those in use at a time, those of a type that begin later
// first. They are never changed: others take their place.
type certificates struct{ all []*certificate }

// started is the one that the server was started with.
func (s *certificates) started() *certificate {
	return s.all[slices.IndexFunc(s.all, func(c *certificate) bool { return c.started() })]
}

func (s *certificates) typeOf(program models.ProgramID, now time.Time) string {
	c, ok := chosen(s.all, program, func(c *certificate) bool {
		// One that was made for development gives way to all that a business has.
		return c.good(now) && (!c.started() || !c.credentials.Development)
	})
	if !ok {
		return s.started().passType
	}
	return c.passType
}

// of returns the certificate that signs passes of a type: the newest that is
// good now. Where none is, it is the newest of those that can be opened, which says
// itself what is wrong. Whatever program a pass is of: Apple gives each type to one
// business. The errors are Unavailable.
func (s *certificates) of(passType string, now time.Time) (*certificate, error) {
	var newest *certificate
	var err error = models.Fail(models.Unavailable, "no_credentials", "",
		"The server has no certificate of the pass type "+passType+". Add it: regulars credentials add apple.")
	for _, c := range s.all {
		switch {
		case c.passType != passType:
		case c.good(now):
			return c, nil
		case c.locked != nil:
			err = c.locked
		case newest == nil || !now.Before(c.notBefore) && now.Before(newest.notBefore):
			newest = c
		}
	}
	if newest != nil {
		return newest, nil
	}
	return nil, err
}

// sorted puts the certificates that begin later first, and of equal ones those
// of the server last.
func (s *certificates) sorted() *certificates {
	byAge(s.all)
	slices.SortStableFunc(s.all, func(a, b *certificate) int { return b.notBefore.Compare(a.notBefore) })
	return s
}

// door is a client of APNs that may be closed while others push.
type door struct {
	mu     sync.RWMutex
	apns   *push.APNs
	closed bool
}

func (a *AppleIssuer) open(c *certificate, instead *push.APNsToken) (*door, error) {
	apns, err := a.connect(c.credentials, instead)
	if err != nil {
		return nil, fmt.Errorf("pushes of %s: %w", c.passType, err)
	}
	return &door{apns: apns}, nil
}

func (d *door) wake(ctx context.Context, topic, token string) push.Outcome {
	d.mu.RLock()
	defer d.mu.RUnlock()
	if d.closed {
		return push.Outcome{Result: push.Retry, Reason: "closed"} // another stands in its place by now
	}
	return d.apns.Wake(ctx, topic, token)
}

// close ends the connection once the pushes under way are answered.
func (d *door) close() {
	if d == nil {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if !d.closed {
		d.closed = true
		_ = d.apns.Close() // it has nothing to lose
	}
}
