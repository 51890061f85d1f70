package apple

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/smallstep/pkcs7"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"regulars/models"
)

// keeper puts the key of a development set where a signer finds it.
type keeper struct {
	name string
	open func(t testing.TB, d Development) crypto.Signer
}

// keepers are all signers of this build. With the tags openssl and pkcs11 that
// is every one: see TestEverySignerIsTested.
func keepers() []keeper {
	all := []keeper{{"key file", func(t testing.TB, d Development) crypto.Signer {
		c, err := Load(d.Material())
		require.NoError(t, err)
		return c.key
	}}}
	if _, err := OpenSSL("none"); models.CodeOf(err) != "no_openssl" {
		all = append(all, keeper{"OpenSSL", func(t testing.TB, d Development) crypto.Signer {
			file := filepath.Join(t.TempDir(), "pass.key")
			require.NoError(t, os.WriteFile(file, d.Key, 0o600))
			return opened(t)(OpenSSL(file))
		}})
	}
	if _, err := PKCS11(Token{Module: "none"}); models.CodeOf(err) != "no_pkcs11" {
		all = append(all, keeper{"PKCS11", func(t testing.TB, d Development) crypto.Signer {
			return opened(t)(PKCS11(softToken(t, d)))
		}})
	}
	return all
}

// opened closes a signer after the test.
func opened(t testing.TB) func(Signer, error) crypto.Signer {
	return func(s Signer, err error) crypto.Signer {
		t.Helper()
		require.NoError(t, err)
		t.Cleanup(func() { require.NoError(t, s.Close()) })
		return s
	}
}

// softToken makes a token of SoftHSM with the key of d in it.
func softToken(t testing.TB, d Development) Token {
	t.Helper()
	dir := t.TempDir()
	t.Setenv("SOFTHSM2_CONF", filepath.Join(dir, "softhsm2.conf"))
	require.NoError(t, os.WriteFile(os.Getenv("SOFTHSM2_CONF"), []byte("directories.tokendir = "+dir+"\nobjectstore.backend = file\nlog.level = ERROR\n"), 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "pass.key"), d.Key, 0o600))
	const pin = "271828"
	for _, args := range [][]string{
		{"--init-token", "--free", "--label", "regulars", "--so-pin", "314159", "--pin", pin},
		{"--import", filepath.Join(dir, "pass.key"), "--token", "regulars", "--label", "pass", "--id", "01", "--pin", pin},
	} {
		out, err := exec.CommandContext(t.Context(), "softhsm2-util", args...).CombinedOutput()
		require.NoError(t, err, "softhsm2-util, of Debian's package softhsm2: %s", out)
	}
	module := "/usr/lib/softhsm/libsofthsm2.so"
	if other := os.Getenv("REGULARS_TEST_SOFTHSM"); other != "" {
		module = other
	}
	return Token{Module: module, Label: "regulars", Key: "pass", PIN: pin}
}

// forEachSigner runs a test with each signer of this build and each kind of key.
func forEachSigner(t *testing.T, test func(t *testing.T, d Development, key crypto.Signer)) {
	for _, keeper := range keepers() {
		for kind, make := range map[KeyKind]func() (Development, error){RSA2048: developmentOnce, P256: curveOnce} {
			t.Run(keeper.name+" "+string(kind), func(t *testing.T) {
				d, err := make()
				require.NoError(t, err)
				test(t, d, keeper.open(t, d))
			})
		}
	}
}

// signedWith returns the credentials of d with that signer instead of its key.
func signedWith(t testing.TB, d Development, key crypto.Signer) *Credentials {
	t.Helper()
	m := d.Material()
	m.Key, m.Signer = nil, key
	c, err := Load(m)
	require.NoError(t, err)
	return c
}

func TestOpenSSLVerifiesTheSignature(t *testing.T) {
	forEachSigner(t, func(t *testing.T, d Development, key crypto.Signer) {
		c := signedWith(t, d, key)
		out := fileBy(t, c, anna())
		require.Empty(t, Verify(out, c.Roots(), noon))
		dir := t.TempDir()
		for name, data := range unzip(t, out) {
			require.NoError(t, os.WriteFile(filepath.Join(dir, name), data, 0o600))
		}
		require.NoError(t, os.WriteFile(filepath.Join(dir, "wwdr.pem"), d.WWDR, 0o600))
		verify := func(program string) ([]byte, error) {
			run := exec.CommandContext(t.Context(), "openssl", program, "-verify", "-binary", "-inform", "DER", "-in", "signature",
				"-content", "manifest.json", "-CAfile", "wwdr.pem", "-out", "verified", "-attime", strconv.FormatInt(noon.Unix(), 10))
			run.Dir = dir
			return run.CombinedOutput()
		}
		for _, program := range []string{"smime", "cms"} {
			said, err := verify(program)
			require.NoError(t, err, "openssl %s: %s", program, said)
		}
		require.NoError(t, os.WriteFile(filepath.Join(dir, "manifest.json"), []byte("{}"), 0o600))
		_, err := verify("smime")
		require.Error(t, err, "another manifest must not verify")
	})
}

func TestAnotherLibraryVerifiesTheSignature(t *testing.T) {
	forEachSigner(t, func(t *testing.T, d Development, key crypto.Signer) {
		c := signedWith(t, d, key)
		entries := unzip(t, fileBy(t, c, anna()))
		p7, err := pkcs7.Parse(entries["signature"])
		require.NoError(t, err)
		require.Empty(t, p7.Content, "the signature is detached")
		require.Len(t, p7.Certificates, 2, "leaf and intermediate are inside")
		p7.Content = entries["manifest.json"]
		require.NoError(t, p7.VerifyWithChainAtTime(c.Roots(), noon))
		var at time.Time
		require.NoError(t, p7.UnmarshalSignedAttribute(pkcs7.OIDAttributeSigningTime, &at))
		require.True(t, at.Equal(noon))

		s, err := newSigner(c)
		require.NoError(t, err)
		east, err := s.sign(p7.Content, noon.In(time.FixedZone("east", 3*3600)))
		require.NoError(t, err)
		p7, err = pkcs7.Parse(east)
		require.NoError(t, err)
		require.NoError(t, p7.UnmarshalSignedAttribute(pkcs7.OIDAttributeSigningTime, &at))
		require.True(t, at.Equal(noon), "the zone of the time changes nothing")
	})
}

// checked returns an error where signature is none of the digest.
func checked(public crypto.PublicKey, digest, signature []byte) error {
	switch key := public.(type) {
	case *rsa.PublicKey:
		return rsa.VerifyPKCS1v15(key, crypto.SHA256, digest, signature)
	case *ecdsa.PublicKey:
		if ecdsa.VerifyASN1(key, digest, signature) {
			return nil
		}
	}
	return errors.New("no signature of this digest")
}

func TestManySignAtOnce(t *testing.T) {
	forEachSigner(t, func(t *testing.T, _ Development, key crypto.Signer) {
		var all sync.WaitGroup
		for i := range 8 {
			all.Go(func() {
				for j := range 8 {
					digest := sha256.Sum256([]byte{byte(i), byte(j)})
					signature, err := key.Sign(rand.Reader, digest[:], crypto.SHA256)
					if assert.NoError(t, err) {
						assert.NoError(t, checked(key.Public(), digest[:], signature))
					}
				}
			})
		}
		all.Wait()
	})
}

// The same key shows APNs who is asking. TLS 1.3 wants RSA keys to sign with PSS.
func TestTheCertificateAuthenticatesToAPNs(t *testing.T) {
	forEachSigner(t, func(t *testing.T, d Development, key crypto.Signer) {
		c := signedWith(t, d, key)
		for _, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
			near, far := net.Pipe()
			server := tls.Server(far, &tls.Config{
				Certificates: []tls.Certificate{c.TLS()}, ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: c.Roots(),
				MinVersion: version, MaxVersion: version, Time: func() time.Time { return noon },
			})
			client := tls.Client(near, &tls.Config{
				Certificates: []tls.Certificate{c.TLS()}, InsecureSkipVerify: true, //nolint:gosec // who the server is is not the question
			})
			greeting := make(chan error, 1)
			go func() { greeting <- client.HandshakeContext(t.Context()) }()
			require.NoError(t, server.HandshakeContext(t.Context()), tls.VersionName(version))
			require.NoError(t, <-greeting)
			require.Equal(t, developmentType, subject(server.ConnectionState().PeerCertificates[0], oidUID))
			require.NoError(t, errors.Join(near.Close(), far.Close()))
		}
	})
}

func TestWhatSignersRefuse(t *testing.T) {
	forEachSigner(t, func(t *testing.T, _ Development, key crypto.Signer) {
		_, ours := key.(Signer)
		if !ours {
			return // Go's own
		}
		_, err := key.Sign(rand.Reader, make([]byte, 20), crypto.SHA1)
		require.ErrorContains(t, err, "SHA-1")
		_, err = key.Sign(rand.Reader, make([]byte, 20), crypto.SHA256)
		require.ErrorContains(t, err, "20 bytes")
	})
}

func TestAClosedSignerSignsNoMore(t *testing.T) {
	forEachSigner(t, func(t *testing.T, _ Development, key crypto.Signer) {
		s, ours := key.(Signer)
		if !ours {
			return
		}
		stop, digest := make(chan struct{}), make([]byte, 32)
		var all sync.WaitGroup
		for range 4 {
			all.Go(func() {
				for {
					if _, err := s.Sign(rand.Reader, digest, crypto.SHA256); err != nil {
						assert.ErrorIs(t, err, errClosed)
						return
					}
					select {
					case <-stop:
						return
					default:
					}
				}
			})
		}
		require.NoError(t, s.Close())
		all.Wait()
		close(stop)
		require.NoError(t, s.Close(), "once more is no harm")
		_, err := s.Sign(rand.Reader, digest, crypto.SHA256)
		require.ErrorIs(t, err, errClosed)
	})
}

// silent is a module that keeps a key and may not sign with it.
type silent struct{ crypto.Signer }

// mistaken signs something else.
type mistaken struct{ crypto.Signer }

func TestASignerThatDoesNotSignIsFoundAtTheStart(t *testing.T) {
	d, c := development(t)
	for says, key := range map[string]crypto.Signer{"CKR_KEY_FUNCTION_NOT_PERMITTED": silent{c.key}, "does not fit": mistaken{c.key}} {
		m := d.Material()
		m.Signer = key
		_, err := Load(m)
		require.Equal(t, "no_signature", models.CodeOf(err))
		require.ErrorContains(t, err, says)
	}
}

func (silent) Sign(io.Reader, []byte, crypto.SignerOpts) ([]byte, error) {
	return nil, errors.New("CKR_KEY_FUNCTION_NOT_PERMITTED")
}

func (m mistaken) Sign(random io.Reader, digest []byte, opts crypto.SignerOpts) ([]byte, error) {
	return m.Signer.Sign(random, make([]byte, len(digest)), opts)
}
