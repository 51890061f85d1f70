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
	"errors"
	"math/big"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"software.sslmate.com/src/go-pkcs12"

	"regulars/models"
)

func TestDevelopmentCredentials(t *testing.T) {
	d, c := development(t)
	require.Equal(t, "pass.regulars.development", c.PassTypeID)
	require.Equal(t, "DEVELOPMNT", c.TeamID)
	require.Len(t, c.TeamID, 10)
	require.True(t, c.Development)
	require.NoError(t, c.Valid(noon))
	require.NoError(t, c.Valid(noon.AddDate(0, 0, 390)))
	require.Equal(t, "certificate_expired", models.CodeOf(c.Valid(noon.AddDate(2, 0, 0))))
	block, rest := pem.Decode(d.Key)
	require.Equal(t, "PRIVATE KEY", block.Type)
	require.Empty(t, rest)
	_, err := DevelopmentCredentials(noon, readerThatFails{}, RSA2048)
	require.Error(t, err)
}

type readerThatFails struct{}

func (readerThatFails) Read([]byte) (int, error) { return 0, errors.New("no randomness") }

// issue returns a leaf for that key, issued by ca, as PEM.
func issue(t *testing.T, ca *x509.Certificate, caKey crypto.Signer, public crypto.PublicKey, subject pkix.Name) []byte {
	t.Helper()
	leaf := &x509.Certificate{SerialNumber: big.NewInt(7), Subject: subject, NotBefore: noon.AddDate(0, -1, 0), NotAfter: noon.AddDate(1, 0, 0), KeyUsage: x509.KeyUsageDigitalSignature}
	der, err := x509.CreateCertificate(rand.Reader, leaf, ca, public, caKey)
	require.NoError(t, err)
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
}

// authority returns a self-signed issuer of that name and key.
func authority(t *testing.T, name string, key crypto.Signer) (*x509.Certificate, []byte) {
	t.Helper()
	ca := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, NotBefore: noon.AddDate(-1, 0, 0), NotAfter: noon.AddDate(5, 0, 0),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, ca, ca, key.Public(), key)
	require.NoError(t, err)
	parsed, err := x509.ParseCertificate(der)
	require.NoError(t, err)
	return parsed, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
}

func curve(t *testing.T, c elliptic.Curve) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(c, rand.Reader)
	require.NoError(t, err)
	return key
}

func keyPEM(t *testing.T, key any) []byte {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(key)
	require.NoError(t, err)
	return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})
}

func passSubject(passType, team string) pkix.Name {
	return pkix.Name{ExtraNames: []pkix.AttributeTypeAndValue{
		{Type: oidUID, Value: passType}, {Type: asn1.ObjectIdentifier{2, 5, 4, 3}, Value: "Pass Type ID: " + passType}, {Type: oidOU, Value: team},
	}}
}

func TestLoadTakesEachFormOfTheFiles(t *testing.T) {
	d, _ := development(t)
	block, _ := pem.Decode(d.Pass)
	leaf, err := x509.ParseCertificate(block.Bytes)
	require.NoError(t, err)
	caBlock, _ := pem.Decode(d.WWDR)
	ca, err := x509.ParseCertificate(caBlock.Bytes)
	require.NoError(t, err)
	keyBlock, _ := pem.Decode(d.Key)
	key, err := x509.ParsePKCS8PrivateKey(keyBlock.Bytes)
	require.NoError(t, err)
	rsaKey, ok := key.(*rsa.PrivateKey)
	require.True(t, ok)
	modern, err := pkcs12.Modern.Encode(key, leaf, nil, "secret")
	require.NoError(t, err)
	legacy, err := pkcs12.LegacyRC2.Encode(key, leaf, []*x509.Certificate{ca}, "")
	require.NoError(t, err)
	both := append(append([]byte{}, d.Key...), d.Pass...)
	for name, m := range map[string]Material{
		"PEM":                           d.Material(),
		"DER":                           {Certificate: block.Bytes, Key: keyBlock.Bytes, Intermediates: [][]byte{caBlock.Bytes}},
		"PKCS #1 key":                   {Certificate: d.Pass, Key: x509.MarshalPKCS1PrivateKey(rsaKey), Intermediates: [][]byte{d.WWDR}},
		"key in the certificate's file": {Certificate: both, Intermediates: [][]byte{d.WWDR}},
		"chain in one file":             {Certificate: append(append([]byte{}, d.WWDR...), d.Pass...), Key: d.Key},
		"PKCS #12":                      {Certificate: modern, Password: "secret", Intermediates: [][]byte{d.WWDR}},
		"PKCS #12 from Keychain":        {Certificate: legacy},
		"identity as configured":        {Certificate: d.Pass, Key: d.Key, Intermediates: [][]byte{d.WWDR}, PassTypeID: developmentType, TeamID: developmentTeam},
	} {
		t.Run(name, func(t *testing.T) {
			c, err := Load(m)
			require.NoError(t, err)
			require.Equal(t, developmentType, c.PassTypeID)
		})
	}
}

func TestLoadSaysWhatIsWrong(t *testing.T) {
	d, _ := development(t)
	other, err := strangerOnce()
	require.NoError(t, err)
	key := curve(t, elliptic.P256())
	ca, caPEM := authority(t, "Some CA", key)
	big, short := curve(t, elliptic.P384()), curve(t, elliptic.P256())
	p12, err := pkcs12.Modern.Encode(key, ca, nil, "secret")
	require.NoError(t, err)
	locked := pem.EncodeToMemory(&pem.Block{Type: "ENCRYPTED PRIVATE KEY", Bytes: []byte{1}})
	wwdr := [][]byte{d.WWDR}
	for code, m := range map[string]Material{
		"no_certificate":          {},
		"unreadable_certificate":  {Certificate: []byte("not a certificate")},
		"wrong_password":          {Certificate: p12, Password: "guess"},
		"no_key":                  {Certificate: d.Pass, Intermediates: wwdr},
		"locked_key":              {Certificate: d.Pass, Key: locked},
		"unreadable_key":          {Certificate: d.Pass, Key: []byte("nonsense")},
		"unreadable_intermediate": {Certificate: d.Pass, Key: d.Key, Intermediates: [][]byte{[]byte("nonsense")}},
		"wrong_intermediate":      {Certificate: d.Pass, Key: d.Key, Intermediates: [][]byte{other.WWDR, caPEM}},
		"wrong_pass_type":         {Certificate: d.Pass, Key: d.Key, Intermediates: wwdr, PassTypeID: "pass.com.example"},
		"wrong_team":              {Certificate: d.Pass, Key: d.Key, Intermediates: wwdr, TeamID: "ABCDE12345"},
		"wrong_certificate": {
			Certificate: issue(t, ca, key, short.Public(), pkix.Name{CommonName: "Apple Development"}), Key: keyPEM(t, short), Intermediates: [][]byte{caPEM},
		},
		"wrong_key": {
			Certificate: issue(t, ca, key, big.Public(), passSubject("pass.x", "ABCDE12345")), Key: keyPEM(t, big), Intermediates: [][]byte{caPEM},
		},
	} {
		t.Run(code, func(t *testing.T) {
			_, err := Load(m)
			e, ok := errors.AsType[*models.Error](err)
			require.True(t, ok, "%v is not for people", err)
			require.Equal(t, code, e.Code)
			require.Equal(t, models.Invalid, e.Kind)
			require.NotEmpty(t, e.Field)
			require.Contains(t, e.Msg, ". ", "a remedy follows the fault")
		})
	}
	_, err = Load(Material{Certificate: d.Pass, Key: other.Key, Intermediates: wwdr})
	require.Equal(t, "wrong_key", models.CodeOf(err))
}

func TestTheRightIntermediateIsPicked(t *testing.T) {
	d, _ := development(t)
	other, err := strangerOnce()
	require.NoError(t, err)
	c, err := Load(Material{Certificate: d.Pass, Key: d.Key, Intermediates: [][]byte{other.WWDR, d.WWDR}})
	require.NoError(t, err)
	want, _ := pem.Decode(d.WWDR)
	require.Equal(t, want.Bytes, c.intermediate.Raw)
}

func TestSigningTimeAfter2049(t *testing.T) {
	der := attributes(nil, []byte("x"), time.Date(2050, 1, 2, 3, 4, 5, 0, time.UTC))
	require.LessOrEqual(t, len(der), maxAttributes)
	require.Contains(t, string(der), "20500102030405Z")
}

func TestLengthsOfDER(t *testing.T) {
	for n := range 1 << 16 {
		require.Equal(t, len(head(nil, tagSequence, n))+n, whole(n))
	}
}
