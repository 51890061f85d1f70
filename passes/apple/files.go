package apple

import (
	"bytes"
	"crypto"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"strings"
	"time"
)

// MaterialOf tells files apart by what they hold: the pass certificate, its key
// and intermediates, in any order and form. What is none of them is taken for a
// PKCS #12 file, which Load then judges. The error is Invalid.
func MaterialOf(files [][]byte, password string) (Material, error) {
	m := Material{Password: password}
	for _, file := range files {
		found, err := readCertificates(file)
		switch {
		case err == nil && allIssuers(found):
			m.Intermediates = append(m.Intermediates, file)
		case err != nil && isKey(file):
			if m.Key != nil {
				return m, invalid("several_keys", "files", "Two of the files hold a private key. Give the one that belongs to the certificate.")
			}
			m.Key = file
		case m.Certificate != nil:
			return m, invalid("several_certificates", "files", "Two of the files hold a pass certificate. Give one at a time, with its key and Apple's intermediate.")
		default:
			m.Certificate = file
		}
	}
	return m, nil
}

func allIssuers(all []*x509.Certificate) bool {
	for _, c := range all {
		if !c.IsCA {
			return false
		}
	}
	return true
}

// isKey reports whether a file holds a private key, be it a locked one.
func isKey(file []byte) bool {
	if bytes.Contains(file, []byte("PRIVATE KEY-----")) {
		return true
	}
	_, err := parseKey(file)
	return err == nil
}

// Check judges credentials that are to be kept and used: that Apple issued the
// certificate for passes, as far as the roots tell, and that it has not ended.
// One that is still to begin is good. Errors are like those of Load.
func (c *Credentials) Check(roots *x509.CertPool, now time.Time) error {
	switch {
	case !strings.HasPrefix(c.PassTypeID, "pass.") || !forPasses(c.leaf):
		return invalid("wrong_certificate", "certificate",
			"This is a certificate of Apple's for something else than passes. Create one under Identifiers, Pass Type IDs at developer.apple.com.")
	case now.After(c.NotAfter):
		return invalid("certificate_expired", "certificate",
			"The certificate ended on "+c.NotAfter.Format(time.DateOnly)+". Create a new one for "+c.PassTypeID+" at developer.apple.com.")
	}
	if now.Before(c.NotBefore) {
		now = c.NotBefore
	}
	chain := x509.NewCertPool()
	chain.AddCert(c.intermediate)
	leaf := *c.leaf
	leaf.UnhandledCriticalExtensions = withoutApples(leaf.UnhandledCriticalExtensions)
	usages := []x509.ExtKeyUsage{x509.ExtKeyUsageAny}
	if _, err := leaf.Verify(x509.VerifyOptions{Roots: roots, Intermediates: chain, CurrentTime: now, KeyUsages: usages}); err != nil {
		return wrapped(err, "untrusted_certificate", "certificate",
			"The certificate does not lead to "+rootName(signature{development: c.Development}, roots)+".")
	}
	return nil
}

// Fingerprint is the SHA-256 of the certificate, in hexadecimal.
func (c *Credentials) Fingerprint() string {
	sum := sha256.Sum256(c.leaf.Raw)
	return hex.EncodeToString(sum[:])
}

// Subject is the name that the certificate gives.
func (c *Credentials) Subject() string { return c.leaf.Subject.CommonName }

// Issuer is the name of the intermediate that issued the certificate.
func (c *Credentials) Issuer() string { return c.intermediate.Subject.CommonName }

// Intermediate is that certificate, in PEM: its successor's may be the same.
func (c *Credentials) Intermediate() []byte { return certificatePEM(c.intermediate.Raw) }

// PEM writes credentials as one file, which Load reads as a Certificate: with
// the private key, so it is a secret. A key that a Signer keeps can't be written.
func (c *Credentials) PEM() ([]byte, error) {
	key, err := KeyPEM(c.key)
	if err != nil {
		return nil, err
	}
	return bytes.Join([][]byte{certificatePEM(c.leaf.Raw), c.Intermediate(), key}, nil), nil
}

// Fits reports whether a key is the one that the certificate in a file is for.
func Fits(certificate []byte, key crypto.Signer) bool {
	found, err := readCertificates(certificate)
	if err != nil {
		return false
	}
	_, err = parts{certificates: found, key: key}.leaf()
	return err == nil
}
