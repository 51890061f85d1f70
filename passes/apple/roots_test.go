package apple

import (
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"os"
	"testing"

	"github.com/stretchr/testify/require"
)

// The fingerprints are those that Apple publishes beside the certificates.
func TestRootsAreApples(t *testing.T) {
	found := map[string]string{}
	for rest := rootsPEM; ; {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			break
		}
		c, err := x509.ParseCertificate(block.Bytes)
		require.NoError(t, err)
		sum := sha256.Sum256(block.Bytes)
		found[c.Subject.CommonName] = hex.EncodeToString(sum[:])
	}
	require.Equal(t, map[string]string{
		"Apple Root CA":      "b0b1730ecbc7ff4505142c49f1295e6eda6bcaed7e2c68c5be91b5a11001f024",
		"Apple Root CA - G3": "63343abfb89a6a03ebb57e9b3f5fa7be7c4f5c756f3017b3a8c488c3653e9179",
	}, found)
}

// Under this intermediate Apple issues the pass certificates of today.
func TestApplesIntermediateLeadsToTheRoots(t *testing.T) {
	file, err := os.ReadFile("testdata/AppleWWDRCAG4.pem")
	require.NoError(t, err)
	found, err := readCertificates(file)
	require.NoError(t, err)
	_, err = found[0].Verify(x509.VerifyOptions{Roots: Roots(), CurrentTime: noon, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageAny}})
	require.NoError(t, err)
}

func TestDevelopmentPassIsNoneForARealPhone(t *testing.T) {
	faults := Verify(file(t, anna()), Roots(), noon)
	require.Equal(t, []FaultCode{Untrusted}, faultCodes(faults))
	require.Contains(t, faults[0].Fault, "does not lead to Apple's root")
	require.Contains(t, faults[0].Fault, "made for development")

	stranger, err := strangerOnce()
	require.NoError(t, err)
	other, err := Load(stranger.Material())
	require.NoError(t, err)
	require.NotContains(t, Verify(file(t, anna()), other.Roots(), noon)[0].Fault, "Apple's root")
}
