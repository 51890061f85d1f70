package apple

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
)

// Signer is a private key that libcrypto or a hardware module keeps: see
// OpenSSL and PKCS11. Many may sign at once. Close it when nothing signs any
// more; what is asked of it afterwards is an error.
//
// Its errors, where it can't be opened, are like those of Load, and the rest
// are for the log. None holds a PIN.
type Signer interface {
	crypto.Signer
	io.Closer
}

// Token says where a PKCS #11 module keeps the key.
type Token struct {
	Module string // path of the module's library
	Label  string // the token's
	Key    string // the key's label, or CKA_LABEL
	PIN    string // the user's
}

var errClosed = errors.New("the signer is closed")

// prove has the key sign something and checks it, so that a module which keeps
// a key but may not sign with it is found at the start.
func prove(key crypto.Signer) error {
	digest := sha256.Sum256([]byte("regulars"))
	signature, err := key.Sign(rand.Reader, digest[:], crypto.SHA256)
	if err != nil {
		return err
	}
	good := false
	switch public := key.Public().(type) {
	case *rsa.PublicKey:
		good = rsa.VerifyPKCS1v15(public, crypto.SHA256, digest[:], signature) == nil
	case *ecdsa.PublicKey:
		good = ecdsa.VerifyASN1(public, digest[:], signature)
	}
	if !good {
		return fmt.Errorf("a signature by the %T does not fit its own public key", key)
	}
	return nil
}
