package apple

import (
	"encoding/json"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"regulars/models"
)

// complete returns a pass of a style with all that Apple defines for it.
func complete(t *testing.T, style Style, id Identity) Pass {
	t.Helper()
	pass, err := Card(cafe(), anna(), id)
	require.NoError(t, err)
	begin := Date{time.Date(2026, 12, 24, 17, 0, 0, 0, time.FixedZone("", 3600))}
	price, err := Money(1250, "EUR")
	require.NoError(t, err)
	pass.Style = style
	pass.ExpirationDate = Date{noon.AddDate(1, 0, 0)}
	pass.Companion = &Companion{Stores: []int64{284910350, 375380948}, LaunchURL: "cafe://card/1"}
	pass.NFC = &NFC{Message: "70000000000000000011", EncryptionPublicKey: publicKey(t), RequiresAuthentication: true}
	minor := uint16(0)
	pass.Relevance = &Relevance{
		Locations:   []Location{{Latitude: 52.3702, Longitude: 4.8952, Altitude: -2, RelevantText: "Coffee is ready"}, {Latitude: -0.5, Longitude: 1e-7}},
		MaxDistance: 150,
		Beacons:     []Beacon{{ProximityUUID: "E2C56DB5-DFFB-48D2-B060-D0F5A71096E0", Minor: &minor, RelevantText: "Welcome"}, {ProximityUUID: "e2c56db5-dffb-48d2-b060-d0f5a71096e1"}},
	}
	if style == EventTicket {
		pass.GroupingIdentifier = "tasting"
		pass.RelevantDate = begin
		pass.RelevantDates = []RelevantDate{{Date: begin}, {Begin: begin, End: Date{begin.Add(24 * time.Hour)}}}
	}
	pass.Semantics = &Tags{
		MembershipName: "Corner Café", MembershipNumber: "7000", TotalPrice: &Amount{price.String(), "EUR"},
		EventName: "Tasting", EventStart: begin, EventEnd: Date{begin.Add(time.Hour)},
		VenueName: "Corner Café", VenueLocation: &Location{Latitude: 52.3702, Longitude: 4.8952}, VenuePhone: "+31201234567",
	}
	pass.Fields = Fields{
		Header:    []Field{{Key: "h", Label: "Saved", Value: price, Currency: "EUR", TextAlignment: AlignCenter, Semantics: &Tags{Balance: &Amount{price.String(), "EUR"}}}},
		Primary:   []Field{{Key: "p", Label: "Starts", Value: begin, DateStyle: DateMedium, TimeStyle: DateShort, Relative: true, ChangeMessage: "Now %@"}},
		Secondary: []Field{{Key: "s", Label: "Share", Value: Decimal{5, 1}, NumberStyle: NumberPercent, TextAlignment: AlignNatural}},
		Auxiliary: []Field{{Key: "a", Label: "Until", Value: begin, DateStyle: DateShort, TimeStyle: DateNone, IgnoresTimeZone: true, TextAlignment: AlignLeft}},
		Back: []Field{
			{Key: "b1", Label: "Site", Value: "example.com", Attributed: `<a href="https://example.com">example.com</a>`, Detect: DetectNothing},
			{Key: "b2", Label: "Call", Value: "+31 20 123 4567", Detect: DetectPhones | DetectDates},
			{Key: "b3", Label: "Visits", Value: int64(7), NumberStyle: NumberSpellOut},
		},
	}
	if style == EventTicket {
		pass.Fields.Auxiliary = append(pass.Fields.Auxiliary, Field{Key: "a2", Label: "Seat", Value: "12", Row: 1})
	}
	return pass
}

// Each style can say all that Apple defines for it, and the verifier that knows
// other makers' passes finds nothing wrong with it.
func TestCompletePassesOfAllStylesAreCorrect(t *testing.T) {
	_, c := development(t)
	b, err := NewBuilder(c)
	require.NoError(t, err)
	d, err := NewDesign(cafe())
	require.NoError(t, err)
	for _, style := range []Style{StoreCard, Coupon, Generic, EventTicket} {
		pass := complete(t, style, identity(c))
		sameAsTheLibrary(t, &pass)
		shown, err := json.MarshalIndent(pass, "", "  ")
		require.NoError(t, err)
		if style == EventTicket {
			id := pass.NFC.EncryptionPublicKey // another one each time
			golden(t, "complete.json", []byte(strings.ReplaceAll(strings.ReplaceAll(string(shown), id, "KEY"), c.TeamID, "TEAM")+"\n"))
		}
		file, err := b.Build(d, &pass, noon)
		require.NoError(t, err)
		faults := Verify(file.Bytes(), c.Roots(), noon)
		for _, f := range faults { // the pictures are a store card's
			require.Contains(t, []FaultCode{IgnoredImage, ImageSize}, f.Code, "%s: %s", style, f)
		}
	}
}

// A card without options has none of their keys.
func TestOptionsThatAreNotThereAreNotWritten(t *testing.T) {
	pass, _ := card(t, cafe(), anna())
	b, err := json.Marshal(pass)
	require.NoError(t, err)
	for _, key := range []string{"location", "axDistance", "beacon", "elevant", "nfc", "xpiration", "rouping", "associated", "appLaunch", "semantics", "Style\":\"PKDate", "row", "ataDetector", "isRelative"} {
		require.NotContains(t, string(b), key)
	}
}

func TestMoneyIsWrittenInMajorUnitsWithoutRounding(t *testing.T) {
	for _, tt := range []struct {
		minor    int64
		currency string
		want     string
	}{
		{1250, "EUR", "12.50"}, {5, "EUR", "0.05"}, {0, "EUR", "0.00"}, {-5, "EUR", "-0.05"}, {-1250, "EUR", "-12.50"}, {100, "EUR", "1.00"},
		{1250, "JPY", "1250"}, {1250, "BHD", "1.250"}, {7, "BHD", "0.007"},
		{math.MaxInt64, "EUR", "92233720368547758.07"}, {math.MinInt64, "EUR", "-92233720368547758.08"},
	} {
		d, err := Money(tt.minor, tt.currency)
		require.NoError(t, err)
		require.Equal(t, tt.want, d.String())
		require.True(t, json.Valid([]byte(d.String())))
	}
	_, err := Money(1, "EURO")
	require.ErrorContains(t, err, "unknown_currency")
}

func TestDatesAreWrittenInWholeSecondsWithTheirZone(t *testing.T) {
	at := time.Date(2026, 3, 29, 1, 30, 0, 999, time.UTC)
	for zone, want := range map[string]string{"UTC": "2026-03-29T01:30:00Z", "Europe/Amsterdam": "2026-03-29T03:30:00+02:00", "Asia/Kathmandu": "2026-03-29T07:15:00+05:45"} {
		loc, err := time.LoadLocation(zone)
		require.NoError(t, err)
		b, err := json.Marshal(Date{at.In(loc)})
		require.NoError(t, err)
		require.Equal(t, `"`+want+`"`, string(b))
		_, ok := readDate(want)
		require.True(t, ok)
	}
}

// What is wrong with an option is found before it is signed, and in the passes of
// others too.
func TestCheckNamesEachFaultOfAnOption(t *testing.T) {
	_, c := development(t)
	begin := Date{noon}
	for _, tt := range []struct {
		name  string
		style Style
		code  FaultCode
		path  string
		spoil func(*Pass)
	}{
		{"an eleventh place", StoreCard, TooManyPlaces, "locations", func(p *Pass) { p.Locations = slices.Repeat(p.Locations, 6) }},
		{"beyond the pole", StoreCard, BadPlace, "locations[0].latitude", func(p *Pass) { p.Locations[0].Latitude = 90.5 }},
		{"beyond the date line", StoreCard, BadPlace, "locations[1].longitude", func(p *Pass) { p.Locations[1].Longitude = -181 }},
		{"the sea off Ghana", StoreCard, BadPlace, "locations[0]", func(p *Pass) { p.Locations[0] = Location{} }},
		{"a distance from nowhere", StoreCard, NotRelevant, "maxDistance", func(p *Pass) { p.Locations = nil }},
		{"less than no distance", StoreCard, NotRelevant, "maxDistance", func(p *Pass) { p.MaxDistance = -1 }},
		{"a beacon's name", StoreCard, BadPlace, "beacons[0].proximityUUID", func(p *Pass) { p.Beacons[0].ProximityUUID = "door" }},
		{"a date for a card", StoreCard, NotRelevant, "relevantDates", func(p *Pass) { p.RelevantDates = []RelevantDate{{Date: begin}} }},
		{"a date for a coupon", Coupon, NotRelevant, "relevantDates", func(p *Pass) { p.RelevantDate, p.RelevantDates = begin, []RelevantDate{{Date: begin}} }},
		{"a date without a place", Generic, NotRelevant, "relevantDates", func(p *Pass) { p.Relevance = &Relevance{RelevantDates: []RelevantDate{{Date: begin}}} }},
		{"the old date alone", EventTicket, OldKey, "relevantDate", func(p *Pass) { p.RelevantDates = nil }},
		{"no date at all", EventTicket, BadRange, "relevantDates[0]", func(p *Pass) { p.RelevantDates[0] = RelevantDate{Begin: begin} }},
		{"an end before the beginning", EventTicket, BadRange, "relevantDates[1]", func(p *Pass) { p.RelevantDates[1].End = p.RelevantDates[1].Begin }},
		{"longer than a day", EventTicket, BadRange, "relevantDates[1]", func(p *Pass) { p.RelevantDates[1].End.Time = p.RelevantDates[1].End.Add(time.Second) }},
		{"no message for terminals", StoreCard, BadNFC, "nfc.message", func(p *Pass) { p.NFC.Message = "" }},
		{"a message that is cut", StoreCard, LongNFC, "nfc.message", func(p *Pass) { p.NFC.Message = strings.Repeat("x", 65) }},
		{"a key that is none", StoreCard, BadNFC, "nfc.encryptionPublicKey", func(p *Pass) { p.NFC.EncryptionPublicKey = "AAAA" }},
		{"an app that nobody can install", StoreCard, Ignored, "appLaunchURL", func(p *Pass) { p.Stores = nil }},
		{"an address that leads nowhere", StoreCard, BadLink, "appLaunchURL", func(p *Pass) { p.LaunchURL = "card" }},
		{"a pile of cards", StoreCard, Ignored, "groupingIdentifier", func(p *Pass) { p.GroupingIdentifier = "x" }},
		{"no currency", StoreCard, BadMoney, "storeCard.headerFields[0].currencyCode", func(p *Pass) { p.Fields.Header[0].Currency = "EURO" }},
		{"a text of money", StoreCard, BadMoney, "storeCard.headerFields[0].value", func(p *Pass) { p.Fields.Header[0].Value = "€ 12.50" }},
		{"money with a style", StoreCard, Ignored, "storeCard.headerFields[0].numberStyle", func(p *Pass) { p.Fields.Header[0].NumberStyle = NumberDecimal }},
		{"a style of a text", StoreCard, Ignored, "storeCard.secondaryFields[0].numberStyle", func(p *Pass) { p.Fields.Secondary[0].Value = "5" }},
		{"a text for a date", StoreCard, BadDate, "storeCard.primaryFields[0].value", func(p *Pass) { p.Fields.Primary[0].Value = "soon" }},
		{"a number for a date", StoreCard, BadDate, "storeCard.primaryFields[0].value", func(p *Pass) { p.Fields.Primary[0].Value = int64(7) }},
		{"half of a date's style", StoreCard, HalfDate, "storeCard.primaryFields[0]", func(p *Pass) { p.Fields.Primary[0].TimeStyle = 0 }},
		{"fractions of a second", StoreCard, FractionalDate, "storeCard.primaryFields[0].value", func(p *Pass) { p.Fields.Primary[0].Value = "2026-12-24T17:00:00.5Z" }},
		{"a countdown to no date", StoreCard, Ignored, "storeCard.backFields[1].isRelative", func(p *Pass) { p.Fields.Back[1].Relative = true }},
		{"a zone of no date", StoreCard, Ignored, "storeCard.backFields[1].ignoresTimeZone", func(p *Pass) { p.Fields.Back[1].IgnoresTimeZone = true }},
		{"an aligned large field", StoreCard, Ignored, "storeCard.primaryFields[0].textAlignment", func(p *Pass) { p.Fields.Primary[0].TextAlignment = AlignLeft }},
		{"an aligned back", Coupon, Ignored, "coupon.backFields[0].textAlignment", func(p *Pass) { p.Fields.Back[0].TextAlignment = AlignRight }},
		{"links on the front", StoreCard, Ignored, "storeCard.secondaryFields[0].dataDetectorTypes", func(p *Pass) { p.Fields.Secondary[0].Detect = DetectLinks }},
		{"a row of a card", Generic, Ignored, "generic.auxiliaryFields[0].row", func(p *Pass) { p.Fields.Auxiliary[0].Row = 1 }},
		{"bold", StoreCard, BadMarkup, "storeCard.backFields[0].attributedValue", func(p *Pass) { p.Fields.Back[0].Attributed = "<b>now</b>" }},
		{"two fields that speak", Coupon, ManyMessages, "coupon", func(p *Pass) { p.Fields.Back[0].ChangeMessage = "%@" }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			pass := complete(t, tt.style, Identity{PassTypeID: "pass.example", TeamID: "ABCDE12345", Serial: "serial", Token: "0123456789abcdef", WebServiceURL: "https://cards.example/passkit"})
			require.Empty(t, pass.Check(Rules{}))
			tt.spoil(&pass)
			requireFault(t, &pass, tt.code, tt.path)

			pass.PassTypeIdentifier, pass.TeamIdentifier = c.PassTypeID, c.TeamID
			raw, err := json.Marshal(pass)
			require.NoError(t, err)
			archive := forged(func(f map[string][]byte) { f["pass.json"] = raw })(t)
			require.Equal(t, tt.code, paths(t, archive)[tt.path])
		})
	}
}

// What the owner designs of the card is on it, in the member's language where it
// is a text.
func TestOptionsOfTheOwnerAreOnTheCard(t *testing.T) {
	p := cafe()
	p.TimeZone = "Europe/Amsterdam"
	p.Barcode = models.Code128
	p.Card = models.Card{
		Fallbacks: []models.Symbology{models.Aztec, models.PDF417},
		Places:    []models.CardPlace{{At: "52.3676, 4.9041", Text: "Coffee is ready"}, {At: "-33.9, 18.4"}}, Near: 80,
		Beacons: []models.CardPlace{{At: "e2c56db5-dffb-48d2-b060-d0f5a71096e0/0/7"}},
		Expires: "2027-03-27", // the night before the clocks change
		Apple:   models.AppleCard{Apps: []string{"284910350"}, Launch: "cafe://card", Shared: true, NFC: publicKey(t)},
	}
	p.Translations = []models.Translation{{Text: "Coffee is ready", NL: "De koffie is klaar"}}
	require.NoError(t, models.CheckTerms(&p.Terms))
	s := anna()
	s.Locale = "nl"
	pass, _ := card(t, p, s)
	require.Equal(t, []Location{{Latitude: 52.3676, Longitude: 4.9041, RelevantText: "De koffie is klaar"}, {Latitude: -33.9, Longitude: 18.4}}, pass.Locations)
	require.Equal(t, int64(80), pass.MaxDistance)
	require.Equal(t, "E2C56DB5-DFFB-48D2-B060-D0F5A71096E0", pass.Beacons[0].ProximityUUID)
	require.Equal(t, []uint16{0, 7}, []uint16{*pass.Beacons[0].Major, *pass.Beacons[0].Minor})
	require.Equal(t, "2027-03-27T23:00:00Z", pass.ExpirationDate.Format(time.RFC3339))
	require.Equal(t, Companion{Stores: []int64{284910350}, LaunchURL: "cafe://card"}, *pass.Companion)
	require.Equal(t, NFC{Message: string(s.Card), EncryptionPublicKey: p.Card.Apple.NFC}, *pass.NFC)
	require.False(t, pass.SharingProhibited)
	var formats []string
	for _, b := range pass.Barcodes {
		formats = append(formats, b.Format)
	}
	require.Equal(t, []string{formatCode128, formatAztec, formatPDF417}, formats)

	s.Voided = true
	voided, _ := card(t, p, s)
	require.Nil(t, voided.Relevance, "what is no card is offered nowhere")
	require.Nil(t, voided.NFC)
}

// A distance without a place would be measured from nowhere.
func TestDistanceFromBeaconsIsNotWritten(t *testing.T) {
	p := cafe()
	p.Card = models.Card{Near: 80, Beacons: []models.CardPlace{{At: "e2c56db5-dffb-48d2-b060-d0f5a71096e0"}}}
	pass, _ := card(t, p, anna())
	require.Zero(t, pass.MaxDistance)
	require.Len(t, pass.Beacons, 1)
}

// What the terms let through must make passes, or every card of the program
// would fail.
func TestTermsRefuseWhatNoPassCanSay(t *testing.T) {
	for field, change := range map[string]func(*models.Card){
		"card.places[0].at":  func(c *models.Card) { c.Places = []models.CardPlace{{At: "0, 0"}} },
		"card.apple.launch":  func(c *models.Card) { c.Apple = models.AppleCard{Apps: []string{"1"}, Launch: "card"} },
		"card.apple.nfc":     func(c *models.Card) { c.Apple.NFC = "AAAA" },
		"card.beacons[0].at": func(c *models.Card) { c.Beacons = []models.CardPlace{{At: "door"}} },
	} {
		p := cafe()
		change(&p.Card)
		var refused *models.Error
		require.ErrorAs(t, models.CheckTerms(&p.Terms), &refused)
		require.Equal(t, field, refused.Field)
	}
}
