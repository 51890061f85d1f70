package main

import (
	"bytes"
	"io"
	"os"
	"testing"

	"github.com/stretchr/testify/require"
)

// said runs a command line and returns its status and what it wrote to standard
// output and to standard error.
func said(t *testing.T, args ...string) (status int, out, complaints string) {
	t.Helper()
	readOut, readComplaints := capture(t, &os.Stdout), capture(t, &os.Stderr)
	status = run(t.Context(), args)
	return status, readOut(), readComplaints()
}

// capture takes what is written to a standard file until the result is called.
func capture(t *testing.T, file **os.File) func() string {
	t.Helper()
	r, w, err := os.Pipe()
	require.NoError(t, err)
	before := *file
	*file = w
	read := make(chan []byte)
	go func() {
		var b bytes.Buffer
		_, _ = io.Copy(&b, r) // up to the end that closing w makes
		read <- b.Bytes()
	}()
	return func() string {
		*file = before
		require.NoError(t, w.Close())
		text := string(<-read)
		require.NoError(t, r.Close())
		return text
	}
}

// complains runs a command line that must fail with that status, write nothing
// to standard output and say so on standard error.
func complains(t *testing.T, status int, says string, args ...string) {
	t.Helper()
	got, out, complaints := said(t, args...)
	require.Equal(t, status, got, complaints)
	require.Empty(t, out)
	require.Contains(t, complaints, says)
}
