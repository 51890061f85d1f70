package apple

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
)

// Limits of a file that is read. A pass of ours has 50 KB; a phone takes more,
// but who hands us hundreds of megabytes means no good.
const (
	maxArchive = 32 << 20
	maxContent = 64 << 20 // all entries unpacked
	maxEntries = 200
	maxJSON    = 1 << 20 // pass.json and manifest.json, each
	maxCMS     = 64 << 10
)

// bundle is the contents of a .pkpass file.
type bundle struct {
	names  []string // in the archive's order
	files  map[string][]byte
	faults Faults
}

func (b *bundle) add(code FaultCode, path, fault, remedy string) {
	b.faults.add(code, path, fault, remedy)
}

// open unpacks a file from a stranger. It never reads more than the limits
// allow, whatever the archive's directory claims.
func open(file []byte) *bundle {
	b := &bundle{files: map[string][]byte{}}
	if len(file) > maxArchive {
		b.add(TooLarge, "archive", fmt.Sprintf("It has %d bytes.", len(file)), "A pass has at most 32 MB; use smaller pictures.")
		return b
	}
	entries, end, why := directory(file, maxEntries)
	if why != nil {
		b.refuse("archive", why)
		return b
	}
	if len(entries) > maxEntries {
		b.add(TooLarge, "archive", fmt.Sprintf("It has more than %d entries.", maxEntries), "Leave out what the pass does not show.")
		return b
	}
	located := true
	for room, i := int64(maxContent), 0; i < len(entries); i++ {
		e := &entries[i]
		if why := e.locate(file); why != nil {
			b.refuse("archive: "+e.name, why)
			located = false
			continue
		}
		if content, ok := b.entry(e, file, room); ok {
			room -= int64(len(content))
			b.names = append(b.names, e.name)
			b.files[e.name] = content
		}
	}
	if located && !gapless(entries, end) {
		b.refuse("archive", junk)
	}
	b.wrapped()
	return b
}

func (b *bundle) refuse(path string, why *refusal) { b.add(why.code, path, why.fault, why.remedy) }

// entry reads one entry, and says whether it counts as a file of the pass.
func (b *bundle) entry(e *zipEntry, file []byte, room int64) ([]byte, bool) {
	path := "archive: " + e.name
	_, twice := b.files[e.name]
	switch {
	case e.folder() && !climbs(strings.TrimSuffix(e.name, "/")):
		return nil, false
	case climbs(e.name):
		b.add(BadEntry, path, "Its path leads out of the archive or is not plain.", "Use relative paths with /.")
		return nil, false
	case twice:
		b.add(DuplicateEntry, path, "The archive has this name twice.", "Write each file once.")
		return nil, false
	case !e.regular():
		b.add(BadEntry, path, "It is not a plain file.", "Write the file itself, not a link to it.")
		return nil, false
	}
	content, why := e.content(file, room)
	if why != nil {
		b.refuse(path, why)
	}
	return content, why == nil
}

// climbs says whether a path could leave the folder that it is unpacked into,
// on any system.
func climbs(name string) bool {
	if name == "" || len(name) > 255 || strings.ContainsAny(name, "\\:\x00") {
		return true
	}
	for part := range strings.SplitSeq(name, "/") {
		if part == "" || part == "." || part == ".." {
			return true
		}
	}
	return false
}

// wrapped notices the commonest mistake, a folder around everything, and looks
// into that folder, so that the mistake is told once.
func (b *bundle) wrapped() {
	if _, ok := b.files["pass.json"]; ok {
		return
	}
	folder := ""
	for _, name := range b.names {
		if before, ok := strings.CutSuffix(name, "/pass.json"); ok && !strings.Contains(before, "/") {
			folder = before + "/"
		}
	}
	if folder == "" {
		return
	}
	b.add(BadEntry, "archive: "+folder, "The files lie in a folder.", "Zip the folder's contents, not the folder.")
	all := b.names
	b.names = nil
	for _, name := range all {
		short := strings.TrimPrefix(name, folder)
		content := b.files[name]
		delete(b.files, name)
		if _, twice := b.files[short]; !twice {
			b.names = append(b.names, short)
			b.files[short] = content
		}
	}
}

// manifest returns the entries of manifest.json. It reads it strictly, for two
// readers must not see two manifests.
func (b *bundle) manifest() (map[string]string, bool) {
	raw, ok := b.files["manifest.json"]
	if !ok {
		b.add(MissingEntry, "manifest.json", "It is missing.", "List all files with their SHA-1.")
		return nil, false
	}
	hashes, err := pairs(raw)
	if err != nil {
		b.add(BadManifest, "manifest.json", "It is not one flat object of texts.", "Write file names and SHA-1 in lower-case hex.")
		return nil, false
	}
	return hashes, true
}

// pairs reads a flat JSON object of texts with no key twice.
func pairs(raw []byte) (map[string]string, error) {
	if len(raw) > maxJSON {
		return nil, fmt.Errorf("%d bytes", len(raw))
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	if open, err := d.Token(); err != nil || open != json.Delim('{') {
		return nil, fmt.Errorf("no object: %w", err)
	}
	found := map[string]string{}
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return nil, err
		}
		value, err := d.Token()
		if err != nil {
			return nil, err
		}
		name, isName := key.(string)
		text, isText := value.(string)
		if _, twice := found[name]; twice || !isName || !isText {
			return nil, fmt.Errorf("key %q is twice or no text", name)
		}
		found[name] = text
	}
	if _, err := d.Token(); err != nil {
		return nil, err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("something follows the object")
	}
	return found, nil
}

// printable makes a stranger's text safe for a terminal and one line.
func printable(s string) string {
	s = strings.Map(func(r rune) rune {
		if r < 0x20 || r >= 0x7f && r < 0xa0 || r >= 0x200b && r <= 0x200f || r >= 0x2028 && r <= 0x202e || r >= 0x2066 && r <= 0x2069 {
			return '�'
		}
		return r
	}, s)
	if len(s) > 400 {
		s = strings.ToValidUTF8(s[:400], "") + "…"
	}
	return s
}
