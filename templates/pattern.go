package templates

import (
	"fmt"
	"strings"
)

// pattern is a text as the catalogue has it: words, and the names of what is
// filled in between them.
type pattern struct {
	words []string // one more than names
	names []string
}

// newPattern reads a text with {{.Name}} where something is filled in, which is
// all that texts may have between such braces.
func newPattern(source string) pattern {
	var p pattern
	for {
		words, rest, more := strings.Cut(source, "{{.")
		name, after, closed := strings.Cut(rest, "}}")
		if !more || !closed {
			p.words = append(p.words, source)
			return p
		}
		p.words, p.names = append(p.words, words), append(p.names, name)
		source = after
	}
}

// fill returns the text with the last value of each name, and count as Count
// unless it is empty.
func (p pattern) fill(count string, args []Args) string {
	if len(p.names) == 0 {
		return p.words[0]
	}
	var b strings.Builder
	b.Grow(64)
	for i, name := range p.names {
		b.WriteString(p.words[i])
		if name == "Count" && count != "" {
			b.WriteString(count)
		} else {
			b.WriteString(valueOf(name, args))
		}
	}
	b.WriteString(p.words[len(p.names)])
	return b.String()
}

func valueOf(name string, args []Args) string {
	for i := len(args) - 1; i >= 0; i-- {
		switch value := args[i][name].(type) {
		case nil:
		case string:
			return value
		default:
			return fmt.Sprint(value)
		}
	}
	return "⟦" + name + "⟧"
}
