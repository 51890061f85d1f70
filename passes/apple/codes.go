package apple

import "slices"

// FaultCode names a kind of fault. The list is closed: what it means never
// changes, and Codes has all of them.
//
// Sources: DOC is Apple's documentation "Wallet Passes" with the page's name;
// ARCH its archived PassKit Package Format Reference and Wallet Developer
// Guide; PB Apple's own Pass Builder (github.com/apple/pass-builder); own is a
// rule of ours, and says why.
type FaultCode string

// The faults of a .pkpass file.
const (
	NotAnArchive   FaultCode = "not_an_archive"  // no zip, or a cut one (ARCH)
	TooLarge       FaultCode = "too_large"       // more or larger files than any pass has (own: strangers' files)
	BadEntry       FaultCode = "bad_entry"       // a path that climbs, a folder around all, a link, encryption, Zip64, sizes that lie (DOC building-a-pass, ARCH)
	DuplicateEntry FaultCode = "duplicate_entry" // one name twice (own: two readers see two files)
	MissingEntry   FaultCode = "missing_entry"   // a file that must be there, or that the manifest lists (DOC building-a-pass)
	Unlisted       FaultCode = "unlisted"        // in the archive, not in the manifest (ARCH)
	BadManifest    FaultCode = "bad_manifest"    // not one flat object of texts (DOC building-a-pass)
	WrongHash      FaultCode = "wrong_hash"      // not the file's SHA-1 (DOC building-a-pass)
	UnknownFile    FaultCode = "unknown_file"    // a file that no phone looks at (ARCH)
	BadSignature   FaultCode = "bad_signature"   // no detached CMS signature over this manifest by one signer (ARCH)
	NotDER         FaultCode = "not_der"         // BER, where DER is asked for (ARCH)
	NoSigningTime  FaultCode = "no_signing_time" // without the attribute (ARCH)
	WrongDigest    FaultCode = "wrong_digest"    // another digest than SHA-256 (PB)
	NoIntermediate FaultCode = "no_intermediate" // the leaf's issuer is not inside (ARCH)
	Untrusted      FaultCode = "untrusted"       // does not lead to a trusted root (ARCH)
	NotForPasses   FaultCode = "not_for_passes"  // a certificate for something else (Apple's policy "Passbook Signing" in Security)
	Expired        FaultCode = "expired"         // leaf or intermediate out of date, now or when it was signed (ARCH)
	TooManyPasses  FaultCode = "too_many_passes" // a bundle of more than 10 passes or 150 MB (DOC distributing-and-updating-a-pass)
	StrangerInside FaultCode = "stranger_inside" // a file in a bundle that is no pass (DOC distributing-and-updating-a-pass)
	SameSerial     FaultCode = "same_serial"     // two passes of a bundle are one: the second replaces the first (DOC pass)
)

// The faults of pass.json.
const (
	BadJSON        FaultCode = "bad_json"        // not one JSON object in UTF-8 (DOC pass)
	RepeatedKey    FaultCode = "repeated_key"    // a JSON key twice in one object (own: two readers see two passes)
	WrongType      FaultCode = "wrong_type"      // another JSON type than the key's (DOC pass)
	Ignored        FaultCode = "ignored"         // a value that phones pass over in silence (DOC pass, ARCH)
	UnknownKey     FaultCode = "unknown_key"     // a key that Wallet does not know (DOC pass)
	UnknownChoice  FaultCode = "unknown_choice"  // none of the values that the key has (DOC passfieldcontent, PB)
	OldKey         FaultCode = "old_key"         // a deprecated key without its successor (DOC pass)
	Missing        FaultCode = "missing"         // a required key is absent or empty (DOC pass, passfieldcontent)
	WrongVersion   FaultCode = "wrong_version"   // formatVersion is not 1 (DOC pass)
	WrongStyle     FaultCode = "wrong_style"     // no style, or several, or a boarding pass without transitType (DOC pass, passfields)
	WrongIdentity  FaultCode = "wrong_identity"  // pass type or team is not the certificate's (PB)
	BadSerial      FaultCode = "bad_serial"      // a serial number that does not fit into the web service's addresses (own)
	ShortToken     FaultCode = "short_token"     // fewer than 16 characters (DOC pass)
	TokenAlone     FaultCode = "token_alone"     // token without address, or address without token (DOC pass)
	BadURL         FaultCode = "bad_url"         // webServiceURL is no plain https address (DOC pass)
	BadLink        FaultCode = "bad_link"        // another address that leads nowhere (DOC pass)
	BadDate        FaultCode = "bad_date"        // not a W3C date with hours, minutes and zone (DOC pass, PB)
	FractionalDate FaultCode = "fractional_date" // with fractions of a second (own: peers report refusals; PB reads them)
	HalfDate       FaultCode = "half_date"       // dateStyle without timeStyle, or the other way round (DOC passfieldcontent)
	BadRange       FaultCode = "bad_range"       // relevantDates that end before they begin, or last over 24 hours (DOC relevantdates)
	PassExpired    FaultCode = "pass_expired"    // expirationDate is past (DOC pass)
	NotRelevant    FaultCode = "not_relevant"    // dates or distances that the style does not use as they stand (ARCH, relevance table)
	TooManyPlaces  FaultCode = "too_many_places" // more than 10 locations or beacons (DOC pass)
	BadPlace       FaultCode = "bad_place"       // a place that is nowhere, or a beacon that is none (DOC locations, beacons)
	DuplicateKey   FaultCode = "duplicate_key"   // two fields with one key (DOC passfieldcontent)
	TooManyFields  FaultCode = "too_many_fields" // more than are drawn (DOC passfields, ARCH)
	BadValue       FaultCode = "bad_value"       // neither text nor number (DOC passfieldcontent)
	BadMoney       FaultCode = "bad_money"       // a currency with a text for a value, or no currency (DOC passfieldcontent)
	BadMarkup      FaultCode = "bad_markup"      // an attributed value with more than links (DOC passfieldcontent)
	BadMessage     FaultCode = "bad_message"     // a change message without %@ (DOC passfieldcontent)
	ManyMessages   FaultCode = "many_messages"   // several fields would speak at once, and phones say neither (own: peers' reports)
	BadColour      FaultCode = "bad_colour"      // not rgb(r, g, b) (DOC pass)
	LowContrast    FaultCode = "low_contrast"    // hard to read on the background (WCAG 2.2, 1.4.3)
	LongText       FaultCode = "long_text"       // will be cut off on the front (own rule of thumb)
	NoContact      FaultCode = "no_contact"      // nothing on the back (ARCH: it bears the signer's contact details)
	BadBarcode     FaultCode = "bad_barcode"     // unknown format, no message (DOC barcodes)
	BadEncoding    FaultCode = "bad_encoding"    // the encoding can't write the message (DOC barcodes)
	BadPayload     FaultCode = "bad_payload"     // the format can't hold the message (the symbologies' standards)
	DenseBarcode   FaultCode = "dense_barcode"   // too fine for a common scanner (own, computed from sizes)
	NoAltText      FaultCode = "no_alt_text"     // nothing to type when it can't be scanned (own)
	NoFallback     FaultCode = "no_fallback"     // a code or style that not every device draws, and no other (DOC barcodes, creating-a-poster-generic-pass)
	VoidedBarcode  FaultCode = "voided_barcode"  // a voided card that still has a barcode (own)
	BadNFC         FaultCode = "bad_nfc"         // no message, or a key that is none (DOC nfc)
	LongNFC        FaultCode = "long_nfc"        // more than 64 bytes: phones cut it (DOC nfc)
	BadPersonal    FaultCode = "bad_personal"    // a personalization.json that is not honoured (DOC personalizationdictionary, ARCH)
)

// The faults of pictures and texts in languages.
const (
	BadImage      FaultCode = "bad_image"      // not a PNG picture (ARCH)
	ImageSize     FaultCode = "image_size"     // not the size of its place (ARCH, PB)
	IgnoredImage  FaultCode = "ignored_image"  // the style does not show it (ARCH)
	MissingScale  FaultCode = "missing_scale"  // not for every screen (PB for the icon)
	ShadowedImage FaultCode = "shadowed_image" // at the top and in a language: the top one wins (DOC creating-the-source)
	BadLanguage   FaultCode = "bad_language"   // a folder that is no language (DOC creating-the-source)
	BadStrings    FaultCode = "bad_strings"    // a pass.strings that can't be read (DOC creating-the-source)
	RepeatedText  FaultCode = "repeated_text"  // a key twice in pass.strings (own)
	UnusedText    FaultCode = "unused_text"    // a key that matches no text of the pass (DOC creating-the-source)
	MissingText   FaultCode = "missing_text"   // a key that other languages have (own)
)

// Severity says what a fault does.
type Severity string

// From the worst to the least.
const (
	SevereError Severity = "error"   // phones refuse the pass or its updates, or two phones may see two passes
	Warning     Severity = "warning" // phones take it, and show or do less than is meant
	Advice      Severity = "advice"  // it works, and can be better
)

// severities has every code: one that is not here does not exist.
var severities = map[FaultCode]Severity{
	NotAnArchive: SevereError, TooLarge: SevereError, BadEntry: SevereError, DuplicateEntry: SevereError,
	MissingEntry: SevereError, Unlisted: SevereError, BadManifest: SevereError, WrongHash: SevereError,
	UnknownFile: Warning, BadSignature: SevereError, NotDER: Warning, NoSigningTime: SevereError,
	WrongDigest: Warning, NoIntermediate: SevereError, Untrusted: SevereError, NotForPasses: SevereError,
	Expired: SevereError, TooManyPasses: SevereError, StrangerInside: Warning, SameSerial: Warning,

	BadJSON: SevereError, RepeatedKey: SevereError, WrongType: SevereError, Ignored: Warning, UnknownKey: Warning,
	UnknownChoice: Warning, OldKey: Advice, Missing: SevereError, WrongVersion: SevereError, WrongStyle: SevereError,
	WrongIdentity: SevereError, BadSerial: Advice, ShortToken: SevereError, TokenAlone: SevereError, BadURL: SevereError,
	BadLink: Warning, BadDate: SevereError, FractionalDate: Warning, HalfDate: Advice, BadRange: Warning, PassExpired: Warning,
	NotRelevant: Warning, TooManyPlaces: Warning, BadPlace: Warning, DuplicateKey: SevereError, TooManyFields: Warning,
	BadValue: SevereError, BadMoney: SevereError, BadMarkup: Warning, BadMessage: Warning, ManyMessages: Advice,
	BadColour: Warning, LowContrast: Advice, LongText: Advice, NoContact: Advice, BadBarcode: SevereError,
	BadEncoding: SevereError, BadPayload: SevereError, DenseBarcode: Advice, NoAltText: Advice, NoFallback: Warning,
	VoidedBarcode: Advice, BadNFC: SevereError, LongNFC: Warning, BadPersonal: Warning,

	BadImage: SevereError, ImageSize: Warning, IgnoredImage: Warning, MissingScale: Warning, ShadowedImage: Warning,
	BadLanguage: Warning, BadStrings: SevereError, RepeatedText: Warning, UnusedText: Warning, MissingText: Warning,
}

// Codes returns all codes in the order of their names.
func Codes() []FaultCode {
	all := make([]FaultCode, 0, len(severities))
	for code := range severities {
		all = append(all, code)
	}
	slices.Sort(all)
	return all
}

// Severity returns what a fault of this kind does.
func (c FaultCode) Severity() Severity { return severities[c] }

// rank orders severities, the worst first.
func (s Severity) rank() int {
	switch s {
	case SevereError:
		return 0
	case Warning:
		return 1
	}
	return 2
}
