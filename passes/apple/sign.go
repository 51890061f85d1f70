package apple

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"fmt"
	"io"
	"time"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"
)

// signer writes detached CMS signatures (RFC 5652) over manifests: SHA-256,
// with the content type, the message digest and the signing time that Apple
// asks for, leaf and intermediate inside. Everything that is the same in each
// signature is encoded once.
type signer struct {
	key    crypto.Signer
	random io.Reader // for ECDSA; RSA signatures take none

	certificates []byte // [0] IMPLICIT CertificateSet
	identifier   []byte // IssuerAndSerialNumber
	algorithm    []byte // AlgorithmIdentifier of the signature
}

// DER of what never changes.
var (
	oidSignedData = []byte{0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x02}
	oidData       = []byte{0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x01}
	oidDigest     = []byte{0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x04}
	oidTime       = []byte{0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x05}
	algSHA256     = []byte{0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00}

	// sha256WithRSAEncryption with its NULL, and ecdsa-with-SHA256 without
	// parameters, as RFC 5754 has them and Apple's own builder writes them.
	algRSA   = []byte{0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0b, 0x05, 0x00}
	algECDSA = []byte{0x30, 0x0a, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02}

	// The attribute contentType: data.
	attrContentType = []byte{
		0x30, 0x18, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x03,
		0x31, 0x0b, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x01,
	}
)

var certificateSet = asn1.Tag(0).ContextSpecific().Constructed()

func newSigner(c *Credentials) (*signer, error) {
	s := &signer{key: c.key, random: rand.Reader, algorithm: algECDSA}
	if _, ok := c.key.Public().(*rsa.PublicKey); ok {
		s.algorithm = algRSA
	}
	var certificates, identifier cryptobyte.Builder
	certificates.AddASN1(certificateSet, func(b *cryptobyte.Builder) {
		b.AddBytes(c.leaf.Raw)
		b.AddBytes(c.intermediate.Raw)
	})
	identifier.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddBytes(c.leaf.RawIssuer)
		b.AddASN1BigInt(c.leaf.SerialNumber)
	})
	var err error
	if s.certificates, err = certificates.Bytes(); err != nil {
		return nil, fmt.Errorf("encode the certificates: %w", err)
	}
	if s.identifier, err = identifier.Bytes(); err != nil {
		return nil, fmt.Errorf("encode the signer: %w", err)
	}
	return s, nil
}

// sign returns the DER of a signature over content made at that time.
func (s *signer) sign(content []byte, at time.Time) ([]byte, error) {
	attributes, err := attributes(content, at)
	if err != nil {
		return nil, err
	}
	// What is signed is the attributes as a SET; what is sent has the tag [0].
	digest := sha256.Sum256(attributes)
	signature, err := s.key.Sign(s.random, digest[:], crypto.SHA256)
	if err != nil {
		return nil, fmt.Errorf("sign a manifest: %w", err)
	}
	attributes[0] = byte(certificateSet)

	b := cryptobyte.NewBuilder(make([]byte, 0, len(s.certificates)+len(s.identifier)+len(signature)+400))
	b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) { // ContentInfo
		b.AddBytes(oidSignedData)
		b.AddASN1(certificateSet, func(b *cryptobyte.Builder) {
			b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) { s.signedData(b, attributes, signature) })
		})
	})
	der, err := b.Bytes()
	if err != nil {
		return nil, fmt.Errorf("encode a signature: %w", err)
	}
	return der, nil
}

// signedData writes the fields of SignedData.
func (s *signer) signedData(b *cryptobyte.Builder, attributes, signature []byte) {
	b.AddASN1Int64(1)
	b.AddASN1(asn1.SET, func(b *cryptobyte.Builder) { b.AddBytes(algSHA256) })
	b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) { b.AddBytes(oidData) }) // detached: no content
	b.AddBytes(s.certificates)
	b.AddASN1(asn1.SET, func(b *cryptobyte.Builder) {
		b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) { // SignerInfo
			b.AddASN1Int64(1)
			b.AddBytes(s.identifier)
			b.AddBytes(algSHA256)
			b.AddBytes(attributes)
			b.AddBytes(s.algorithm)
			b.AddASN1OctetString(signature)
		})
	})
}

// attributes returns the signed attributes as a DER SET, which is ordered by
// the bytes of its members: content type, time, digest, the shortest first.
func attributes(content []byte, at time.Time) ([]byte, error) {
	digest := sha256.Sum256(content)
	b := cryptobyte.NewBuilder(make([]byte, 0, 128))
	b.AddASN1(asn1.SET, func(b *cryptobyte.Builder) {
		b.AddBytes(attrContentType)
		b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
			b.AddBytes(oidTime)
			b.AddASN1(asn1.SET, func(b *cryptobyte.Builder) {
				if at = at.UTC(); at.Year() < 2050 { // RFC 5652, 11.3
					b.AddASN1UTCTime(at)
				} else {
					b.AddASN1GeneralizedTime(at)
				}
			})
		})
		b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
			b.AddBytes(oidDigest)
			b.AddASN1(asn1.SET, func(b *cryptobyte.Builder) { b.AddASN1OctetString(digest[:]) })
		})
	})
	der, err := b.Bytes()
	if err != nil {
		return nil, fmt.Errorf("encode the signed attributes: %w", err)
	}
	return der, nil
}
