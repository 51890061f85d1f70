package pushtest

import (
	"context"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"maps"
	"net"
	"net/http"
	"sync"
	"time"

	"crypto/rand"
)

// androidBacklog is how many messages FCM stores for an Android phone.
const androidBacklog = 100

// FCMOptions says how strict an FCM simulator is. The zero value speaks plain
// HTTP on a free loopback port for the project "demo" and asks for no token.
type FCMOptions struct {
	Addr        string           // "127.0.0.1:0" when empty
	ProjectID   string           // "demo" when empty
	TLS         bool             // HTTPS and HTTP/2
	Certificate *tls.Certificate // of the server; issued by an Authority of its own when nil
	Credentials bool             // asks for an access token, got with ServiceAccount's key
	Now         func() time.Time // time.Now when nil
}

// FCMMessage is a message as the phone gets it.
type FCMMessage struct {
	Name        string // "projects/demo/messages/…"
	Token       string
	Title, Body string
	Data        map[string]string
	CollapseKey string
	Priority    string            // Android's: "normal" or "high"; empty when none was given
	TTL         time.Duration     // 4 weeks when none was given
	APNSHeaders map[string]string // what FCM would send to Apple
}

// FCMCounts is what a simulator has seen since its start.
type FCMCounts struct {
	Requests  int            `json:"requests"`
	Accepted  int            `json:"accepted"`
	Delivered int            `json:"delivered"` // of those, to a phone that listened
	Refused   map[string]int `json:"refused"`   // by error code, or status where there is none
	Faults    int            `json:"faults"`
	Logins    int            `json:"logins"` // access tokens issued
}

// FCM simulates Firebase Cloud Messaging's HTTP v1 interface.
type FCM struct {
	Faults Faults // what goes wrong, by device token

	options  FCMOptions
	own      *Authority // nil without TLS or with a given certificate
	listener net.Listener
	server   *http.Server
	served   chan struct{}
	closing  chan struct{}
	once     sync.Once
	hub      *hub[FCMMessage]
	account  *rsa.PrivateKey // nil unless credentials are asked for

	mu     sync.Mutex
	tokens map[string]*appToken
	access map[string]time.Time // access tokens and their ends
	counts FCMCounts
}

type appToken struct {
	project string
	dead    bool
}

// NewFCM starts a simulator; Close stops it.
func NewFCM(o FCMOptions) (*FCM, error) {
	if o.Addr == "" {
		o.Addr = "127.0.0.1:0"
	}
	if o.ProjectID == "" {
		o.ProjectID = "demo"
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	f := &FCM{options: o, served: make(chan struct{}), closing: make(chan struct{}),
		hub: newHub[FCMMessage](androidBacklog, o.Now), tokens: make(map[string]*appToken), access: make(map[string]time.Time)}
	f.counts.Refused = make(map[string]int)
	if o.Credentials {
		key, err := rsa.GenerateKey(rand.Reader, 2048)
		if err != nil {
			return nil, fmt.Errorf("make service account key: %w", err)
		}
		f.account = key
	}
	return f, f.listen()
}

func (f *FCM) listen() error {
	listener, err := net.Listen("tcp", f.options.Addr)
	if err != nil {
		return fmt.Errorf("listen for FCM: %w", err)
	}
	f.listener = listener
	f.server = &http.Server{Handler: f.routes(), ReadHeaderTimeout: 10 * time.Second}
	serve := func() error { return f.server.Serve(listener) }
	if f.options.TLS {
		cert, own, err := serverCertificate(f.options.Certificate, f.options.Addr)
		if err != nil {
			return errors.Join(err, listener.Close())
		}
		f.own = own
		f.server.TLSConfig = &tls.Config{Certificates: []tls.Certificate{cert}, MinVersion: tls.VersionTLS12}
		serve = func() error { return f.server.ServeTLS(listener, "", "") }
	}
	go func() {
		defer close(f.served)
		_ = serve() // ends with Close
	}()
	return nil
}

// URL is the simulator's address, without a path.
func (f *FCM) URL() string {
	scheme := "http://"
	if f.options.TLS {
		scheme = "https://"
	}
	return scheme + f.listener.Addr().String()
}

// Endpoint is what a sender takes for Google's address.
func (f *FCM) Endpoint() string { return f.URL() + "/v1" }

// Roots trusts the simulator's own certificate; nil when it has none.
func (f *FCM) Roots() *x509.CertPool {
	if f.own == nil {
		return nil
	}
	return f.own.Roots()
}

// Close ends every connection and subscription and waits for their goroutines.
func (f *FCM) Close() error {
	f.once.Do(func() { close(f.closing) }) // requests that hang end now
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	err := f.server.Shutdown(ctx)
	if errors.Is(err, context.DeadlineExceeded) { // clients that hold a connection without a request
		err = f.server.Close()
	}
	<-f.served
	f.hub.close()
	return err
}

// IssueToken gives an app of project a new token.
func (f *FCM) IssueToken(project string) string {
	token := rand.Text() + ":APA91b" + rand.Text()
	f.Adopt(project, token)
	return token
}

// Adopt makes token a good one of project's app.
func (f *FCM) Adopt(project, token string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.tokens[token] = &appToken{project: project}
}

// Unregister answers messages to token with UNREGISTERED from now on.
func (f *FCM) Unregister(token string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	known := f.tokens[token]
	if known == nil {
		return errors.New("unregister: this token was never issued")
	}
	known.dead = true
	return nil
}

// Subscribe returns what arrives for the app with token, first of all what
// waited for it. The channel is closed by cancel and by Close.
func (f *FCM) Subscribe(token string) (arriving <-chan FCMMessage, cancel func()) {
	return f.hub.subscribe(token)
}

// Delivered counts the messages that reached the app with token.
func (f *FCM) Delivered(token string) int { return f.hub.delivered(token) }

// Counts returns what happened so far.
func (f *FCM) Counts() FCMCounts {
	f.mu.Lock()
	defer f.mu.Unlock()
	counts := f.counts
	counts.Refused = maps.Clone(f.counts.Refused)
	counts.Faults = f.Faults.Played()
	return counts
}
