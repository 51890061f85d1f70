package apple

// The keys of pass.json (DOC pass, passfields, passfieldcontent,
// pass/barcodes-data.dictionary, pass/locations-data.dictionary,
// pass/beacons-data.dictionary, pass/relevantdates-data.dictionary, pass/nfc,
// creating-a-poster-generic-pass; what is new in iOS 18, 26 and 27 by PB).

var passKeys = schema{
	"formatVersion":      {form: formWhole},
	"passTypeIdentifier": {form: formText}, "teamIdentifier": {form: formText}, "serialNumber": {form: formText},
	"organizationName": {form: formText}, "description": {form: formText}, "logoText": {form: formText},

	"backgroundColor": {form: formColour}, "foregroundColor": {form: formColour}, "labelColor": {form: formColour}, "stripColor": {form: formColour},

	"barcodes": {form: formList, of: barcodeKeys}, "barcode": {form: formObject, of: barcodeKeys},
	"locations": {form: formList, of: locationKeys}, "beacons": {form: formList, of: beaconKeys},
	"maxDistance":  {form: formNumber, lenient: true}, // a text was seen to be passed over
	"relevantDate": {form: formDate}, "relevantDates": {form: formList, of: relevantKeys}, "expirationDate": {form: formDate},
	"voided": {form: formFlag},

	"webServiceURL": {form: formText}, "authenticationToken": {form: formText}, // judged with our own passes' rules

	"userInfo": {}, "semantics": {form: formObject, of: tagKeys},
	"associatedStoreIdentifiers": {form: formList, items: formWhole}, "auxiliaryStoreIdentifiers": {form: formList, items: formWhole},
	"appLaunchURL": {form: formLink}, "sharingProhibited": {form: formFlag}, "suppressStripShine": {form: formFlag},
	"groupingIdentifier":    {form: formText},
	"nfc":                   {form: formObject, of: nfcKeys},
	"preferredStyleSchemes": {form: formList, items: formText, choices: []string{"posterEventTicket", "eventTicket", "semanticBoardingPass", "boardingPass"}},

	// iOS 18: event guides
	"eventLogoText": {form: formText}, "footerBackgroundColor": {form: formColour},
	"useAutomaticColors": {form: formFlag}, "suppressHeaderDarkening": {form: formFlag},
	"additionalInfoFields": {form: formList, of: fieldKeys},
	"bagPolicyURL":         {form: formLink}, "orderFoodURL": {form: formLink}, "parkingInformationURL": {form: formLink},
	"directionsInformationURL": {form: formLink}, "purchaseParkingURL": {form: formLink}, "merchandiseURL": {form: formLink},
	"transitInformationURL": {form: formLink}, "accessibilityURL": {form: formLink}, "addOnURL": {form: formLink},
	"contactVenueEmail": {form: formText}, "contactVenuePhoneNumber": {form: formText}, "contactVenueWebsite": {form: formLink},
	"transferURL": {form: formLink}, "sellURL": {form: formLink},

	// iOS 26: what comes next, and airlines
	"upcomingPassInformation": {form: formList, items: formObject},
	"changeSeatURL":           {form: formLink}, "managementURL": {form: formLink}, "upgradeURL": {form: formLink}, "purchaseWifiURL": {form: formLink},
	"purchaseLoungeAccessURL": {form: formLink}, "purchaseAdditionalBaggageURL": {form: formLink}, "entertainmentURL": {form: formLink},
	"reportLostBagURL": {form: formLink}, "trackBagsURL": {form: formLink}, "requestWheelchairURL": {form: formLink},
	"registerServiceAnimalURL": {form: formLink}, "transitProviderEmail": {form: formText},
	"transitProviderPhoneNumber": {form: formText}, "transitProviderWebsiteURL": {form: formLink},

	// iOS 27: posters of any kind
	"featuredActions": {form: formList, of: actionKeys}, "logoSymbolName": {form: formText},

	"storeCard": {form: formObject, of: styleKeys}, "coupon": {form: formObject, of: styleKeys}, "generic": {form: formObject, of: styleKeys},
	"eventTicket": {form: formObject, of: styleKeys}, "boardingPass": {form: formObject, of: styleKeys}, "posterGeneric": {form: formObject, of: styleKeys},
}

var styleKeys = schema{
	"headerFields": {form: formList, of: fieldKeys}, "primaryFields": {form: formList, of: fieldKeys},
	"secondaryFields": {form: formList, of: fieldKeys}, "auxiliaryFields": {form: formList, of: fieldKeys},
	"backFields": {form: formList, of: fieldKeys}, "footerFields": {form: formList, of: fieldKeys},
	"additionalInfoFields": {form: formList, of: fieldKeys}, "transitType": {form: formText},
}

var fieldKeys = schema{
	"key": {form: formText}, "value": {form: formValue}, "label": {form: formText}, "changeMessage": {form: formText},
	"attributedValue": {form: formValue}, "currencyCode": {form: formText}, "row": {form: formWhole}, "semantics": {form: formObject, of: tagKeys},
	"isRelative": {form: formFlag}, "ignoresTimeZone": {form: formFlag},
	"dataDetectorTypes": {form: formList, items: formText, choices: detectors},
	"textAlignment":     {form: formText, choices: alignments},
	"dateStyle":         {form: formText, choices: dateStyles}, "timeStyle": {form: formText, choices: dateStyles},
	"numberStyle": {form: formText, choices: numberStyles},
}

var barcodeKeys = schema{
	"format": {form: formText}, "message": {form: formText}, "messageEncoding": {form: formText}, "altText": {form: formText},
}

var locationKeys = schema{
	"latitude": {form: formNumber, needed: true}, "longitude": {form: formNumber, needed: true}, "altitude": {form: formNumber}, "relevantText": {form: formText},
}

var beaconKeys = schema{
	"proximityUUID": {form: formText, needed: true}, "major": {form: formWhole}, "minor": {form: formWhole}, "relevantText": {form: formText},
}

// relevantKeys have what iOS 18 called relevantDate beside its name since
// iOS 26, date.
var relevantKeys = schema{
	"date": {form: formDate}, "relevantDate": {form: formDate}, "startDate": {form: formDate}, "endDate": {form: formDate},
}

var nfcKeys = schema{
	"message": {form: formText}, "encryptionPublicKey": {form: formText}, "requiresAuthentication": {form: formFlag},
}

// tagKeys are those that our passes have; there are many more.
var tagKeys = schema{
	"balance": {form: formObject, of: amountKeys}, "totalPrice": {form: formObject, of: amountKeys},
	"membershipProgramName": {form: formText}, "membershipProgramNumber": {form: formText},
	"eventName": {form: formText}, "eventStartDate": {form: formDate}, "eventEndDate": {form: formDate},
	"venueName": {form: formText}, "venueLocation": {form: formObject, of: locationKeys}, "venuePhoneNumber": {form: formText},
	others: {},
}

var amountKeys = schema{"amount": {form: formText, needed: true}, "currencyCode": {form: formText, needed: true}}

var actionKeys = schema{
	"identifier": {form: formText, needed: true}, "url": {form: formLink},
	"type": {form: formText, needed: true, choices: []string{
		"viewSchedule", "watchTrailer", "listenToMusic", "call", "place", "addToBalance", "order", "shop", "membershipBenefits",
		"bookAppointment", "bookCar", "bookFlight", "bookStay", "viewOffersRewards",
	}},
}

var transitTypes = []string{"PKTransitTypeAir", "PKTransitTypeBoat", "PKTransitTypeBus", "PKTransitTypeGeneric", "PKTransitTypeTrain"}
