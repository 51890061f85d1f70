package google

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha1" //nolint:gosec // the only one that Google's changing barcodes know; an HMAC of it is sound
	"crypto/subtle"
	"encoding/binary"
	"fmt"
	"time"
)

// The facts of a code that changes by itself (RFC 6238).
const (
	TOTPDigits = 8
	// totpKey is how long a key is: as long as the digest, which is all that one
	// can be worth (RFC 4226, section 4).
	totpKey = sha1.Size
	// totpDrift is how many periods a phone's clock may be before or behind ours.
	totpDrift = 2
)

// NewTOTPKey returns the key of one card. It is a secret: it goes to Google by
// its interface alone, and never into a link, a log or an answer of ours.
func NewTOTPKey() []byte {
	key := make([]byte, totpKey)
	_, _ = rand.Read(key) // never fails
	return key
}

// TOTP returns the code of a key at a time. Its counter is of periods since
// 1970 in milliseconds, as Google's is, so that a period need not be of seconds.
func TOTP(key []byte, period time.Duration, at time.Time) string {
	return hotp(key, counter(period, at))
}

// CheckTOTP returns when the period began that a code is of. It is false for a code
// of another key, and for one of a period that is not about now, such as that of
// a picture taken an hour ago.
func CheckTOTP(key []byte, period time.Duration, code string, now time.Time) (began time.Time, ok bool) {
	if len(key) == 0 || period < time.Millisecond {
		return began, false
	}
	is := counter(period, now)
	for n := is - totpDrift; n <= is+totpDrift; n++ {
		// All are compared, and each in constant time: how long it takes tells nothing.
		if subtle.ConstantTimeCompare([]byte(hotp(key, n)), []byte(code)) == 1 {
			began, ok = time.UnixMilli(n*period.Milliseconds()).UTC(), true
		}
	}
	return began, ok
}

func counter(period time.Duration, at time.Time) int64 { return at.UnixMilli() / period.Milliseconds() }

// hotp is the code of one counter (RFC 4226, section 5.3).
func hotp(key []byte, counter int64) string {
	mac := hmac.New(sha1.New, key)
	mac.Write(binary.BigEndian.AppendUint64(nil, uint64(counter))) //nolint:gosec // the bits are what counts
	sum := mac.Sum(nil)
	at := sum[len(sum)-1] & 0x0f
	n := binary.BigEndian.Uint32(sum[at:]) & 0x7fff_ffff
	return fmt.Sprintf("%0*d", TOTPDigits, n%100_000_000)
}
