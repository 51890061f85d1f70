package models

import "reflect"

// Equal reports whether t and o say the same. No list and an empty one do.
func (t Terms) Equal(o Terms) bool { return same(reflect.ValueOf(t), reflect.ValueOf(o)) }

func same(a, b reflect.Value) bool {
	switch a.Kind() {
	case reflect.Struct:
		for i := range a.NumField() {
			if !same(a.Field(i), b.Field(i)) {
				return false
			}
		}
		return true
	case reflect.Slice:
		if a.Len() != b.Len() {
			return false
		}
		for i := range a.Len() {
			if !same(a.Index(i), b.Index(i)) {
				return false
			}
		}
		return true
	}
	return a.Interface() == b.Interface() // texts, numbers and yes or no
}
