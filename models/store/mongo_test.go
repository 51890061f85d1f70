package store

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	"go.mongodb.org/mongo-driver/v2/mongo"

	"regulars/models"
)

func TestMongoFailuresHaveAMeaning(t *testing.T) {
	write := func(code int) error {
		return mongo.WriteException{WriteErrors: mongo.WriteErrors{{Code: code}}}
	}
	for _, tt := range []struct {
		name  string
		err   error
		again bool // nothing was written, so it is tried again
		kind  models.Kind
		code  string
	}{
		{name: "write conflict", err: mongo.CommandError{Code: 112}, again: true, kind: models.Unavailable, code: codeAway},
		{name: "write conflict of one write", err: write(112), again: true, kind: models.Unavailable, code: codeAway},
		{name: "deadlock on a unique index", err: write(16908292), again: true, kind: models.Unavailable, code: codeAway},
		{name: "no longer the primary", err: mongo.CommandError{Code: 10107}, again: true, kind: models.Unavailable, code: codeAway},
		{name: "stepping down, perhaps after the write", err: mongo.CommandError{Code: 11602, Labels: []string{"RetryableWriteError"}},
			kind: models.Unavailable, code: codeAway},
		{name: "no majority has it", err: mongo.WriteException{WriteConcernError: &mongo.WriteConcernError{Code: 64}},
			kind: models.Unavailable, code: codeAway},
		{name: "connection lost", err: mongo.CommandError{Labels: []string{"NetworkError"}}, kind: models.Unavailable, code: codeAway},
		{name: "disk full", err: mongo.CommandError{Code: 14031}, kind: models.Unavailable, code: codeFull},
		{name: "our mistake", err: mongo.CommandError{Code: 2}, kind: models.Internal, code: "internal"},
		{name: "not the server's", err: errors.New("x"), kind: models.Internal, code: "internal"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			require.Equal(t, tt.again, refused(tt.err))
			err := fmt.Errorf("write: %w", mongoError(t.Context(), tt.err))
			require.Equal(t, []any{tt.kind, tt.code}, []any{models.KindOf(err), models.CodeOf(err)})
		})
	}
}

func TestRefusedWritesAreTriedAgain(t *testing.T) {
	for name, last := range map[string]error{
		"accepted":  nil,
		"duplicate": &DuplicateError{Collection: "x"},
		"conflict":  ErrConflict,
	} {
		tries := 0
		err := persist(t.Context(), func() error {
			if tries++; tries < 4 {
				return mongo.CommandError{Code: codeDeadlock}
			}
			return last
		})
		require.Equal(t, last, err, name)
		require.Equal(t, 4, tries, name)
	}
	ctx, cancel := context.WithCancel(t.Context())
	err := persist(ctx, func() error { cancel(); return mongo.CommandError{Code: codeNotWritablePrimary} })
	require.ErrorIs(t, err, context.Canceled)
}
