package store_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"regulars/models/store"
)

// killed tells this test binary to be the process that is killed; its value is
// the database's path.
const killed = "REGULARS_STORE_TEST_KILLED"

// Whatever a writer was told is stored survives kill -9, on one file and many writers.
func TestKilledProcessLosesNothing(t *testing.T) {
	if path := os.Getenv(killed); path != "" {
		writeUntilKilled(path)
		return
	}
	path := filepath.Join(t.TempDir(), "regulars.db")
	told := map[string]bool{}
	for round := range 5 {
		before := len(told)
		runAndKill(t, path, time.Duration(100+60*round)*time.Millisecond, told)
		require.Greater(t, len(told), before, "round %d", round)

		db, err := store.OpenSQLite(t.Context(), path)
		require.NoError(t, err)
		c := open[line](t, db, lines)
		stored := map[string]bool{}
		for l, err := range c.Find(t.Context(), store.Query{}) {
			require.NoError(t, err)
			stored[l.ID] = true
		}
		for id := range told {
			require.True(t, stored[id], "%s was acknowledged", id)
		}
		requirePrefixes(t, stored)
		require.NoError(t, db.Close())
	}
}

// requirePrefixes checks that of each group of writes in order none is there
// without those before it.
func requirePrefixes(t *testing.T, stored map[string]bool) {
	t.Helper()
	for id := range stored {
		if first, ok := strings.CutSuffix(id, "-b"); ok {
			require.True(t, stored[first+"-a"], "the second write of a group without its first")
		}
	}
}

// runAndKill starts the writing process, kills it that long after its first
// acknowledgement, and adds what it acknowledged to told.
func runAndKill(t *testing.T, path string, after time.Duration, told map[string]bool) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestKilledProcessLosesNothing$")
	cmd.Env = append(os.Environ(), killed+"="+path)
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	acks := bufio.NewScanner(out)
	for first := true; acks.Scan(); first = false {
		if id, ok := strings.CutPrefix(acks.Text(), "stored "); ok {
			told[id] = true
		}
		if first {
			time.AfterFunc(after, func() { _ = cmd.Process.Kill() })
		}
	}
	require.Error(t, cmd.Wait(), "the process was killed")
}

// writeUntilKilled inserts from many goroutines and says what is stored, one
// write to the pipe per line, which are atomic.
func writeUntilKilled(path string) {
	ctx := context.Background()
	db, err := store.OpenSQLite(ctx, path)
	if err != nil {
		panic(err)
	}
	c, err := store.Open[line](ctx, db, lines)
	if err != nil {
		panic(err)
	}
	for w := range 8 {
		go func() {
			account := fmt.Sprintf("%d.%d", os.Getpid(), w)
			for i := 0; ; i += 2 {
				a, b := newLine(account, i), newLine(account, i+1)
				a.ID, b.ID = fmt.Sprintf("%s.%d-a", account, i), fmt.Sprintf("%s.%d-b", account, i)
				if _, err := db.InOrder(ctx, c.InsertWrite(&a), c.InsertWrite(&b)); err != nil {
					panic(err)
				}
				fmt.Printf("stored %s\nstored %s\n", a.ID, b.ID)
			}
		}()
	}
	select {}
}
