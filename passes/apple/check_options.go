package apple

import (
	"fmt"
	"net/url"
	"slices"
)

// options checks what few passes have.
func (c *checker) options(p *Pass) {
	t := c.tell()
	if p.Relevance != nil {
		c.relevance(p, p.Relevance)
	}
	if p.NFC != nil {
		t.nfc(p.NFC.Message, p.NFC.EncryptionPublicKey)
	}
	if app := p.Companion; app != nil && app.LaunchURL != "" {
		if len(app.Stores) == 0 {
			t.add(Ignored, "appLaunchURL", withoutStores, leaveOut)
		}
		t.link("appLaunchURL", app.LaunchURL)
	}
	if p.GroupingIdentifier != "" && p.Style != EventTicket {
		t.add(Ignored, "groupingIdentifier", notGrouped, leaveOut)
	}
}

const (
	withoutStores = "It needs associatedStoreIdentifiers."
	notGrouped    = "Only boarding passes and event tickets are grouped."
)

// link checks an address that leads out of the pass (DOC pass).
func (t tell) link(path, text string) {
	if u, err := url.Parse(text); err != nil || u.Scheme == "" || u.Host == "" && u.Opaque == "" && u.Path == "" {
		t.add(BadLink, path, "It is not an address, so it leads nowhere.", "Write the whole address, such as https://example.com/help.")
	}
}

// relevance checks where and when a pass of ours shows itself.
func (c *checker) relevance(p *Pass, r *Relevance) {
	t := c.tell()
	t.count("locations", len(r.Locations))
	for i := range r.Locations {
		t.location(fmt.Sprintf("locations[%d]", i), r.Locations[i].Latitude, r.Locations[i].Longitude)
	}
	var known []string
	for i := range r.Beacons {
		if id := t.beacon(fmt.Sprintf("beacons[%d]", i), r.Beacons[i].ProximityUUID); !slices.Contains(known, id) {
			known = append(known, id)
		}
	}
	t.count("beacons", len(known))
	if r.MaxDistance != 0 {
		t.distance(float64(r.MaxDistance))
		if len(r.Locations) == 0 {
			t.unplaced()
		}
	}
	placed := len(r.Locations)+len(r.Beacons) > 0
	switch {
	case len(r.RelevantDates) > 0:
		t.dated("relevantDates", string(p.Style), placed)
	case !r.RelevantDate.IsZero():
		t.old()
		t.dated("relevantDate", string(p.Style), placed)
	}
	for i, d := range r.RelevantDates {
		switch path := fmt.Sprintf("relevantDates[%d]", i); {
		case d.Date.IsZero() && (d.Begin.IsZero() || d.End.IsZero()):
			t.undated(path)
		case !d.Begin.IsZero() && !d.End.IsZero():
			t.interval(path, d.Begin.Time, d.End.Time)
		}
	}
}
