package wallet

import (
	"context"
	"runtime"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/singleflight"

	"regulars/models"
	"regulars/passes"
	"regulars/passes/apple"
	"regulars/push"
)

// AppleIssuer issues cards for Apple Wallet: it signs passes and wakes the
// phones that hold them, each with the certificate of its pass type.
type AppleIssuer struct {
	certificates atomic.Pointer[certificates]
	connect      AppleConnect

	service string        // webServiceURL
	signing chan struct{} // bounds how many passes are signed at once, so that a crowd of phones leaves the till its share
	once    singleflight.Group
	making  sync.WaitGroup
	signed  atomic.Int64

	mu      sync.Mutex
	designs map[string]*apple.Design // by program version
	bundles *bundles
}

// AppleConnect returns a client of APNs for a certificate, or for the key of its
// team instead, where one is given.
type AppleConnect func(c *apple.Credentials, instead *push.APNsToken) (*push.APNs, error)

// NewAppleIssuer returns an issuer for passes whose web service is below
// baseURL. It works with the credentials that the server was started with, and
// with those that businesses add.
func NewAppleIssuer(started *apple.Credentials, instead *push.APNsToken, connect AppleConnect, baseURL string) (*AppleIssuer, error) {
	a := &AppleIssuer{
		connect: connect, service: baseURL + "/passkit",
		signing: make(chan struct{}, max(1, runtime.GOMAXPROCS(0)/2)),
		designs: map[string]*apple.Design{}, bundles: newBundles(),
	}
	c, err := newCertificate(origin{}, started)
	if err != nil {
		return nil, err
	}
	c.instead, c.fixed = instead, instead != nil
	if c.door, err = a.open(c, instead); err != nil {
		return nil, err
	}
	a.certificates.Store(&certificates{all: []*certificate{c}})
	return a, nil
}

// Close ends the connections to Apple, once no pass is being made any more. Call
// it when no worker runs, and before the stores are closed.
func (a *AppleIssuer) Close() {
	a.Wait()
	for _, c := range a.certificates.Load().all {
		c.door.close()
	}
}

// Type is the pass type identifier of cards of programs without their own.
func (a *AppleIssuer) Type() string { return a.certificates.Load().started().passType }

// TypeOf is the pass type identifier that a program's new cards get.
func (a *AppleIssuer) TypeOf(program models.ProgramID, now time.Time) string {
	return a.certificates.Load().typeOf(program, now)
}

// Signed is how many passes were signed since the start: the dearest thing that
// a fetch can ask for.
func (a *AppleIssuer) Signed() int64 { return a.signed.Load() }

// Wake tells a phone that a pass of that type has changed.
func (a *AppleIssuer) Wake(ctx context.Context, passType, token string, now time.Time) push.Outcome {
	c, err := a.certificates.Load().of(passType, now)
	if err != nil {
		return push.Outcome{Result: push.Rejected, Reason: models.CodeOf(err), Remedy: commandOf(passType)}
	}
	return c.door.wake(ctx, passType, token)
}

// prove signs what a phone wants to see signed by the maker of a pass of that type.
// It reports Invalid for what is no such thing.
func (a *AppleIssuer) prove(passType, token string, now time.Time) ([]byte, error) {
	c, err := a.certificates.Load().of(passType, now)
	if err != nil {
		return nil, err
	}
	a.signing <- struct{}{}
	defer func() { <-a.signing }()
	return c.builder.SignToken(token, now)
}

func commandOf(passType string) string {
	return "give the server a certificate of " + passType + ": regulars credentials add apple, or regulars doctor to see what is wrong"
}

// bundle returns the signed pass of a version. Each version is signed once with
// a certificate, however many phones ask for it at the same time.
func (a *AppleIssuer) bundle(ctx context.Context, s *Service, p models.Pass) (apple.Bundle, error) {
	signer, err := a.certificates.Load().of(p.Type, s.Stores.Clock.Now())
	if err != nil {
		return nil, err
	}
	key := string(p.Serial) + "/" + strconv.FormatInt(p.Version, 10) + "/" + signer.fingerprint
	if b := a.bundles.get(key); b != nil {
		return b, nil
	}
	result := make(chan made, 1)
	a.making.Go(func() {
		b, err, _ := a.once.Do(key, func() (any, error) {
			if b := a.bundles.get(key); b != nil { // made between the two looks
				return b, nil
			}
			// Whoever asked first may hang up; the others still want the answer.
			b, err := a.build(context.WithoutCancel(ctx), s, &p, signer)
			if err == nil {
				a.bundles.put(key, b)
			}
			return b, err
		})
		bundle, _ := b.(apple.Bundle)
		result <- made{bundle, err}
	})
	select {
	case r := <-result:
		return r.bundle, r.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

type made struct {
	bundle apple.Bundle
	err    error
}

// Wait returns when no pass is being made any more: one is finished although
// whoever asked for it has hung up. Call it before the stores are closed.
func (a *AppleIssuer) Wait() { a.making.Wait() }

func (a *AppleIssuer) build(ctx context.Context, s *Service, p *models.Pass, signer *certificate) (apple.Bundle, error) {
	design, card, err := a.draw(ctx, s, p, signer)
	if err != nil {
		return nil, err
	}
	a.signing <- struct{}{}
	defer func() { <-a.signing }()
	b, err := signer.builder.Build(design, &card, s.Stores.Clock.Now())
	if err == nil {
		a.signed.Add(1)
	}
	return b, err
}

// draw returns the pass as its content says, and what it shares with others.
func (a *AppleIssuer) draw(ctx context.Context, s *Service, p *models.Pass, signer *certificate) (*apple.Design, apple.Pass, error) {
	id := apple.Identity{
		PassTypeID: p.Type, TeamID: signer.credentials.TeamID, Serial: p.Serial, Token: p.Token, WebServiceURL: a.service,
	}
	if _, ok := p.Member.Voucher(); ok {
		coupon, err := passes.DecodeCoupon(p.Content)
		if err != nil {
			return nil, apple.Pass{}, err
		}
		design, err := a.designOf(ctx, s, coupon.Program, coupon.Version)
		if err != nil {
			return nil, apple.Pass{}, err
		}
		pass, err := design.Coupon(coupon, id)
		return design, pass, err
	}
	state, err := passes.Decode(p.Content)
	if err != nil {
		return nil, apple.Pass{}, err
	}
	design, err := a.designOf(ctx, s, state.Program, state.Version)
	if err != nil {
		return nil, apple.Pass{}, err
	}
	card, err := design.Card(state, id)
	return design, card, err
}

func (a *AppleIssuer) designOf(ctx context.Context, s *Service, id models.ProgramID, version int) (*apple.Design, error) {
	program, err := s.Stores.Programs.Version(ctx, id, version)
	if err != nil {
		return nil, err
	}
	return a.design(program)
}

// design returns the drawn pictures of a program version.
func (a *AppleIssuer) design(p *models.Program) (*apple.Design, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if d := a.designs[p.Key]; d != nil {
		return d, nil
	}
	d, err := apple.NewDesign(p)
	if err == nil {
		a.designs[p.Key] = d
	}
	return d, err
}
