package apple

import (
	"strings"

	"regulars/models"
)

// FaultCode names a kind of fault; the list is closed.
type FaultCode string

// The faults of pass.json.
const (
	Missing       FaultCode = "missing"         // a required key is absent or empty
	WrongVersion  FaultCode = "wrong_version"   // formatVersion is not 1
	WrongStyle    FaultCode = "wrong_style"     // no style, or several
	WrongIdentity FaultCode = "wrong_identity"  // pass type or team is not the certificate's
	ShortToken    FaultCode = "short_token"     // fewer than 16 characters
	TokenAlone    FaultCode = "token_alone"     // token without address, or address without token
	BadURL        FaultCode = "bad_url"         // not an https address
	DuplicateKey  FaultCode = "duplicate_key"   // two fields with one key
	TooManyFields FaultCode = "too_many_fields" // more than are drawn
	BadValue      FaultCode = "bad_value"       // neither text nor number
	BadMessage    FaultCode = "bad_message"     // a change message without %@
	ManyMessages  FaultCode = "many_messages"   // several fields would speak at once
	BadColour     FaultCode = "bad_colour"      // not rgb(r, g, b)
	BadBarcode    FaultCode = "bad_barcode"     // unknown format, no message
	BadEncoding   FaultCode = "bad_encoding"    // the encoding can't write the message
	NoFallback    FaultCode = "no_fallback"     // a code that not every device draws, and no other
	TooManyPlaces FaultCode = "too_many_places" // more than 10 locations or beacons
	VoidedBarcode FaultCode = "voided_barcode"  // a voided card that still has a barcode
)

// The faults of a .pkpass file.
const (
	NotAnArchive   FaultCode = "not_an_archive"
	TooLarge       FaultCode = "too_large"
	BadEntry       FaultCode = "bad_entry"       // a path that climbs, a folder around all, a link, encryption
	DuplicateEntry FaultCode = "duplicate_entry" // one name twice
	MissingEntry   FaultCode = "missing_entry"
	Unlisted       FaultCode = "unlisted" // in the archive, not in the manifest
	BadManifest    FaultCode = "bad_manifest"
	WrongHash      FaultCode = "wrong_hash"
	BadJSON        FaultCode = "bad_json"
	BadImage       FaultCode = "bad_image"
	BadSignature   FaultCode = "bad_signature"
	NoSigningTime  FaultCode = "no_signing_time"
	WrongDigest    FaultCode = "wrong_digest"
	NoIntermediate FaultCode = "no_intermediate"
	Untrusted      FaultCode = "untrusted"
	Expired        FaultCode = "expired"
)

// Fault is one thing wrong with a pass: where, what, and what to do.
type Fault struct {
	Code   FaultCode `json:"code"`
	Path   string    `json:"path"` // "pass.json: storeCard.backFields[2].value"
	Fault  string    `json:"fault"`
	Remedy string    `json:"remedy"`
}

// String writes the fault as one line.
func (f Fault) String() string { return f.Path + ": " + f.Fault + " " + f.Remedy }

// Faults is a list of faults as an error.
type Faults []Fault

// maxFaults ends a list that nobody would read to its end, so that a hostile
// file can't make it fill the memory.
const maxFaults = 200

func (f *Faults) add(code FaultCode, path, fault, remedy string) {
	if len(*f) < maxFaults {
		*f = append(*f, Fault{Code: code, Path: path, Fault: fault, Remedy: remedy})
	}
}

func (f Faults) Error() string {
	lines := make([]string, len(f))
	for i := range f {
		lines[i] = f[i].String()
	}
	return strings.Join(lines, "; ")
}

// failure returns the faults as an Internal error: a pass of ours that is
// wrong is our mistake, and nothing that the customer could mend.
func (f Faults) failure() error {
	return &models.Error{Kind: models.Internal, Code: "invalid_pass", Msg: "The card could not be made.", Err: f}
}
