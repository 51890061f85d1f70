package store

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// sqlBuilder writes a query and collects its arguments.
type sqlBuilder struct {
	strings.Builder
	args []any
}

func (b *sqlBuilder) add(format string, args ...any) { fmt.Fprintf(b, format, args...) }

func (b *sqlBuilder) arg(v any) {
	b.WriteByte('?')
	b.args = append(b.args, column(v))
}

// cond writes a condition. Where a column is NULL a comparison is neither true
// nor false to SQL; only what Not says of it has to know, and there IS NOT
// makes it false again.
func (b *sqlBuilder) cond(c Cond) {
	switch c.op {
	case opAll:
		b.WriteByte('1')
	case opNone:
		b.WriteByte('0')
	case opEq, opLt, opLte, opGt, opGte:
		b.compare(c.field, map[op]string{opEq: "=", opLt: "<", opLte: "<=", opGt: ">", opGte: ">="}[c.op], c.vals[0])
	case opIn:
		b.add("%s IN (", fieldColumn(c.field))
		b.list(c.vals)
		b.WriteByte(')')
	case opPrefix:
		b.prefix(c.field, c.vals[0].(string))
	case opExists:
		b.add("%s IS NOT NULL", fieldColumn(c.field))
	case opAnd:
		b.join(" AND ", c.kids)
	case opOr:
		b.join(" OR ", c.kids)
	case opNot:
		b.not(c.kids[0])
	}
}

func (b *sqlBuilder) compare(field, operator string, v any) {
	b.add("%s %s ", fieldColumn(field), operator)
	b.arg(v)
}

func (b *sqlBuilder) list(vals []any) {
	for i, v := range vals {
		if i > 0 {
			b.WriteByte(',')
		}
		b.arg(v)
	}
}

func (b *sqlBuilder) join(with string, kids []Cond) {
	b.WriteByte('(')
	for i, k := range kids {
		if i > 0 {
			b.WriteString(with)
		}
		b.cond(k)
	}
	b.WriteByte(')')
}

func (b *sqlBuilder) not(c Cond) {
	switch c.op {
	case opExists:
		b.add("%s IS NULL", fieldColumn(c.field))
	case opEq:
		b.compare(c.field, "IS NOT", c.vals[0])
	default:
		b.WriteByte('(')
		b.cond(c)
		b.WriteString(") IS NOT TRUE")
	}
}

func (b *sqlBuilder) prefix(field, s string) {
	b.WriteByte('(')
	b.compare(field, ">=", s)
	if end, ok := prefixEnd(s); ok {
		b.WriteString(" AND ")
		b.compare(field, "<", end)
	}
	b.WriteByte(')')
}

// prefixEnd returns the first string behind all that begin with s, if there is
// one. Strings are in the order of their bytes, in UTF-8 that of their code points.
func prefixEnd(s string) (string, bool) {
	runes := []rune(s)
	for len(runes) > 0 {
		last := &runes[len(runes)-1]
		if *last < utf8.MaxRune {
			*last++
			if *last == 0xD800 { // surrogates are no characters
				*last = 0xE000
			}
			return string(runes), true
		}
		runes = runes[:len(runes)-1]
	}
	return "", false
}

// after writes the condition of following p.after in p's order. One comparison
// of rows lets an index begin there; it does where all fields run the same way
// and NULL is out of the question. Otherwise the condition is written out, behind a
// bound for the index: find sees to it that a document that follows one with
// the first field has it too.
func (b *sqlBuilder) after(p plan, certain bool) {
	first := p.order[0]
	mixed := slices.ContainsFunc(p.order, func(k sortKey) bool { return k.desc != first.desc })
	if mixed || slices.Contains(p.after, nil) || first.desc && !certain {
		if p.after[0] != nil {
			b.compare(first.field, map[bool]string{false: ">=", true: "<="}[first.desc], p.after[0])
			b.WriteString(" AND ")
		}
		b.cond(beyond(p.order, p.after))
		return
	}
	columns := make([]string, len(p.order))
	for i, k := range p.order {
		columns[i] = fieldColumn(k.field)
	}
	b.add("(%s) %s (", strings.Join(columns, ", "), map[bool]string{false: ">", true: "<"}[first.desc])
	b.list(p.after)
	b.WriteByte(')')
}
