package apple

import (
	"html"
	"regexp"
	"strconv"
	"strings"

	"regulars/models"
)

// cardOptions are what all cards of a program have of Apple's options, in one
// language: made once, and shared.
type cardOptions struct {
	relevance *Relevance
	companion *Companion
	expires   Date
	readers   string // key of the NFC readers
	shared    bool
}

// optionsOf returns what the owner wants of the cards of p.
func optionsOf(p *models.Program) cardOptions {
	c := &p.Card
	o := cardOptions{relevance: relevanceOf(c), readers: c.Apple.NFC, shared: c.Apple.Shared}
	if end := p.ExpiresAt(); end != nil {
		o.expires = Date{*end}
	}
	if len(c.Apple.Apps) > 0 {
		o.companion = &Companion{LaunchURL: c.Apple.Launch}
		for _, app := range c.Apple.Apps {
			id, _ := strconv.ParseInt(app, 10, 64) // the terms were checked
			o.companion.Stores = append(o.companion.Stores, id)
		}
	}
	return o
}

// relevanceOf returns where phones offer the card by themselves; nil when the
// owner names no place.
func relevanceOf(c *models.Card) *Relevance {
	r := &Relevance{}
	for _, place := range c.Places {
		latitude, longitude, _ := place.Coordinates()
		r.Locations = append(r.Locations, Location{Latitude: latitude, Longitude: longitude, RelevantText: place.Text})
	}
	if len(r.Locations) > 0 {
		r.MaxDistance = c.Near
	}
	for _, place := range c.Beacons {
		uuid, major, minor, _ := place.Beacon()
		r.Beacons = append(r.Beacons, Beacon{ProximityUUID: uuid, Major: major, Minor: minor, RelevantText: place.Text})
	}
	if len(r.Locations)+len(r.Beacons) == 0 {
		return nil
	}
	return r
}

// on puts the options on a card whose barcode says code.
func (o *cardOptions) on(pass *Pass, code string) {
	pass.Relevance, pass.Companion, pass.ExpirationDate = o.relevance, o.companion, o.expires
	pass.SharingProhibited = !o.shared
	if o.readers != "" {
		pass.NFC = &NFC{Message: code, EncryptionPublicKey: o.readers}
	}
}

// asked are the names that phones know for what a form asks.
var asked = map[models.Asked]PersonalField{
	models.AskName: PersonalName, models.AskPhone: PersonalPhone, models.AskEmail: PersonalEmail, models.AskPostcode: PersonalPostalCode,
}

// form asks the holder of a card; nil where nothing is asked.
func (w *wording) form(ask []models.Asked) *Personalization {
	form := &w.program.Card.Apple.SignUp
	if len(ask) == 0 || !form.On() {
		return nil
	}
	p := &Personalization{Description: form.Text, Terms: paragraphs(form.Terms)}
	for _, a := range ask {
		p.Fields = append(p.Fields, asked[a])
	}
	return p
}

var blankLine = regexp.MustCompile(`\s*\n\s*\n\s*`)

// paragraphs is a plain text as HTML.
func paragraphs(text string) string {
	var b strings.Builder
	for _, p := range blankLine.Split(strings.TrimSpace(text), -1) {
		if p != "" {
			b.WriteString("<p>" + strings.ReplaceAll(html.EscapeString(p), "\n", "<br>") + "</p>")
		}
	}
	return b.String()
}
