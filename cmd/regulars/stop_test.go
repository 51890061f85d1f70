package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"path"
	"path/filepath"
	"runtime"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

// stopTime is how long a server under load may take to stop.
const stopTime = 5 * time.Second

// A server that is told to stop finishes the requests under way, exits with
// status 0 in time, and the next one finds all that was booked.
func TestStoppedUnderLoadFinishesWhatItBegan(t *testing.T) {
	binary := build(t)
	for _, command := range []string{"serve", "demo"} {
		t.Run(command, func(t *testing.T) {
			s, b := newSite(t, binary), cornerShop
			if command == "demo" {
				b = demoCafe
			} else {
				s.found(t, b)
			}
			server, boss := s.start(t, command), newCaller(t, s, b)
			boss.signIn(t)
			m := boss.enrol(t, 1)
			j := &journal{wishes: map[string]*wish{}}
			stop := openTills(t, boss, j, 1, newClientele(m.ID))
			for n, signal := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM} {
				awaitAnswers(t, j, 20)
				slow := boss.begin(t, m, fmt.Sprintf("slow-%d", n))
				finish := time.AfterFunc(300*time.Millisecond, slow.finish)
				status, took := server.stop(t, signal)
				require.Zero(t, status, signal)
				require.Less(t, took, stopTime, signal)
				require.False(t, finish.Stop(), "it did not wait for the request under way")
				j.note(func() { j.wishes[slow.wish.key] = slow.answered(t) })
				server = s.start(t, command)
			}
			awaitAnswers(t, j, 20)
			stop()
			boss.checkBooks(t, j, []string{m.ID})
		})
	}
}

// halfRequest is a purchase of which the server has all but the end.
type halfRequest struct {
	wish *wish
	conn net.Conn
}

// begin sends most of a purchase.
func (c *caller) begin(t *testing.T, m customer, key string) *halfRequest {
	t.Helper()
	w := newWish(key, "/api/v1/members/"+m.ID+"/purchases", map[string]any{"amount": 250, "receipt": key})
	conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", c.site.addr)
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.Close() })
	_, err = fmt.Fprintf(conn, "POST %s HTTP/1.1\r\nHost: %s\r\nAuthorization: Bearer %s\r\nIdempotency-Key: %s\r\n"+
		"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n%s",
		w.path, c.site.addr, c.token, key, len(w.body), w.body[:len(w.body)-1])
	require.NoError(t, err)
	time.Sleep(100 * time.Millisecond) // for the server to begin with it
	return &halfRequest{w, conn}
}

// finish sends the rest.
func (h *halfRequest) finish() { _, _ = h.conn.Write(h.wish.body[len(h.wish.body)-1:]) } // seen by answered

// answered reads the answer, which must be the entry.
func (h *halfRequest) answered(t *testing.T) *wish {
	t.Helper()
	resp, err := http.ReadResponse(bufio.NewReader(h.conn), nil)
	require.NoError(t, err)
	defer resp.Body.Close()
	h.wish.status = resp.StatusCode
	h.wish.answer, err = readTrimmed(resp.Body)
	require.NoError(t, err)
	require.True(t, h.wish.booked(), "%d %s", h.wish.status, h.wish.answer)
	return h.wish
}

// runHere runs a server inside the test. stop ends it and checks that it ends
// well.
func (s *site) runHere(t *testing.T, command string) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	t.Cleanup(cancel)
	ended := make(chan int, 1)
	go func() {
		ended <- run(ctx, append([]string{command, "--addr", s.addr, "--data", s.data}, s.flags...))
	}()
	require.Eventually(t, func() bool { return s.ready(t) }, 30*time.Second, 20*time.Millisecond)
	return func() {
		t.Helper()
		cancel()
		select {
		case status := <-ended:
			require.Zero(t, status)
		case <-time.After(stopTime):
			t.Fatal("it does not stop")
		}
	}
}

// No goroutine outlives a stopped server, with phones of both kinds served.
func TestNothingOutlivesAStoppedServer(t *testing.T) {
	for _, command := range []string{"serve", "demo"} {
		t.Run(command, func(t *testing.T) {
			s, b := newSite(t, build(t)), cornerShop
			before := goleak.IgnoreCurrent()
			phones := newCrowd(t, s)
			if command == "demo" {
				s.flags, b = nil, demoCafe
			} else {
				s.found(t, b)
			}
			stop, boss := s.runHere(t, command), newCaller(t, s, b)
			boss.signIn(t)
			m := boss.enrol(t, 1)
			if command == "serve" {
				phones.giveIPhone(t, "iphone", m)
				phones.giveAndroid(t, "android", m)
			}
			w := newWish("one", "/api/v1/members/"+m.ID+"/purchases", map[string]any{"amount": 700})
			status, answer, err := boss.call(t.Context(), http.MethodPost, w.path, w.key, w.body)
			require.NoError(t, err)
			require.Equal(t, http.StatusCreated, status, string(answer))
			phones.settle(t, balances{m.ID: {7}}, 30*time.Second)
			stop()
			phones.close(t)
			boss.client.CloseIdleConnections()
			goleak.VerifyNone(t, before)
		})
	}
}

// A pass is made to its end although whoever asked for it hung up, since
// others may wait for it. That went on after the database was closed, and
// after the server had stopped.
func TestStoppingWaitsForAPassThatNobodyWaitsFor(t *testing.T) {
	s := newSite(t, build(t))
	s.found(t, cornerShop)
	stop, boss := s.runHere(t, "serve"), newCaller(t, s, cornerShop)
	boss.signIn(t)
	m := boss.enrol(t, 1)
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Millisecond) // drawing the pictures takes longer
	defer cancel()
	_, _, err := boss.call(ctx, http.MethodGet, "/p/"+path.Base(m.Passes.AppleURL), "", nil)
	require.ErrorIs(t, err, context.DeadlineExceeded)
	stop()
	stacks := make([]byte, 1<<20)
	stacks = stacks[:runtime.Stack(stacks, true)] // goleak would give it the time to finish
	require.False(t, bytes.Contains(stacks, []byte("AppleIssuer")), "a pass is still being made")
}

// What keeps a server from starting is told in a sentence that says what to do.
func TestServerSaysWhatIsInItsWay(t *testing.T) {
	binary := build(t)
	taken, other := newSite(t, binary), newSite(t, binary)
	taken.start(t, "serve")
	file := filepath.Join(other.data, "file")
	require.NoError(t, os.WriteFile(file, []byte("no database"), 0o600))
	for _, tt := range []struct {
		name string
		args []string
		want string
	}{
		{"taken port", []string{"serve", "--addr", taken.addr, "--data", other.data}, "Another program listens on " + taken.addr + " already."},
		{"taken port of the demo", []string{"demo", "--addr", taken.addr, "--data", other.data}, "Another program listens on " + taken.addr + " already."},
		{"database in use", []string{"serve", "--addr", other.addr, "--data", taken.data}, "Another Regulars is already running on this database."},
		{"command on a database in use", []string{"program", "export", "x", "--data", taken.data}, "Another Regulars is already running on this database."},
		{"no address", []string{"serve", "--addr", "nowhere", "--data", other.data}, "--addr is an address"},
		{"data folder is a file", []string{"serve", "--addr", other.addr, "--data", file}, "folder"},
		{"mongodb away", []string{"serve", "--addr", other.addr, "--data", other.data, "--mongodb", "mongodb://127.0.0.1:1/"}, "MongoDB"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
			defer cancel()
			cmd := other.command(ctx)
			cmd.Args = append(cmd.Args[:1], tt.args...)
			out, err := cmd.CombinedOutput()
			require.Error(t, err)
			require.Equal(t, 1, cmd.ProcessState.ExitCode(), string(out))
			require.Contains(t, string(out), tt.want)
		})
	}
}
