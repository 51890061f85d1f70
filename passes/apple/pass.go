package apple

import (
	"regulars/passes/art"
)

// Pass is pass.json. Field names and limits are Apple's (Wallet Passes, "Pass").
// What few passes have is behind pointers, and often shared by all members of a
// program: nobody may change it.
type Pass struct {
	FormatVersion       int    `json:"formatVersion"` // always 1
	PassTypeIdentifier  string `json:"passTypeIdentifier"`
	SerialNumber        string `json:"serialNumber"` // never changes, never used again
	TeamIdentifier      string `json:"teamIdentifier"`
	OrganizationName    string `json:"organizationName"` // the title on the lock screen
	Description         string `json:"description"`      // read aloud
	LogoText            string `json:"logoText,omitempty"`
	ForegroundColor     string `json:"foregroundColor,omitempty"` // rgb(r, g, b)
	BackgroundColor     string `json:"backgroundColor,omitempty"`
	LabelColor          string `json:"labelColor,omitempty"`
	WebServiceURL       string `json:"webServiceURL,omitempty"`       // phones add /v1/…
	AuthenticationToken string `json:"authenticationToken,omitempty"` // at least 16 characters, never changes
	SharingProhibited   bool   `json:"sharingProhibited,omitempty"`
	Voided              bool   `json:"voided,omitempty"`
	ExpirationDate      Date   `json:"expirationDate,omitzero"` // from then on the phone shows it as expired, unasked
	*Relevance                 // nil for a pass that never shows itself
	*Companion                 // nil without an app
	NFC                 *NFC   `json:"nfc,omitempty"`
	GroupingIdentifier  string `json:"groupingIdentifier,omitempty"` // event tickets with the same one lie on one pile
	Semantics           *Tags  `json:"semantics,omitempty"`

	Barcodes []Barcode `json:"barcodes,omitempty"` // the first that the device can draw is shown
	Style    Style     `json:"-"`
	Fields   Fields    `json:"storeCard"` // or the style's name

	// Personalization is what phones ask of the holder; nil asks nothing. It is a
	// file beside pass.json.
	Personalization *Personalization `json:"-"`

	look   art.Look // of the strip, which is no part of pass.json
	spoken []spoken // the texts in further languages, which aren't either
}

// MarshalJSON implements json.Marshaler.
func (p Pass) MarshalJSON() ([]byte, error) { return p.encode() }

// Style is what a pass looks like, and the name that pass.json gives to its
// fields.
type Style string

// The styles that a program's passes may have.
const (
	StoreCard   Style = "storeCard"
	Coupon      Style = "coupon"
	Generic     Style = "generic"
	EventTicket Style = "eventTicket"
)

// Fields are the areas of a card.
type Fields struct {
	Header    []Field `json:"headerFields,omitempty"`    // the only part seen in the stack
	Primary   []Field `json:"primaryFields,omitempty"`   // large, over the strip
	Secondary []Field `json:"secondaryFields,omitempty"` // one row with Auxiliary, four in all
	Auxiliary []Field `json:"auxiliaryFields,omitempty"`
	Back      []Field `json:"backFields,omitempty"`
}

// Field is one label and value. Its key is unique in the pass.
type Field struct {
	Key           string `json:"key"`
	Label         string `json:"label,omitempty"`
	Value         any    `json:"value"`                     // a string, or an int64, Decimal or Date that the phone writes in its own way
	ChangeMessage string `json:"changeMessage,omitempty"`   // shown when the value changed; %@ stands for the new one
	Attributed    string `json:"attributedValue,omitempty"` // the value with links, and no other markup, on the back
	Currency      string `json:"currencyCode,omitempty"`    // of a number in major units, by ISO 4217
	Semantics     *Tags  `json:"semantics,omitempty"`

	NumberStyle     NumberStyle `json:"numberStyle,omitempty"`
	TextAlignment   Alignment   `json:"textAlignment,omitempty"` // not on primary and back fields
	DateStyle       DateStyle   `json:"dateStyle,omitempty"`     // of a Date, both or neither
	TimeStyle       DateStyle   `json:"timeStyle,omitempty"`
	Relative        bool        `json:"isRelative,omitempty"`        // a Date is counted down to
	IgnoresTimeZone bool        `json:"ignoresTimeZone,omitempty"`   // a Date is shown in its own zone, not the phone's
	Detect          Detectors   `json:"dataDetectorTypes,omitempty"` // what of a back field is a link; all that can be, unless said
	Row             uint8       `json:"row,omitempty"`               // 1 is the lower one of an event ticket's auxiliary fields
}

// Barcode is one of the codes that a pass offers.
type Barcode struct {
	Format          string `json:"format"`
	Message         string `json:"message"`
	MessageEncoding string `json:"messageEncoding"`
	AltText         string `json:"altText,omitempty"`
}

// The values that pass.json knows for a barcode's format.
const (
	formatQR      = "PKBarcodeFormatQR"
	formatPDF417  = "PKBarcodeFormatPDF417"
	formatAztec   = "PKBarcodeFormatAztec"
	formatCode128 = "PKBarcodeFormatCode128"

	// Since iOS 27, and not among ours.
	formatCode39  = "PKBarcodeFormatCode39"
	formatCodabar = "PKBarcodeFormatCodabar"
	formatEAN13   = "PKBarcodeFormatEAN13"
	formatI2of5   = "PKBarcodeFormatI2of5"
)

// areas returns the fields by the names that pass.json gives them.
func (f *Fields) areas() []area {
	return []area{
		{name: "headerFields", fields: f.Header}, {name: "primaryFields", fields: f.Primary}, {name: "secondaryFields", fields: f.Secondary},
		{name: "auxiliaryFields", fields: f.Auxiliary}, {name: "backFields", fields: f.Back},
	}
}

// auxiliary is the place of that area among areas.
const auxiliary = 3

type area struct {
	name   string
	fields []Field
	rows   int // that the fields are spread over; 0 is one
}
