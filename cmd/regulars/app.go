package main

import (
	"bytes"
	"context"
	"crypto/x509"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
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

	credentials  *apple.Credentials         // that the server was started with
	certificates func() []pages.Certificate // that somebody has to renew
	sims         *simulators                // the other side of Apple and Google, when we are without credentials
}

// simulated reports whether real phones are out of reach.
func (a *app) simulated() bool {
	return a.credentials.Development && !a.wallet.Apple.Added()
}

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
	if a.certificates, err = certificatesOf(c, a.wallet); err != nil {
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
// own credentials, or else with ones made here and simulators. Those that
// businesses have added stand beside them.
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
		if a.wallet.Roots, err = poolOf(filepath.Join(c.Data, devFolder, wwdrFile)); err != nil {
			return err
		}
	}
	if a.wallet.Secrets, err = c.Secrets.keys(); err != nil {
		return err
	}
	if err := a.issueForApple(ctx, c); err != nil {
		return err
	}
	if err := a.issueForGoogle(c); err != nil {
		return err
	}
	return a.wallet.LoadCredentials(ctx)
}

func (a *app) issueForApple(ctx context.Context, c serveConfig) error {
	roots, err := poolOrNil(c.APNs.CA)
	if err != nil {
		return err
	}
	connect := func(credentials *apple.Credentials, instead *push.APNsToken) (*push.APNs, error) {
		config := push.APNsConfig{Token: instead, Host: c.APNs.Host, Roots: roots, Log: a.log, Now: a.stores.Clock.Now}
		if instead == nil {
			tls := credentials.TLS()
			config.Certificate = &tls
		}
		if a.sims != nil && credentials.Development {
			config.Host, config.Roots = a.sims.apns.URL(), a.sims.apns.Roots()
		}
		return push.NewAPNs(config)
	}
	var instead *push.APNsToken
	if c.APNs.Key != "" {
		key, err := os.ReadFile(c.APNs.Key)
		if err != nil {
			return err
		}
		instead = &push.APNsToken{Key: key, KeyID: c.APNs.KeyID, TeamID: c.APNs.TeamID}
	}
	a.wallet.Apple, err = wallet.NewAppleIssuer(a.credentials, instead, connect, a.wallet.BaseURL)
	if err != nil && c.APNs.Key != "" {
		return commandline.Mistakef("--apns-key is not a .p8 file as Apple gives it, or --apns-key-id or --apns-team-id has not ten characters (%s).", commandline.Sentence(err))
	}
	if err != nil {
		return err
	}
	a.closers = append(a.closers, a.wallet.Apple.Close)
	settings, err := a.stores.Settings.NotePassType(ctx, a.credentials.PassTypeID)
	a.wallet.PassType = settings.PassType
	return err
}

func (a *app) issueForGoogle(c serveConfig) error {
	connect, err := a.connectGoogle(c)
	if err != nil {
		return err
	}
	a.wallet.Google = &wallet.GoogleIssuer{BaseURL: a.wallet.BaseURL, Connect: connect}
	simulated := c.Google.Endpoint != "" || a.sims != nil && c.Google.Credentials == ""
	if simulated || strings.HasPrefix(a.wallet.BaseURL, "https://") { // Google calls no other
		a.wallet.Google.Callback = a.wallet.BaseURL + "/google/callback"
	}
	switch {
	case c.Google.Credentials != "":
		file, err := os.ReadFile(c.Google.Credentials)
		if err != nil {
			return err
		}
		return a.wallet.Google.Start(c.Google.Issuer, file)
	case a.sims != nil:
		return a.wallet.Google.Start(a.sims.google.Issuer(), a.sims.google.ServiceAccountJSON())
	}
	return nil // no cards for Google Wallet but of those who add their own
}

// connectGoogle returns what reaches Google, or the simulator that an account is
// of.
func (a *app) connectGoogle(c serveConfig) (wallet.GoogleConnect, error) {
	client := http.DefaultClient
	if c.Google.CA != "" {
		var err error
		if client, err = clientOf(c.Google.CA); err != nil {
			return nil, err
		}
	}
	document := func(url string, client *http.Client) *push.Document[google.RootKeys] {
		return push.NewDocument(url, client, a.stores.Clock.Now, google.ParseRootKeys)
	}
	keys, saveURL := google.RootKeysURL, ""
	if c.Google.Endpoint != "" { // a simulator saves cards itself, and signs what it tells of them
		simulator := strings.TrimSuffix(c.Google.Endpoint, "/")
		keys, saveURL = simulator+"/gp/m/issuer/keys", simulator+"/gp/v/save/"
	}
	if c.Google.Keys != "" {
		keys = c.Google.Keys
	}
	real := &wallet.GoogleClient{Keys: document(keys, client), SaveURL: saveURL}
	return func(keyFile []byte) (*wallet.GoogleClient, error) {
		made, config := *real, push.GoogleConfig{CredentialsJSON: keyFile, Endpoint: c.Google.Endpoint, HTTPClient: client, RequestsPerSecond: c.Google.Rate}
		if a.sims != nil && bytes.Equal(keyFile, a.sims.google.ServiceAccountJSON()) {
			config.Endpoint, config.HTTPClient = a.sims.google.URL(), a.sims.google.Client()
			simulator := strings.TrimSuffix(config.Endpoint, "/")
			made.Keys, made.SaveURL = document(simulator+"/gp/m/issuer/keys", config.HTTPClient), simulator+"/gp/v/save/"
		}
		var err error
		made.Wallet, err = push.NewGoogleWallet(context.Background(), config)
		return &made, err
	}, nil
}

func poolOrNil(file string) (*x509.CertPool, error) {
	if file == "" {
		return nil, nil //nolint:nilnil // the system's
	}
	return poolOf(file)
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
