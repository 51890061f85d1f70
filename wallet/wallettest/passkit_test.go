package wallettest_test

import (
	"archive/zip"
	"bytes"
	"crypto/sha1" //nolint:gosec // Apple's manifest is made of SHA-1 digests
	"crypto/tls"
	"encoding/hex"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"regulars/models"
	"regulars/passes"
	"regulars/push/pushtest"
)

const topic = "pass.example.cafe"

// server is Apple's web service for passes, written from its reference: what
// a phone may expect. The switches below make it do things wrong.
type server struct {
	*httptest.Server
	mu       sync.Mutex
	passes   map[string]*pass
	devices  map[string]map[string]int // by device: each registered serial and the counter of its last change
	tokens   map[string]string         // push token by device
	counter  int
	logs     []string
	requests []string

	stuckTag, noTag, numberTag, noLastModified, ignoreDate, listAll, htmlType, locked bool
	extraSerial                                                                       string
	fail                                                                              int // so many requests get 503
	busy                                                                              int // so many registrations get 429
	edit                                                                              func(map[string]any)
}

type pass struct {
	token     string
	fields    map[string]any // key to value
	changedAt time.Time
}

func newServer(t *testing.T) *server {
	t.Helper()
	s := &server{passes: map[string]*pass{}, devices: map[string]map[string]int{}, tokens: map[string]string{}}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /download/{serial}", s.download)
	registration := "/passkit/v1/devices/{device}/registrations/" + topic
	mux.HandleFunc("POST "+registration+"/{serial}", s.auth(s.register))
	mux.HandleFunc("DELETE "+registration+"/{serial}", s.auth(s.unregister))
	mux.HandleFunc("GET "+registration, s.list)
	mux.HandleFunc("GET /passkit/v1/passes/"+topic+"/{serial}", s.auth(s.fetch))
	mux.HandleFunc("POST /passkit/v1/log", s.log)
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.requests = append(s.requests, r.Method+" "+r.URL.Path)
		if s.busy > 0 && r.Method == http.MethodPost {
			s.busy--
			w.WriteHeader(http.StatusTooManyRequests)
			return
		}
		if s.fail > 0 {
			s.fail--
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		mux.ServeHTTP(w, r)
	}))
	t.Cleanup(s.Close)
	return s
}

// add makes a pass and returns its link.
func (s *server) add(serial string, balance int) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.passes[serial] = &pass{token: "token-of-pass-" + serial, fields: map[string]any{"balance": balance, "message": ""}, changedAt: time.Now().UTC().Truncate(time.Second)}
	return s.URL + "/download/" + serial
}

// set changes fields of a pass and returns the push tokens to wake.
func (s *server) set(serial string, fields map[string]any) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.passes[serial]
	maps.Copy(p.fields, fields)
	p.changedAt = p.changedAt.Add(time.Second)
	s.counter++
	var tokens []string
	for device, serials := range s.devices {
		if _, ok := serials[serial]; ok {
			serials[serial] = s.counter
			tokens = append(tokens, s.tokens[device])
		}
	}
	return tokens
}

func (s *server) with(do func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	do()
}

func (s *server) logged() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.logs)
}

func (s *server) auth(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		p := s.passes[r.PathValue("serial")]
		if p == nil || s.locked || r.Header.Get("Authorization") != "ApplePass "+p.token {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		next(w, r)
	}
}

func (s *server) register(w http.ResponseWriter, r *http.Request) {
	var body struct{ PushToken string }
	if err := json.NewDecoder(r.Body).Decode(&body); err != nil || body.PushToken == "" || r.Header.Get("Content-Type") != "application/json" {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	device, serial := r.PathValue("device"), r.PathValue("serial")
	status := http.StatusOK
	if s.devices[device] == nil {
		s.devices[device] = map[string]int{}
	}
	if _, ok := s.devices[device][serial]; !ok {
		s.devices[device][serial] = s.counter
		status = http.StatusCreated
	}
	s.tokens[device] = body.PushToken
	w.WriteHeader(status)
}

func (s *server) unregister(_ http.ResponseWriter, r *http.Request) {
	delete(s.devices[r.PathValue("device")], r.PathValue("serial"))
}

func (s *server) list(w http.ResponseWriter, r *http.Request) {
	since, err := strconv.Atoi(r.URL.Query().Get("passesUpdatedSince"))
	serials := []string{}
	for serial, changed := range s.devices[r.PathValue("device")] {
		if err != nil || changed > since || s.listAll {
			serials = append(serials, serial)
		}
	}
	if s.extraSerial != "" {
		serials = append(serials, s.extraSerial)
	}
	if len(serials) == 0 {
		w.WriteHeader(http.StatusNoContent)
		return
	}
	var tag any = strconv.Itoa(s.counter)
	answer := map[string]any{"serialNumbers": serials, "lastUpdated": tag}
	switch {
	case s.stuckTag:
		answer["lastUpdated"] = "0"
	case s.noTag:
		delete(answer, "lastUpdated")
	case s.numberTag:
		answer["lastUpdated"] = s.counter
	}
	_ = json.NewEncoder(w).Encode(answer)
}

func (s *server) fetch(w http.ResponseWriter, r *http.Request) {
	p := s.passes[r.PathValue("serial")]
	if date, err := http.ParseTime(r.Header.Get("If-Modified-Since")); err == nil && !p.changedAt.After(date) && !s.ignoreDate {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	s.write(w, r.PathValue("serial"))
}

func (s *server) download(w http.ResponseWriter, r *http.Request) {
	if !strings.Contains(r.UserAgent(), "Safari") {
		w.WriteHeader(http.StatusForbidden)
		return
	}
	s.write(w, r.PathValue("serial"))
}

func (s *server) write(w http.ResponseWriter, serial string) {
	p := s.passes[serial]
	w.Header().Set("Content-Type", "application/vnd.apple.pkpass")
	if s.htmlType {
		w.Header().Set("Content-Type", "text/html")
	}
	if !s.noLastModified {
		w.Header().Set("Last-Modified", p.changedAt.Format(http.TimeFormat))
	}
	_, _ = w.Write(s.bundle(serial, p))
}

func (s *server) log(_ http.ResponseWriter, r *http.Request) {
	var body struct{ Logs []string }
	_ = json.NewDecoder(io.LimitReader(r.Body, 1<<20)).Decode(&body)
	s.logs = append(s.logs, body.Logs...)
}

func (s *server) bundle(serial string, p *pass) []byte {
	card := map[string]any{
		"formatVersion": 1, "passTypeIdentifier": topic, "serialNumber": serial, "teamIdentifier": "TEAM123456",
		"organizationName": "Corner Café", "description": "Loyalty card", "logoText": "Corner Café",
		"webServiceURL": s.URL + "/passkit/", "authenticationToken": p.token,
		"barcodes": []map[string]string{{"format": "PKBarcodeFormatQR", "message": "71234567890123456784", "messageEncoding": "iso-8859-1", "altText": "7123 4567 8901 2345 6784"}},
		"storeCard": map[string]any{
			"headerFields": []map[string]any{{"key": "balance", "label": "POINTS", "value": p.fields["balance"], "changeMessage": "You now have %@ points"}},
			"backFields":   []map[string]any{{"key": "message", "label": "News", "value": p.fields["message"], "changeMessage": "%@"}},
		},
	}
	if s.edit != nil {
		s.edit(card)
	}
	content, _ := json.Marshal(card)
	files := map[string][]byte{"pass.json": content, "icon.png": []byte("icon"), "signature": []byte("signature")}
	manifest := map[string]string{}
	for name, body := range files {
		digest := sha1.Sum(body) //nolint:gosec // as Apple says
		if name != "signature" {
			manifest[name] = hex.EncodeToString(digest[:])
		}
	}
	files["manifest.json"], _ = json.Marshal(manifest)
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, name := range slices.Sorted(maps.Keys(files)) {
		w, _ := z.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Store})
		_, _ = w.Write(files[name])
	}
	_ = z.Close()
	return b.Bytes()
}

func requireNoLogs(t *testing.T, s *server) {
	t.Helper()
	require.Empty(t, s.logged(), "a server that does everything right gets no complaint")
}

// apnsCertificate is a pass certificate that an APNs which asks for none
// takes.
func apnsCertificate(t *testing.T) *tls.Certificate {
	t.Helper()
	authority, err := pushtest.NewAuthority()
	require.NoError(t, err)
	cert, err := authority.Pass(topic)
	require.NoError(t, err)
	return &cert
}

func cafe() (*models.Program, passes.State) {
	p := &models.Program{ID: "demo", Version: 1, Terms: models.Terms{
		Name: "Regulars", Organization: "Corner Café", Description: "Loyalty card", Locale: "en", Currency: "EUR",
		Barcode: models.QR, Brand: models.Brand{Background: "#4a2c2a"}, Rules: []models.Rule{models.SpendRule(1, 100)},
	}}
	return p, passes.State{Program: "demo", Version: 1, Card: "71234567890123456784", Name: "Anna", Balances: []passes.Balance{{Unit: models.Points, Amount: 5, Usable: 5}}}
}
