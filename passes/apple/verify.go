package apple

import (
	"bytes"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"image/png"
	"slices"
	"strings"
	"time"
)

// Verify checks a .pkpass file as a phone would at that time, and names each
// fault; none means that a phone that trusts roots takes it. Real phones trust
// Roots. With roots nil the chain is followed up to the intermediate inside and
// no further, and whoever made that may have made the pass. It reads
// files from strangers: nothing in them makes it fail or use much memory.
func Verify(file []byte, roots *x509.CertPool, now time.Time) Faults {
	b := open(file)
	if len(b.files) == 0 {
		if len(b.faults) == 0 {
			b.add(NotAnArchive, "archive", "It is empty.", "Zip the pass's files.")
		}
		return b.faults
	}
	b.hashes()
	b.pictures()
	s := b.signature()
	if s.leaf != nil {
		b.trust(s, roots, now)
	}
	b.content(s)
	return b.faults
}

// hashes compares the manifest with the files, both ways.
func (b *bundle) hashes() {
	listed, ok := b.manifest()
	if !ok {
		return
	}
	for _, name := range b.names {
		if name == "manifest.json" || name == "signature" {
			continue
		}
		want, ok := listed[name]
		switch {
		case !ok:
			b.add(Unlisted, "manifest.json: "+printable(name), "The file is not listed.", "List it, or leave it out.")
		case want != hash(b.files[name]):
			b.add(WrongHash, "manifest.json: "+printable(name), "The SHA-1 is not the file's.", "Hash the bytes as they are in the archive, and sign again.")
		}
	}
	var absent []string
	for name := range listed {
		if _, ok := b.files[name]; !ok {
			absent = append(absent, name)
		}
	}
	slices.Sort(absent)
	for _, name := range absent {
		b.add(MissingEntry, "manifest.json: "+printable(name), "The file is listed and not there.", "Add it, or take it from the list.")
	}
}

// document is pass.json as others write it too.
type document struct {
	Pass
	StoreCard     *Fields           `json:"storeCard"`
	Coupon        *Fields           `json:"coupon"`
	Generic       *Fields           `json:"generic"`
	EventTicket   *Fields           `json:"eventTicket"`
	BoardingPass  *Fields           `json:"boardingPass"`
	PosterGeneric *Fields           `json:"posterGeneric"`
	Locations     []json.RawMessage `json:"locations"`
	Beacons       []json.RawMessage `json:"beacons"`
}

// styles returns the fields of the styles that are there, but for the poster,
// which may stand beside another.
func (d *document) styles() []namedFields {
	var found []namedFields
	for _, s := range []namedFields{
		{"storeCard", d.StoreCard}, {"coupon", d.Coupon}, {"generic", d.Generic},
		{"eventTicket", d.EventTicket}, {"boardingPass", d.BoardingPass},
	} {
		if s.fields != nil {
			found = append(found, s)
		}
	}
	return found
}

type namedFields struct {
	style  string
	fields *Fields
}

// document reads pass.json.
func (b *bundle) document() (*document, bool) {
	raw, ok := b.files["pass.json"]
	if !ok {
		b.add(MissingEntry, "pass.json", "It is missing.", "It must lie at the top of the archive.")
		return nil, false
	}
	if len(raw) > maxJSON {
		b.add(TooLarge, "pass.json", fmt.Sprintf("It has %d bytes.", len(raw)), "Keep what the card shows.")
		return nil, false
	}
	d := &document{}
	err := json.Unmarshal(raw, d)
	if wrong, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		b.add(BadJSON, "pass.json: "+printable(strings.TrimPrefix(wrong.Field, "Pass.")),
			"It is a "+wrong.Value+", and phones want a "+plain(wrong.Type.String())+".", "Write it in that form.")
		return nil, false
	}
	if err != nil {
		b.add(BadJSON, "pass.json", "It is not JSON.", "Write one JSON object in UTF-8.")
		return nil, false
	}
	return d, true
}

// plain names a Go type in words.
func plain(kind string) string {
	switch {
	case kind == "string":
		return "text"
	case strings.HasPrefix(kind, "[]"):
		return "list"
	case kind == "int":
		return "whole number"
	}
	return strings.TrimPrefix(kind, "*apple.")
}

// content checks pass.json against the rules and the certificate.
func (b *bundle) content(s signature) {
	d, ok := b.document()
	if !ok {
		return
	}
	c := checker{rules: Rules{HTTP: s.development}}
	if s.leaf != nil {
		c.rules.PassTypeID, c.rules.TeamID = subject(s.leaf, oidUID), subject(s.leaf, oidOU)
	}
	c.identity(&d.Pass)
	c.service(&d.Pass)
	c.colours(&d.Pass)
	c.barcodes(&d.Pass)
	styles := d.styles()
	if len(styles) > 1 || len(styles) == 0 && d.PosterGeneric == nil {
		c.add(WrongStyle, "storeCard", fmt.Sprintf("The pass has %d styles.", len(styles)), "Give it one of storeCard, coupon, generic, eventTicket and boardingPass.")
	}
	for _, s := range styles {
		c.fields(s.style, s.fields)
	}
	for name, list := range map[string][]json.RawMessage{"locations": d.Locations, "beacons": d.Beacons} {
		if len(list) > 10 {
			c.add(TooManyPlaces, name, fmt.Sprintf("It has %d; phones take 10.", len(list)), "Keep the ten that matter.")
		}
	}
	for _, f := range c.faults {
		b.faults.add(f.Code, f.Path, f.Fault, f.Remedy)
	}
}

// Limits of pictures that are decoded to see whether they can be.
const (
	maxPictures      = 80
	maxPicturePixels = 4_000_000
)

// pictures checks that there is an icon and that all pictures are PNG files of
// a sensible size.
func (b *bundle) pictures() {
	icon, count := false, 0
	for _, name := range b.names {
		if !strings.HasSuffix(name, ".png") {
			continue
		}
		base := name[strings.LastIndexByte(name, '/')+1:]
		icon = icon || base == "icon.png"
		if count++; count > maxPictures {
			b.add(TooLarge, "archive", "It has more than 80 pictures.", "Leave out what the pass does not show.")
			break
		}
		config, err := png.DecodeConfig(bytes.NewReader(b.files[name]))
		if err == nil && config.Width*config.Height > maxPicturePixels {
			b.add(BadImage, printable(name), fmt.Sprintf("It has %d × %d pixels.", config.Width, config.Height), "Scale it to the size that is shown.")
			continue
		}
		if err == nil {
			_, err = png.Decode(bytes.NewReader(b.files[name]))
		}
		if err != nil {
			b.add(BadImage, printable(name), "It is not a PNG picture.", "Save it as PNG.")
		}
	}
	if !icon {
		b.add(MissingEntry, "icon.png", "It is missing, and without it phones refuse the pass.", "Add icon.png, icon@2x.png and icon@3x.png.")
	}
}
