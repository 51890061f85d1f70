package api_test

import (
	"bufio"
	"bytes"
	"context"
	"crypto/rand"
	"fmt"
	"io"
	mathrand "math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"regulars/api/apitest"
	"regulars/models"
	"regulars/models/store"
	"regulars/models/store/storetest"
	"regulars/wallet"
)

// engines are the databases that a benchmark runs on.
var engines = []struct {
	name string
	open func(testing.TB) *store.DB
}{{"sqlite", storetest.SQLite}, {"mongodb", storetest.Mongo}}

// crowd is how many members a benchmark's customers are drawn from.
const crowd = 2000

// turn is how long each side of a comparison runs before the other does.
const turn = 500 * time.Millisecond

// BenchmarkPurchase books purchases by 1, 8 and 32 tills over HTTP, as tills
// do: signed in, on connections that stay open, each for any of 2,000 members,
// while the workers carry the changes on. In turns with that, in the same run
// and on the same database, as many writers store an entry each by a bare
// durable insert, called directly and behind an HTTP handler that does nothing
// else. Before each of the others' turns the workers have nothing left to do.
func BenchmarkPurchase(b *testing.B) {
	for _, engine := range engines {
		b.Run(engine.name, func(b *testing.B) {
			s := apitest.Start(b, engine.open(b), apitest.Options{Pace: new(wallet.UsualPace())})
			members := enrolled(b, s, crowd)
			for _, clients := range []int{1, 8, 32} {
				b.Run(fmt.Sprint(clients), func(b *testing.B) { benchmarkPurchase(b, s, members, clients) })
			}
		})
	}
}

func benchmarkPurchase(b *testing.B, s *apitest.Server, members []models.Member, clients int) {
	bare := newBare(b, s, &members[0])
	tills, writers := dial(b, s.URL, clients), dial(b, bare.url, clients)
	staff := s.As(apitest.Staff).Value
	var bought, inserted, served tally
	for b.Loop() {
		bought.run(clients, func(i int) error {
			m := &members[mathrand.IntN(len(members))]
			body := fmt.Sprintf(`{"amount":%d,"receipt":"R-%d"}`, 100+mathrand.IntN(5000), mathrand.IntN(1_000_000))
			_, err := tills[i].post("/api/v1/members/"+string(m.ID)+"/purchases", staff, body)
			return err
		})
		bought.drain += drained(b, s)
		inserted.run(clients, func(int) error { return bare.insert(b.Context()) })
		served.run(clients, func(i int) error {
			_, err := writers[i].post("/", staff, `{"amount":350,"receipt":"R-123456"}`)
			return err
		})
	}
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(bought.rate(b), "purchases/s")
	b.ReportMetric(bought.percentile(50), "p50-ms")
	b.ReportMetric(bought.percentile(99), "p99-ms")
	b.ReportMetric(float64(bought.drain.Milliseconds())/float64(b.N), "ms-to-drain")
	b.ReportMetric(inserted.rate(b), "bare-inserts/s")
	b.ReportMetric(served.rate(b), "http-inserts/s")
	b.ReportMetric(inserted.rate(b)/bought.rate(b), "x-bare")
	b.ReportMetric(served.rate(b)/bought.rate(b), "x-http")
}

// enrolled brings in members by an import, and waits until nothing is left to
// do about them.
func enrolled(b *testing.B, s *apitest.Server, n int) []models.Member {
	b.Helper()
	var file strings.Builder
	file.WriteString("customer,name\n")
	for i := range n {
		fmt.Fprintf(&file, "%d,Customer %d\n", i+1, i+1)
	}
	report, err := s.Wallet.Import(b.Context(), wallet.Import{
		Program: "demo", Kind: wallet.ImportMembers, Text: strings.NewReader(file.String()), Delimiter: ',', Header: true,
	})
	require.NoError(b, err)
	require.EqualValues(b, n, report.Members)
	var members []models.Member
	for m, err := range s.Stores.Members.All(b.Context(), "demo") {
		require.NoError(b, err)
		members = append(members, m)
	}
	drained(b, s)
	return members
}

// drained waits until the workers have nothing left to do, and returns how
// long that took.
func drained(b *testing.B, s *apitest.Server) time.Duration {
	b.Helper()
	began := time.Now()
	for {
		n, err := s.Stores.Refreshes.Count(b.Context(), "demo")
		require.NoError(b, err)
		if n == 0 && s.Wallet.HeadsWaiting() == 0 {
			return time.Since(began)
		}
		time.Sleep(time.Millisecond)
	}
}

// tally adds up the turns of one side.
type tally struct {
	elapsed time.Duration
	drain   time.Duration
	took    []time.Duration
	err     error
}

// run has so many clients do something again and again for a turn.
func (t *tally) run(clients int, do func(client int) error) {
	var mu sync.Mutex
	var all sync.WaitGroup
	began := time.Now()
	for i := range clients {
		all.Go(func() {
			var took []time.Duration
			var err error
			for err == nil && time.Since(began) < turn {
				start := time.Now()
				if err = do(i); err == nil {
					took = append(took, time.Since(start))
				}
			}
			mu.Lock()
			defer mu.Unlock()
			t.took = append(t.took, took...)
			if err != nil {
				t.err = err
			}
		})
	}
	all.Wait()
	t.elapsed += time.Since(began)
}

// rate is how many were done each second.
func (t *tally) rate(b *testing.B) float64 {
	b.Helper()
	require.NoError(b, t.err)
	return float64(len(t.took)) / t.elapsed.Seconds()
}

// percentile is how many milliseconds that share of all took at most.
func (t *tally) percentile(percent int) float64 {
	slices.Sort(t.took)
	return t.took[(len(t.took)-1)*percent/100].Seconds() * 1000
}

// bare stores entries in a collection with the indexes of the ledger's, by
// single durable inserts.
type bare struct {
	url     string
	entries *store.Collection[models.Entry]
	sample  models.Entry
}

// newBare returns one whose entries are as large as the member's.
func newBare(b *testing.B, s *apitest.Server, m *models.Member) *bare {
	b.Helper()
	schema := store.LedgerSchema()
	schema.Name = "bare_entries"
	entries, err := store.Open[models.Entry](b.Context(), s.Stores.DB, schema)
	require.NoError(b, err)
	w := &bare{entries: entries, sample: *s.Earn(m, 350)}
	server := httptest.NewServer(http.HandlerFunc(w.serve))
	w.url = server.URL
	b.Cleanup(server.Close)
	return w
}

func (w *bare) insert(ctx context.Context) error {
	e := w.sample
	e.Account = models.AccountID(strings.ToLower(rand.Text()))
	e.ID, e.Key = models.EntryIDOf(e.Account, e.Seq), rand.Text()
	return w.entries.Insert(ctx, &e)
}

func (w *bare) serve(rw http.ResponseWriter, r *http.Request) {
	if _, err := io.Copy(io.Discard, r.Body); err != nil {
		return
	}
	if err := w.insert(r.Context()); err != nil {
		http.Error(rw, err.Error(), http.StatusInternalServerError)
		return
	}
	rw.WriteHeader(http.StatusCreated)
}

// client is a till's connection. It is leaner than net/http's client, which
// would take as much of the machine as the server does.
type client struct {
	host string
	conn net.Conn
	r    *bufio.Reader
	out  bytes.Buffer
}

func dial(b *testing.B, url string, n int) []*client {
	b.Helper()
	clients := make([]*client, n)
	for i := range clients {
		host := strings.TrimPrefix(url, "http://")
		conn, err := (&net.Dialer{}).DialContext(b.Context(), "tcp", host)
		require.NoError(b, err)
		b.Cleanup(func() { require.NoError(b, conn.Close()) })
		clients[i] = &client{host: host, conn: conn, r: bufio.NewReader(conn)}
	}
	return clients
}

// post sends JSON under a new key and returns the answer, which has to say that
// something was created.
func (c *client) post(path, authorization, body string) ([]byte, error) {
	c.out.Reset()
	fmt.Fprintf(&c.out, "POST %s HTTP/1.1\r\nHost: %s\r\nAuthorization: %s\r\nIdempotency-Key: %s\r\n"+
		"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", path, c.host, authorization, rand.Text(), len(body), body)
	if _, err := c.conn.Write(c.out.Bytes()); err != nil {
		return nil, err
	}
	resp, err := http.ReadResponse(c.r, nil)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err == nil && resp.StatusCode != http.StatusCreated {
		err = fmt.Errorf("status %d: %s", resp.StatusCode, answer)
	}
	return answer, err
}
