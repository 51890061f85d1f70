// Package wallet holds what the business does with a member's card: enrol,
// identify, earn, redeem, reverse, issue, refresh.
//
// A use case is one method of Service in a file of its own and reads from top
// to bottom as its story. It decides; it does not speak HTTP, BSON, PKCS #7 or
// APNs. What it needs from those it asks of store, passes and push.
//
// Nothing is sent to a phone while a customer waits. A use case marks the
// member as due before the ledger entry is booked, and the workers carry
// whatever changed to the phones. A crash between the two loses nothing.
package wallet

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base32"
	"encoding/hex"
	"encoding/json"
	"io"
	"log/slog"
	mathrand "math/rand/v2"
	"strings"
	"time"

	"regulars/models"
	"regulars/models/store"
	"regulars/wallet/secrets"
)

// Service is the business. Its methods are safe for concurrent use.
type Service struct {
	Stores  *store.Stores
	Secret  []byte // 32 bytes, from which this installation's keys are derived
	Epoch   int64  // see store.Server
	BaseURL string // https://cards.example.com, without a slash at the end
	Apple   *AppleIssuer
	Google  *GoogleIssuer // nil is one without an account
	Log     *slog.Logger

	PassType string         // of devices that name none: see store.Server
	Secrets  secrets.Keys   // that credentials are sealed under
	Roots    *x509.CertPool // who may have issued a pass certificate that a business adds; Apple when nil

	Pace Pace

	started        time.Time
	wake           wakes
	heads          heads
	calls          calls
	tillPushes     chan struct{}
	campaignPushes chan struct{}
	puts           chan struct{}
	credentials    known
}

// Pace is how the workers divide their time; tests make it faster.
type Pace struct {
	// Lease is how long a piece of work belongs to the worker who took it.
	Lease time.Duration
	// Poll is how often an instance looks for what others marked; what it
	// marked itself it knows at once.
	Poll time.Duration
	// Heads is how long an entry waits before it is copied to its member, so that
	// many are copied together.
	Heads time.Duration
	// Look is how often an instance looks for credentials that others added.
	Look time.Duration
	// Repush is when a device that was pushed but has not asked for the change
	// is pushed again. After the last it is left to its own daily question.
	Repush []time.Duration
}

// UsualPace is the pace of a new Service. A lease outlasts the slowest answer
// of Apple or Google.
func UsualPace() Pace {
	return Pace{
		Lease: 30 * time.Second, Poll: 300 * time.Millisecond, Heads: 100 * time.Millisecond, Look: 20 * time.Second,
		Repush: []time.Duration{time.Minute, 5 * time.Minute, 30 * time.Minute, 2 * time.Hour, 12 * time.Hour},
	}
}

// New returns a service over the stores; the caller sets the issuers.
func New(stores *store.Stores, settings store.Server, baseURL string, log *slog.Logger) *Service {
	return &Service{
		Stores: stores, Secret: settings.Secret, Epoch: settings.Epoch, PassType: settings.PassType,
		BaseURL: strings.TrimSuffix(baseURL, "/"), Log: log, Pace: UsualPace(),
		started:    stores.Clock.Now(),
		wake:       newWakes(),
		heads:      heads{wake: make(chan struct{}, 1)},
		tillPushes: make(chan struct{}, 64), campaignPushes: make(chan struct{}, 64), puts: make(chan struct{}, 32),
	}
}

// alphabet of ids: lower case, without letters that are mistaken for digits.
var alphabet = base32.NewEncoding("0123456789abcdefghjkmnpqrstvwxyz").WithPadding(base32.NoPadding)

// newID returns an id of 130 random bits that nobody can guess.
func newID(random io.Reader) string {
	b := make([]byte, 17)
	_, _ = io.ReadFull(random, b) // crypto/rand and ChaCha8 never fail
	return alphabet.EncodeToString(b)[:26]
}

// keyed returns HMAC-SHA256 of the parts under a key derived for the purpose.
func (s *Service) keyed(purpose string, parts ...string) []byte {
	mac := hmac.New(sha256.New, s.Secret)
	_ = json.NewEncoder(mac).Encode(append([]string{purpose}, parts...)) // unambiguous, unlike joined strings
	return mac.Sum(nil)
}

// seeded returns a source of random bytes that only this installation can
// predict: the same key gives the same ids, so a request that is sent again
// after a crash goes on where the first one stopped.
func (s *Service) seeded(purpose string, parts ...string) io.Reader {
	return mathrand.NewChaCha8([32]byte(s.keyed(purpose, parts...)))
}

// random is the source of ids that need not be found again.
func (s *Service) random() io.Reader { return rand.Reader }

// hashOf condenses what a request asks for, so that a key that comes again
// with another request is noticed.
func hashOf(request any) string {
	b, err := json.Marshal(request)
	if err != nil {
		panic(err) // requests are our own plain structs
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// wakes tell the workers of this instance that something is due, each only of
// its own: what they would look for otherwise, they look for in the database.
type wakes struct{ tills, others, google chan struct{} }

func newWakes() wakes {
	return wakes{tills: make(chan struct{}, 1), others: make(chan struct{}, 1), google: make(chan struct{}, 1)}
}

// nudge wakes the workers for refreshes of a class.
func (s *Service) nudge(p models.Priority) {
	if p == models.PriorityTill {
		poke(s.wake.tills)
	} else {
		poke(s.wake.others)
	}
}

// poke wakes whoever waits, or whoever looks next.
func poke(wake chan struct{}) {
	select {
	case wake <- struct{}{}:
	default:
	}
}
