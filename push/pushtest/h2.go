package pushtest

import (
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"sync"
)

// h2Server is a small HTTP/2 server on the frame layer. The library's servers
// answer requests well, but can't refuse a stream, send GOAWAY at a chosen
// place or fall silent, and those are what a sender has to survive.
type h2Server struct {
	handle    func(*h2Stream) // runs on its own goroutine for each request
	allowance func(*h2Conn) uint32
	listener  net.Listener
	tls       *tls.Config
	closing   chan struct{}
	wg        sync.WaitGroup

	mu     sync.Mutex
	conns  map[*h2Conn]struct{}
	opened int // connections so far that got through the handshake
	most   int // streams at once on one connection
}

// listenH2 starts to accept connections on addr. allowance says how many
// streams a new connection may open at once.
func listenH2(addr string, config *tls.Config, handle func(*h2Stream), allowance func(*h2Conn) uint32) (*h2Server, error) {
	listener, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("listen for HTTP/2: %w", err)
	}
	config = config.Clone()
	config.NextProtos = []string{"h2"}
	config.MinVersion = tls.VersionTLS12
	s := &h2Server{handle: handle, allowance: allowance, listener: listener, tls: config,
		closing: make(chan struct{}), conns: make(map[*h2Conn]struct{})}
	s.wg.Go(s.accept)
	return s, nil
}

func (s *h2Server) accept() {
	for {
		conn, err := s.listener.Accept()
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil {
			continue // the client gave up in the queue
		}
		c := newH2Conn(s, tls.Server(conn, s.tls))
		if !s.add(c) {
			_ = conn.Close()
			return
		}
		s.wg.Go(func() {
			defer s.remove(c)
			c.serve()
		})
	}
}

// close ends every connection and waits for all that the server started.
func (s *h2Server) close() error {
	s.mu.Lock()
	select {
	case <-s.closing:
		s.mu.Unlock()
		return nil
	default:
	}
	close(s.closing)
	err := s.listener.Close()
	for c := range s.conns {
		c.drop()
	}
	s.mu.Unlock()
	s.wg.Wait()
	return err
}

func (s *h2Server) add(c *h2Conn) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	select {
	case <-s.closing:
		return false
	default:
	}
	s.conns[c] = struct{}{}
	return true
}

func (s *h2Server) remove(c *h2Conn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.conns, c)
}

func (s *h2Server) countOpened() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.opened++
}

func (s *h2Server) countStreams(n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.most = max(s.most, n)
}

// connections returns how many were opened so far, how many are open now, and
// the most streams that one of them had at once.
func (s *h2Server) connections() (opened, open, most int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.opened, len(s.conns), s.most
}
