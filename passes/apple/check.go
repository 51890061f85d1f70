package apple

import (
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"
)

// Rules are what a pass is checked against besides Apple's own rules.
type Rules struct {
	PassTypeID string // the certificate's; not compared when empty
	TeamID     string
	HTTP       bool // allow a web service without TLS, which real phones refuse
}

// Check returns all that would make a phone refuse the pass, drop an update or
// show less than is meant, before anything is signed. Phones themselves refuse
// in silence.
func (p *Pass) Check(r Rules) Faults {
	c := checker{rules: r}
	c.identity(p)
	c.service(p)
	c.colours(p)
	c.barcodes(p)
	c.style(p)
	c.options(p)
	c.personalization(p)
	return c.faults
}

// loud notices fields that would speak at once. It is no rule of Apple's, but
// one of ours: with two changes at once phones show a general text instead of
// either.
func (c *checker) loud(style string) {
	if c.speaking > 1 {
		c.add(ManyMessages, style, "Several fields have a change message.", "Leave it to the one that should be read.")
	}
}

// style checks the style and its fields.
func (c *checker) style(p *Pass) {
	style := string(p.Style)
	switch p.Style {
	case StoreCard, Coupon, Generic, EventTicket:
	default:
		c.add(WrongStyle, "storeCard", "The pass has none of the styles.", "Give it one of "+strings.Join(classic, ", ")+".")
		return
	}
	areas := p.Fields.areas()
	if p.Style == EventTicket && slices.ContainsFunc(p.Fields.Auxiliary, func(f Field) bool { return f.Row != 0 }) {
		areas[auxiliary].rows = 2
	}
	c.fields(style, areas, shares(style, p))
	for _, area := range areas {
		for i := range area.fields {
			if f := &area.fields[i]; f.special(area.name) {
				m := f.manner()
				c.tell().manner(fmt.Sprintf("%s.%s[%d]", style, area.name, i), style, area.name, &m)
			}
		}
	}
	if quiet(style) {
		c.loud(style)
	}
}

// shares says whether secondary and auxiliary fields of a style stand in one row.
func shares(style string, p *Pass) bool {
	return style == "storeCard" || style == "coupon" || style == "generic" && square(p)
}

// quiet says whether only one field of a style should speak: those of journeys
// and events seldom change together.
func quiet(style string) bool { return style == "storeCard" || style == "coupon" }

// checker collects faults.
type checker struct {
	rules    Rules
	faults   Faults
	speaking int // fields with a change message
}

func (c *checker) add(code FaultCode, path, fault, remedy string) {
	c.faults.add(code, "pass.json: "+path, fault, remedy)
}

func (c *checker) identity(p *Pass) {
	if p.FormatVersion != 1 {
		c.add(WrongVersion, "formatVersion", "It is not the number 1.", "Write the number 1.")
	}
	for _, required := range []struct{ key, value string }{
		{"passTypeIdentifier", p.PassTypeIdentifier}, {"serialNumber", p.SerialNumber}, {"teamIdentifier", p.TeamIdentifier},
		{"organizationName", p.OrganizationName}, {"description", p.Description},
	} {
		if strings.TrimSpace(required.value) == "" {
			c.add(Missing, required.key, "It is missing or empty.", "Every pass needs it.")
		}
	}
	if c.rules.PassTypeID != "" && p.PassTypeIdentifier != c.rules.PassTypeID {
		c.add(WrongIdentity, "passTypeIdentifier", "It is not the certificate's, "+c.rules.PassTypeID+".", "Sign with the certificate of this pass type.")
	}
	if c.rules.TeamID != "" && p.TeamIdentifier != c.rules.TeamID {
		c.add(WrongIdentity, "teamIdentifier", "It is not the certificate's, "+c.rules.TeamID+".", "Write the certificate's team.")
	}
}

func (c *checker) service(p *Pass) {
	if (p.WebServiceURL == "") != (p.AuthenticationToken == "") {
		c.add(TokenAlone, "webServiceURL", "Address and authenticationToken only work together.", "Give both or neither.")
	}
	if p.AuthenticationToken != "" && len(p.AuthenticationToken) < 16 {
		c.add(ShortToken, "authenticationToken", "It has fewer than 16 characters.", "Use a random token of at least 16.")
	}
	if p.WebServiceURL == "" {
		return
	}
	u, err := url.Parse(p.WebServiceURL)
	switch {
	case err != nil || u.Host == "" || u.RawQuery != "" || u.Fragment != "" || u.User != nil:
		c.add(BadURL, "webServiceURL", "It is not a plain address.", "Write it as https://cards.example.com/passkit.")
	case u.Scheme != "https" && (u.Scheme != "http" || !c.rules.HTTP):
		c.add(BadURL, "webServiceURL", "It is not an https address, and phones ask no other.", "Serve the address with TLS and write https.")
	}
}

func (c *checker) colours(p *Pass) {
	for _, colour := range []struct{ key, value string }{
		{"foregroundColor", p.ForegroundColor}, {"backgroundColor", p.BackgroundColor}, {"labelColor", p.LabelColor},
	} {
		if colour.value != "" && !isRGB(colour.value) {
			c.add(BadColour, colour.key, "It is not written rgb(r, g, b).", "Write three numbers from 0 to 255, such as rgb(60, 40, 20).")
		}
	}
}

// isRGB says whether s is rgb( three numbers up to 255 ), with any spacing.
func isRGB(s string) bool {
	if !strings.HasPrefix(s, "rgb(") || !strings.HasSuffix(s, ")") || len(s) > 40 {
		return false
	}
	numbers := strings.Split(s[len("rgb("):len(s)-1], ",")
	for _, n := range numbers {
		n = strings.Trim(n, " ")
		value := 0
		for _, r := range n {
			if r < '0' || r > '9' || len(n) > 3 {
				return false
			}
			value = 10*value + int(r-'0')
		}
		if n == "" || value > 255 {
			return false
		}
	}
	return len(numbers) == 3
}

func (c *checker) barcodes(p *Pass) {
	if p.Voided && len(p.Barcodes) > 0 {
		c.add(VoidedBarcode, "barcodes", "The card is void and still has a barcode.", "Leave the barcode out.")
	}
	common := len(p.Barcodes) == 0
	for i := range p.Barcodes {
		if c.barcode(fmt.Sprintf("barcodes[%d]", i), &p.Barcodes[i]) {
			common = true
		}
	}
	if !common {
		c.add(NoFallback, "barcodes", "A watch or an older phone can draw none of them.", "Add a QR code after the others.")
	}
}

// barcode checks one code, and says whether every device draws it.
func (c *checker) barcode(path string, b *Barcode) bool {
	common := false
	switch b.Format {
	case formatQR, formatPDF417, formatAztec:
		common = true
	case formatCode128, formatCode39, formatCodabar, formatEAN13, formatI2of5:
	default:
		c.add(BadBarcode, path+".format", "Wallet does not know this format.", "Use QR, PDF417, Aztec or Code128 with PKBarcodeFormat before it.")
	}
	if b.Message == "" {
		c.add(BadBarcode, path+".message", "It is empty.", "Write the card number, or leave the barcode out.")
	} else if why := unfit(b.Format, b.Message); why != "" {
		c.add(BadPayload, path+".message", why, "Choose another format, or a message that it can hold.")
	}
	if !encodable(b.MessageEncoding, b.Message) {
		c.add(BadEncoding, path+".messageEncoding", "The encoding is unknown or can't write the message.", "Use iso-8859-1 and only its characters.")
	}
	return common
}

// drawn returns how many fields of an area Wallet draws for a style; -1 is any
// number (DOC passfields; ARCH; poster by PB).
func drawn(style, area string) int {
	switch {
	case area == "backFields":
		return -1
	case style == "posterGeneric":
		return map[string]int{"headerFields": 1, "primaryFields": 4, "footerFields": 2}[area]
	case area == "headerFields":
		return 3
	case area == "primaryFields" && style == "boardingPass":
		return 2
	case area == "primaryFields":
		return 1
	case area == "auxiliaryFields" && style == "boardingPass":
		return 5
	case area == "secondaryFields" || area == "auxiliaryFields":
		return 4
	case area == "additionalInfoFields" && style == "eventTicket":
		return -1 // in the event guide of a poster
	}
	return 0
}

// maxFields is more than any pass has. It bounds the work on a stranger's.
const maxFields = 500

// fields checks the fields of a style. In a shared row secondary and auxiliary
// fields stand side by side, and four are drawn of both.
func (c *checker) fields(style string, areas []area, shared bool) {
	count, row := 0, 0
	for _, area := range areas {
		count += len(area.fields)
		if area.name == "secondaryFields" || area.name == "auxiliaryFields" {
			row += len(area.fields)
		}
	}
	if count > maxFields {
		c.add(TooManyFields, style, fmt.Sprintf("It has %d fields.", count), "Keep those that somebody reads.")
		return
	}
	var room [24]string // a list is faster than a map for so few keys
	seen := room[:0]
	for _, area := range areas {
		path := style + "." + area.name
		switch most := drawn(style, area.name); {
		case most == 0 && len(area.fields) > 0:
			c.add(TooManyFields, path, "The style does not draw these fields.", "Move them to an area that it has.")
		case most > 0 && len(area.fields) > most*max(1, area.rows):
			c.add(TooManyFields, path, fmt.Sprintf("Of %d fields only %d are drawn.", len(area.fields), most*max(1, area.rows)), "Move some to backFields.")
		}
		for i := range area.fields {
			c.field(path, i, &area.fields[i], seen)
			seen = append(seen, area.fields[i].Key)
		}
	}
	if shared && row > 4 {
		c.add(TooManyFields, style+".auxiliaryFields", fmt.Sprintf("Of %d secondary and auxiliary fields only 4 are drawn.", row), "Move some to backFields.")
	}
}

// field checks one field. The paths are only written out when they are needed,
// because this runs for each pass that is made.
func (c *checker) field(area string, i int, f *Field, seen []string) {
	at := func(key string) string { return fmt.Sprintf("%s[%d].%s", area, i, key) }
	switch {
	case f.Key == "":
		c.add(Missing, at("key"), "It is missing or empty.", "Give the field a key of its own.")
	case slices.Contains(seen, f.Key):
		c.add(DuplicateKey, at("key"), "Another field has this key.", "Give the field a key of its own.")
	}
	switch f.Value.(type) {
	case string, int64, Decimal, Date, json.Number:
	case nil:
		c.add(Missing, at("value"), "It is missing.", "Write the text or number to show.")
	default:
		c.add(BadValue, at("value"), "It is neither text nor a number.", "Write the text or number to show.")
	}
	if f.ChangeMessage == "" {
		return
	}
	c.speaking++
	if !strings.Contains(f.ChangeMessage, "%@") {
		c.add(BadMessage, at("changeMessage"), "It has no %@, so the new value is not shown.", "Put %@ where the new value goes.")
	}
}
