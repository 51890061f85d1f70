package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// The comma was taken for the separator of the flag's allowed values, so that
// no file with decimal commas could be imported.
func TestImportTakesDecimalCommas(t *testing.T) {
	data := t.TempDir()
	file := filepath.Join(data, "purchases.csv")
	require.NoError(t, os.WriteFile(file, []byte("customer;date;amount\nA1;2026-01-02;12,50\n"), 0o600))
	require.Zero(t, run(t.Context(), []string{"program", "init", "shop", "--data", data}))
	args := []string{"import", "purchases", file, "--program", "shop", "--delimiter", ";", "--data", data, "--decimal"}
	require.Zero(t, run(t.Context(), append(args, ",")))
	require.Equal(t, 2, run(t.Context(), append(args, "x")))
	require.Zero(t, run(t.Context(), []string{"ledger", "verify", "--data", data}))
}
