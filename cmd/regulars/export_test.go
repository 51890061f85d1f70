package main

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// A header before the failure looked like an empty program to whoever reads the
// output alone.
func TestExportThatFailsAtTheBeginningWritesNothing(t *testing.T) {
	data := "--data=" + t.TempDir()
	mustRun(t, "program", "init", "shop", data)
	for _, what := range []string{"members", "entries", "totals"} {
		complains(t, 1, `there is no program "shoe"`, "export", what, "--program=shoe", data)
		require.NotEmpty(t, mustRun(t, "export", what, "--program=shop", data), "an empty program has a header")
	}
}
