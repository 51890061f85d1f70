// Package secrets seals what must not be read from a copy of the database, such
// as the private key of a pass certificate.
//
// Each secret has a key of its own, drawn at random, and that is sealed under
// the installation's master key: another master key costs a few bytes of each
// document, whatever they hold. What is sealed says whose it is, so that it can't
// be put into another document. The package knows no database, no file and no
// environment, and its errors hold nothing of a secret or a key.
package secrets

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"io"
	"log/slog"
	"slices"
	"strings"

	"regulars/models"
)

// keySize is that of AES-256, in bytes.
const keySize = 32

// key is a master key.
type key struct {
	id    string // tells which it is, and nothing of it
	bytes []byte
}

// Keys are an installation's master keys: the first seals, and all of them
// open. The zero Keys has none.
type Keys struct{ all []key }

// NewKey returns a new master key as ParseKeys reads it.
func NewKey(random io.Reader) (string, error) {
	b := make([]byte, keySize)
	if _, err := io.ReadFull(random, b); err != nil {
		return "", err
	}
	return base64.StdEncoding.EncodeToString(b), nil
}

// ParseKeys reads master keys: 32 bytes each in base64, with white space or
// commas between them, the one that seals first. Text behind a # is not read.
// The error is Invalid, and says which of them is none.
func ParseKeys(text string) (Keys, error) {
	var keys Keys
	for line := range strings.Lines(text) {
		line, _, _ = strings.Cut(line, "#")
		for _, word := range strings.FieldsFunc(line, func(r rune) bool { return r == ',' || strings.ContainsRune(" \t\r\n", r) }) {
			b, err := base64.StdEncoding.DecodeString(word)
			if err != nil || len(b) != keySize {
				return Keys{}, models.Fail(models.Invalid, "invalid_secrets_key", "secrets_key",
					"A key for secrets is 32 bytes in base64, as “regulars secrets new-key” makes it. One of those that are given is something else.")
			}
			if k := newKey(b); !slices.ContainsFunc(keys.all, func(o key) bool { return o.id == k.id }) {
				keys.all = append(keys.all, k)
			}
		}
	}
	return keys, nil
}

func newKey(b []byte) key {
	sum := sha256.Sum256(append([]byte("regulars secrets key\n"), b...))
	return key{id: hex.EncodeToString(sum[:8]), bytes: b}
}

// Any reports whether there is a key at all.
func (k Keys) Any() bool { return len(k.all) > 0 }

// IDs names the keys, the one that seals first. A name tells nothing of its key.
func (k Keys) IDs() []string {
	ids := make([]string, len(k.all))
	for i := range k.all {
		ids[i] = k.all[i].id
	}
	return ids
}

// Has reports whether that key is among them.
func (k Keys) Has(id string) bool { return slices.Contains(k.IDs(), id) }

// Seals reports whether what is sealed under that key needs no other.
func (k Keys) Seals(id string) bool { return k.Any() && k.all[0].id == id }

// String keeps the keys out of whatever prints them.
func (k Keys) String() string { return "keys " + strings.Join(k.IDs(), ", ") }

// GoString is String, for %#v.
func (k Keys) GoString() string { return k.String() }

// LogValue is String, for a log.
func (k Keys) LogValue() slog.Value { return slog.StringValue(k.String()) }

func (k Keys) find(id string) ([]byte, error) {
	for _, k := range k.all {
		if k.id == id {
			return k.bytes, nil
		}
	}
	return nil, locked(id)
}

// locked says that a secret was sealed under a key that is not here.
func locked(id string) error {
	return models.Fail(models.Unavailable, "secrets_locked", "",
		"This is sealed under the secrets key "+id+", and the server does not have it. Give it that key with REGULARS_SECRETS_KEY or --secrets-key-file.")
}
