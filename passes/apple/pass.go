package apple

import "regulars/passes/art"

// Pass is pass.json of a store card. Field names and limits are Apple's
// (Wallet Passes, "Pass").
type Pass struct {
	FormatVersion       int       `json:"formatVersion"` // always 1
	PassTypeIdentifier  string    `json:"passTypeIdentifier"`
	SerialNumber        string    `json:"serialNumber"` // never changes, never used again
	TeamIdentifier      string    `json:"teamIdentifier"`
	OrganizationName    string    `json:"organizationName"` // the title on the lock screen
	Description         string    `json:"description"`      // read aloud
	LogoText            string    `json:"logoText,omitempty"`
	ForegroundColor     string    `json:"foregroundColor,omitempty"` // rgb(r, g, b)
	BackgroundColor     string    `json:"backgroundColor,omitempty"`
	LabelColor          string    `json:"labelColor,omitempty"`
	WebServiceURL       string    `json:"webServiceURL,omitempty"`       // phones add /v1/…
	AuthenticationToken string    `json:"authenticationToken,omitempty"` // at least 16 characters, never changes
	SharingProhibited   bool      `json:"sharingProhibited,omitempty"`
	Voided              bool      `json:"voided,omitempty"`
	Barcodes            []Barcode `json:"barcodes,omitempty"` // the first that the device can draw is shown
	StoreCard           Fields    `json:"storeCard"`

	look art.Look // of the strip, which is no part of pass.json
}

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
	Value         any    `json:"value"`                   // text, or a number that the phone writes in its own way
	ChangeMessage string `json:"changeMessage,omitempty"` // shown when the value changed; %@ stands for the new one
	NumberStyle   string `json:"numberStyle,omitempty"`
	TextAlignment string `json:"textAlignment,omitempty"` // not on primary and back fields
	Attributed    string `json:"attributedValue,omitempty"`
}

// Barcode is one of the codes that a pass offers.
type Barcode struct {
	Format          string `json:"format"`
	Message         string `json:"message"`
	MessageEncoding string `json:"messageEncoding"`
	AltText         string `json:"altText,omitempty"`
}

// The values that pass.json knows for a barcode's format and a number's style.
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

	styleDecimal = "PKNumberStyleDecimal"
	alignLeft    = "PKTextAlignmentLeft"
	alignCenter  = "PKTextAlignmentCenter"
	alignRight   = "PKTextAlignmentRight"
)

// areas returns the fields by the names that pass.json gives them.
func (f *Fields) areas() []area {
	return []area{
		{name: "headerFields", fields: f.Header}, {name: "primaryFields", fields: f.Primary}, {name: "secondaryFields", fields: f.Secondary},
		{name: "auxiliaryFields", fields: f.Auxiliary}, {name: "backFields", fields: f.Back},
	}
}

type area struct {
	name   string
	fields []Field
	rows   int // that the fields are spread over; 0 is one
}
