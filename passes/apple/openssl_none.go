//go:build !openssl || !cgo

package apple

// OpenSSL reports that this build has no libcrypto.
func OpenSSL(string) (Signer, error) {
	return nil, invalid("no_openssl", "signer", "This build can't sign with OpenSSL. Build it with: go build -tags openssl, where OpenSSL's headers are installed.")
}
