package models

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"
)

// Misworded is what is wrong with a wording, and where, for whoever says it in
// another language or shows the place.
type Misworded struct {
	Fault    WordingFault
	Text     string
	From, To int      // the bytes of Text at fault
	Name     string   // of NoSuchName: what was written
	Nearest  string   // of NoSuchName: what may be meant; empty when nothing is near
	Known    []string // the names that there are
}

// WordingFault is a kind of mistake in a wording.
type WordingFault string

// The mistakes.
const (
	Unopened   WordingFault = "unopened"     // }} without {{
	Unclosed   WordingFault = "unclosed"     // {{ without }}
	Unpaired   WordingFault = "unpaired"     // a brace among others
	Undotted   WordingFault = "undotted"     // no name with a dot
	NoSuchName WordingFault = "no_such_name" // a name that the program has no value for
)

// WordingFaults are all of them.
var WordingFaults = []WordingFault{Unopened, Unclosed, Unpaired, Undotted, NoSuchName}

// Character is where the fault begins, counted as people count, from 1.
func (e *Misworded) Character() int { return utf8.RuneCountInString(e.Text[:e.From]) + 1 }

// Error says at which character the fault is, and what would be right.
func (e *Misworded) Error() string {
	return fmt.Sprintf("at character %d: %s", e.Character(), e.remedy())
}

func (e *Misworded) remedy() string {
	switch e.Fault {
	case Unopened:
		return "There is no {{ before this }}."
	case Unclosed:
		return "This {{ has no }} after it."
	case Unpaired:
		return "Braces stand in pairs, two and two, around one name."
	case Undotted:
		return "A name begins with a dot, such as {{.name}}."
	}
	meant := ""
	if e.Nearest != "" {
		meant = "; " + e.Nearest + " may be meant"
	}
	return fmt.Sprintf("There is no %s here%s. There are %s.", e.Name, meant, strings.Join(e.Known, ", "))
}

// nearest guesses which name was meant; it returns "" where none is like it.
func nearest(wrong string, known []string) string {
	best, least := "", len(wrong)/2+1
	for _, name := range known {
		if d := Distance(wrong, name); d < least {
			best, least = name, d
		}
	}
	return best
}

// misworded refuses the text of a field, and keeps where in it the fault is.
func misworded(bad complain, field string, err error) error {
	says := err.Error()
	refused := bad(field, strings.ToUpper(says[:1])+says[1:])
	if fault, ok := errors.AsType[*Error](refused); ok {
		fault.Err = err
	}
	return refused
}
