package wallettest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"strconv"
	"strings"
	"time"
)

// CallbackKeys sign callbacks as Google does: a root key that is published
// signs an intermediate key, and that signs the messages. What a field says can
// be made wrong, to see who notices.
type CallbackKeys struct {
	Root, Intermediate *ecdsa.PrivateKey
	RootEnds, KeyEnds  time.Time
	Sender             string // GooglePayPasses
	Recipient          string // the issuer's number
	Protocol           string // ECv2SigningOnly
}

// CallbackMessage is what a callback says.
type CallbackMessage struct {
	Class   string `json:"classId"`
	Object  string `json:"objectId"`
	Event   string `json:"eventType"` // save or del
	Expires int64  `json:"expTimeMillis"`
	Count   int64  `json:"count"`
	Nonce   string `json:"nonce"`
}

// NewCallbackKeys makes keys for an issuer that are good from now on: the root
// for years, the other for days.
func NewCallbackKeys(issuer string, now time.Time) *CallbackKeys {
	return &CallbackKeys{
		Root: newP256(), Intermediate: newP256(), RootEnds: now.AddDate(10, 0, 0), KeyEnds: now.AddDate(0, 0, 7),
		Sender: "GooglePayPasses", Recipient: issuer, Protocol: "ECv2SigningOnly",
	}
}

func newP256() *ecdsa.PrivateKey {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		panic(err) // crypto/rand never fails
	}
	return key
}

// Published is the document of root keys. As Google's does it holds keys of
// other protocols too, one of which never ends.
func (k *CallbackKeys) Published() []byte {
	other := public(newP256())
	return mustJSON(map[string]any{"keys": []map[string]string{
		{"keyValue": other, "protocolVersion": "ECv1"},
		{"keyValue": other, "protocolVersion": "ECv2", "keyExpiration": millis(k.RootEnds)},
		{"keyValue": public(k.Root), "protocolVersion": "ECv2SigningOnly", "keyExpiration": millis(k.RootEnds)},
	}})
}

// Message returns a callback that says m.
func (k *CallbackKeys) Message(m CallbackMessage) []byte { return k.Sign(string(mustJSON(m))) }

// Sign returns a callback whose message is that text.
func (k *CallbackKeys) Sign(message string) []byte {
	// Google escapes the = of base64 in what it signs.
	key := strings.ReplaceAll(string(mustJSON(map[string]string{"keyValue": public(k.Intermediate), "keyExpiration": millis(k.KeyEnds)})), "=", `\u003d`)
	return mustJSON(map[string]any{
		"signature": k.sign(k.Intermediate, k.Sender, k.Recipient, k.Protocol, message),
		"intermediateSigningKey": map[string]any{
			"signedKey": key, "signatures": []string{k.sign(k.Root, k.Sender, k.Protocol, key)},
		},
		"protocolVersion": k.Protocol, "signedMessage": message,
	})
}

func (k *CallbackKeys) sign(key *ecdsa.PrivateKey, parts ...string) string {
	h := sha256.New()
	for _, part := range parts {
		var length [4]byte
		binary.LittleEndian.PutUint32(length[:], uint32(len(part))) //nolint:gosec // a short text
		h.Write(length[:])
		h.Write([]byte(part))
	}
	signature, err := ecdsa.SignASN1(rand.Reader, key, h.Sum(nil))
	if err != nil {
		panic(err) // a P-256 key signs any digest
	}
	return base64.StdEncoding.EncodeToString(signature)
}

func public(key *ecdsa.PrivateKey) string {
	der, err := x509.MarshalPKIXPublicKey(&key.PublicKey)
	if err != nil {
		panic(err) // a P-256 key always encodes
	}
	return base64.StdEncoding.EncodeToString(der)
}

func millis(t time.Time) string { return strconv.FormatInt(t.UnixMilli(), 10) }

func mustJSON(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err) // texts and numbers
	}
	return b
}
