package models

import (
	"net/mail"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/nyaruka/phonenumbers"
	"golang.org/x/net/idna"
	"golang.org/x/text/cases"
	"golang.org/x/text/runes"
	"golang.org/x/text/transform"
	"golang.org/x/text/unicode/norm"
)

// The bounds of a name: letters with their marks for people, bytes for the
// store.
const (
	maxNameRunes = 64
	maxNameBytes = 512
)

// CleanName returns the name as it is kept: composed form, single spaces, no
// control or invisible characters.
func CleanName(s string) (string, error) {
	if !utf8.ValidString(s) {
		return "", Fail(Invalid, "invalid_text", "name", "The name holds characters that can't be read.")
	}
	s = norm.NFC.String(s)
	s = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r), r == '\u2028', r == '\u2029':
			return ' '
		case unicode.IsControl(r), unicode.Is(unicode.Cf, r):
			return -1
		}
		return r
	}, s)
	s = strings.Join(strings.Fields(s), " ")
	switch {
	case s == "":
		return "", Fail(Invalid, "blank", "name", "Enter a name.")
	case utf8.RuneCountInString(s) > maxNameRunes || len(s) > maxNameBytes:
		return "", Fail(Invalid, "too_long", "name", "A name has at most 64 letters.")
	}
	return s, nil
}

// SearchKey is what a list of members is sorted and searched by: the name
// without case and accents, and the id to tell equal names apart.
func SearchKey(name string, id MemberID) string { return Fold(name) + "\x00" + string(id) }

// WordKeys are what a member is found by besides the search key: the same from
// each further word of the name on. A word begins with a letter or digit after
// something else, so that Anne-Marie is found as Marie too.
func WordKeys(searchKey string) []string {
	name, id, _ := strings.Cut(searchKey, "\x00")
	var keys []string
	inWord := true // the first word is what the search key itself begins with
	for i, r := range name {
		part := unicode.In(r, unicode.L, unicode.N, unicode.M)
		if part && !inWord {
			keys = append(keys, name[i:]+"\x00"+id)
		}
		inWord = part
	}
	return keys
}

// unaccented are letters that are other letters to whoever lacks the key, and
// that Unicode does not take apart.
var unaccented = strings.NewReplacer("ł", "l", "ø", "o", "đ", "d", "ð", "d", "ı", "i", "æ", "ae", "œ", "oe", "þ", "th")

// Fold returns s without case and accents, for comparing.
func Fold(s string) string {
	plain, _, err := transform.String(transform.Chain(norm.NFD, runes.Remove(runes.In(unicode.Mn)), norm.NFC), s)
	if err != nil {
		plain = s
	}
	return unaccented.Replace(cases.Fold().String(strings.Join(strings.Fields(plain), " ")))
}

// knownCountry reports whether numbers typed without + can be ones of that
// country. There are regions without phone numbers of their own, and codes that
// stand for no region, such as ZZ.
func knownCountry(code string) bool { return phonenumbers.GetSupportedRegions()[code] }

// CleanPhone returns a phone number in E.164 form, empty when none is given.
// A number without + is one of the country.
func CleanPhone(s, country string) (string, error) {
	s = strings.TrimSpace(s)
	if s == "" {
		return "", nil
	}
	bad := Fail(Invalid, "invalid_phone", "phone", "This is not a phone number we know. Write it with the country, such as +31 6 12345678.")
	if len(s) > 40 {
		return "", bad
	}
	n, err := phonenumbers.Parse(s, country)
	if err != nil || !phonenumbers.IsValidNumber(n) {
		return "", bad
	}
	return phonenumbers.Format(n, phonenumbers.E164), nil
}

// CleanEmail returns an e-mail address in lower case with its domain in ASCII,
// empty when none is given.
func CleanEmail(s string) (string, error) {
	s = strings.TrimSpace(norm.NFC.String(s))
	if s == "" {
		return "", nil
	}
	bad := Fail(Invalid, "invalid_email", "email", "This is not an e-mail address. It looks like name@example.com.")
	a, err := mail.ParseAddress(s)
	if err != nil || a.Address != s || len(s) > 254 {
		return "", bad
	}
	local, domain, _ := strings.Cut(s, "@")
	domain, err = idna.Lookup.ToASCII(domain)
	if err != nil || !strings.Contains(domain, ".") {
		return "", bad
	}
	return strings.ToLower(local) + "@" + strings.ToLower(domain), nil
}

// CheckBirthday accepts 2006-01-02, --01-02 without the year, and nothing.
func CheckBirthday(s string) error {
	layout, text := time.DateOnly, s
	if rest, ok := strings.CutPrefix(s, "--"); ok {
		text = "2000-" + rest // a leap year, so that 29 February is one
	}
	if s == "" {
		return nil
	}
	if t, err := time.Parse(layout, text); err != nil || t.Year() < 1900 {
		return Fail(Invalid, "invalid_birthday", "birthday", "A birthday is written 1990-12-31, or --12-31 without the year.")
	}
	return nil
}
