package apple

import (
	"crypto/ecdh"
	"crypto/elliptic"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/base64"
	"fmt"
	"slices"

	"github.com/google/uuid"
)

// maxPlaces is how many locations, and how many beacons, a pass may have.
const maxPlaces = 10

// places checks locations and beacons (DOC pass, locations, beacons).
func (j *judge) places() {
	locations := j.pass.list("locations")
	if len(locations) > maxPlaces {
		j.add(TooManyPlaces, "locations", fmt.Sprintf("It has %d; phones take 10.", len(locations)), "Keep the ten that matter.")
	}
	for i, v := range locations {
		place, ok := v.(*object)
		if !ok || i >= maxItems {
			continue
		}
		path := fmt.Sprintf("locations[%d]", i)
		if x, ok := number(place.value("latitude")); ok && (x < -90 || x > 90) {
			j.add(BadPlace, path+".latitude", "It is beyond a pole.", "Write degrees from -90 to 90.")
		}
		if x, ok := number(place.value("longitude")); ok && (x < -180 || x > 180) {
			j.add(BadPlace, path+".longitude", "It is no place on earth.", "Write degrees from -180 to 180.")
		}
		lat, _ := number(place.value("latitude"))
		lon, _ := number(place.value("longitude"))
		if place.has("latitude") && place.has("longitude") && lat == 0 && lon == 0 {
			j.add(BadPlace, path, "It lies in the sea off Ghana, where coordinates that nobody filled in lead.", "Write the shop's coordinates, or leave it out.")
		}
	}
	j.beacons()
}

func (j *judge) beacons() {
	known := map[string]bool{}
	for i, v := range j.pass.list("beacons") {
		beacon, ok := v.(*object)
		if !ok || i >= maxItems {
			continue
		}
		path := fmt.Sprintf("beacons[%d]", i)
		id, err := uuid.Parse(beacon.text("proximityUUID"))
		if beacon.text("proximityUUID") != "" && err != nil {
			j.add(BadPlace, path+".proximityUUID", "It is no UUID.", "Write it as 36 characters with hyphens.")
		}
		known[id.String()] = true
		for _, key := range []string{"major", "minor"} {
			if x, ok := number(beacon.value(key)); ok && (x < 0 || x > 0xffff) {
				j.add(BadPlace, path+"."+key, "It is not from 0 to 65535.", "Write the beacon's own number.")
			}
		}
	}
	if len(known) > maxPlaces {
		j.add(TooManyPlaces, "beacons", fmt.Sprintf("It has %d different beacons; phones take 10.", len(known)), "Keep the ten that matter.")
	}
}

// maxNFC is how much of a message a terminal is given, in bytes.
const maxNFC = 64

// nfc checks what a terminal is told (DOC pass/nfc).
func (j *judge) nfc() {
	nfc := j.pass.object("nfc")
	if nfc == nil {
		return
	}
	message, key := nfc.text("message"), nfc.text("encryptionPublicKey")
	switch {
	case message == "":
		j.add(BadNFC, "nfc.message", "It is missing or empty.", "Write what the terminal is to be told.")
	case len(message) > maxNFC:
		j.add(LongNFC, "nfc.message", fmt.Sprintf("It has %d bytes, and terminals are given 64.", len(message)), "Shorten it.")
	}
	der, err := base64.StdEncoding.DecodeString(key)
	if err != nil || !onP256(der) {
		j.add(BadNFC, "nfc.encryptionPublicKey", "It is not a public key on the curve P-256.", "Write the key's SubjectPublicKeyInfo in base64, without the lines around it.")
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

// personalFields are what personalization.json may ask for.
var personalFields = []string{
	"PKPassPersonalizationFieldName", "PKPassPersonalizationFieldPostalCode", "PKPassPersonalizationFieldEmailAddress", "PKPassPersonalizationFieldPhoneNumber",
}

// personalization checks the file that asks the holder to sign up (DOC
// personalizationdictionary; ARCH).
func (j *judge) personalization() {
	const name = "personalization.json"
	raw, ok := j.b.files[name]
	if !ok {
		return
	}
	bad := func(path, fault, remedy string) { j.b.add(BadPersonal, name+path, fault, remedy) }
	if !j.pass.has("nfc") {
		bad("", "Phones only ask holders of passes with nfc to sign up.", "Add nfc, or leave the file out.")
	}
	if !j.b.picture("personalizationLogo") {
		bad("", "There is no personalizationLogo, and phones ask for one.", "Add personalizationLogo@2x.png and @3x.")
	}
	o := j.b.json(name, raw)
	if o == nil {
		return
	}
	if o.text("description") == "" {
		bad(": description", "It is missing or empty.", "Say what signing up is for.")
	}
	fields := o.list("requiredPersonalizationFields")
	if len(fields) == 0 {
		bad(": requiredPersonalizationFields", "It asks for nothing.", "List the fields that are needed.")
	}
	for i, v := range fields {
		if field, _ := v.(string); i < maxItems && !slices.Contains(personalFields, field) {
			bad(fmt.Sprintf(": requiredPersonalizationFields[%d]", i), "Phones know no such field.", "Use the names that begin with PKPassPersonalizationField.")
		}
	}
	for _, key := range o.keys {
		if key != "description" && key != "requiredPersonalizationFields" && key != "termsAndConditions" {
			bad(": "+key, "Wallet does not know this key.", "Leave it out.")
		}
	}
}
