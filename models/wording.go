package models

import (
	"slices"
	"strings"
)

// Wording is a text of the business in which values of a member stand by name:
// "{{.points}} to your next coffee", or "Hello {{.first_name | friend}}" with what
// to write where there is none.
type Wording struct{ pieces []piece }

// piece is words, or the name of a value with what stands for it if it has none.
type piece struct {
	words, name, or string
	always          bool // or is given, and may be empty
}

// ParseWording reads a text that may use the names known. Its error says at which
// character the fault is, and what would be right.
func ParseWording(text string, known []string) (Wording, error) {
	var w Wording
	for rest := text; rest != ""; {
		words, after, found := strings.Cut(rest, "{{")
		at := len(text) - len(rest) + len(words)
		if strings.Contains(words, "}}") {
			from := len(text) - len(rest) + strings.Index(words, "}}")
			return w, &Misworded{Fault: Unopened, Text: text, From: from, To: from + 2}
		}
		if words != "" {
			w.pieces = append(w.pieces, piece{words: words})
		}
		if !found {
			break
		}
		inside, next, closed := strings.Cut(after, "}}")
		if !closed {
			return w, &Misworded{Fault: Unclosed, Text: text, From: at, To: len(text)}
		}
		p, err := namedPart(text, at, inside, known)
		if err != nil {
			return w, err
		}
		w.pieces = append(w.pieces, p)
		rest = next
	}
	return w, nil
}

// namedPart reads what stands between the braces that open at a byte of text.
func namedPart(text string, at int, inside string, known []string) (piece, error) {
	name, or, always := strings.Cut(inside, "|")
	name = strings.TrimSpace(name)
	bare, dotted := strings.CutPrefix(name, ".")
	wrong := &Misworded{Text: text, From: at, To: at + len(inside) + len("{{}}"), Name: bare, Known: known}
	switch {
	case strings.ContainsAny(inside, "{}"):
		wrong.Fault = Unpaired
	case !dotted || bare == "":
		wrong.Fault = Undotted
	case !slices.Contains(known, bare):
		wrong.Fault, wrong.Nearest = NoSuchName, nearest(bare, known)
	}
	if wrong.Fault != "" {
		return piece{}, wrong
	}
	return piece{name: bare, or: strings.TrimSpace(or), always: always}, nil
}

// Distance is how many letters are changed, put in or taken out between two names.
func Distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		corner := row[0]
		row[0] = i + 1
		for j := range len(b) {
			changed := corner
			if a[i] != b[j] {
				changed++
			}
			corner = row[j+1]
			row[j+1] = min(changed, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}

// Names returns the names that the text uses, in their order.
func (w Wording) Names() []string {
	var names []string
	for _, p := range w.pieces {
		if p.name != "" {
			names = append(names, p.name)
		}
	}
	return names
}

// Alone returns the name that is all that the text is; false when there is more to
// it.
func (w Wording) Alone() (string, bool) {
	if len(w.pieces) != 1 || w.pieces[0].name == "" || w.pieces[0].always {
		return "", false
	}
	return w.pieces[0].name, true
}

// Fill returns the text with its values, of which "" is none. It reports false when
// one is missing for which the text has no other words: half a sentence is worse
// than none.
func (w Wording) Fill(value func(name string) string) (string, bool) {
	if len(w.pieces) == 1 && w.pieces[0].name == "" {
		return w.pieces[0].words, true
	}
	var b strings.Builder
	for _, p := range w.pieces {
		if p.name == "" {
			b.WriteString(p.words)
			continue
		}
		v := value(p.name)
		if v == "" {
			if !p.always {
				return "", false
			}
			v = p.or
		}
		b.WriteString(v)
	}
	return b.String(), true
}
