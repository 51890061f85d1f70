package google_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/stretchr/testify/require"

	"regulars/models"
	"regulars/passes/google"
)

func rsaKey(t *testing.T) *rsa.PrivateKey {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	return key
}

func TestSaveLinkNamesTheObjectAndNothingElse(t *testing.T) {
	key, now := rsaKey(t), time.Unix(1_790_000_000, 0)
	link, err := google.SaveLink(models.LoyaltyCard, issuer+".k3Xv_9", issuer+".demo", key, "robot@project.iam.example", now)
	require.NoError(t, err)
	text, ok := strings.CutPrefix(link, google.SaveURL)
	require.True(t, ok)
	require.Less(t, len(text), google.MaxToken)

	claims := jwt.MapClaims{}
	token, err := jwt.ParseWithClaims(text, claims, func(*jwt.Token) (any, error) { return &key.PublicKey, nil }, jwt.WithValidMethods([]string{"RS256"}))
	require.NoError(t, err)
	require.Equal(t, "JWT", token.Header["typ"])
	got, err := json.Marshal(claims)
	require.NoError(t, err)
	require.JSONEq(t, `{"iss":"robot@project.iam.example","aud":"google","typ":"savetowallet","iat":1790000000,
		"payload":{"loyaltyObjects":[{"id":"3388000000012345678.k3Xv_9","classId":"3388000000012345678.demo"}]}}`, string(got))
}

func TestSaveLinkTooLongForABrowserIsRefused(t *testing.T) {
	_, err := google.SaveLink(models.LoyaltyCard, issuer+"."+strings.Repeat("x", 1300), issuer+".demo", rsaKey(t), "robot@project.iam.example", time.Unix(0, 0))
	require.Error(t, err)
}

func accountFile(t *testing.T, key any, change map[string]string) []byte {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(key)
	require.NoError(t, err)
	file := map[string]string{
		"type": "service_account", "project_id": "project", "private_key_id": "k1", "client_email": "robot@project.iam.example",
		"private_key": string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})), "token_uri": "https://oauth.example/token",
	}
	for k, v := range change {
		file[k] = v
	}
	b, err := json.Marshal(file)
	require.NoError(t, err)
	return b
}

func TestServiceAccountIsReadFromTheConsolesFile(t *testing.T) {
	key := rsaKey(t)
	a, err := google.ParseServiceAccount(accountFile(t, key, nil))
	require.NoError(t, err)
	require.Equal(t, google.ServiceAccount{Email: "robot@project.iam.example", KeyID: "k1", Key: a.Key, TokenURI: "https://oauth.example/token", Project: "project"}, a)
	require.True(t, key.Equal(a.Key))

	pkcs1 := pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)})
	a, err = google.ParseServiceAccount(accountFile(t, key, map[string]string{"private_key": string(pkcs1)}))
	require.NoError(t, err)
	require.True(t, key.Equal(a.Key))
}

func TestWrongServiceAccountSaysWhatToDo(t *testing.T) {
	key := rsaKey(t)
	curve, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	for name, file := range map[string][]byte{
		"not JSON":              []byte("-----BEGIN PRIVATE KEY-----"),
		"a person's sign-in":    accountFile(t, key, map[string]string{"type": "authorized_user"}),
		"no e-mail":             accountFile(t, key, map[string]string{"client_email": ""}),
		"no token address":      accountFile(t, key, map[string]string{"token_uri": ""}),
		"no key":                accountFile(t, key, map[string]string{"private_key": ""}),
		"a key of no kind":      accountFile(t, key, map[string]string{"private_key": "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"}),
		"a key of another kind": accountFile(t, curve, nil),
	} {
		t.Run(name, func(t *testing.T) {
			_, err := google.ParseServiceAccount(file)
			require.Equal(t, models.Invalid, models.KindOf(err))
			require.Equal(t, "google_credentials", models.CodeOf(err))
			require.NotContains(t, err.Error(), "AAAA")
		})
	}
}
