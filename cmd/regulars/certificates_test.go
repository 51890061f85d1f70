package main

import (
	"bytes"
	"context"
	"crypto/tls"
	"io"
	"log/slog"
	"net/http"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"regulars/api/pages"
	"regulars/models/store"
	"regulars/models/store/storetest"
	"regulars/passes/apple"
	"regulars/push"
	"regulars/wallet"
)

func TestEndOfACertificateIsLoggedOnceADay(t *testing.T) {
	day := 24 * time.Hour
	for name, tt := range map[string]struct {
		left           time.Duration // at the start
		warned, failed int           // in 40 days
	}{
		"far":  {365 * day, 0, 0},
		"near": {60*day + time.Hour, 9, 0},
		"soon": {5*day + time.Hour, 6, 34},
		"over": {-day, 0, 40},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var log bytes.Buffer
				all := []pages.Certificate{{Name: pages.AppleCertificate, NotAfter: time.Now().Add(tt.left)}}
				ctx, cancel := context.WithTimeout(t.Context(), 40*day-time.Hour)
				defer cancel()
				list := func() []pages.Certificate { return all }
				require.NoError(t, watchCertificates(ctx, list, slog.New(slog.NewJSONHandler(&log, nil))))
				require.Equal(t, tt.warned, strings.Count(log.String(), `"level":"WARN","msg":"a certificate ends soon","certificate":"apple"`), log.String())
				require.Equal(t, tt.failed, strings.Count(log.String(), `"level":"ERROR","msg":"a certificate has ended","certificate":"apple"`), log.String())
			})
		})
	}
}

func TestCertificatesThatSomebodyHasToRenew(t *testing.T) {
	_, d := passCertificate(t)
	credentials, err := apple.Load(d.Material())
	require.NoError(t, err)
	connect := func(c *apple.Credentials, _ *push.APNsToken) (*push.APNs, error) {
		tls := c.TLS()
		return push.NewAPNs(push.APNsConfig{Certificate: &tls})
	}
	stores, err := store.OpenStores(t.Context(), storetest.SQLite(t))
	require.NoError(t, err)
	w := wallet.New(stores, store.Server{}, "https://cards.example.com", slog.New(slog.DiscardHandler))
	w.Apple, err = wallet.NewAppleIssuer(credentials, nil, connect, w.BaseURL)
	require.NoError(t, err)
	ours, err := certificatesOf(serveConfig{}, w)
	require.NoError(t, err)
	require.Empty(t, ours(), "those for development are nobody's business")

	credentials.Development = false
	until := time.Now().AddDate(0, 0, 20).UTC().Truncate(time.Second)
	cert, key := pair(t, "cards.example.com", until)
	all, err := certificatesOf(serveConfig{TLSCert: cert, TLSKey: key}, w)
	require.NoError(t, err)
	require.Equal(t, []pages.Certificate{
		{Name: pages.AppleCertificate, Of: credentials.PassTypeID, NotAfter: credentials.NotAfter}, {Name: pages.TLSCertificate, NotAfter: until},
	}, all())
}

// A running server tells of its own certificate in the log and at /metrics.
func TestServerWarnsOfItsCertificate(t *testing.T) {
	s := newSite(t, build(t))
	until := time.Now().AddDate(0, 0, 20)
	cert, key := pair(t, "localhost", until)
	s.flags = []string{"--tls-cert", cert, "--tls-key", key}
	server := s.launch(t, "serve")
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}} // what it shows is not the point
	defer client.CloseIdleConnections()
	var metrics string
	require.Eventually(t, func() bool {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://"+s.addr+"/metrics", nil)
		require.NoError(t, err)
		resp, err := client.Do(r)
		if err != nil {
			return false
		}
		defer resp.Body.Close()
		b, err := io.ReadAll(resp.Body)
		metrics = string(b)
		return err == nil
	}, 30*time.Second, 20*time.Millisecond)
	require.Contains(t, metrics, `regulars_certificate_end_timestamp_seconds{certificate="tls",pass_type="",program=""}`)
	require.Eventually(t, func() bool {
		log, err := os.ReadFile(s.log.Name())
		require.NoError(t, err)
		return bytes.Contains(log, []byte(`"a certificate ends soon","certificate":"tls"`))
	}, 30*time.Second, 20*time.Millisecond)
	server.kill()
}
