package apitest

import (
	"bytes"
	"sync"
)

// Log keeps what a server logs, for a look at what must not be in it.
type Log struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

// Write takes down a line.
func (l *Log) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.Write(p)
}

// String is all that was logged.
func (l *Log) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.String()
}
