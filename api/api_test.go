package api_test

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"regulars/api"
	"regulars/api/apitest"
	"regulars/models/store/storetest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// accepts is what a browser asks for when somebody follows a link.
var accepts = apitest.Header{Name: "Accept", Value: "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}

// A person who follows an old link got raw JSON.
func TestPeopleGetAPageAndProgramsAProblem(t *testing.T) {
	s := apitest.Start(t, storetest.SQLite(t), apitest.Options{Idle: true})
	for _, tt := range []struct {
		method, path string
		status       int
		page         bool
	}{
		{"GET", "/nothing", 404, true}, {"GET", "/console/nothing", 404, true}, {"GET", "//evil.example/x", 404, true},
		{"POST", "/robots.txt", 405, true}, {"GET", "/logout", 405, true},
		{"GET", "/api/v1/nothing", 404, false}, {"GET", "/api/nothing", 404, false}, {"DELETE", "/api/v1/programs/demo", 405, false},
		{"GET", "/passkit/v1/nothing", 404, false}, {"GET", "/passkit/v1/log", 405, false},
	} {
		program := s.Do(tt.method, tt.path, nil)
		require.Equal(t, tt.status, program.Status, tt.path)
		require.Equal(t, "application/problem+json", program.Header.Get("Content-Type"), tt.path)
		person := s.Do(tt.method, tt.path, nil, accepts, apitest.Header{Name: "Accept-Language", Value: "nl"})
		require.Equal(t, tt.status, person.Status, tt.path)
		if !tt.page {
			require.Equal(t, "application/problem+json", person.Header.Get("Content-Type"), tt.path)
			continue
		}
		require.Contains(t, person.Header.Get("Content-Type"), "text/html", tt.path)
		require.Contains(t, string(person.Body), `lang="nl"`, tt.path)
		require.Contains(t, string(person.Body), `href="/"`, "a way on from "+tt.path)
		require.NotContains(t, string(person.Body), "evil.example", tt.path)
		require.Equal(t, "no-store", person.Header.Get("Cache-Control"), tt.path)
	}
	elsewhere := s.Do("POST", "/login", nil, accepts, apitest.Header{Name: "Sec-Fetch-Site", Value: "cross-site"})
	require.Equal(t, 403, elsewhere.Status)
	require.Contains(t, elsewhere.Header.Get("Content-Type"), "text/html")
}

// A browser that was told to keep to HTTPS does not come back over plain HTTP,
// so only who is reached over HTTPS may say it.
func TestBrowsersAreKeptToHTTPS(t *testing.T) {
	s := apitest.Start(t, storetest.SQLite(t), apitest.Options{Idle: true})
	ask := func(client *http.Client, url string) string {
		r, err := client.Get(url + "/healthz")
		require.NoError(t, err)
		require.NoError(t, r.Body.Close())
		require.Equal(t, 200, r.StatusCode)
		return r.Header.Get("Strict-Transport-Security")
	}
	require.Empty(t, ask(s.Client, s.URL))

	encrypted := httptest.NewTLSServer(s.Handler)
	t.Cleanup(encrypted.Close)
	require.Equal(t, "max-age=31536000", ask(encrypted.Client(), encrypted.URL))

	s.Wallet.BaseURL = "https://cards.example.com"
	behind, err := api.Handler(api.Config{Wallet: s.Wallet, Auth: s.Auth, Log: slog.New(slog.DiscardHandler), Metrics: prometheus.NewRegistry()})
	require.NoError(t, err)
	proxied := httptest.NewServer(behind)
	t.Cleanup(proxied.Close)
	require.Equal(t, "max-age=31536000", ask(proxied.Client(), proxied.URL))
}

// Whoever tries numbers gets no second allowance by trying them elsewhere.
func TestScansAreCountedTogether(t *testing.T) {
	s := apitest.Start(t, storetest.SQLite(t), apitest.Options{Idle: true})
	m := s.Enrol("Ada")
	for _, tt := range []struct{ name, path, kind, body string }{
		{"the API", "/api/v1/programs/demo/scans", "application/json", `{"code":"` + string(m.Card) + `"}`},
		{"the till", "/till/scan", "application/x-www-form-urlencoded", "code=" + string(m.Card)},
	} {
		staff := s.As(apitest.Staff)
		token, _ := strings.CutPrefix(staff.Value, "Bearer ")
		for until := time.Now().Add(time.Minute); ; {
			for s.Auth.Scan("u-staff") == nil { // two a second come back meanwhile
			}
			got := s.Do("POST", tt.path, tt.body, staff, apitest.Header{Name: "Cookie", Value: "regulars_access=" + token}, apitest.Header{Name: "Content-Type", Value: tt.kind})
			if got.Status == 429 {
				require.NotEmpty(t, got.Header.Get("Retry-After"), tt.name)
				break
			}
			require.Equal(t, 200, got.Status, tt.name)
			require.True(t, time.Now().Before(until), "%s counts for itself", tt.name)
		}
	}
	require.NoError(t, s.Auth.Scan("u-owner"), "others scan on")
}
