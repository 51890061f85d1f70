package auth

import (
	"context"
	"errors"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"regulars/models"
	"regulars/models/store"
)

// The fixed claims of our access tokens.
const (
	issuer   = "regulars"
	audience = "regulars-api"
	typ      = "access"
	maxToken = 8 << 10
)

// Identity is who asks.
type Identity struct {
	User     models.UserID
	Role     models.Role
	Program  models.ProgramID
	Location string // where staff are bound to; empty for everywhere
	Session  string
	Name     string
}

// May reports whether the person has one of the roles.
func (i Identity) May(roles ...models.Role) bool {
	for _, r := range roles {
		if i.Role == r {
			return true
		}
	}
	return false
}

type claims struct {
	jwt.RegisteredClaims
	Typ      string           `json:"typ"`
	Session  string           `json:"sid"`
	Role     models.Role      `json:"role"`
	Program  models.ProgramID `json:"program"`
	Location string           `json:"location,omitempty"`
	Name     string           `json:"name,omitempty"`
}

func (a *Auth) sign(user models.User, session string) (string, error) {
	now := a.clock.Now()
	return jwt.NewWithClaims(jwt.SigningMethodHS256, claims{
		RegisteredClaims: jwt.RegisteredClaims{
			Issuer: issuer, Audience: jwt.ClaimStrings{audience}, Subject: string(user.ID),
			IssuedAt: jwt.NewNumericDate(now), NotBefore: jwt.NewNumericDate(now), ExpiresAt: jwt.NewNumericDate(now.Add(accessAge)),
		},
		Typ: typ, Session: session, Role: user.Role, Program: user.Program, Location: user.Location, Name: user.Name,
	}).SignedString(a.key)
}

// Identify returns who an access token speaks for, or a Denied Error.
func (a *Auth) Identify(ctx context.Context, access string) (Identity, error) {
	if len(access) > maxToken {
		return Identity{}, signInAgain()
	}
	c, err := a.read(access)
	if err != nil {
		return Identity{}, err
	}
	user, err := a.userOf(ctx, c.Session)
	if err != nil {
		return Identity{}, err
	}
	if user.ID == "" || string(user.ID) != c.Subject {
		return Identity{}, signInAgain()
	}
	// What a person may do is asked of the store and not of the token, so that
	// a role that was taken away is gone at once.
	return Identity{
		User: user.ID, Role: user.Role, Program: user.Program, Location: user.Location, Session: c.Session, Name: user.Name,
	}, nil
}

// read returns what a token of ours says. A till sends the same one with each
// sale, so those that were found good are remembered until they end.
func (a *Auth) read(access string) (claims, error) {
	now := a.clock.Now()
	a.mu.Lock()
	c, ok := a.good[access]
	a.mu.Unlock()
	if ok && now.Before(c.ExpiresAt.Time) {
		return c, nil
	}
	c = claims{}
	// Every option is set: by default the library takes tokens without an end,
	// for another audience, and signed by another method of the same family.
	_, err := jwt.ParseWithClaims(access, &c, func(*jwt.Token) (any, error) { return a.key, nil },
		jwt.WithValidMethods([]string{"HS256"}), jwt.WithIssuer(issuer), jwt.WithAudience(audience),
		jwt.WithExpirationRequired(), jwt.WithIssuedAt(), jwt.WithLeeway(time.Minute), jwt.WithTimeFunc(a.clock.Now))
	if err != nil || c.Typ != typ || c.Session == "" || c.Subject == "" {
		return claims{}, signInAgain()
	}
	a.mu.Lock()
	if len(a.good) >= maxGood {
		clear(a.good)
	}
	a.good[access] = c
	a.mu.Unlock()
	return c, nil
}

// maxGood bounds the memory for tokens seen lately; each is at most 8 KB.
const maxGood = 1000

// sessionAgeKnown is how long an instance may trust what it last saw.
const sessionAgeKnown = time.Second

// maxChecked bounds the memory for sessions seen lately.
const maxChecked = 10_000

// userOf returns the user of a session that stands, an empty one of one that
// has ended.
func (a *Auth) userOf(ctx context.Context, session string) (models.User, error) {
	a.mu.Lock()
	c, ok := a.checked[session]
	a.mu.Unlock()
	if ok && time.Since(c.at) < sessionAgeKnown {
		return c.user, nil
	}
	stored, err := a.users.Session(ctx, session)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return models.User{}, err
	}
	var user models.User
	if err == nil && stored.EndedAt == nil && a.clock.Now().Before(stored.ExpiresAt) {
		if user, err = a.users.User(ctx, stored.User); err != nil && !errors.Is(err, store.ErrNotFound) {
			return models.User{}, err
		}
	}
	a.mu.Lock()
	if len(a.checked) >= maxChecked {
		clear(a.checked)
	}
	a.checked[session] = checked{user: user, at: time.Now()}
	a.mu.Unlock()
	return user, nil
}
