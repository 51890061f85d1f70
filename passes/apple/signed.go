//go:build cgo && (openssl || pkcs11)

package apple

import (
	"crypto"
	"crypto/rsa"
	"fmt"
)

// checkDigest takes what Apple and TLS want signed: digests by SHA-256, 384 and
// 512.
func checkDigest(digest []byte, opts crypto.SignerOpts) error {
	switch hash := opts.HashFunc(); hash {
	case crypto.SHA256, crypto.SHA384, crypto.SHA512:
		if len(digest) == hash.Size() {
			return nil
		}
		return fmt.Errorf("sign: %d bytes are no digest by %s", len(digest), hash)
	default:
		return fmt.Errorf("sign: no key here signs digests by %s", hash)
	}
}

// saltOf returns the length of the salt that PSS is asked for with, and else -1.
// Where it is left open it is as long as the digest, as TLS wants it.
func saltOf(opts crypto.SignerOpts) int {
	pss, ok := opts.(*rsa.PSSOptions)
	switch {
	case !ok:
		return -1
	case pss.SaltLength > 0:
		return pss.SaltLength
	}
	return opts.HashFunc().Size()
}
