package apple

import (
	"encoding/binary"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"

	"regulars/templates"
)

// A member whose language is known has a pass in it. Of all others the phone knows
// more: their pass has its texts in every language, in pass.strings, and the phone
// shows those of its own. pass.json is in the program's language, for phones that
// speak none of ours.

// spoken is a file that a pass alone has: its texts in a language, mostly.
type spoken struct {
	name string // nl.lproj/pass.strings
	text []byte
}

// speak gives a pass its texts in all languages, each of which says it in its own.
func (d *Design) speak(pass *Pass, in func(*wording) (Pass, error)) error {
	own := pass.texts()
	files := make([][]string, len(templates.Languages)) // key, text, key, text …
	said := make([]map[string]string, len(templates.Languages))
	for i, language := range templates.Languages {
		theirs := *d.wordings[language]
		theirs.roomy = true // what has room in one language has a text in each
		other, err := in(&theirs)
		if err != nil {
			return err
		}
		said[i] = map[string]string{}
		for _, t := range other.texts() {
			said[i][t.place] = t.text
		}
	}
	seen := map[string]bool{}
	for _, t := range own {
		// A text that stands in two places is one key: the first place decides.
		if seen[t.text] || !slices.ContainsFunc(said, func(in map[string]string) bool { return in[t.place] != t.text }) {
			continue
		}
		seen[t.text] = true
		for i := range files {
			files[i] = append(files[i], t.text, said[i][t.place])
		}
	}
	for i, language := range templates.Languages {
		if len(files[i]) > 0 {
			pass.spoken = append(pass.spoken, spoken{language + ".lproj/pass.strings", stringsFile(files[i])})
		}
	}
	return nil
}

// placed is a text of a pass that a phone looks up in pass.strings.
type placed struct{ place, text string }

// texts returns them in their order; the place is one of the pass.
func (p *Pass) texts() []placed {
	var all []placed
	add := func(place, text string) {
		if text != "" {
			all = append(all, placed{place, text})
		}
	}
	add("description", p.Description)
	add("logoText", p.LogoText)
	for _, area := range p.Fields.areas() {
		for i := range area.fields {
			f := &area.fields[i]
			add(f.Key+"/label", f.Label)
			if value, ok := f.Value.(string); ok {
				add(f.Key+"/value", value)
			}
			add(f.Key+"/change", f.ChangeMessage)
			add(f.Key+"/attributed", f.Attributed)
		}
	}
	if p.Relevance != nil {
		for i, l := range p.Locations {
			add("location/"+strconv.Itoa(i), l.RelevantText)
		}
		for i, b := range p.Beacons {
			add("beacon/"+strconv.Itoa(i), b.RelevantText)
		}
	}
	return all
}

var escapes = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`)

// stringsFile writes pairs of a key and a text as Apple asks for it: in UTF-16 with
// its mark, since hardly any language is ASCII alone.
func stringsFile(pairs []string) []byte {
	var b strings.Builder
	for i := 0; i+1 < len(pairs); i += 2 {
		b.WriteByte('"')
		b.WriteString(escapes.Replace(pairs[i]))
		b.WriteString(`" = "`)
		b.WriteString(escapes.Replace(pairs[i+1]))
		b.WriteString("\";\n")
	}
	units := utf16.Encode([]rune(b.String()))
	file := make([]byte, 0, 2+2*len(units))
	file = append(file, 0xff, 0xfe)
	for _, u := range units {
		file = binary.LittleEndian.AppendUint16(file, u)
	}
	return file
}
