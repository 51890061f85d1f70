package termsfile

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"regexp"
	"slices"
	"strings"

	"regulars/models"
)

// Write writes terms, with their keys in the order of the document. about
// stands above them as comments, one for each line.
func Write(w io.Writer, about []string, t *models.Terms) error {
	// encoding/json knows already which fields there are and which are left out.
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(t); err != nil {
		return err
	}
	in := json.NewDecoder(&b)
	in.UseNumber()
	root, err := treeOf(in)
	if err != nil {
		return err
	}
	var out strings.Builder
	for _, line := range about {
		out.WriteString(strings.TrimSuffix("# "+line, " ") + "\n")
	}
	out.WriteString("\n")
	root.block(&out, "")
	_, err = io.WriteString(w, out.String())
	return err
}

// tree is a value of a JSON document that keeps the order of its keys.
type tree struct {
	single string // as YAML
	keys   []string
	values []tree
	kind   json.Delim // '{', '[', or 0 for a single value
}

func treeOf(in *json.Decoder) (tree, error) {
	t, err := in.Token()
	if err != nil {
		return tree{}, err
	}
	switch t := t.(type) {
	case json.Delim:
		return branchOf(in, t)
	case string:
		return tree{single: quoted(t)}, nil
	case json.Number:
		return tree{single: t.String()}, nil
	case bool:
		if t {
			return tree{single: "true"}, nil
		}
		return tree{single: "false"}, nil
	case nil:
		return tree{kind: '['}, nil // a list that is not there
	}
	return tree{}, errors.New("this is no JSON value")
}

func branchOf(in *json.Decoder, kind json.Delim) (tree, error) {
	branch := tree{kind: kind}
	for in.More() {
		if kind == '{' {
			key, err := in.Token()
			if err != nil {
				return branch, err
			}
			name, _ := key.(string) // the decoder lets nothing else be a key
			branch.keys = append(branch.keys, quoted(name))
		}
		value, err := treeOf(in)
		if err != nil {
			return branch, err
		}
		branch.values = append(branch.values, value)
	}
	_, err := in.Token()
	return branch, err
}

// lineWidth is how long a line with several values may be.
const lineWidth = 100

// flow is the value on one line, or false where it is better on several.
func (t *tree) flow(room int) (string, bool) {
	if t.kind == 0 {
		return t.single, true
	}
	parts := make([]string, len(t.values))
	for i := range t.values {
		text, ok := t.values[i].flow(room)
		if !ok || t.kind == '{' && t.values[i].kind == '{' {
			return "", false
		}
		if t.kind == '{' {
			text = t.keys[i] + ": " + text
		}
		parts[i] = text
	}
	text := strings.Join(parts, ", ")
	if t.kind == '{' {
		text = "{" + text + "}"
	} else {
		text = "[" + text + "]"
	}
	return text, len(text) <= room
}

// block writes the value on lines of its own, each after the indent; the first
// line is where the writer stands.
func (t *tree) block(out *strings.Builder, indent string) {
	for i := range t.values {
		v := &t.values[i]
		if i > 0 {
			out.WriteString(indent)
		}
		lead := "- "
		if t.kind == '{' {
			lead = t.keys[i] + ":"
		}
		out.WriteString(lead)
		text, short := v.flow(lineWidth - len(indent) - len(lead))
		switch {
		case t.kind == '{' && short && (indent != "" || v.kind == 0 || len(v.values) == 0):
			out.WriteString(" " + text + "\n")
		case t.kind == '[' && short:
			out.WriteString(text + "\n")
		case t.kind == '[':
			v.block(out, indent+"  ")
		default:
			out.WriteString("\n" + indent + "  ")
			v.block(out, indent+"  ")
		}
	}
}

var (
	// bare can stand without quotes, in a line and within [ ] and { }.
	bare = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_./+=€-]*( [A-Za-z0-9_./+=€-]+)*$`)
	// words are read as something else than a text by YAML 1.1 or 1.2, in any case.
	words = []string{"y", "n", "yes", "no", "on", "off", "true", "false", "null"}
)

// quoted writes a text so that no reader of YAML takes it for anything else.
func quoted(s string) string {
	if bare.MatchString(s) && !slices.Contains(words, strings.ToLower(s)) {
		return s
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	_ = e.Encode(s) // a text can always be written
	return strings.TrimSuffix(b.String(), "\n")
}
