package store

import (
	"encoding/binary"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// maxDocument is MongoDB's own limit, in bytes. The embedded engine keeps it too.
const maxDocument = 16 << 20

// codec turns documents of one type into BSON and back.
type codec[T any] struct {
	shape *shape
	id    []int // reflect's path to the field tagged _id
	rev   []int // and to that tagged rev, nil where T has none
}

func codecOf[T any](s *Schema) (codec[T], error) {
	c := codec[T]{shape: shapeOf(s)}
	t := reflect.TypeFor[T]()
	if t.Kind() != reflect.Struct {
		return c, fmt.Errorf("collection %s: %s is not a struct", s.Name, t)
	}
	for _, f := range reflect.VisibleFields(t) {
		name, _, _ := strings.Cut(f.Tag.Get("bson"), ",")
		if name != "_id" && name != "rev" || !inlined(t, f.Index) {
			continue
		}
		if name == "_id" {
			c.id = f.Index
		} else {
			c.rev = f.Index
		}
		if name == "_id" && f.Type.Kind() != reflect.String || name == "rev" && f.Type.Kind() != reflect.Int64 {
			return c, fmt.Errorf("collection %s: the %s of %s is a %s", s.Name, name, t, f.Type)
		}
	}
	if c.id == nil {
		return c, fmt.Errorf("collection %s: %s has no field tagged _id", s.Name, t)
	}
	return c, nil
}

// inlined reports whether the field at that path is one of the document itself,
// and not of an embedded struct that becomes a document within it.
func inlined(t reflect.Type, path []int) bool {
	for i := 1; i < len(path); i++ {
		f := t.FieldByIndex(path[:i])
		_, opts, _ := strings.Cut(f.Tag.Get("bson"), ",")
		if f.Type.Kind() != reflect.Struct || !slices.Contains(strings.Split(opts, ","), "inline") {
			return false
		}
	}
	return true
}

// stamp sets the id and the revision in doc.
func (c *codec[T]) stamp(doc *T, id string, rev int64) {
	v := reflect.ValueOf(doc).Elem()
	v.FieldByIndex(c.id).SetString(id)
	if c.rev != nil {
		v.FieldByIndex(c.rev).SetInt(rev)
	}
}

func (c *codec[T]) idOf(doc *T) string {
	return reflect.ValueOf(doc).Elem().FieldByIndex(c.id).String()
}

func (c *codec[T]) revOf(doc *T) int64 {
	if c.rev == nil {
		return 0
	}
	return reflect.ValueOf(doc).Elem().FieldByIndex(c.rev).Int()
}

// encode returns doc at that id and revision as a write; doc itself stays as it is.
func (c *codec[T]) encode(doc *T, id string, rev int64) (writeOp, error) {
	if id == "" {
		return writeOp{}, fmt.Errorf("%s: a document without _id", c.shape.schema.Name)
	}
	stamped := *doc
	c.stamp(&stamped, id, rev)
	body, err := marshal(&stamped)
	if err != nil {
		return writeOp{}, fmt.Errorf("encode a document of %s: %w", c.shape.schema.Name, err)
	}
	if c.rev == nil {
		body = withRev(body, rev)
	}
	body, fields, err := c.shape.extract(body)
	if err != nil {
		return writeOp{}, err
	}
	if len(body) > maxDocument {
		return writeOp{}, fmt.Errorf("%s: a document of %d bytes is too large", c.shape.schema.Name, len(body))
	}
	return writeOp{id: id, body: body, fields: fields}, nil
}

// withRev appends the revision as an element to a document without one.
func withRev(body bson.Raw, rev int64) bson.Raw {
	body = append(body[:len(body)-1], byte(bson.TypeInt64))
	body = append(body, "rev\x00"...)
	body = append(binary.LittleEndian.AppendUint64(body, uint64(rev)), 0)
	binary.LittleEndian.PutUint32(body, uint32(len(body)))
	return body
}

// decode reads a document and its revision.
func (c *codec[T]) decode(raw bson.Raw) (doc T, rev int64, err error) {
	if err := unmarshal(raw, &doc); err != nil {
		return doc, 0, fmt.Errorf("decode a document of %s: %w", c.shape.schema.Name, err)
	}
	rev, ok := raw.Lookup("rev").AsInt64OK()
	if !ok {
		return doc, 0, fmt.Errorf("decode a document of %s: it has no revision", c.shape.schema.Name)
	}
	return doc, rev, nil
}
