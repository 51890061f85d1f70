package models

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/x509"
	"encoding/base64"
	"fmt"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// CardPlace is somewhere near which phones offer the card on their lock screen.
type CardPlace struct {
	// At is where: "52.3676, 4.9041", latitude and longitude as maps give them, or
	// of a beacon its UUID, which /major and /minor may follow.
	At   string `bson:"at" json:"at"`
	Text string `bson:"text,omitempty" json:"text,omitempty"` // shown there; Apple's
}

// AppleCard is what Apple Wallet alone knows.
type AppleCard struct {
	Apps   []string `bson:"apps,omitempty" json:"apps,omitempty"`     // App Store ids; the first that fits the device is offered on the back
	Launch string   `bson:"launch,omitempty" json:"launch,omitempty"` // given to that app when it is opened from the card
	Shared bool     `bson:"shared,omitempty" json:"shared,omitempty"` // the card has a share button
	NFC    string   `bson:"nfc,omitempty" json:"nfc,omitempty"`       // public key of the readers, P-256, X.509 in base64; Apple has to grant NFC to the certificate
	SignUp SignUp   `bson:"sign_up,omitzero" json:"sign_up,omitzero"` // asks those who gave no name
}

// GoogleCard is what Google Wallet alone knows.
type GoogleCard struct {
	Holders       Holders  `bson:"holders,omitempty" json:"holders,omitempty"`
	NoScreenshots bool     `bson:"no_screenshots,omitempty" json:"no_screenshots,omitempty"`
	Rotating      bool     `bson:"rotating,omitempty" json:"rotating,omitempty"`   // the barcode changes every half minute; QR and PDF417 alone
	Static        Static   `bson:"static,omitempty" json:"static,omitempty"`       // with Rotating: what of the code that does not change
	SmartTap      []string `bson:"smart_tap,omitempty" json:"smart_tap,omitempty"` // the issuers whose terminals read the card without a barcode
	App           string   `bson:"app,omitempty" json:"app,omitempty"`             // the Android app that the card opens, by its package name
	Vouchers      bool     `bson:"vouchers,omitempty" json:"vouchers,omitempty"`   // each voucher stands beside the card, as an offer of its own
	Provider      string   `bson:"provider,omitempty" json:"provider,omitempty"`   // who gives those, in 12 characters; as much of the organization when empty
}

// Static is what a program with changing barcodes makes of those that don't change.
type Static string

// What becomes of a code that does not change, which iPhones show, and Android
// phones that are too old.
const (
	StaticTaken   Static = ""       // it is good
	StaticRefused Static = "refuse" // not for a card that is in Google Wallet and in no iPhone
)

// Holders is on how many phones a card is.
type Holders string

// The holders that Google knows of.
const (
	OnePerson Holders = ""           // on all devices of one person
	OneDevice Holders = "one_device" // of one person
	Anybody   Holders = "anybody"    // who has the link
)

// Coordinates reads a place on a map.
func (p CardPlace) Coordinates() (latitude, longitude float64, ok bool) {
	north, east, two := strings.Cut(p.At, ",")
	latitude, err := strconv.ParseFloat(strings.TrimSpace(north), 64)
	if err != nil || !two {
		return 0, 0, false
	}
	longitude, err = strconv.ParseFloat(strings.TrimSpace(east), 64)
	ok = err == nil && latitude >= -90 && latitude <= 90 && longitude >= -180 && longitude <= 180 && // which NaN is not
		(latitude != 0 || longitude != 0) // in the sea off Ghana, where what nobody filled in leads
	return latitude, longitude, ok
}

var beacon = regexp.MustCompile(`^([0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})(?:/([0-9]{1,5})(?:/([0-9]{1,5}))?)?$`)

// Beacon reads a beacon's id. major and minor are nil where any will do.
func (p CardPlace) Beacon() (uuid string, major, minor *uint16, ok bool) {
	m := beacon.FindStringSubmatch(p.At)
	if m == nil {
		return "", nil, nil, false
	}
	number := func(s string) *uint16 {
		n, err := strconv.ParseUint(s, 10, 16)
		if err != nil {
			ok = ok && s == ""
			return nil
		}
		short := uint16(n)
		return &short
	}
	ok = true
	major, minor = number(m[2]), number(m[3])
	return strings.ToUpper(m[1]), major, minor, ok
}

// ExpiresAt is when the card ends, nil for never.
func (p *Program) ExpiresAt() *time.Time {
	if p.Card.Expires == "" {
		return nil
	}
	end := p.DayBegins(p.Card.Expires, 1)
	return &end
}

// The most that both wallets take.
const (
	maxCardPlaces = 10
	maxPlaceText  = 100
)

func (c *Card) checkOptions(t *Terms, bad complain) error {
	if err := checkPlaces("card.places", c.Places, bad, "Write latitude and longitude as maps give them: 52.3676, 4.9041.", func(p CardPlace) bool {
		_, _, ok := p.Coordinates()
		return ok
	}); err != nil {
		return err
	}
	if err := checkPlaces("card.beacons", c.Beacons, bad, "Write the beacon's UUID; /major and /minor, numbers up to 65535, may follow.", func(p CardPlace) bool {
		_, _, _, ok := p.Beacon()
		return ok
	}); err != nil {
		return err
	}
	if c.Near < 0 || c.Near > 100_000 {
		return bad("card.near", "Say how near in metres, up to 100000.")
	}
	if _, err := time.Parse(time.DateOnly, c.Expires); err != nil && c.Expires != "" {
		return bad("card.expires", "Write the card's last day as 2026-12-31.")
	}
	if err := c.Apple.check(bad); err != nil {
		return err
	}
	return c.Google.check(t, bad)
}

func checkPlaces(field string, all []CardPlace, bad complain, form string, right func(CardPlace) bool) error {
	if len(all) > maxCardPlaces {
		return bad(field, "Wallets take at most 10 of them.")
	}
	for i, p := range all {
		at := fmt.Sprintf("%s[%d]", field, i)
		if !right(p) {
			return bad(at+".at", form)
		}
		if utf8.RuneCountInString(p.Text) > maxPlaceText {
			return bad(at+".text", "A lock screen shows at most 100 characters.")
		}
	}
	return nil
}

var (
	appStoreID = regexp.MustCompile(`^[1-9][0-9]{0,14}$`)
	androidApp = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_]*(\.[A-Za-z][A-Za-z0-9_]*)+$`)
)

func (a *AppleCard) check(bad complain) error {
	for i, app := range a.Apps {
		if !appStoreID.MatchString(app) || len(a.Apps) > 10 {
			return bad(fmt.Sprintf("card.apple.apps[%d]", i), "Write the App Store's number of the app, such as 1234567890, of at most 10 apps.")
		}
	}
	if a.Launch != "" && len(a.Apps) == 0 {
		return bad("card.apple.launch", "Only an app that is named in apps can be opened.")
	}
	if u, err := url.Parse(a.Launch); a.Launch != "" && (err != nil || u.Scheme == "" || u.Host+u.Opaque+u.Path == "") {
		return bad("card.apple.launch", "Write the whole address, with what stands before the colon: cafe://card.")
	}
	if len(a.Launch) > 500 {
		return bad("card.apple.launch", "This address is longer than 500 characters.")
	}
	if a.NFC != "" && !readerKey(a.NFC) {
		return bad("card.apple.nfc", "Write the readers' public key: ECDH on P-256, X.509 in base64, from the maker of the terminals.")
	}
	return a.checkSignUp(bad)
}

func readerKey(s string) bool {
	der, err := base64.StdEncoding.DecodeString(s)
	if err != nil {
		return false
	}
	if key, err := x509.ParsePKIXPublicKey(der); err == nil {
		p256, ok := key.(*ecdsa.PublicKey)
		return ok && p256.Curve == elliptic.P256()
	}
	// The standard library reads no compressed point, which is how Apple wants it.
	const head = "\x30\x39\x30\x13\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07\x03\x22\x00"
	point, found := strings.CutPrefix(string(der), head)
	if !found {
		return false
	}
	x, _ := elliptic.UnmarshalCompressed(elliptic.P256(), []byte(point))
	return x != nil
}

func (g *GoogleCard) check(t *Terms, bad complain) error {
	switch {
	case g.Holders != OnePerson && g.Holders != OneDevice && g.Holders != Anybody:
		return bad("card.google.holders", "holders is one_device or anybody; leave it out for all devices of one person.")
	case g.Rotating && t.Barcode != QR && t.Barcode != PDF417:
		return bad("card.google.rotating", "Google rotates QR codes and PDF417 alone. Choose one of them as barcode.")
	case g.Static != StaticTaken && (g.Static != StaticRefused || !g.Rotating):
		return bad("card.google.static", "static is refuse, with rotating; leave it out where codes that don't change are taken.")
	case g.Static == StaticRefused && len(g.SmartTap) > 0:
		return bad("card.google.static", "Terminals that read the card without a barcode read the number that does not change. Leave out static, or smart_tap.")
	case utf8.RuneCountInString(g.Provider) > 12:
		return bad("card.google.provider", "Google shows 12 characters of who gives an offer.")
	case g.App != "" && !androidApp.MatchString(g.App):
		return bad("card.google.app", "Write the app's package name, such as com.example.shop.")
	case len(g.SmartTap) > 10:
		return bad("card.google.smart_tap", "Name at most 10 issuers.")
	}
	for i, issuer := range g.SmartTap {
		if n, err := strconv.ParseInt(issuer, 10, 64); err != nil || n <= 0 {
			return bad(fmt.Sprintf("card.google.smart_tap[%d]", i), "Write the number of the issuer whose terminals read the card.")
		}
	}
	return nil
}
