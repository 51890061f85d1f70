package secrets

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"errors"

	"regulars/models"
)

// Place says where a secret is kept. It can be opened nowhere else.
type Place struct {
	ID   string // of the document
	Kind string // what the document is about
}

// The two things that are sealed, each no use in the place of the other.
const (
	ofData = "data"
	ofKey  = "key"
)

// bound is the additional data that a seal is made with. No part holds a zero byte.
func (p Place) bound(what, keyID string) []byte {
	return []byte("regulars/1\x00" + what + "\x00" + p.Kind + "\x00" + p.ID + "\x00" + keyID)
}

// Seal seals a secret for its place. Without a key it is refused, in a Conflict
// Error that says how to make one.
func (k Keys) Seal(secret []byte, at Place) (models.Sealed, error) {
	if !k.Any() {
		return models.Sealed{}, models.Fail(models.Conflict, "no_secrets_key", "",
			"The server has no key to keep secrets under, so it takes none. Make one with “regulars secrets new-key”, and give it to the server with REGULARS_SECRETS_KEY or --secrets-key-file.")
	}
	own := make([]byte, keySize)
	_, _ = rand.Read(own) // never fails
	defer clear(own)
	data, err := seal(own, secret, at.bound(ofData, ""))
	if err != nil {
		return models.Sealed{}, err
	}
	return k.wrap(own, data, at)
}

// wrap seals the key of a secret under the first master key.
func (k Keys) wrap(own, data []byte, at Place) (models.Sealed, error) {
	master := k.all[0]
	wrapped, err := seal(master.bytes, own, at.bound(ofKey, master.id))
	return models.Sealed{Key: master.id, Wrapped: wrapped, Data: data}, err
}

// Open returns a secret that was sealed for that place. Errors: Unavailable when
// its key is not here, another when it was damaged or comes from elsewhere.
func (k Keys) Open(s models.Sealed, at Place) ([]byte, error) {
	own, err := k.unwrap(s, at)
	if err != nil {
		return nil, err
	}
	defer clear(own)
	return open(own, s.Data, at.bound(ofData, ""))
}

func (k Keys) unwrap(s models.Sealed, at Place) ([]byte, error) {
	master, err := k.find(s.Key)
	if err != nil {
		return nil, err
	}
	return open(master, s.Wrapped, at.bound(ofKey, s.Key))
}

// Rewrap seals the same secret under the first key. What it holds is not
// touched.
func (k Keys) Rewrap(s models.Sealed, at Place) (models.Sealed, error) {
	own, err := k.unwrap(s, at)
	if err != nil {
		return models.Sealed{}, err
	}
	defer clear(own)
	return k.wrap(own, s.Data, at)
}

func gcm(key []byte) (cipher.AEAD, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCMWithRandomNonce(block) // and the nonce stands before the rest
}

func seal(key, plain, bound []byte) ([]byte, error) {
	c, err := gcm(key)
	if err != nil {
		return nil, err
	}
	return c.Seal(nil, nil, plain, bound), nil
}

var errDamaged = errors.New("a secret is damaged, or was sealed for another document")

func open(key, sealed, bound []byte) ([]byte, error) {
	c, err := gcm(key)
	if err != nil {
		return nil, err
	}
	plain, err := c.Open(nil, nil, sealed, bound)
	if err != nil {
		return nil, errDamaged
	}
	return plain, nil
}
