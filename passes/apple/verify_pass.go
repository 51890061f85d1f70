package apple

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// judge checks the contents of a pass of any maker.
type judge struct {
	b         *bundle
	pass      *object
	now       time.Time
	languages []language
	wrong     map[string]bool // paths of values of the wrong type
}

func (j *judge) add(code FaultCode, path, fault, remedy string) {
	j.b.add(code, "pass.json: "+path, fault, remedy)
}

// content checks pass.json against the rules and the certificate.
func (j *judge) content(s signature) {
	j.walk("", j.pass, passKeys)
	c := checker{rules: Rules{HTTP: s.development}}
	if s.leaf != nil {
		c.rules.PassTypeID, c.rules.TeamID = subject(s.leaf, oidUID), subject(s.leaf, oidOU)
	}
	p := typed(j.pass)
	c.identity(&p)
	c.service(&p)
	c.colours(&p)
	c.barcodes(&p)
	if old := j.pass.object("barcode"); old != nil {
		code := barcodeOf(old)
		c.barcode("barcode", &code)
	}
	j.styles(&c, &p)
	for _, f := range c.faults {
		// What has the wrong type is not missing too.
		if !j.wrong[strings.TrimPrefix(f.Path, "pass.json: ")] {
			j.b.add(f.Code, f.Path, f.Fault, f.Remedy)
		}
	}
	j.general()
	j.relevance()
	j.places()
	j.codes()
	j.contrast(&p)
	j.nfc()
	j.personalization()
}

// styles checks that there is one style, and its fields.
func (j *judge) styles(c *checker, p *Pass) {
	found := stylesOf(j.pass)
	old := slices.DeleteFunc(slices.Clone(found), func(s string) bool { return s == poster })
	switch {
	case len(found) == 0 || len(old) > 1:
		j.add(WrongStyle, "storeCard", fmt.Sprintf("The pass has %d styles.", len(found)), "Give it one of "+strings.Join(classic, ", ")+".")
	case len(old) == 0:
		j.add(NoFallback, poster, "Phones before iOS 27 know no poster, and there is no other style.", "Add a generic style beside it.")
	}
	for _, name := range found {
		style := j.pass.object(name)
		c.speaking = 0
		c.fields(name, areasOf(style), shares(name, p))
		if quiet(name) {
			c.loud(name)
		}
		j.fields(name, style)
		switch transit := style.text("transitType"); {
		case name == "boardingPass" && !slices.Contains(transitTypes, transit):
			j.add(WrongStyle, "boardingPass.transitType", "A boarding pass needs it.", "Use one of "+strings.Join(transitTypes, ", ")+".")
		case name != "boardingPass" && style.has("transitType"):
			j.add(Ignored, name+".transitType", "It is for boarding passes.", "Leave it out.")
		}
		if len(style.list("backFields")) == 0 {
			j.add(NoContact, name+".backFields", "Nothing is on the back.", "Say there who issued the pass and how to reach them.")
		}
	}
}

// square says whether the first code takes the place of a row.
func square(p *Pass) bool {
	return len(p.Barcodes) > 0 && (p.Barcodes[0].Format == formatQR || p.Barcodes[0].Format == formatAztec)
}

// general checks what stands at the top and concerns the whole pass.
func (j *judge) general() {
	if id := j.pass.text("passTypeIdentifier"); id != "" && !strings.HasPrefix(id, "pass.") {
		j.add(WrongIdentity, "passTypeIdentifier", "It does not begin with “pass.”.", "Write the identifier as Apple has it.")
	}
	serial := j.pass.text("serialNumber")
	if strings.ContainsFunc(serial, func(r rune) bool { return !strings.ContainsRune(unreserved, r) }) {
		j.add(BadSerial, "serialNumber", "It has characters that are written otherwise in an address, and phones put it into one.", "Use letters, digits and - . _ ~.")
	}
	if end, ok := readDate(j.pass.text("expirationDate")); ok && j.now.After(end) {
		j.add(PassExpired, "expirationDate", "The pass ended on "+end.UTC().Format(time.DateOnly)+".", "Issue it with a later date, or leave it among the expired ones.")
	}
	styles := stylesOf(j.pass)
	for _, rule := range []struct {
		key, why string
		ignored  bool
	}{
		{"groupingIdentifier", notGrouped, !slices.Contains(styles, "boardingPass") && !slices.Contains(styles, "eventTicket")},
		{"appLaunchURL", withoutStores, len(j.pass.list("associatedStoreIdentifiers")) == 0},
		{"suppressStripShine", "There is no shine since iOS 7.", true},
		{"auxiliaryStoreIdentifiers", "It is for posters of events.", !j.event()},
		{"logoText", "A poster shows no text beside its logo.", len(styles) == 1 && styles[0] == poster},
		{"featuredActions", "They are for posters.", !slices.Contains(styles, poster) && !j.event()},
		{"logoSymbolName", "It is for posters.", !slices.Contains(styles, poster) && !j.event()},
	} {
		if j.pass.has(rule.key) && rule.ignored {
			j.add(Ignored, rule.key, rule.why, "Leave it out.")
		}
	}
	if n := len(j.pass.list("featuredActions")); n > 2 {
		j.add(TooManyFields, "featuredActions", fmt.Sprintf("Of %d actions only 2 are drawn.", n), "Keep two.")
	}
}

// unreserved are the characters that mean themselves in any address (RFC 3986).
const unreserved = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~"

// event says whether the pass asks to be an event's poster.
func (j *judge) event() bool {
	return slices.Contains(j.pass.list("preferredStyleSchemes"), any("posterEventTicket"))
}

// relevance checks when the pass shows itself (ARCH, relevance table).
func (j *judge) relevance() {
	dated := ""
	if j.pass.has("relevantDate") {
		dated = "relevantDate"
		if !j.pass.has("relevantDates") {
			j.tell().old()
		}
	}
	for i, v := range j.pass.list("relevantDates") {
		dated = "relevantDates"
		if item, ok := v.(*object); ok {
			j.interval(fmt.Sprintf("relevantDates[%d]", i), item)
		}
	}
	placed := len(j.pass.list("locations"))+len(j.pass.list("beacons")) > 0
	for _, style := range stylesOf(j.pass) {
		if dated != "" {
			j.tell().dated(dated, style, placed)
		}
	}
	if j.pass.has("maxDistance") && len(j.pass.list("locations")) == 0 {
		j.tell().unplaced()
	}
	if d, ok := number(j.pass.value("maxDistance")); ok {
		j.tell().distance(d)
	}
}

// interval checks one of relevantDates: a date, or a beginning and an end.
func (j *judge) interval(path string, item *object) {
	begin, hasBegin := readDate(item.text("startDate"))
	end, hasEnd := readDate(item.text("endDate"))
	single := item.has("date") || item.has("relevantDate")
	switch {
	case !single && (!item.has("startDate") || !item.has("endDate")):
		j.tell().undated(path)
	case hasBegin && hasEnd:
		j.tell().interval(path, begin, end)
	}
}

// number returns a JSON number.
func number(v any) (float64, bool) {
	n, ok := v.(json.Number)
	if !ok {
		return 0, false
	}
	x, err := strconv.ParseFloat(string(n), 64)
	return x, err == nil
}
