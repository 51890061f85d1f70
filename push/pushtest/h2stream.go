package pushtest

import (
	"errors"
	"strconv"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"
)

var errWindow = errors.New("the client's window is too small for an answer")

// h2Stream is one request and the place for its answer.
type h2Stream struct {
	conn   *h2Conn
	id     uint32
	fields []hpack.HeaderField
	body   []byte
	done   chan struct{} // the client reset it, or it is answered

	running bool // the request is complete; the read loop's own
}

// field returns the value of a header or pseudo-header and how often it came.
func (st *h2Stream) field(name string) (value string, n int) {
	for _, f := range st.fields {
		if f.Name == name {
			value = f.Value
			n++
		}
	}
	return value, n
}

// process marks the stream as looked at; false means that a GOAWAY promised
// the client that it would not be.
func (st *h2Stream) process() bool {
	c := st.conn
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.gone && st.id > c.newest {
		return false
	}
	c.newest = max(c.newest, st.id)
	return true
}

// answer sends status, extra headers and body.
func (st *h2Stream) answer(status int, headers []hpack.HeaderField, body []byte) {
	c := st.conn
	c.write(func() error {
		if c.budget < int64(len(body)) { // a client that closes its window for a hundred bytes is broken
			return errWindow
		}
		c.free(st.id)
		c.budget -= int64(len(body))
		c.block.Reset()
		fields := append([]hpack.HeaderField{{Name: ":status", Value: strconv.Itoa(status)}}, headers...)
		for _, f := range fields {
			if err := c.encoder.WriteField(f); err != nil {
				return err
			}
		}
		err := c.fr.WriteHeaders(http2.HeadersFrameParam{StreamID: st.id, BlockFragment: c.block.Bytes(),
			EndHeaders: true, EndStream: len(body) == 0})
		if err != nil || len(body) == 0 {
			return err
		}
		return c.fr.WriteData(st.id, true, body)
	})
}

// refuse tells the client that the stream was not processed.
func (st *h2Stream) refuse() { st.conn.reset(st.id, http2.ErrCodeRefusedStream) }

// disown sends a GOAWAY that leaves this stream out. A later stream may have
// been processed already; then this one is refused on its own, because a
// GOAWAY that left the later one out would have it sent twice.
func (st *h2Stream) disown(debug []byte) {
	c := st.conn
	c.write(func() error {
		c.free(st.id)
		if st.id < c.newest {
			if err := c.fr.WriteRSTStream(st.id, http2.ErrCodeRefusedStream); err != nil {
				return err
			}
		}
		c.gone = true
		return c.fr.WriteGoAway(c.newest, http2.ErrCodeNo, debug)
	})
}

// leave sends a GOAWAY that covers every stream processed so far.
func (st *h2Stream) leave(debug []byte) {
	c := st.conn
	c.write(func() error {
		c.gone = true
		return c.fr.WriteGoAway(c.newest, http2.ErrCodeNo, debug)
	})
}

// freeze makes the whole connection silent until one side closes it.
func (st *h2Stream) freeze() {
	st.conn.mu.Lock()
	defer st.conn.mu.Unlock()
	st.conn.frozen = true
}
