package models

import (
	"fmt"
	"strconv"
	"sync"
	"time"

	"golang.org/x/text/language"
)

// ProgramID is the short name of a program, as it stands in URLs: "demo".
type ProgramID string

// Unit is what a balance counts.
type Unit string

// The units. Stamps of a further card are "stamps:" and its name.
const (
	Points Unit = "points"
	Stamps Unit = "stamps"
	Visits Unit = "visits"
)

// Symbology is the kind of barcode that a program's cards carry.
type Symbology string

// The four symbologies that both wallets draw.
const (
	QR      Symbology = "qr"
	PDF417  Symbology = "pdf417"
	Aztec   Symbology = "aztec"
	Code128 Symbology = "code128"
)

// Refunds says what a reversal does when the units it takes back were spent.
type Refunds string

// The policies for a refund after the units were spent.
const (
	AllowNegative Refunds = "allow_negative" // the balance may go below zero; later earning repays it
	OnlyAvailable Refunds = "only_available" // no more is taken back than is there
)

// Program is one version of the scheme of one business: complete and
// immutable. A change makes another version; entries keep the version that
// they were made under.
type Program struct {
	Key       string    `bson:"_id" json:"-"` // ProgramKey(ID, Version)
	ID        ProgramID `bson:"program" json:"id"`
	Version   int       `bson:"version" json:"version"`
	CreatedAt time.Time `bson:"created_at" json:"created_at"`
	CreatedBy UserID    `bson:"created_by" json:"created_by,omitempty"`
	// StartsAt is when it was to come into force; nil for at once.
	StartsAt *time.Time `bson:"starts_at,omitempty" json:"starts_at,omitempty"`
	Terms    `bson:"terms,inline"`
}

// Terms are what a version of a program says.
type Terms struct {
	Name         string         `bson:"name" json:"name"`                 // "Corner Café Regulars"
	Organization string         `bson:"organization" json:"organization"` // who stands on the lock screen
	Description  string         `bson:"description" json:"description"`   // read aloud by a screen reader
	TimeZone     string         `bson:"time_zone" json:"time_zone"`       // IANA, decides what a day is
	Currency     string         `bson:"currency" json:"currency"`         // ISO 4217
	Country      string         `bson:"country" json:"country"`           // ISO 3166-1, for phone numbers typed without +
	Locale       string         `bson:"locale" json:"locale"`             // BCP 47, the default language
	Brand        Brand          `bson:"brand" json:"brand"`
	Barcode      Symbology      `bson:"barcode" json:"barcode"`
	Card         Card           `bson:"card,omitzero" json:"card,omitzero"`                   // what the owner designs of it
	Translations []Translation  `bson:"translations,omitempty" json:"translations,omitempty"` // of the texts that customers read
	Rules        []Rule         `bson:"rules" json:"rules"`
	Bonuses      []Bonus        `bson:"bonuses,omitempty" json:"bonuses,omitempty"`
	Stacking     Stacking       `bson:"stacking,omitzero" json:"stacking,omitzero"`
	StampCards   []StampCard    `bson:"stamp_cards,omitempty" json:"stamp_cards,omitempty"`
	Challenges   []Challenge    `bson:"challenges,omitempty" json:"challenges,omitempty"`
	Referral     Referral       `bson:"referral,omitzero" json:"referral,omitzero"`       // what friends bring
	Merchants    []Merchant     `bson:"merchants,omitempty" json:"merchants,omitempty"`   // of a coalition
	Settlement   []Rate         `bson:"settlement,omitempty" json:"settlement,omitempty"` // what units are worth between them
	Giving       Giving         `bson:"giving,omitzero" json:"giving,omitzero"`           // a share of sales for charities
	Excluded     Goods          `bson:"excluded,omitzero" json:"excluded,omitzero"`       // what never earns: gift cards, deposits
	Expiries     []Expiry       `bson:"expiries,omitempty" json:"expiries,omitempty"`
	LeapDay      LeapDay        `bson:"leap_day,omitempty" json:"leap_day,omitempty"` // 02-28 when empty
	Value        ValueTerms     `bson:"value,omitzero" json:"value,omitzero"`
	Products     []Product      `bson:"products,omitempty" json:"products,omitempty"`       // units that are sold ahead
	Memberships  []Membership   `bson:"memberships,omitempty" json:"memberships,omitempty"` // and time
	Offers       []VoucherOffer `bson:"offers,omitempty" json:"offers,omitempty"`           // vouchers that it gives by itself
	Rewards      []Reward       `bson:"rewards" json:"rewards"`
	Tiers        []Tier         `bson:"tiers" json:"tiers"`
	TierBy       TierBy         `bson:"tier_by,omitempty" json:"tier_by,omitempty"` // points when empty
	TierOver     TierOver       `bson:"tier_over,omitzero" json:"tier_over,omitzero"`
	Sharing      Sharing        `bson:"sharing,omitzero" json:"sharing,omitzero"`
	Manual       Manual         `bson:"manual,omitzero" json:"manual,omitzero"` // what staff may give by hand
	Refunds      Refunds        `bson:"refunds" json:"refunds"`
	MaxPurchase  int64          `bson:"max_purchase" json:"max_purchase"`                     // minor units; above it an amount is taken for a typing error
	InvitedOnly  bool           `bson:"invited_only,omitempty" json:"invited_only,omitempty"` // nobody joins by themselves without an invitation
	Contact      Contact        `bson:"contact" json:"contact"`
}

// Contact is how a customer reaches the business; it stands on the back of
// the card.
type Contact struct {
	Email   string `bson:"email,omitempty" json:"email,omitempty"`
	Phone   string `bson:"phone,omitempty" json:"phone,omitempty"`
	Website string `bson:"website,omitempty" json:"website,omitempty"`
	Address string `bson:"address,omitempty" json:"address,omitempty"`
}

// ProgramKey is the id of a program's version in the store.
func ProgramKey(id ProgramID, version int) string { return fmt.Sprintf("%s/%d", id, version) }

// Reward returns the reward with that id.
func (p *Program) Reward(id RewardID) (Reward, bool) {
	for _, r := range p.Rewards {
		if r.ID == id {
			return r, true
		}
	}
	return Reward{}, false
}

// Start is the state of an account without entries.
func (p *Program) Start() State { return State{Tier: p.TierAt(0)} }

// zones are the time zones that were asked for, by name: each purchase needs
// one, and loading it reads a file.
var zones sync.Map

// Zone is the program's time zone; UTC when its name is not known here.
func (p *Program) Zone() *time.Location {
	if loc, ok := zones.Load(p.TimeZone); ok {
		return loc.(*time.Location)
	}
	loc, err := time.LoadLocation(p.TimeZone)
	if err != nil {
		return time.UTC
	}
	zones.Store(p.TimeZone, loc)
	return loc
}

// Day is the local day of t in the program's zone, as 2006-01-02.
func (p *Program) Day(t time.Time) string { return t.In(p.Zone()).Format(time.DateOnly) }

// CheckTerms returns the first thing wrong with t, as an Invalid Error that
// names the field, or nil.
func CheckTerms(t *Terms) error {
	bad := func(field, msg string) error { return Fail(Invalid, "invalid_program", field, msg) }
	switch {
	case t.Name == "" || len(t.Name) > 60:
		return bad("name", "A program needs a name of at most 60 characters.")
	case t.Organization == "" || len(t.Organization) > 60:
		return bad("organization", "Say whose card this is, in at most 60 characters.")
	case t.Description == "":
		return bad("description", "A pass needs a description for screen readers.")
	case t.MaxPurchase <= 0 || t.MaxPurchase > 1_000_000_000_000:
		return bad("max_purchase", "Set the highest amount of one purchase, in minor units.")
	case t.Refunds != AllowNegative && t.Refunds != OnlyAvailable:
		return bad("refunds", "refunds is allow_negative or only_available.")
	case t.Barcode != QR && t.Barcode != PDF417 && t.Barcode != Aztec && t.Barcode != Code128:
		return bad("barcode", "barcode is qr, pdf417, aztec or code128.")
	}
	if err := checkPlace(t, bad); err != nil {
		return err
	}
	// "Local" is whatever zone a machine is set to, and "" is UTC by accident.
	if _, err := time.LoadLocation(t.TimeZone); err != nil || t.TimeZone == "" || t.TimeZone == "Local" {
		return bad("time_zone", "time_zone is an IANA name such as Europe/Amsterdam.")
	}
	if _, ok := CurrencyDigits(t.Currency); !ok {
		return bad("currency", "currency is an ISO 4217 code such as EUR.")
	}
	if err := t.Brand.check(t, bad); err != nil {
		return err
	}
	if err := checkRules(t, bad); err != nil {
		return err
	}
	if err := t.Sharing.check(t, bad); err != nil {
		return err
	}
	if err := t.Manual.check(t, bad); err != nil {
		return err
	}
	if err := checkLists(t, bad); err != nil {
		return err
	}
	if err := t.Card.check(t, bad); err != nil {
		return err
	}
	return checkTranslations(t, bad)
}

// checkPlace checks what says where the business is and how it is reached.
func checkPlace(t *Terms, bad func(field, msg string) error) error {
	if !knownCountry(t.Country) {
		return bad("country", "country is the ISO 3166-1 code, in two capital letters, of a country whose phone numbers we know, such as NL.")
	}
	if _, err := language.Parse(t.Locale); err != nil {
		return bad("locale", "locale is a BCP 47 tag such as en or nl-NL.")
	}
	for _, c := range []struct{ field, text string }{
		{"description", t.Description}, {"contact.email", t.Contact.Email}, {"contact.phone", t.Contact.Phone},
		{"contact.website", t.Contact.Website}, {"contact.address", t.Contact.Address},
	} {
		if len(c.text) > maxText {
			return bad(c.field, "This is longer than the 200 characters that fit on a card.")
		}
	}
	return nil
}

// The bounds of what a card can show.
const (
	maxListed   = 50 // rewards, tiers
	maxListName = 60 // characters
	maxText     = 200
)

func checkLists(t *Terms, bad func(field, msg string) error) error {
	if len(t.Rewards) > maxListed || len(t.Tiers) > maxListed {
		return bad("rewards", "A program has at most 50 rewards and 50 tiers.")
	}
	if err := checkRewards(t, bad); err != nil {
		return err
	}
	return checkTiers(t, bad)
}

// ParseColour reads #rrggbb.
func ParseColour(s string) (r, g, b uint8, ok bool) {
	if len(s) != 7 || s[0] != '#' {
		return 0, 0, 0, false
	}
	n, err := strconv.ParseUint(s[1:], 16, 32)
	if err != nil {
		return 0, 0, 0, false
	}
	return uint8(n >> 16), uint8(n >> 8), uint8(n), true
}

// CheckProgramID accepts 1 to 40 lower-case letters, digits and hyphens.
func CheckProgramID(id ProgramID) error {
	ok := len(id) > 0 && len(id) <= 40
	for _, c := range []byte(id) {
		ok = ok && (c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '-')
	}
	if !ok {
		return Fail(Invalid, "invalid_program", "id", "The short name of a program has up to 40 lower-case letters, digits and hyphens.")
	}
	return nil
}
