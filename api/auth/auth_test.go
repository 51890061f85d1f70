package auth_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"regulars/api/apitest"
	"regulars/api/auth"
	"regulars/models"
	"regulars/models/store"
	"regulars/models/store/storetest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func start(t *testing.T) *apitest.Server {
	t.Helper()
	return apitest.Start(t, storetest.SQLite(t), apitest.Options{Idle: true})
}

func signedOut(t *testing.T, err error, what string) {
	t.Helper()
	require.Equal(t, "signed_out", models.CodeOf(err), what)
}

// key is the one that access tokens are signed with, derived as auth does.
func key(t *testing.T, s *apitest.Server) []byte {
	t.Helper()
	settings, err := s.Stores.Settings.Server(t.Context())
	require.NoError(t, err)
	mac := hmac.New(sha256.New, settings.Secret)
	mac.Write([]byte("access tokens"))
	return mac.Sum(nil)
}

func TestForgedTokens(t *testing.T) {
	s := start(t)
	good, err := s.Auth.Login(t.Context(), apitest.Owner, apitest.Password)
	require.NoError(t, err)
	who, err := s.Auth.Identify(t.Context(), good.Access)
	require.NoError(t, err)
	require.Equal(t, models.Owner, who.Role)
	now := time.Now()
	claims := func(change jwt.MapClaims) jwt.MapClaims {
		c := jwt.MapClaims{
			"iss": "regulars", "aud": "regulars-api", "sub": string(who.User), "iat": now.Unix(), "nbf": now.Unix(), "exp": now.Add(time.Minute).Unix(),
			"typ": "access", "sid": who.Session, "role": "owner", "program": "demo",
		}
		for k, v := range change {
			if v == nil {
				delete(c, k)
				continue
			}
			c[k] = v
		}
		return c
	}
	sign := func(method jwt.SigningMethod, c jwt.MapClaims, key any, header map[string]any) string {
		token := jwt.NewWithClaims(method, c)
		for k, v := range header {
			token.Header[k] = v
		}
		text, err := token.SignedString(key)
		require.NoError(t, err)
		return text
	}
	ours := key(t, s)
	_, err = s.Auth.Identify(t.Context(), sign(jwt.SigningMethodHS256, claims(nil), ours, nil))
	require.NoError(t, err, "the test knows how to make a good one")
	_, err = s.Auth.Identify(t.Context(), sign(jwt.SigningMethodHS256, claims(jwt.MapClaims{"exp": now.Add(-58 * time.Second).Unix()}), ours, nil))
	require.NoError(t, err, "clocks may differ by a minute")
	for name, token := range map[string]string{
		"94 no signature":         sign(jwt.SigningMethodNone, claims(nil), jwt.UnsafeAllowNoneSignatureType, nil),
		"95 another method":       sign(jwt.SigningMethodHS512, claims(nil), ours, nil),
		"another key":             sign(jwt.SigningMethodHS256, claims(nil), []byte("secret"), nil),
		"97 no end":               sign(jwt.SigningMethodHS256, claims(jwt.MapClaims{"exp": nil}), ours, nil),
		"97 another audience":     sign(jwt.SigningMethodHS256, claims(jwt.MapClaims{"aud": "other"}), ours, nil),
		"97 no audience":          sign(jwt.SigningMethodHS256, claims(jwt.MapClaims{"aud": nil}), ours, nil),
		"97 made in the future":   sign(jwt.SigningMethodHS256, claims(jwt.MapClaims{"iat": now.Add(time.Hour).Unix()}), ours, nil),
		"another issuer":          sign(jwt.SigningMethodHS256, claims(jwt.MapClaims{"iss": "other"}), ours, nil),
		"98 a key that is a path": sign(jwt.SigningMethodHS256, claims(nil), []byte{}, map[string]any{"kid": "../../dev/null"}),
		"100 over by 61 s":        sign(jwt.SigningMethodHS256, claims(jwt.MapClaims{"exp": now.Add(-62 * time.Second).Unix()}), ours, nil),
		"101 another purpose":     sign(jwt.SigningMethodHS256, claims(jwt.MapClaims{"typ": "refresh"}), ours, nil),
		"101 the refresh token":   good.Refresh,
		"no session":              sign(jwt.SigningMethodHS256, claims(jwt.MapClaims{"sid": nil}), ours, nil),
		"a session that is none":  sign(jwt.SigningMethodHS256, claims(jwt.MapClaims{"sid": "nothing"}), ours, nil),
		"somebody else's session": sign(jwt.SigningMethodHS256, claims(jwt.MapClaims{"sub": "u-staff"}), ours, nil),
		"104 a million dots":      strings.Repeat(".", 1_000_000),
		"nothing":                 "",
	} {
		began := time.Now()
		_, err := s.Auth.Identify(t.Context(), token)
		signedOut(t, err, name)
		require.Less(t, time.Since(began), time.Second, name)
	}
}

// What a person may do is what the store says now, not what the token said.
func TestTokenEndsWithSessionAndRole(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s := apitest.Start(t, db, apitest.Options{Idle: true})
		out, err := s.Auth.Login(t.Context(), apitest.Owner, apitest.Password)
		require.NoError(t, err)
		who, err := s.Auth.Identify(t.Context(), out.Access)
		require.NoError(t, err)
		require.NoError(t, s.Auth.Logout(t.Context(), who.Session))
		_, err = s.Auth.Identify(t.Context(), out.Access)
		signedOut(t, err, "after signing out")
		_, err = s.Auth.Renew(t.Context(), out.Refresh)
		signedOut(t, err, "a session that has ended")

		in, err := s.Auth.Login(t.Context(), apitest.Manager, apitest.Password)
		require.NoError(t, err)
		u, err := s.Stores.Users.ByEmail(t.Context(), apitest.Manager)
		require.NoError(t, err)
		u.Role = models.Marketer
		_, err = s.Stores.Users.Put(t.Context(), u)
		require.NoError(t, err)
		who, err = s.Auth.Identify(t.Context(), in.Access)
		require.NoError(t, err)
		require.Equal(t, models.Marketer, who.Role)
		require.NoError(t, s.Stores.Users.EndAll(t.Context(), u.ID, time.Now()))
		require.Eventually(t, func() bool {
			_, err := s.Auth.Identify(t.Context(), in.Access)
			return models.CodeOf(err) == "signed_out"
		}, 3*time.Second, 50*time.Millisecond, "another instance ended it")
	})
}

func TestRefreshTokensRotate(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s := apitest.Start(t, db, apitest.Options{Idle: true})
		first, err := s.Auth.Login(t.Context(), apitest.Staff, apitest.Password)
		require.NoError(t, err)
		next, err := s.Auth.Renew(t.Context(), first.Refresh)
		require.NoError(t, err)
		require.NotEqual(t, first.Refresh, next.Refresh)
		overlap, err := s.Auth.Renew(t.Context(), first.Refresh)
		require.NoError(t, err, "another tab renewed at the same moment")
		require.Empty(t, overlap.Refresh)
		_, err = s.Auth.Identify(t.Context(), overlap.Access)
		require.NoError(t, err)

		id, _, _ := strings.Cut(first.Refresh, ".")
		_, err = s.Stores.Users.Rotate(t.Context(), id, func(d *models.Session) error {
			d.RotatedAt = d.RotatedAt.Add(-2 * time.Minute)
			return nil
		})
		require.NoError(t, err)
		_, err = s.Auth.Renew(t.Context(), first.Refresh)
		signedOut(t, err, "a token that was traded long ago is somebody else's")
		_, err = s.Auth.Renew(t.Context(), next.Refresh)
		signedOut(t, err, "and ends the session for both")
		for _, bad := range []string{"", ".", id, id + ".", id + ".x", strings.Repeat("x", 5000), "a.b.c"} {
			_, err := s.Auth.Renew(t.Context(), bad)
			signedOut(t, err, bad)
		}
		stored, err := s.Stores.Users.Session(t.Context(), id)
		require.NoError(t, err)
		_, secret, _ := strings.Cut(next.Refresh, ".")
		require.NotContains(t, stored.Refresh+stored.Previous, secret, "only hashes are kept")
	})
}

func TestLogin(t *testing.T) {
	s := start(t)
	for _, tt := range []struct{ name, email, password string }{
		{"a wrong password", apitest.Owner, "wrong"}, {"nobody", "nobody@demo.example", apitest.Password}, {"empty", "", ""},
		{"a book for a password", apitest.Owner, strings.Repeat("x", 5000)}, {"a book for an address", strings.Repeat("x", 5000), "x"},
	} {
		_, err := s.Auth.Login(t.Context(), tt.email, tt.password)
		require.Equal(t, "wrong_password", models.CodeOf(err), tt.name)
	}
	_, err := s.Auth.Login(t.Context(), "  OWNER@demo.example ", apitest.Password)
	require.NoError(t, err, "the case of an address does not matter")
	var last error
	for range 12 {
		_, last = s.Auth.Login(t.Context(), apitest.Staff, "guess")
	}
	require.Equal(t, models.TooMany, models.KindOf(last))
	_, err = s.Auth.Login(t.Context(), apitest.Staff, apitest.Password)
	require.Equal(t, models.TooMany, models.KindOf(err), "the right one waits too, or guessing would go on")
	_, err = s.Auth.Login(t.Context(), apitest.Marketer, apitest.Password)
	require.NoError(t, err, "others don't wait")
}

// A stranger's wrong guesses must not keep the owner from the till.
func TestGuessingFromElsewhereLocksNobodyOut(t *testing.T) {
	s := apitest.Start(t, storetest.SQLite(t), apitest.Options{})
	stranger := auth.WithAddress(t.Context(), "203.0.113.9")
	for range 60 {
		_, err := s.Auth.Login(stranger, apitest.Owner, "guess")
		require.Error(t, err)
	}
	_, err := s.Auth.Login(auth.WithAddress(t.Context(), "198.51.100.1"), apitest.Owner, apitest.Password)
	require.NoError(t, err)
}

func TestAnAddressOfIPv6IsItsNetwork(t *testing.T) {
	require.Equal(t, auth.Network("2001:db8::1"), auth.Network("2001:db8::2"))
	require.NotEqual(t, auth.Network("2001:db8::1"), auth.Network("2001:db8:0:1::1"))
	require.Equal(t, "192.0.2.1", auth.Network("192.0.2.1"))
}

func TestExpiredSessionsAreSwept(t *testing.T) {
	s := apitest.Start(t, storetest.SQLite(t), apitest.Options{})
	tokens, err := s.Auth.Login(t.Context(), apitest.Owner, apitest.Password)
	require.NoError(t, err)
	id, _, _ := strings.Cut(tokens.Refresh, ".")
	require.NoError(t, s.Stores.Users.Sweep(t.Context(), time.Now()))
	_, err = s.Stores.Users.Session(t.Context(), id)
	require.NoError(t, err, "it is still good")
	require.NoError(t, s.Stores.Users.Sweep(t.Context(), time.Now().AddDate(1, 0, 0)))
	_, err = s.Stores.Users.Session(t.Context(), id)
	require.ErrorIs(t, err, store.ErrNotFound)
}

func TestLimiter(t *testing.T) {
	l := auth.NewLimiter(3, time.Hour)
	for range 3 {
		require.Zero(t, l.Take("a"))
	}
	require.Positive(t, l.Take("a"))
	require.Zero(t, l.Take("b"))
	l.Forget("a")
	require.Zero(t, l.Take("a"))
}
