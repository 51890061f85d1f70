package models

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// SignUp is a form that iPhones show to whoever puts a card in them whose holder
// gave no name yet. Apple knows it for cards with NFC alone. Off when it asks nothing.
type SignUp struct {
	Ask   []Asked `bson:"ask,omitempty" json:"ask,omitempty"`     // what the program needs, and no more
	Text  string  `bson:"text,omitempty" json:"text,omitempty"`   // what it is for
	Terms string  `bson:"terms,omitempty" json:"terms,omitempty"` // agreed to with the form: plain text, with a blank line between paragraphs
}

// Asked is something that the form asks.
type Asked string

// What can be asked.
const (
	AskName     Asked = "name"
	AskPhone    Asked = "phone"
	AskEmail    Asked = "email"
	AskPostcode Asked = "postcode"
)

var allAsked = []Asked{AskName, AskPhone, AskEmail, AskPostcode}

// On reports whether there is a form.
func (s *SignUp) On() bool { return len(s.Ask) > 0 }

// SignedUp says that a member filled in the form. It is asked once.
type SignedUp struct {
	At      time.Time `bson:"at"`
	Asked   []Asked   `bson:"asked"`
	Request string    `bson:"request"`        // keyed hash of what was filled in
	Left    []Asked   `bson:"left,omitempty"` // what another member has, and so was not kept
}

// AsksOf is what the form on a member's card asks: of those who gave no name and
// have not filled it in, what is not known of them. Nothing is asked of anybody else.
func (p *Program) AsksOf(m *Member) []Asked {
	form := &p.Card.Apple.SignUp
	if !form.On() || m.Name != "" || m.SignedUp != nil || m.Merged != nil || m.ErasedAt != nil {
		return nil
	}
	known := map[Asked]string{AskPhone: m.Phone, AskEmail: m.Email, AskPostcode: m.Postcode}
	return slices.DeleteFunc(slices.Clone(form.Ask), func(a Asked) bool { return known[a] != "" })
}

const (
	maxFormText  = 300
	maxFormTerms = 10_000
)

func (a *AppleCard) checkSignUp(bad complain) error {
	form := &a.SignUp
	for i, asked := range form.Ask {
		if !slices.Contains(allAsked, asked) || slices.Contains(form.Ask[:i], asked) {
			return bad(fmt.Sprintf("card.apple.sign_up.ask[%d]", i), "The form asks for name, phone, email and postcode, each once.")
		}
	}
	switch {
	case !form.On() && form.Text+form.Terms != "":
		return bad("card.apple.sign_up.ask", "Say what the form asks: name, phone, email, postcode. Ask what the program needs alone.")
	case !form.On():
		return nil
	case a.NFC == "":
		return bad("card.apple.sign_up", "iPhones show the form for cards with nfc alone. Give the readers' public key, or leave sign_up out.")
	case strings.TrimSpace(form.Text) == "" || utf8.RuneCountInString(form.Text) > maxFormText:
		return bad("card.apple.sign_up.text", "Say what signing up is for, in at most 300 characters.")
	case utf8.RuneCountInString(form.Terms) > maxFormTerms:
		return bad("card.apple.sign_up.terms", "Terms in a phone have at most 10000 characters.")
	}
	return nil
}

// CleanPostcode returns a postal code of any country as it is kept: capitals and
// single spaces. Empty when none is given.
func CleanPostcode(s string) (string, error) {
	s = strings.ToUpper(strings.Join(strings.Fields(s), " "))
	if len(s) > 16 || strings.ContainsFunc(s, func(r rune) bool {
		return (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != ' ' && r != '-'
	}) {
		return "", Fail(Invalid, "invalid_postcode", "postcode", "A postal code has at most 16 letters, digits, spaces and hyphens.")
	}
	return s, nil
}
