package apitest

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"log/slog"
	"net/http"
	"net/http/httptest"
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
	s.Auth, err = auth.New(s.Stores.Users, s.Stores.Clock, settings.Secret)
	require.NoError(tb, err)
	s.fill()
	s.Handler, err = api.Handler(api.Config{Wallet: s.Wallet, Auth: s.Auth, Log: log, Dev: true, Metrics: prometheus.NewRegistry(), Certificates: o.Certificates})
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
	builder, err := apple.NewBuilder(s.credentials)
	require.NoError(s.TB, err)
	s.APNs, err = pushtest.NewAPNs(pushtest.APNsOptions{CertificateTopics: true})
	require.NoError(s.TB, err)
	s.TB.Cleanup(func() { require.NoError(s.TB, s.APNs.Close()) })
	certificate := s.credentials.TLS()
	sender, err := push.NewAPNs(push.APNsConfig{
		Certificate: &certificate, Host: s.APNs.URL(), Roots: s.APNs.Roots(), Log: log, Timeout: o.Timeout,
	})
	require.NoError(s.TB, err)
	s.TB.Cleanup(func() { require.NoError(s.TB, sender.Close()) })
	s.Wallet.Apple = wallet.NewAppleIssuer(builder, sender, s.URL)
}

func (s *Server) google(o Options) {
	o.Google.Key = googleKey()
	var err error
	s.Google, err = wallettest.NewGoogleWallet(o.Google)
	require.NoError(s.TB, err)
	s.TB.Cleanup(func() { require.NoError(s.TB, s.Google.Close()) })
	account, err := google.ParseServiceAccount(s.Google.ServiceAccountJSON())
	require.NoError(s.TB, err)
	if o.Rate == 0 {
		o.Rate = 1000
	}
	client := &http.Client{Transport: &http.Transport{}}
	s.TB.Cleanup(client.CloseIdleConnections)
	sender, err := push.NewGoogleWallet(s.TB.Context(), push.GoogleConfig{
		CredentialsJSON: s.Google.ServiceAccountJSON(), Endpoint: s.Google.URL(), HTTPClient: client,
		RequestsPerSecond: o.Rate, Timeout: o.Timeout,
	})
	require.NoError(s.TB, err)
	s.Wallet.Google = &wallet.GoogleIssuer{
		Issuer: s.Google.Issuer(), Account: account, Wallet: sender, BaseURL: s.URL, Callback: s.URL + "/google/callback",
		Keys: push.NewDocument(s.Google.KeysURL(), client, s.Stores.Clock.Now, google.ParseRootKeys),
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
