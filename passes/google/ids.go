package google

import (
	"encoding/hex"
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

// ParseObjectID reads an id as Google writes it; false for one that String
// never returns.
func ParseObjectID(s string) (ObjectID, bool) {
	issuer, rest, _ := strings.Cut(s, ".")
	serial, ok := unsuffix(rest)
	id := ObjectID{Issuer: issuer, Serial: models.Serial(serial)}
	return id, ok && issuer != "" && serial != "" && id.String() == s
}

// ParseClassID returns the program of a class of cards of ours; false for an id that
// CardClassID never returns.
func ParseClassID(s string) (program models.ProgramID, ok bool) {
	issuer, rest, _ := strings.Cut(s, ".")
	rest = strings.TrimSuffix(rest, giftMark)
	text, ok := unsuffix(rest)
	program = models.ProgramID(text)
	return program, ok && issuer != "" && program != "" && suffix(text) == rest
}

// ClassID is the id of a program's class. It carries the program and no
// version: an object can't move to another class, so one class lives as long
// as the program.
func ClassID(issuer string, program models.ProgramID) string {
	return issuer + "." + suffix(string(program))
}

// giftMark ends the id of a class of gift cards, and of none else: what follows a dot
// there is two hexadecimal digits.
const giftMark = ".gift"

// CardClassID is the id of the class of a program's cards of a kind.
func CardClassID(kind models.CardKind, issuer string, program models.ProgramID) string {
	id := ClassID(issuer, program)
	if kind == models.GiftCard {
		id += giftMark
	}
	return id
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

// unsuffix is the name that suffix wrote.
func unsuffix(s string) (string, bool) {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] != '.' {
			b.WriteByte(s[i])
			continue
		}
		if i+2 >= len(s) {
			return "", false
		}
		c, err := hex.DecodeString(s[i+1 : i+3])
		if err != nil {
			return "", false
		}
		b.Write(c)
		i += 2
	}
	return b.String(), true
}
