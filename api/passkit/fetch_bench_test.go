package passkit_test

import (
	"bufio"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/stretchr/testify/require"

	"regulars/api/apitest"
	"regulars/api/passkit"
	"regulars/models/store"
)

// BenchmarkFetch measures phones that fetch a version which is signed already,
// as when a campaign's pushes arrive a second time: first the route alone, then
// over connections that stay open, with the other end in the same process.
func BenchmarkFetch(b *testing.B) {
	db, err := store.OpenSQLite(b.Context(), filepath.Join(b.TempDir(), "bench.db"))
	require.NoError(b, err)
	b.Cleanup(func() { require.NoError(b, db.Close()) })
	s := apitest.Start(b, db, apitest.Options{Idle: true})
	m := s.Enrol("Ada")
	require.Equal(b, 200, s.Do("GET", "/p/"+m.Download+".pkpass", nil).Status)
	pass, err := s.Stores.Passes.Of(b.Context(), m.ID, "apple")
	require.NoError(b, err)
	engine := gin.New()
	(&passkit.API{Wallet: s.Wallet, Log: slog.New(slog.DiscardHandler)}).MountWide(engine.Group("/passkit"))
	path := "/passkit/v1/passes/" + pass.Type + "/" + string(pass.Serial)
	before := s.Wallet.Apple.Signed()

	b.Run("route", func(b *testing.B) {
		b.ReportAllocs()
		start := processorTime(b)
		b.RunParallel(func(pb *testing.PB) {
			r := httptest.NewRequest("GET", path, nil)
			r.Header.Set("Authorization", "ApplePass "+pass.Token)
			for pb.Next() {
				w := &nowhere{header: http.Header{}}
				engine.ServeHTTP(w, r)
				if w.status != http.StatusOK || w.written == 0 {
					b.Errorf("status %d, %d bytes", w.status, w.written)
				}
			}
		})
		b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "passes/s")
		b.ReportMetric(float64(b.N)/(processorTime(b)-start).Seconds(), "passes/s-of-a-core")
	})
	b.Run("connections", func(b *testing.B) {
		socket := httptest.NewServer(engine)
		defer socket.Close()
		request := fmt.Appendf(nil, "GET %s HTTP/1.1\r\nHost: cards.example\r\nAuthorization: ApplePass %s\r\n\r\n", path, pass.Token)
		var bytes atomic.Int64
		b.SetParallelism(8)
		b.RunParallel(func(pb *testing.PB) {
			conn, err := (&net.Dialer{}).DialContext(b.Context(), "tcp", socket.Listener.Addr().String())
			if err != nil {
				b.Error(err)
				return
			}
			defer conn.Close() //nolint:errcheck // only read
			r := bufio.NewReaderSize(conn, 64<<10)
			for pb.Next() {
				if _, err := conn.Write(request); err != nil {
					b.Error(err)
					return
				}
				answer, err := http.ReadResponse(r, nil)
				if err != nil {
					b.Error(err)
					return
				}
				n, err := io.Copy(io.Discard, answer.Body)
				_ = answer.Body.Close()
				if err != nil || answer.StatusCode != http.StatusOK {
					b.Errorf("status %d, %v", answer.StatusCode, err)
				}
				bytes.Add(n)
			}
		})
		b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "passes/s")
		b.ReportMetric(float64(bytes.Load())/float64(b.N)/1024, "KB/pass")
	})
	require.Equal(b, before, s.Wallet.Apple.Signed(), "nothing was signed")
}

// processorTime is what this process has used so far.
func processorTime(b *testing.B) time.Duration {
	b.Helper()
	var used syscall.Rusage
	require.NoError(b, syscall.Getrusage(syscall.RUSAGE_SELF, &used))
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

// nowhere is an answer that is thrown away.
type nowhere struct {
	header  http.Header
	status  int
	written int
}

func (w *nowhere) Header() http.Header { return w.header }

func (w *nowhere) WriteHeader(status int) { w.status = status }

func (w *nowhere) Write(b []byte) (int, error) {
	w.written += len(b)
	return len(b), nil
}
