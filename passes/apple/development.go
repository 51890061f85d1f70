package apple

import (
	"crypto"
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
	issuer, err := NewDevelopmentIssuer(now, random)
	if err != nil {
		return Development{}, err
	}
	key, err := NewKey(kind)
	if err != nil {
		return Development{}, fmt.Errorf("make the development key: %w", err)
	}
	begin := issuer.certificate.NotBefore
	pass, err := issuer.Issue(DevelopmentPass{Type: developmentType, Team: developmentTeam, NotBefore: begin, NotAfter: begin.AddDate(0, 0, 398)}, key.Public(), random)
	if err != nil {
		return Development{}, err
	}
	keyPEM, err := KeyPEM(key)
	if err != nil {
		return Development{}, fmt.Errorf("write the development key: %w", err)
	}
	return Development{WWDR: issuer.WWDR, Pass: pass, Key: keyPEM}, nil
}

// Material returns the set as Load takes it.
func (d Development) Material() Material {
	return Material{Certificate: d.Pass, Key: d.Key, Intermediates: [][]byte{d.WWDR}}
}

// DevelopmentIssuer stands for Apple where passes are tried: it issues
// certificates of any pass type, which no real phone accepts.
type DevelopmentIssuer struct {
	WWDR []byte // its own certificate, PEM

	certificate *x509.Certificate
	key         *rsa.PrivateKey
}

// NewDevelopmentIssuer returns an issuer that is good from a day before now for
// ten years.
func NewDevelopmentIssuer(now time.Time, random io.Reader) (*DevelopmentIssuer, error) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return nil, fmt.Errorf("make the development issuer's key: %w", err)
	}
	serial, err := drawSerial(random)
	if err != nil {
		return nil, err
	}
	begin := now.UTC().AddDate(0, 0, -1).Truncate(time.Second)
	ca := &x509.Certificate{
		SerialNumber: serial,
		Subject:      pkix.Name{CommonName: developmentIssuer, Organization: []string{"Regulars, not Apple"}, OrganizationalUnit: []string{"Development"}},
		NotBefore:    begin, NotAfter: begin.AddDate(10, 0, 0),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, ca, ca, key.Public(), key)
	if err != nil {
		return nil, fmt.Errorf("make the development issuer: %w", err)
	}
	if ca, err = x509.ParseCertificate(der); err != nil {
		return nil, fmt.Errorf("read the development issuer back: %w", err)
	}
	return &DevelopmentIssuer{WWDR: certificatePEM(der), certificate: ca, key: key}, nil
}

// DevelopmentPass is what a certificate of a DevelopmentIssuer says.
type DevelopmentPass struct {
	Type, Team          string
	NotBefore, NotAfter time.Time
}

// Issue returns a pass certificate for a key, in PEM. It has no extended key
// usage, so that openssl takes it for signing mail, as Apple's is taken.
func (i *DevelopmentIssuer) Issue(p DevelopmentPass, key crypto.PublicKey, random io.Reader) ([]byte, error) {
	serial, err := drawSerial(random)
	if err != nil {
		return nil, err
	}
	leaf := &x509.Certificate{
		SerialNumber: serial,
		Subject: pkix.Name{ExtraNames: []pkix.AttributeTypeAndValue{
			{Type: oidUID, Value: p.Type},
			{Type: asn1.ObjectIdentifier{2, 5, 4, 3}, Value: "Pass Type ID: " + p.Type},
			{Type: oidOU, Value: p.Team},
			{Type: asn1.ObjectIdentifier{2, 5, 4, 10}, Value: "Regulars, not Apple"},
		}},
		NotBefore: p.NotBefore, NotAfter: p.NotAfter,
		BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature,
	}
	der, err := x509.CreateCertificate(rand.Reader, leaf, i.certificate, key, i.key)
	if err != nil {
		return nil, fmt.Errorf("make the development certificate: %w", err)
	}
	return certificatePEM(der), nil
}

func drawSerial(random io.Reader) (*big.Int, error) {
	b := make([]byte, 16)
	if _, err := io.ReadFull(random, b); err != nil {
		return nil, fmt.Errorf("draw a serial number: %w", err)
	}
	b[0] = b[0]&0x7f | 0x40 // positive, and never short
	return new(big.Int).SetBytes(b), nil
}

func certificatePEM(der []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
}
