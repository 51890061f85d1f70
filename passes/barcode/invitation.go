package barcode

import (
	"encoding/binary"
	"fmt"
	"io"
	"strings"

	"regulars/models"
)

// An invitation's code has ten digits, so that it can be told to a friend. To
// guess one leads to a member whom nobody names, and harms nobody.
const (
	invitationKind   = '9'
	invitationLength = 1 + 8 + 1
	invitationSpan   = 100_000_000
)

// NewInvitation returns an invitation's code made from random. It fails only if
// random does.
func NewInvitation(random io.Reader) (models.InvitationCode, error) {
	var b [8]byte
	if _, err := io.ReadFull(random, b[:]); err != nil {
		return "", fmt.Errorf("draw an invitation's code: %w", err)
	}
	digits := fmt.Sprintf("%c%08d", invitationKind, binary.BigEndian.Uint64(b[:])%invitationSpan)
	return models.InvitationCode(digits + string(check(digits))), nil
}

// ParseInvitation reads an invitation's code as it stands in a link or a person
// typed it, and reports whether it can be one.
func ParseInvitation(text string) (models.InvitationCode, bool) {
	if len(text) > maxScan {
		return "", false
	}
	digits, plain := digitsOf(strings.Trim(text, " \t\r\n"))
	if !plain || len(digits) != invitationLength || digits[0] != invitationKind || check(digits[:invitationLength-1]) != digits[invitationLength-1] {
		return "", false
	}
	return models.InvitationCode(digits), true
}
