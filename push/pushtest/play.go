package pushtest

import (
	"net/http"
	"strconv"
	"time"
)

// Play carries out what f does to a request that a net/http server received,
// over HTTP/1.1 or HTTP/2. It reports true when the request is dealt with;
// else the caller goes on: with a refusal in its protocol's words when
// f.Refuses, with its own answer when not. A caller that honours f.Taken lets
// the request take effect before it calls Play.
//
// closing ends a hang when the simulator shuts down. Play panics with
// http.ErrAbortHandler, which net/http takes as the wish to drop the stream
// (HTTP/2) or the connection (HTTP/1.1); a server behind net/http can't tell a
// client that its request was not processed, so Refuse and a bare GoAway come
// out as that too.
func (f Fault) Play(w http.ResponseWriter, r *http.Request, closing <-chan struct{}) bool {
	gone := r.Context().Done()
	if !pause(f.Delay, gone, closing) {
		panic(http.ErrAbortHandler)
	}
	if f.Hang || f.Freeze {
		hang(gone, closing)
	}
	if f.lost() {
		panic(http.ErrAbortHandler)
	}
	if f.GoAway { // net/http sends GOAWAY after the answer
		w.Header().Set("Connection", "close")
	}
	if f.RetryAfter > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(f.retrySeconds()))
	}
	if f.Body == "" {
		return false
	}
	status := f.Status
	if status == 0 {
		status = http.StatusOK
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write([]byte(f.Body)) // a client that left is none of our business
	return true
}

// pause waits for d and reports whether somebody is still there to be answered.
func pause(d time.Duration, gone, closing <-chan struct{}) bool {
	if d <= 0 {
		return true
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-gone:
	case <-closing:
	}
	return false
}

// hang waits until nobody is there any more.
func hang(gone, closing <-chan struct{}) {
	select {
	case <-gone:
	case <-closing:
	}
}
