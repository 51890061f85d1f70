package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// build makes the binary that operators run.
func build(t *testing.T) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "regulars")
	out, err := exec.CommandContext(t.Context(), "go", "build", "-o", file, ".").CombinedOutput()
	require.NoError(t, err, string(out))
	return file
}

// site is where servers run one after another: one binary, one data folder,
// one address, one log.
type site struct {
	binary string
	data   string
	addr   string
	where  []string // flags that name the database, for every command
	flags  []string // further flags of serve
	log    *os.File
}

// newSite returns a site whose data folder is kept when the test fails.
func newSite(t *testing.T, binary string, where ...string) *site {
	t.Helper()
	data, err := os.MkdirTemp("", "regulars-test-") //nolint:usetesting // kept for a look when the test fails
	require.NoError(t, err)
	log, err := os.OpenFile(filepath.Join(data, "server.log"), os.O_CREATE|os.O_APPEND|os.O_RDWR, 0o600)
	require.NoError(t, err)
	t.Cleanup(func() {
		_ = log.Close()
		if t.Failed() {
			t.Logf("data and log are kept in %s", data)
			return
		}
		require.NoError(t, os.RemoveAll(data))
	})
	return &site{binary: binary, data: data, addr: freeAddr(t), where: append([]string{"--data", data}, where...), log: log}
}

// freeAddr returns a loopback address that nobody uses. It is below the ports
// that a system gives to outgoing connections: while the server is away, one
// of those could take its place.
func freeAddr(t *testing.T) string {
	t.Helper()
	for range 100 {
		addr := fmt.Sprintf("127.0.0.1:%d", 20_000+rand.IntN(12_000))
		if ln, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", addr); err == nil {
			require.NoError(t, ln.Close())
			return addr
		}
	}
	t.Fatal("no free port in a hundred tries")
	return ""
}

func (s *site) url(path string) string { return "http://" + s.addr + path }

// command prepares a command line on the site's database, untouched by the
// environment that the test runs in.
func (s *site) command(ctx context.Context, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, s.binary, append(args, s.where...)...)
	for _, v := range os.Environ() {
		if !strings.HasPrefix(v, "REGULARS_") {
			cmd.Env = append(cmd.Env, v)
		}
	}
	return cmd
}

// do carries out a command line that must succeed.
func (s *site) do(t *testing.T, args ...string) {
	t.Helper()
	out, err := s.command(t.Context(), args...).CombinedOutput()
	require.NoError(t, err, string(out))
}

// process is a server in a process of its own.
type process struct {
	cmd  *exec.Cmd
	done chan struct{} // closed when it has ended
}

// launch starts a server and does not wait for it.
func (s *site) launch(t *testing.T, command string) *process {
	t.Helper()
	args := append([]string{command, "--addr", s.addr}, s.flags...)
	p := &process{cmd: s.command(context.WithoutCancel(t.Context()), args...), done: make(chan struct{})}
	p.cmd.Stdout, p.cmd.Stderr = s.log, s.log
	require.NoError(t, p.cmd.Start())
	go func() {
		defer close(p.done)
		_ = p.cmd.Wait() // how it ended is in ProcessState
	}()
	t.Cleanup(p.kill)
	return p
}

// start starts a server and returns when it answers.
func (s *site) start(t *testing.T, command string) *process {
	t.Helper()
	p := s.launch(t, command)
	deadline := time.Now().Add(30 * time.Second)
	for {
		if s.ready(t) {
			return p
		}
		select {
		case <-p.done:
			t.Fatalf("the server ended at its start, status %d", p.cmd.ProcessState.ExitCode())
		case <-time.After(10 * time.Millisecond):
		}
		require.True(t, time.Now().Before(deadline), "the server does not get ready")
	}
}

func (s *site) ready(t *testing.T) bool {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.url("/readyz"), nil)
	require.NoError(t, err)
	r.Close = true
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		return false
	}
	require.NoError(t, resp.Body.Close())
	return resp.StatusCode == http.StatusOK
}

// kill ends the process as kill -9 does and waits until it is gone.
func (p *process) kill() {
	_ = p.cmd.Process.Kill() // it may have ended already
	<-p.done
}

// stop asks the process to end and returns its exit status, and how long it
// took.
func (p *process) stop(t *testing.T, signal syscall.Signal) (int, time.Duration) {
	t.Helper()
	began := time.Now()
	require.NoError(t, p.cmd.Process.Signal(signal))
	select {
	case <-p.done:
	case <-time.After(30 * time.Second):
		t.Fatalf("the server did not stop within 30 s of %s", signal)
	}
	return p.cmd.ProcessState.ExitCode(), time.Since(began)
}
