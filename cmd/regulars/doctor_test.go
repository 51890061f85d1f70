package main

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// account writes a service account's key file.
func account(t *testing.T) string {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	text, err := json.Marshal(map[string]string{
		"type": "service_account", "client_email": "cards@shop.example", "token_uri": "https://oauth2.example/token",
		"private_key": string(pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)})),
	})
	require.NoError(t, err)
	file := filepath.Join(t.TempDir(), "account.json")
	require.NoError(t, os.WriteFile(file, text, 0o600))
	return file
}

// examined runs the doctor and returns its verdicts by what they are about.
func examined(t *testing.T, args ...string) (status int, verdicts map[string]string, out string) {
	t.Helper()
	status, out, _ = said(t, append([]string{"doctor"}, args...)...)
	verdicts = map[string]string{}
	for line := range strings.Lines(out) {
		if v := strings.TrimSpace(line[:10]); v != "" {
			verdicts[strings.TrimSpace(line[11:28])] = v
		}
	}
	return status, verdicts, out
}

// What only real use shows was told to be well.
func TestDoctorTellsWhatItDidNotTry(t *testing.T) {
	data := "--data=" + t.TempDir()
	mustRun(t, "program", "init", "shop", data)
	status, verdicts, out := examined(t, data)
	require.Zero(t, status, out)
	require.Equal(t, map[string]string{
		"settings": "ok", "database": "ok", "public address": "not tried", "Apple certificate": "not tried", "Google key": "not tried",
	}, verdicts)

	flags, _ := passCertificate(t)
	cert, key := pair(t, "cards.example.com", time.Now().AddDate(0, 6, 0))
	flags = append(flags, data, "--base-url=https://cards.example.com", "--tls-cert="+cert, "--tls-key="+key,
		"--google-issuer=3388000000012345678", "--google-credentials="+account(t))
	status, verdicts, out = examined(t, flags...)
	require.Zero(t, status, out)
	require.Equal(t, map[string]string{
		"settings": "ok", "database": "ok", "public address": "not tried", "HTTPS certificate": "ok", "Apple certificate": "ok",
		"Apple pushes": "not tried", "Google key": "ok", "Google issuer": "not tried", "Google callbacks": "not tried",
	}, verdicts)
	require.Contains(t, out, "at https://cards.example.com/google/callback")
	_, _, out = examined(t, data, "--google-issuer=3388000000012345678", "--google-credentials="+account(t))
	require.Contains(t, out, "over HTTPS only")
}

func TestDoctorFindsWhatIsWrong(t *testing.T) {
	data := "--data=" + t.TempDir()
	mustRun(t, "program", "init", "shop", data)
	soon, _ := pair(t, "cards.example.com", time.Now())
	now := time.Now()
	for _, tt := range []struct {
		name, what, says string
		host             string
		until            time.Time
		bad              bool
	}{
		{"over", "HTTPS certificate", "it ended on", "cards.example.com", now.AddDate(0, 0, -1), true},
		{"not yet", "HTTPS certificate", "it only begins on", "cards.example.com", now.AddDate(2, 0, 0), true},
		{"another's", "HTTPS certificate", "it is not for cards.example.com", "other.example.com", now.AddDate(0, 6, 0), true},
		{"soon over", "HTTPS certificate", "days left: renew it", "cards.example.com", now.AddDate(0, 0, 50), false},
		{"one day", "HTTPS certificate", "1 day left: renew it", "cards.example.com", now.Add(30 * time.Hour), false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			cert, key := pair(t, tt.host, tt.until)
			status, verdicts, out := examined(t, data, "--base-url=https://cards.example.com", "--tls-cert="+cert, "--tls-key="+key)
			require.Contains(t, out, tt.says)
			require.Equal(t, tt.bad, status == 1)
			require.Equal(t, tt.bad, verdicts[tt.what] == "BAD")
		})
	}
	status, verdicts, out := examined(t, data, "--tls-cert="+soon)
	require.Equal(t, 1, status)
	require.Equal(t, "BAD", verdicts["settings"])
	require.Contains(t, out, "--tls-cert needs --tls-key")
}
