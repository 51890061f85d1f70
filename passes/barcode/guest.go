package barcode

import (
	"fmt"
	"io"
	"strings"

	"regulars/models"
)

// An invitation that is good for one person opens a door, so that it is as hard
// to guess as a voucher, and as long.
const (
	guestKind   = '6'
	guestLength = voucherLength
)

// NewGuest returns the code of an invitation for one person, made from random,
// which must be a cryptographically secure source. It fails only if random does.
func NewGuest(random io.Reader) (models.InvitationCode, error) {
	n, err := draw(random, voucherSpan)
	if err != nil {
		return "", fmt.Errorf("draw an invitation's code: %w", err)
	}
	digits := fmt.Sprintf("%c%014d", guestKind, n)
	return models.InvitationCode(digits + string(check(digits))), nil
}

// IsGuest reports whether a text looks like the code of an invitation for one
// person, maybe with a wrong digit.
func IsGuest(text string) bool { return looks(text, guestKind, guestLength) }

// IsInvitation is IsGuest for the code that a member gives to friends.
func IsInvitation(text string) bool { return looks(text, invitationKind, invitationLength) }

func looks(text string, kind byte, length int) bool {
	if len(text) > maxScan {
		return false
	}
	digits, plain := digitsOf(strings.TrimSpace(text))
	return plain && len(digits) == length && digits[0] == kind
}

// ParseGuest reads the code of an invitation that IsGuest. The error is Invalid
// "invitation_digit" for one with a wrong digit.
func ParseGuest(text string) (models.InvitationCode, error) {
	digits, _ := digitsOf(strings.TrimSpace(text))
	if !IsGuest(text) || check(digits[:guestLength-1]) != digits[guestLength-1] {
		return "", WrongDigit()
	}
	return models.InvitationCode(digits), nil
}

// WrongDigit refuses an invitation's code that was mistyped.
func WrongDigit() error {
	return models.Fail(models.Invalid, "invitation_digit", "invitation", "Check the code: one digit is wrong or two are swapped. Type it again.")
}
