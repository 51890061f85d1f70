package apple

import (
	"fmt"

	"regulars/models"
	"regulars/passes"
)

// Contents are the files of a pass, for whoever looks at it and does not judge it.
type Contents struct {
	Files     map[string][]byte
	Languages map[string]map[string]string // what is shown for what stands in pass.json, by folder: "nl"
}

// Open unpacks a .pkpass file of any maker, within the bounds that Verify keeps. In
// what it returns, pass.json is a JSON object that nests no deeper than passes do.
// It reports Invalid, with the Faults, when there is no such file in it.
func Open(file []byte) (Contents, error) {
	b := open(file)
	pass := b.document()
	if pass == nil {
		b.faults.sort()
		e := &models.Error{Kind: models.Invalid, Code: "not_a_pass", Field: "file", Msg: "This is not a .pkpass file, or it is damaged.", Err: b.faults}
		if len(b.faults) > 0 {
			e.Msg = fmt.Sprintf("This pass can't be read. %s", b.faults[0])
		}
		return Contents{}, e
	}
	c := Contents{Files: b.files, Languages: map[string]map[string]string{}}
	for _, l := range b.languages(nil) {
		c.Languages[l.folder] = l.texts
	}
	return c, nil
}

// Unsigned returns the file of the card of s under p without manifest and signature,
// which no phone takes: what would be issued, to be looked at. No pictures are drawn
// but its own.
func Unsigned(p *models.Program, s passes.State, id Identity) ([]byte, error) {
	d, err := newDesign(p)
	if err != nil {
		return nil, err
	}
	pass, err := d.Card(s, id)
	if err != nil {
		return nil, err
	}
	content, err := pass.encode()
	if err != nil {
		return nil, fmt.Errorf("encode a pass: %w", err)
	}
	look, err := d.look(pass.look)
	if err != nil {
		return nil, err
	}
	beside, err := d.beside(&pass)
	if err != nil {
		return nil, err
	}
	file := look.packed.with(len(content), beside)
	file.add("pass.json", content)
	for _, t := range beside {
		file.add(t.name, t.text)
	}
	return file.close().Bytes(), nil
}
