//go:build pkcs11 && cgo

package apple

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rsa"
	"errors"
	"fmt"
	"math/big"
	"strings"

	"github.com/miekg/pkcs11"
	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"
)

// begin finds token and key, and reads the key's public part.
func (s *pkcs11Key) begin() (*session, error) {
	if err := s.find(); err != nil {
		return nil, err
	}
	one, err := s.open()
	if err != nil {
		return nil, err
	}
	s.public, err = s.readPublic(one)
	return one, err
}

// find looks for the token.
func (s *pkcs11Key) find() error {
	slots, err := s.module.GetSlotList(true)
	if err != nil {
		return wrapped(err, "no_token", "pkcs11-token", "The PKCS #11 module does not list its tokens ("+reason(err)+"). Look whether it is plugged in.")
	}
	for _, slot := range slots {
		if info, err := s.module.GetTokenInfo(slot); err == nil && info.Label == s.token.Label {
			s.slot = slot
			return nil
		}
	}
	return invalid("no_token", "pkcs11-token", "The PKCS #11 module has no token with the label “"+s.token.Label+"”. Give the label that it was set up with.")
}

// open logs in on a new session and looks for the key.
func (s *pkcs11Key) open() (*session, error) {
	handle, err := s.module.OpenSession(s.slot, pkcs11.CKF_SERIAL_SESSION)
	if err != nil {
		return nil, fmt.Errorf("open a session with a PKCS #11 module: %w", err)
	}
	one := &session{handle: handle}
	if err := s.module.Login(handle, pkcs11.CKU_USER, s.token.PIN); err != nil && !errors.Is(err, pkcs11.Error(pkcs11.CKR_USER_ALREADY_LOGGED_IN)) {
		s.drop(one)
		return nil, wrapped(err, "wrong_pin", "pkcs11-pin-file", "The PKCS #11 token does not take the PIN ("+reason(err)+"). Give the user's PIN; after a few wrong ones most tokens are locked.")
	}
	found, err := s.lookup(one, pkcs11.CKO_PRIVATE_KEY)
	if err != nil {
		s.drop(one)
		return nil, err
	}
	one.key = found
	return one, nil
}

// drop ends a session, which may have ended by itself.
func (s *pkcs11Key) drop(one *session) { _ = s.module.CloseSession(one.handle) }

// lookup returns the object of that class that has the key's label.
func (s *pkcs11Key) lookup(one *session, class uint) (pkcs11.ObjectHandle, error) {
	like := []*pkcs11.Attribute{pkcs11.NewAttribute(pkcs11.CKA_CLASS, class), pkcs11.NewAttribute(pkcs11.CKA_LABEL, s.token.Key)}
	if err := s.module.FindObjectsInit(one.handle, like); err != nil {
		return 0, fmt.Errorf("look for a key in a PKCS #11 token: %w", err)
	}
	found, _, err := s.module.FindObjects(one.handle, 2)
	if err := errors.Join(err, s.module.FindObjectsFinal(one.handle)); err != nil {
		return 0, fmt.Errorf("look for a key in a PKCS #11 token: %w", err)
	}
	if len(found) != 1 {
		return 0, invalid("no_key", "pkcs11-key", fmt.Sprintf("The PKCS #11 token has not one key with the label “%s”, but %s. Give a label that one key pair alone has.", s.token.Key, many(len(found))))
	}
	return found[0], nil
}

func many(n int) string {
	if n == 0 {
		return "none"
	}
	return "several"
}

func (s *pkcs11Key) readPublic(one *session) (crypto.PublicKey, error) {
	object, err := s.lookup(one, pkcs11.CKO_PUBLIC_KEY)
	if err != nil {
		object = one.key
	}
	if n, err := s.module.GetAttributeValue(one.handle, object, []*pkcs11.Attribute{
		pkcs11.NewAttribute(pkcs11.CKA_MODULUS, nil), pkcs11.NewAttribute(pkcs11.CKA_PUBLIC_EXPONENT, nil),
	}); err == nil {
		return &rsa.PublicKey{N: new(big.Int).SetBytes(n[0].Value), E: int(new(big.Int).SetBytes(n[1].Value).Int64())}, nil
	}
	if p, err := s.module.GetAttributeValue(one.handle, object, []*pkcs11.Attribute{pkcs11.NewAttribute(pkcs11.CKA_EC_POINT, nil)}); err == nil {
		point := cryptobyte.String(p[0].Value)
		var bytes cryptobyte.String
		if point.ReadASN1(&bytes, asn1.OCTET_STRING) {
			if key, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), bytes); err == nil {
				return key, nil
			}
		}
	}
	return nil, invalid("wrong_key", "pkcs11-key", "The PKCS #11 token does not tell the public part of the key. Keep the public key there too, under the same label; Apple takes RSA keys of 2048 bits and keys on the curve P-256.")
}

// reason is a module's error by its constant alone, such as CKR_PIN_INCORRECT.
func reason(err error) string {
	text := err.Error()
	return text[strings.LastIndex(text, " ")+1:]
}
