package apple

import (
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"
	"slices"
	"time"

	"github.com/smallstep/pkcs7"
)

// signature is what a file's signature says about its maker.
type signature struct {
	leaf        *x509.Certificate // nil when it can't be read
	inside      []*x509.Certificate
	at          time.Time // signing time; zero when there is none
	development bool
}

// appleArc is where Apple keeps the extensions of its own certificates. Some
// are marked critical, and Go knows none of them.
var appleArc = asn1.ObjectIdentifier{1, 2, 840, 113635, 100}

// signature checks the signature over the manifest, but not whom to trust.
func (b *bundle) signature() signature {
	const path = "signature"
	raw, ok := b.files[path]
	if !ok {
		b.add(MissingEntry, path, "It is missing.", "Sign manifest.json with the pass certificate.")
		return signature{}
	}
	if !isDER(raw) {
		b.add(NotDER, path, "It is written in BER, or something follows it.", "Write it in DER, with definite lengths.")
	}
	p7, err := parseCMS(raw)
	if err != nil {
		b.add(BadSignature, path, "It is not a CMS signature in DER.", "Write it binary and detached, not as PEM or S/MIME text.")
		return signature{}
	}
	s := signature{leaf: p7.GetOnlySigner(), inside: p7.Certificates}
	if s.leaf != nil {
		s.development = s.leaf.Issuer.CommonName == developmentIssuer
	}
	if len(p7.Signers) != 1 || s.leaf == nil {
		b.add(BadSignature, path, "It has not exactly one signer with its certificate inside.", "Sign once, and embed the pass certificate.")
		return signature{}
	}
	if len(p7.Content) > 0 {
		b.add(BadSignature, path, "It holds a copy of the manifest.", "Make it detached.")
	}
	if !p7.Signers[0].DigestAlgorithm.Algorithm.Equal(pkcs7.OIDDigestAlgorithmSHA256) {
		b.add(WrongDigest, path, "It is not made with SHA-256.", "Sign with SHA-256.")
	}
	if err := p7.UnmarshalSignedAttribute(pkcs7.OIDAttributeSigningTime, &s.at); err != nil {
		b.add(NoSigningTime, path, "It has no signing time, and phones ask for one.", "Add the signed attribute signingTime.")
	}
	p7.Content = b.files["manifest.json"]
	err = p7.Verify()
	if _, wrongTime := errors.AsType[*pkcs7.SigningTimeNotValidError](err); wrongTime {
		b.add(Expired, path, "It was made outside the certificate's time.", "Sign with a certificate that is in date, on a machine with the right time.")
	} else if err != nil {
		b.add(BadSignature, path, "It does not belong to this manifest.json.", "Sign the bytes of the manifest as they are in the archive.")
	}
	return s
}

// maxModulus bounds the work of checking a stranger's RSA signature, in bits.
const maxModulus = 8192

// parseCMS guards the library's parser, which was not written for strangers'
// files: it bounds the size and the keys, and turns a panic into an error.
func parseCMS(raw []byte) (p7 *pkcs7.PKCS7, err error) {
	defer func() {
		if recover() != nil {
			p7, err = nil, errors.New("malformed CMS")
		}
	}()
	if len(raw) > maxCMS {
		return nil, errors.New("too large a CMS")
	}
	if p7, err = pkcs7.Parse(raw); err != nil {
		return nil, err
	}
	for _, c := range p7.Certificates {
		if key, ok := c.PublicKey.(*rsa.PublicKey); ok && key.N.BitLen() > maxModulus {
			return nil, errors.New("too large a key")
		}
	}
	return p7, nil
}

// trust checks the signer's certificate, its issuer and their dates.
func (b *bundle) trust(s signature, roots *x509.CertPool, now time.Time) {
	const path = "signature: certificate"
	if !forPasses(s.leaf) {
		b.add(NotForPasses, path, "It is not a certificate for passes.", "Sign with a certificate of a pass type identifier.")
	}
	intermediate, err := issuerOf(s.leaf, s.inside)
	if err != nil {
		b.add(NoIntermediate, "signature", "The intermediate that issued the certificate is not inside.", "Embed Apple's WWDR certificate named as the issuer.")
	}
	for _, c := range []*x509.Certificate{s.leaf, intermediate} {
		if c != nil && (now.After(c.NotAfter) || now.Before(c.NotBefore)) {
			b.add(Expired, path, "“"+printable(c.Subject.CommonName)+"” is good from "+c.NotBefore.Format(time.DateOnly)+" to "+c.NotAfter.Format(time.DateOnly)+".",
				"Sign with a certificate that is in date.")
			return
		}
	}
	if roots == nil {
		return
	}
	chain := x509.NewCertPool()
	for _, c := range s.inside {
		chain.AddCert(c)
	}
	s.leaf.UnhandledCriticalExtensions = withoutApples(s.leaf.UnhandledCriticalExtensions)
	usages := []x509.ExtKeyUsage{x509.ExtKeyUsageAny}
	if _, err := s.leaf.Verify(x509.VerifyOptions{Roots: roots, Intermediates: chain, CurrentTime: now, KeyUsages: usages}); err != nil {
		b.add(Untrusted, path, "It does not lead to "+rootName(s, roots)+".", "Sign with a certificate from Apple, or trust the root it was made with.")
	}
}

// passMarker is the extension by which Apple marks the certificates of pass
// types (policy "Passbook Signing" in Apple's Security framework).
var passMarker = asn1.ObjectIdentifier{1, 2, 840, 113635, 100, 6, 1, 16}

// forPasses says whether a certificate names a pass type; Apple's own are
// marked as well.
func forPasses(leaf *x509.Certificate) bool {
	if subject(leaf, oidUID) == "" {
		return false
	}
	if first(leaf.Issuer.Organization) != "Apple Inc." {
		return true
	}
	return slices.ContainsFunc(leaf.Extensions, func(e pkix.Extension) bool { return e.Id.Equal(passMarker) })
}

// isDER says whether raw is one value in DER, with definite lengths in their
// shortest form throughout.
func isDER(raw []byte) bool {
	var v asn1.RawValue
	rest, err := asn1.Unmarshal(raw, &v)
	return err == nil && len(rest) == 0 && (!v.IsCompound || insideDER(v.Bytes, 0))
}

func insideDER(raw []byte, depth int) bool {
	for len(raw) > 0 {
		var v asn1.RawValue
		rest, err := asn1.Unmarshal(raw, &v)
		if err != nil || depth > maxDepth || v.IsCompound && !insideDER(v.Bytes, depth+1) {
			return false
		}
		raw = rest
	}
	return true
}

// rootName says what a certificate should have led to, and what is known of one
// that does not.
func rootName(s signature, roots *x509.CertPool) string {
	name := "a trusted root"
	if roots.Equal(Roots()) {
		name = "Apple's root, and without that no real phone takes the pass"
	}
	if s.development {
		name += "; it was made for development, and only simulated phones know it"
	}
	return name
}

func withoutApples(all []asn1.ObjectIdentifier) []asn1.ObjectIdentifier {
	var rest []asn1.ObjectIdentifier
	for _, oid := range all {
		if len(oid) < len(appleArc) || !oid[:len(appleArc)].Equal(appleArc) {
			rest = append(rest, oid)
		}
	}
	return rest
}
