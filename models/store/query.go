package store

import (
	"fmt"
	"reflect"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// Query asks for documents. The zero Query is all of them.
type Query struct {
	Where Cond
	Sort  []string // "-seq" descends; an absent value comes before all others
	Limit int      // 0 is no limit
}

// Cond is a condition on a document, made with Eq, And and their like. The zero
// Cond is true of every document.
//
// Values are strings, whole numbers, bools and times, named types of them
// included; a time counts to the millisecond. A value must be of its field's own
// kind. A comparison with an absent field is false, and so Ne and Not, which
// say the opposite, are true of it.
type Cond struct {
	op    op
	field string
	vals  []any
	kids  []Cond
}

type op int

const (
	opAll op = iota // true of everything
	opNone
	opEq
	opLt
	opLte
	opGt
	opGte
	opIn
	opPrefix
	opExists
	opAnd
	opOr
	opNot
)

// Eq is true where the field equals v.
func Eq(field string, v any) Cond { return Cond{op: opEq, field: field, vals: []any{v}} }

// Ne is true where the field does not equal v, or is absent.
func Ne(field string, v any) Cond { return Not(Eq(field, v)) }

// Lt is true where the field is less than v.
func Lt(field string, v any) Cond { return Cond{op: opLt, field: field, vals: []any{v}} }

// Lte is true where the field is v or less.
func Lte(field string, v any) Cond { return Cond{op: opLte, field: field, vals: []any{v}} }

// Gt is true where the field is more than v.
func Gt(field string, v any) Cond { return Cond{op: opGt, field: field, vals: []any{v}} }

// Gte is true where the field is v or more.
func Gte(field string, v any) Cond { return Cond{op: opGte, field: field, vals: []any{v}} }

// In is true where the field equals one of vs; without any it is never true.
func In(field string, vs ...any) Cond { return Cond{op: opIn, field: field, vals: vs} }

// Prefix is true where the field is a string that begins with s.
func Prefix(field, s string) Cond { return Cond{op: opPrefix, field: field, vals: []any{s}} }

// Exists is true where the field is present, or with yes false where it is absent.
func Exists(field string, yes bool) Cond {
	c := Cond{op: opExists, field: field}
	if !yes {
		return Not(c)
	}
	return c
}

// And is true where all of cs are; without any it is always true.
func And(cs ...Cond) Cond {
	kids := make([]Cond, 0, len(cs))
	for _, c := range cs {
		switch c.op {
		case opAll:
		case opNone:
			return c
		case opAnd:
			kids = append(kids, c.kids...)
		default:
			kids = append(kids, c)
		}
	}
	switch len(kids) {
	case 0:
		return Cond{}
	case 1:
		return kids[0]
	}
	return Cond{op: opAnd, kids: kids}
}

// Or is true where one of cs is; without any it is never true.
func Or(cs ...Cond) Cond {
	kids := make([]Cond, 0, len(cs))
	for _, c := range cs {
		switch c.op {
		case opNone:
		case opAll:
			return c
		case opOr:
			kids = append(kids, c.kids...)
		default:
			kids = append(kids, c)
		}
	}
	switch len(kids) {
	case 0:
		return Cond{op: opNone}
	case 1:
		return kids[0]
	}
	return Cond{op: opOr, kids: kids}
}

// Not is true where c is not.
func Not(c Cond) Cond {
	switch c.op {
	case opAll:
		return Cond{op: opNone}
	case opNone:
		return Cond{}
	case opNot:
		return c.kids[0]
	}
	return Cond{op: opNot, kids: []Cond{c}}
}

// resolve checks c against the schema and returns it with its values in the
// few types that the engines know: string, int64, bool and bson.DateTime.
func (c Cond) resolve(s *Schema) (Cond, error) {
	if c.field != "" && !s.knows(c.field) {
		return c, fmt.Errorf("query %s: field %q is not declared", s.Name, c.field)
	}
	if len(c.vals) > 0 {
		vals := make([]any, len(c.vals))
		for i, v := range c.vals {
			var err error
			if vals[i], err = plain(v); err != nil {
				return c, fmt.Errorf("query %s: field %q: %w", s.Name, c.field, err)
			}
		}
		c.vals = vals
	}
	if len(c.kids) > 0 {
		kids := make([]Cond, len(c.kids))
		for i, k := range c.kids {
			var err error
			if kids[i], err = k.resolve(s); err != nil {
				return c, err
			}
		}
		c.kids = kids
	}
	return c, nil
}

// plain turns a value of a condition into one of the engines' types.
func plain(v any) (any, error) {
	switch x := v.(type) {
	case string, int64, bool, bson.DateTime:
		return v, nil
	case time.Time:
		return bson.NewDateTimeFromTime(x), nil
	}
	switch r := reflect.ValueOf(v); {
	case !r.IsValid():
	case r.Kind() == reflect.String:
		return r.String(), nil
	case r.CanInt():
		return r.Int(), nil
	case r.CanUint() && r.Uint() <= 1<<63-1:
		return int64(r.Uint()), nil
	case r.Kind() == reflect.Bool:
		return r.Bool(), nil
	}
	return nil, fmt.Errorf("can't compare with a %T", v)
}
