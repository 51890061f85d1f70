package apple

import (
	"fmt"
	"strings"
	"time"

	"regulars/models"
)

// Report is what a .pkpass file holds, for people. Texts from the file are
// made safe for a terminal. The authentication token is left out.
type Report struct {
	Files    []FileReport
	Style    string
	Pass     Pass // without its token
	Fields   []FieldReport
	SignedBy string // the certificate's common name; empty when it can't be read
	Issuer   string
	SignedAt time.Time // zero when the signature has no time
	From, To time.Time // when the certificate is good
}

// FileReport is a file of the archive.
type FileReport struct {
	Name string
	Size int // bytes, unpacked
}

// FieldReport is one field as people see it.
type FieldReport struct {
	Area, Key, Label, Value, ChangeMessage string
}

// Inspect reads a .pkpass file without judging it. It reports Invalid when
// there is nothing to show.
func Inspect(file []byte) (Report, error) {
	b := open(file)
	if len(b.files) == 0 {
		return Report{}, models.Fail(models.Invalid, "not_a_pass", "file", "This is not a .pkpass file, or it is damaged.")
	}
	var r Report
	for _, name := range b.names {
		r.Files = append(r.Files, FileReport{Name: printable(name), Size: len(b.files[name])})
	}
	if pass := b.document(); pass != nil {
		r.describe(pass)
	}
	if s := b.signature(); s.leaf != nil {
		r.SignedBy, r.Issuer = printable(s.leaf.Subject.CommonName), printable(s.leaf.Issuer.CommonName)
		r.SignedAt, r.From, r.To = s.at, s.leaf.NotBefore, s.leaf.NotAfter
	}
	return r, nil
}

func (r *Report) describe(pass *object) {
	r.Pass = typed(pass)
	if r.Pass.AuthenticationToken != "" {
		r.Pass.AuthenticationToken = "(not shown)"
	}
	for _, style := range stylesOf(pass) {
		r.Style = style
		for _, area := range areasOf(pass.object(style)) {
			for _, f := range area.fields {
				r.Fields = append(r.Fields, FieldReport{
					Area: strings.TrimSuffix(area.name, "Fields"), Key: printable(f.Key), Label: printable(f.Label),
					Value: lines(fmt.Sprint(f.Value)), ChangeMessage: printable(f.ChangeMessage),
				})
			}
		}
	}
}

// lines makes a text of several lines safe, and keeps the lines.
func lines(text string) string {
	parts := strings.Split(text, "\n")
	for i := range parts {
		parts[i] = printable(parts[i])
	}
	return strings.Join(parts, "\n")
}

// String writes the report as text of one fact to a line.
func (r Report) String() string {
	var b strings.Builder
	say := func(name, value string) {
		if value != "" {
			fmt.Fprintf(&b, "%-14s %s\n", name, strings.ReplaceAll(value, "\n", "\n               "))
		}
	}
	p := r.Pass
	say("Organization", printable(p.OrganizationName))
	say("Description", printable(p.Description))
	say("Style", r.Style)
	say("Pass type", printable(p.PassTypeIdentifier))
	say("Team", printable(p.TeamIdentifier))
	say("Serial", printable(p.SerialNumber))
	say("Updates from", printable(p.WebServiceURL))
	if p.Voided {
		say("State", "void")
	}
	for _, code := range p.Barcodes {
		say("Barcode", printable(strings.TrimPrefix(code.Format, "PKBarcodeFormat")+"  "+code.Message+"  "+code.AltText))
	}
	say("Colours", printable(strings.Join([]string{p.BackgroundColor, p.ForegroundColor, p.LabelColor}, "  ")))
	for _, f := range r.Fields {
		value := f.Label + ": " + f.Value
		if f.ChangeMessage != "" {
			value += "\n(when it changes: " + f.ChangeMessage + ")"
		}
		say(f.Area, value)
	}
	say("Signed by", r.SignedBy)
	if r.SignedBy != "" {
		say("Issued by", r.Issuer)
		say("Certificate", r.From.UTC().Format(time.DateOnly)+" to "+r.To.UTC().Format(time.DateOnly))
	}
	if !r.SignedAt.IsZero() {
		say("Signed at", r.SignedAt.UTC().Format(time.RFC3339))
	}
	for _, f := range r.Files {
		say("File", fmt.Sprintf("%s  %d bytes", f.Name, f.Size))
	}
	return b.String()
}
