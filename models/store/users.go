package store

import (
	"context"
	"errors"
	"time"

	"regulars/models"
)

// Users keeps who may sign in, and their sessions.
type Users struct {
	users    *Collection[models.User]
	sessions *Collection[models.Session]
}

func openUsers(ctx context.Context, db *DB) (*Users, error) {
	users, err := Open[models.User](ctx, db, Schema{
		Name:    "users",
		Indexes: []Index{{Fields: []string{"email"}, Unique: true}, {Fields: []string{"program"}}},
	})
	if err != nil {
		return nil, err
	}
	sessions, err := Open[models.Session](ctx, db, Schema{Name: "sessions", Indexes: []Index{{Fields: []string{"user"}}, {Fields: []string{"expires_at"}}}})
	if err != nil {
		return nil, err
	}
	return &Users{users: users, sessions: sessions}, nil
}

// User returns a user by id; ErrNotFound when there is none.
func (s *Users) User(ctx context.Context, id models.UserID) (models.User, error) {
	return s.users.Get(ctx, string(id))
}

// ByEmail returns a user by e-mail address; ErrNotFound when there is none.
func (s *Users) ByEmail(ctx context.Context, email string) (models.User, error) {
	return s.users.One(ctx, Query{Where: Eq("email", email), Limit: 1})
}

// Put keeps a user, new or changed, by e-mail address.
func (s *Users) Put(ctx context.Context, u models.User) (models.User, error) {
	err := s.users.Insert(ctx, &u)
	if err == nil || !isDuplicate(err) {
		return u, err
	}
	old, err := s.ByEmail(ctx, u.Email)
	if err != nil {
		return models.User{}, err
	}
	return s.users.Update(ctx, string(old.ID), func(now *models.User) error {
		now.Name, now.Password, now.Role, now.Program, now.Location = u.Name, u.Password, u.Role, u.Program, u.Location
		return nil
	})
}

// Any reports whether there is any user at all.
func (s *Users) Any(ctx context.Context) (bool, error) {
	n, err := s.users.Count(ctx, Query{})
	return n > 0, err
}

// Open keeps a new session.
func (s *Users) Open(ctx context.Context, session *models.Session) error {
	return s.sessions.Insert(ctx, session)
}

// Session returns a session; ErrNotFound when there is none.
func (s *Users) Session(ctx context.Context, id string) (models.Session, error) {
	return s.sessions.Get(ctx, id)
}

// Rotate changes a session.
func (s *Users) Rotate(ctx context.Context, id string, change func(*models.Session) error) (models.Session, error) {
	return s.sessions.Update(ctx, id, change)
}

// End ends a session; it is no error when there was none.
func (s *Users) End(ctx context.Context, id string, now time.Time) error {
	_, err := s.sessions.Update(ctx, id, func(d *models.Session) error {
		if d.EndedAt != nil {
			return Unchanged
		}
		d.EndedAt = &now
		return nil
	})
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	return err
}

// EndAll ends every session of a user.
func (s *Users) EndAll(ctx context.Context, user models.UserID, now time.Time) error {
	for session, err := range s.sessions.Find(ctx, Query{Where: Eq("user", user)}) {
		if err != nil {
			return err
		}
		if err := s.End(ctx, session.ID, now); err != nil {
			return err
		}
	}
	return nil
}

// Sweep removes sessions that expired before the time given.
func (s *Users) Sweep(ctx context.Context, before time.Time) error {
	for session, err := range s.sessions.Find(ctx, Query{Where: Lt("expires_at", before), Sort: []string{"expires_at"}, Limit: 1000}) {
		if err != nil {
			return err
		}
		if err := s.sessions.Delete(ctx, session.ID); err != nil {
			return err
		}
	}
	return nil
}
