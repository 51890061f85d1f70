package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"encoding/pem"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"regulars/models"
	"regulars/passes"
	"regulars/passes/apple"
	"regulars/passes/google"
	"regulars/push"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// shopServer hands out signed passes and takes registrations: as much of a
// server as these commands meet.
type shopServer struct {
	*httptest.Server
	builder *apple.Builder
	design  *apple.Design
	wwdr    []byte

	mu         sync.Mutex
	balance    int64
	version    time.Time
	tag        int
	registered map[string]string // push token by serial
	enrolled   int
}

func newShopServer(t *testing.T) *shopServer {
	t.Helper()
	d, err := apple.DevelopmentCredentials(time.Now(), rand.Reader, apple.RSA2048)
	require.NoError(t, err)
	credentials, err := apple.Load(d.Material())
	require.NoError(t, err)
	builder, err := apple.NewBuilder(credentials)
	require.NoError(t, err)
	design, err := apple.NewDesign(program())
	require.NoError(t, err)
	s := &shopServer{builder: builder, design: design, wwdr: d.WWDR, balance: 5, version: time.Now().Add(-time.Hour), registered: map[string]string{}}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /p/{serial}", s.pass)
	mux.HandleFunc("GET /passkit/v1/passes/{type}/{serial}", s.pass)
	mux.HandleFunc("POST /passkit/v1/devices/{device}/registrations/{type}/{serial}", s.register)
	mux.HandleFunc("DELETE /passkit/v1/devices/{device}/registrations/{type}/{serial}", s.unregister)
	mux.HandleFunc("GET /passkit/v1/devices/{device}/registrations/{type}", s.list)
	mux.HandleFunc("POST /passkit/v1/log", func(http.ResponseWriter, *http.Request) {})
	mux.HandleFunc("POST /api/v1/auth/login", func(w http.ResponseWriter, _ *http.Request) {
		_ = json.NewEncoder(w).Encode(map[string]string{"access_token": "let-me-in"})
	})
	mux.HandleFunc("POST /api/v1/programs/demo/members", s.enrol)
	s.Server = httptest.NewTLSServer(mux)
	t.Cleanup(s.Close)
	return s
}

func (s *shopServer) pass(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.builder.Credentials()
	card, err := s.design.Card(passes.State{Program: "demo", Version: 1, Card: "70000000000000000011", Name: "Anna", Balances: points(s.balance), JoinedAt: s.version}, apple.Identity{
		PassTypeID: c.PassTypeID, TeamID: c.TeamID, Serial: models.Serial(r.PathValue("serial")), Token: "a-token-of-enough-length", WebServiceURL: s.URL + "/passkit",
	})
	if err != nil {
		panic(err)
	}
	b, err := s.builder.Build(s.design, &card, time.Now())
	if err != nil {
		panic(err)
	}
	w.Header().Set("Content-Type", "application/vnd.apple.pkpass")
	w.Header().Set("Last-Modified", s.version.UTC().Format(http.TimeFormat))
	_, _ = b.WriteTo(w)
}

func (s *shopServer) register(w http.ResponseWriter, r *http.Request) {
	var body struct{ PushToken string }
	_ = json.NewDecoder(r.Body).Decode(&body)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.registered[r.PathValue("serial")] = body.PushToken
	w.WriteHeader(http.StatusCreated)
}

func (s *shopServer) unregister(_ http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.registered, r.PathValue("serial"))
}

func (s *shopServer) list(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if r.URL.Query().Get("passesUpdatedSince") == strconv.Itoa(s.tag) {
		w.WriteHeader(http.StatusNoContent)
		return
	}
	serials := []string{}
	for serial := range s.registered {
		serials = append(serials, serial)
	}
	_ = json.NewEncoder(w).Encode(map[string]any{"serialNumbers": serials, "lastUpdated": strconv.Itoa(s.tag)})
}

func (s *shopServer) enrol(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("Authorization") != "Bearer let-me-in" || r.Header.Get("Idempotency-Key") == "" {
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.enrolled++
	w.WriteHeader(http.StatusCreated)
	_ = json.NewEncoder(w).Encode(map[string]any{"passes": map[string]string{"apple_url": s.URL + "/p/load" + strconv.Itoa(s.enrolled)}})
}

// sell changes the balance and returns the push token to wake.
func (s *shopServer) sell(serial string, balance int64) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.balance, s.version, s.tag = balance, s.version.Add(time.Minute), s.tag+1
	return s.registered[serial]
}

func program() *models.Program {
	return &models.Program{ID: "demo", Version: 1, Terms: models.Terms{
		Name: "Regulars", Organization: "Corner Café", Description: "Loyalty card of Corner Café", TimeZone: "Europe/Amsterdam",
		Currency: "EUR", Country: "NL", Locale: "en", Barcode: models.QR, Rules: []models.Rule{models.SpendRule(1, 100)}, MaxPurchase: 100_000,
		Brand: models.Brand{Background: "#4b2e20", Foreground: "#ffffff", Label: "#e7c9a5"}, Refunds: models.AllowNegative,
	}}
}

// simulator is a running phonesim serve.
type simulator struct {
	t    *testing.T
	dir  string
	at   addresses
	stop func()
}

// start runs phonesim serve, with its files in dir, for passes of shop.
func start(t *testing.T, dir string, shop *shopServer) *simulator {
	t.Helper()
	write := func(name string, b []byte) string {
		path := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(path, b, 0o600))
		return path
	}
	ca := write("server.pem", pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: shop.Certificate().Raw}))
	roots := write("wwdr.pem", shop.wwdr)
	require.NoError(t, errOr(os.Remove(filepath.Join(dir, "services.json"))))
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan int, 1)
	var out, complaints bytes.Buffer
	go func() {
		ended <- run(ctx, []string{"serve", "--state", dir, "--server-ca", ca, "--pass-roots", roots,
			"--apns", "127.0.0.1:0", "--fcm", "127.0.0.1:0", "--google", "127.0.0.1:0", "--steer", "127.0.0.1:0"}, &out, &complaints)
	}()
	s := &simulator{t: t, dir: dir}
	s.stop = sync.OnceFunc(func() {
		http.DefaultClient.CloseIdleConnections()
		cancel()
		require.Equal(t, 0, <-ended, complaints.String())
		require.Contains(t, out.String(), "regulars serve")
	})
	t.Cleanup(s.stop)
	require.Eventually(t, func() bool {
		b, err := os.ReadFile(filepath.Join(dir, "services.json"))
		return err == nil && json.Unmarshal(b, &s.at) == nil
	}, 20*time.Second, 10*time.Millisecond)
	return s
}

// errOr drops the error of a file that is not there.
func errOr(err error) error {
	if os.IsNotExist(err) {
		return nil
	}
	return err
}

// do runs a command and returns what it printed.
func (s *simulator) do(status int, args ...string) string {
	s.t.Helper()
	var out, complaints bytes.Buffer
	require.Equal(s.t, status, run(s.t.Context(), append(args, "--control", s.at.Control), &out, &complaints), complaints.String())
	return out.String() + complaints.String()
}

// wake sends a push as the server does.
func (s *simulator) wake(shop *shopServer, token string) {
	s.t.Helper()
	roots, err := pool(s.at.CA)
	require.NoError(s.t, err)
	cert := shop.builder.Credentials().TLS()
	sender, err := push.NewAPNs(push.APNsConfig{Certificate: &cert, Host: s.at.APNs, Roots: roots})
	require.NoError(s.t, err)
	defer func() { require.NoError(s.t, sender.Close()) }()
	out := sender.Wake(s.t.Context(), shop.builder.Credentials().PassTypeID, token)
	require.Equal(s.t, push.Sent, out.Result, out)
}

func TestCardIsAddedChangedShownAndRemoved(t *testing.T) {
	shop := newShopServer(t)
	dir := t.TempDir()
	s := start(t, dir, shop)
	shown := s.do(0, "phone", "add", shop.URL+"/p/s1", "--name", "anna")
	require.Contains(t, shown, "Corner Café")
	require.Contains(t, shown, "70000000000000000011")

	s.wake(shop, shop.sell("s1", 4711))
	require.Eventually(t, func() bool { return bytes.Contains([]byte(s.do(0, "phone", "show", "anna")), []byte("4711")) }, 10*time.Second, 20*time.Millisecond)
	require.Contains(t, s.do(0, "phone", "list"), "anna")
	require.Contains(t, s.do(0, "phone", "misbehave", "anna", "garbage-tag", "--times", "3"), "answered 200: 3 times")
	s.do(0, "phone", "token", "anna")
	require.Contains(t, s.do(1, "phone", "show", "bob"), "no phone of that name")
	require.Contains(t, s.do(1, "phone", "add", "http://127.0.0.1:1/p/x"), "nothing listens on 127.0.0.1:1")
	require.Contains(t, s.do(2, "phone", "sing", "anna"), "see phonesim help phone")
	require.Contains(t, s.do(2, "load", "add", "--phones=0"), "--phones is 1 or more")
	require.Contains(t, s.do(2, "fault", "add", "apns", "--status", "9"), "--status is an HTTP status")

	s.stop() // and another start finds the phone again
	s = start(t, dir, shop)
	s.wake(shop, shop.sell("s1", 4712))
	require.Eventually(t, func() bool { return bytes.Contains([]byte(s.do(0, "phone", "show", "anna")), []byte("4712")) }, 10*time.Second, 20*time.Millisecond)
	s.do(0, "phone", "remove", "anna", "s1")
	require.Empty(t, shop.registered)
	s.do(0, "phone", "remove", "anna")
	require.NotContains(t, s.do(0, "phone", "list"), "anna")
}

func TestSimulatorThatIsNotThereIsToldPlainly(t *testing.T) {
	for control, says := range map[string]string{
		"nonsense":           "--control is an address such as http://127.0.0.1:2190",
		"http://127.0.0.1:1": "phonesim serve can't be reached: nothing listens on 127.0.0.1:1. Start it",
	} {
		var out, complaints bytes.Buffer
		require.NotZero(t, run(t.Context(), []string{"counts", "--control", control}, &out, &complaints))
		require.Empty(t, out.String())
		require.Contains(t, complaints.String(), says)
	}
}

func TestServicesAreBrokenAndMendedByCommand(t *testing.T) {
	shop := newShopServer(t)
	s := start(t, t.TempDir(), shop)
	roots, err := pool(s.at.CA)
	require.NoError(t, err)
	key, err := os.ReadFile(s.at.Credentials)
	require.NoError(t, err)
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.TLSClientConfig.RootCAs = roots
	defer transport.CloseIdleConnections()
	g, err := push.NewGoogleWallet(t.Context(), push.GoogleConfig{CredentialsJSON: key, Endpoint: s.at.Google, HTTPClient: &http.Client{Transport: transport}})
	require.NoError(t, err)
	class := google.Class(program(), s.at.Issuer, google.Images{Logo: "https://cafe.example/logo.png"}, "")

	s.do(0, "fault", "add", "google", "--status", "503", "--times=-1", "--key", class.Id)
	require.Equal(t, push.Retry, g.PutClass(t.Context(), class).Result)
	s.do(0, "fault", "clear", "google")
	require.Equal(t, push.Sent, g.PutClass(t.Context(), class).Result)
	require.Contains(t, s.do(0, "counts"), `"loyaltyClass.insert 503": 1`)

	object := google.Object(program(), passes.State{Program: "demo", Version: 1, Card: "70000000000000000011", Name: "Bob", Balances: points(77)}, google.ObjectID{Issuer: s.at.Issuer, Serial: "g1"}, "")
	require.Equal(t, push.Sent, g.PutObject(t.Context(), object).Result)
	account, err := google.ParseServiceAccount(key)
	require.NoError(t, err)
	link, err := google.SaveLink(models.LoyaltyCard, object.Id, class.Id, account.Key, account.Email, time.Now())
	require.NoError(t, err)
	require.Contains(t, s.do(0, "android", "save", link), "77")
	require.Contains(t, s.do(0, "android", "show", "android-1"), "Bob")
	require.Contains(t, s.do(0, "android", "list"), object.Id)
	s.do(0, "android", "remove", "android-1", object.Id)
	require.NotContains(t, s.do(0, "android", "list"), object.Id)
	s.do(1, "android", "remove", "android-1", object.Id)
	s.do(1, "android", "remove", "nobody", object.Id)
}

func TestLoadEnrolsMembersAndGivesEachAPhone(t *testing.T) {
	shop := newShopServer(t)
	dir := t.TempDir()
	s := start(t, dir, shop)
	told := s.do(0, "load", "add", "--phones", "12", "--server", shop.URL, "--server-ca", filepath.Join(dir, "server.pem"))
	require.Contains(t, told, "12 phones hold a pass")
	require.Len(t, shop.registered, 12)
	s.wake(shop, shop.sell("load7", 9))
	require.Eventually(t, func() bool {
		return bytes.Contains([]byte(s.do(0, "load", "stats")), []byte("1 push, asked 1 time"))
	}, 10*time.Second, 20*time.Millisecond)
}

func TestWebPageCannotSteer(t *testing.T) {
	shop := newShopServer(t)
	s := start(t, t.TempDir(), shop)
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.at.Control+"/phones", bytes.NewBufferString(`{}`))
	require.NoError(t, err)
	r.Header.Set("Origin", "https://evil.example")
	resp, err := http.DefaultClient.Do(r)
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	require.Equal(t, http.StatusForbidden, resp.StatusCode)
}

func points(n int64) []passes.Balance {
	return []passes.Balance{{Unit: models.Points, Amount: n, Usable: n}}
}
