package wallet

import (
	"context"
	"runtime"
	"strconv"
	"sync"
	"sync/atomic"

	"golang.org/x/sync/singleflight"

	"regulars/models"
	"regulars/passes"
	"regulars/passes/apple"
	"regulars/push"
)

// AppleIssuer issues cards for Apple Wallet: it signs passes and wakes the
// phones that hold them.
type AppleIssuer struct {
	Push *push.APNs

	builder *apple.Builder
	service string        // webServiceURL
	signing chan struct{} // bounds how many passes are signed at once, so that a crowd of phones leaves the till its share
	once    singleflight.Group
	making  sync.WaitGroup
	signed  atomic.Int64

	mu      sync.Mutex
	designs map[string]*apple.Design // by program version
	bundles *bundles
}

// NewAppleIssuer returns an issuer for passes whose web service is below
// baseURL.
func NewAppleIssuer(builder *apple.Builder, sender *push.APNs, baseURL string) *AppleIssuer {
	return &AppleIssuer{
		Push: sender, builder: builder, service: baseURL + "/passkit",
		signing: make(chan struct{}, max(1, runtime.GOMAXPROCS(0)/2)),
		designs: map[string]*apple.Design{}, bundles: newBundles(),
	}
}

// Type is the pass type identifier of all our passes.
func (a *AppleIssuer) Type() string { return a.builder.Credentials().PassTypeID }

// Signed is how many passes were signed since the start: the dearest thing that
// a fetch can ask for.
func (a *AppleIssuer) Signed() int64 { return a.signed.Load() }

// bundle returns the signed pass of a version. Each version is signed once,
// however many phones ask for it at the same time.
func (a *AppleIssuer) bundle(ctx context.Context, s *Service, p models.Pass) (apple.Bundle, error) {
	key := string(p.Serial) + "/" + strconv.FormatInt(p.Version, 10)
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
			b, err := a.build(context.WithoutCancel(ctx), s, &p)
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

func (a *AppleIssuer) build(ctx context.Context, s *Service, p *models.Pass) (apple.Bundle, error) {
	design, card, err := a.draw(ctx, s, p)
	if err != nil {
		return nil, err
	}
	a.signing <- struct{}{}
	defer func() { <-a.signing }()
	b, err := a.builder.Build(design, &card, s.Stores.Clock.Now())
	if err == nil {
		a.signed.Add(1)
	}
	return b, err
}

// draw returns the pass as its content says, and what it shares with others.
func (a *AppleIssuer) draw(ctx context.Context, s *Service, p *models.Pass) (*apple.Design, apple.Pass, error) {
	id := apple.Identity{
		PassTypeID: p.Type, TeamID: a.builder.Credentials().TeamID, Serial: p.Serial, Token: p.Token, WebServiceURL: a.service,
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
