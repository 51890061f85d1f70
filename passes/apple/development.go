package apple

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"time"
)

const (
	developmentIssuer = "Regulars Development WWDR"
	developmentType   = "pass.regulars.development"
	developmentTeam   = "DEVELOPMNT"
)

// Development is a set of certificates in the shape of Apple's, as PEM files,
// for a machine that has none of Apple's. Only simulated phones trust them.
type Development struct {
	WWDR []byte // the self-signed issuer, wwdr.pem
	Pass []byte // the pass certificate, pass.pem
	Key  []byte // its key, PKCS #8, pass.key
}

// KeyKind is one of the kinds of key that Apple takes for passes.
type KeyKind string

// The kinds of key.
const (
	RSA2048 KeyKind = "RSA-2048"
	P256    KeyKind = "P-256"
)

// DevelopmentCredentials makes such a set with a pass key of that kind, good
// from a day before now for ten years, or 397 days for the pass certificate, as
// Apple's are good for about one. The issuer's key is RSA, as Apple's is. The
// keys come from the system's random source whatever random is, as Go has it;
// random makes the serial numbers.
func DevelopmentCredentials(now time.Time, random io.Reader, kind KeyKind) (Development, error) {
	caKey, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return Development{}, fmt.Errorf("make the development issuer's key: %w", err)
	}
	key, err := newKey(kind)
	if err != nil {
		return Development{}, fmt.Errorf("make the development key: %w", err)
	}
	ca, leaf, err := contents(now, random)
	if err != nil {
		return Development{}, err
	}
	caDER, err := x509.CreateCertificate(rand.Reader, ca, ca, caKey.Public(), caKey)
	if err != nil {
		return Development{}, fmt.Errorf("make the development issuer: %w", err)
	}
	if ca, err = x509.ParseCertificate(caDER); err != nil {
		return Development{}, fmt.Errorf("read the development issuer back: %w", err)
	}
	leafDER, err := x509.CreateCertificate(rand.Reader, leaf, ca, key.Public(), caKey)
	if err != nil {
		return Development{}, fmt.Errorf("make the development certificate: %w", err)
	}
	keyDER, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return Development{}, fmt.Errorf("write the development key: %w", err)
	}
	return Development{
		WWDR: pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: caDER}),
		Pass: pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: leafDER}),
		Key:  pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: keyDER}),
	}, nil
}

func newKey(kind KeyKind) (crypto.Signer, error) {
	if kind == P256 {
		return ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	}
	return rsa.GenerateKey(rand.Reader, 2048)
}

// Material returns the set as Load takes it.
func (d Development) Material() Material {
	return Material{Certificate: d.Pass, Key: d.Key, Intermediates: [][]byte{d.WWDR}}
}

// contents returns what the two certificates say. The leaf has no extended
// key usage, so that openssl takes it for signing mail, as Apple's is taken.
func contents(now time.Time, random io.Reader) (ca, leaf *x509.Certificate, err error) {
	var serials [2]*big.Int
	for i := range serials {
		b := make([]byte, 16)
		if _, err := io.ReadFull(random, b); err != nil {
			return nil, nil, fmt.Errorf("draw a serial number: %w", err)
		}
		b[0] = b[0]&0x7f | 0x40 // positive, and never short
		serials[i] = new(big.Int).SetBytes(b)
	}
	begin := now.UTC().AddDate(0, 0, -1).Truncate(time.Second)
	ca = &x509.Certificate{
		SerialNumber: serials[0],
		Subject:      pkix.Name{CommonName: developmentIssuer, Organization: []string{"Regulars, not Apple"}, OrganizationalUnit: []string{"Development"}},
		NotBefore:    begin, NotAfter: begin.AddDate(10, 0, 0),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
	}
	leaf = &x509.Certificate{
		SerialNumber: serials[1],
		Subject: pkix.Name{ExtraNames: []pkix.AttributeTypeAndValue{
			{Type: oidUID, Value: developmentType},
			{Type: asn1.ObjectIdentifier{2, 5, 4, 3}, Value: "Pass Type ID: " + developmentType},
			{Type: oidOU, Value: developmentTeam},
			{Type: asn1.ObjectIdentifier{2, 5, 4, 10}, Value: "Regulars, not Apple"},
		}},
		NotBefore: begin, NotAfter: begin.AddDate(0, 0, 398),
		BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature,
	}
	return ca, leaf, nil
}
