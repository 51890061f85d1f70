//nolint:staticcheck // http.ClientConn, which is to replace this, can't tell a request that a GOAWAY left out from a lost one
package push

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"sync"
	"time"

	"golang.org/x/net/http2"
)

// slotCheck is how soon a push that waits for a free stream looks again
// unasked: the library frees a stream a moment after its answer is read.
const slotCheck = 10 * time.Millisecond

// oneConn keeps all pushes on one connection, and lets them wait when that
// takes no more streams for now.
//
// The library can do either of two other things. It opens one more connection
// per push above the limit; with a key the limit is one until the first
// answer, so a campaign would begin with hundreds of connections, which Apple
// takes for an attack. Or (StrictMaxConcurrentStreams) it waits, and counts
// those who wait as if they had a stream: as soon as there are more of them
// than the limit, all wait until they time out.
type oneConn struct {
	transport *http2.Transport
	dialer    *tls.Dialer
	timeout   time.Duration
	base      context.Context // ends with Close
	end       context.CancelFunc

	mu    sync.Mutex
	conn  *http2.ClientConn
	dial  *dialing      // under way, else nil
	freed chan struct{} // closed when a push is done
}

type dialing struct {
	done chan struct{}
	err  error // set before done
}

// connection prepares the one connection that all pushes share.
func (c *APNsConfig) connection() *oneConn {
	config := &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: c.Roots}
	if c.Certificate != nil {
		config.Certificates = []tls.Certificate{*c.Certificate}
	}
	transport := &http2.Transport{
		TLSClientConfig:  config,
		ReadIdleTimeout:  c.ReadIdle,
		PingTimeout:      c.Ping,
		WriteByteTimeout: c.Timeout,
	}
	conn := newOneConn(transport, c.Timeout)
	transport.ConnPool = conn
	return conn
}

func newOneConn(transport *http2.Transport, timeout time.Duration) *oneConn {
	config := transport.TLSClientConfig.Clone()
	config.NextProtos = []string{http2.NextProtoTLS}
	p := &oneConn{transport: transport, timeout: timeout, freed: make(chan struct{}),
		dialer: &tls.Dialer{Config: config, NetDialer: &net.Dialer{KeepAlive: 15 * time.Second}}}
	p.base, p.end = context.WithCancel(context.Background())
	return p
}

// GetClientConn returns the connection with a stream reserved for r.
func (p *oneConn) GetClientConn(r *http.Request, addr string) (*http2.ClientConn, error) {
	timer := time.NewTimer(slotCheck)
	defer timer.Stop()
	for {
		conn, dial, freed := p.reserve(addr)
		if conn != nil {
			return conn, nil
		}
		var dialed chan struct{} // never, while there is a connection
		if dial != nil {
			dialed = dial.done
		}
		timer.Reset(slotCheck)
		select {
		case <-dialed:
			if dial.err != nil {
				return nil, dial.err
			}
		case <-freed:
		case <-timer.C:
		case <-r.Context().Done():
			return nil, r.Context().Err()
		}
	}
}

// MarkDead forgets a connection that the library found broken.
func (p *oneConn) MarkDead(conn *http2.ClientConn) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.conn == conn {
		p.conn = nil
	}
}

// reserve takes a stream, or returns what to wait for: the connection being
// made, or a push that ends.
func (p *oneConn) reserve(addr string) (*http2.ClientConn, *dialing, <-chan struct{}) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.conn != nil {
		if p.conn.ReserveNewRequest() {
			return p.conn, nil, nil
		}
		if state := p.conn.State(); !state.Closed && !state.Closing {
			return nil, nil, p.freed
		}
		p.conn = nil
	}
	if p.dial == nil {
		p.dial = &dialing{done: make(chan struct{})}
		go p.connect(p.dial, addr)
	}
	return nil, p.dial, p.freed
}

// connect makes the connection for everyone who waits for it, so its time is
// not that of the one push that came first.
func (p *oneConn) connect(d *dialing, addr string) {
	ctx, cancel := context.WithTimeout(p.base, p.timeout)
	defer cancel()
	conn, err := p.open(ctx, addr)
	p.mu.Lock()
	defer p.mu.Unlock()
	defer close(d.done)
	if err == nil && p.base.Err() != nil { // closed in the meantime
		conn, err = nil, errors.Join(p.base.Err(), conn.Close())
	}
	p.conn, p.dial, d.err = conn, nil, err
}

func (p *oneConn) open(ctx context.Context, addr string) (*http2.ClientConn, error) {
	raw, err := p.dialer.DialContext(ctx, "tcp", addr)
	if err != nil {
		return nil, err
	}
	if secured, ok := raw.(*tls.Conn); !ok || secured.ConnectionState().NegotiatedProtocol != http2.NextProtoTLS {
		return nil, errors.Join(errors.New("the host does not speak HTTP/2"), raw.Close())
	}
	return p.transport.NewClientConn(raw)
}

// done tells those who wait that a stream was freed.
func (p *oneConn) done() {
	p.mu.Lock()
	defer p.mu.Unlock()
	close(p.freed)
	p.freed = make(chan struct{})
}

// close ends the connection once its pushes are answered, or with ctx.
func (p *oneConn) close(ctx context.Context) error {
	p.end()
	p.mu.Lock()
	conn := p.conn
	p.conn = nil
	p.mu.Unlock()
	if conn == nil {
		return nil
	}
	return conn.Shutdown(ctx)
}
