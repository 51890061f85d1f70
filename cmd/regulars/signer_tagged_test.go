//go:build openssl && pkcs11

package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// A server is given what signs by its flags, and the doctor tries a signature.
func TestEachSignerByItsFlags(t *testing.T) {
	dir := t.TempDir()
	apple, d := passCertificate(t)
	in := func(name, text string) string {
		file := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
		return file
	}
	t.Setenv("SOFTHSM2_CONF", in("softhsm2.conf", "directories.tokendir = "+dir+"\nlog.level = ERROR\n"))
	for _, args := range []string{
		"--init-token --free --label regulars --so-pin 314159 --pin 271828",
		"--import " + in("pass.key", string(d.Key)) + " --token regulars --label pass --id 01 --pin 271828",
	} {
		out, err := exec.CommandContext(t.Context(), "softhsm2-util", strings.Fields(args)...).CombinedOutput()
		require.NoError(t, err, "softhsm2-util, of Debian's package softhsm2: %s", out)
	}
	data := "--data=" + t.TempDir()
	mustRun(t, "program", "init", "shop", data)
	module := []string{
		data, "--apple-signer=pkcs11", apple[0], apple[2], "--apple-pkcs11-module=/usr/lib/softhsm/libsofthsm2.so",
		"--apple-pkcs11-token=regulars", "--apple-pkcs11-key=pass",
	}
	for name, flags := range map[string][]string{
		"go":               append([]string{data}, apple...),
		"openssl":          append([]string{data, "--apple-signer=openssl"}, apple...),
		"PIN in a file":    append(module, "--apple-pkcs11-pin-file="+in("pin", "271828\n")),
		"PIN of nobody":    append(module, "--apple-pkcs11-pin-file="+in("wrong", "112233")),
		"PIN in a setting": module,
	} {
		t.Run(name, func(t *testing.T) {
			if name == "PIN in a setting" {
				t.Setenv(pinVariable, "271828")
			}
			_, verdicts, out := examined(t, flags...)
			if name == "PIN of nobody" {
				require.Equal(t, "BAD", verdicts["Apple certificate"], out)
				require.Contains(t, out, "--apple-pkcs11-pin-file: ")
				require.NotContains(t, out, "112233")
				return
			}
			require.Equal(t, "ok", verdicts["Apple certificate"], out)
		})
	}
}
