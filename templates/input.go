package templates

import (
	"strconv"
	"strings"
)

// maxDigits keeps a typed amount far from the end of int64.
const maxDigits = 15

// ParseAmount reads an amount as people type it at a till, in whole units with
// a decimal comma or point, and returns minor units of a currency with so many
// decimal places: "4,5" is 450 with two. Spaces and a currency sign around it
// are ignored. It reports false for everything that could be meant in two
// ways: a sign, more decimals than the currency has, two marks.
func ParseAmount(s string, places int) (minor int64, ok bool) {
	s = strings.Trim(strings.NewReplacer(" ", "", "\u00a0", "", "\u202f", "").Replace(s), "€$£¥złkr")
	whole, decimals, marked := s, "", false
	if i := strings.IndexAny(s, ".,"); i >= 0 {
		whole, decimals, marked = s[:i], s[i+1:], true
	}
	if len(whole)+places > maxDigits || len(decimals) > places || marked && decimals == "" {
		return 0, false
	}
	digits := whole + decimals + strings.Repeat("0", places-len(decimals))
	if whole == "" || strings.Trim(digits, "0123456789") != "" {
		return 0, false
	}
	minor, err := strconv.ParseInt(digits, 10, 64)
	return minor, err == nil
}

// WalletOf returns whose wallet the phone with that User-Agent has: "apple",
// "google", or "" for a computer, where nobody can tell.
func WalletOf(userAgent string) string {
	switch {
	case strings.Contains(userAgent, "iPhone"), strings.Contains(userAgent, "iPad"), strings.Contains(userAgent, "iPod"):
		return "apple"
	case strings.Contains(userAgent, "Android"):
		return "google"
	}
	return ""
}
