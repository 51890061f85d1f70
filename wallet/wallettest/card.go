package wallettest

import (
	"archive/zip"
	"bytes"
	"crypto/sha1" //nolint:gosec // Apple's manifest is made of SHA-1 digests
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// Card is what a phone reads out of pass.json. It is written from Apple's
// documents and shares nothing with the code that makes our passes.
type Card struct {
	FormatVersion      int    `json:"formatVersion"`
	PassType           string `json:"passTypeIdentifier"`
	Serial             string `json:"serialNumber"`
	Team               string `json:"teamIdentifier"`
	Organization       string `json:"organizationName"`
	Description        string `json:"description"`
	LogoText           string `json:"logoText"`
	WebService         string `json:"webServiceURL"`
	Token              string `json:"authenticationToken"`
	Voided             bool   `json:"voided"`
	Barcode            *Code  `json:"barcode"` // before iOS 9
	Barcodes           []Code `json:"barcodes"`
	StoreCard, Generic *Face
	Coupon, Ticket     *Face

	Form *Form `json:"-"` // nil where nothing is asked
}

// Code is a barcode on a card.
type Code struct {
	Format   string `json:"format"`
	Message  string `json:"message"`
	Encoding string `json:"messageEncoding"`
	AltText  string `json:"altText"`
}

// Face is where the fields of a card stand.
type Face struct {
	Header    []CardField `json:"headerFields"`
	Primary   []CardField `json:"primaryFields"`
	Secondary []CardField `json:"secondaryFields"`
	Auxiliary []CardField `json:"auxiliaryFields"`
	Back      []CardField `json:"backFields"`
}

// CardField is one label with its value.
type CardField struct {
	Key           string `json:"key"`
	Label         string `json:"label"`
	Value         any    `json:"value"` // text or a number
	ChangeMessage string `json:"changeMessage"`
}

// Text is the field's value as the phone writes it.
func (f CardField) Text() string {
	switch v := f.Value.(type) {
	case string:
		return v
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	}
	return ""
}

// Fields are all fields of the card, the front first.
func (c *Card) Fields() []CardField {
	f := c.face()
	var all []CardField
	for _, part := range [][]CardField{f.Header, f.Primary, f.Secondary, f.Auxiliary, f.Back} {
		all = append(all, part...)
	}
	return all
}

// Field returns the text of the field with that key, and whether it is there.
func (c *Card) Field(key string) (string, bool) {
	for _, f := range c.Fields() {
		if f.Key == key {
			return f.Text(), true
		}
	}
	return "", false
}

func (c *Card) face() *Face {
	for _, f := range []*Face{c.StoreCard, c.Generic, c.Coupon, c.Ticket} {
		if f != nil {
			return f
		}
	}
	return &Face{}
}

// Text draws the card as people see it, both sides.
func (c *Card) Text() string {
	f := c.face()
	d := &drawing{}
	title := c.LogoText
	if title == "" {
		title = c.Organization
	}
	head := make([]string, len(f.Header))
	for i, h := range f.Header {
		head[i] = strings.TrimSpace(h.Label + " " + h.Text())
	}
	d.pair(title, strings.Join(head, "  "))
	if c.Voided {
		d.text("(this card is no longer valid)")
	}
	for _, part := range [][]CardField{f.Primary, append(append([]CardField{}, f.Secondary...), f.Auxiliary...)} {
		d.rule()
		for _, field := range part {
			d.field(field.Label, field.Text())
		}
	}
	codes := c.Barcodes
	if len(codes) == 0 && c.Barcode != nil {
		codes = []Code{*c.Barcode}
	}
	if len(codes) > 0 {
		d.rule()
		d.centre("[" + strings.TrimPrefix(codes[0].Format, "PKBarcodeFormat") + "]")
		d.centre(codes[0].Message)
		d.centre(codes[0].AltText)
	}
	for _, field := range f.Back {
		d.rule()
		d.text(field.Label)
		d.text(field.Text())
	}
	return d.String()
}

const (
	maxBundle = 16 << 20
	maxFile   = 8 << 20
)

// readCard opens a .pkpass as a phone does: every file must be in the manifest
// with its digest, and the card must hold what a phone can't do without. The
// signature is for the caller to check.
func readCard(bundle []byte) (*Card, []byte, error) {
	files, err := unzip(bundle)
	if err != nil {
		return nil, nil, err
	}
	manifest := map[string]string{}
	if err := json.Unmarshal(files["manifest.json"], &manifest); err != nil {
		return nil, nil, fmt.Errorf("manifest.json: %w", err)
	}
	for name, body := range files {
		digest := sha1.Sum(body) //nolint:gosec // as the manifest says
		if name != "manifest.json" && name != "signature" && manifest[name] != hex.EncodeToString(digest[:]) {
			return nil, nil, fmt.Errorf("%s is not in the manifest with this content", name)
		}
	}
	for name := range manifest {
		if files[name] == nil {
			return nil, nil, fmt.Errorf("%s is in the manifest and missing", name)
		}
	}
	for _, name := range []string{"signature", "icon.png"} {
		if len(files[name]) == 0 {
			return nil, nil, fmt.Errorf("%s is missing", name)
		}
	}
	c := &Card{}
	if err := json.Unmarshal(files["pass.json"], c); err != nil {
		return nil, nil, fmt.Errorf("pass.json: %w", err)
	}
	if c.Form, err = formOf(files); err != nil {
		return nil, nil, err
	}
	return c, files["pass.json"], c.check()
}

func (c *Card) check() error {
	switch {
	case c.FormatVersion != 1:
		return fmt.Errorf("pass.json: formatVersion is %d", c.FormatVersion)
	case c.PassType == "" || c.Serial == "" || c.Team == "" || c.Organization == "" || c.Description == "":
		return errors.New("pass.json: an identifier, the organization or the description is missing")
	case (c.WebService == "") != (c.Token == ""):
		return errors.New("pass.json: webServiceURL and authenticationToken go together")
	case c.Token != "" && len(c.Token) < 16:
		return errors.New("pass.json: authenticationToken is shorter than 16 characters")
	}
	return nil
}

func unzip(bundle []byte) (map[string][]byte, error) {
	z, err := zip.NewReader(bytes.NewReader(bundle), int64(len(bundle)))
	if err != nil {
		return nil, fmt.Errorf("not a pass: %w", err)
	}
	files := map[string][]byte{}
	for _, f := range z.File {
		if strings.HasSuffix(f.Name, "/") {
			continue
		}
		if files[f.Name] != nil {
			return nil, fmt.Errorf("%s is in the pass twice", f.Name)
		}
		body, err := unzipFile(f)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", f.Name, err)
		}
		files[f.Name] = body
	}
	return files, nil
}

func unzipFile(f *zip.File) (_ []byte, err error) {
	r, err := f.Open()
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	body, err := io.ReadAll(io.LimitReader(r, maxFile+1))
	if len(body) > maxFile {
		return nil, errors.New("larger than any file of a pass")
	}
	return body, err
}
