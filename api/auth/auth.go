// Package auth knows who is asking: sign-in by e-mail and password, short
// access tokens, and sessions that are renewed by a rotating token and end at
// once when they are ended.
//
// An access token is a JWT, so that any instance can read it; whether its
// session still stands is looked up all the same, at most a second late.
package auth

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"strings"
	"sync"
	"time"

	"github.com/alexedwards/argon2id"

	"regulars/models"
	"regulars/models/store"
)

// How long things last.
const (
	accessAge  = 10 * time.Minute
	sessionAge = 30 * 24 * time.Hour
	// overlap is how long the token before the last still works: two tabs may
	// renew at the same moment, and an answer may be lost on the way.
	overlap = time.Minute
)

// hashing are argon2id's parameters as OWASP has them (19 MiB, 2 passes).
var hashing = &argon2id.Params{Memory: 19 * 1024, Iterations: 2, Parallelism: 1, SaltLength: 16, KeyLength: 32}

// maxHashes bounds how many passwords are checked at once; each takes 19 MiB.
const maxHashes = 4

// maxQueue bounds how many more wait for that.
const maxQueue = 32

// Auth signs people in and recognises them.
type Auth struct {
	users   *store.Users
	clock   *store.Clock
	key     []byte
	hashes  chan struct{}
	queue   chan struct{}
	tries   *Limiter // by e-mail address and caller
	callers *Limiter // by caller
	guesses *Limiter // by e-mail address
	scans   *Limiter // by user
	decoy   string   // a hash that no password has, checked when there is no such user
	mu      sync.Mutex
	checked map[string]checked // live sessions seen lately
	good    map[string]claims  // what access tokens say that were found good
}

type checked struct {
	user models.User // whose session it is; an empty one when the session has ended
	at   time.Time
}

// New returns an Auth whose tokens are signed with a key derived from secret.
func New(users *store.Users, clock *store.Clock, secret []byte) (*Auth, error) {
	decoy, err := Hash(rand.Text())
	if err != nil {
		return nil, err
	}
	mac := hmac.New(sha256.New, secret)
	mac.Write([]byte("access tokens"))
	return &Auth{
		users: users, clock: clock, key: mac.Sum(nil), hashes: make(chan struct{}, maxHashes),
		queue: make(chan struct{}, maxQueue),
		tries: NewLimiter(10, 10*time.Second), callers: NewLimiter(30, 4*time.Second), guesses: NewLimiter(100, 2*time.Second),
		scans: NewLimiter(120, time.Second/2), decoy: decoy, checked: map[string]checked{}, good: map[string]claims{},
	}, nil
}

// Scan uses up one scan of a user, wherever they scan: 120 at once and two a
// second, more than any till takes and too few to try numbers.
func (a *Auth) Scan(user models.UserID) error {
	if wait := a.scans.Take(string(user)); wait > 0 {
		return TooMany(wait)
	}
	return nil
}

// Hash returns the argon2id hash of a password.
func Hash(password string) (string, error) { return argon2id.CreateHash(password, hashing) }

// Matches reports whether a hash is that of the password.
func Matches(password, hash string) (bool, error) {
	return argon2id.ComparePasswordAndHash(password, hash)
}

// Tokens are what a sign-in gives.
type Tokens struct {
	Access    string
	ExpiresIn time.Duration
	Refresh   string
	User      models.User
}

func wrongPassword() error {
	return models.Fail(models.Denied, "wrong_password", "", "The e-mail address or the password is wrong.")
}

// Login opens a session. A wrong password and an unknown address look and
// take the same. Limits hold for the caller, for the caller with this e-mail
// address, and, wide enough that no single caller can lock its owner out, for
// the e-mail address.
func (a *Auth) Login(ctx context.Context, email, password string) (Tokens, error) {
	email = strings.ToLower(strings.TrimSpace(email))
	if len(password) > 1024 || len(email) > 254 {
		return Tokens{}, wrongPassword() // before it is remembered: our memory is not theirs to fill
	}
	from := address(ctx)
	if wait := max(a.tries.Take(email+" "+from), a.callers.Take(from), a.guesses.Take(email)); wait > 0 {
		return Tokens{}, TooMany(wait)
	}
	user, err := a.users.ByEmail(ctx, email)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return Tokens{}, err
	}
	hash := user.Password
	if err != nil {
		hash = a.decoy
	}
	ok, err := a.compare(ctx, password, hash)
	if err != nil {
		return Tokens{}, err
	}
	if !ok || user.ID == "" {
		return Tokens{}, wrongPassword()
	}
	a.tries.Forget(email + " " + from)
	return a.open(ctx, user)
}

func (a *Auth) compare(ctx context.Context, password, hash string) (bool, error) {
	select {
	case a.queue <- struct{}{}:
		defer func() { <-a.queue }()
	default:
		return false, TooMany(time.Second)
	}
	select {
	case a.hashes <- struct{}{}:
		defer func() { <-a.hashes }()
	case <-ctx.Done():
		return false, ctx.Err()
	}
	return Matches(password, hash)
}

func (a *Auth) open(ctx context.Context, user models.User) (Tokens, error) {
	now := a.clock.Now()
	secret := rand.Text()
	session := models.Session{
		ID: rand.Text(), User: user.ID, Refresh: condense(secret),
		RotatedAt: now, CreatedAt: now, ExpiresAt: now.Add(sessionAge),
	}
	if err := a.users.Open(ctx, &session); err != nil {
		return Tokens{}, err
	}
	return a.tokens(user, session.ID, secret)
}

func (a *Auth) tokens(user models.User, session, secret string) (Tokens, error) {
	access, err := a.sign(user, session)
	return Tokens{Access: access, ExpiresIn: accessAge, Refresh: session + "." + secret, User: user}, err
}

func condense(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

func signInAgain() error {
	return models.Fail(models.Denied, "signed_out", "", "Please sign in.")
}

// Renew trades a refresh token for new tokens. A token that was traded before
// is good for a minute more; after that somebody else has it, and the session
// ends for both.
func (a *Auth) Renew(ctx context.Context, refresh string) (Tokens, error) {
	id, secret, ok := strings.Cut(refresh, ".")
	if !ok || len(refresh) > 128 {
		return Tokens{}, signInAgain()
	}
	now := a.clock.Now()
	next := rand.Text()
	stolen := false
	session, err := a.users.Rotate(ctx, id, func(s *models.Session) error {
		stolen = false
		switch hash := condense(secret); {
		case s.EndedAt != nil || now.After(s.ExpiresAt):
			return signInAgain()
		case same(hash, s.Refresh):
			s.Previous, s.Refresh, s.RotatedAt = s.Refresh, condense(next), now
			s.ExpiresAt = now.Add(sessionAge)
		case same(hash, s.Previous) && now.Sub(s.RotatedAt) < overlap:
			return store.Unchanged
		default:
			stolen = true
			s.EndedAt = &now
		}
		return nil
	})
	if errors.Is(err, store.ErrNotFound) || stolen {
		a.forget(id)
		return Tokens{}, signInAgain()
	}
	if err != nil {
		return Tokens{}, err
	}
	user, err := a.users.User(ctx, session.User)
	if errors.Is(err, store.ErrNotFound) {
		return Tokens{}, signInAgain()
	}
	if err != nil {
		return Tokens{}, err
	}
	if !same(condense(next), session.Refresh) {
		next = "" // the overlap: whoever was first has the next token
	}
	t, err := a.tokens(user, session.ID, next)
	if next == "" {
		t.Refresh = ""
	}
	return t, err
}

func same(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }

// Logout ends a session, here at once and on other instances within a second.
func (a *Auth) Logout(ctx context.Context, session string) error {
	defer a.forget(session)
	return a.users.End(ctx, session, a.clock.Now())
}

func (a *Auth) forget(session string) {
	a.mu.Lock()
	delete(a.checked, session)
	a.mu.Unlock()
}

// sweepEvery is how often sessions that have ended by themselves are removed.
const sweepEvery = time.Hour

// Run removes expired sessions now and then, until ctx ends.
func (a *Auth) Run(ctx context.Context) error {
	for {
		// What fails now is tried again in an hour; nothing depends on it.
		_ = a.users.Sweep(ctx, a.clock.Now())
		timer := time.NewTimer(sweepEvery)
		select {
		case <-ctx.Done():
			timer.Stop()
			return nil
		case <-timer.C:
		}
	}
}
