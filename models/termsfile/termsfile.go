// Package termsfile reads and writes the terms of a program as a file that
// people edit: YAML, and with it JSON, which is YAML too.
//
// It reads by the shape of models.Terms and not by what YAML makes of a value.
// Where a text is wanted, on, no, 2026-11-28 and 0612345678 are what stands
// there; where a number is, nothing but its digits will do. A key that is not
// known is a mistake and never left out, and each mistake names its line.
package termsfile

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"

	"regulars/models"
)

// maxSize is more than terms with both pictures take.
const maxSize = 16 << 20

// File are terms as they stand in a file.
type File struct {
	Terms models.Terms
	lines map[string]int // of each field that is there, by its path: "rules[0].give"
}

// Read reads terms. Whether a program may have them is not looked at.
func Read(r io.Reader) (File, error) {
	f := File{lines: map[string]int{}}
	b, err := io.ReadAll(io.LimitReader(r, maxSize+1))
	if err != nil {
		return f, err
	}
	b = bytes.TrimPrefix(b, []byte("\ufeff"))
	switch {
	case len(b) > maxSize:
		return f, errors.New("the file is larger than 16 MB, and terms never are")
	case !utf8.Valid(b):
		return f, errors.New("the file is not text in UTF-8")
	}
	root, err := parse(b)
	if err != nil {
		return f, err
	}
	in := reader{lines: f.lines}
	err = in.document(root, &f.Terms)
	return f, err
}

// parse returns what the file consists of.
func parse(b []byte) (ast.Node, error) {
	tree, err := parser.ParseBytes(b, 0, parser.AllowDuplicateMapKey())
	if wrong, ok := errors.AsType[yaml.Error](err); ok {
		return nil, fmt.Errorf("line %d: this can't be read as YAML: %s", wrong.GetToken().Position.Line, wrong.GetMessage())
	}
	if err != nil {
		return nil, fmt.Errorf("this can't be read as YAML: %w", err)
	}
	var root ast.Node
	for _, doc := range tree.Docs {
		switch {
		case doc.Body == nil || doc.Body.Type() == ast.CommentType:
		case root != nil:
			return nil, fmt.Errorf("line %d: a second document begins here, and a file holds the terms of one program", lineOf(doc.Body))
		default:
			root = doc.Body
		}
	}
	if root == nil {
		return nil, errors.New("the file is empty: regulars program export writes one to begin with")
	}
	return root, nil
}

// At puts the line and the field at fault before what is said of the terms.
func (f File) At(err error) error {
	e, ok := errors.AsType[*models.Error](err)
	if !ok || e.Kind != models.Invalid || e.Field == "" {
		return err
	}
	says := e.Msg
	if !strings.HasPrefix(says, e.Field) {
		says = e.Field + ": " + says
	}
	for path := e.Field; path != ""; path = path[:max(strings.LastIndexAny(path, ".["), 0)] {
		if line := f.lines[path]; line > 0 {
			return fmt.Errorf("line %d: %s", line, says)
		}
	}
	return errors.New(says) // it is not in the file at all
}
