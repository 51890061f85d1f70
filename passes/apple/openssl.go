//go:build openssl && cgo

package apple

/*
#cgo LDFLAGS: -lcrypto
#include <stdlib.h>
#include <string.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

// fault empties this thread's queue of errors into words, for the caller to
// free. It is called within the call that failed: the next may be on another
// thread.
static char *fault(void) {
	char *text = calloc(1, 512);
	unsigned long code;
	while ((code = ERR_get_error()) != 0) {
		const char *reason = ERR_reason_error_string(code);
		if (text == NULL || reason == NULL || strlen(text) + strlen(reason) + 3 > 512) continue;
		if (*text != 0) strcat(text, ", ");
		strcat(text, reason);
	}
	if (text != NULL && *text == 0) strcpy(text, "libcrypto gives no reason");
	return text;
}

// locked takes note that a password is asked for; else libcrypto would ask
// for it on the terminal.
static int locked(char *buf, int size, int rwflag, void *noted) {
	*(int *)noted = 1;
	return -1;
}

static EVP_PKEY *load(const char *path, int *asked, char **why) {
	ERR_clear_error();
	EVP_PKEY *key = NULL;
	BIO *file = BIO_new_file(path, "rb");
	if (file != NULL) {
		key = PEM_read_bio_PrivateKey(file, NULL, locked, asked);
		if (key == NULL && !*asked && BIO_seek(file, 0) == 0) key = d2i_PrivateKey_bio(file, NULL);
	}
	BIO_free(file);
	if (key == NULL) *why = fault();
	ERR_clear_error();
	return key;
}

// sign returns NULL, or what went wrong. The digest is by the SHA-2 of its
// length. salt is -1 but for PSS.
static char *sign(EVP_PKEY *key, int salt, const unsigned char *digest, size_t length, unsigned char *out, size_t *size) {
	ERR_clear_error();
	const EVP_MD *md = length == 32 ? EVP_sha256() : length == 48 ? EVP_sha384() : EVP_sha512();
	EVP_PKEY_CTX *c = EVP_PKEY_CTX_new(key, NULL);
	int good = c != NULL && EVP_PKEY_sign_init(c) > 0 && EVP_PKEY_CTX_set_signature_md(c, md) > 0;
	if (good && EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA) {
		good = EVP_PKEY_CTX_set_rsa_padding(c, salt < 0 ? RSA_PKCS1_PADDING : RSA_PKCS1_PSS_PADDING) > 0;
		if (good && salt >= 0) good = EVP_PKEY_CTX_set_rsa_pss_saltlen(c, salt) > 0;
	}
	good = good && EVP_PKEY_sign(c, out, size, digest, length) > 0;
	char *why = good ? NULL : fault();
	EVP_PKEY_CTX_free(c);
	return why;
}
*/
import "C"

import (
	"crypto"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"sync"
	"unsafe"
)

// opensslKey is a key of libcrypto. Its private part is never in Go's memory.
type opensslKey struct {
	public crypto.PublicKey
	size   int // of the longest signature

	mu  sync.RWMutex // held for reading by whoever signs
	key *C.EVP_PKEY  // nil once closed
}

// OpenSSL has libcrypto read the private key of a file, PEM or DER, and sign
// with it.
func OpenSSL(file string) (Signer, error) {
	path := C.CString(file)
	defer C.free(unsafe.Pointer(path))
	var asked C.int
	var why *C.char
	key := C.load(path, &asked, &why)
	switch {
	case key == nil && asked != 0:
		C.free(unsafe.Pointer(why))
		return nil, lockedKey()
	case key == nil:
		return nil, unreadableKey(words(why))
	}
	s := &opensslKey{key: key, size: int(C.EVP_PKEY_get_size(key))}
	var der *C.uchar
	length := C.i2d_PUBKEY(key, &der)
	defer C.free(unsafe.Pointer(der)) // libcrypto allocates with malloc unless told otherwise
	var err error
	if s.public, err = x509.ParsePKIXPublicKey(C.GoBytes(unsafe.Pointer(der), length)); err != nil {
		return nil, errors.Join(unreadableKey(err), s.Close())
	}
	return s, nil
}

// words takes over an explanation of libcrypto's.
func words(why *C.char) error {
	defer C.free(unsafe.Pointer(why))
	return errors.New("libcrypto: " + C.GoString(why))
}

func (s *opensslKey) Public() crypto.PublicKey { return s.public }

// Sign implements crypto.Signer. libcrypto has a random source of its own.
func (s *opensslKey) Sign(_ io.Reader, digest []byte, opts crypto.SignerOpts) ([]byte, error) {
	if err := checkDigest(digest, opts); err != nil {
		return nil, err
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	if s.key == nil {
		return nil, errClosed
	}
	out, size := make([]byte, s.size), C.size_t(s.size)
	if why := C.sign(s.key, C.int(saltOf(opts)), (*C.uchar)(&digest[0]), C.size_t(len(digest)), (*C.uchar)(&out[0]), &size); why != nil {
		return nil, fmt.Errorf("sign with OpenSSL: %w", words(why))
	}
	return out[:size], nil
}

// Close frees the key when the last signature is done.
func (s *opensslKey) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	C.EVP_PKEY_free(s.key)
	s.key = nil
	return nil
}
