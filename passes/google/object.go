package google

import (
	"google.golang.org/api/walletobjects/v1"

	"regulars/models"
	"regulars/passes"
	"regulars/passes/barcode"
	"regulars/templates"
)

// barcodeTypes are Google's names of our symbologies.
var barcodeTypes = map[models.Symbology]string{
	models.QR: "QR_CODE", models.PDF417: "PDF_417", models.Aztec: "AZTEC", models.Code128: "CODE_128",
}

// Object returns the card of one member, in the member's language. A voided
// card is inactive and blank: Google keeps objects for ever, so what was
// personal is overwritten.
func Object(p *models.Program, s passes.State, id ObjectID) *walletobjects.LoyaltyObject {
	o := &walletobjects.LoyaltyObject{Id: id.String(), ClassId: ClassID(id.Issuer, p.ID), State: "ACTIVE"}
	if s.Voided {
		o.State = "INACTIVE"
	} else {
		fill(o, p, s)
	}
	nullEmpty(&o.NullFields, map[string]bool{
		"AccountId": o.AccountId == "", "AccountName": o.AccountName == "", "Barcode": o.Barcode == nil,
		"LoyaltyPoints": o.LoyaltyPoints == nil, "SecondaryLoyaltyPoints": o.SecondaryLoyaltyPoints == nil,
		"TextModulesData": len(o.TextModulesData) == 0, "LinksModuleData": o.LinksModuleData == nil,
		"Messages": s.Voided,
	})
	return o
}

func fill(o *walletobjects.LoyaltyObject, p *models.Program, s passes.State) {
	t := templates.For(s.Locale, p.Locale)
	number := barcode.Group(s.Card)
	// Google shows 20 characters of an account: the number without its spaces.
	o.AccountId, o.AccountName = string(s.Card), s.Name
	o.Barcode = &walletobjects.Barcode{Type: barcodeTypes[p.Barcode], Value: string(s.Card), AlternateText: number}
	o.LoyaltyPoints = &walletobjects.LoyaltyPoints{
		Label: t.Say("googlePoints"),
		// The client drops a zero unless told not to, and a phone would go on
		// showing the points that were just spent.
		Balance: &walletobjects.LoyaltyPointsBalance{Int: s.Balance, ForceSendFields: []string{"Int"}},
	}
	if s.Tier != "" {
		// rewardsTier belongs to the class, where all members share it.
		o.SecondaryLoyaltyPoints = &walletobjects.LoyaltyPoints{
			Label: t.Say("googleTier"), Balance: &walletobjects.LoyaltyPointsBalance{String: s.Tier},
		}
	}
	o.TextModulesData = objectTexts(t, p, s)
	if s.Page != "" {
		o.LinksModuleData = links([]*walletobjects.Uri{{Id: "page", Uri: s.Page, Description: t.Say("googlePage")}})
	}
}

// objectTexts says what is in force, what the balance buys and how far the
// next reward is.
func objectTexts(t *templates.Texts, p *models.Program, s passes.State) []*walletobjects.TextModuleData {
	var list []*walletobjects.TextModuleData
	add := func(id, header, body string) {
		list = append(list, &walletobjects.TextModuleData{Id: id, Header: header, Body: body})
	}
	if s.Message != "" {
		add("message", t.Say("googleNews"), s.Message)
	}
	ready, next := s.Ready(p)
	if len(ready) > 0 {
		add("ready", t.Say("googleReady"), priceList(t, ready))
	}
	if next != nil {
		add("next", t.Say("googleNext"), t.Count("googleNextBody", next.Cost-s.Balance, templates.Args{"Reward": next.Name}))
	}
	return list
}
