package pushtest

import (
	"crypto/rand"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

const (
	accountEmail   = "sender@simulator.example"
	accessLasts    = time.Hour
	messagingScope = "https://www.googleapis.com/auth/firebase.messaging"
	jwtGrant       = "urn:ietf:params:oauth:grant-type:jwt-bearer" // RFC 7523
)

// ServiceAccount returns the key file of the only account that may send. It
// fails unless the simulator asks for credentials.
func (f *FCM) ServiceAccount() ([]byte, error) {
	if f.account == nil {
		return nil, errors.New("service account: this simulator asks for no credentials")
	}
	der, err := x509.MarshalPKCS8PrivateKey(f.account)
	if err != nil {
		return nil, fmt.Errorf("write service account key: %w", err)
	}
	return json.Marshal(map[string]string{
		"type":           "service_account",
		"project_id":     f.options.ProjectID,
		"private_key_id": "simulator",
		"private_key":    string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})),
		"client_email":   accountEmail,
		"client_id":      "1",
		"token_uri":      f.URL() + "/token",
	})
}

// login answers POST /token: an assertion that the account signed is worth an
// access token for an hour.
func (f *FCM) login(w http.ResponseWriter, r *http.Request) {
	if f.account == nil || r.FormValue("grant_type") != jwtGrant {
		writeJSON(w, http.StatusBadRequest, map[string]string{"error": "unsupported_grant_type"})
		return
	}
	claims := jwt.MapClaims{}
	parser := jwt.NewParser(jwt.WithValidMethods([]string{"RS256"}), jwt.WithAudience(f.URL()+"/token"),
		jwt.WithIssuer(accountEmail), jwt.WithExpirationRequired(), jwt.WithTimeFunc(f.options.Now))
	_, err := parser.ParseWithClaims(r.FormValue("assertion"), claims, func(*jwt.Token) (any, error) { return &f.account.PublicKey, nil })
	scope, _ := claims["scope"].(string)
	switch {
	case err != nil:
		writeJSON(w, http.StatusBadRequest, map[string]string{"error": "invalid_grant", "error_description": "Invalid JWT Signature."})
		return
	case !strings.Contains(scope, messagingScope):
		writeJSON(w, http.StatusBadRequest, map[string]string{"error": "invalid_scope"})
		return
	}
	token := "ya29." + rand.Text()
	f.mu.Lock()
	f.access[token] = f.options.Now().Add(accessLasts)
	f.counts.Logins++
	f.mu.Unlock()
	writeJSON(w, http.StatusOK, map[string]any{"access_token": token, "expires_in": int(accessLasts.Seconds()), "token_type": "Bearer"})
}

func (f *FCM) authorised(r *http.Request) bool {
	token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !ok {
		return false
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.options.Now().Before(f.access[token])
}
