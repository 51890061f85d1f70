package apple

import (
	"crypto/x509"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"regulars/models"
	"regulars/passes/art"
)

// Personalization is personalization.json: what a phone asks of whoever puts the
// pass in it, before it has the pass of that person (Wallet Passes, "Personalize";
// ARCH, "Rewards Enrollment"). Phones ask only for passes with NFC, with a
// personalizationLogo in the package. Its texts are in one language: Apple's
// documents know no place where a phone would look up others.
type Personalization struct {
	Fields      []PersonalField `json:"requiredPersonalizationFields"`
	Description string          `json:"description"`                  // what signing up is for
	Terms       string          `json:"termsAndConditions,omitempty"` // HTML, agreed to with the form
}

// PersonalField is something that a phone asks.
type PersonalField string

// What phones ask. There is nothing else.
const (
	PersonalName       PersonalField = "PKPassPersonalizationFieldName"
	PersonalPostalCode PersonalField = "PKPassPersonalizationFieldPostalCode"
	PersonalEmail      PersonalField = "PKPassPersonalizationFieldEmailAddress"
	PersonalPhone      PersonalField = "PKPassPersonalizationFieldPhoneNumber"
)

var personalFields = []PersonalField{PersonalName, PersonalPostalCode, PersonalEmail, PersonalPhone}

const (
	personalFile = "personalization.json"
	personalLogo = "personalizationLogo"
)

// personal is told of what is wrong with a personalization.json. Its methods are the
// rules for ours and for those of other makers.
type personal struct{ faults *Faults }

func (t personal) bad(path, fault, remedy string) {
	t.faults.add(BadPersonal, personalFile+path, fault, remedy)
}

func (t personal) alone() {
	t.bad("", "Phones only ask holders of passes with nfc to sign up.", "Add nfc, or leave the file out.")
}

func (t personal) says(description string) {
	if strings.TrimSpace(description) == "" {
		t.bad(": description", "It is missing or empty.", "Say what signing up is for.")
	}
}

func (t personal) asks(fields []PersonalField) {
	const key = ": requiredPersonalizationFields"
	if len(fields) == 0 {
		t.bad(key, "It asks for nothing.", "List the fields that are needed.")
	}
	for i, field := range fields {
		switch path := fmt.Sprintf("%s[%d]", key, i); {
		case i >= maxItems:
			return
		case !slices.Contains(personalFields, field):
			t.bad(path, "Phones know no such field.", "Use the names that begin with PKPassPersonalizationField.")
		case slices.Contains(fields[:i], field):
			t.bad(path, "It is asked twice.", "Ask once.")
		}
	}
}

// personalization checks what a pass of ours asks. The logo is drawn with it.
func (c *checker) personalization(p *Pass) {
	if p.Personalization == nil {
		return
	}
	t := personal{&c.faults}
	if p.NFC == nil {
		t.alone()
	}
	t.says(p.Personalization.Description)
	t.asks(p.Personalization.Fields)
}

// personalization checks the file that asks the holder to sign up (DOC
// personalizationdictionary; ARCH).
func (j *judge) personalization() {
	raw, ok := j.b.files[personalFile]
	t := personal{&j.b.faults}
	if !ok {
		if j.b.picture(personalLogo) {
			j.b.add(IgnoredImage, personalLogo, "Phones show it over the form of personalization.json, and there is none.", "Leave it out.")
		}
		return
	}
	if !j.pass.has("nfc") {
		t.alone()
	}
	if !j.b.picture(personalLogo) {
		t.bad("", "There is no personalizationLogo, and phones ask for one.", "Add personalizationLogo@2x.png and @3x.")
	}
	o := j.b.json(personalFile, raw)
	if o == nil {
		return
	}
	t.says(o.text("description"))
	var fields []PersonalField
	for _, v := range o.list("requiredPersonalizationFields") {
		field, _ := v.(string)
		fields = append(fields, PersonalField(field))
	}
	t.asks(fields)
	for _, key := range o.keys {
		switch key {
		case "description", "requiredPersonalizationFields":
		case "termsAndConditions":
			if o.text(key) == "" {
				t.bad(": "+key, "It is no text, or an empty one.", "Write the terms as HTML, or leave it out.")
			}
		default:
			t.bad(": "+key, "Wallet does not know this key.", "Leave it out.")
		}
	}
}

// drawForm draws what stands over the form. Few passes carry it, and none for long.
func (d *Design) drawForm() ([]spoken, error) {
	pictures, err := art.FormLogo(d.program.Name, d.program.Brand)
	if err != nil {
		return nil, fmt.Errorf("design %s: %w", models.ProgramKey(d.program.ID, d.program.Version), err)
	}
	var files []spoken
	for _, p := range pictures {
		files = append(files, spoken{p.Name, p.PNG})
	}
	return files, nil
}

// beside returns the files that a pass alone has beside pass.json.
func (d *Design) beside(p *Pass) ([]spoken, error) {
	if p.Personalization == nil {
		return p.spoken, nil
	}
	logo, err := d.form()
	if err != nil {
		return nil, err
	}
	form, err := json.Marshal(p.Personalization)
	if err != nil {
		return nil, fmt.Errorf("encode %s: %w", personalFile, err)
	}
	return slices.Concat(p.spoken, []spoken{{personalFile, form}}, logo), nil
}

// maxToken is more than the token of any phone has, in bytes.
const maxToken = 1024

// SignToken signs the token of a phone whose form was filled in, as the answer by
// which it knows that the maker of the pass has it. What is signed comes from a
// stranger and is signed with the key of all passes, so nothing is that could be a
// manifest: with a signature over one, anybody could make passes in our name. It
// reports Invalid for such a token.
func (b *Builder) SignToken(token string, at time.Time) ([]byte, error) {
	if !isToken(token) {
		return nil, models.Fail(models.Invalid, "invalid_token", "personalizationToken", "This is no token of a phone.")
	}
	if err := b.credentials.Valid(at); err != nil {
		return nil, err
	}
	return b.signer.sign([]byte(token), at)
}

// isToken takes one word of plain ASCII without what a JSON object or any mark-up
// needs.
func isToken(s string) bool {
	return s != "" && len(s) <= maxToken && !strings.ContainsFunc(s, func(r rune) bool {
		return r <= ' ' || r > '~' || strings.ContainsRune("{}[]()<>\"'\\", r)
	})
}

// VerifyToken checks the answer to a token as a phone does: a detached signature by
// the certificate of the pass type, whom roots trust.
func VerifyToken(token string, signed []byte, passType string, roots *x509.CertPool, now time.Time) error {
	b := &bundle{files: map[string][]byte{"signature": signed, "manifest.json": []byte(token)}}
	s := b.signature()
	if s.leaf != nil {
		b.trust(s, roots, now)
		if subject(s.leaf, oidUID) != passType {
			b.add(WrongIdentity, "signature: certificate", "It is not the certificate of "+passType+".", "Sign with that of the pass.")
		}
	}
	if faults := b.faults.Errors(); len(faults) > 0 {
		return faults
	}
	return nil
}
