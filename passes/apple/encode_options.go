package apple

import (
	"encoding/json"
	"math"
	"strconv"
)

// options appends what few passes have.
func (e *encoder) options(p *Pass) {
	if r := p.Relevance; r != nil {
		e.relevance(r)
	}
	if c := p.Companion; c != nil {
		e.stores(c.Stores)
		e.given("appLaunchURL", c.LaunchURL)
	}
	if n := p.NFC; n != nil {
		e.key("nfc")
		e.b = append(e.b, '{')
		e.text("message", n.Message)
		e.text("encryptionPublicKey", n.EncryptionPublicKey)
		e.flag("requiresAuthentication", n.RequiresAuthentication)
		e.b = append(e.b, '}')
	}
	e.given("groupingIdentifier", p.GroupingIdentifier)
	e.tags(p.Semantics)
}

func (e *encoder) relevance(r *Relevance) {
	e.list("locations", len(r.Locations), func(i int) { e.location(&r.Locations[i]) })
	e.whole("maxDistance", r.MaxDistance)
	e.list("beacons", len(r.Beacons), func(i int) { e.beacon(&r.Beacons[i]) })
	e.date("relevantDate", r.RelevantDate)
	e.list("relevantDates", len(r.RelevantDates), func(i int) { e.relevantDate(&r.RelevantDates[i]) })
}

// list appends a list unless it is empty.
func (e *encoder) list(name string, n int, item func(i int)) {
	if n == 0 {
		return
	}
	e.key(name)
	e.b = append(e.b, '[')
	for i := range n {
		if i > 0 {
			e.b = append(e.b, ',')
		}
		item(i)
	}
	e.b = append(e.b, ']')
}

func (e *encoder) location(l *Location) {
	e.b = append(e.b, '{')
	e.degrees("latitude", l.Latitude)
	e.degrees("longitude", l.Longitude)
	if l.Altitude != 0 {
		e.degrees("altitude", l.Altitude)
	}
	e.given("relevantText", l.RelevantText)
	e.b = append(e.b, '}')
}

// degrees appends a number of common size. Others are left to the library.
func (e *encoder) degrees(name string, x float64) {
	e.key(name)
	if size := math.Abs(x); x != 0 && size < 1e-6 || !(size < 1e21) {
		e.other(x)
		return
	}
	e.b = strconv.AppendFloat(e.b, x, 'f', -1, 64)
}

func (e *encoder) beacon(b *Beacon) {
	e.b = append(e.b, '{')
	e.text("proximityUUID", b.ProximityUUID)
	for _, number := range []struct {
		name  string
		value *uint16
	}{{"major", b.Major}, {"minor", b.Minor}} {
		if number.value != nil {
			e.key(number.name)
			e.b = strconv.AppendUint(e.b, uint64(*number.value), 10)
		}
	}
	e.given("relevantText", b.RelevantText)
	e.b = append(e.b, '}')
}

func (e *encoder) relevantDate(r *RelevantDate) {
	e.b = append(e.b, '{')
	e.date("date", r.Date)
	e.date("relevantDate", r.Date)
	e.date("startDate", r.Begin)
	e.date("endDate", r.End)
	e.b = append(e.b, '}')
}

func (e *encoder) stores(ids []int64) {
	e.list("associatedStoreIdentifiers", len(ids), func(i int) { e.b = strconv.AppendInt(e.b, ids[i], 10) })
}

// tags leaves what machines read to the library.
func (e *encoder) tags(t *Tags) {
	if t == nil {
		return
	}
	b, err := json.Marshal(t)
	if err != nil {
		e.err = err
	}
	e.key("semantics")
	e.b = append(e.b, b...)
}
