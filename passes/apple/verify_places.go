package apple

import "fmt"

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
