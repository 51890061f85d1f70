package main

import (
	"encoding/csv"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"regulars/wallet"
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

// Accountants count columns: new ones come after all that there were.
func TestExportedEntriesEndWithWhatFollowsThem(t *testing.T) {
	data := "--data=" + t.TempDir()
	mustRun(t, "program", "init", "shop", data)
	require.Equal(t, "id,member,seq,kind,at,day,version,amount,currency,receipt,location,staff,ref,reason,points,balance,"+
		"merchant,by,transfer,with,from,moved_to,moved_from,paid,charity,given\n", mustRun(t, "export", "entries", "--program=shop", data))
}

// The postal code that an iPhone's form asked for is in no other file. One that a
// spreadsheet would take for a formula is a text there, as any cell.
func TestExportedMembersHaveTheirPostcode(t *testing.T) {
	dir := t.TempDir()
	folder := filepath.Join(dir, "data")
	file, data := filepath.Join(dir, "members.csv"), "--data="+folder
	mustRun(t, "program", "init", "shop", data)
	require.NoError(t, os.WriteFile(file, []byte("customer,name\n1,Ada\n2,Bob\n3,Cy\n"), 0o600))
	mustRun(t, "import", "members", file, "--program=shop", data)
	codes := map[string]string{"1": "1011 ab", "2": "-cmd"}
	require.NoError(t, withWallet(t.Context(), database{Data: folder}, func(s *wallet.Service) error {
		for m, err := range s.Stores.Members.All(t.Context(), "shop") {
			require.NoError(t, err)
			code := codes[m.Customer]
			_, err = s.Amend(t.Context(), wallet.Amendment{Program: "shop", Member: m.ID, Postcode: &code})
			require.NoError(t, err)
		}
		return nil
	}))
	rows, err := csv.NewReader(strings.NewReader(mustRun(t, "export", "members", "--program=shop", data))).ReadAll()
	require.NoError(t, err)
	require.Equal(t, "id,customer,card,name,phone,email,birthday,locale,tags,joined,erased,postcode", strings.Join(rows[0], ","))
	got := map[string]string{}
	for _, row := range rows[1:] {
		got[row[1]] = row[len(row)-1]
	}
	require.Equal(t, map[string]string{"1": "1011 AB", "2": "'-CMD", "3": ""}, got)
}
