package wallettest

import (
	"crypto/hmac"
	"crypto/sha1" //nolint:gosec // as TOTP_SHA1 says
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Code is what a scanner reads off the phone's screen at a moment: of a card that
// has a changing barcode, the code of that moment. It is an error if the phone
// does not have the card, or shows none.
func (a *Android) Code(id string, now time.Time) (string, error) {
	if !slices.Contains(a.Saved(), id) {
		return "", fmt.Errorf("code: %s is not on this phone", id)
	}
	a.google.mu.Lock()
	defer a.google.mu.Unlock()
	_, r := a.google.object(id)
	if rotating, ok := r["rotatingBarcode"].(map[string]any); ok {
		return expand(rotating, now), nil
	}
	if code := text(at(r, "barcode.value")); code != "" {
		return code, nil
	}
	return "", fmt.Errorf("code: %s shows none", id)
}

// expand fills in the pattern of a changing barcode, as the phone does. It has the
// codes from the object alone, and by arithmetic of its own.
func expand(rotating map[string]any, now time.Time) string {
	pattern := text(rotating["valuePattern"])
	pattern = strings.ReplaceAll(pattern, "{totp_timestamp_millis}", strconv.FormatInt(now.UnixMilli(), 10))
	pattern = strings.ReplaceAll(pattern, "{totp_timestamp_seconds}", strconv.FormatInt(now.Unix(), 10))
	period, err := strconv.ParseInt(text(at(rotating, "totpDetails.periodMillis")), 10, 64)
	if err != nil {
		return pattern
	}
	parameters, _ := at(rotating, "totpDetails.parameters").([]any)
	for i, p := range parameters {
		key, _ := hex.DecodeString(text(at(p, "key"))) // checked when it came
		digits, _ := at(p, "valueLength").(float64)
		code := totp(key, uint64(now.UnixMilli()/period), int(digits)) //nolint:gosec // after 1970
		pattern = strings.ReplaceAll(pattern, "{totp_value_"+strconv.Itoa(i)+"}", code)
	}
	return pattern
}

// totp is RFC 4226's code of a counter, in so many digits.
func totp(key []byte, counter uint64, digits int) string {
	mac := hmac.New(sha1.New, key)
	_ = binary.Write(mac, binary.BigEndian, counter) // a hash takes all
	sum := mac.Sum(nil)
	cut := sum[sum[19]&0xf:][:4]
	cut[0] &= 0x7f
	code := strconv.FormatUint(uint64(binary.BigEndian.Uint32(cut)), 10)
	code = strings.Repeat("0", max(digits-len(code), 0)) + code
	return code[len(code)-digits:]
}
