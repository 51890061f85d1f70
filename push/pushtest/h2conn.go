package pushtest

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"errors"
	"io"
	"sync"
	"time"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"
)

const (
	handshakeTime = 10 * time.Second
	maxBody       = 64 << 10 // far above any push; more is cut off and found too large
	firstWindow   = 65535    // RFC 9113, 6.9.2
)

// h2Conn is one client's connection. Its read loop owns fr's reading side; all
// writing goes through mu.
type h2Conn struct {
	server *h2Server
	tls    *tls.Conn
	fr     *http2.Framer
	closed chan struct{}
	once   sync.Once

	mu      sync.Mutex
	out     *bufio.Writer
	encoder *hpack.Encoder
	block   bytes.Buffer // the encoder's output
	budget  int64        // bytes of DATA that the client still takes
	limit   uint32       // streams it may have open
	streams map[uint32]*h2Stream
	newest  uint32 // highest stream that was processed
	gone    bool   // GOAWAY was sent: later streams are not looked at
	frozen  bool
	bearer  bearerSeen // the provider token last used here, for APNs
}

func newH2Conn(s *h2Server, conn *tls.Conn) *h2Conn {
	c := &h2Conn{server: s, tls: conn, closed: make(chan struct{}), out: bufio.NewWriter(conn),
		budget: firstWindow, streams: make(map[uint32]*h2Stream)}
	c.encoder = hpack.NewEncoder(&c.block)
	c.fr = http2.NewFramer(c.out, bufio.NewReader(conn))
	c.fr.ReadMetaHeaders = hpack.NewDecoder(4096, nil)
	return c
}

// serve speaks HTTP/2 until either side ends the connection.
func (c *h2Conn) serve() {
	defer c.end()
	if !c.open() {
		return
	}
	c.server.countOpened()
	for {
		frame, err := c.fr.ReadFrame()
		if se := (http2.StreamError{}); errors.As(err, &se) {
			c.reset(se.StreamID, se.Code)
			continue
		}
		if err != nil || !c.receive(frame) {
			return
		}
	}
}

// open makes the handshake and exchanges prefaces.
func (c *h2Conn) open() bool {
	_ = c.tls.SetDeadline(time.Now().Add(handshakeTime))
	if c.tls.Handshake() != nil || c.tls.ConnectionState().NegotiatedProtocol != "h2" {
		return false
	}
	preface := make([]byte, len(http2.ClientPreface))
	if _, err := io.ReadFull(c.tls, preface); err != nil || string(preface) != http2.ClientPreface {
		return false
	}
	_ = c.tls.SetDeadline(time.Time{})
	c.allow(c.server.allowance(c))
	return true
}

// allow tells the client how many streams it may have open from now on.
func (c *h2Conn) allow(n uint32) {
	c.write(func() error {
		c.limit = n
		return c.fr.WriteSettings(http2.Setting{ID: http2.SettingMaxConcurrentStreams, Val: n})
	})
}

func (c *h2Conn) receive(frame http2.Frame) bool {
	switch f := frame.(type) {
	case *http2.SettingsFrame:
		c.settings(f)
	case *http2.PingFrame:
		if !f.IsAck() {
			c.write(func() error { return c.fr.WritePing(true, f.Data) })
		}
	case *http2.WindowUpdateFrame:
		c.grow(f)
	case *http2.MetaHeadersFrame:
		c.begin(f)
	case *http2.DataFrame:
		c.data(f)
	case *http2.RSTStreamFrame:
		c.forget(f.StreamID)
	}
	return true
}

func (c *h2Conn) settings(f *http2.SettingsFrame) {
	if f.IsAck() {
		return
	}
	c.write(func() error {
		if size, ok := f.Value(http2.SettingHeaderTableSize); ok {
			c.encoder.SetMaxDynamicTableSizeLimit(size)
		}
		return c.fr.WriteSettingsAck()
	})
}

func (c *h2Conn) grow(f *http2.WindowUpdateFrame) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if f.StreamID == 0 { // answers are far smaller than any stream's own window
		c.budget += int64(f.Increment)
	}
}

// begin opens a stream, or refuses it when too many are open.
func (c *h2Conn) begin(f *http2.MetaHeadersFrame) {
	st := &h2Stream{conn: c, id: f.StreamID, fields: f.Fields, done: make(chan struct{})}
	c.mu.Lock()
	ignore := c.gone || c.frozen || c.streams[st.id] != nil // the last are trailers: nothing reads them
	full := uint32(len(c.streams)) >= c.limit
	if !ignore && !full {
		c.streams[st.id] = st
	}
	open := len(c.streams)
	c.mu.Unlock()
	c.server.countStreams(open)
	switch {
	case ignore:
	case full:
		c.reset(st.id, http2.ErrCodeRefusedStream)
	case f.StreamEnded():
		c.run(st)
	}
}

func (c *h2Conn) data(f *http2.DataFrame) {
	c.mu.Lock()
	st := c.streams[f.StreamID]
	c.mu.Unlock()
	if n := f.Length; n > 0 {
		c.write(func() error {
			return errors.Join(c.fr.WriteWindowUpdate(0, n), c.fr.WriteWindowUpdate(f.StreamID, n))
		})
	}
	if st == nil || st.running {
		return
	}
	if len(st.body) <= maxBody {
		st.body = append(st.body, f.Data()...)
	}
	if f.StreamEnded() {
		c.run(st)
	}
}

func (c *h2Conn) run(st *h2Stream) {
	st.running = true
	c.server.wg.Go(func() {
		defer c.forget(st.id)
		c.server.handle(st)
	})
}

// forget ends a stream on our side; its goroutine sees done.
func (c *h2Conn) forget(id uint32) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.free(id)
}

// free is forget for who holds mu. It comes before the frame that ends the
// stream is flushed: the client may open the next one as soon as it sees it.
func (c *h2Conn) free(id uint32) {
	if st := c.streams[id]; st != nil {
		delete(c.streams, id)
		close(st.done)
	}
}

// end tells every handler that is still at work that its client has left.
func (c *h2Conn) end() {
	c.drop()
	c.mu.Lock()
	defer c.mu.Unlock()
	for id, st := range c.streams {
		delete(c.streams, id)
		close(st.done)
	}
}

// write lets f write frames and sends them at once, unless the connection is
// frozen. A failure to write ends the connection.
func (c *h2Conn) write(f func() error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.frozen {
		return
	}
	if err := errors.Join(f(), c.out.Flush()); err != nil {
		c.drop()
	}
}

func (c *h2Conn) reset(id uint32, code http2.ErrCode) {
	c.write(func() error {
		c.free(id)
		return c.fr.WriteRSTStream(id, code)
	})
}

// drop closes the connection without a word. It takes no lock.
func (c *h2Conn) drop() {
	c.once.Do(func() {
		close(c.closed)
		_ = c.tls.NetConn().Close()
	})
}
