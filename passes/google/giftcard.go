package google

import (
	"slices"
	"strconv"

	"google.golang.org/api/walletobjects/v1"

	"regulars/models"
	"regulars/passes"
	"regulars/templates"
)

// giftClass is what the cards of a program share that holds money and nothing else:
// Google shows that as a gift card, with the money as money.
func giftClass(p *models.Program, issuer string, images Images, callback string) *walletobjects.GiftCardClass {
	like := Class(p, issuer, images, callback)
	c := &walletobjects.GiftCardClass{
		Id: CardClassID(models.GiftCard, issuer, p.ID), IssuerName: like.IssuerName, MerchantName: p.Name, LocalizedMerchantName: like.LocalizedProgramName,
		ProgramLogo: like.ProgramLogo, WideProgramLogo: like.WideProgramLogo, HeroImage: like.HeroImage,
		HexBackgroundColor: like.HexBackgroundColor, CountryCode: like.CountryCode, ReviewStatus: like.ReviewStatus,
		CardNumberLabel: like.AccountIdLabel, LocalizedCardNumberLabel: like.LocalizedAccountIdLabel,
		TextModulesData: like.TextModulesData, ClassTemplateInfo: giftTemplate(like.ClassTemplateInfo),
		HomepageUri: like.HomepageUri, LinksModuleData: like.LinksModuleData, CallbackOptions: like.CallbackOptions,
		MultipleDevicesAndHoldersAllowedStatus: like.MultipleDevicesAndHoldersAllowedStatus,
		AppLinkData:                            like.AppLinkData, MerchantLocations: like.MerchantLocations,
		EnableSmartTap: like.EnableSmartTap, RedemptionIssuers: like.RedemptionIssuers,
		ForceSendFields: []string{"EnableSmartTap"},
	}
	nullEmpty(&c.NullFields, map[string]bool{
		"WideProgramLogo": c.WideProgramLogo == nil, "HeroImage": c.HeroImage == nil, "HomepageUri": c.HomepageUri == nil,
		"LinksModuleData": c.LinksModuleData == nil, "CallbackOptions": c.CallbackOptions == nil,
		"ClassTemplateInfo": c.ClassTemplateInfo == nil, "LocalizedMerchantName": c.LocalizedMerchantName == nil,
		"AppLinkData": c.AppLinkData == nil, "MerchantLocations": len(c.MerchantLocations) == 0, "RedemptionIssuers": len(c.RedemptionIssuers) == 0,
	})
	return c
}

// giftTemplate is an owner's arrangement with the money in its first row: a gift
// card has one balance, under another name.
func giftTemplate(own *walletobjects.ClassTemplateInfo) *walletobjects.ClassTemplateInfo {
	if own == nil {
		return nil
	}
	rows := own.CardTemplateOverride.CardRowTemplateInfos
	first := rowOf([]*walletobjects.TemplateItem{item("object.balance")})
	return &walletobjects.ClassTemplateInfo{CardTemplateOverride: &walletobjects.CardTemplateOverride{
		CardRowTemplateInfos: append([]*walletobjects.CardRowTemplateInfo{first}, rows[1:]...),
	}}
}

// giftObject is a card that holds money.
func (c *Card) giftObject() *walletobjects.GiftCardObject {
	p, s := c.Program, c.State
	o := &walletobjects.GiftCardObject{
		Id: c.ID.String(), ClassId: CardClassID(models.GiftCard, c.ID.Issuer, p.ID), State: "ACTIVE", HeroImage: image(p, c.Hero),
		// It can't be left out, and the number of a voided card is nobody's to know.
		CardNumber: "-",
	}
	if s.Voided {
		o.State = "INACTIVE"
	} else {
		s, counts := moneyFirst(s)
		like := Object(p, s, c.ID, c.Hero)
		o.CardNumber, o.LinksModuleData = string(s.Card), like.LinksModuleData
		if counts {
			o.Balance = money(p, s.Primary().Amount)
		}
		o.TextModulesData = shown(append(giftTexts(p, s, like, counts), like.TextModulesData...))
	}
	o.Barcode, o.RotatingBarcode = barcodes(p, s, c.Key)
	chosen := ownOf(p, s)
	o.PassConstraints, o.ValidTimeInterval, o.SmartTapRedemptionValue = chosen.constraints, chosen.valid, chosen.tap
	nullEmpty(&o.NullFields, chosen.empty())
	nullEmpty(&o.NullFields, map[string]bool{
		"Balance": o.Balance == nil, "Barcode": o.Barcode == nil, "RotatingBarcode": o.RotatingBarcode == nil,
		"TextModulesData": len(o.TextModulesData) == 0, "LinksModuleData": o.LinksModuleData == nil,
		"Messages": s.Voided, "HeroImage": o.HeroImage == nil,
	})
	return o
}

// moneyFirst returns what the card says with its money before all else, as a program
// may have come to count other things too. It reports false when the program has
// ceased to count money: the object stays a gift card, of which Google makes nothing
// else, and shows no sum that nobody has.
func moneyFirst(s passes.State) (passes.State, bool) {
	at := slices.IndexFunc(s.Balances, func(b passes.Balance) bool { return b.Unit == models.Value })
	if at < 0 {
		return s, false
	}
	s.Balances = slices.Concat(s.Balances[at:at+1], s.Balances[:at], s.Balances[at+1:])
	return s, true
}

// giftTexts are what a loyalty card has places of its own for.
func giftTexts(p *models.Program, s passes.State, like *walletobjects.LoyaltyObject, counts bool) []*walletobjects.TextModuleData {
	t := templates.For(s.Locale, p.Locale)
	var list []*walletobjects.TextModuleData
	add := func(id, header, body string) {
		if body != "" {
			list = append(list, &walletobjects.TextModuleData{Id: id, Header: header, Body: body})
		}
	}
	add("name", t.Say("googleName"), s.Name)
	corner := []*walletobjects.LoyaltyPoints{like.SecondaryLoyaltyPoints}
	if !counts || len(p.Card.In(models.Header)) > 0 { // else it is the money
		corner = append([]*walletobjects.LoyaltyPoints{like.LoyaltyPoints}, corner...)
	}
	for i, points := range corner {
		switch {
		case points == nil:
		case points.Balance.String != "":
			add("corner-"+strconv.Itoa(i), points.Label, points.Balance.String)
		default:
			add("corner-"+strconv.Itoa(i), points.Label, t.Number(points.Balance.Int))
		}
	}
	return list
}

// money is an amount of minor units in Google's millionths.
func money(p *models.Program, minor int64) *walletobjects.Money {
	places, _ := models.CurrencyDigits(p.Currency)
	micros := minor
	for range 6 - places {
		micros *= 10 // far below 2^63: a card holds less than 10^12 minor units
	}
	return &walletobjects.Money{CurrencyCode: p.Currency, Micros: micros, ForceSendFields: []string{"Micros"}}
}
