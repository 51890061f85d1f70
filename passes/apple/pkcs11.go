//go:build pkcs11 && cgo

package apple

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/rsa"
	"encoding/asn1"
	"errors"
	"fmt"
	"io"
	"math/big"
	"runtime"
	"sync"

	"github.com/miekg/pkcs11"
)

// pkcs11Key is a key that a hardware module keeps and signs with. A session
// signs one thing at a time, so there are as many as processors. One that
// fails is dropped, and the next signature logs in anew: a module that was
// restarted, or pulled out and put back, is found again.
type pkcs11Key struct {
	module *pkcs11.Ctx
	token  Token
	slot   uint
	public crypto.PublicKey

	mu       sync.RWMutex // held for reading by whoever signs
	closed   bool
	sessions chan *session // idle ones; nil stands for one yet to be opened
}

// session is an open session and the key as it names it.
type session struct {
	handle pkcs11.SessionHandle
	key    pkcs11.ObjectHandle
}

// PKCS11 finds a key by its label on the module's token of that label, and
// signs with it there. Its public part is read from the public key with the
// same label, or of an RSA key from the private one. A process opens a module
// once at a time.
func PKCS11(t Token) (Signer, error) {
	module := pkcs11.New(t.Module)
	if module == nil {
		return nil, invalid("no_module", "pkcs11-module", "The PKCS #11 module can't be loaded. Give the path of the library that came with the hardware, such as /usr/lib/softhsm/libsofthsm2.so.")
	}
	if err := module.Initialize(); err != nil {
		module.Destroy()
		return nil, wrapped(err, "no_module", "pkcs11-module", "The PKCS #11 module does not start ("+reason(err)+"). Look at its own settings.")
	}
	s := &pkcs11Key{module: module, token: t, sessions: make(chan *session, runtime.GOMAXPROCS(0))}
	for range cap(s.sessions) - 1 {
		s.sessions <- nil
	}
	first, err := s.begin()
	if err != nil {
		s.sessions <- nil
		return nil, errors.Join(err, s.Close())
	}
	s.sessions <- first
	return s, nil
}

func (s *pkcs11Key) Public() crypto.PublicKey { return s.public }

// Sign implements crypto.Signer. The module has a random source of its own.
func (s *pkcs11Key) Sign(_ io.Reader, digest []byte, opts crypto.SignerOpts) ([]byte, error) {
	if err := checkDigest(digest, opts); err != nil {
		return nil, err
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	if s.closed {
		return nil, errClosed
	}
	one := <-s.sessions
	signature, err := s.signIn(&one, digest, opts)
	if err != nil && one != nil { // the session may have ended with the module's last restart
		s.drop(one)
		one = nil
		signature, err = s.signIn(&one, digest, opts)
	}
	s.sessions <- one
	return signature, err
}

// signIn signs in a session, opened if there is none.
func (s *pkcs11Key) signIn(one **session, digest []byte, opts crypto.SignerOpts) ([]byte, error) {
	if *one == nil {
		opened, err := s.open()
		if err != nil {
			return nil, err
		}
		*one = opened
	}
	mechanism, input := mechanismFor(s.public, digest, opts)
	if err := s.module.SignInit((*one).handle, []*pkcs11.Mechanism{mechanism}, (*one).key); err != nil {
		return nil, fmt.Errorf("sign with a PKCS #11 module: %w", err)
	}
	signature, err := s.module.Sign((*one).handle, input)
	if err != nil {
		return nil, fmt.Errorf("sign with a PKCS #11 module: %w", err)
	}
	if _, rsaKey := s.public.(*rsa.PublicKey); rsaKey {
		return signature, nil
	}
	half := len(signature) / 2
	return asn1.Marshal(struct{ R, S *big.Int }{new(big.Int).SetBytes(signature[:half]), new(big.Int).SetBytes(signature[half:])})
}

// digestInfo is what PKCS #1 puts before a digest (RFC 8017, 9.2, note 1).
var digestInfo = map[crypto.Hash][]byte{
	crypto.SHA256: {0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04, 0x20},
	crypto.SHA384: {0x30, 0x41, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x02, 0x05, 0x00, 0x04, 0x30},
	crypto.SHA512: {0x30, 0x51, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x03, 0x05, 0x00, 0x04, 0x40},
}

// pss names digest and mask of PSS.
var pss = map[crypto.Hash][2]uint{
	crypto.SHA256: {pkcs11.CKM_SHA256, pkcs11.CKG_MGF1_SHA256},
	crypto.SHA384: {pkcs11.CKM_SHA384, pkcs11.CKG_MGF1_SHA384},
	crypto.SHA512: {pkcs11.CKM_SHA512, pkcs11.CKG_MGF1_SHA512},
}

// mechanismFor returns how a digest is signed, and what the module is given.
func mechanismFor(public crypto.PublicKey, digest []byte, opts crypto.SignerOpts) (*pkcs11.Mechanism, []byte) {
	hash := opts.HashFunc()
	if _, ok := public.(*ecdsa.PublicKey); ok {
		return pkcs11.NewMechanism(pkcs11.CKM_ECDSA, nil), digest[:32] // of P-256
	}
	if salt := saltOf(opts); salt >= 0 {
		return pkcs11.NewMechanism(pkcs11.CKM_RSA_PKCS_PSS, pkcs11.NewPSSParams(pss[hash][0], pss[hash][1], uint(salt))), digest
	}
	return pkcs11.NewMechanism(pkcs11.CKM_RSA_PKCS, nil), append(digestInfo[hash][:len(digestInfo[hash]):len(digestInfo[hash])], digest...)
}

// Close ends the sessions and the module when the last signature is done.
func (s *pkcs11Key) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil
	}
	s.closed = true
	for range cap(s.sessions) {
		if one := <-s.sessions; one != nil {
			s.drop(one)
		}
	}
	err := s.module.Finalize()
	s.module.Destroy()
	if err != nil {
		return fmt.Errorf("end a PKCS #11 module: %w", err)
	}
	return nil
}
