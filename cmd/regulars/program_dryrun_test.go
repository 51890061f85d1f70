package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// A shop that moves over tries its program on what it has brought along.
func TestDryRunIsToldToAShopOwner(t *testing.T) {
	data, file := shop(t)
	mustRun(t, "program", "export", "shop", file, data)
	b, err := os.ReadFile(file)
	require.NoError(t, err)
	write := func(old, text string) {
		require.Contains(t, string(b), old)
		require.NoError(t, os.WriteFile(file, []byte(strings.Replace(string(b), old, text, 1)), 0o600))
	}
	require.Contains(t, mustRun(t, "program", "dry-run", "shop", file, data), "0 members would have more, 0 fewer, 0 as much as now.")

	purchases := filepath.Join(t.TempDir(), "purchases.csv")
	day := time.Now().AddDate(0, 0, -10).Format(time.DateOnly)
	require.NoError(t, os.WriteFile(purchases, []byte("customer,date,amount\n1,"+day+",600\n1,"+day+",60.50\n2,"+day+",20\n"), 0o600))
	mustRun(t, "import", "purchases", purchases, "--program=shop", data)

	write("give: 1, per: amount, amount: 100}", "give: 2, per: amount, amount: 100}")
	out := mustRun(t, "program", "dry-run", "shop", file, data)
	for _, says := range []string{
		"Nothing was booked or changed.", "version 1 of shop", "3 purchases by 2 members, €680.50 in all",
		"2 members would have more, 0 fewer, 0 as much as now.",
	} {
		require.Contains(t, out, says)
	}
	require.Regexp(t, `points +now +draft +change`, out)
	require.Regexp(t, `given for purchases and activities +680 +1,360 +\+680 \(\+100 %\)`, out)
	require.Regexp(t, `members have at the end +680 +1,360 `, out)
	require.Regexp(t, `what was given costs you +not known +not known`, out)
	require.Contains(t, out, "once a reward for it says what one costs you: expense")
	require.Regexp(t, `most more  [0-9a-z]{26}  1,320, now 660\n`, out)

	write("cost: 50}", "cost: 50, expense: 120}")
	require.Regexp(t, `what was given costs you +not known +€16\.32`, mustRun(t, "program", "dry-run", "shop", file, data))
	write("give: 1,", "give: 0,")
	complains(t, 1, "line 18: rules[0].give: A rule gives", "program", "dry-run", "shop", file, data)
	complains(t, 2, "--weeks is 1 to 52, and not 53", "program", "dry-run", "shop", file, "--weeks=53", data)
	require.Contains(t, mustRun(t, "program", "export", "shop", data), "version 1, of")
	require.Contains(t, mustRun(t, "ledger", "verify", data), "3 entries of 2 accounts")
}
