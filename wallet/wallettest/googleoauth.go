package wallettest

import (
	"crypto/rand"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"net/http"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// walletScope is what a service account must ask for.
const walletScope = "https://www.googleapis.com/auth/wallet_object.issuer"

const accountEmail = "regulars@simulated.iam.gserviceaccount.com"

// ServiceAccountJSON is the key file of the account that may act for the
// issuer. Its token_uri leads to the simulator, so that a client signs in as
// it would at Google.
func (g *GoogleWallet) ServiceAccountJSON() []byte {
	der, err := x509.MarshalPKCS8PrivateKey(g.opts.Key)
	if err != nil {
		panic(err) // an RSA key always encodes
	}
	b, err := json.MarshalIndent(map[string]string{
		"type": "service_account", "project_id": "simulated", "private_key_id": "simulated",
		"private_key":  string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})),
		"client_email": accountEmail, "client_id": "1", "token_uri": g.tokenURL(),
	}, "", "  ")
	if err != nil {
		panic(err)
	}
	return b
}

func (g *GoogleWallet) tokenURL() string { return g.url + "token" }

// token answers the exchange of a signed assertion for an access token
// (RFC 7523).
func (g *GoogleWallet) token(w http.ResponseWriter, r *http.Request) {
	refuse := func(code, text string) {
		answer(w, http.StatusBadRequest, map[string]string{"error": code, "error_description": text})
	}
	if err := r.ParseForm(); err != nil {
		refuse("invalid_request", "The body is not a form.")
		return
	}
	if r.PostForm.Get("grant_type") != "urn:ietf:params:oauth:grant-type:jwt-bearer" {
		refuse("unsupported_grant_type", "Only JWT bearer assertions are taken.")
		return
	}
	claims := struct {
		jwt.RegisteredClaims
		Scope string `json:"scope"`
	}{}
	_, err := jwt.ParseWithClaims(r.PostForm.Get("assertion"), &claims,
		func(*jwt.Token) (any, error) { return &g.opts.Key.PublicKey, nil },
		jwt.WithValidMethods([]string{"RS256"}), jwt.WithIssuer(accountEmail), jwt.WithAudience(g.tokenURL()),
		jwt.WithExpirationRequired(), jwt.WithIssuedAt(), jwt.WithLeeway(time.Minute), jwt.WithTimeFunc(g.opts.Now))
	switch {
	case err != nil:
		refuse("invalid_grant", "Invalid JWT Signature or claims.")
	case claims.ExpiresAt.Sub(claims.IssuedAt.Time) > time.Hour+time.Minute:
		refuse("invalid_grant", "Token must be a short-lived token (60 minutes).")
	case !strings.Contains(" "+claims.Scope+" ", " "+walletScope+" "):
		refuse("invalid_scope", "The scope for Google Wallet is missing.")
	default:
		token := "sim." + rand.Text()
		g.mu.Lock()
		g.tokens[token] = g.opts.Now().Add(g.opts.TokenLife)
		g.mu.Unlock()
		answer(w, http.StatusOK, map[string]any{"access_token": token, "token_type": "Bearer", "expires_in": int(g.opts.TokenLife.Seconds())})
	}
}

// authorised reports whether the request carries a living access token.
func (g *GoogleWallet) authorised(r *http.Request) bool {
	token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !ok {
		return false
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	end, known := g.tokens[token]
	return known && g.opts.Now().Before(end)
}
