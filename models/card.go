package models

import (
	"fmt"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Card is what the owner designs of the card beside its brand. Where it is silent,
// the card shows what follows from the program.
type Card struct {
	Fields    []CardField `bson:"fields,omitempty" json:"fields,omitempty"`
	Fallbacks []Symbology `bson:"fallbacks,omitempty" json:"fallbacks,omitempty"` // codes for devices that can't draw the first; a QR code after Code 128 when empty
	Links     []CardLink  `bson:"links,omitempty" json:"links,omitempty"`         // on the back
	Places    []CardPlace `bson:"places,omitempty" json:"places,omitempty"`       // near which phones offer the card
	Near      int64       `bson:"near,omitempty" json:"near,omitempty"`           // how near, in metres; the phone decides when 0
	Beacons   []CardPlace `bson:"beacons,omitempty" json:"beacons,omitempty"`     // Apple's, by their ids
	Expires   string      `bson:"expires,omitempty" json:"expires,omitempty"`     // the card's last local day, 2006-01-02; none when empty
	Apple     AppleCard   `bson:"apple,omitzero" json:"apple,omitzero"`
	Google    GoogleCard  `bson:"google,omitzero" json:"google,omitzero"`
}

// IsZero reports whether nothing was designed.
func (c Card) IsZero() bool { return same(reflect.ValueOf(c), reflect.ValueOf(Card{})) }

// CardField is a label and a text somewhere on the card. The fields of an area take
// the place of those that follow from the program; on the back they come before
// them, and one with the id of ours, such as terms, takes its place.
type CardField struct {
	ID    RuleID `bson:"id" json:"id"`
	At    Area   `bson:"at" json:"at"`
	Label string `bson:"label,omitempty" json:"label,omitempty"`
	Text  string `bson:"text,omitempty" json:"text,omitempty"`   // a Wording; a back field of ours is left out when empty
	Align Align  `bson:"align,omitempty" json:"align,omitempty"` // Apple's; natural when empty
}

// Area is a part of the card.
type Area string

// The areas, by Apple's names. Google's card has rows in their place.
const (
	Header    Area = "header"    // seen while the card is in the stack
	Primary   Area = "primary"   // large, over the strip
	Secondary Area = "secondary" // the row below, which it shares with auxiliary
	Auxiliary Area = "auxiliary"
	Back      Area = "back"
)

// Align is how a field stands in its place.
type Align string

// The alignments.
const (
	AlignNatural Align = "" // as the language is written
	AlignLeft    Align = "left"
	AlignCenter  Align = "center"
	AlignRight   Align = "right"
)

// CardLink is something to tap.
type CardLink struct {
	Name string `bson:"name" json:"name"`
	URL  string `bson:"url" json:"url"` // https, mailto, tel or geo
}

// BackParts are those of the back that follow from the program and that an owner may say in
// other words, or leave out.
var BackParts = []RuleID{"earn", "rewards", "terms"}

// In returns the fields of an area.
func (c *Card) In(at Area) []CardField {
	var all []CardField
	for _, f := range c.Fields {
		if f.At == at {
			all = append(all, f)
		}
	}
	return all
}

// What is kept; what fits on a phone is less.
const (
	maxFields    = 30
	maxLabel     = 40
	maxFieldText = 1000
)

// places is how many fields an area of a card draws.
var places = map[Area]int{Header: 3, Primary: 1, Secondary: 4, Auxiliary: 4, Back: maxFields}

// CardNames are the names that texts on a card of the program may use.
func (t *Terms) CardNames() []string {
	names := []string{"name", "first_name", "card", "joined", "program", "organization", "message"}
	for _, u := range t.Units() {
		names = append(names, string(u), string(u)+"_words")
	}
	if len(t.Rewards) > 0 {
		names = append(names, "reward", "reward_cost", "reward_missing", "reward_to_go", "reward_progress", "ready", "ready_count")
	}
	if len(t.Tiers) > 0 {
		names = append(names, "tier")
	}
	if len(t.Memberships) > 0 {
		names = append(names, "membership", "membership_until")
	}
	if len(t.Offers) > 0 {
		names = append(names, "voucher", "voucher_until")
	}
	return append(names, "ending", "ending_day")
}

func (c *Card) check(t *Terms, bad complain) error {
	if err := c.checkFields(t, bad); err != nil {
		return err
	}
	for i, s := range c.Fallbacks {
		if !slices.Contains([]Symbology{QR, PDF417, Aztec, Code128}, s) || s == t.Barcode || slices.Contains(c.Fallbacks[:i], s) {
			return bad(fmt.Sprintf("card.fallbacks[%d]", i), "Name qr, pdf417, aztec or code128, each once, and not the card's own barcode.")
		}
	}
	if len(c.Links) > 10 {
		return bad("card.links", "A card has room for 10 links.")
	}
	for i, l := range c.Links {
		field := fmt.Sprintf("card.links[%d]", i)
		if l.Name == "" || utf8.RuneCountInString(l.Name) > maxListName {
			return bad(field+".name", "A link needs a name of at most 60 characters.")
		}
		if !tappable(l.URL) {
			return bad(field+".url", "Write an address that phones open, beginning with https:, mailto:, tel: or geo:.")
		}
	}
	return c.checkOptions(t, bad)
}

func (c *Card) checkFields(t *Terms, bad complain) error {
	if len(c.Fields) > maxFields {
		return bad("card.fields", "A card has at most 30 fields.")
	}
	names := t.CardNames()
	count, seen := map[Area]int{}, map[RuleID]bool{}
	for i := range c.Fields {
		f, at := &c.Fields[i], "card.fields["+strconv.Itoa(i)+"]"
		count[f.At]++
		switch most, known := places[f.At]; {
		case !known:
			return bad(at+".at", "A field stands in the header, primary, secondary, auxiliary or back.")
		case count[f.At] > most, f.At != Back && count[Secondary]+count[Auxiliary] > 4:
			return bad(at+".at", "Phones draw 3 fields in the header, 1 primary, and 4 secondary and auxiliary ones together. Put this one on the back.")
		case f.At == Primary && t.Brand.Shows.Fills():
			return bad(at+".at", "Nothing can be written over the stamps or the badge of the strip. Put this in the secondary row.")
		case !ruleID.MatchString(string(f.ID)) || seen[f.ID]:
			return bad(at+".id", "Each field has an id of its own, of small letters, digits, - and _.")
		}
		seen[f.ID] = true
		if err := f.check(at, names, bad); err != nil {
			return err
		}
	}
	return nil
}

func (f *CardField) check(at string, names []string, bad complain) error {
	hides := f.At == Back && slices.Contains(BackParts, f.ID) && f.Text == ""
	switch {
	case f.Text == "" && !hides:
		return bad(at+".text", "Say what the field shows, such as {{.name}}.")
	case utf8.RuneCountInString(f.Text) > maxFieldText:
		return bad(at+".text", "This is longer than the 1000 characters that a field may have.")
	case utf8.RuneCountInString(f.Label) > maxLabel:
		return bad(at+".label", "A label has at most 40 characters.")
	case f.Align != "" && f.Align != AlignLeft && f.Align != AlignCenter && f.Align != AlignRight:
		return bad(at+".align", "align is left, center or right; leave it out for what the language does.")
	case f.Align != "" && (f.At == Primary || f.At == Back):
		return bad(at+".align", "Phones align primary and back fields themselves.")
	}
	if _, err := ParseWording(f.Text, names); err != nil {
		return misworded(bad, at+".text", err)
	}
	if _, err := ParseWording(f.Label, names); err != nil {
		return misworded(bad, at+".label", err)
	}
	return nil
}

// tappable reports whether phones open an address.
func tappable(address string) bool {
	u, err := url.Parse(address)
	if err != nil || len(address) > 500 || strings.ContainsAny(address, "<>\"\n") {
		return false
	}
	switch u.Scheme {
	case "https":
		return u.Host != "" && u.User == nil
	case "mailto", "tel", "geo":
		return u.Opaque != ""
	}
	return false
}
