package termsfile

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/token"

	"regulars/models"
)

// reader puts what stands in a file where it belongs.
type reader struct{ lines map[string]int }

// place is where a value stands.
type place struct {
	path string
	line int
}

func (p place) wrong(format string, args ...any) error {
	return fmt.Errorf("line %d: %s %s", p.line, p.path, fmt.Sprintf(format, args...))
}

func lineOf(n ast.Node) int { return n.GetToken().Position.Line }

func (r *reader) document(root ast.Node, t *models.Terms) error {
	if _, ok := root.(ast.MapNode); !ok {
		return fmt.Errorf("line %d: the file is not the terms of a program, which are keys with their values, such as name: My shop", lineOf(root))
	}
	return r.value(root, reflect.ValueOf(t).Elem(), place{line: lineOf(root)})
}

// value reads a node into v. What is left empty is as if it were left out.
func (r *reader) value(n ast.Node, v reflect.Value, at place) error {
	switch n := n.(type) {
	case nil, *ast.NullNode:
		return nil
	case *ast.AnchorNode, *ast.AliasNode, *ast.TagNode:
		return at.wrong("has an anchor, an alias or a tag (&, *, !), which are not taken here")
	case ast.ScalarNode:
		return r.scalar(n, v, at)
	}
	switch {
	case v.Kind() == reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		return r.value(n, v.Elem(), at)
	case v.Kind() == reflect.Struct:
		return r.object(n, v, at)
	case v.Kind() == reflect.Map:
		return r.table(n, v, at)
	case v.Kind() == reflect.Slice && v.Type().Elem().Kind() != reflect.Uint8:
		return r.list(n, v, at)
	}
	return at.wrong("is %s, and %s is needed", kindOf(n), wanted(v.Type()))
}

func (r *reader) list(n ast.Node, v reflect.Value, at place) error {
	list, ok := n.(*ast.SequenceNode)
	if !ok {
		return at.wrong("is %s, and %s is needed", kindOf(n), wanted(v.Type()))
	}
	v.Set(reflect.MakeSlice(v.Type(), len(list.Values), len(list.Values)))
	for i, item := range list.Values {
		here := place{path: fmt.Sprintf("%s[%d]", at.path, i), line: lineOf(item)}
		r.lines[here.path] = here.line
		if item.Type() == ast.NullType {
			return here.wrong("is empty")
		}
		if err := r.value(item, v.Index(i), here); err != nil {
			return err
		}
	}
	return nil
}

// object reads the keys of a struct.
func (r *reader) object(n ast.Node, v reflect.Value, at place) error {
	fields := map[string]int{}
	for i := range v.NumField() {
		name, _, _ := strings.Cut(v.Type().Field(i).Tag.Get("json"), ",")
		if name != "" && name != "-" {
			fields[name] = i
		}
	}
	return r.keys(n, v, at, func(key string, value ast.Node, here place) error {
		i, known := fields[key]
		if !known {
			return unknown(key, fields, at, here)
		}
		return r.value(value, v.Field(i), here)
	})
}

// table reads keys of the author's own.
func (r *reader) table(n ast.Node, v reflect.Value, at place) error {
	v.Set(reflect.MakeMap(v.Type()))
	return r.keys(n, v, at, func(key string, value ast.Node, here place) error {
		element := reflect.New(v.Type().Elem()).Elem()
		if err := r.value(value, element, here); err != nil {
			return err
		}
		v.SetMapIndex(reflect.ValueOf(key).Convert(v.Type().Key()), element)
		return nil
	})
}

// keys gives each key with its value to take, once.
func (r *reader) keys(n ast.Node, v reflect.Value, at place, take func(string, ast.Node, place) error) error {
	object, ok := n.(ast.MapNode)
	if !ok {
		return at.wrong("is %s, and %s is needed", kindOf(n), wanted(v.Type()))
	}
	for it := object.MapRange(); it.Next(); {
		here := place{line: lineOf(it.Key())}
		scalar, ok := it.Key().(ast.ScalarNode)
		if !ok || it.Key().Type() == ast.MergeKeyType {
			return fmt.Errorf("line %d: a key is a word, followed by a colon", here.line)
		}
		key := textOf(scalar)
		here.path = strings.TrimPrefix(at.path+"."+key, ".")
		if first, twice := r.lines[here.path]; twice {
			return here.wrong("stands there twice, the first time on line %d", first)
		}
		r.lines[here.path] = here.line
		if err := take(key, it.Value(), here); err != nil {
			return err
		}
	}
	return nil
}

var digits = regexp.MustCompile(`^(0|-?[1-9][0-9]*)$`)

// scalar reads a single value by what is wanted.
func (r *reader) scalar(n ast.ScalarNode, v reflect.Value, at place) error {
	text, plain := textOf(n), isPlain(n)
	switch kind := v.Kind(); {
	case kind == reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		return r.scalar(n, v.Elem(), at)
	case kind == reflect.String:
		v.SetString(text)
	case kind == reflect.Bool && plain && (text == "true" || text == "false"):
		v.SetBool(text == "true")
	case kind == reflect.Slice && v.Type().Elem().Kind() == reflect.Uint8:
		b, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(text), ""))
		if err != nil {
			return at.wrong("is not a picture in base64")
		}
		v.SetBytes(b)
	case v.CanInt() && plain && digits.MatchString(text):
		number, err := strconv.ParseInt(text, 10, v.Type().Bits())
		if err != nil {
			return at.wrong("is a number that is too large")
		}
		v.SetInt(number)
	case !v.CanInt() && kind != reflect.Bool && kind != reflect.Slice && v.CanAddr() && readsItself(v, text):
	default:
		return at.wrong("is %s, and %s is needed", kindOf(n), wanted(v.Type()))
	}
	return nil
}

// readsItself reads a type that has a way of its own, such as a time.
func readsItself(v reflect.Value, text string) bool {
	own, ok := v.Addr().Interface().(json.Unmarshaler)
	if !ok {
		return false
	}
	quoted, err := json.Marshal(text)
	return err == nil && own.UnmarshalJSON(quoted) == nil
}

// textOf is a single value as it was written, without its quotes.
func textOf(n ast.ScalarNode) string {
	switch n := n.(type) {
	case *ast.StringNode:
		return n.Value
	case *ast.LiteralNode:
		return n.Value.Value
	}
	return n.GetToken().Value
}

// isPlain reports whether a value was written without quotes.
func isPlain(n ast.ScalarNode) bool {
	switch n.GetToken().Type {
	case token.SingleQuoteType, token.DoubleQuoteType, token.LiteralType, token.FoldedType:
		return false
	}
	return true
}

// kindOf says what stands there.
func kindOf(n ast.Node) string {
	switch n := n.(type) {
	case ast.MapNode:
		return "a group of keys"
	case *ast.SequenceNode:
		return "a list"
	case ast.ScalarNode:
		if text := textOf(n); len(text) <= 30 {
			return strconv.Quote(text)
		}
	}
	return "a text"
}

// wanted says what should.
func wanted(t reflect.Type) string {
	switch kind := t.Kind(); {
	case kind == reflect.Pointer:
		return wanted(t.Elem())
	case kind == reflect.Bool:
		return "true or false, without quotes,"
	case kind == reflect.String:
		return "one text"
	case kind == reflect.Slice && t.Elem().Kind() == reflect.Uint8:
		return "a picture in base64"
	case kind == reflect.Slice:
		return "a list"
	case kind == reflect.Struct, kind == reflect.Map:
		return "a group of keys with their values"
	}
	return "a whole number in digits alone, without quotes,"
}

// unknown is said of a key that there is not, with the one that was meant.
func unknown(key string, fields map[string]int, within, here place) error {
	of := within.path
	if of == "" {
		of = "the terms of a program"
	}
	says := fmt.Sprintf("line %d: %s: there is no key %s", here.line, of, strconv.Quote(key))
	meant, least := "", 3
	for name := range fields {
		if d := models.Distance(key, name); d < least || d == least && meant != "" && name < meant {
			meant, least = name, d
		}
	}
	if meant != "" {
		says += fmt.Sprintf("; is it %s?", meant)
	}
	return errors.New(says)
}
