//go:build !openssl && !pkcs11

package main

import (
	"path/filepath"
	"testing"
)

// The default build has neither OpenSSL nor a module, and says how to get them.
func TestSignersThatThisBuildHasNot(t *testing.T) {
	apple, _ := passCertificate(t)
	data := "--data=" + filepath.Join(t.TempDir(), "data")
	at := []string{"serve", "--addr=127.0.0.1:0", "--base-url=https://cards.example.com", data}
	complains(t, 2, "--apple-signer: This build can't sign with OpenSSL. Build it with: go build -tags openssl",
		append(append(at, "--apple-signer=openssl"), apple...)...)
	t.Setenv(pinVariable, "271828")
	complains(t, 2, "--apple-signer: This build can't sign with a PKCS #11 module. Build it with: go build -tags pkcs11",
		append(at, "--apple-signer=pkcs11", apple[0], apple[2], "--apple-pkcs11-module="+configured(t, "{}"), "--apple-pkcs11-token=a", "--apple-pkcs11-key=b")...)
}
