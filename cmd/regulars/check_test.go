package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"regulars/passes/apple"
)

// pair writes a certificate for the name, good until a moment, and its key.
func pair(t *testing.T, host string, until time.Time) (cert, key string) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: host}, DNSNames: []string{host},
		NotBefore: until.AddDate(-1, 0, 0), NotAfter: until, KeyUsage: x509.KeyUsageDigitalSignature,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, private.Public(), private)
	require.NoError(t, err)
	keyDER, err := x509.MarshalPKCS8PrivateKey(private)
	require.NoError(t, err)
	dir := t.TempDir()
	cert, key = filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	require.NoError(t, os.WriteFile(cert, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600))
	require.NoError(t, os.WriteFile(key, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: keyDER}), 0o600))
	return cert, key
}

// passCertificate writes certificates as an owner has them from Apple, made by
// us, and returns the flags for them.
func passCertificate(t *testing.T) (flags []string, d apple.Development) {
	t.Helper()
	d, err := development(t.TempDir(), time.Now())
	require.NoError(t, err)
	dir := t.TempDir()
	for name, pem := range map[string][]byte{"pass.pem": d.Pass, "pass.key": d.Key, "wwdr.pem": d.WWDR} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), pem, 0o600))
	}
	return []string{
		"--apple-certificate=" + filepath.Join(dir, "pass.pem"), "--apple-key=" + filepath.Join(dir, "pass.key"),
		"--apple-intermediate=" + filepath.Join(dir, "wwdr.pem"),
	}, d
}

// Settings that don't fit together started a server that did not do what they
// ask for.
func TestServerRefusesSettingsThatDoNotFit(t *testing.T) {
	file := configured(t, "{}") // some file that is there
	cert, key := pair(t, "cards.example.com", time.Now().AddDate(0, 6, 0))
	_, otherKey := pair(t, "cards.example.com", time.Now().AddDate(0, 6, 0))
	apple, _ := passCertificate(t)
	data := filepath.Join(t.TempDir(), "data")
	for _, tt := range []struct {
		name, says string
		args       []string
	}{
		{"certificate without key", "--tls-cert needs --tls-key", []string{"--tls-cert=" + cert}},
		{"key without certificate", "--tls-key needs --tls-cert", []string{"--tls-key=" + key}},
		{"another's key", "--tls-cert and --tls-key are no pair", []string{"--tls-cert=" + cert, "--tls-key=" + otherKey}},
		{"a certificate that is none", "--tls-cert and --tls-key are no pair", []string{"--tls-cert=" + file, "--tls-key=" + key}},
		{"issuer without credentials", "--google-issuer needs --google-credentials", []string{"--google-issuer=3388000000012345678"}},
		{"credentials without issuer", "--google-credentials needs --google-issuer", []string{"--google-credentials=" + file}},
		{"issuer that is no number", "--google-issuer is a number", []string{"--google-issuer=cafe", "--google-credentials=" + file}},
		{"credentials that are none", "The Google credentials are not those of a service account", []string{"--google-issuer=3388", "--google-credentials=" + file}},
		{"rate of nothing", "--google-rate is above zero", []string{"--google-rate=0"}},
		{"Apple's key alone", "--apple-key needs --apple-certificate", []string{"--apple-key=" + file}},
		{"Apple's intermediate alone", "--apple-intermediate needs --apple-certificate", []string{"--apple-intermediate=" + file}},
		{"certificate without its key", "--apple-key: There is no private key", append([]string{"--base-url=https://cards.example.com"}, apple[0], apple[2])},
		{"without the intermediate", "--apple-intermediate: None of the intermediate certificates", append([]string{"--base-url=https://cards.example.com"}, apple[:2]...)},
		{"a signer that there is not", "--apple-signer", []string{"--apple-signer=gold"}},
		{"module's settings without the module", "need --apple-signer=pkcs11", []string{"--apple-pkcs11-key=pass"}},
		{"module without certificate", "--apple-signer=pkcs11 needs --apple-certificate", []string{"--apple-signer=pkcs11"}},
		{"module without library", "--apple-signer=pkcs11 needs --apple-pkcs11-module", []string{"--apple-signer=pkcs11", apple[0], apple[2]}},
		{"module and key file", "--apple-key is of no use", append([]string{"--apple-signer=pkcs11"}, apple...)},
		{"module without PIN", "--apple-signer=pkcs11 needs --apple-pkcs11-pin-file", []string{"--apple-signer=pkcs11", apple[0], apple[2],
			"--apple-pkcs11-module=" + file, "--apple-pkcs11-token=regulars", "--apple-pkcs11-key=pass"}},
		{"OpenSSL without key", "--apple-signer=openssl needs --apple-key", []string{"--apple-signer=openssl", apple[0], apple[2]}},
		{"push key without id", "--apns-key needs --apns-key-id", []string{"--apns-key=" + file}},
		{"push key without team", "--apns-key needs --apns-team-id", []string{"--apns-key=" + file, "--apns-key-id=ABCDEFGHIJ"}},
		{"push key that is none", "--apns-key is not a .p8 file", []string{"--apns-key=" + file, "--apns-key-id=ABCDEFGHIJ", "--apns-team-id=ABCDEFGHIJ"}},
		{"APNs without HTTPS", "--apns-host is an address that begins with https://", []string{"--apns-host=http://x"}},
		{"root keys without HTTPS", "--google-keys is an address that begins with https://", []string{"--google-keys=http://x", "--google-issuer=1", "--google-credentials=" + file}},
		{"Google without HTTPS", "--google-endpoint is an address that begins with https://", []string{"--google-endpoint=x", "--google-issuer=1", "--google-credentials=" + file}},
		{"proxy that is no address", `--proxies takes addresses and networks such as 10.0.0.0/8, and "bogus" is neither`, []string{"--proxies=bogus"}},
		{"one proxy of several", `"proxy.example" is neither`, []string{"--proxies=10.0.0.1,proxy.example"}},
		{"address without scheme", "--base-url is an address such as", []string{"--base-url=cards.example.com"}},
		{"no HTTPS for Apple", "--base-url has to begin with https://", append([]string{"--base-url=http://cards.example.com"}, apple...)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			status, out, complaints := said(t, append([]string{"serve", "--addr=127.0.0.1:0", "--data=" + data}, tt.args...)...)
			require.NotZero(t, status)
			require.Empty(t, out)
			require.Contains(t, complaints, tt.says)
		})
	}
}

// A developer tries the real certificate on this machine alone, without HTTPS.
func TestHTTPIsEnoughOnThisMachine(t *testing.T) {
	for base, good := range map[string]bool{
		"http://127.0.0.1:8080": true, "http://localhost:8080/": true, "http://[::1]:8080": true, "https://cards.example.com": true,
		"http://192.168.1.7:8080": false, "http://localhost.example.com": false, "ftp://127.0.0.1": false, "https://": false,
	} {
		c := serveConfig{BaseURL: base, Apple: appleConfig{Certificate: "pass.p12"}}
		_, err := c.publicAddress(base)
		require.Equal(t, good, err == nil, base)
	}
	c := serveConfig{Apple: appleConfig{Certificate: "pass.p12"}}
	_, err := baseURL(c, &net.TCPAddr{IP: net.IPv4(192, 168, 1, 7), Port: 8080})
	require.ErrorContains(t, err, "--base-url is missing")
	_, err = baseURL(c, &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 8080})
	require.NoError(t, err)
}
