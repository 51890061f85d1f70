package commandline_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"regulars/cmd/internal/commandline"
	"regulars/models"
)

type commands struct {
	Brew  brew             `cmd:"" help:"Make coffee."`
	Store store            `cmd:"" help:"Look after the beans."`
	Help  commandline.Help `cmd:"" help:"Show how a command is used."`
}

type brew struct {
	Cups int `help:"How many." default:"1"`
}

func (b brew) Run() error {
	switch {
	case b.Cups > 10:
		return commandline.Mistakef("--cups is at most 10, and not %d.", b.Cups)
	case b.Cups == 0:
		return models.Fail(models.Conflict, "no_beans", "", "There are no beans. Buy some.")
	}
	return nil
}

type store struct {
	Buy buy `cmd:"" help:"Buy beans."`
}

type buy struct {
	List string `arg:"" type:"existingfile" help:"What to buy."`
}

func (buy) Run() error { return nil }

// run carries out a command line as a program's main does.
func run(args ...string) (status int, out, complaints string) {
	var o, c bytes.Buffer
	p := commandline.Program{Name: "café", Out: &o, Complaints: &c}
	k, status := p.Parse(&commands{}, args)
	if k != nil {
		if err := k.Run(); err != nil {
			status = p.Failed(err, k)
		}
	}
	return status, o.String(), c.String()
}

func TestMistakeIsToldInOneLineWithWhereHelpIs(t *testing.T) {
	for _, tt := range []struct{ args, says, help string }{
		{"", "expected one of", "café help"},
		{"dance", "unexpected argument dance", "café help"},
		{"--loud", "unknown flag --loud", "café help"},
		{"brew --strong", "unknown flag --strong", "café help brew"},
		{"brew --cups=many", "--cups", "café help brew"},
		{"brew --cups=11", "--cups is at most 10, and not 11", "café help brew"},
		{"store", "expected \"buy\"", "café help store"},
		{"store buy", "expected \"<list>\"", "café help store buy"},
		{"store buy /nowhere/list", "there is no file or folder /nowhere/list", "café help store buy"},
		{"help dance", "there is no command dance", "café help"},
	} {
		t.Run(tt.args, func(t *testing.T) {
			status, out, complaints := run(strings.Fields(tt.args)...)
			require.Equal(t, commandline.Misread, status)
			require.Empty(t, out)
			require.Contains(t, complaints, tt.says)
			require.True(t, strings.HasPrefix(complaints, "café: "), complaints)
			require.True(t, strings.HasSuffix(complaints, "; see "+tt.help+"\n"), complaints)
			require.Equal(t, 1, strings.Count(complaints, "\n"))
		})
	}
}

func TestHelpIsTheWholeAndOnStandardOutput(t *testing.T) {
	for args, says := range map[string]string{
		"help": "Buy beans.", "--help": "Buy beans.", "-h": "Buy beans.", "help brew": "--cups", "brew --help": "--cups",
		"help store": "Buy beans.", "help store buy": "What to buy.", "store buy --help": "What to buy.", "help help": "Show how a command is used.",
	} {
		status, out, complaints := run(strings.Fields(args)...)
		require.Equal(t, commandline.Done, status, args)
		require.Contains(t, out, "Usage: café", args)
		require.Contains(t, out, says, args)
		require.Empty(t, complaints, args)
	}
}

func TestFailureIsASentence(t *testing.T) {
	status, out, complaints := run("brew", "--cups=0")
	require.Equal(t, commandline.Failure, status)
	require.Empty(t, out)
	require.Equal(t, "café: There are no beans. Buy some.\n", complaints)
}

func TestSentencesInPlaceOfWhatTheSystemSays(t *testing.T) {
	dir := t.TempDir()
	_, missing := os.Open(filepath.Join(dir, "beans"))
	_, folder := os.ReadFile(dir)
	file := filepath.Join(dir, "file")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	_, within := os.Open(filepath.Join(file, "x"))
	ln, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	at := ln.Addr().String()
	_, taken := (&net.ListenConfig{}).Listen(t.Context(), "tcp", at)
	require.NoError(t, ln.Close())
	refused := get(t.Context(), "http://"+at)
	_, nowhere := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "nowhere")
	_, port := (&net.ListenConfig{}).Listen(t.Context(), "tcp", ":99999")
	for _, tt := range []struct {
		err  error
		want string
	}{
		{port, "99999 is no port"},
		{missing, "there is no file or folder " + filepath.Join(dir, "beans")},
		{fmt.Errorf("read the terms: %w", missing), "read the terms: there is no file or folder " + filepath.Join(dir, "beans")},
		{folder, dir + " is a folder, and a file is needed"},
		{within, "a part of the path " + filepath.Join(file, "x") + " is a file, and no folder"},
		{taken, "another program listens on " + at + " already"},
		{refused, "nothing listens on " + at},
		{nowhere, "nowhere is no address with a port, such as 127.0.0.1:8080"},
		{errors.New("one\n  two"), "one two"},
		{&models.Error{Msg: "It can't be read.", Err: missing}, "It can't be read. (there is no file or folder " + filepath.Join(dir, "beans") + ")"},
	} {
		require.Equal(t, tt.want, commandline.Sentence(tt.err))
	}
}

// get returns what goes wrong with asking there.
func get(ctx context.Context, url string) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		return err
	}
	return resp.Body.Close()
}

func TestOneIsOne(t *testing.T) {
	require.Equal(t, "0 lines", commandline.Count(0, "line", "lines"))
	require.Equal(t, "1 line", commandline.Count(int64(1), "line", "lines"))
	require.Equal(t, "2 lines", commandline.Count(2, "line", "lines"))
}
