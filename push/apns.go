package push

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/sideshow/apns2"
	"github.com/sideshow/apns2/token"
)

// APNsHost is Apple's production gateway. Passes have no other: the sandbox
// knows no wallet tokens.
const APNsHost = apns2.HostProduction

// PushType is the value of the apns-push-type header of a wake.
type PushType string

// The push types that wake a wallet. Apple names none for passes; background
// at priority 5 is what works with certificates and with keys alike.
const (
	PushBackground PushType = "background"
	PushAlert      PushType = "alert"
)

// longestToken is far above the 64 characters of today's device tokens.
const longestToken = 200

// APNsConfig says how to reach APNs and as whom. Exactly one of Certificate
// and Token is needed; durations left zero have the values given here.
type APNsConfig struct {
	Certificate *tls.Certificate // of the pass type ID: leaf and key
	Token       *APNsToken       // a team's key, instead
	Host        string           // APNsHost; a simulator's URL in tests
	Roots       *x509.CertPool   // who may have issued the host's certificate; the system's when nil
	PushType    PushType         // PushBackground
	Timeout     time.Duration    // of one push, answer included: 10 s
	ReadIdle    time.Duration    // silence after which the connection is pinged: 15 s
	Ping        time.Duration    // silence after a ping that means it is dead: 5 s
	Log         *slog.Logger     // slog.Default()
	Now         func() time.Time // time.Now
}

// APNsToken is a key from Apple's developer site for token authentication.
type APNsToken struct {
	Key    []byte // the .p8 file, PEM
	KeyID  string // ten characters
	TeamID string // ten characters
}

// APNs wakes the wallets of iPhones. It is safe for use by many goroutines,
// which share one connection; how many push at once is the caller's choice.
type APNs struct {
	config APNsConfig
	client *apns2.Client
	conn   *oneConn
	gate   *gate
	trust  *trust
}

// NewAPNs checks config and returns a sender. It does not connect: the first
// push does. The errors name the setting at fault.
func NewAPNs(config APNsConfig) (*APNs, error) {
	config.fill()
	if err := config.check(); err != nil {
		return nil, err
	}
	conn := config.connection()
	client := &apns2.Client{
		Host:       strings.TrimSuffix(config.Host, "/"),
		HTTPClient: &http.Client{Transport: apnsReader{conn.transport}, CheckRedirect: dontFollow},
	}
	if config.Token != nil {
		bearer, err := config.Token.bearer()
		if err != nil {
			return nil, err
		}
		client.Token = bearer
	}
	return &APNs{config: config, client: client, conn: conn,
		gate: newGate(config.Timeout, config.Now), trust: newTrust()}, nil
}

// Close ends the connection once the pushes under way are answered, or their
// time is over. No push may follow.
func (a *APNs) Close() error {
	ctx, cancel := context.WithTimeout(context.Background(), a.config.Timeout)
	defer cancel()
	return a.conn.close(ctx)
}

func (c *APNsConfig) fill() {
	setDefault(&c.Host, APNsHost)
	setDefault(&c.PushType, PushBackground)
	setDefault(&c.Timeout, 10*time.Second)
	setDefault(&c.ReadIdle, 15*time.Second)
	setDefault(&c.Ping, 5*time.Second)
	setDefault(&c.Log, slog.Default())
	if c.Now == nil {
		c.Now = time.Now
	}
}

func setDefault[T comparable](field *T, value T) {
	var zero T
	if *field == zero {
		*field = value
	}
}

func (c *APNsConfig) check() error {
	switch {
	case c.Certificate == nil && c.Token == nil:
		return errors.New("apns: neither a pass certificate nor a key is given")
	case c.Certificate != nil && c.Token != nil:
		return errors.New("apns: a pass certificate and a key are given; use one")
	case c.Certificate != nil && (len(c.Certificate.Certificate) == 0 || c.Certificate.PrivateKey == nil):
		return errors.New("apns: the pass certificate or its private key is missing")
	case c.PushType != PushBackground && c.PushType != PushAlert:
		return fmt.Errorf("apns: the push type is %q; it must be %q or %q", c.PushType, PushBackground, PushAlert)
	case !strings.HasPrefix(c.Host, "https://"):
		return errors.New("apns: the host must begin with https://")
	}
	return nil
}

// Public returns the public key that Apple knows the key by, as DER.
func (t *APNsToken) Public() ([]byte, error) {
	key, err := token.AuthKeyFromBytes(t.Key)
	if err != nil {
		return nil, err
	}
	return x509.MarshalPKIXPublicKey(key.Public())
}

// bearer returns the provider token that all pushes share; the library signs
// it anew every 50 minutes, between the 20 and the 60 that Apple asks for.
func (t *APNsToken) bearer() (*token.Token, error) {
	key, err := token.AuthKeyFromBytes(t.Key)
	if err != nil {
		return nil, fmt.Errorf("apns: the key is not a .p8 file: %w", err)
	}
	if t.KeyID == "" || t.TeamID == "" {
		return nil, errors.New("apns: the key needs its key id and its team id")
	}
	bearer := &token.Token{AuthKey: key, KeyID: t.KeyID, TeamID: t.TeamID}
	// Later signatures hide their errors, so the key is tried once now.
	if _, err := bearer.Generate(); err != nil {
		return nil, fmt.Errorf("apns: sign with the key: %w", err)
	}
	return bearer, nil
}

// dontFollow keeps a redirect from carrying our credentials elsewhere; the
// answer itself is then the outcome.
func dontFollow(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

// Wake tells the phone with deviceToken that a pass of topic, the pass type
// identifier, has changed: the phone then asks us what. It makes one attempt,
// two when the provider token had expired.
func (a *APNs) Wake(ctx context.Context, topic, deviceToken string) Outcome {
	// Phones name their own tokens when they register. One that is no token
	// must neither bend our path nor fail like a lost connection.
	if !hexadecimal(deviceToken) {
		return Outcome{Result: Gone, Since: a.config.Now(), Reason: reasonMalformed}
	}
	if held, ok := a.gate.held(topic); ok {
		return held
	}
	began := a.config.Now()
	got := a.attempt(ctx, topic, deviceToken)
	if got.reason == apns2.ReasonExpiredProviderToken && a.renew(got.bearer) {
		got = a.attempt(ctx, topic, deviceToken)
	}
	outcome, stop := a.outcome(got, topic, began)
	if a.guard(topic, outcome, got.status != 0, stop) {
		a.config.Log.WarnContext(ctx, "apns paused", "reason", outcome.Reason, "topic", topic, "remedy", outcome.Remedy)
	}
	return outcome
}

// hexadecimal reports whether token could be one of Apple's, whose length is
// not promised.
func hexadecimal(token string) bool {
	return token != "" && len(token) <= longestToken && strings.Trim(token, "0123456789abcdefABCDEF") == ""
}

// guard tells the gate what came of a push and reports whether it has closed.
func (a *APNs) guard(topic string, out Outcome, answered, stop bool) bool {
	switch {
	case stop:
		return a.gate.shut(topic, out)
	case answered:
		a.gate.open(topic)
	case out.Reason != reasonCancelled:
		return a.gate.unanswered()
	}
	return false
}

// attempt sends one notification and returns what came back.
func (a *APNs) attempt(ctx context.Context, topic, deviceToken string) *apnsAnswer {
	caller := ctx
	got := &apnsAnswer{}
	ctx, cancel := context.WithTimeout(got.watch(ctx), a.config.Timeout)
	defer cancel()
	note := &apns2.Notification{DeviceToken: deviceToken, Topic: topic, Payload: []byte("{}"),
		PushType: apns2.EPushType(a.config.PushType), Priority: apns2.PriorityHigh}
	if a.config.PushType == PushBackground {
		note.Priority = apns2.PriorityLow // Apple refuses background pushes at any other
	}
	_, err := a.client.PushWithContext(ctx, note)
	a.conn.done()
	got.fail(err, caller)
	return got
}

// renew makes the next push sign a new provider token, unless another
// goroutine has done so since the one that was refused.
func (a *APNs) renew(refused string) bool {
	if a.client.Token == nil {
		return false
	}
	a.client.Token.Lock()
	defer a.client.Token.Unlock()
	if "bearer "+a.client.Token.Bearer == refused {
		a.client.Token.IssuedAt = 0
	}
	return true
}
