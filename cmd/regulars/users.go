package main

import (
	"context"
	"crypto/rand"
	"strings"

	"regulars/api/auth"
	"regulars/models"
	"regulars/models/store"
)

// newPassword is a password that nobody guesses and that can be read out.
func newPassword() string {
	s := strings.ToLower(rand.Text()[:20])
	return s[:5] + "-" + s[5:10] + "-" + s[10:15] + "-" + s[15:]
}

// minPassword is how short a password may be.
const minPassword = 10

// putUser keeps a user under an e-mail address. The sessions that the address
// had end: its role or password may be another now.
func putUser(ctx context.Context, stores *store.Stores, u models.User, password string) (models.User, error) {
	var err error
	if u.Email, err = models.CleanEmail(u.Email); err != nil {
		return u, err
	}
	if len(password) < minPassword {
		return u, models.Fail(models.Invalid, "short_password", "password", "A password has at least 10 characters.")
	}
	if u.Password, err = auth.Hash(password); err != nil {
		return u, err
	}
	if u.Name == "" {
		u.Name, _, _ = strings.Cut(u.Email, "@")
	}
	u.ID, u.CreatedAt = models.UserID(strings.ToLower(rand.Text())), stores.Clock.Now()
	kept, err := stores.Users.Put(ctx, u)
	if err != nil {
		return u, err
	}
	return kept, stores.Users.EndAll(ctx, kept.ID, stores.Clock.Now())
}
