package passes_test

import (
	"regulars/models"
	"regulars/passes"
)

const (
	namesTerms = "it chooses the terms that are shown, and is not shown itself"
	oneCode    = "Google's card has one barcode"
	notApple   = "Google Wallet's own"
	noRewards  = "money buys no rewards"
	noStamps   = "a card with stamps is no gift card"
	notGoogle  = "Apple Wallet's own"
	noForm     = "Google asks nobody whose card it is"
)

// cardFields are where each thing stands that a card may say.
var cardFields = []field{
	// The state of the pass.
	{name: "State.Program", apple: nowhere(namesTerms + "; a pass is of no class"), google: at("class.id", "3388.demo"), gift: at("class.id", "3388.demo.gift"),
		without: func(c *card) { c.s.Program, c.p.ID = "other", "other" }},
	{name: "State.Version", apple: nowhere(namesTerms), google: nowhere(namesTerms), without: func(c *card) { c.s.Version, c.p.Version = 4, 4 }},
	{name: "State.Card", apple: at("barcodes[0].message", "70000000000000000011"), google: at("object.barcode.value", "70000000000000000011")},
	{name: "State.Name", apple: at("storeCard.secondaryFields[name].value", "Anna Kowalska"), google: at("object.accountName", "Anna Kowalska"),
		gift: at("object.textModulesData[name].body", "Anna Kowalska")},
	{name: "State.Locale", apple: at("storeCard.headerFields[balance].label", "Points"), google: at("object.loyaltyPoints.label", "Points"),
		gift: at("object.textModulesData[name].header", "Name"), without: func(c *card) { c.s.Locale = "pl" }},
	{name: "State.Balances.Unit", apple: at("storeCard.headerFields[balance].label", "Points"), google: at("object.loyaltyPoints.label", "Points"),
		gift: at("object.balance.micros", "1370000"), without: func(c *card) { c.s.Balances[0].Unit = models.Stamps }},
	{name: "State.Balances.Amount", apple: at("storeCard.headerFields[balance].value", "137"), google: at("object.loyaltyPoints.balance.int", "137"),
		gift: at("object.balance.micros", "1370000")},
	{name: "State.Balances.Usable", apple: at("storeCard.auxiliaryFields[progress].value", "123 / 200"), google: at("object.textModulesData[next].body", "77 points to go"),
		gift: nowhere("what waits is told of; beyond that only rewards ask what can be used, and " + noRewards)},
	{name: "State.Ready.Reward", apple: at("storeCard.primaryFields[reward].value", "Coffee"), google: at("object.textModulesData[ready].body", "Coffee"), gift: never(noRewards)},
	{name: "State.Ready.Times", apple: at("storeCard.primaryFields[reward].value", "2 × "), google: at("object.textModulesData[ready].body", "2 × "), gift: never(noRewards)},
	{name: "State.Next", apple: at("storeCard.auxiliaryFields[progress].label", "Lunch"), google: at("object.textModulesData[next].body", "Lunch"), gift: never(noRewards)},
	{name: "State.Ending.Unit", apple: at("storeCard.backFields[lots].value", "31 points"), google: at("object.textModulesData[dates].body", "31 points"),
		gift: at("object.textModulesData[dates].body", "€0.31"), without: func(c *card) { c.s.Ending.Unit = models.Visits }},
	{name: "State.Ending.Amount", apple: at("storeCard.backFields[lots].value", "31"), google: at("object.textModulesData[dates].body", "31")},
	{name: "State.Ending.Day", apple: at("storeCard.backFields[lots].value", "3 February 2027"), google: at("object.textModulesData[dates].body", "3 February 2027"),
		without: func(c *card) { c.s.Ending.Day = "2027-02-13" }},
	{name: "State.Waiting.Unit", apple: at("storeCard.backFields[lots].value", "17 points"), google: at("object.textModulesData[dates].body", "17 points"),
		gift: at("object.textModulesData[dates].body", "€0.17"), without: func(c *card) { c.s.Waiting[0].Unit = models.Visits }},
	{name: "State.Waiting.Amount", apple: at("storeCard.backFields[lots].value", "17"), google: at("object.textModulesData[dates].body", "17")},
	{name: "State.Waiting.Day", apple: at("storeCard.backFields[lots].value", "5 April 2027"), google: at("object.textModulesData[dates].body", "5 April 2027"),
		without: func(c *card) { c.s.Waiting[0].Day = "2027-04-15" }},
	{name: "State.Tier", apple: at("storeCard.secondaryFields[tier].value", "Gold"), google: at("object.secondaryLoyaltyPoints.balance.string", "Gold"),
		gift: at("object.textModulesData[corner-0].body", "Gold")},
	{name: "State.Memberships.ID", apple: at("storeCard.backFields[balances].value", "Book club"), google: at("object.textModulesData[memberships].body", "Book club")},
	{name: "State.Memberships.Day", apple: at("storeCard.backFields[balances].value", "7 June 2027"), google: at("object.textModulesData[memberships].body", "7 June 2027"),
		without: func(c *card) { c.s.Memberships[0].Day = "2027-06-17" }},
	{name: "State.Memberships.Lapsed", apple: at("storeCard.backFields[balances].value", "paid until"), google: at("object.textModulesData[memberships].body", "paid until"),
		without: func(c *card) { c.s.Memberships[0].Lapsed = true }},
	{name: "State.Memberships.Renew", apple: at("storeCard.backFields[balances].value", "Renew it"), google: at("object.textModulesData[memberships].body", "Renew it")},
	{name: "State.Vouchers.Name", apple: at("storeCard.backFields[vouchers].value", "Birthday cake"), google: at("object.textModulesData[vouchers].body", "Birthday cake")},
	{name: "State.Vouchers.Day", apple: at("storeCard.backFields[vouchers].value", "9 August 2027"), google: at("object.textModulesData[vouchers].body", "9 August 2027")},
	{name: "State.JoinedAt", apple: at("storeCard.backFields[own-since].value", "15 January 2026"), google: at("object.textModulesData[own-since].body", "15 January 2026")},
	{name: "State.Page", apple: at("storeCard.backFields[page].value", "https://cards.example/m/x"), google: at("object.linksModuleData.uris[page].uri", "https://cards.example/m/x")},
	{name: "State.Message", apple: at("storeCard.backFields[message].value", "Today: soup"), google: at("object.textModulesData[message].body", "Today: soup")},
	{name: "State.SignUp", card: asking, apple: at("form.requiredPersonalizationFields", "PKPassPersonalizationFieldName"), google: nowhere(noForm)},
	{name: "State.Voided", apple: at("voided", "true"), google: at("object.state", "INACTIVE"),
		card: func(kind models.CardKind) card {
			c := whole(kind)
			return card{c.p, passes.State{Program: c.p.ID, Version: c.p.Version, Voided: true}}
		}},

	// What the owner designed.
	{name: "Card.Fields.ID", apple: at("storeCard.backFields[own-since].key", "own-since"), google: at("object.textModulesData[own-since].id", "own-since"),
		without: func(c *card) { c.p.Card.Fields[0].ID = "joined" }},
	{name: "Card.Fields.ID", of: " of what is good to know", apple: at("storeCard.backFields[terms].value", "the balance at the till is the one that counts"),
		google: at("class.textModulesData[terms].localizedBody.defaultValue.value", "the balance at the till is the one that counts"), without: leftOut("terms")},
	{name: "Card.Fields.ID", of: " of how to earn", apple: at("storeCard.backFields[earn].value", "1 point for every"),
		google: at("class.textModulesData[earn].localizedBody.defaultValue.value", "1 point for every"), gift: never("money is not earned"), without: leftOut("earn")},
	{name: "Card.Fields.ID", of: " of the rewards", apple: at("storeCard.backFields[rewards].value", "Coffee: 50 points"),
		google: at("class.textModulesData[rewards].localizedBody.defaultValue.value", "Coffee: 50 points"), gift: never(noRewards), without: leftOut("rewards")},
	{name: "Card.Fields.At", card: designed, apple: at("storeCard.secondaryFields[own-who].value", "Anna!"), google: at("class.classTemplateInfo.cardTemplateOverride", "own-who"),
		without: func(c *card) { c.p.Card.Fields[0].At = models.Back }},
	{name: "Card.Fields.Label", apple: at("storeCard.backFields[own-since].label", "Since"), google: at("object.textModulesData[own-since].header", "Since")},
	{name: "Card.Fields.Text", apple: at("storeCard.backFields[own-since].value", "With us"), google: at("object.textModulesData[own-since].body", "With us")},
	{name: "Card.Fields.Align", card: designed, apple: at("storeCard.secondaryFields[own-who].textAlignment", "PKTextAlignmentCenter"),
		google: nowhere("the place in its row decides at Google")},
	{name: "Card.Fallbacks", apple: at("barcodes[1].format", "PKBarcodeFormatAztec"), google: nowhere(oneCode)},
	{name: "Card.Links.Name", apple: at("storeCard.backFields[link-0].attributedValue", "The menu"), google: at("class.linksModuleData.uris[own-0].localizedDescription.defaultValue.value", "The menu")},
	{name: "Card.Links.URL", apple: at("storeCard.backFields[link-0].value", "https://demo.example/menu"), google: at("class.linksModuleData.uris[own-0].uri", "https://demo.example/menu")},
	{name: "Card.Places.At", apple: at("locations[0].latitude", "52.3676"), google: at("class.merchantLocations[0].latitude", "52.3676"),
		without: func(c *card) { c.p.Card.Places[0].At = "48.1, 11.5" }},
	{name: "Card.Places.Text", apple: at("locations[0].relevantText", "Come in"), google: nowhere("Google words its own notice of a place")},
	{name: "Card.Near", apple: at("maxDistance", "150"), google: nowhere("Google decides how near")},
	{name: "Card.Beacons.At", apple: at("beacons[0].proximityUUID", "E2C56DB5-DFFB-48D2-B060-D0F5A71096E0"), google: nowhere("Google knows no beacons"),
		without: func(c *card) { c.p.Card.Beacons[0].At = "00000000-DFFB-48D2-B060-D0F5A71096E0" }},
	{name: "Card.Beacons.Text", apple: at("beacons[0].relevantText", "Hello"), google: nowhere("Google knows no beacons")},
	{name: "Card.Expires", apple: at("expirationDate", "2027-12-31T23:00:00Z"), google: at("object.validTimeInterval.end.date", "2027-12-31T23:59:59+01:00")},
	{name: "Card.Apple.Apps", apple: at("associatedStoreIdentifiers", "1234567890"), google: nowhere(notGoogle + ": its Google counterpart is App")},
	{name: "Card.Apple.Launch", apple: at("appLaunchURL", "cafe://card"), google: nowhere(notGoogle + ": Google opens the app itself")},
	{name: "Card.Apple.Shared", card: func(kind models.CardKind) card {
		c := whole(kind)
		c.p.Card.Apple.Shared = false
		return c
	}, without: func(c *card) { c.p.Card.Apple.Shared = true },
		apple: at("sharingProhibited", "true"), google: nowhere(notGoogle + ": its Google counterpart is Holders")},
	{name: "Card.Apple.NFC", apple: at("nfc.encryptionPublicKey", readers), google: nowhere(notGoogle + ": its Google counterpart is SmartTap")},
	{name: "Card.Apple.SignUp.Ask", card: asking, apple: at("form.requiredPersonalizationFields", "PKPassPersonalizationFieldName"), google: nowhere(noForm)},
	{name: "Card.Apple.SignUp.Text", card: asking, apple: at("form.description", "So that we know you"), google: nowhere(noForm)},
	{name: "Card.Apple.SignUp.Terms", card: asking, apple: at("form.termsAndConditions", "Be kind."), google: nowhere(noForm)},
	{name: "Card.Google.Holders", apple: nowhere(notApple + ": its Apple counterpart is Shared"), google: at("class.multipleDevicesAndHoldersAllowedStatus", "ONE_USER_ONE_DEVICE")},
	{name: "Card.Google.NoScreenshots", apple: nowhere("no iPhone can forbid them"), google: at("object.passConstraints.screenshotEligibility", "INELIGIBLE")},
	{name: "Card.Google.Rotating", apple: nowhere("no barcode of Apple's changes by itself"), google: at("object.rotatingBarcode.valuePattern", "70000000000000000011{totp_value_0}")},
	{name: "Card.Google.Static", card: func(kind models.CardKind) card {
		c := whole(kind)
		c.p.Card.Google.SmartTap = nil
		return c
	}, without: func(c *card) { c.p.Card.Google.Static = models.StaticRefused },
		apple: nowhere("an iPhone shows no other"), google: at("object.barcode.value", "70000000000000000011")},
	{name: "Card.Google.SmartTap", apple: nowhere(notApple + ": its Apple counterpart is NFC"), google: at("object.smartTapRedemptionValue", "70000000000000000011")},
	{name: "Card.Google.App", apple: nowhere(notApple + ": its Apple counterpart is Apps"), google: at("class.appLinkData.androidAppLinkInfo.appTarget.packageName", "com.example.cafe")},
	{name: "Card.Google.Vouchers", apple: nowhere("a voucher is a pass of its own there, and beside no card"), google: at("object.linkedOfferIds", "3388.s.v-1"),
		gift: nowhere("Google links offers to loyalty cards alone")},
	{name: "Card.Google.Provider", apple: nowhere(notApple), google: nowhere("offers name it, not cards")},

	// How it looks.
	{name: "Brand.Background", apple: at("backgroundColor", "rgb(75, 46, 32)"), google: at("class.hexBackgroundColor", "#4b2e20"), without: repainted(&models.Brand{Background: "#002040"})},
	{name: "Brand.Foreground", apple: at("foregroundColor", "rgb(255, 255, 255)"), google: drawing("hero"), without: repainted(&models.Brand{Foreground: "#ffffc0"})},
	{name: "Brand.Label", apple: at("labelColor", "rgb(231, 201, 165)"), google: nowhere("Google chooses the colours of texts"), without: repainted(&models.Brand{Label: "#ffd0d0"})},
	{name: "Brand.Logo", apple: drawing("logo"), google: drawing("logo")},
	{name: "Brand.Logo", of: " as a wordmark", card: spelt, apple: drawing("logo"), google: at("class.wideProgramLogo.sourceUri.uri", "https://cards.example/wide.png")},
	{name: "Brand.Strip", apple: drawing("strip"), google: drawing("hero")},
	{name: "Brand.Shows", apple: drawing("strip"), google: drawing("hero")},
	{name: "Brand.Stamps.Card", card: stamped, apple: drawing("strip"), google: drawing("hero"), gift: never(noStamps)},
	{name: "Brand.Stamps.Shape", card: stamped, apple: drawing("strip"), google: drawing("hero"), gift: never(noStamps)},
	{name: "Brand.Stamps.Icon", card: stamped, apple: drawing("strip"), google: drawing("hero"), gift: never(noStamps)},
	{name: "Brand.Stamps.Free", card: stamped, apple: drawing("strip"), google: drawing("hero"), gift: never(noStamps)},
	{name: "Brand.Stamps.Picture", card: func(kind models.CardKind) card {
		c := stamped(kind)
		c.p.Brand.Stamps.Picture = painted(120, 120)
		return c
	}, apple: drawing("strip"), google: drawing("hero"), gift: never(noStamps)},

	// Whom to ask.
	{name: "Contact.Email", apple: at("storeCard.backFields[contact].value", "hello@demo.example"), google: at("class.linksModuleData.uris[email].uri", "mailto:hello@demo.example")},
	{name: "Contact.Phone", apple: at("storeCard.backFields[contact].value", "+31201234567"), google: at("class.linksModuleData.uris[phone].uri", "tel:+31201234567")},
	{name: "Contact.Website", apple: at("storeCard.backFields[contact].value", "https://demo.example"), google: at("class.homepageUri.uri", "https://demo.example")},
	{name: "Contact.Address", apple: at("storeCard.backFields[contact].value", "Main Street 1"), google: at("class.textModulesData[address].localizedBody.defaultValue.value", "Main Street 1")},
}

// leftOut leaves a part of our back out, as an owner can.
func leftOut(part models.RuleID) func(*card) {
	return func(c *card) {
		c.p.Card.Fields = append(c.p.Card.Fields, models.CardField{ID: part, At: models.Back})
	}
}

// repainted gives a card another colour.
func repainted(b *models.Brand) func(*card) {
	return func(c *card) {
		for _, paint := range []struct{ from, to *string }{
			{&b.Background, &c.p.Brand.Background}, {&b.Foreground, &c.p.Brand.Foreground}, {&b.Label, &c.p.Brand.Label},
		} {
			if *paint.from != "" {
				*paint.to = *paint.from
			}
		}
	}
}
