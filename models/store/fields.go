package store

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/x/bsonx/bsoncore"
)

// shape is a schema made ready to look at documents.
type shape struct {
	schema   *Schema
	names    []string   // the declared fields
	paths    [][]string // the same, split at the dots
	required []int      // those that may not be absent
}

func shapeOf(s *Schema) *shape {
	sh := &shape{schema: s, names: s.declared()}
	for _, f := range sh.names {
		sh.paths = append(sh.paths, strings.Split(f, "."))
	}
	for _, ix := range s.Indexes {
		if !ix.Unique || ix.Sparse {
			continue
		}
		for _, k := range ix.keys() {
			sh.required = append(sh.required, slices.Index(sh.names, k.field))
		}
	}
	return sh
}

// extract returns the values of the declared fields, and the document without
// those of them that are null: MongoDB's sparse indexes would hold a null.
func (s *shape) extract(body bson.Raw) (bson.Raw, []any, error) {
	fields, nulls, err := s.values(body)
	if err != nil {
		return nil, nil, err
	}
	// A unique index can't keep documents apart that lack its fields: MongoDB
	// takes absent values for equal, SQLite for different.
	for _, i := range s.required {
		if fields[i] == nil {
			return nil, nil, fmt.Errorf("%s: field %q is absent and its unique index is not sparse", s.schema.Name, s.names[i])
		}
	}
	if len(nulls) > 0 {
		body, err = without(body, nulls)
	}
	return body, fields, err
}

// values goes through the document once: each write does this.
func (s *shape) values(body bson.Raw) (fields []any, nulls [][]string, err error) {
	fields = make([]any, len(s.paths))
	elem, rest, ok := bsoncore.ReadElement(body[4:])
	for ; ok && len(elem) > 1; elem, rest, ok = bsoncore.ReadElement(rest) {
		key := elem.KeyBytes()
		for i, path := range s.paths {
			if string(key) != path[0] {
				continue
			}
			v := elem.Value()
			found, null, err := plainAt(bson.RawValue{Type: bson.Type(v.Type), Value: v.Data}, path[1:])
			if err != nil {
				return nil, nil, fmt.Errorf("%s: field %q %w", s.schema.Name, s.names[i], err)
			}
			if fields[i] = found; null {
				nulls = append(nulls, path)
			}
		}
	}
	return fields, nulls, nil
}

var errList = errors.New("holds a list, which can't be declared")

// plainAt returns the plain value at path within raw, or nil when there is
// none, and whether that is because of a null.
func plainAt(raw bson.RawValue, path []string) (v any, null bool, err error) {
	switch {
	case raw.Type == bson.TypeArray:
		return nil, false, errList
	case raw.Type == bson.TypeNull:
		return nil, len(path) == 0, nil
	case len(path) == 0:
		v, err = scalar(raw)
		return v, false, err
	case raw.Type != bson.TypeEmbeddedDocument:
		return nil, false, nil
	}
	if inner, err := raw.Document().LookupErr(path[0]); err == nil {
		return plainAt(inner, path[1:])
	}
	return nil, false, nil
}

// scalar returns a plain value in the few types that the engines know.
func scalar(raw bson.RawValue) (any, error) {
	switch raw.Type {
	case bson.TypeString:
		return raw.StringValue(), nil
	case bson.TypeInt32:
		return int64(raw.Int32()), nil
	case bson.TypeInt64:
		return raw.Int64(), nil
	case bson.TypeBoolean:
		return raw.Boolean(), nil
	case bson.TypeDateTime:
		return bson.DateTime(raw.DateTime()), nil
	}
	return nil, fmt.Errorf("holds a %s, which can't be declared", raw.Type)
}

// without returns the document less the elements at those paths.
func without(body bson.Raw, paths [][]string) (bson.Raw, error) {
	var doc bson.D
	if err := bson.Unmarshal(body, &doc); err != nil {
		return nil, fmt.Errorf("drop nulls: %w", err)
	}
	for _, path := range paths {
		doc = dropped(doc, path)
	}
	data, err := bson.Marshal(doc)
	if err != nil {
		return nil, fmt.Errorf("drop nulls: %w", err)
	}
	return data, nil
}

func dropped(doc bson.D, path []string) bson.D {
	i := slices.IndexFunc(doc, func(e bson.E) bool { return e.Key == path[0] })
	if i < 0 {
		return doc
	}
	if len(path) == 1 {
		return slices.Delete(doc, i, i+1)
	}
	if inner, ok := doc[i].Value.(bson.D); ok {
		doc[i].Value = dropped(inner, path[1:])
	}
	return doc
}

// position returns a document's values of the named fields.
func position(raw bson.Raw, fields []string) ([]any, error) {
	vals := make([]any, len(fields))
	for i, f := range fields {
		v, _, err := plainAt(bson.RawValue{Type: bson.TypeEmbeddedDocument, Value: raw}, strings.Split(f, "."))
		if err != nil {
			return nil, fmt.Errorf("field %q %w", f, err)
		}
		vals[i] = v
	}
	return vals, nil
}
