package main

import (
	"crypto/rand"
	"crypto/tls"
	"errors"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"regulars/cmd/internal/commandline"
	"regulars/models"
	"regulars/passes/apple"
)

// The files of the development certificates, in the folder dev of the data.
const (
	devFolder = "dev"
	wwdrFile  = "wwdr.pem"
	passFile  = "pass.pem"
	keyFile   = "pass.key"
)

// appleCredentials reads the certificates that the flags name, or else the
// development ones, made at the first start, and opens what signs. Whoever
// calls it calls the function that it returns when nothing signs any more.
func appleCredentials(c serveConfig) (*apple.Credentials, func(), error) {
	none := func() {}
	m, key, err := appleMaterial(c)
	if err != nil {
		return nil, none, err
	}
	signer, ours, err := c.Apple.openSigner(key)
	if err != nil {
		return nil, none, ofApple(err)
	}
	done := none
	if ours {
		m.Key, m.Signer = nil, signer
		done = func() { _ = signer.Close() } // it has nothing to lose
	}
	credentials, err := apple.Load(m)
	if err != nil {
		done()
		return nil, none, ofApple(err)
	}
	return credentials, done, nil
}

// appleMaterial reads the files, and returns where the key's is. That is left
// unread where Go does not sign with it.
func appleMaterial(c serveConfig) (m apple.Material, key string, err error) {
	if c.Apple.Certificate == "" {
		folder := filepath.Join(c.Data, devFolder)
		d, err := development(folder, time.Now())
		return d.Material(), filepath.Join(folder, keyFile), err
	}
	m.Password = c.Apple.Password
	if m.Certificate, err = os.ReadFile(c.Apple.Certificate); err != nil {
		return m, "", err
	}
	if c.Apple.Key != "" && c.Apple.Signer != signOpenSSL {
		if m.Key, err = os.ReadFile(c.Apple.Key); err != nil {
			return m, "", err
		}
	}
	for _, file := range c.Apple.Intermediate {
		b, err := os.ReadFile(file)
		if err != nil {
			return m, "", err
		}
		m.Intermediates = append(m.Intermediates, b)
	}
	return m, c.Apple.Key, nil
}

// ofApple names the flag that a complaint about the certificates is about.
func ofApple(err error) error {
	e, ok := errors.AsType[*models.Error](err)
	if !ok || e.Kind != models.Invalid || e.Field == "" {
		return err
	}
	return commandline.Mistakef("--apple-%s: %s", strings.TrimSuffix(e.Field, "s"), e.Msg)
}

// development returns the certificates of the folder, made there once. The
// key is written last: a folder with a key is complete.
func development(folder string, now time.Time) (apple.Development, error) {
	var d apple.Development
	var err error
	if d.Key, err = os.ReadFile(filepath.Join(folder, keyFile)); errors.Is(err, fs.ErrNotExist) {
		return makeDevelopment(folder, now)
	}
	if err != nil {
		return d, err
	}
	if d.WWDR, err = os.ReadFile(filepath.Join(folder, wwdrFile)); err != nil {
		return d, err
	}
	d.Pass, err = os.ReadFile(filepath.Join(folder, passFile))
	return d, err
}

func makeDevelopment(folder string, now time.Time) (apple.Development, error) {
	d, err := apple.DevelopmentCredentials(now, rand.Reader, apple.RSA2048)
	if err != nil {
		return d, err
	}
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return d, err
	}
	for _, f := range []struct {
		name string
		pem  []byte
		mode fs.FileMode
	}{{wwdrFile, d.WWDR, 0o644}, {passFile, d.Pass, 0o644}, {keyFile, d.Key, 0o600}} {
		if err := writeWhole(filepath.Join(folder, f.name), f.pem, f.mode); err != nil {
			return d, err
		}
	}
	return d, nil
}

// writeWhole writes a file that is either complete or not there.
func writeWhole(name string, data []byte, mode fs.FileMode) error {
	part := name + ".part"
	if err := os.WriteFile(part, data, mode); err != nil {
		return err
	}
	return os.Rename(part, name)
}

// clientOf returns an HTTP client that trusts the certificates of a file.
func clientOf(ca string) (*http.Client, error) {
	pool, err := poolOf(ca)
	if err != nil {
		return nil, err
	}
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.TLSClientConfig = &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}
	return &http.Client{Transport: t}, nil
}
