package apple

import (
	"slices"
	"strings"

	"regulars/models"
)

// Fault is one thing wrong with a pass: how bad, where, what, and what to do.
type Fault struct {
	Severity Severity  `json:"severity"` // the code's
	Code     FaultCode `json:"code"`
	Path     string    `json:"path"` // "pass.json: storeCard.backFields[2].value"
	Fault    string    `json:"message"`
	Remedy   string    `json:"remedy"`
}

// String writes the fault as one line.
func (f Fault) String() string { return f.Path + ": " + f.Fault + " " + f.Remedy }

// Faults is a list of faults as an error.
type Faults []Fault

// maxAlike ends a list of faults of one kind that nobody would read to its end,
// so that a hostile file can't make it fill the memory, nor hide the others.
const maxAlike = 20

// add appends a fault, with whatever a stranger wrote in it made safe.
func (f *Faults) add(code FaultCode, path, fault, remedy string) {
	alike := 0
	for i := range *f {
		if (*f)[i].Code == code {
			alike++
		}
	}
	if alike < maxAlike {
		*f = append(*f, Fault{Severity: code.Severity(), Code: code, Path: printable(path), Fault: printable(fault), Remedy: remedy})
	}
}

// sort puts the worst first, and leaves those alike in their order.
func (f Faults) sort() {
	slices.SortStableFunc(f, func(a, b Fault) int { return a.Severity.rank() - b.Severity.rank() })
}

// Of returns the faults of that severity.
func (f Faults) Of(s Severity) Faults {
	var found Faults
	for _, fault := range f {
		if fault.Severity == s {
			found = append(found, fault)
		}
	}
	return found
}

// Errors returns the faults for which a phone refuses the pass.
func (f Faults) Errors() Faults { return f.Of(SevereError) }

func (f Faults) Error() string {
	lines := make([]string, len(f))
	for i := range f {
		lines[i] = f[i].String()
	}
	return strings.Join(lines, "; ")
}

// failure returns the faults as an Internal error: a pass of ours that is
// wrong is our mistake, and nothing that the customer could mend.
func (f Faults) failure() error {
	return &models.Error{Kind: models.Internal, Code: "invalid_pass", Msg: "The card could not be made.", Err: f}
}
