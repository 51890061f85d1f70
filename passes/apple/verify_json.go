package apple

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// object is a JSON object with its keys in order. A value is an *object, a
// []any, a string, a json.Number, a bool or nil.
type object struct {
	keys   []string
	values map[string]any
}

// text returns the text at key, or "" when there is none.
func (o *object) text(key string) string {
	s, _ := o.value(key).(string)
	return s
}

// list returns the list at key, or nil.
func (o *object) list(key string) []any {
	l, _ := o.value(key).([]any)
	return l
}

// object returns the object at key, or nil.
func (o *object) object(key string) *object {
	inner, _ := o.value(key).(*object)
	return inner
}

func (o *object) value(key string) any {
	if o == nil {
		return nil
	}
	return o.values[key]
}

func (o *object) has(key string) bool {
	if o == nil {
		return false
	}
	_, ok := o.values[key]
	return ok
}

// maxDepth is deeper than any pass nests.
const maxDepth = 32

// decoder reads JSON from strangers: one value, in UTF-8, no deeper than
// maxDepth, and it notices keys that stand twice.
type decoder struct {
	*json.Decoder
	at       []string // where it is; joined only when needed, for keys may be long
	repeated []string // paths
}

// decode returns the value of raw and the paths of repeated keys.
func decode(raw []byte) (any, []string, error) {
	if !utf8.Valid(raw) {
		return nil, nil, errors.New("not UTF-8")
	}
	d := &decoder{Decoder: json.NewDecoder(bytes.NewReader(raw))}
	d.UseNumber()
	v, err := d.value()
	if err != nil {
		return nil, nil, err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, nil, errors.New("something follows the value")
	}
	return v, d.repeated, nil
}

// below reads the value at a key of the one that is read.
func (d *decoder) below(key string) (any, error) {
	d.at = append(d.at, key)
	v, err := d.value()
	d.at = d.at[:len(d.at)-1]
	return v, err
}

func (d *decoder) value() (any, error) {
	token, err := d.Token()
	switch {
	case err != nil:
		return nil, err
	case len(d.at) > maxDepth:
		return nil, errors.New("nested too deeply")
	case token == json.Delim('{'):
		return d.object()
	case token == json.Delim('['):
		list := []any{}
		for d.More() {
			v, err := d.below(strconv.Itoa(len(list)))
			if err != nil {
				return nil, err
			}
			list = append(list, v)
		}
		_, err := d.Token()
		return list, err
	}
	return token, nil
}

func (d *decoder) object() (any, error) {
	o := &object{values: map[string]any{}}
	for d.More() {
		token, err := d.Token()
		if err != nil {
			return nil, err
		}
		key, _ := token.(string) // the library lets no other key through
		v, err := d.below(key)
		if err != nil {
			return nil, err
		}
		if !o.has(key) {
			o.keys = append(o.keys, key)
		} else if len(d.repeated) < maxAlike {
			d.repeated = append(d.repeated, strings.Join(append(d.at, key), "."))
		}
		o.values[key] = v
	}
	_, err := d.Token()
	return o, err
}

// join returns the path of a key below path.
func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

// texts returns all texts in a value, each once.
func texts(v any) []string {
	var found []string
	seen := map[string]bool{}
	var walk func(any)
	walk = func(v any) {
		switch v := v.(type) {
		case string:
			if !seen[v] {
				seen[v] = true
				found = append(found, v)
			}
		case []any:
			for _, item := range v {
				walk(item)
			}
		case *object:
			for _, key := range v.keys {
				walk(v.values[key])
			}
		}
	}
	walk(v)
	slices.Sort(found)
	return found
}
