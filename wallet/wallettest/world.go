package wallettest

import (
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"sync"

	"regulars/push/pushtest"
)

// WorldOptions say where the simulated services listen and how strict they
// are. The zero value takes free loopback ports.
type WorldOptions struct {
	APNsAddr, FCMAddr, GoogleAddr string // 127.0.0.1:0 when empty

	CertificateTopics bool    // APNs asks for the pass certificate, as Apple does
	GoogleRate        float64 // requests a second that Google takes; 0 sets no limit
	Issuer            string  // Google's number of the issuer

	Phones PhoneOptions    // for the phones of this world; its name and pushes are set by the world
	State  json.RawMessage // what State returned in an earlier run
}

// World is everything beyond our server: the three services that carry a
// change to phones, and the phones. All speak TLS with certificates of one
// authority of the world's own.
type World struct {
	APNs   *pushtest.APNs
	FCM    *pushtest.FCM
	Google *GoogleWallet

	opts      WorldOptions
	authority *pushtest.Authority

	mu       sync.Mutex
	phones   map[string]*Phone
	androids map[string]*Android
}

// fcmProject is the Firebase project of the simulated Androids' app.
const fcmProject = "regulars-simulated"

// NewWorld starts the services, and the phones of an earlier run. Close stops
// it all.
func NewWorld(o WorldOptions) (*World, error) {
	w := &World{opts: o, phones: map[string]*Phone{}, androids: map[string]*Android{}}
	var before worldState
	if len(o.State) > 0 {
		if err := json.Unmarshal(o.State, &before); err != nil {
			return nil, fmt.Errorf("state of the simulated world: %w", err)
		}
	}
	if err := errors.Join(w.start(before), w.restore(before)); err != nil {
		return nil, errors.Join(err, w.Close())
	}
	return w, nil
}

func (w *World) start(before worldState) error {
	var err error
	if w.authority, err = pushtest.NewAuthority(); err != nil {
		return err
	}
	cert, err := w.authority.Server()
	if err != nil {
		return err
	}
	w.APNs, err = pushtest.NewAPNs(pushtest.APNsOptions{Addr: w.opts.APNsAddr, Certificate: &cert, CertificateTopics: w.opts.CertificateTopics})
	if err != nil {
		return err
	}
	w.FCM, err = pushtest.NewFCM(pushtest.FCMOptions{Addr: w.opts.FCMAddr, ProjectID: fcmProject, TLS: true, Certificate: &cert})
	if err != nil {
		return err
	}
	key, err := before.key()
	if err != nil {
		return err
	}
	w.Google, err = NewGoogleWallet(GoogleOptions{
		Addr: w.opts.GoogleAddr, Authority: w.authority, Issuer: w.opts.Issuer, Key: key, RequestsPerSecond: w.opts.GoogleRate,
		Callbacks: w.opts.Phones.Client,
	})
	return err
}

// Close switches the phones off and stops the services; no goroutine is left.
func (w *World) Close() error {
	for _, p := range w.Phones() {
		p.Close()
	}
	var errs []error
	if w.APNs != nil {
		errs = append(errs, w.APNs.Close())
	}
	if w.FCM != nil {
		errs = append(errs, w.FCM.Close())
	}
	if w.Google != nil {
		errs = append(errs, w.Google.Close())
	}
	return errors.Join(errs...)
}

// Roots trusts all services of the world.
func (w *World) Roots() *x509.CertPool { return w.authority.Roots() }

// RootsPEM is Roots as a file for other programs.
func (w *World) RootsPEM() []byte { return w.authority.RootsPEM() }

// Client is what the phones' browsers reach our server with.
func (w *World) Client() *http.Client {
	if c := w.opts.Phones.Client; c != nil {
		return c
	}
	return http.DefaultClient
}

// FCMProject is the project that the Androids' app belongs to.
func (w *World) FCMProject() string { return fcmProject }

// Control steers the services over HTTP: their faults and their counts, under
// the names apns, fcm and google.
func (w *World) Control() http.Handler {
	return pushtest.Control(map[string]pushtest.Service{
		"apns":   {Faults: &w.APNs.Faults, Counts: func() any { return w.APNs.Counts() }},
		"fcm":    {Faults: &w.FCM.Faults, Counts: func() any { return w.FCM.Counts() }},
		"google": {Faults: &w.Google.Faults, Counts: func() any { return w.Google.Counts() }},
	})
}

// Phone returns the iPhone of that name, a new one if there is none; an empty
// name makes one up.
func (w *World) Phone(name string) *Phone {
	w.mu.Lock()
	defer w.mu.Unlock()
	if name == "" {
		name = nextName("iphone-", w.phones)
	}
	if p := w.phones[name]; p != nil {
		return p
	}
	p := NewPhone(w.phoneOptions(name))
	w.phones[name] = p
	return p
}

// Android is Phone for Androids. Each has the shop's app, with a token.
func (w *World) Android(name string) *Android {
	w.mu.Lock()
	defer w.mu.Unlock()
	if name == "" {
		name = nextName("android-", w.androids)
	}
	if a := w.androids[name]; a != nil {
		return a
	}
	a := NewAndroid(name, w.Google, w.FCM.IssueToken(fcmProject))
	w.androids[name] = a
	return a
}

// Forget switches the iPhone of that name off for good and reports whether
// there was one.
func (w *World) Forget(name string) bool {
	w.mu.Lock()
	p := w.phones[name]
	delete(w.phones, name)
	w.mu.Unlock()
	if p != nil {
		p.Close()
	}
	return p != nil
}

// Phones are the iPhones, by name.
func (w *World) Phones() []*Phone { return sorted(w, w.phones) }

// Androids are the Androids, by name.
func (w *World) Androids() []*Android { return sorted(w, w.androids) }

// Find returns the iPhone of that name, if there is one.
func (w *World) Find(name string) (*Phone, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	p, ok := w.phones[name]
	return p, ok
}

// NewFleet returns a fleet in this world, with so many workers. Whoever made
// it closes it, before the world.
func (w *World) NewFleet(name string, workers int) *Fleet {
	return NewFleet(w.phoneOptions(name), workers)
}

func (w *World) phoneOptions(name string) PhoneOptions {
	o := w.opts.Phones
	o.Name, o.Pushes = name, w.APNs
	return o
}

func nextName[T any](prefix string, taken map[string]T) string {
	for i := 1; ; i++ {
		name := prefix + strconv.Itoa(i)
		if _, ok := taken[name]; !ok {
			return name
		}
	}
}

func sorted[T any](w *World, m map[string]T) []T {
	w.mu.Lock()
	defer w.mu.Unlock()
	list := make([]T, 0, len(m))
	for _, name := range slices.Sorted(maps.Keys(m)) {
		list = append(list, m[name])
	}
	return list
}

// worldState is what a world keeps between two runs.
type worldState struct {
	Key      string         `json:"key"` // of the service account, PEM
	Google   GoogleState    `json:"google"`
	Phones   []PhoneState   `json:"phones"`
	Androids []AndroidState `json:"androids"`
}

func (s worldState) key() (*rsa.PrivateKey, error) {
	block, _ := pem.Decode([]byte(s.Key))
	if block == nil {
		return nil, nil //nolint:nilnil // a new world: the simulator makes a key
	}
	key, err := x509.ParsePKCS1PrivateKey(block.Bytes)
	if err != nil {
		return nil, fmt.Errorf("key of the simulated service account: %w", err)
	}
	return key, nil
}

// State returns what a later NewWorld needs to go on with these phones and
// with what Google has. It holds the service account's key.
func (w *World) State() json.RawMessage {
	s := worldState{Google: w.Google.State()}
	s.Key = string(pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(w.Google.opts.Key)}))
	for _, p := range w.Phones() {
		s.Phones = append(s.Phones, p.State())
	}
	for _, a := range w.Androids() {
		s.Androids = append(s.Androids, a.State())
	}
	b, err := json.Marshal(s)
	if err != nil {
		panic(err) // all of it came from JSON or is plain data
	}
	return b
}

func (w *World) restore(before worldState) error {
	if w.Google == nil {
		return nil // the services did not start; that error is told
	}
	w.Google.restore(before.Google)
	for _, s := range before.Androids {
		w.FCM.Adopt(fcmProject, s.Token)
		a := NewAndroid(s.Name, w.Google, s.Token)
		a.saved = s.Saved
		for _, id := range s.Saved {
			w.Google.adopt(id, s.Name)
		}
		w.androids[s.Name] = a
	}
	for _, s := range before.Phones {
		p, err := RestorePhone(w.phoneOptions(s.Name), s)
		if err != nil {
			return err
		}
		w.phones[s.Name] = p
	}
	return nil
}
