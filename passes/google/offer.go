package google

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"strings"

	"google.golang.org/api/walletobjects/v1"

	"regulars/models"
	"regulars/passes/barcode"
	"regulars/templates"
)

// How much Google shows of an offer, in characters.
const (
	maxTitle      = 60
	maxShortTitle = 20
	maxProvider   = 12
)

// Offer is a voucher as it stands beside its member's card.
type Offer struct {
	Program *models.Program // as it is now: how the offer looks
	Voucher models.Voucher
	State   models.VoucherState // as which it is shown; only one that is good has a code
	ID      string              // of the object, without the issuer
	Locale  string              // of the member
}

// OfferID is the id of an offer beside a card, which nobody can guess. tag is of the
// voucher and of the card, and in hexadecimal digits.
func OfferID(card ObjectID, tag string) string { return card.String() + offerMark + tag }

// offerMark is in the ids of offers and in none of cards: what follows a dot there
// is two hexadecimal digits.
const offerMark = ".v-"

// OfferClassID is the id of the class of a reward's offers. A voucher stays what was
// promised, whatever the program says of the reward later, so each promise has a
// class of its own.
func OfferClassID(issuer string, program models.ProgramID, r *models.Reward) string {
	promise := *r
	promise.Expense, promise.Stock = 0, 0 // the business's own affair
	b, err := json.Marshal(promise)
	if err != nil {
		panic(err) // plain data
	}
	sum := sha256.Sum256(b)
	return ClassID(issuer, program) + offerMark + suffix(string(r.ID)) + "-" + hex.EncodeToString(sum[:5])
}

// ClassID is the id of the offer's class.
func (o *Offer) ClassID(issuer string) string {
	return OfferClassID(issuer, o.Program.ID, &o.Voucher.Reward)
}

// Class is what all vouchers for the same reward share.
func (o *Offer) Class(issuer string, images Images) *walletobjects.OfferClass {
	p, name := o.Program, o.Voucher.Reward.Name
	chosen := sharedOf(p)
	c := &walletobjects.OfferClass{
		Id: o.ClassID(issuer), IssuerName: p.Organization, ReviewStatus: "UNDER_REVIEW", RedemptionChannel: "INSTORE",
		Provider: provider(p), CountryCode: p.Country, HexBackgroundColor: p.Brand.Background,
		Title: cut(name, maxTitle), LocalizedTitle: everywhere(p, translation(p, name, maxTitle)),
		ShortTitle: cut(name, maxShortTitle), LocalizedShortTitle: everywhere(p, translation(p, name, maxShortTitle)),
		Details: o.details(templates.For(p.Locale)), LocalizedDetails: everywhere(p, o.details),
		FinePrint: templates.For(p.Locale).Say("googleOfferUse"), LocalizedFinePrint: everywhere(p, say("googleOfferUse")),
		TitleImage: image(p, images.Logo), WideTitleImage: image(p, images.Wide), HeroImage: image(p, images.Hero),
		LinksModuleData: links(contacts(p)), MerchantLocations: chosen.places, AppLinkData: chosen.app,
		MultipleDevicesAndHoldersAllowedStatus: chosen.holders,
		EnableSmartTap:                         len(chosen.readers) > 0, RedemptionIssuers: chosen.readers, ForceSendFields: []string{"EnableSmartTap"},
	}
	if p.Contact.Website != "" {
		c.HomepageUri = &walletobjects.Uri{Uri: p.Contact.Website, LocalizedDescription: everywhere(p, say("googleWebsite")), Id: "website"}
	}
	nullEmpty(&c.NullFields, map[string]bool{
		"TitleImage": c.TitleImage == nil, "WideTitleImage": c.WideTitleImage == nil, "HeroImage": c.HeroImage == nil, "HomepageUri": c.HomepageUri == nil,
		"LinksModuleData": c.LinksModuleData == nil,
	})
	nullEmpty(&c.NullFields, chosen.empty())
	return c
}

// details say what the voucher is for, and what there is to choose.
func (o *Offer) details(t *templates.Texts) string {
	p, r := o.Program, &o.Voucher.Reward
	lines := []string{p.Say(r.Name, t.Lang)}
	for _, choice := range r.Choose {
		lines = append(lines, "• "+p.Say(choice, t.Lang))
	}
	if r.By != "" {
		lines = append(lines, t.Say("googleOfferBy", templates.Args{"Partner": r.By}))
	}
	return fit(lines)
}

// states are Google's words for what became of a voucher.
var states = map[models.VoucherState]string{
	models.VoucherGood: "ACTIVE", models.VoucherWaits: "ACTIVE", models.VoucherUsed: "COMPLETED",
	models.VoucherExpired: "EXPIRED", models.VoucherCancelled: "INACTIVE",
}

// Object is the voucher itself. What is over keeps no code, and no word of what it
// was given for.
func (o *Offer) Object(issuer string) *walletobjects.OfferObject {
	v, p := &o.Voucher, o.Program
	object := &walletobjects.OfferObject{
		Id: o.ID, ClassId: o.ClassID(issuer), State: states[o.State], ValidTimeInterval: interval(p, v.From, v.Until),
		GroupingInfo: &walletobjects.GroupingInfo{GroupingId: string(p.ID)}, // one stack in the wallet
	}
	if object.State == "ACTIVE" {
		object.Barcode = &walletobjects.Barcode{Type: barcodeTypes[p.Barcode], Value: string(v.Code), AlternateText: barcode.Group(v.Code)}
		if v.Reason != "" {
			t := templates.For(o.Locale, p.Locale)
			object.TextModulesData = []*walletobjects.TextModuleData{{Id: "reason", Header: t.Say("googleOfferFor"), Body: p.Say(v.Reason, t.Lang)}}
		}
		if p.Card.Google.NoScreenshots {
			object.PassConstraints = &walletobjects.PassConstraints{ScreenshotEligibility: "INELIGIBLE"}
		}
		if len(p.Card.Google.SmartTap) > 0 {
			object.SmartTapRedemptionValue = string(v.Code) // ASCII, as Google wants it
		}
	}
	nullEmpty(&object.NullFields, map[string]bool{
		"Barcode": object.Barcode == nil, "TextModulesData": len(object.TextModulesData) == 0,
		"PassConstraints": object.PassConstraints == nil, "ValidTimeInterval": object.ValidTimeInterval == nil,
		"SmartTapRedemptionValue": object.SmartTapRedemptionValue == "",
	})
	return object
}

// provider is who gives the offer, as short as Google shows it.
func provider(p *models.Program) string {
	if p.Card.Google.Provider != "" {
		return p.Card.Google.Provider
	}
	return cut(p.Organization, maxProvider)
}

// translation is a text of the owner's in each language, cut to a length.
func translation(p *models.Program, text string, most int) phrase {
	return func(t *templates.Texts) string { return cut(p.Say(text, t.Lang), most) }
}

// cut shortens a text to so many characters, at the end of a word where one is near.
func cut(s string, most int) string {
	r := []rune(s)
	if len(r) <= most {
		return s
	}
	short := string(r[:most-1])
	if at := strings.LastIndexByte(short, ' '); at > len(short)/2 {
		short = short[:at]
	}
	return strings.TrimRight(short, " ") + "…"
}
