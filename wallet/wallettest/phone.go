package wallettest

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"sync"
	"time"

	"regulars/push/pushtest"
)

// Pushes is Apple's push service as a phone sees it; *pushtest.APNs is one.
type Pushes interface {
	IssueToken(topic string) string
	Subscribe(token string) (arriving <-chan pushtest.Notification, cancel func())
}

// PhoneOptions are what a simulated iPhone needs.
type PhoneOptions struct {
	Name   string       // for people
	Client *http.Client // has to trust the server's certificate
	Pushes Pushes       // a phone that no push reaches when nil

	// Verify checks a pass's signature and where it comes from; a phone
	// refuses what does not pass. nil takes any.
	Verify func(bundle []byte) error
	// Proof checks that a token was signed by the maker of passes of a type; nil
	// takes any.
	Proof func(passType, token string, signed []byte) error
	Now   func() time.Time // time.Now when nil
	// Delays are the waits before a failed request is tried again; after the
	// last the phone gives up until something else wakes it. Half a second,
	// 2 s, 10 s and a minute when nil.
	Delays []time.Duration
}

// Phone is a simulated iPhone with Apple's wallet in it. It keeps to the
// PassKit web service as Apple documents it: it registers for the passes it
// holds, asks what changed when a push wakes it, fetches that with the date of
// its own copy, and complains to the server's log where a real one would. It
// is safe for use by many goroutines.
type Phone struct {
	opts PhoneOptions
	work sync.Mutex // one errand at a time, as a phone does them

	mu         sync.Mutex
	held       map[string]*Held     // by serial
	identities map[string]*identity // by pass type
	notices    []Notice
	complaints []string
	stats      Stats
	silent     bool            // misbehaves: never asks
	changed    chan struct{}   // closed and replaced when anything above changes
	fleet      *Fleet          // runs the phone's errands; nil: it does so itself
	ctx        context.Context // of the phone's own errands; ends with Close
	stop       context.CancelFunc
	listening  sync.WaitGroup
	closed     bool
}

// Held is a pass in the phone.
type Held struct {
	Card         *Card
	LastModified string // as the server said it; sent back word for word
	Registered   bool
	AddedAt      time.Time
	UpdatedAt    time.Time // when the present version came
	Versions     int       // how many came, the first included
	content      []byte    // pass.json
}

// identity is what the phone is to the servers of one pass type.
type identity struct {
	Device    string
	PushToken string
	Tag       string              // of the last list, "" before the first
	AskedAt   time.Time           // of the last list that named a pass
	pending   map[string]struct{} // listed and not fetched yet
	cancel    func()              // ends the subscription
	woken     bool                // a push waits to be acted on
	retry     *time.Timer         // when to try again what failed
}

// Notice is what the phone showed on its lock screen.
type Notice struct {
	At     time.Time
	Serial string
	Text   string
}

// Stats count what a phone did.
type Stats struct {
	Pushes, Lists, Fetches, Unchanged, Failures, Retries int
}

// NewPhone returns a phone that is switched on. Close switches it off.
func NewPhone(o PhoneOptions) *Phone {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Client == nil {
		o.Client = http.DefaultClient
	}
	if o.Delays == nil {
		o.Delays = []time.Duration{500 * time.Millisecond, 2 * time.Second, 10 * time.Second, time.Minute}
	}
	p := &Phone{opts: o, held: map[string]*Held{}, identities: map[string]*identity{}, changed: make(chan struct{})}
	p.ctx, p.stop = context.WithCancel(context.Background())
	return p
}

// Close switches the phone off: it forgets nothing and tells nobody, as a
// phone with an empty battery. It leaves no goroutine.
func (p *Phone) Close() {
	p.mu.Lock()
	p.closed = true
	ids := slices.Collect(maps.Values(p.identities))
	for _, id := range ids {
		p.forget(id)
	}
	p.mu.Unlock()
	for _, id := range ids {
		p.deafen(id)
	}
	p.stop()
	p.listening.Wait()
}

// Name is what people call the phone.
func (p *Phone) Name() string { return p.opts.Name }

// Add downloads a pass as Safari does when its link is tapped, and puts it
// into the wallet: checks it, and registers for its changes. It fails where a
// real phone would show no pass. A pass that can't be registered is in the
// wallet all the same, and the error says so; the phone tries again, with
// growing delays and whenever it asks for changes.
func (p *Phone) Add(ctx context.Context, url string) (*Card, error) {
	p.work.Lock()
	defer p.work.Unlock()
	bundle, lastModified, err := p.download(ctx, url)
	if err != nil {
		return nil, fmt.Errorf("add pass: %w", err)
	}
	card, content, err := p.open(bundle)
	if err != nil {
		return nil, fmt.Errorf("add pass: %w", err)
	}
	now := p.opts.Now()
	p.change(func() {
		p.held[card.Serial] = &Held{Card: card, content: content, LastModified: lastModified, AddedAt: now, UpdatedAt: now, Versions: 1}
	})
	if card.WebService == "" {
		return card, nil
	}
	if err := p.register(ctx, card); err != nil {
		p.change(func() { p.again(card.PassType, pulled, 0) })
		return card, fmt.Errorf("register: %w", err)
	}
	return card, nil
}

// open reads and checks a bundle.
func (p *Phone) open(bundle []byte) (*Card, []byte, error) {
	card, content, err := readCard(bundle)
	if err == nil && p.opts.Verify != nil {
		err = p.opts.Verify(bundle)
	}
	return card, content, err
}

// identity returns what the phone is to a pass type, and listens for its
// pushes from the first time on. The caller holds p.work.
func (p *Phone) identity(passType string) *identity {
	p.mu.Lock()
	id := p.identities[passType]
	p.mu.Unlock()
	if id != nil {
		return id
	}
	id = &identity{Device: rand.Text(), pending: map[string]struct{}{}, PushToken: "00"}
	if p.opts.Pushes != nil {
		id.PushToken = p.opts.Pushes.IssueToken(passType)
	}
	p.change(func() { p.identities[passType] = id })
	p.listen(passType, id)
	return id
}

// Remove takes a pass out of the wallet and tells the server.
func (p *Phone) Remove(ctx context.Context, serial string) error {
	p.work.Lock()
	defer p.work.Unlock()
	h, err := p.find(serial)
	if err != nil {
		return err
	}
	p.change(func() { delete(p.held, serial) })
	if !h.Registered {
		return nil
	}
	status, _, err := p.request(ctx, http.MethodDelete, p.registrationURL(h.Card), h.Card.Token, nil)
	if err == nil && status != http.StatusOK {
		p.authFailure(ctx, h.Card.WebService, "unregister", status)
		err = fmt.Errorf("unregister: status %d", status)
	}
	return err
}

// ChangeToken gives the phone new push tokens, as after a restore, and tells
// the servers of all its passes. The old tokens are dead where the push
// service can know that.
func (p *Phone) ChangeToken(ctx context.Context) error {
	p.work.Lock()
	defer p.work.Unlock()
	if p.opts.Pushes == nil {
		return errors.New("change token: the phone has no push service")
	}
	p.mu.Lock()
	ids := maps.Clone(p.identities)
	p.mu.Unlock()
	for passType, id := range ids {
		p.deafen(id)
		if u, ok := p.opts.Pushes.(interface {
			Unregister(token string, at time.Time) error
		}); ok {
			_ = u.Unregister(id.PushToken, p.opts.Now()) // a token made before the service's restart is unknown there
		}
		token := p.opts.Pushes.IssueToken(passType)
		p.change(func() { id.PushToken = token })
		p.listen(passType, id)
	}
	var errs []error
	for _, h := range p.Passes() {
		if h.Card.WebService != "" {
			errs = append(errs, p.register(ctx, h.Card))
		}
	}
	return errors.Join(errs...)
}

// Passes are the passes in the wallet, by serial.
func (p *Phone) Passes() []Held {
	p.mu.Lock()
	defer p.mu.Unlock()
	list := make([]Held, 0, len(p.held))
	for _, serial := range slices.Sorted(maps.Keys(p.held)) {
		list = append(list, *p.held[serial])
	}
	return list
}

// Card returns the pass with that serial as the phone shows it now.
func (p *Phone) Card(serial string) (*Card, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	h, ok := p.held[serial]
	if !ok {
		return nil, false
	}
	return h.Card, true
}

// Notices are what the phone showed on its lock screen, oldest first.
func (p *Phone) Notices() []Notice {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.notices)
}

// Complaints are what the phone wrote to the server's log, oldest first. A
// server that does everything right gets none.
func (p *Phone) Complaints() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.complaints)
}

// Stats counts what the phone did so far.
func (p *Phone) Stats() Stats {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.stats
}

// Wait returns when ok does, which is asked whenever the phone changed, or
// with ctx's error.
func (p *Phone) Wait(ctx context.Context, ok func(*Phone) bool) error {
	for {
		p.mu.Lock()
		changed := p.changed
		p.mu.Unlock()
		if ok(p) {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// change does something to the phone's state and wakes those who Wait.
func (p *Phone) change(do func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	do()
	close(p.changed)
	p.changed = make(chan struct{})
}

func (p *Phone) find(serial string) (Held, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	h, ok := p.held[serial]
	if !ok {
		return Held{}, fmt.Errorf("the phone has no pass %q", serial)
	}
	return *h, nil
}
