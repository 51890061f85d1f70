package google

import (
	"encoding/hex"
	"strings"
	"time"

	"google.golang.org/api/walletobjects/v1"

	"regulars/models"
	"regulars/passes"
	"regulars/passes/barcode"
)

// TOTPPeriod is how long a changing barcode shows the same code.
const TOTPPeriod = 30 * time.Second

// barcodes are the codes of a card. key is that of its changing barcode, if it has
// one: a secret, which is why an object is never part of a save link.
func barcodes(p *models.Program, s passes.State, key []byte) (static *walletobjects.Barcode, rotating *walletobjects.RotatingBarcode) {
	if s.Voided {
		return nil, nil
	}
	kind, number := barcodeTypes[p.Barcode], barcode.Group(s.Card)
	static = &walletobjects.Barcode{Type: kind, Value: string(s.Card), AlternateText: number}
	if !p.Card.Google.Rotating || len(key) == 0 {
		return static, nil
	}
	rotating = &walletobjects.RotatingBarcode{
		Type: kind, AlternateText: number,
		// Digits alone, like the card number: a hand scanner types them right on
		// every keyboard.
		ValuePattern: string(s.Card) + "{totp_value_0}",
		TotpDetails: &walletobjects.RotatingBarcodeTotpDetails{
			Algorithm: "TOTP_SHA1", PeriodMillis: TOTPPeriod.Milliseconds(),
			Parameters: []*walletobjects.RotatingBarcodeTotpDetailsTotpParameters{
				{Key: strings.ToUpper(hex.EncodeToString(key)), ValueLength: TOTPDigits},
			},
		},
	}
	if p.Card.Google.Static == models.StaticRefused {
		static = nil // who has an old phone would show what no till takes
	}
	return static, rotating
}

// Rotate gives a loyalty card its codes, with the key of the one that changes.
func Rotate(o *walletobjects.LoyaltyObject, p *models.Program, s passes.State, key []byte) {
	o.Barcode, o.RotatingBarcode = barcodes(p, s, key)
	nullEmpty(&o.NullFields, map[string]bool{"Barcode": o.Barcode == nil, "RotatingBarcode": o.RotatingBarcode == nil})
}
