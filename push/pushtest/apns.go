package pushtest

import (
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net"
	"sync"
	"time"
)

// APNsOptions says how strict an APNs simulator is. The zero value listens on
// a free loopback port, makes its own certificate and asks for none.
type APNsOptions struct {
	Addr        string           // "127.0.0.1:0" when empty
	Certificate *tls.Certificate // of the server; issued by an Authority of its own when nil

	// CertificateTopics asks for a client certificate whose subject's UID is
	// the topic of every push, as Apple does for pass types. ClientCAs, when
	// set, must have issued it.
	CertificateTopics bool
	ClientCAs         *x509.CertPool

	// ProviderKey asks for provider tokens signed with its private half. With
	// CertificateTopics too, either will do.
	ProviderKey *ProviderKey

	MaxConcurrentStreams uint32           // 1000 when 0
	Now                  func() time.Time // time.Now when nil; judges provider tokens and expirations
}

// ProviderKey is what Apple knows of a team's .p8 key.
type ProviderKey struct {
	KeyID, TeamID string
	Public        *ecdsa.PublicKey
}

// Notification is a push as the phone gets it.
type Notification struct {
	ID         string
	Token      string
	Topic      string
	PushType   string
	Priority   int
	CollapseID string
	Expiration time.Time // zero when none was asked for
	Payload    json.RawMessage
}

// APNsCounts is what a simulator has seen since its start.
type APNsCounts struct {
	Requests    int            `json:"requests"`     // that were looked at
	Accepted    int            `json:"accepted"`     // answered 200, or taken with the answer lost
	Delivered   int            `json:"delivered"`    // of those, to a phone that listened
	Refused     map[string]int `json:"refused"`      // by reason
	Faults      int            `json:"faults"`       // played
	Connections int            `json:"connections"`  // opened
	Open        int            `json:"open"`         // connections now
	MostStreams int            `json:"most_streams"` // at once on one connection
}

// APNs simulates Apple's push service for providers.
type APNs struct {
	Faults Faults // what goes wrong, by device token

	options APNsOptions
	own     *Authority // nil when the certificate was given
	server  *h2Server
	hub     *hub[Notification]

	mu     sync.Mutex
	tokens map[string]*deviceToken
	counts APNsCounts
}

type deviceToken struct {
	topic          string
	unregisteredAt time.Time // zero while it is good
}

// NewAPNs starts a simulator; Close stops it.
func NewAPNs(o APNsOptions) (*APNs, error) {
	if o.Addr == "" {
		o.Addr = "127.0.0.1:0"
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.MaxConcurrentStreams == 0 {
		o.MaxConcurrentStreams = 1000
	}
	a := &APNs{options: o, tokens: make(map[string]*deviceToken), hub: newHub[Notification](1, o.Now)}
	a.counts.Refused = make(map[string]int)
	config, err := a.tlsConfig()
	if err != nil {
		return nil, err
	}
	a.server, err = listenH2(o.Addr, config, a.serve, a.allowance)
	if err != nil {
		return nil, err
	}
	return a, nil
}

func (a *APNs) tlsConfig() (*tls.Config, error) {
	cert, own, err := serverCertificate(a.options.Certificate, a.options.Addr)
	if err != nil {
		return nil, err
	}
	a.own = own
	config := &tls.Config{Certificates: []tls.Certificate{cert}, MinVersion: tls.VersionTLS12}
	switch {
	case !a.options.CertificateTopics:
	case a.options.ClientCAs != nil:
		config.ClientAuth, config.ClientCAs = tls.VerifyClientCertIfGiven, a.options.ClientCAs
	default:
		config.ClientAuth = tls.RequestClientCert
	}
	return config, nil
}

// serverCertificate returns given, or a certificate of a new authority.
func serverCertificate(given *tls.Certificate, addr string) (tls.Certificate, *Authority, error) {
	if given != nil {
		return *given, nil, nil
	}
	own, err := NewAuthority()
	if err != nil {
		return tls.Certificate{}, nil, err
	}
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return tls.Certificate{}, nil, fmt.Errorf("address of a simulator: %w", err)
	}
	cert, err := own.Server(host)
	return cert, own, err
}

// allowance gives a connection without a certificate one stream until its
// first provider token was found good, as Apple does.
func (a *APNs) allowance(c *h2Conn) uint32 {
	if a.options.ProviderKey != nil && len(c.tls.ConnectionState().PeerCertificates) == 0 {
		return 1
	}
	return a.options.MaxConcurrentStreams
}

// URL is what a sender takes for Apple's host.
func (a *APNs) URL() string { return "https://" + a.server.listener.Addr().String() }

// Roots trusts the simulator's own certificate; nil when one was given.
func (a *APNs) Roots() *x509.CertPool {
	if a.own == nil {
		return nil
	}
	return a.own.Roots()
}

// RootsPEM is Roots for a file; nil when a certificate was given.
func (a *APNs) RootsPEM() []byte {
	if a.own == nil {
		return nil
	}
	return a.own.RootsPEM()
}

// Close ends every connection and subscription and waits for their goroutines.
func (a *APNs) Close() error {
	err := a.server.close()
	a.hub.close()
	return err
}

// IssueToken gives a phone a new device token for topic.
func (a *APNs) IssueToken(topic string) string {
	raw := make([]byte, 32)
	_, _ = rand.Read(raw) // never fails
	token := hex.EncodeToString(raw)
	a.Adopt(topic, token)
	return token
}

// Adopt makes token a good one for topic: a phone that outlived the simulator,
// or one that registered again.
func (a *APNs) Adopt(topic, token string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.tokens[token] = &deviceToken{topic: topic}
}

// Unregister answers pushes to token with 410 and at from now on.
func (a *APNs) Unregister(token string, at time.Time) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	known := a.tokens[token]
	if known == nil {
		return errors.New("unregister: this token was never issued")
	}
	known.unregisteredAt = at
	return nil
}

// Subscribe returns what arrives for the phone with token, first of all the
// one notification that waited for it, if any. The channel is closed by cancel
// and by Close. A phone that reads too slowly loses its oldest ones.
func (a *APNs) Subscribe(token string) (arriving <-chan Notification, cancel func()) {
	return a.hub.subscribe(token)
}

// Delivered counts the notifications that reached the phone with token.
func (a *APNs) Delivered(token string) int { return a.hub.delivered(token) }

// Counts returns what happened so far.
func (a *APNs) Counts() APNsCounts {
	a.mu.Lock()
	defer a.mu.Unlock()
	counts := a.counts
	counts.Refused = maps.Clone(a.counts.Refused)
	counts.Faults = a.Faults.Played()
	counts.Connections, counts.Open, counts.MostStreams = a.server.connections()
	return counts
}
