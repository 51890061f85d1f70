package apple

import (
	"crypto/x509"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Verdict is what there is to say of a file: a pass, or a bundle of several.
type Verdict struct {
	Findings Faults      `json:"findings"` // of the bundle itself; none of a pass alone
	Passes   []Judgement `json:"passes"`
}

// All returns the findings of the bundle and of each pass.
func (v Verdict) All() Faults {
	all := slices.Clone(v.Findings)
	for _, p := range v.Passes {
		all = append(all, p.Findings...)
	}
	return all
}

// Judgement is what there is to say of one pass.
type Judgement struct {
	File     string  `json:"file"`    // within a bundle; empty for a pass alone
	Summary  Summary `json:"summary"` // empty when the pass can't be read
	Findings Faults  `json:"findings"`
}

// Summary is what a pass is, in a few facts. Texts are safe for a terminal.
type Summary struct {
	Style        string     `json:"style"`
	Organization string     `json:"organization"`
	Description  string     `json:"description"`
	PassType     string     `json:"pass_type"`
	Team         string     `json:"team"`
	Serial       string     `json:"serial"`
	Languages    []string   `json:"languages"` // that have a folder
	Files        int        `json:"files"`
	Bytes        int        `json:"bytes"`
	SignedBy     string     `json:"signed_by"`
	SignedAt     *time.Time `json:"signed_at"` // null when the signature has no time
	ValidTo      *time.Time `json:"valid_to"`  // the certificate's end; null when there is none
}

// Judge checks a pass, or each pass of a .pkpasses bundle, as Verify does.
func Judge(file []byte, roots *x509.CertPool, now time.Time) Verdict {
	if entries, _, why := directory(file, maxEntries); why == nil && isBundle(entries) {
		return judgeAll(file, entries, roots, now)
	}
	return Verdict{Findings: Faults{}, Passes: []Judgement{judgeOne("", file, roots, now)}}
}

func judgeOne(name string, file []byte, roots *x509.CertPool, now time.Time) Judgement {
	b := verify(file, roots, now)
	return Judgement{File: printable(name), Summary: summaryOf(b, len(file)), Findings: append(Faults{}, b.faults...)}
}

// Limits of a bundle (DOC distributing-and-updating-a-pass).
const (
	maxPasses = 10
	maxBundle = 150 << 20
	passFile  = ".pkpass"
)

// isBundle says whether an archive holds passes instead of a pass.
func isBundle(entries []zipEntry) bool {
	bundle := false
	for i := range entries {
		if entries[i].name == "pass.json" {
			return false
		}
		bundle = bundle || strings.HasSuffix(entries[i].name, passFile)
	}
	return bundle
}

// judgeAll checks the passes of a bundle, of which it looks at ten.
func judgeAll(file []byte, entries []zipEntry, roots *x509.CertPool, now time.Time) Verdict {
	own, passes, count := &bundle{files: map[string][]byte{}}, []Judgement{}, 0
	serials := map[string]string{}
	for i := range entries {
		e := &entries[i]
		if e.folder() {
			continue
		}
		if !strings.HasSuffix(e.name, passFile) {
			own.add(StrangerInside, "archive: "+e.name, "It is no pass.", "Put .pkpass files into the bundle, and nothing else.")
			continue
		}
		if count++; count > maxPasses {
			continue
		}
		if why := e.locate(file); why != nil {
			own.refuse("archive: "+e.name, why)
			continue
		}
		content, ok := own.entry(e, file, maxArchive)
		if !ok {
			continue
		}
		own.files[e.name] = nil // to notice a second of the name
		j := judgeOne(e.name, content, roots, now)
		id := j.Summary.PassType + " " + j.Summary.Serial
		if other, twice := serials[id]; twice && j.Summary.Serial != "" {
			own.add(SameSerial, "archive: "+e.name, "It has the serial number of "+other+", and takes its place.", "Give each pass a serial number of its own.")
		}
		serials[id] = e.name
		passes = append(passes, j)
	}
	own.limits(len(file), len(entries), count)
	own.faults.sort()
	return Verdict{Findings: append(Faults{}, own.faults...), Passes: passes}
}

// limits checks how large a bundle is.
func (b *bundle) limits(size, entries, passes int) {
	const spread = "Spread the passes over several files."
	if size > maxBundle {
		b.add(TooManyPasses, "archive", fmt.Sprintf("It has %d bytes, and phones take 150 MB.", size), spread)
	}
	if passes > maxPasses {
		b.add(TooManyPasses, "archive", fmt.Sprintf("It has %d passes, and phones take 10; the others were not looked at.", passes), spread)
	}
	if entries > maxEntries {
		b.add(TooLarge, "archive", fmt.Sprintf("It has more than %d entries.", maxEntries), spread)
	}
}

// summaryOf tells what a file is, as far as it can be read.
func summaryOf(b *bundle, size int) Summary {
	s := Summary{Languages: append([]string{}, folders(b.names)...), Files: len(b.names), Bytes: size}
	quiet := &bundle{names: b.names, files: b.files} // faults were told
	if pass := quiet.document(); pass != nil {
		s.Style = strings.Join(stylesOf(pass), ", ")
		s.Organization, s.Description = printable(pass.text("organizationName")), printable(pass.text("description"))
		s.PassType, s.Team, s.Serial = printable(pass.text("passTypeIdentifier")), printable(pass.text("teamIdentifier")), printable(pass.text("serialNumber"))
	}
	sig := quiet.signature()
	if sig.leaf != nil {
		end := sig.leaf.NotAfter.UTC()
		s.SignedBy, s.ValidTo = printable(sig.leaf.Subject.CommonName), &end
	}
	if !sig.at.IsZero() {
		at := sig.at.UTC()
		s.SignedAt = &at
	}
	return s
}
