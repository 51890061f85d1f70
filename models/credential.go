package models

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"time"
)

// CredentialID names a credential: the same one for the same program always.
type CredentialID string

// CredentialKind is what a credential is good for.
type CredentialKind string

// The kinds of credentials.
const (
	AppleCredential  CredentialKind = "apple"  // a pass type certificate and its key
	GoogleCredential CredentialKind = "google" // an issuer's number and a service account's key
	APNsCredential   CredentialKind = "apns"   // a team's key for Apple's push service
	// AppleKey is a key whose signing request is at Apple: the certificate comes.
	AppleKey CredentialKind = "apple_key"
)

// Credential is what a business shows Apple or Google. What is secret of it is
// sealed; the rest is for people, and to choose by. One that was removed stays
// without its secret, for the record.
type Credential struct {
	ID      CredentialID   `bson:"_id"`
	Rev     int64          `bson:"rev"`
	Kind    CredentialKind `bson:"kind"`
	Program ProgramID      `bson:"program,omitempty"` // whose it is; all those that have none of their own when empty

	Type        string     `bson:"type"`              // Apple: pass type identifier. Google: the issuer's number. APNs: the key's id
	Team        string     `bson:"team,omitempty"`    // Apple, APNs: ten characters
	Subject     string     `bson:"subject,omitempty"` // who is named in it: the certificate's name, the account's address
	Fingerprint string     `bson:"fingerprint"`       // SHA-256 of the certificate, or else of the public key, in hexadecimal
	NotBefore   *time.Time `bson:"not_before,omitempty"`
	NotAfter    *time.Time `bson:"not_after,omitempty"` // nil where it does not end by itself

	Sealed    Sealed             `bson:"sealed"`
	AddedAt   time.Time          `bson:"added_at"` // the last time
	RemovedAt *time.Time         `bson:"removed_at,omitempty"`
	ChangedAt time.Time          `bson:"changed_at"`    // what other instances look for
	Key       string             `bson:"key,omitempty"` // of the request that added it, with its program
	History   []CredentialChange `bson:"history"`       // the oldest first
}

// Sealed is a secret as it is kept: under a key of its own, which is sealed
// under a master key.
type Sealed struct {
	Key     string `bson:"key,omitempty"`     // names the master key
	Wrapped []byte `bson:"wrapped,omitempty"` // the secret's own key, sealed
	Data    []byte `bson:"data,omitempty"`    // the secret, sealed
}

// CredentialChange is one line of a credential's record.
type CredentialChange struct {
	At   time.Time `bson:"at"`
	By   UserID    `bson:"by,omitempty"` // empty for the command line
	What string    `bson:"what"`         // CredentialAdded or CredentialRemoved
}

// What is done with a credential.
const (
	CredentialAdded   = "added"
	CredentialRemoved = "removed"
)

// NewCredentialID returns the id of a credential by what tells it from others.
func NewCredentialID(kind CredentialKind, program ProgramID, of, fingerprint string) CredentialID {
	sum := sha256.Sum256([]byte(strings.Join([]string{string(kind), string(program), of, fingerprint}, "\x00")))
	return CredentialID(hex.EncodeToString(sum[:13]))
}

// Serves reports whether a program's cards may be issued with c.
func (c *Credential) Serves(p ProgramID) bool { return c.Program == "" || c.Program == p }

// Add makes c one that is in use from then on.
func (c *Credential) Add(at time.Time, by UserID) {
	c.AddedAt, c.RemovedAt = at, nil
	c.note(at, by, CredentialAdded)
}

// Remove takes c out of use, and its secret away.
func (c *Credential) Remove(at time.Time, by UserID) {
	c.RemovedAt, c.Sealed = &at, Sealed{}
	c.note(at, by, CredentialRemoved)
}

func (c *Credential) note(at time.Time, by UserID, what string) {
	c.ChangedAt = at
	c.History = append(c.History, CredentialChange{At: at, By: by, What: what})
}
