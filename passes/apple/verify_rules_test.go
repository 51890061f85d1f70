package apple

import (
	"crypto/x509"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// paths returns where a pass has findings, and of which code, but for the
// icon's and other pictures'.
func paths(t *testing.T, archive []byte) map[string]FaultCode {
	t.Helper()
	_, c := development(t)
	found := map[string]FaultCode{}
	for _, f := range Judge(archive, c.Roots(), noon).All() {
		found[strings.TrimPrefix(f.Path, "pass.json: ")] = f.Code
	}
	return found
}

func TestPassesOfAllStylesAreCorrect(t *testing.T) {
	at := "2026-12-01T18:00:00+01:00"
	for name, archive := range map[string]func(*testing.T) []byte{
		"coupon": styled("coupon", map[string]any{"primaryFields": field(map[string]any{"value": 0.25, "numberStyle": "PKNumberStylePercent"})}, nothing),
		"generic with a date and a place": styled("generic", map[string]any{"primaryFields": field(nil)}, func(p map[string]any) {
			p["relevantDates"] = []any{map[string]any{"date": at, "relevantDate": at}}
			p["locations"] = []any{map[string]any{"latitude": 52.1, "longitude": 4.25, "altitude": 1, "relevantText": "Here"}}
			p["maxDistance"], p["userInfo"] = 50.5, map[string]any{"anything": []any{1, nil}}
		}),
		"event ticket": styled("eventTicket", map[string]any{
			"primaryFields":   field(map[string]any{"value": at, "dateStyle": "PKDateStyleMedium", "timeStyle": "PKDateStyleShort", "isRelative": true, "ignoresTimeZone": false}),
			"auxiliaryFields": append(field(map[string]any{"key": "row", "row": 0, "textAlignment": "PKTextAlignmentCenter"}), field(map[string]any{"key": "seat", "row": 1})...),
		}, func(p map[string]any) {
			p["relevantDates"], p["groupingIdentifier"] = []any{map[string]any{"startDate": "2026-12-01T18:00Z", "endDate": "2026-12-02T02:00Z"}}, "evening"
			p["preferredStyleSchemes"], p["eventLogoText"] = []any{"posterEventTicket", "eventTicket"}, "Café"
			p["bagPolicyURL"], p["additionalInfoFields"] = "https://cafe.example/bags", field(map[string]any{"key": "info"})
		}),
		"boarding pass": styled("boardingPass", map[string]any{
			"transitType":     "PKTransitTypeBoat",
			"primaryFields":   append(field(map[string]any{"key": "from", "value": "AMS"}), field(map[string]any{"key": "to", "value": "OSL"})...),
			"auxiliaryFields": append(field(map[string]any{"key": "price", "value": 12.5, "currencyCode": "EUR"}), field(map[string]any{"key": "semantic", "semantics": map[string]any{"x": "y"}})...),
		}, func(p map[string]any) { p["relevantDate"], p["relevantDates"] = at, []any{map[string]any{"date": at}} }),
		"poster beside a generic pass": styled("generic", map[string]any{"primaryFields": field(nil)}, func(p map[string]any) {
			p["posterGeneric"] = map[string]any{
				"headerFields": field(map[string]any{"key": "h"}), "primaryFields": field(nil), "footerFields": field(map[string]any{"key": "g"}),
				"backFields": field(map[string]any{"key": "b", "attributedValue": `Ask <a href="https://cafe.example">us</a>.`, "dataDetectorTypes": []any{}}),
			}
			p["featuredActions"] = []any{map[string]any{"identifier": "shop", "type": "shop", "url": "https://cafe.example/shop"}}
		}),
		"an app": edited(func(p map[string]any) {
			p["associatedStoreIdentifiers"], p["appLaunchURL"] = []any{123456789}, "cafe://card"
			p["expirationDate"] = "2030-01-01T00:00Z"
		}),
		"nfc": func(t *testing.T) []byte {
			return set("nfc", map[string]any{"message": "card", "encryptionPublicKey": publicKey(t), "requiresAuthentication": true})(t)
		},
		"newer codes before an old one": edited(func(p map[string]any) {
			old := p["barcodes"].([]any)[0].(map[string]any)
			var all []any
			for format, message := range map[string]string{
				formatEAN13: "4006381333931", formatCode39: "CARD-7", formatCodabar: "A123B", formatI2of5: "1234", formatCode128: "70000000000000000011",
			} {
				code := maps.Clone(old)
				code["format"], code["message"] = format, message
				all = append(all, code)
			}
			p["barcodes"] = append(all, old)
		}),
		"a logo as PDF": forged(func(f map[string][]byte) { f["logo.pdf"] = []byte("%PDF-1.7") }),
		"languages": forged(func(f map[string][]byte) {
			f["nl.lproj/pass.strings"], f["pt-BR.lproj/pass.strings"] = []byte(`"Points" = "Punten";`), []byte(`"Points" = "Pontos";`)
			for _, name := range []string{"logo.png", "logo@2x.png", "logo@3x.png"} {
				f["nl.lproj/"+name], f["pt-BR.lproj/"+name] = f[name], f[name]
				delete(f, name)
			}
		}),
	} {
		t.Run(name, func(t *testing.T) { require.Empty(t, paths(t, archive(t))) })
	}
}

// Each of these was a pass whose maker saw nothing wrong.
func TestRulesOfKeysThatMeanSomethingTogether(t *testing.T) {
	onFront := func(area string, with map[string]any) func(*testing.T) []byte {
		return styled("generic", map[string]any{area: field(with)}, nothing)
	}
	for _, tt := range []struct {
		name    string
		archive func(*testing.T) []byte
		path    string
		code    FaultCode
	}{
		{"a distance as text is passed over", edited(func(p map[string]any) {
			p["locations"], p["maxDistance"] = []any{map[string]any{"latitude": 52.1, "longitude": 4.25}}, "100"
		}), "maxDistance", Ignored},
		{"null for a flag", set("voided", nil), "voided", WrongType},
		{"null for a value", back(map[string]any{"value": nil}), "storeCard.backFields[0].value", Missing},
		{"a number for a text is wrong, not missing", set("serialNumber", 7), "serialNumber", WrongType},
		{"a list for the codes' object", set("barcode", []any{}), "barcode", WrongType},
		{"an object for the list of codes", edited(func(p map[string]any) { p["barcodes"] = p["barcodes"].([]any)[0] }), "barcodes", WrongType},
		{"a key of the wrong case", set("LogoText", "x"), "LogoText", UnknownKey},
		{"a store's number as text", set("associatedStoreIdentifiers", []any{"123"}), "associatedStoreIdentifiers[0]", WrongType},
		{"an app's address alone", set("appLaunchURL", "cafe://card"), "appLaunchURL", Ignored},
		{"an amount as a number", back(map[string]any{"semantics": map[string]any{"balance": map[string]any{"amount": 12.5, "currencyCode": "EUR"}}}), "storeCard.backFields[0].semantics.balance.amount", WrongType},
		{"money of no currency", set("semantics", map[string]any{"duration": 7, "totalPrice": map[string]any{"amount": "12.5"}}), "semantics.totalPrice.currencyCode", Missing},
		{"a group of cards", set("groupingIdentifier", "x"), "groupingIdentifier", Ignored},
		{"a date for a card", set("relevantDates", []any{map[string]any{"date": "2026-12-01T18:00Z"}}), "relevantDates", NotRelevant},
		{"a date for a generic pass without a place", styled("generic", map[string]any{}, func(p map[string]any) {
			p["relevantDates"] = []any{map[string]any{"date": "2026-12-01T18:00Z"}}
		}), "relevantDates", NotRelevant},
		{"an interval without an end", styled("eventTicket", map[string]any{}, func(p map[string]any) {
			p["relevantDates"] = []any{map[string]any{"startDate": "2026-12-01T18:00Z"}}
		}), "relevantDates[0]", BadRange},
		{"a date without a zone", set("expirationDate", "2027-01-01T00:00:00"), "expirationDate", BadDate},
		{"a zone without its colon", set("expirationDate", "2027-01-01T00:00:00+0100"), "expirationDate", BadDate},
		{"the sea off Ghana", set("locations", []any{map[string]any{"latitude": 0, "longitude": 0}}), "locations[0]", BadPlace},
		{"beyond the pole", set("locations", []any{map[string]any{"latitude": 91, "longitude": 0}}), "locations[0].latitude", BadPlace},
		{"half a place", set("locations", []any{map[string]any{"latitude": 52}}), "locations[0].longitude", Missing},
		{"a beacon's name", set("beacons", []any{map[string]any{"proximityUUID": "door"}}), "beacons[0].proximityUUID", BadPlace},
		{"an aligned primary field", onFront("primaryFields", map[string]any{"textAlignment": "PKTextAlignmentLeft"}), "generic.primaryFields[0].textAlignment", Ignored},
		{"detectors on the front", onFront("secondaryFields", map[string]any{"dataDetectorTypes": []any{}}), "generic.secondaryFields[0].dataDetectorTypes", Ignored},
		{"a row on a generic pass", onFront("auxiliaryFields", map[string]any{"row": 1}), "generic.auxiliaryFields[0].row", Ignored},
		{"a currency and a style", onFront("secondaryFields", map[string]any{"value": 1, "currencyCode": "EUR", "numberStyle": "PKNumberStyleDecimal"}), "generic.secondaryFields[0].numberStyle", Ignored},
		{"no currency", onFront("secondaryFields", map[string]any{"value": 1, "currencyCode": "EURO"}), "generic.secondaryFields[0].currencyCode", BadMoney},
		{"a number's style on a text", onFront("secondaryFields", map[string]any{"numberStyle": "PKNumberStyleDecimal"}), "generic.secondaryFields[0].numberStyle", Ignored},
		{"a date's style on a text", onFront("secondaryFields", map[string]any{"dateStyle": "PKDateStyleFull", "timeStyle": "PKDateStyleNone"}), "generic.secondaryFields[0].value", BadDate},
		{"one of two date styles", onFront("secondaryFields", map[string]any{"value": "2026-12-01T18:00Z", "dateStyle": "PKDateStyleFull"}), "generic.secondaryFields[0]", HalfDate},
		{"a countdown to no date", onFront("secondaryFields", map[string]any{"isRelative": true}), "generic.secondaryFields[0].isRelative", Ignored},
		{"a link that is not closed", back(map[string]any{"attributedValue": `<a href="x">y`}), "storeCard.backFields[0].attributedValue", BadMarkup},
		{"a link with more than its address", back(map[string]any{"attributedValue": `<a href="x" onclick="y">z</a>`}), "storeCard.backFields[0].attributedValue", BadMarkup},
		{"a boarding pass that goes nowhere", styled("boardingPass", map[string]any{}, nothing), "boardingPass.transitType", WrongStyle},
		{"a coupon that sails", styled("coupon", map[string]any{"transitType": "PKTransitTypeBoat"}, nothing), "coupon.transitType", Ignored},
		{"a footer on a coupon", styled("coupon", map[string]any{"footerFields": field(nil)}, nothing), "coupon.footerFields", TooManyFields},
		{"three headers and one more", styled("coupon", map[string]any{"headerFields": slices.Repeat(field(map[string]any{"label": ""}), 4)}, nothing), "coupon.headerFields", TooManyFields},
		{"a poster alone", styled(poster, map[string]any{"primaryFields": field(nil)}, func(p map[string]any) { delete(p, "logoText") }), poster, NoFallback},
		{"a poster's action on a card", set("featuredActions", []any{map[string]any{"identifier": "a", "type": "shop"}}), "featuredActions", Ignored},
		{"the old key with a new code", edited(func(p map[string]any) {
			code := maps.Clone(p["barcodes"].([]any)[0].(map[string]any))
			code["format"] = formatCode128
			p["barcode"] = code
		}), "barcode.format", Ignored},
		{"half a pair of digits", code(map[string]any{"format": formatI2of5, "message": "123"}), "barcodes[0].message", BadPayload},
		{"small letters in Code 39", code(map[string]any{"format": formatCode39, "message": "card"}), "barcodes[0].message", BadPayload},
		{"letters within Codabar", code(map[string]any{"format": formatCodabar, "message": "A12X4B"}), "barcodes[0].message", BadPayload},
		{"more than Code 128 is read with", code(map[string]any{"format": formatCode128, "message": "ABCDEFGHIJKLMNOPQRSTUVWXYZ"}), "barcodes[0].message", DenseBarcode},
		{"more than any QR code holds", code(map[string]any{"message": strings.Repeat("x", 3000)}), "barcodes[0].message", BadPayload},
		{"an encoding that lacks the letter", code(map[string]any{"messageEncoding": "ISO-8859-15", "message": "Ł"}), "barcodes[0].messageEncoding", BadEncoding},
		{"a text too long in one language", forged(func(f map[string][]byte) {
			f["de.lproj/pass.strings"] = []byte(`"Points" = "Treuepunktesammelkonto";`)
		}), "storeCard.headerFields[0]", LongText},
	} {
		t.Run(tt.name, func(t *testing.T) {
			found := paths(t, tt.archive(t))
			require.Equal(t, tt.code, found[tt.path], "found %v", found)
		})
	}
}

func TestEncodingsAreKnownByTheirNames(t *testing.T) {
	for _, tt := range []struct {
		encoding, message string
		can               bool
	}{
		{"iso-8859-1", "é", true}, {"ISO-8859-1", "ł", false}, {"utf-8", "ł", true}, {"us-ascii", "é", false},
		{"windows-1252", "€", true}, {"iso-8859-15", "€", true}, {"iso-8859-2", "ł", true}, {"iso-8859-7", "λ", true}, {"iso-8859-7", "ł", false},
		{"Shift_JIS", "茶", true}, {"latin-9000", "a", false}, {"", "a", false},
	} {
		require.Equal(t, tt.can, encodable(tt.encoding, tt.message), "%s in %s", tt.message, tt.encoding)
	}
}

// What we would not sign we do not let through from others either.
func TestVerifyIsNoLaxerThanCheck(t *testing.T) {
	_, c := development(t)
	for code, tt := range spoiltCards {
		if code == BadURL {
			continue // passes of development may do without TLS
		}
		pass, err := Card(cafe(), anna(), identity(c))
		require.NoError(t, err)
		tt.spoil(&pass)
		raw, err := json.Marshal(pass)
		require.NoError(t, err)
		archive := forged(func(f map[string][]byte) { f["pass.json"] = raw })(t)
		require.Equal(t, code, paths(t, archive)[tt.path], "%s", raw)
	}
}

func TestWorstComesFirstAndOneKindHidesNoOther(t *testing.T) {
	var fields []any
	for range 100 {
		fields = append(fields, map[string]any{"key": "k", "value": "v", "bogus": 1})
	}
	archive := edited(func(p map[string]any) {
		p["storeCard"].(map[string]any)["backFields"] = fields
		p["backgroundColor"] = "red"
	})(t)
	faults := Verify(archive, (*x509.CertPool)(nil), noon)
	require.Len(t, faults.Of(SevereError), maxAlike)
	require.Len(t, faults.Of(Warning), maxAlike+1)
	require.Equal(t, SevereError, faults[0].Severity)
	require.Equal(t, Warning, faults[len(faults)-1].Severity)
}

// What docs/verify.md says of how long a message may be.
func TestHowLongABarcodeMayBe(t *testing.T) {
	for _, tt := range []struct {
		format, text string
		fits         int
	}{
		{formatCode128, "7", 24}, {formatCode128, "K", 12}, {formatQR, "k", 84}, {formatCode39, "7", 10},
	} {
		dense := func(n int) bool { return span(tt.format, strings.Repeat(tt.text, n)) > widest(tt.format) }
		require.False(t, dense(tt.fits), "%d of %s in %s", tt.fits, tt.text, tt.format)
		require.True(t, dense(tt.fits+2), "%d of %s in %s", tt.fits+2, tt.text, tt.format)
	}
	require.Equal(t, 95+18, span(formatEAN13, "4006381333931"))
	require.LessOrEqual(t, span(formatPDF417, strings.Repeat("7", 40)), widestBars)
	require.LessOrEqual(t, span(formatAztec, strings.Repeat("7", 40)), widestSquare)
}
