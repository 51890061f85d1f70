package barcode

import (
	"strings"

	"regulars/models"
)

// momentDigits are those that follow the number in a barcode that changes by
// itself, and that prove that it was on a phone's screen just now.
const momentDigits = 8

// ParseRotating reads the code of a barcode that changes by itself, as a scanner
// sent it: a card number and the digits of the moment. ok is false when the text is
// no such code, whatever else it may be. Errors are Invalid: "check_digit" for a
// number with a wrong digit, "two_codes" for a double scan.
func ParseRotating(text string) (card models.CardNumber, moment string, ok bool, err error) {
	const whole = length + momentDigits
	if len(text) > maxScan {
		return "", "", false, nil
	}
	digits, plain := digitsOf(withoutPrefix(strings.Trim(text, " \t\r\n")))
	switch {
	case !plain || len(digits) < whole || digits[0] != kind:
		return "", "", false, nil
	case len(digits) == 2*whole && digits[whole] == kind:
		return "", "", true, fail(models.Invalid, "two_codes", "Two scans ran into one. Scan the card once more.")
	case len(digits) != whole:
		return "", "", false, nil
	}
	card, err = Parse(digits[:length])
	return card, digits[length:], true, err
}
