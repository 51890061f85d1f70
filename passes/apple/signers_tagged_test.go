//go:build openssl && pkcs11

package apple

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"regulars/models"
)

func TestEverySignerIsTested(t *testing.T) {
	require.Len(t, keepers(), 3)
}

// convert writes the key of d in another form and returns the file.
func convert(t *testing.T, d Development, args ...string) string {
	t.Helper()
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "in"), d.Key, 0o600))
	run := exec.CommandContext(t.Context(), "openssl", append(args, "-in", "in", "-out", "out")...)
	run.Dir = dir
	out, err := run.CombinedOutput()
	require.NoError(t, err, "openssl %s: %s", args, out)
	return filepath.Join(dir, "out")
}

func TestOpenSSLReadsEachFormOfTheKey(t *testing.T) {
	rsa, err := developmentOnce()
	require.NoError(t, err)
	curve, err := curveOnce()
	require.NoError(t, err)
	both := rsa
	both.Key = append(append([]byte{}, rsa.Pass...), rsa.Key...)
	for name, tt := range map[string]struct {
		d    Development
		args []string
	}{
		"PKCS #8":         {rsa, []string{"pkey"}},
		"PKCS #8 DER":     {rsa, []string{"pkey", "-outform", "DER"}},
		"PKCS #1":         {rsa, []string{"pkey", "-traditional"}},
		"PKCS #1 DER":     {rsa, []string{"pkey", "-traditional", "-outform", "DER"}},
		"SEC 1":           {curve, []string{"pkey", "-traditional"}},
		"SEC 1 DER":       {curve, []string{"pkey", "-traditional", "-outform", "DER"}},
		"with a preamble": {curve, []string{"ec"}},
	} {
		t.Run(name, func(t *testing.T) {
			key := opened(t)(OpenSSL(convert(t, tt.d, tt.args...)))
			c, err := Load(tt.d.Material())
			require.NoError(t, err)
			require.Equal(t, c.leaf.PublicKey, key.Public())
		})
	}
	file := filepath.Join(t.TempDir(), "both.pem")
	require.NoError(t, os.WriteFile(file, both.Key, 0o600))
	require.NotNil(t, opened(t)(OpenSSL(file)).Public(), "the certificate stands before the key")
}

func TestOpenSSLSaysWhatIsWrong(t *testing.T) {
	d, err := developmentOnce()
	require.NoError(t, err)
	nonsense := filepath.Join(t.TempDir(), "nonsense")
	require.NoError(t, os.WriteFile(nonsense, []byte("nonsense"), 0o600))
	for name, tt := range map[string]struct{ file, code, says string }{
		"no such file":   {filepath.Join(t.TempDir(), "none"), "unreadable_key", "no such file"},
		"no key":         {nonsense, "unreadable_key", "libcrypto: "},
		"locked":         {convert(t, d, "pkey", "-aes256", "-passout", "pass:secret"), "locked_key", ""},
		"locked, in DER": {convert(t, d, "pkcs8", "-topk8", "-outform", "DER", "-passout", "pass:secret"), "unreadable_key", "libcrypto: "},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := OpenSSL(tt.file)
			require.Equal(t, tt.code, models.CodeOf(err))
			require.ErrorContains(t, err, tt.says)
		})
	}
}

func TestPKCS11SaysWhatIsWrong(t *testing.T) {
	d, err := developmentOnce()
	require.NoError(t, err)
	good := softToken(t, d)
	for code, change := range map[string]func(*Token){
		"no_module": func(t *Token) { t.Module = "/usr/lib/none.so" },
		"no_token":  func(t *Token) { t.Label = "other" },
		"no_key":    func(t *Token) { t.Key = "other" },
		"wrong_pin": func(t *Token) { t.PIN = "99887766" },
	} {
		t.Run(code, func(t *testing.T) {
			token := good
			change(&token)
			_, err := PKCS11(token)
			require.Equal(t, code, models.CodeOf(err))
			require.NotContains(t, err.Error(), token.PIN)
			e, ok := errors.AsType[*models.Error](err)
			require.True(t, ok)
			require.Contains(t, e.Field, "pkcs11-")
		})
	}
	require.NotNil(t, opened(t)(PKCS11(good)).Public(), "a mistake leaves nothing behind")
}

// A module forgets its sessions when it is restarted. The next signature finds
// its way back.
func TestPKCS11LogsInAnew(t *testing.T) {
	forBoth := map[KeyKind]func() (Development, error){RSA2048: developmentOnce, P256: curveOnce}
	for kind, make := range forBoth {
		t.Run(string(kind), func(t *testing.T) {
			d, err := make()
			require.NoError(t, err)
			key := opened(t)(PKCS11(softToken(t, d)))
			module := key.(*pkcs11Key)
			require.NoError(t, module.module.CloseAllSessions(module.slot))
			require.NoError(t, prove(key))
		})
	}
}
