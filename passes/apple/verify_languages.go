package apple

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	xlanguage "golang.org/x/text/language"
)

// language is a pass's texts in one language: what is shown for what stands in
// pass.json.
type language struct {
	folder string
	keys   []string // in the file's order
	texts  map[string]string
}

var folderName = regexp.MustCompile(`^([^/]+)\.lproj/(.+)$`)

// plainFiles are those that a pass has besides pictures.
var plainFiles = []string{"pass.json", "manifest.json", "signature", "personalization.json"}

// languages reads the texts of all languages, and checks them against the pass
// and each other. It also tells of files that are nobody's.
func (b *bundle) languages(pass *object) []language {
	var found []language
	told := map[string]bool{}
	for _, name := range b.names {
		m := folderName.FindStringSubmatch(name)
		if m != nil && !told[m[1]] {
			told[m[1]] = true
			if _, err := xlanguage.Parse(m[1]); err != nil {
				b.add(BadLanguage, m[1]+".lproj", "It is no language, so no phone looks into it.", "Name it by a language, such as nl.lproj or pt-BR.lproj.")
			}
		}
		_, isPicture := pictureOf(name)
		switch {
		case m != nil && m[2] == "pass.strings":
			if l, ok := b.language(m[1], b.files[name]); ok {
				found = append(found, l)
			}
		case !isPicture && !isDrawing(name) && !slices.Contains(plainFiles, name):
			b.add(UnknownFile, name, "No phone looks at this file.", "Leave it out.")
		}
	}
	if pass != nil {
		b.matched(found, pass)
	}
	b.alike(found)
	return found
}

// isDrawing says whether a file is a picture as PDF, which Apple's builder takes
// beside PNG since 2026. What is in it is not judged, and the icon is needed as
// PNG, for older phones.
func isDrawing(name string) bool {
	stem, ok := strings.CutSuffix(name, ".pdf")
	_, known := pictureOf(stem + ".png")
	return ok && known
}

// language reads one pass.strings.
func (b *bundle) language(folder string, raw []byte) (language, bool) {
	path := folder + ".lproj/pass.strings"
	if len(raw) > maxJSON {
		b.add(TooLarge, path, fmt.Sprintf("It has %d bytes.", len(raw)), "Keep the texts that the card shows.")
		return language{}, false
	}
	pairs, err := readStrings(raw)
	if err != nil {
		b.add(BadStrings, path, "It can't be read: "+err.Error()+".", `Write lines such as "balance" = "Saldo"; with \" for a quote in a text.`)
		return language{}, false
	}
	l := language{folder: folder, texts: map[string]string{}}
	for _, p := range pairs {
		if _, twice := l.texts[p.key]; twice {
			b.add(RepeatedText, path, fmt.Sprintf("The key “%s” stands there again on line %d.", p.key, p.line), "Keep one.")
			continue
		}
		l.keys = append(l.keys, p.key)
		l.texts[p.key] = p.text
	}
	return l, true
}

// matched tells of keys that match no text of the pass: only a whole text is
// put into another language.
func (b *bundle) matched(found []language, pass *object) {
	all := texts(pass)
	for _, l := range found {
		for _, key := range l.keys {
			if _, ok := slices.BinarySearch(all, key); !ok {
				b.add(UnusedText, l.folder+".lproj/pass.strings", "The key “"+key+"” is no text of the pass.", "Write the key exactly as it stands in pass.json, or leave it out.")
			}
		}
	}
}

// alike tells of keys that some languages have and others lack.
func (b *bundle) alike(found []language) {
	var all []string
	known := map[string]bool{}
	for _, l := range found {
		for _, key := range l.keys {
			if !known[key] {
				known[key] = true
				all = append(all, key)
			}
		}
	}
	for _, l := range found {
		var lacks []string
		for _, key := range all {
			if _, ok := l.texts[key]; !ok {
				lacks = append(lacks, "“"+key+"”")
			}
		}
		if len(lacks) > 0 {
			b.add(MissingText, l.folder+".lproj/pass.strings", "Other languages have "+first(lacks)+more(len(lacks)-1)+".", "Say it in this language too.")
		}
	}
}

func more(n int) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprintf(" and %d more", n)
}

// folders returns the languages by their folders.
func folders(names []string) []string {
	var found []string
	for _, name := range names {
		if m := folderName.FindStringSubmatch(name); m != nil && !slices.Contains(found, m[1]) {
			found = append(found, strings.ToValidUTF8(m[1], "�"))
		}
	}
	return found
}
