package google

import (
	"fmt"
	"strings"

	"regulars/models"
)

// ObjectID names a member's card at Google: the issuer's number and the
// serial of the pass.
type ObjectID struct {
	Issuer string
	Serial models.Serial
}

// String returns the id as Google writes it, issuer.suffix.
func (id ObjectID) String() string { return id.Issuer + "." + suffix(string(id.Serial)) }

// ClassID is the id of a program's class. It carries the program and no
// version: an object can't move to another class, so one class lives as long
// as the program.
func ClassID(issuer string, program models.ProgramID) string {
	return issuer + "." + suffix(string(program))
}

// suffix writes s in the alphabet that Google takes, [A-Za-z0-9._-]. All else
// becomes a dot and two hexadecimal digits, and so does a dot, so that two
// names never meet in one id.
func suffix(s string) string {
	var b strings.Builder
	for i := range len(s) {
		c := s[i]
		switch {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', c == '_', c == '-':
			b.WriteByte(c)
		default:
			fmt.Fprintf(&b, ".%02x", c)
		}
	}
	return b.String()
}
