package main

import (
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"regulars/passes/apple"
	"regulars/wallet/secrets"
)

func requestIn(t *testing.T, text string) *x509.CertificateRequest {
	t.Helper()
	block, rest := pem.Decode([]byte(text))
	require.NotNil(t, block)
	require.Empty(t, rest, "the request alone is printed")
	r, err := x509.ParseCertificateRequest(block.Bytes)
	require.NoError(t, err)
	require.NoError(t, r.CheckSignature())
	return r
}

func TestSigningRequestComesWithItsKey(t *testing.T) {
	dir := t.TempDir()
	for _, tt := range []struct {
		name, file string
		more       []string
		want       x509.PublicKeyAlgorithm
	}{
		{"RSA", "rsa.key", nil, x509.RSA},
		{"P-256", "p256.key", []string{"--p256", "--common-name=My Shop"}, x509.ECDSA},
	} {
		t.Run(tt.name, func(t *testing.T) {
			file := filepath.Join(dir, tt.file)
			args := append([]string{"doctor", "apple", "--csr", "--key=" + file}, tt.more...)
			status, out, told := said(t, args...)
			require.Zero(t, status, told)
			r := requestIn(t, out)
			require.Equal(t, tt.want, r.PublicKeyAlgorithm)
			info, err := os.Stat(file)
			require.NoError(t, err)
			require.Equal(t, fs.FileMode(0o600), info.Mode())
			text, err := os.ReadFile(file)
			require.NoError(t, err)
			key, err := apple.ReadKey(text)
			require.NoError(t, err)
			require.Equal(t, key.Public(), r.PublicKey)
			require.Contains(t, told, "credentials add apple pass.cer "+file)

			status, out, told = said(t, args...)
			require.NotZero(t, status, "the key of another request would be lost")
			require.Empty(t, out)
			require.Contains(t, told, "is not written over")
			again, err := os.ReadFile(file)
			require.NoError(t, err)
			require.Equal(t, text, again)
		})
	}
	taken, fresh := filepath.Join(dir, "rsa.key"), filepath.Join(dir, "fresh.key")
	status, _, _ := said(t, "doctor", "apple", "--csr", "--key="+fresh, "--out="+taken)
	require.NotZero(t, status)
	require.NoFileExists(t, fresh, "a key without its request is of no use")
	status, _, told := said(t, "doctor", "apple", "--csr", "--program=shop")
	require.NotZero(t, status)
	require.Contains(t, told, "--program needs --keep")
}

// A key that is kept never leaves the database, and its certificate finds it.
func TestKeptKeyWaitsForItsCertificate(t *testing.T) {
	dir := t.TempDir()
	data := "--data=" + filepath.Join(dir, "data")
	mustRun(t, "program", "init", "shop", data)
	write := func(name string, content []byte) string {
		file := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(file, content, 0o600))
		return file
	}
	request := filepath.Join(dir, "shop.csr")
	status, _, told := said(t, "doctor", "apple", "--csr", "--keep", data, "--out="+request)
	require.NotZero(t, status)
	require.Contains(t, told, "secrets new-key")
	require.NoFileExists(t, request)

	key, err := secrets.NewKey(rand.Reader)
	require.NoError(t, err)
	master := "--secrets-key-file=" + write("secrets.key", []byte(key+"\n"))
	status, _, told = said(t, "doctor", "apple", "--csr", "--keep", data, master, "--program=none")
	require.NotZero(t, status)
	require.Contains(t, told, "there is no program")
	status, out, told := said(t, "doctor", "apple", "--csr", "--keep", "--program=shop", data, master, "--out="+request)
	require.Zero(t, status, told)
	require.Empty(t, out)
	require.NotContains(t, told, key)
	_, verdicts, out := examined(t, data, master)
	require.Equal(t, "not tried", verdicts["Apple key kept"], out)

	issuer, err := apple.NewDevelopmentIssuer(time.Now(), rand.Reader)
	require.NoError(t, err)
	text, err := os.ReadFile(request)
	require.NoError(t, err)
	wwdr, roots := write("wwdr.cer", issuer.WWDR), "--roots="+write("roots.pem", issuer.WWDR)
	issued := func(name string, begin, end time.Time) string {
		cer, err := issuer.Issue(apple.DevelopmentPass{Type: "pass.com.shop", Team: "SHOPTEAM01", NotBefore: begin, NotAfter: end}, requestIn(t, string(text)).PublicKey, rand.Reader)
		require.NoError(t, err)
		return write(name, cer)
	}
	now := time.Now()
	first := issued("pass.cer", now.Add(-time.Hour), now.AddDate(0, 0, 20))
	mustRun(t, "credentials", "add", "apple", first, wwdr, roots, "--program=shop", data, master)
	status, verdicts, out = examined(t, data, master)
	require.Zero(t, status, out)
	require.Equal(t, "ok", verdicts["secrets key"])
	require.Equal(t, "ok", verdicts["Apple added"])
	require.NotContains(t, verdicts, "Apple key kept")
	require.Contains(t, out, "pass.com.shop of team SHOPTEAM01, for shop, good until")
	require.Contains(t, out, "days left: renew it")

	kept := mustRun(t, "credentials", "list", data, master)
	require.Contains(t, kept, "pass.com.shop")
	require.NotContains(t, out+kept, "PRIVATE KEY")

	// Its successor, with a key of its own, makes the first no worry any more.
	mustRun(t, "doctor", "apple", "--csr", "--keep", "--p256", "--program=shop", data, master, "--out="+filepath.Join(dir, "next.csr"))
	text, err = os.ReadFile(filepath.Join(dir, "next.csr"))
	require.NoError(t, err)
	mustRun(t, "credentials", "add", "apple", issued("next.cer", now.Add(-time.Hour), now.AddDate(1, 0, 0)), wwdr, roots, "--program=shop", data, master)
	_, _, out = examined(t, data, master)
	require.Contains(t, out, "its successor is there")
	require.NotContains(t, out, "days left")

	status, verdicts, out = examined(t, data)
	require.Equal(t, 1, status)
	require.Equal(t, "BAD", verdicts["Apple added"])
	require.Contains(t, out, "sealed under the secrets key")
	require.Equal(t, 2, strings.Count(out, "can't be opened"))
}
