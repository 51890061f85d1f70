package main

import (
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// The owner of a coalition has the month's books from the command line.
func TestSettlementAndDonationsAreToldToAnOwner(t *testing.T) {
	data, file := shop(t)
	terms := mustRun(t, "program", "export", "shop", data)
	terms += "merchants:\n  - {id: bakery, name: The Mill, locations: [Mill]}\nsettlement:\n  - {unit: points, units: 1, amount: 1}\n" +
		"giving: {id: trees, name: For trees, percent: 100, charities: [City trees]}\n"
	require.NoError(t, os.WriteFile(file, []byte(terms), 0o600))
	require.Contains(t, mustRun(t, "program", "import", "shop", file, data), "Version 2 of shop is in force")

	month := time.Now().UTC().Format("2006-01")
	out := mustRun(t, "settlement", "shop", "--month="+month, data)
	require.Contains(t, out, "Settlement of shop for what was recorded from "+month+"-01 to "+month)
	require.Contains(t, out, "so far: these days are not over")
	require.Regexp(t, `The Mill +- +- +- +€0\.00 +€0\.00 +€0\.00`, out)
	require.NotContains(t, mustRun(t, "settlement", "shop", "--month=2024-02", data), "so far")
	table := mustRun(t, "settlement", "shop", "--from="+month+"-01", "--csv", data)
	require.Equal(t, "row,from,to,merchant,other,unit,units,owed,due,net,currency", strings.SplitN(table, "\n", 2)[0])
	require.Contains(t, table, "merchant,"+month+"-01,"+month+"-01,house,,,,0,0,0,EUR")
	require.Contains(t, mustRun(t, "donations", "shop", "--month="+month, data), "Nothing was given.")
	require.Equal(t, "from,to,charity,gifts,from_rewards,from_sales,total,currency\n", mustRun(t, "donations", "shop", "--month="+month, "--csv", data))

	complains(t, 1, `there is no program "shoe"`, "settlement", "shoe", "--month="+month, data)
	complains(t, 2, "say for which days", "donations", "shop", data)
	complains(t, 1, "A month is written 2026-11", "settlement", "shop", "--month=11", data)
	complains(t, 1, "not before the first one", "settlement", "shop", "--from=2026-11-02", "--to=2026-11-01", data)
}
