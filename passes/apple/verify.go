package apple

import (
	"crypto/x509"
	"slices"
	"strconv"
	"time"
)

// Verify checks a .pkpass file of any kind and maker as a phone would at that
// time, and names each fault, the worst first. A phone that trusts roots takes
// it when there is no error among them. Real phones trust Roots. With roots nil
// the chain is followed up to the intermediate inside and no further, and
// whoever made that may have made the pass. It reads files from strangers:
// nothing in them makes it fail or use much memory.
func Verify(file []byte, roots *x509.CertPool, now time.Time) Faults {
	return verify(file, roots, now).faults
}

func verify(file []byte, roots *x509.CertPool, now time.Time) *bundle {
	b := open(file)
	if len(b.files) == 0 {
		if len(b.faults) == 0 {
			b.add(NotAnArchive, "archive", "It is empty.", "Zip the pass's files.")
		}
		return b
	}
	b.hashes()
	s := b.signature()
	if s.leaf != nil {
		b.trust(s, roots, now)
	}
	pass := b.document()
	languages := b.languages(pass)
	b.pictures(pass)
	if pass != nil {
		j := &judge{b: b, pass: pass, now: now, languages: languages, wrong: map[string]bool{}}
		j.content(s)
	}
	b.faults.sort()
	return b
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
			b.add(Unlisted, "manifest.json: "+name, "The file is not listed.", "List it, or leave it out.")
		case want != hash(b.files[name]):
			b.add(WrongHash, "manifest.json: "+name, "The SHA-1 is not the file's.", "Hash the bytes as they are in the archive, in lower-case hex, and sign again.")
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
		b.add(MissingEntry, "manifest.json: "+name, "The file is listed and not there.", "Add it, or take it from the list.")
	}
}

// document reads pass.json; nil when it can't be read.
func (b *bundle) document() *object {
	raw, ok := b.files["pass.json"]
	if !ok {
		b.add(MissingEntry, "pass.json", "It is missing.", "It must lie at the top of the archive.")
		return nil
	}
	return b.json("pass.json", raw)
}

// json reads a file that is one JSON object; nil when it is not.
func (b *bundle) json(name string, raw []byte) *object {
	if len(raw) > maxJSON {
		b.add(TooLarge, name, "It has "+strconv.Itoa(len(raw))+" bytes.", "Keep what the card shows.")
		return nil
	}
	v, repeated, err := decode(raw)
	o, ok := v.(*object)
	if err != nil || !ok {
		b.add(BadJSON, name, "It is not JSON.", "Write one JSON object in UTF-8, without a mark before it.")
		return nil
	}
	for _, path := range repeated {
		b.add(RepeatedKey, name+": "+path, "The key stands there twice, and readers differ in which they take.", "Write it once.")
	}
	return o
}

// classic are the styles of which a pass has one. The poster may stand beside
// it, for phones that know it.
var classic = []string{"storeCard", "coupon", "generic", "eventTicket", "boardingPass"}

const poster = "posterGeneric"

// stylesOf returns the names of the styles that a pass has.
func stylesOf(pass *object) []string {
	var found []string
	for _, style := range append(slices.Clone(classic), poster) {
		if pass.object(style) != nil {
			found = append(found, style)
		}
	}
	return found
}

// areaNames are the areas of all styles.
var areaNames = []string{"headerFields", "primaryFields", "secondaryFields", "auxiliaryFields", "backFields", "footerFields", "additionalInfoFields"}

// areasOf returns the fields of a style by area.
func areasOf(style *object) []area {
	var areas []area
	for _, name := range areaNames {
		a := area{name: name}
		for _, v := range style.list(name) {
			f, ok := v.(*object)
			if !ok {
				continue
			}
			if f.has("row") {
				a.rows = 2
			}
			a.fields = append(a.fields, Field{Key: f.text("key"), Label: f.text("label"), Value: f.value("value"), ChangeMessage: f.text("changeMessage")})
		}
		areas = append(areas, a)
	}
	return areas
}

// typed returns what a pass has in common with ours, and for a wrong type
// nothing.
func typed(pass *object) Pass {
	p := Pass{
		PassTypeIdentifier: pass.text("passTypeIdentifier"), TeamIdentifier: pass.text("teamIdentifier"), SerialNumber: pass.text("serialNumber"),
		OrganizationName: pass.text("organizationName"), Description: pass.text("description"), LogoText: pass.text("logoText"),
		ForegroundColor: pass.text("foregroundColor"), BackgroundColor: pass.text("backgroundColor"), LabelColor: pass.text("labelColor"),
		WebServiceURL: pass.text("webServiceURL"), AuthenticationToken: pass.text("authenticationToken"),
	}
	p.Voided, _ = pass.value("voided").(bool)
	if n, ok := number(pass.value("formatVersion")); ok && n == 1 {
		p.FormatVersion = 1
	}
	for _, v := range pass.list("barcodes") {
		if code, ok := v.(*object); ok {
			p.Barcodes = append(p.Barcodes, barcodeOf(code))
		}
	}
	return p
}
