package apitest

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"

	"regulars/api"
	"regulars/api/auth"
	"regulars/api/pages"
	"regulars/models"
	"regulars/models/store"
	"regulars/passes/apple"
	"regulars/passes/google"
	"regulars/push"
	"regulars/push/pushtest"
	"regulars/wallet"
	"regulars/wallet/secrets"
	"regulars/wallet/wallettest"
)

// Server is a server with everything around it.
type Server struct {
	TB      testing.TB
	URL     string
	Stores  *store.Stores
	Wallet  *wallet.Service
	Auth    *auth.Auth
	Handler http.Handler
	Client  *http.Client
	Log     *Log
	APNs    *pushtest.APNs
	Google  *wallettest.GoogleWallet

	GoogleClient *wallet.GoogleClient // how the server reaches it

	others      []*wallettest.GoogleWallet
	credentials *apple.Credentials
	stop        context.CancelFunc
	stopped     chan error
	working     bool
	access      map[string]string
}

// Options change what Start makes.
type Options struct {
	Idle    bool          // don't run the workers; Work does
	Pace    *wallet.Pace  // a quick one when nil
	Timeout time.Duration // of one call to APNs or Google; 2 s when 0
	Google  wallettest.GoogleOptions
	Rate    float64 // Google's requests a second as we keep to it; 1000 when 0

	Certificates []pages.Certificate
	Secrets      secrets.Keys // that credentials are sealed under; none when zero
}

// Start returns a server on the database with the programs demo and other,
// whose workers run. It stops with the test.
func Start(tb testing.TB, db *store.DB, o Options) *Server {
	tb.Helper()
	s := &Server{TB: tb, Log: &Log{}, Client: &http.Client{Timeout: 20 * time.Second, Transport: &http.Transport{}}, access: map[string]string{}}
	socket := httptest.NewUnstartedServer(nil)
	s.URL = "http://" + socket.Listener.Addr().String()
	var err error
	s.Stores, err = store.OpenStores(tb.Context(), db)
	require.NoError(tb, err)
	settings, err := s.Stores.Settings.Server(tb.Context())
	require.NoError(tb, err)
	log := slog.New(slog.NewJSONHandler(s.Log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	s.Wallet = wallet.New(s.Stores, settings, s.URL, log)
	s.Wallet.Pace = quick()
	if o.Pace != nil {
		s.Wallet.Pace = *o.Pace
	}
	if o.Timeout == 0 {
		o.Timeout = 2 * time.Second
	}
	s.apple(o, log)
	s.google(o)
	require.NoError(tb, s.Wallet.LoadCredentials(tb.Context()))
	s.Auth, err = auth.New(s.Stores.Users, s.Stores.Clock, settings.Secret)
	require.NoError(tb, err)
	s.fill()
	s.Handler, err = api.Handler(api.Config{Wallet: s.Wallet, Auth: s.Auth, Log: log, Dev: true, Metrics: prometheus.NewRegistry(), Certificates: s.certificates(o.Certificates)})
	require.NoError(tb, err)
	socket.Config.Handler = s.Handler
	socket.Start()
	tb.Cleanup(func() {
		s.Client.CloseIdleConnections()
		socket.Close()
	})
	if !o.Idle {
		s.Work()
	}
	return s
}

// quick is a pace at which a test sees in a second what takes minutes.
func quick() wallet.Pace {
	return wallet.Pace{
		Lease: 3 * time.Second, Poll: 20 * time.Millisecond,
		Repush: []time.Duration{300 * time.Millisecond, 600 * time.Millisecond},
	}
}

func (s *Server) apple(o Options, log *slog.Logger) {
	var err error
	s.credentials, err = apple.Load(certificates().Material())
	require.NoError(s.TB, err)
	s.APNs, err = pushtest.NewAPNs(pushtest.APNsOptions{CertificateTopics: true})
	require.NoError(s.TB, err)
	s.TB.Cleanup(func() { require.NoError(s.TB, s.APNs.Close()) })
	connect := func(c *apple.Credentials, instead *push.APNsToken) (*push.APNs, error) {
		config := push.APNsConfig{Token: instead, Host: s.APNs.URL(), Roots: s.APNs.Roots(), Log: log, Timeout: o.Timeout}
		if instead == nil {
			certificate := c.TLS()
			config.Certificate = &certificate
		}
		return push.NewAPNs(config)
	}
	s.Wallet.Apple, err = wallet.NewAppleIssuer(s.credentials, nil, connect, s.URL)
	require.NoError(s.TB, err)
	s.TB.Cleanup(s.Wallet.Apple.Close)
	settings, err := s.Stores.Settings.NotePassType(s.TB.Context(), s.Wallet.Apple.Type())
	require.NoError(s.TB, err)
	s.Wallet.PassType, s.Wallet.Secrets = settings.PassType, o.Secrets
	s.Wallet.Roots = x509.NewCertPool()
	require.True(s.TB, s.Wallet.Roots.AppendCertsFromPEM(Issuer().WWDR))
}

func (s *Server) google(o Options) {
	o.Google.Key = googleKey()
	var err error
	s.Google, err = wallettest.NewGoogleWallet(o.Google)
	require.NoError(s.TB, err)
	s.TB.Cleanup(func() { require.NoError(s.TB, s.Google.Close()) })
	if o.Rate == 0 {
		o.Rate = 1000
	}
	client := &http.Client{Transport: &http.Transport{}}
	s.TB.Cleanup(client.CloseIdleConnections)
	s.Wallet.Google = &wallet.GoogleIssuer{
		BaseURL: s.URL, Callback: s.URL + "/google/callback",
		Connect: func(keyFile []byte) (*wallet.GoogleClient, error) {
			at, err := s.googleOf(keyFile)
			if err != nil {
				return nil, err
			}
			sender, err := push.NewGoogleWallet(context.Background(), push.GoogleConfig{
				CredentialsJSON: keyFile, Endpoint: at.URL(), HTTPClient: client, RequestsPerSecond: o.Rate, Timeout: o.Timeout,
			})
			c := &wallet.GoogleClient{Wallet: sender, Keys: push.NewDocument(at.KeysURL(), client, s.Stores.Clock.Now, google.ParseRootKeys)}
			if at == s.Google {
				s.GoogleClient = c
			}
			return c, err
		},
	}
	require.NoError(s.TB, s.Wallet.Google.Start(s.Google.Issuer(), s.Google.ServiceAccountJSON()))
}

// AnotherGoogle starts a Google Wallet for another issuer, whose account the
// server reaches there once somebody adds it.
func (s *Server) AnotherGoogle(issuer string) *wallettest.GoogleWallet {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(s.TB, err)
	g, err := wallettest.NewGoogleWallet(wallettest.GoogleOptions{Issuer: issuer, Key: key})
	require.NoError(s.TB, err)
	s.TB.Cleanup(func() { require.NoError(s.TB, g.Close()) })
	s.others = append(s.others, g)
	return g
}

// googleOf returns the simulator that an account is of.
func (s *Server) googleOf(keyFile []byte) (*wallettest.GoogleWallet, error) {
	account, err := google.ParseServiceAccount(keyFile)
	for _, g := range append(s.others, s.Google) {
		if err == nil && strings.HasPrefix(account.TokenURI, g.URL()) {
			return g, nil
		}
	}
	return nil, errors.Join(err, errors.New("the account is of no simulator of this test"))
}

// certificates are those that a test names, and those that businesses added.
func (s *Server) certificates(named []pages.Certificate) func() []pages.Certificate {
	return func() []pages.Certificate {
		all := slices.Clone(named)
		for _, e := range s.Wallet.Apple.Endings(s.Stores.Clock.Now()) {
			all = append(all, pages.Certificate{Name: pages.AppleCertificate, Of: e.Type, Program: e.Program, NotAfter: e.At})
		}
		return all
	}
}

// Work runs the workers until Rest or the end of the test.
func (s *Server) Work() {
	require.False(s.TB, s.working, "the workers run already")
	ctx, cancel := context.WithCancel(context.Background())
	s.stop, s.stopped, s.working = cancel, make(chan error, 1), true
	go func() { s.stopped <- s.Wallet.Run(ctx) }()
	s.TB.Cleanup(func() { s.Rest() })
}

// Rest stops the workers and returns how long that took. It does nothing when
// they don't run.
func (s *Server) Rest() time.Duration {
	if !s.working {
		return 0
	}
	s.working = false
	began := time.Now()
	s.stop()
	require.NoError(s.TB, <-s.stopped)
	return time.Since(began)
}

// Password opens every account that a Server has.
const Password = "correct-horse-battery"

// The accounts of a Server: demo's by role, and the owner of another program.
const (
	Owner      = "owner@demo.example"
	Manager    = "manager@demo.example"
	Marketer   = "marketer@demo.example"
	Staff      = "staff@demo.example" // bound to the location Corner
	OtherOwner = "owner@other.example"
)

// Terms are the terms of both programs.
func Terms() models.Terms {
	return models.Terms{
		Name: "Corner Café Regulars", Organization: "Corner Café", Description: "Corner Café loyalty card",
		TimeZone: "Europe/Amsterdam", Currency: "EUR", Country: "NL", Locale: "en",
		Brand:   models.Brand{Background: "#4a2c23", Foreground: "#ffffff", Label: "#f0d9b8"},
		Barcode: models.QR, Rules: []models.Rule{models.SpendRule(1, 100)},
		Rewards: []models.Reward{
			{ID: "coffee", Name: "Coffee", Unit: models.Points, Cost: 50},
			{ID: "lunch", Name: "Lunch", Unit: models.Points, Cost: 200},
		},
		Tiers:   []models.Tier{{Name: "Silver", From: 100}, {Name: "Gold", From: 250}},
		Refunds: models.AllowNegative, MaxPurchase: 100_000,
		Contact: models.Contact{Email: "hello@demo.example"},
	}
}

func (s *Server) fill() {
	ctx := s.TB.Context()
	for _, id := range []models.ProgramID{"demo", "other"} {
		if _, err := s.Stores.Programs.Current(ctx, id); err == nil {
			continue // a second start
		}
		_, err := s.Wallet.Publish(ctx, id, Terms(), 0, "")
		require.NoError(s.TB, err)
		require.NoError(s.TB, s.Stores.Programs.Spread(ctx, id, 1))
	}
	for _, u := range []models.User{
		{ID: "u-owner", Email: Owner, Name: "Olivia Owner", Role: models.Owner, Program: "demo"},
		{ID: "u-manager", Email: Manager, Name: "Max Manager", Role: models.Manager, Program: "demo"},
		{ID: "u-marketer", Email: Marketer, Name: "Mark Marketer", Role: models.Marketer, Program: "demo"},
		{ID: "u-staff", Email: Staff, Name: "Sam Staff", Role: models.StaffRole, Program: "demo", Location: "Corner"},
		{ID: "u-other", Email: OtherOwner, Name: "Otto Other", Role: models.Owner, Program: "other"},
	} {
		u.Password, u.CreatedAt = passwordHash(), s.Stores.Clock.Now()
		_, err := s.Stores.Users.Put(ctx, u)
		require.NoError(s.TB, err)
	}
}

// What takes long to make is made once for all tests of a package.
var (
	certificates = sync.OnceValue(func() apple.Development {
		d, err := apple.DevelopmentCredentials(time.Now(), rand.Reader, apple.RSA2048)
		if err != nil {
			panic(err)
		}
		return d
	})
	// Issuer is who a Server takes for Apple when a business adds a certificate.
	Issuer = sync.OnceValue(func() *apple.DevelopmentIssuer {
		i, err := apple.NewDevelopmentIssuer(time.Now(), rand.Reader)
		if err != nil {
			panic(err)
		}
		return i
	})
	googleKey = sync.OnceValue(func() *rsa.PrivateKey {
		key, err := rsa.GenerateKey(rand.Reader, 2048)
		if err != nil {
			panic(err)
		}
		return key
	})
	passwordHash = sync.OnceValue(func() string {
		hash, err := auth.Hash(Password)
		if err != nil {
			panic(err)
		}
		return hash
	})
)
