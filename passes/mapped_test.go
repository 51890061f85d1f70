package passes_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Both wallets say the same: what there is to say is mapped twice. The tables of
// these tests hold the place of each thing at Apple and at Google, or the reason why
// one of them has none; and they are closed, so that a field without a row fails.

// place is where a wallet shows something: a path into what it is given, in which
// [x] is the element of a list with that key, id or number; or why it has none.
type place struct {
	path, want, reason string
	never              bool // such a card has no such thing to say
}

func at(path, want string) place { return place{path: path, want: want} }

// drawing is a picture that shows it.
func drawing(name string) place { return place{path: "pictures." + name} }

func nowhere(reason string) place { return place{reason: reason} }

// never is for a card that has nothing of the kind to say.
func never(reason string) place { return place{reason: reason, never: true} }

// given is what a wallet is given of one card: JSON, with the pictures in it.
type given map[string]any

// document is v as it goes over the wire, or a file of it.
func document(t *testing.T, v any) map[string]any {
	t.Helper()
	raw, ok := v.([]byte)
	if !ok {
		var err error
		raw, err = json.Marshal(v)
		require.NoError(t, err)
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	var out map[string]any
	require.NoError(t, d.Decode(&out))
	return out
}

// at returns what stands at a path, "" for nothing.
func (g given) at(path string) string {
	var v any = map[string]any(g)
	for part := range strings.SplitSeq(path, ".") {
		name, rest, _ := strings.Cut(part, "[")
		object, ok := v.(map[string]any)
		if !ok {
			return ""
		}
		v = object[name]
		for key := range strings.SplitSeq(rest, "[") {
			if key != "" {
				v = element(v, strings.TrimSuffix(key, "]"))
			}
		}
	}
	if v == nil {
		return ""
	}
	if text, ok := v.(string); ok {
		return text
	}
	raw, err := json.Marshal(v)
	if err != nil {
		panic(err) // it was read from JSON
	}
	return string(raw)
}

func element(v any, key string) any {
	list, ok := v.([]any)
	if !ok {
		return nil
	}
	if n, err := strconv.Atoi(key); err == nil {
		if n < len(list) {
			return list[n]
		}
		return nil
	}
	for _, one := range list {
		if object, ok := one.(map[string]any); ok && (object["key"] == key || object["id"] == key) {
			return object
		}
	}
	return nil
}

// shows judges a place by what a wallet is given with the thing and without it.
func (p place) shows(t *testing.T, name string, with, without given) {
	t.Helper()
	switch {
	case p.reason != "":
		require.Equal(t, with, without, "%s is said to have no place (%s), and makes a difference", name, p.reason)
	case p.path == "":
		require.Fail(t, "a row has neither a place nor a reason", name)
	default:
		require.Contains(t, with.at(p.path), p.want, "%s at %s", name, p.path)
		require.NotEmpty(t, with.at(p.path), "%s at %s", name, p.path)
		require.NotEqual(t, with.at(p.path), without.at(p.path), "%s is not what stands at %s", name, p.path)
	}
}

// fieldsOf are the names of all that is in a struct: State.Balances.Unit.
func fieldsOf(of reflect.Type, name string) []string {
	for of.Kind() == reflect.Pointer || of.Kind() == reflect.Slice && of.Elem().Kind() == reflect.Struct {
		of = of.Elem()
	}
	if of.Kind() != reflect.Struct || of.PkgPath() == "time" {
		return []string{name}
	}
	var all []string
	for i := range of.NumField() {
		if f := of.Field(i); f.IsExported() {
			all = append(all, fieldsOf(f.Type, name+"."+f.Name)...)
		}
	}
	return all
}

// empty takes away what a name of fieldsOf stands for, of the first of a list.
func empty(v reflect.Value, name string) {
	for v.Kind() == reflect.Pointer || v.Kind() == reflect.Slice && v.Type().Elem().Kind() == reflect.Struct {
		if v.Kind() == reflect.Slice {
			v = v.Index(0)
		} else {
			v = v.Elem()
		}
	}
	if name == "" {
		v.SetZero()
		return
	}
	first, rest, _ := strings.Cut(name, ".")
	empty(v.FieldByName(first), rest)
}

// closed fails for what is in the structs and in no row, and the other way round.
func closed(t *testing.T, rows []string, structs ...any) {
	t.Helper()
	var all []string
	for _, s := range structs {
		of := reflect.TypeOf(s)
		all = append(all, fieldsOf(of, of.Name())...)
	}
	for _, name := range all {
		require.Contains(t, rows, name, "this field has no row: say where each wallet shows it, or why one does not")
	}
	for _, name := range rows {
		require.Contains(t, all, name, "this row is of no field")
	}
	require.Len(t, slices.Compact(slices.Sorted(slices.Values(rows))), len(rows), "a field has two rows")
}

// copied is v with nothing shared.
func copied[T any](v T) T {
	raw, err := json.Marshal(v)
	if err != nil {
		panic(err) // plain data
	}
	var out T
	if err := json.Unmarshal(raw, &out); err != nil {
		panic(fmt.Errorf("read what was written: %w", err))
	}
	return out
}
