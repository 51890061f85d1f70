package main

import (
	"context"
	"crypto/x509"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"regulars/api"
	"regulars/api/auth"
	"regulars/api/pages"
	"regulars/cmd/internal/commandline"
	"regulars/models/store"
	"regulars/passes/apple"
	"regulars/passes/google"
	"regulars/push"
	"regulars/templates"
	"regulars/wallet"
)

// app is a server, put together and ready to serve.
type app struct {
	log     *slog.Logger
	stores  *store.Stores
	wallet  *wallet.Service
	auth    *auth.Auth
	handler http.Handler
	closers []func()

	credentials  *apple.Credentials
	certificates []pages.Certificate // that somebody has to renew
	sims         *simulators         // the other side of Apple and Google, when we are without credentials
}

// simulated reports whether real phones are out of reach.
func (a *app) simulated() bool { return a.credentials.Development }

// close gives everything back, the last first.
func (a *app) close() {
	for i := len(a.closers) - 1; i >= 0; i-- {
		a.closers[i]()
	}
}

// assemble puts a server together. It fails with all that is wrong with the
// configuration, before anything is served.
func assemble(ctx context.Context, c serveConfig, addr net.Addr, log *slog.Logger, options ...func(*api.Config)) (_ *app, err error) {
	a := &app{log: log}
	defer func() {
		if err != nil {
			a.close()
		}
	}()
	base, err := baseURL(c, addr)
	if err != nil {
		return nil, err
	}
	if a.stores, err = openStores(ctx, c.database); err != nil {
		return nil, err
	}
	a.closers = append(a.closers, func() {
		if err := a.stores.DB.Close(); err != nil {
			log.Error("close the database", "err", err)
		}
	})
	settings, err := a.stores.Settings.Server(ctx)
	if err != nil {
		return nil, err
	}
	a.wallet = wallet.New(a.stores, settings, base, log)
	if err := a.issuers(ctx, c); err != nil {
		return nil, err
	}
	if a.auth, err = auth.New(a.stores.Users, a.stores.Clock, settings.Secret); err != nil {
		return nil, err
	}
	metrics := prometheus.NewRegistry()
	metrics.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	if a.certificates, err = certificatesOf(c, a.credentials); err != nil {
		return nil, err
	}
	config := api.Config{
		Wallet: a.wallet, Auth: a.auth, Log: log, Dev: a.simulated(), TrustedProxies: c.Proxies, Metrics: metrics, Certificates: a.certificates,
	}
	for _, option := range options {
		option(&config)
	}
	a.handler, err = api.Handler(config)
	return a, err
}

// withSignIns shows the demo's sign-ins on the front page.
func withSignIns(all []templates.SignIn) func(*api.Config) {
	return func(c *api.Config) { c.SignIns = all }
}

// baseURL is the address that customers' phones come back to.
func baseURL(c serveConfig, addr net.Addr) (string, error) {
	scheme := "http"
	if c.TLSCert != "" {
		scheme = "https"
	}
	if c.BaseURL != "" {
		return c.publicAddress(c.BaseURL)
	}
	return c.publicAddress(scheme + "://" + reachable(addr))
}

// reachable is where others find a server that listens on addr: for one on
// all addresses, the first of this machine's that is not loopback.
func reachable(addr net.Addr) string {
	tcp, ok := addr.(*net.TCPAddr)
	if !ok || !tcp.IP.IsUnspecified() {
		return addr.String()
	}
	host := "127.0.0.1"
	if all, err := net.InterfaceAddrs(); err == nil {
		for _, a := range all {
			if n, ok := a.(*net.IPNet); ok && n.IP.To4() != nil && !n.IP.IsLoopback() {
				host = n.IP.String()
				break
			}
		}
	}
	return net.JoinHostPort(host, strconv.Itoa(tcp.Port))
}

// issuers sets up what signs passes and reaches phones: with the business's
// own credentials, or else with ones made here and simulators.
func (a *app) issuers(ctx context.Context, c serveConfig) error {
	credentials, done, err := appleCredentials(c)
	if err != nil {
		return err
	}
	a.credentials, a.closers = credentials, append(a.closers, done)
	if a.credentials.Development && c.APNs.Host == "" {
		if a.sims, err = startSimulators(c.Data); err != nil {
			return err
		}
		a.closers = append(a.closers, a.sims.close)
	}
	if err := a.issueForApple(c); err != nil {
		return err
	}
	return a.issueForGoogle(ctx, c)
}

func (a *app) issueForApple(c serveConfig) error {
	builder, err := apple.NewBuilder(a.credentials)
	if err != nil {
		return err
	}
	tls := a.credentials.TLS()
	config := push.APNsConfig{Certificate: &tls, Host: c.APNs.Host, Log: a.log, Now: a.stores.Clock.Now}
	if c.APNs.Key != "" {
		key, err := os.ReadFile(c.APNs.Key)
		if err != nil {
			return err
		}
		config.Certificate, config.Token = nil, &push.APNsToken{Key: key, KeyID: c.APNs.KeyID, TeamID: c.APNs.TeamID}
	}
	if a.sims != nil {
		config.Host, config.Roots = a.sims.apns.URL(), a.sims.apns.Roots()
	}
	if c.APNs.CA != "" {
		if config.Roots, err = poolOf(c.APNs.CA); err != nil {
			return err
		}
	}
	sender, err := push.NewAPNs(config)
	if err != nil && c.APNs.Key != "" {
		return commandline.Mistakef("--apns-key is not a .p8 file as Apple gives it, or --apns-key-id or --apns-team-id has not ten characters (%s).", commandline.Sentence(err))
	}
	if err != nil {
		return err
	}
	a.closers = append(a.closers, func() { _ = sender.Close() }) // an idle connection has nothing to lose
	a.wallet.Apple = wallet.NewAppleIssuer(builder, sender, a.wallet.BaseURL)
	a.closers = append(a.closers, a.wallet.Apple.Wait)
	return nil
}

func (a *app) issueForGoogle(ctx context.Context, c serveConfig) error {
	credentials, issuer, endpoint, client := []byte(nil), c.Google.Issuer, c.Google.Endpoint, http.DefaultClient
	var err error
	switch {
	case c.Google.Credentials != "":
		if credentials, err = os.ReadFile(c.Google.Credentials); err != nil {
			return err
		}
	case a.sims != nil:
		credentials, issuer, endpoint, client = a.sims.google.ServiceAccountJSON(), a.sims.google.Issuer(), a.sims.google.URL(), a.sims.google.Client()
	default:
		return nil // no cards for Google Wallet
	}
	if c.Google.CA != "" {
		if client, err = clientOf(c.Google.CA); err != nil {
			return err
		}
	}
	account, err := google.ParseServiceAccount(credentials)
	if err != nil {
		return err
	}
	sender, err := push.NewGoogleWallet(ctx, push.GoogleConfig{
		CredentialsJSON: credentials, Endpoint: endpoint, HTTPClient: client, RequestsPerSecond: c.Google.Rate,
	})
	if err != nil {
		return err
	}
	a.wallet.Google = &wallet.GoogleIssuer{Issuer: issuer, Account: account, Wallet: sender, BaseURL: a.wallet.BaseURL}
	keys := google.RootKeysURL
	if endpoint != "" { // a simulator saves cards itself, and signs what it tells of them
		simulator := strings.TrimSuffix(endpoint, "/")
		a.wallet.Google.SaveURL, keys = simulator+"/gp/v/save/", simulator+"/gp/m/issuer/keys"
	}
	if c.Google.Keys != "" {
		keys = c.Google.Keys
	}
	a.wallet.Google.Keys = push.NewDocument(keys, client, a.stores.Clock.Now, google.ParseRootKeys)
	if endpoint != "" || strings.HasPrefix(a.wallet.BaseURL, "https://") { // Google calls no other
		a.wallet.Google.Callback = a.wallet.BaseURL + "/google/callback"
	}
	return nil
}

func poolOf(file string) (*x509.CertPool, error) {
	pem, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("%s holds no certificate in PEM form", file)
	}
	return pool, nil
}
