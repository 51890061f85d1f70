package main

import (
	"crypto/rsa"
	"encoding/pem"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"crypto/rand"
	"crypto/x509"

	"regulars/push/pushtest"
	"regulars/wallet/wallettest"
)

// simulators are the other side of Apple and Google, for a server that has no
// credentials of theirs.
type simulators struct {
	apns   *pushtest.APNs
	google *wallettest.GoogleWallet
}

// simulatedIssuer is the number of the business at the simulated Google. It is
// part of every object's id and so stays the same.
const simulatedIssuer = "3388000000012345678"

// startSimulators starts them on loopback. Google's simulator keeps its
// objects in memory; its key is kept with the data, so that save links stay
// good.
func startSimulators(data string) (*simulators, error) {
	key, err := simulatedKey(filepath.Join(data, devFolder))
	if err != nil {
		return nil, err
	}
	apns, err := pushtest.NewAPNs(pushtest.APNsOptions{CertificateTopics: true})
	if err != nil {
		return nil, err
	}
	g, err := wallettest.NewGoogleWallet(wallettest.GoogleOptions{Issuer: simulatedIssuer, Key: key, RequestsPerSecond: 20})
	if err != nil {
		_ = apns.Close() // the failure to start is what matters
		return nil, err
	}
	return &simulators{apns: apns, google: g}, nil
}

func (s *simulators) close() {
	_ = s.google.Close() // simulators have nothing to lose
	_ = s.apns.Close()
}

// simulatedKey is the key of the simulated service account, made once.
func simulatedKey(folder string) (*rsa.PrivateKey, error) {
	name := filepath.Join(folder, "google.key")
	b, err := os.ReadFile(name)
	if err == nil {
		if block, _ := pem.Decode(b); block != nil {
			return x509.ParsePKCS1PrivateKey(block.Bytes)
		}
		return nil, errors.New(name + " is damaged; delete it")
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return nil, err
	}
	return key, writeWhole(name, pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)}), 0o600)
}
