package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestCellsThatASpreadsheetWouldRunAreMadeText(t *testing.T) {
	for cell, want := range map[string]string{
		"":              "",
		"Ada":           "Ada",
		"=HYPERLINK(0)": "'=HYPERLINK(0)",
		"+31612345678":  "'+31612345678",
		"@SUM(A1)":      "'@SUM(A1)",
		"-5":            "-5",
		"-5+cmd|' /C'":  "'-5+cmd|' /C'",
		"\t=1":          "'\t=1",
	} {
		require.Equal(t, want, harmless(cell))
	}
}

func TestDelimiterByCharacterOrName(t *testing.T) {
	for text, want := range map[string]byte{",": ',', ";": ';', "tab": '\t', `\t`: '\t', "space": ' ', "|": '|', "pipe": '|'} {
		got, err := (&importFlags{Delimiter: text}).delimiter()
		require.NoError(t, err)
		require.Equal(t, want, got)
	}
	for _, text := range []string{"", `"`, ",,", "é"} {
		_, err := (&importFlags{Delimiter: text}).delimiter()
		require.Error(t, err, text)
	}
}

// TestImportVerifyAndExport goes the way of docs/import.md: bad lines end with
// status 1, the others are there, the books are right, and what is exported
// comes in again.
func TestImportVerifyAndExport(t *testing.T) {
	dir := t.TempDir()
	data := "--data=" + filepath.Join(dir, "data")
	file := filepath.Join(dir, "purchases.txt")
	require.NoError(t, os.WriteFile(file, []byte(" 00001 20210101  1   11.77\r\n 00002 20210112  1   12.00\r\n 00002 20210112  5   -7.00\r\n"), 0o600))
	purchases := []string{"import", "purchases", file, "--program=shop", data, "--delimiter=space", "--no-header", "--columns=customer,date,items,amount", "--date-layout=20060102"}

	status, _ := regulars(t, purchases...)
	require.Equal(t, 1, status, "there is no program")
	status, _ = regulars(t, "program", "init", "shop", data)
	require.Zero(t, status)
	status, out := regulars(t, append(purchases, "--dry-run")...)
	require.Equal(t, 1, status)
	require.Contains(t, out, "2 purchases, 2377 minor units")
	for _, booked := range []string{"2 purchases, 2377 minor units", "2 purchases were booked before"} {
		status, out = regulars(t, purchases...)
		require.Equal(t, 1, status, "a line is bad")
		require.Contains(t, out, booked)
	}
	status, out = regulars(t, "ledger", "verify", data)
	require.Zero(t, status)
	require.Contains(t, out, "2 entries of 2 accounts")
	status, out = regulars(t, "export", "totals", "--program=shop", data)
	require.Zero(t, status)
	require.Equal(t, "customer,purchases,amount,points\n00001,1,1177,11\n00002,1,1200,12\n", out)

	status, out = regulars(t, "export", "members", "--program=shop", data)
	require.Zero(t, status)
	require.NoError(t, os.WriteFile(file, []byte(out), 0o600))
	status, out = regulars(t, "import", "members", file, "--program=shop", data)
	require.Zero(t, status)
	require.Contains(t, out, "2 members were there already")
	require.Equal(t, 3, strings.Count(mustRun(t, "export", "entries", "--program=shop", data), "\n"))
}

func mustRun(t *testing.T, args ...string) string {
	t.Helper()
	status, out := regulars(t, args...)
	require.Zero(t, status)
	return out
}

// regulars runs a command line and returns its status and what it wrote to
// standard output.
func regulars(t *testing.T, args ...string) (int, string) {
	t.Helper()
	status, out, _ := said(t, args...)
	return status, out
}
