package apple

import (
	"fmt"
	"slices"
)

// places checks locations and beacons (DOC pass, locations, beacons).
func (j *judge) places() {
	locations, beacons := j.pass.list("locations"), j.pass.list("beacons")
	j.tell().count("locations", len(locations))
	for i, v := range locations {
		place, ok := v.(*object)
		if !ok || i >= maxItems {
			continue
		}
		latitude, hasLatitude := number(place.value("latitude"))
		longitude, hasLongitude := number(place.value("longitude"))
		if hasLatitude && hasLongitude {
			j.tell().location(fmt.Sprintf("locations[%d]", i), latitude, longitude)
		}
	}
	known := map[string]bool{}
	for i, v := range beacons {
		beacon, ok := v.(*object)
		if !ok || i >= maxItems {
			continue
		}
		path := fmt.Sprintf("beacons[%d]", i)
		if id := beacon.text("proximityUUID"); id != "" {
			known[j.tell().beacon(path, id)] = true
		}
		for _, key := range []string{"major", "minor"} {
			if x, ok := number(beacon.value(key)); ok && (x < 0 || x > 0xffff) {
				j.add(BadPlace, path+"."+key, "It is not from 0 to 65535.", "Write the beacon's own number.")
			}
		}
	}
	j.tell().count("beacons", len(known))
}

// nfc checks what a terminal is told.
func (j *judge) nfc() {
	if nfc := j.pass.object("nfc"); nfc != nil {
		j.tell().nfc(nfc.text("message"), nfc.text("encryptionPublicKey"))
	}
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
