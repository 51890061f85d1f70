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

// Accountants count columns: new ones come after all that there were.
func TestExportedEntriesEndWithWhatFollowsThem(t *testing.T) {
	data := "--data=" + t.TempDir()
	mustRun(t, "program", "init", "shop", data)
	require.Equal(t, "id,member,seq,kind,at,day,version,amount,currency,receipt,location,staff,ref,reason,points,balance,"+
		"merchant,by,transfer,with,from,moved_to,moved_from,paid,charity,given\n", mustRun(t, "export", "entries", "--program=shop", data))
}
