package google

import (
	"crypto/ecdsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"strings"
	"time"

	"regulars/models"
)

// What a callback is made of, and the parts that each signature is over, is
// told by the Wallet guide "Use callbacks for saves and deletions", which
// leaves the signatures to Google Pay's "Payment method token cryptography",
// protocol ECv2SigningOnly, and to the PaymentMethodTokenRecipient of Tink's
// library for Java: the sender is GooglePayPasses and the recipient the
// issuer's number, each part preceded by its length in four little-endian
// bytes. Tink looks for another expiry than the one that callbacks carry, so
// expTimeMillis is checked here.
const (
	protocol = "ECv2SigningOnly"
	sender   = "GooglePayPasses"
)

// The bounds of a callback. Real ones have one signature of a key, an
// identifier of some 50 characters and a UUID for a nonce.
const (
	maxSignatures = 5
	maxID         = 200
	maxNonce      = 100
)

// Event is what happened to an object.
type Event string

// The events of callbacks.
const (
	Saved   Event = "save" // somebody put it into a wallet
	Removed Event = "del"  // somebody took it out; others may still hold it
)

// Callback is what Google tells of an object.
type Callback struct {
	Class   string
	Object  ObjectID
	Event   Event
	Nonce   string    // one of its own for each callback; a repeated one is the same callback
	Expires time.Time // when it is not to be believed any more
}

// Sealed is a callback whose signatures have not been checked. Nothing in it
// is to be believed but by Open.
type Sealed struct {
	callback     Callback
	intermediate signingKey
	signedKey    string // as signed, to the byte
	signatures   [][]byte
	message      string // as signed, to the byte
	signature    []byte
}

// ParseCallback reads the body of a callback and checks all that needs no
// signature, so that no key is fetched for what can't be good. Errors: an
// Invalid Error for what is no callback, a Denied Error for one that is not
// for an issuer of ours, of another protocol, or too old.
func ParseCallback(body []byte, ours func(issuer string) bool, now time.Time) (*Sealed, error) {
	var envelope struct {
		Signature    string `json:"signature"`
		Intermediate struct {
			SignedKey  string   `json:"signedKey"`
			Signatures []string `json:"signatures"`
		} `json:"intermediateSigningKey"`
		Protocol string `json:"protocolVersion"`
		Message  string `json:"signedMessage"`
	}
	if err := json.Unmarshal(body, &envelope); err != nil {
		return nil, malformed("", "The body is not the JSON of a callback.")
	}
	switch n := len(envelope.Intermediate.Signatures); {
	case envelope.Protocol != protocol:
		return nil, denied("wrong_protocol", "protocolVersion", "Only callbacks of the protocol "+protocol+" are taken.")
	case n == 0 || n > maxSignatures:
		return nil, malformed("intermediateSigningKey.signatures", "An intermediate key has one signature, or a few.")
	}
	s := &Sealed{signedKey: envelope.Intermediate.SignedKey, message: envelope.Message}
	var ok bool
	if s.signature, ok = unbase64(envelope.Signature); !ok {
		return nil, malformed("signature", "A signature is base64.")
	}
	for _, text := range envelope.Intermediate.Signatures {
		signature, ok := unbase64(text)
		if !ok {
			return nil, malformed("intermediateSigningKey.signatures", "A signature is base64.")
		}
		s.signatures = append(s.signatures, signature)
	}
	var err error
	if s.intermediate, err = readIntermediate(s.signedKey, now); err != nil {
		return nil, err
	}
	s.callback, err = readMessage(s.message, ours, now)
	return s, err
}

func readIntermediate(signedKey string, now time.Time) (signingKey, error) {
	const field = "intermediateSigningKey.signedKey"
	var raw rawKey
	if err := json.Unmarshal([]byte(signedKey), &raw); err != nil {
		return signingKey{}, malformed(field, "The intermediate key is not JSON.")
	}
	key, ok := raw.read()
	switch {
	case !ok:
		return key, malformed(field, "The intermediate key is a P-256 key with an expiration.")
	case !key.expires.After(now):
		return key, denied("callback_expired", field, "The intermediate key has expired.")
	}
	return key, nil
}

func readMessage(message string, ours func(issuer string) bool, now time.Time) (Callback, error) {
	var said struct {
		Class   string `json:"classId"`
		Object  string `json:"objectId"`
		Event   Event  `json:"eventType"`
		Expires int64  `json:"expTimeMillis"`
		Nonce   string `json:"nonce"`
	}
	if err := json.Unmarshal([]byte(message), &said); err != nil {
		return Callback{}, malformed("signedMessage", "The message is not JSON.")
	}
	object, ok := ParseObjectID(said.Object)
	c := Callback{Class: said.Class, Object: object, Event: said.Event, Nonce: said.Nonce, Expires: time.UnixMilli(said.Expires).UTC()}
	ofClass, _, _ := strings.Cut(c.Class, ".")
	switch {
	case !ok || len(said.Object) > maxID || len(said.Class) > maxID:
		return c, malformed("signedMessage", "The message names no object and class.")
	case c.Event != Saved && c.Event != Removed:
		return c, malformed("signedMessage", "The event is neither save nor del.")
	case c.Nonce == "" || len(c.Nonce) > maxNonce:
		return c, malformed("signedMessage", "The message has no nonce.")
	case ofClass != object.Issuer || !ours(object.Issuer):
		return c, denied("wrong_issuer", "signedMessage", "The callback is for another issuer.")
	case !c.Expires.After(now):
		return c, denied("callback_expired", "signedMessage", "The callback has expired.")
	}
	return c, nil
}

// Issuer is the issuer that the callback says it is for, one of ours.
func (s *Sealed) Issuer() string { return s.callback.Object.Issuer }

// Open returns what the callback says if its signatures are good: that of its
// key by one of the roots, and that of its message by that key. known is false
// if it is the first that fails, and it may be that the roots have changed.
func (s *Sealed) Open(roots RootKeys, now time.Time) (c Callback, known bool, err error) {
	signed := parts(sender, protocol, s.signedKey)
	for _, root := range roots {
		for _, signature := range s.signatures {
			known = known || root.expires.After(now) && ecdsa.VerifyASN1(root.key, signed, signature)
		}
	}
	// The issuer is one of the parts: a callback for another can't be sent on.
	signed = parts(sender, s.callback.Object.Issuer, protocol, s.message)
	if !known || !ecdsa.VerifyASN1(s.intermediate.key, signed, s.signature) {
		return Callback{}, known, denied("bad_signature", "signature", "The callback is not signed by Google.")
	}
	return s.callback, true, nil
}

// parts returns the digest of what is signed.
func parts(all ...string) []byte {
	var b []byte
	for _, part := range all {
		b = binary.LittleEndian.AppendUint32(b, uint32(len(part))) //nolint:gosec // a body is far below 4 GB
		b = append(b, part...)
	}
	digest := sha256.Sum256(b)
	return digest[:]
}

func unbase64(text string) ([]byte, bool) {
	b, err := base64.StdEncoding.DecodeString(text)
	return b, err == nil && len(b) > 0
}

func malformed(field, msg string) error {
	return models.Fail(models.Invalid, "malformed_callback", field, msg)
}

func denied(code, field, msg string) error { return models.Fail(models.Denied, code, field, msg) }
