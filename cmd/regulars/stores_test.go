package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"regulars/models/store"
	"regulars/models/store/storetest"
)

// onWhatIsThere are the commands that work on what a server has.
func onWhatIsThere(t *testing.T) [][]string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(file, []byte("name\nAda\n"), 0o600))
	terms := filepath.Join(t.TempDir(), "terms")
	require.NoError(t, os.WriteFile(terms, []byte("{}"), 0o600))
	return [][]string{
		{"ledger", "verify"},
		{"export", "members", "--program=shop"}, {"export", "entries", "--program=shop"}, {"export", "totals", "--program=shop"},
		{"import", "members", file, "--program=shop"}, {"import", "purchases", file, "--program=shop", "--dry-run"},
		{"program", "export", "shop"}, {"program", "import", "shop", terms},
		{"user", "add", "--program=shop", "--role=owner", "--email=a@example.com"},
		{"restored"},
	}
}

// A folder that was mistyped was made, and its empty books were right.
func TestCommandsRefuseAFolderWithoutADatabase(t *testing.T) {
	dir := t.TempDir()
	missing, empty := filepath.Join(dir, "missing"), filepath.Join(dir, "empty")
	require.NoError(t, os.Mkdir(empty, 0o700))
	for _, data := range []string{missing, empty} {
		for _, args := range onWhatIsThere(t) {
			complains(t, 1, "There is no database in "+data, append(args, "--data="+data)...)
		}
		status, out, _ := said(t, "doctor", "--data="+data)
		require.Equal(t, 1, status)
		require.Regexp(t, `(?m)^BAD +database +There is no database in `+data, out)
	}
	require.NoDirExists(t, missing)
	left, err := os.ReadDir(empty)
	require.NoError(t, err)
	require.Empty(t, left)
}

func TestCommandsRefuseAMongoDBWithoutADatabase(t *testing.T) {
	uri, name := storetest.MongoServer(t)
	where := []string{"--mongodb=" + uri, "--database=" + name}
	for _, args := range append(onWhatIsThere(t), []string{"doctor"}) {
		status, out, complaints := said(t, append(args, where...)...)
		require.Equal(t, 1, status)
		require.Contains(t, out+complaints, `no database "`+name+`"`)
	}
	there, err := store.InMongo(t.Context(), uri, name)
	require.NoError(t, err)
	require.False(t, there)
	mustRun(t, append([]string{"program", "init", "shop"}, where...)...)
	mustRun(t, append([]string{"ledger", "verify"}, where...)...)
}

func TestFileThatIsNoDatabaseIsToldPlainly(t *testing.T) {
	data := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(data, "regulars.db"), []byte(strings.Repeat("no database ", 100)), 0o600))
	complains(t, 1, filepath.Join(data, "regulars.db")+" is not a database", "ledger", "verify", "--data="+data)
}

func TestMongoDBThatIsAwayIsToldPlainly(t *testing.T) {
	_, _, complaints := said(t, "ledger", "verify", "--mongodb=mongodb://127.0.0.1:1/")
	require.Contains(t, complaints, "MongoDB can't be used.")
	require.Contains(t, complaints, "nothing listens on 127.0.0.1:1")
	require.NotContains(t, complaints, "topology")
}

// What can't be made leaves no database behind.
func TestProgramThatIsRefusedMakesNothing(t *testing.T) {
	data := filepath.Join(t.TempDir(), "data")
	for flag, says := range map[string]string{
		"--country=ZZ": "country is the ISO 3166-1 code", "--currency=ABC": "currency is an ISO 4217 code",
		"--time-zone=Mars": "time_zone is an IANA name", "--locale=??": "locale is a BCP 47 tag",
	} {
		complains(t, 1, says, "program", "init", "shop", "--data="+data, flag)
	}
	complains(t, 1, "The short name of a program", "program", "init", "My Shop", "--data="+data)
	require.NoDirExists(t, data)
}
