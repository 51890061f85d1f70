package apple

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"encoding/asn1"
	"time"

	"regulars/models"
)

// Credentials are what passes of one pass type are signed with: the pass
// certificate, its key, and the intermediate that issued it. They also are the
// client certificate for APNs.
type Credentials struct {
	PassTypeID  string // "pass.com.example.card", the certificate's UID
	TeamID      string // ten characters, the certificate's OU
	NotBefore   time.Time
	NotAfter    time.Time // the earlier end, of the certificate or its intermediate
	Development bool      // made by DevelopmentCredentials; no real phone accepts them

	leaf         *x509.Certificate
	intermediate *x509.Certificate
	key          crypto.Signer
}

// Material is what an owner has in hand. Certificate is PEM, DER or PKCS#12;
// Key is PEM or DER and may be left out when the PKCS#12 file holds it, or when
// a Signer keeps it.
// Intermediates are any number of candidates, PEM or DER, of which the one that
// issued the certificate is taken.
type Material struct {
	Certificate   []byte
	Key           []byte
	Signer        crypto.Signer // instead of Key, for as long as the Credentials are used
	Intermediates [][]byte
	Password      string // of the PKCS#12 file

	PassTypeID string // if set, the certificate must be for it
	TeamID     string // if set, the certificate must be of it
}

// Load reads m and checks that its parts belong together. Dates are not
// judged here, so that a program with an expired certificate still starts,
// scans and earns: see Valid. Errors are *models.Error with the kind Invalid,
// a field of Material in lower case, and a sentence that says what to do.
func Load(m Material) (*Credentials, error) {
	parts, err := read(m)
	if err != nil {
		return nil, err
	}
	leaf, err := parts.leaf()
	if err != nil {
		return nil, err
	}
	c := &Credentials{leaf: leaf, key: parts.key, PassTypeID: subject(leaf, oidUID), TeamID: subject(leaf, oidOU)}
	if err := c.checkIdentity(m); err != nil {
		return nil, err
	}
	if c.intermediate, err = issuerOf(leaf, parts.certificates); err != nil {
		return nil, err
	}
	c.NotBefore, c.NotAfter = leaf.NotBefore, leaf.NotAfter
	if c.intermediate.NotAfter.Before(c.NotAfter) {
		c.NotAfter = c.intermediate.NotAfter
	}
	c.Development = c.intermediate.Subject.CommonName == developmentIssuer
	return c, nil
}

// Valid reports, as an Unavailable error, that c can't sign at that time
// because a certificate has ended or not begun.
func (c *Credentials) Valid(now time.Time) error {
	switch {
	case now.After(c.NotAfter):
		return models.Fail(models.Unavailable, "certificate_expired", "certificate",
			"The Apple pass certificate ended on "+c.NotAfter.Format(time.DateOnly)+". Create a new one for "+c.PassTypeID+
				" at developer.apple.com and install it; cards already in phones go on working.")
	case now.Before(c.NotBefore):
		return models.Fail(models.Unavailable, "certificate_early", "certificate",
			"The Apple pass certificate only begins on "+c.NotBefore.Format(time.DateOnly)+". Check this machine's clock.")
	}
	return nil
}

// TLS returns the certificate that authenticates to APNs for the pass type.
func (c *Credentials) TLS() tls.Certificate {
	return tls.Certificate{Certificate: [][]byte{c.leaf.Raw, c.intermediate.Raw}, PrivateKey: c.key, Leaf: c.leaf}
}

// Roots returns a pool with the intermediate alone: what the device side of a
// simulation trusts.
func (c *Credentials) Roots() *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(c.intermediate)
	return pool
}

func (c *Credentials) checkIdentity(m Material) error {
	switch {
	case c.PassTypeID == "" || c.TeamID == "":
		return invalid("wrong_certificate", "certificate",
			"This is not a pass certificate: its subject has no pass type identifier or team. Create one under Identifiers, Pass Type IDs at developer.apple.com.")
	case m.PassTypeID != "" && m.PassTypeID != c.PassTypeID:
		return invalid("wrong_pass_type", "certificate",
			"The certificate is for "+c.PassTypeID+", not for "+m.PassTypeID+". Set the pass type identifier to the certificate's, or use the other certificate.")
	case m.TeamID != "" && m.TeamID != c.TeamID:
		return invalid("wrong_team", "certificate",
			"The certificate belongs to team "+c.TeamID+", not to "+m.TeamID+". Set the team identifier to the certificate's, or use the other certificate.")
	}
	switch key := c.key.Public().(type) {
	case *rsa.PublicKey:
		if key.Size() < 256 {
			return invalid("weak_key", "key", "The key has fewer than 2048 bits. Make a new signing request with an RSA key of 2048 bits.")
		}
	case *ecdsa.PublicKey:
		if key.Curve != elliptic.P256() {
			return invalid("wrong_key", "key", "Apple takes RSA keys of 2048 bits and keys on the curve P-256, not this one. Make a new signing request.")
		}
	default:
		return invalid("wrong_key", "key", "Apple takes RSA keys of 2048 bits and keys on the curve P-256, not this one. Make a new signing request.")
	}
	return nil
}

// issuerOf picks, among the candidates, the certificate that issued leaf: by
// name, by key identifier where both have one, and by the signature itself.
// Apple has several intermediates with nearly the same name.
func issuerOf(leaf *x509.Certificate, candidates []*x509.Certificate) (*x509.Certificate, error) {
	for _, c := range candidates {
		sameKey := len(leaf.AuthorityKeyId) == 0 || len(c.SubjectKeyId) == 0 || bytes.Equal(leaf.AuthorityKeyId, c.SubjectKeyId)
		if bytes.Equal(leaf.RawIssuer, c.RawSubject) && sameKey && leaf.CheckSignatureFrom(c) == nil {
			return c, nil
		}
	}
	return nil, invalid("wrong_intermediate", "intermediates",
		"None of the intermediate certificates issued this pass certificate; it names “"+leaf.Issuer.CommonName+" "+first(leaf.Issuer.OrganizationalUnit)+
			"”. For certificates made since 2022 download https://www.apple.com/certificateauthority/AppleWWDRCAG4.cer and give that file.")
}

var (
	oidUID = asn1.ObjectIdentifier{0, 9, 2342, 19200300, 100, 1, 1}
	oidOU  = asn1.ObjectIdentifier{2, 5, 4, 11}
)

// subject returns the first text of that attribute in the subject, or nothing.
func subject(c *x509.Certificate, oid asn1.ObjectIdentifier) string {
	for _, name := range c.Subject.Names {
		if s, ok := name.Value.(string); ok && name.Type.Equal(oid) {
			return s
		}
	}
	return ""
}

func first(all []string) string {
	if len(all) == 0 {
		return ""
	}
	return all[0]
}

func invalid(code, field, msg string) error { return models.Fail(models.Invalid, code, field, msg) }
