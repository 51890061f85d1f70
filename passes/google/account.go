package google

import (
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"errors"

	"regulars/models"
)

// ServiceAccount is the robot that acts for the issuer: it signs save links
// and asks for access tokens. Its key is a secret.
type ServiceAccount struct {
	Email    string // iss of what it signs
	KeyID    string
	Key      *rsa.PrivateKey
	TokenURI string // where access tokens come from
	Project  string // the Google Cloud project, which the rate limit counts by
}

// ParseServiceAccount reads the JSON key file that the Google Cloud console
// gives out for a service account. Its errors are Invalid Errors that say what
// to do and hold nothing of the file.
func ParseServiceAccount(b []byte) (ServiceAccount, error) {
	var file struct {
		Type         string `json:"type"`
		ProjectID    string `json:"project_id"`
		PrivateKeyID string `json:"private_key_id"`
		PrivateKey   string `json:"private_key"`
		ClientEmail  string `json:"client_email"`
		TokenURI     string `json:"token_uri"`
	}
	switch err := json.Unmarshal(b, &file); {
	case err != nil:
		return ServiceAccount{}, badAccount("The Google credentials are not a JSON file. Download the service account's key as JSON.", nil)
	case file.Type != "service_account":
		return ServiceAccount{}, badAccount("The Google credentials are not those of a service account. Create a key for the service account, of type JSON.", nil)
	case file.ClientEmail == "" || file.TokenURI == "":
		return ServiceAccount{}, badAccount("The Google credentials lack client_email or token_uri. Download the key file again.", nil)
	}
	key, err := parseKey(file.PrivateKey)
	if err != nil {
		return ServiceAccount{}, badAccount("The private key in the Google credentials can't be read. Download the key file again.", err)
	}
	return ServiceAccount{Email: file.ClientEmail, KeyID: file.PrivateKeyID, Key: key, TokenURI: file.TokenURI, Project: file.ProjectID}, nil
}

// Fingerprint is the SHA-256 of the account's public key, in hexadecimal.
func (a *ServiceAccount) Fingerprint() string {
	sum := sha256.Sum256(x509.MarshalPKCS1PublicKey(&a.Key.PublicKey))
	return hex.EncodeToString(sum[:])
}

func parseKey(text string) (*rsa.PrivateKey, error) {
	block, _ := pem.Decode([]byte(text))
	if block == nil {
		return nil, errors.New("no PEM block")
	}
	if key, err := x509.ParsePKCS1PrivateKey(block.Bytes); err == nil {
		return key, nil
	}
	parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, errors.New("neither PKCS#8 nor PKCS#1") // the cause could quote the key
	}
	key, ok := parsed.(*rsa.PrivateKey)
	if !ok {
		return nil, errors.New("not an RSA key")
	}
	return key, nil
}

func badAccount(msg string, err error) error {
	return &models.Error{Kind: models.Invalid, Code: "google_credentials", Field: "google.credentials", Msg: msg, Err: err}
}
