package google

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"
)

// RootKeysURL is where Google publishes the keys that callbacks are signed
// under, as "Use callbacks for saves and deletions" names it.
const RootKeysURL = "https://pay.google.com/gp/m/issuer/keys"

// maxRoots is how many root keys are looked at; Google has a few.
const maxRoots = 20

// RootKeys are the keys that Google signs the keys of callbacks with.
type RootKeys []signingKey

// signingKey is a public key and when it ends.
type signingKey struct {
	key     *ecdsa.PublicKey
	expires time.Time
}

// rawKey is a key as Google writes it.
type rawKey struct {
	Value      string `json:"keyValue"` // base64 of its SubjectPublicKeyInfo
	Protocol   string `json:"protocolVersion"`
	Expiration string `json:"keyExpiration"` // milliseconds since 1970, as a text
}

// read returns the key; false for one that is not of P-256, or never ends.
func (r *rawKey) read() (signingKey, bool) {
	der, ok := unbase64(r.Value)
	if !ok {
		return signingKey{}, false
	}
	parsed, err := x509.ParsePKIXPublicKey(der)
	if err != nil {
		return signingKey{}, false
	}
	key, ok := parsed.(*ecdsa.PublicKey)
	ms, err := strconv.ParseInt(r.Expiration, 10, 64)
	if !ok || err != nil || key.Curve != elliptic.P256() {
		return signingKey{}, false
	}
	return signingKey{key: key, expires: time.UnixMilli(ms).UTC()}, true
}

// ParseRootKeys reads the document of root keys. It holds keys of other
// protocols too, which are left out as are those that have ended; until is when
// the first of the others ends. It is an error if none is left.
func ParseRootKeys(document []byte, now time.Time) (keys RootKeys, until time.Time, err error) {
	var all struct {
		Keys []rawKey `json:"keys"`
	}
	if err := json.Unmarshal(document, &all); err != nil {
		return nil, until, fmt.Errorf("google's root keys: %w", err)
	}
	for _, raw := range all.Keys[:min(len(all.Keys), maxRoots)] {
		key, ok := raw.read()
		if !ok || raw.Protocol != protocol || !key.expires.After(now) {
			continue
		}
		if keys = append(keys, key); until.IsZero() || key.expires.Before(until) {
			until = key.expires
		}
	}
	if len(keys) == 0 {
		return nil, until, errors.New("google's root keys: none for callbacks that has not ended")
	}
	return keys, until, nil
}
