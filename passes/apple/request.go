package apple

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
)

// NewKey makes a private key to sign passes with.
func NewKey(kind KeyKind) (crypto.Signer, error) {
	if kind == P256 {
		return ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	}
	return rsa.GenerateKey(rand.Reader, 2048)
}

// KeyPEM writes a private key as PKCS #8 in PEM, not locked.
func KeyPEM(key crypto.Signer) ([]byte, error) {
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, err
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), nil
}

// ReadKey reads a private key as PEM or DER. Its errors are like those of Load.
func ReadKey(file []byte) (crypto.Signer, error) { return readKey(file) }

// SigningRequest returns the PKCS #10 request, in PEM, that Apple's portal makes a
// certificate from. Of what it says, Apple takes the key alone.
func SigningRequest(key crypto.Signer, commonName string) ([]byte, error) {
	template := &x509.CertificateRequest{Subject: pkix.Name{CommonName: commonName}}
	der, err := x509.CreateCertificateRequest(rand.Reader, template, key)
	if err != nil {
		return nil, fmt.Errorf("make the signing request: %w", err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE REQUEST", Bytes: der}), nil
}
