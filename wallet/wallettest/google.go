package wallettest

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"log"
	"maps"
	"net"
	"net/http"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"regulars/push/pushtest"
)

// GoogleOptions say how a simulated Google Wallet behaves. The zero value is
// a plain HTTP server on a free loopback port, without a rate limit.
type GoogleOptions struct {
	Addr              string              // where to listen; 127.0.0.1:0 when empty
	Authority         *pushtest.Authority // serve TLS with a certificate of this authority
	Issuer            string              // the issuer's number; one is made up when empty
	Key               *rsa.PrivateKey     // the service account's key; made when nil
	RequestsPerSecond float64             // 429 above; Google's own limit is 20. 0 sets none
	TokenLife         time.Duration       // of access tokens; an hour when 0
	Now               func() time.Time    // time.Now when nil

	// Callbacks carries callbacks, and so trusts the server that they are for. A
	// client of the simulator's own when nil.
	Callbacks *http.Client
}

// GoogleWallet is the server side of Google Wallet's REST interface with its
// token endpoint, and what stands behind it: the classes, the objects and who
// saved them. It is safe for use by many goroutines.
type GoogleWallet struct {
	// Faults is the script of what goes wrong, keyed by class or object id;
	// the token endpoint goes by the key "token".
	Faults pushtest.Faults

	opts    GoogleOptions
	url     string
	server  *http.Server
	closing chan struct{}
	done    chan struct{}
	limiter *rate.Limiter // nil: no limit
	caller  *http.Client
	calling sync.WaitGroup // callbacks under way

	mu        sync.Mutex
	resources map[string]map[string]resource // by kind, then id
	tokens    map[string]time.Time           // access tokens and when they end
	notified  map[string][]time.Time         // by quota and id: when the holders were notified
	counts    map[string]int                 // requests by "kind.method status"
	watchers  map[chan<- string]struct{}     // told the id of each object that changed
	holders   map[string]map[string]bool     // of each object
	keys      *CallbackKeys
	hushed    bool // no callbacks are sent
}

// resource is one class or object, as JSON.
type resource = map[string]any

// NewGoogleWallet starts the simulator; Close stops it.
func NewGoogleWallet(o GoogleOptions) (*GoogleWallet, error) {
	if err := o.defaults(); err != nil {
		return nil, err
	}
	g := &GoogleWallet{
		opts: o, closing: make(chan struct{}), done: make(chan struct{}),
		resources: map[string]map[string]resource{}, tokens: map[string]time.Time{},
		notified: map[string][]time.Time{}, counts: map[string]int{}, watchers: map[chan<- string]struct{}{},
		holders: map[string]map[string]bool{}, keys: NewCallbackKeys(o.Issuer, o.Now()), caller: o.Callbacks,
	}
	if g.caller == nil {
		g.caller = &http.Client{Transport: &http.Transport{}}
	}
	if o.RequestsPerSecond > 0 {
		g.limiter = rate.NewLimiter(rate.Limit(o.RequestsPerSecond), max(1, int(o.RequestsPerSecond)))
	}
	ln, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", o.Addr)
	if err != nil {
		return nil, fmt.Errorf("start Google Wallet's simulator: %w", err)
	}
	g.url = "http://" + ln.Addr().String() + "/"
	if o.Authority != nil {
		host, _, _ := net.SplitHostPort(ln.Addr().String())
		cert, err := o.Authority.Server(host)
		if err != nil {
			_ = ln.Close()
			return nil, err
		}
		ln = tls.NewListener(ln, &tls.Config{Certificates: []tls.Certificate{cert}, NextProtos: []string{"h2", "http/1.1"}})
		g.url = "https://" + ln.Addr().String() + "/"
	}
	g.server = &http.Server{Handler: g.handler(), ReadHeaderTimeout: 10 * time.Second, ErrorLog: log.New(io.Discard, "", 0)}
	go func() {
		defer close(g.done)
		_ = g.server.Serve(ln) // ends with Close
	}()
	return g, nil
}

func (o *GoogleOptions) defaults() error {
	if o.Addr == "" {
		o.Addr = "127.0.0.1:0"
	}
	if o.Issuer == "" {
		o.Issuer = "3388000000012345678"
	}
	if o.TokenLife == 0 {
		o.TokenLife = time.Hour
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Key == nil {
		key, err := rsa.GenerateKey(rand.Reader, 2048)
		if err != nil {
			return fmt.Errorf("make the service account's key: %w", err)
		}
		o.Key = key
	}
	return nil
}

// URL is the endpoint for Google's client library; it ends in a slash.
func (g *GoogleWallet) URL() string { return g.url }

// Issuer is the issuer's number, with which all ids begin.
func (g *GoogleWallet) Issuer() string { return g.opts.Issuer }

// Client is an HTTP client that trusts the simulator.
func (g *GoogleWallet) Client() *http.Client {
	transport := &http.Transport{ForceAttemptHTTP2: true, IdleConnTimeout: time.Minute}
	if g.opts.Authority != nil {
		transport.TLSClientConfig = &tls.Config{RootCAs: g.Roots()}
	}
	return &http.Client{Transport: transport}
}

// Roots is the pool that trusts the simulator's certificate; empty without
// TLS.
func (g *GoogleWallet) Roots() *x509.CertPool {
	if g.opts.Authority == nil {
		return x509.NewCertPool()
	}
	return g.opts.Authority.Roots()
}

// Counts says how many requests there were, by "kind.method status" such as
// "loyaltyObject.patch 200".
func (g *GoogleWallet) Counts() map[string]int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return maps.Clone(g.counts)
}

// RevokeTokens makes all access tokens given out so far worthless, as Google
// does when a key is suspended.
func (g *GoogleWallet) RevokeTokens() {
	g.mu.Lock()
	defer g.mu.Unlock()
	clear(g.tokens)
}

// Close stops the simulator; it leaves no goroutine.
func (g *GoogleWallet) Close() error {
	g.mu.Lock() // a callback begins before, or not at all
	close(g.closing)
	g.mu.Unlock()
	err := g.server.Close()
	<-g.done
	g.calling.Wait()
	if g.opts.Callbacks == nil {
		g.caller.CloseIdleConnections()
	}
	return err
}
