package wallettest

import "google.golang.org/api/walletobjects/v1"

// kind is one of Google's collections.
type kind struct {
	name     string
	class    string     // of an object: the collection that its class is in; empty for classes
	reviewed bool       // has a reviewStatus
	typed    func() any // for the names and types of its fields
	required []string
	notify   []string // the fields whose change may notify the holder
}

// kinds are the collections of the cards that a shop issues, with the fields
// that Google requires of each.
var kinds = map[string]kind{
	"loyaltyClass": {
		name: "loyaltyClass", reviewed: true, typed: func() any { return new(walletobjects.LoyaltyClass) },
		required: []string{"id", "issuerName", "programName", "programLogo", "reviewStatus"},
		notify:   []string{"programName", "rewardsTier", "secondaryRewardsTier"},
	},
	"loyaltyObject": {
		name: "loyaltyObject", class: "loyaltyClass", typed: func() any { return new(walletobjects.LoyaltyObject) },
		required: []string{"id", "classId", "state"},
		notify:   []string{"loyaltyPoints.balance", "secondaryLoyaltyPoints.balance"},
	},
	"offerClass": {
		name: "offerClass", reviewed: true, typed: func() any { return new(walletobjects.OfferClass) },
		required: []string{"id", "issuerName", "provider", "redemptionChannel", "title", "reviewStatus"},
		notify:   []string{"title"},
	},
	"offerObject": {
		name: "offerObject", class: "offerClass", typed: func() any { return new(walletobjects.OfferObject) },
		required: []string{"id", "classId", "state"},
	},
	"giftCardClass": {
		name: "giftCardClass", reviewed: true, typed: func() any { return new(walletobjects.GiftCardClass) },
		required: []string{"id", "issuerName", "reviewStatus"},
	},
	"giftCardObject": {
		name: "giftCardObject", class: "giftCardClass", typed: func() any { return new(walletobjects.GiftCardObject) },
		required: []string{"id", "classId", "state", "cardNumber"},
		notify:   []string{"balance"},
	},
	"genericClass": {
		name: "genericClass", typed: func() any { return new(walletobjects.GenericClass) }, required: []string{"id"},
	},
	"genericObject": {
		name: "genericObject", class: "genericClass", typed: func() any { return new(walletobjects.GenericObject) },
		required: []string{"id", "classId", "cardTitle", "header"},
	},
}

// enums are the values that fields may have, wherever the field stands. The
// deprecated spelling in camel case is refused: no new program should use it.
var enums = map[string][]string{
	"state":        {"ACTIVE", "COMPLETED", "EXPIRED", "INACTIVE"},
	"reviewStatus": {"DRAFT", "UNDER_REVIEW"},
	"multipleDevicesAndHoldersAllowedStatus": {
		"STATUS_UNSPECIFIED", "MULTIPLE_HOLDERS", "ONE_USER_ALL_DEVICES", "ONE_USER_ONE_DEVICE",
	},
	"redemptionChannel": {"INSTORE", "ONLINE", "BOTH", "TEMPORARY_PRICE_REDUCTION"},
	"notifyPreference":  {"NOTIFICATION_SETTINGS_FOR_UPDATES_UNSPECIFIED", "NOTIFY_ON_UPDATE"},
	"barcode.type": {
		"AZTEC", "CODE_39", "CODE_128", "CODABAR", "DATA_MATRIX", "EAN_8", "EAN_13", "ITF_14", "PDF_417", "QR_CODE", "UPC_A", "TEXT_ONLY",
	},
	"rotatingBarcode.type":  {"QR_CODE", "PDF_417"},
	"messageType":           {"TEXT", "TEXT_AND_NOTIFY"},
	"screenshotEligibility": {"SCREENSHOT_ELIGIBILITY_UNSPECIFIED", "ELIGIBLE", "INELIGIBLE"},
}

// limits are the longest lists that are taken.
var limits = map[string]int{
	"merchantLocations": 10, "messages": 10, "valueAddedModuleData": 15, "linkedObjectIds": 50,
}

// platformFields are set by Google alone; what a caller says about them is
// ignored.
var platformFields = []string{"hasUsers", "hasLinkedDevice", "classReference", "review", "kind", "version"}
