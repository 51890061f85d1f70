package store

import (
	"context"
	"errors"
	"fmt"

	"regulars/models"
)

var (
	// ErrNotFound says that there is no such document.
	ErrNotFound = errors.New("document not found")

	// ErrConflict says that a document is not at the revision that the write
	// was made for: somebody changed or deleted it meanwhile.
	ErrConflict = errors.New("document was changed by somebody else")

	// Unchanged is what a change function returns to write nothing. Update and
	// Upsert then give the document back as it is, and no error.
	Unchanged = errors.New("document is left unchanged") //nolint:staticcheck // an answer, not a failure, so not named Err
)

// ChangedMeanwhile is what a person is told whose edit was made for an earlier
// revision.
func ChangedMeanwhile() error {
	return models.Fail(models.Conflict, "changed_meanwhile", "", "Somebody else changed this meanwhile. Load it again and repeat your change.")
}

// DuplicateError says that another document already holds the same _id, or the
// same values of a unique index. Index is "_id" or the index's fields joined
// by commas, and empty where the engine does not tell; when one write breaks
// two indexes, which of them is named differs from engine to engine.
type DuplicateError struct {
	Collection string
	Index      string
	Err        error // the engine's own words. They may quote values, so Error leaves them out
}

func (e *DuplicateError) Error() string {
	if e.Index == "" {
		return fmt.Sprintf("%s: a document with the same unique values exists", e.Collection)
	}
	return fmt.Sprintf("%s: a document with the same %s exists", e.Collection, e.Index)
}

func (e *DuplicateError) Unwrap() error { return e.Err }

// InsertManyError says which documents of an InsertMany were not stored, by
// their position in the slice, and why. All the others were.
type InsertManyError struct {
	Failed map[int]error
}

func (e *InsertManyError) Error() string {
	return fmt.Sprintf("%d of the documents were not stored", len(e.Failed))
}

// Unwrap returns the single reasons.
func (e *InsertManyError) Unwrap() []error {
	errs := make([]error, 0, len(e.Failed))
	for _, err := range e.Failed {
		errs = append(errs, err)
	}
	return errs
}

// unavailable wraps a failure of the engine itself. A context that the caller
// ended stays visible through it.
func unavailable(code, msg string, err error) error {
	return &models.Error{Kind: models.Unavailable, Code: code, Msg: msg, Err: err}
}

// ended reports whether err is the end of the caller's own context.
func ended(ctx context.Context, err error) bool {
	return ctx.Err() != nil &&
		(errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) || errors.Is(err, ctx.Err()))
}

const (
	codeAway = "database_away"
	codeFull = "database_full"
	codeBusy = "database_taken"

	msgAway = "The database can't be reached just now. Please try again in a moment."
	msgFull = "The disk that holds the data is full. Make some room on it, then try again."
)
