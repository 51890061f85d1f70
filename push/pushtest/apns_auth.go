package pushtest

import (
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// How fresh a provider token must be, and how rarely a connection may change
// it (Apple, "Establishing a token-based connection to APNs").
const (
	oldestBearer  = 60 * time.Minute
	fewestBetween = 20 * time.Minute
)

// bearerSeen is the provider token that a connection used last.
type bearerSeen struct {
	text     string
	issuedAt time.Time
}

// authorise decides who sends. It returns the only topic the sender may use,
// or "" when it may use any.
func (a *APNs) authorise(st *h2Stream) (topic string, refusal *apnsRefusal) {
	key, certs := a.options.ProviderKey, st.conn.tls.ConnectionState().PeerCertificates
	switch {
	case key == nil && !a.options.CertificateTopics:
		return "", nil
	case a.options.CertificateTopics && len(certs) > 0:
		topic := topicOf(certs[0])
		if topic == "" {
			return "", refuse(http.StatusForbidden, "BadCertificate")
		}
		return topic, nil
	case key == nil:
		return "", refuse(http.StatusForbidden, "MissingProviderToken")
	}
	header, _ := st.field("authorization")
	text, ok := strings.CutPrefix(header, "bearer ")
	if !ok || text == "" {
		return "", refuse(http.StatusForbidden, "MissingProviderToken")
	}
	return "", a.bearer(st.conn, text)
}

func (a *APNs) bearer(c *h2Conn, text string) *apnsRefusal {
	issuedAt, err := a.parseBearer(text)
	if err != nil {
		return refuse(http.StatusForbidden, "InvalidProviderToken")
	}
	// A time to come is outside "within the last hour" as much as a stale one;
	// a minute is for clocks that differ.
	now := a.options.Now()
	if now.Sub(issuedAt) > oldestBearer || issuedAt.Sub(now) > time.Minute {
		return refuse(http.StatusForbidden, "ExpiredProviderToken")
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	last := c.bearer
	if last.text != "" && last.text != text && issuedAt.Sub(last.issuedAt).Abs() < fewestBetween {
		return refuse(http.StatusTooManyRequests, "TooManyProviderTokenUpdates")
	}
	c.bearer = bearerSeen{text: text, issuedAt: issuedAt}
	return nil
}

// parseBearer checks signature, key and team, and returns when the token was
// issued. There is no exp claim to check: freshness is Apple's own rule.
func (a *APNs) parseBearer(text string) (time.Time, error) {
	key := a.options.ProviderKey
	var claims jwt.RegisteredClaims
	parser := jwt.NewParser(jwt.WithValidMethods([]string{"ES256"}), jwt.WithoutClaimsValidation())
	_, err := parser.ParseWithClaims(text, &claims, func(t *jwt.Token) (any, error) {
		if t.Header["kid"] != key.KeyID {
			return nil, errors.New("another key")
		}
		return key.Public, nil
	})
	switch {
	case err != nil:
		return time.Time{}, err
	case claims.Issuer != key.TeamID:
		return time.Time{}, errors.New("another team")
	case claims.IssuedAt == nil:
		return time.Time{}, errors.New("no time of issue")
	}
	return claims.IssuedAt.Time, nil
}
