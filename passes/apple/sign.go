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

	version1 = []byte{tagInteger, 1, 1}

	// The attribute contentType: data.
	attrContentType = []byte{
		0x30, 0x18, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x03,
		0x31, 0x0b, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x01,
	}
)

// The tags that are written here.
const (
	tagInteger         = 0x02
	tagOctetString     = 0x04
	tagUTCTime         = 0x17
	tagGeneralizedTime = 0x18
	tagSequence        = 0x30
	tagSet             = 0x31
	tagContext         = 0xa0 // [0], constructed
)

func newSigner(c *Credentials) (*signer, error) {
	s := &signer{key: c.key, random: rand.Reader, algorithm: algECDSA}
	if _, ok := c.key.Public().(*rsa.PublicKey); ok {
		s.algorithm = algRSA
	}
	var certificates, identifier cryptobyte.Builder
	certificates.AddASN1(tagContext, func(b *cryptobyte.Builder) {
		b.AddBytes(c.leaf.Raw)
		b.AddBytes(c.intermediate.Raw)
	})
	identifier.AddASN1(tagSequence, func(b *cryptobyte.Builder) {
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
	var room [maxAttributes]byte
	signed := attributes(room[:0], content, at)
	// What is signed is the attributes as a SET; what is sent has the tag [0].
	digest := sha256.Sum256(signed)
	signature, err := s.key.Sign(s.random, digest[:], crypto.SHA256)
	if err != nil {
		return nil, fmt.Errorf("sign a manifest: %w", err)
	}
	signed[0] = tagContext
	return s.contentInfo(signed, signature), nil
}

// contentInfo writes the whole structure. The sizes are known from the inside
// out, so that everything is written once, in its place.
func (s *signer) contentInfo(signed, signature []byte) []byte {
	info := len(version1) + len(s.identifier) + len(algSHA256) + len(signed) + len(s.algorithm) + whole(len(signature))
	data := len(version1) + whole(len(algSHA256)) + whole(len(oidData)) + len(s.certificates) + whole(whole(info))
	all := len(oidSignedData) + whole(whole(data))

	b := make([]byte, 0, whole(all))
	b = head(b, tagSequence, all) // ContentInfo
	b = append(b, oidSignedData...)
	b = head(b, tagContext, whole(data))
	b = head(b, tagSequence, data) // SignedData
	b = append(b, version1...)
	b = head(b, tagSet, len(algSHA256))
	b = append(b, algSHA256...)
	b = head(b, tagSequence, len(oidData)) // detached: no content
	b = append(b, oidData...)
	b = append(b, s.certificates...)
	b = head(b, tagSet, whole(info))
	b = head(b, tagSequence, info) // SignerInfo
	b = append(b, version1...)
	b = append(b, s.identifier...)
	b = append(b, algSHA256...)
	b = append(b, signed...)
	b = append(b, s.algorithm...)
	b = head(b, tagOctetString, len(signature))
	return append(b, signature...)
}

// maxAttributes is more than the signed attributes take.
const maxAttributes = 128

// attributes appends the signed attributes as a DER SET, which is ordered by
// the bytes of its members: content type, time, digest, the shortest first.
func attributes(b, content []byte, at time.Time) []byte {
	tag, form := byte(tagUTCTime), "060102150405Z"
	if at = at.UTC(); at.Year() >= 2050 { // RFC 5652, 11.3
		tag, form = tagGeneralizedTime, "20060102150405Z"
	}
	digest := sha256.Sum256(content)
	when, message := len(oidTime)+whole(whole(len(form))), len(oidDigest)+whole(whole(len(digest)))

	b = head(b, tagSet, len(attrContentType)+whole(when)+whole(message))
	b = append(b, attrContentType...)
	b = head(b, tagSequence, when)
	b = append(b, oidTime...)
	b = head(b, tagSet, whole(len(form)))
	b = head(b, tag, len(form))
	b = at.AppendFormat(b, form)
	b = head(b, tagSequence, message)
	b = append(b, oidDigest...)
	b = head(b, tagSet, whole(len(digest)))
	b = head(b, tagOctetString, len(digest))
	return append(b, digest[:]...)
}

// head appends a tag and the length of what follows, which is below 64 KB.
func head(b []byte, tag byte, length int) []byte {
	switch {
	case length < 0x80:
		return append(b, tag, byte(length))
	case length < 0x100:
		return append(b, tag, 0x81, byte(length))
	}
	return append(b, tag, 0x82, byte(length>>8), byte(length))
}

// whole is the size of so many bytes with their head.
func whole(length int) int {
	switch {
	case length < 0x80:
		return length + 2
	case length < 0x100:
		return length + 3
	}
	return length + 4
}
