package models

import (
	"errors"
	"fmt"
)

// Kind says what the caller of a failed operation can do about it.
type Kind string

// The kinds of failure. Anything else that goes wrong is Internal.
const (
	Invalid     Kind = "invalid"     // mend the request and send it again
	Denied      Kind = "denied"      // sign in, or ask somebody who may
	NotFound    Kind = "not_found"   // there is no such thing
	Conflict    Kind = "conflict"    // the state does not allow it now
	TooMany     Kind = "too_many"    // wait and try again
	Unavailable Kind = "unavailable" // a part we need is away; try again
	Internal    Kind = "internal"    // our fault
)

// Error is a failure with a meaning for whoever asked. Msg is a sentence for a
// person that says what to do; Err, the cause, is for the log alone.
type Error struct {
	Kind  Kind
	Code  string // stable, for programs: "unknown_card"
	Field string // the input at fault, in the API's spelling; empty when none is
	Msg   string
	Err   error
}

func (e *Error) Error() string {
	if e.Err != nil {
		return fmt.Sprintf("%s: %v", e.Code, e.Err)
	}
	return e.Code
}

func (e *Error) Unwrap() error { return e.Err }

// Fail returns an Error of that kind.
func Fail(kind Kind, code, field, msg string) *Error {
	return &Error{Kind: kind, Code: code, Field: field, Msg: msg}
}

// KindOf returns the kind of err's first Error, or Internal.
func KindOf(err error) Kind {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Kind
	}
	return Internal
}

// CodeOf returns the code of err's first Error, or "internal".
func CodeOf(err error) string {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Code
	}
	return "internal"
}
