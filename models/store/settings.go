package store

import (
	"context"
	"crypto/rand"
)

// Settings keeps what the server made for itself at its first start.
type Settings struct {
	settings *Collection[Server]
}

// Server is the one document of settings. Secret is 32 random bytes from
// which the keys of this installation are derived. Epoch is raised when a
// backup is restored: the tags that devices hold must never be ahead of ours.
type Server struct {
	ID     string `bson:"_id"`
	Rev    int64  `bson:"rev"`
	Secret []byte `bson:"secret"`
	Epoch  int64  `bson:"epoch"`

	// PassType is the pass type of devices that were registered before there were
	// several: those of it go by their old names.
	PassType string `bson:"pass_type,omitempty"`

	Migrated int `bson:"migrated,omitempty"` // how many of the migrations are done
}

const serverID = "server"

// settingsName is the collection that every database of ours has.
const settingsName = "settings"

func openSettings(ctx context.Context, db *DB) (*Settings, error) {
	c, err := Open[Server](ctx, db, Schema{Name: settingsName})
	if err != nil {
		return nil, err
	}
	return &Settings{c}, nil
}

// Server returns the settings, made on the first call; of instances that
// start at once, one wins and all get its.
func (s *Settings) Server(ctx context.Context) (Server, error) {
	return s.settings.Upsert(ctx, serverID, func(doc *Server, exists bool) error {
		if exists {
			return Unchanged
		}
		secret := make([]byte, 32)
		if _, err := rand.Read(secret); err != nil {
			return err
		}
		*doc = Server{ID: serverID, Secret: secret, Epoch: 1}
		return nil
	})
}

// NotePassType notes the pass type that a server began with, unless one is noted.
func (s *Settings) NotePassType(ctx context.Context, passType string) (Server, error) {
	return s.settings.Update(ctx, serverID, func(doc *Server) error {
		if doc.PassType != "" {
			return Unchanged
		}
		doc.PassType = passType
		return nil
	})
}

// migrated notes that the first n migrations are done.
func (s *Settings) migrated(ctx context.Context, n int) error {
	_, err := s.settings.Update(ctx, serverID, func(doc *Server) error {
		doc.Migrated = max(doc.Migrated, n)
		return nil
	})
	return err
}

// RaiseEpoch is to be called after a backup was restored: the tags that devices
// hold are void then, and one that asks is told of all its passes anew. Renew
// has them ask.
func (s *Settings) RaiseEpoch(ctx context.Context) (Server, error) {
	return s.settings.Update(ctx, serverID, func(doc *Server) error {
		doc.Epoch++
		return nil
	})
}
