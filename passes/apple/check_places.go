package apple

import (
	"crypto/ecdh"
	"crypto/elliptic"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/base64"
	"fmt"
	"time"

	"github.com/google/uuid"
)

// tell is told of faults. Its methods are the rules that our own passes and
// those of other makers are held to alike.
type tell struct{ faults *Faults }

func (t tell) add(code FaultCode, path, fault, remedy string) {
	t.faults.add(code, "pass.json: "+path, fault, remedy)
}

func (c *checker) tell() tell { return tell{&c.faults} }
func (j *judge) tell() tell   { return tell{&j.b.faults} }

// maxPlaces is how many locations, and how many beacons, a pass may have.
const maxPlaces = 10

// count checks how many locations or beacons there are (DOC pass).
func (t tell) count(key string, n int) {
	if n > maxPlaces {
		t.add(TooManyPlaces, key, fmt.Sprintf("It has %d different ones; phones take 10.", n), "Keep the ten that matter.")
	}
}

// location checks a place (DOC locations).
func (t tell) location(path string, latitude, longitude float64) {
	if !(latitude >= -90 && latitude <= 90) {
		t.add(BadPlace, path+".latitude", "It is beyond a pole.", "Write degrees from -90 to 90.")
	}
	if !(longitude >= -180 && longitude <= 180) {
		t.add(BadPlace, path+".longitude", "It is no place on earth.", "Write degrees from -180 to 180.")
	}
	if latitude == 0 && longitude == 0 {
		t.add(BadPlace, path, "It lies in the sea off Ghana, where coordinates that nobody filled in lead.", "Write the shop's coordinates, or leave it out.")
	}
}

// beacon checks a beacon's UUID, and returns it in its usual form (DOC beacons).
func (t tell) beacon(path, id string) string {
	known, err := uuid.Parse(id)
	if err != nil {
		t.add(BadPlace, path+".proximityUUID", "It is no UUID.", "Write it as 36 characters with hyphens.")
	}
	return known.String()
}

// distance checks maxDistance (DOC pass).
func (t tell) distance(metres float64) {
	if metres <= 0 {
		t.add(NotRelevant, "maxDistance", "It is no distance.", "Write metres, more than 0.")
	}
}

// unplaced tells of a maxDistance without locations.
func (t tell) unplaced() {
	t.add(NotRelevant, "maxDistance", "There are no locations that it would be measured from.", "Add locations, or leave it out.")
}

// dated tells of a date for which a style is not shown (ARCH, relevance table).
func (t tell) dated(key, style string, placed bool) {
	switch {
	case style == "storeCard" || style == "coupon":
		t.add(NotRelevant, key, "A pass of the style "+style+" is never shown for a date.", "Give it locations, or choose another style.")
	case style == "generic" && !placed:
		t.add(NotRelevant, key, "A generic pass is only shown for a date together with a location.", "Add locations.")
	}
}

// old tells of a relevantDate alone (DOC pass).
func (t tell) old() {
	t.add(OldKey, "relevantDate", "It is deprecated since iOS 18.", "Write relevantDates too.")
}

// undated tells of one of relevantDates that says nothing (DOC relevantdates).
func (t tell) undated(path string) {
	t.add(BadRange, path, "It has neither a date nor a beginning and an end.", "Write date, or startDate and endDate.")
}

// interval checks one of relevantDates (DOC relevantdates).
func (t tell) interval(path string, begin, end time.Time) {
	switch {
	case !end.After(begin):
		t.add(BadRange, path, "It ends before it begins.", "Write a later endDate.")
	case end.Sub(begin) > 24*time.Hour:
		t.add(BadRange, path, "It lasts longer than 24 hours.", "Write one for each day.")
	}
}

// maxNFC is how much of a message a terminal is given, in bytes.
const maxNFC = 64

// nfc checks what a terminal is told (DOC nfc).
func (t tell) nfc(message, key string) {
	switch {
	case message == "":
		t.add(BadNFC, "nfc.message", "It is missing or empty.", "Write what the terminal is to be told.")
	case len(message) > maxNFC:
		t.add(LongNFC, "nfc.message", fmt.Sprintf("It has %d bytes, and terminals are given 64.", len(message)), "Shorten it.")
	}
	der, err := base64.StdEncoding.DecodeString(key)
	if err != nil || !onP256(der) {
		t.add(BadNFC, "nfc.encryptionPublicKey", "It is not a public key on the curve P-256.", "Write the key's SubjectPublicKeyInfo in base64, without the lines around it.")
	}
}

// onP256 says whether der is the SubjectPublicKeyInfo of a point on P-256, in
// its long or short form.
func onP256(der []byte) bool {
	var info struct {
		Algorithm pkix.AlgorithmIdentifier
		Key       asn1.BitString
	}
	rest, err := asn1.Unmarshal(der, &info)
	var curve asn1.ObjectIdentifier
	if err != nil || len(rest) > 0 || !info.Algorithm.Algorithm.Equal(asn1.ObjectIdentifier{1, 2, 840, 10045, 2, 1}) {
		return false
	}
	if _, err := asn1.Unmarshal(info.Algorithm.Parameters.FullBytes, &curve); err != nil || !curve.Equal(asn1.ObjectIdentifier{1, 2, 840, 10045, 3, 1, 7}) {
		return false
	}
	point := info.Key.RightAlign()
	if len(point) == 33 {
		x, _ := elliptic.UnmarshalCompressed(elliptic.P256(), point)
		return x != nil
	}
	_, err = ecdh.P256().NewPublicKey(point)
	return err == nil
}
