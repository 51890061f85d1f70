// Package barcode knows what a card number looks like, on the card and from a
// scanner, and draws the four symbologies that both wallets show.
//
// A card number is twenty digits: one for the kind of number and its version,
// eighteen random ones and a check digit. Digits alone, because hand scanners
// type like a keyboard and letters change with its layout (Y and Z, A and Q);
// because Code 128 then packs two into a symbol and stays narrow enough for a
// phone; and because anyone can read them out. Twenty, because no phone number
// and no payment card is that long, and because 10^18 numbers leave a guesser
// nothing: with a million members one guess in 10^12 is somebody, and a till
// has a rate limit and a sign-in in front.
//
// A number holds no meaning and proves nothing. The server decides at the till
// whose it is and what it is good for.
//
// A voucher's code is made the same way with another first digit, and sixteen
// digits long: shorter to type from paper, still longer than any phone number.
package barcode

import (
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"strings"

	"regulars/models"
)

const (
	kind   = '7' // a member's card, first form; other kinds of code get other first digits
	random = 18  // decimal digits, 59.8 bits
	length = 1 + random + 1
	span   = 1_000_000_000_000_000_000 // 10^random

	// maxScan is the longest text that is looked at. A QR code can hold 2,900
	// bytes; nothing of ours comes near.
	maxScan = 128
)

// New returns a card number made from random, which must be a
// cryptographically secure source. It fails only if random does.
func New(random io.Reader) (models.CardNumber, error) {
	n, err := draw(random, span)
	if err != nil {
		return "", fmt.Errorf("draw a card number: %w", err)
	}
	digits := fmt.Sprintf("%c%018d", kind, n)
	return models.CardNumber(digits + string(check(digits))), nil
}

// draw returns a random number below span.
func draw(random io.Reader, span uint64) (uint64, error) {
	var b [8]byte
	for {
		if _, err := io.ReadFull(random, b[:]); err != nil {
			return 0, err
		}
		// Of the whole spans that fit in 64 bits; what lies above would favour
		// the low numbers.
		if n := binary.BigEndian.Uint64(b[:]); n < math.MaxUint64/span*span {
			return n % span, nil
		}
	}
}

// Parse reads a card number as a scanner sent it or a person typed it: with
// white space around it, spaces or hyphens between groups, the symbology prefix
// that some scanners add (]Q1), and the letters O, I and L for 0 and 1.
//
// Errors are *models.Error: Invalid "check_digit" for a mistyped number,
// "two_codes" for a double scan, "code_too_long" and "unreadable_code" for what
// can't come from a card, and NotFound "unknown_card" for any other code.
// None repeats the text.
func Parse(text string) (models.CardNumber, error) {
	if len(text) > maxScan {
		return "", fail(models.Invalid, "code_too_long", "That code is too long to be a card. Scan the code on the card.")
	}
	text = strings.Trim(text, " \t\r\n")
	for _, r := range text {
		if r < 0x20 || r == 0x7f || r == '\ufffd' {
			return "", fail(models.Invalid, "unreadable_code", "The scanner sent signs that no card has. Scan again, or type the number.")
		}
	}
	digits, ok := digitsOf(withoutPrefix(text))
	switch {
	case ok && len(digits) == 2*length && digits[0] == kind && digits[length] == kind:
		return "", fail(models.Invalid, "two_codes", "Two scans ran into one. Scan the card once more.")
	case !ok || len(digits) != length || digits[0] != kind:
		return "", fail(models.NotFound, "unknown_card", "This is not one of our cards. Scan the code on the card, or type its number.")
	case check(digits[:length-1]) != digits[length-1]:
		return "", fail(models.Invalid, "check_digit", "Check the number: one digit is wrong or two are swapped. Type it again.")
	}
	return models.CardNumber(digits), nil
}

// Group writes n in groups of four, as it stands under the barcode.
func Group[N ~string](n N) string {
	var b strings.Builder
	b.Grow(len(n) + len(n)/4)
	for i, r := range n {
		if i > 0 && i%4 == 0 {
			b.WriteByte(' ')
		}
		b.WriteRune(r)
	}
	return b.String()
}

// withoutPrefix drops an AIM symbology identifier: a bracket, a letter for the
// symbology and a digit or letter for its options.
func withoutPrefix(text string) string {
	if len(text) > 3 && text[0] == ']' {
		return text[3:]
	}
	return text
}

// digitsOf returns the digits of text without the marks between groups, and
// whether there was nothing else.
func digitsOf(text string) (string, bool) {
	digits := make([]byte, 0, len(text))
	for _, r := range text {
		switch {
		case r >= '0' && r <= '9':
			digits = append(digits, byte(r))
		case r == 'O' || r == 'o':
			digits = append(digits, '0')
		case r == 'I' || r == 'i' || r == 'L' || r == 'l':
			digits = append(digits, '1')
		case r == ' ' || r == '-' || r == '\u00a0' || r == '\u2011' || r == '\u2013':
			// copied from a page, the spaces and hyphens may be typographic ones
		default:
			return "", false
		}
	}
	return string(digits), true
}

// quasigroup is Damm's table of order ten (H. M. Damm, 2004): its check digit
// catches each single wrong digit and each swap of neighbours.
var quasigroup = [10][10]byte{
	{0, 3, 1, 7, 5, 9, 8, 6, 4, 2},
	{7, 0, 9, 2, 1, 5, 4, 8, 6, 3},
	{4, 2, 0, 6, 8, 7, 1, 3, 5, 9},
	{1, 7, 5, 0, 9, 8, 3, 4, 2, 6},
	{6, 1, 2, 3, 0, 4, 5, 9, 7, 8},
	{3, 6, 7, 4, 2, 0, 9, 5, 8, 1},
	{5, 8, 6, 9, 7, 2, 0, 1, 3, 4},
	{8, 9, 4, 5, 3, 6, 2, 0, 1, 7},
	{9, 4, 3, 8, 6, 1, 7, 2, 0, 5},
	{2, 5, 8, 1, 4, 3, 6, 7, 9, 0},
}

// check returns the check digit of a run of ASCII digits.
func check(digits string) byte {
	var row byte
	for i := range len(digits) {
		row = quasigroup[row][digits[i]-'0']
	}
	return '0' + row
}

func fail(kind models.Kind, code, msg string) error { return models.Fail(kind, code, "code", msg) }
