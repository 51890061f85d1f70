package push

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptrace"
	"strings"
	"sync/atomic"
	"time"
)

// maxAnswer bounds what is read of an answer; Apple's have about 60 bytes.
const maxAnswer = 16 << 10

// apnsAnswer is what came back for one push. The library drops the status of
// a body that is no JSON, the milliseconds of a timestamp and all headers, so
// the transport reads the answer before the library does.
type apnsAnswer struct {
	status    int // 0 when no answer came
	reason    string
	timestamp time.Time
	header    http.Header
	bearer    string // the authorization that was used
	unknown   bool   // the request left and no answer came

	written atomic.Bool // set from the connection's goroutine
}

type apnsAnswerKey struct{}

// watch returns a context that carries got to the transport.
func (got *apnsAnswer) watch(ctx context.Context) context.Context {
	ctx = context.WithValue(ctx, apnsAnswerKey{}, got)
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		WroteHeaders: func() { got.written.Store(true) },
	})
}

// fail fills in why there is no answer, if there is none. caller is the
// context that the push was asked with, before our own time limit.
func (got *apnsAnswer) fail(err error, caller context.Context) {
	if err == nil || got.status != 0 {
		return
	}
	got.unknown = got.written.Load()
	switch {
	case caller.Err() != nil:
		got.reason = reasonCancelled
	case errors.Is(err, context.DeadlineExceeded):
		got.reason = reasonTimeout
	default:
		got.reason = reasonUnreachable
	}
}

// apnsReader reads every answer into the apnsAnswer of its request.
type apnsReader struct{ base http.RoundTripper }

// RoundTrip leaves the library a body that it can always read.
func (t apnsReader) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := t.base.RoundTrip(r)
	got, ok := r.Context().Value(apnsAnswerKey{}).(*apnsAnswer)
	if !ok {
		return resp, err
	}
	got.bearer = r.Header.Get("Authorization")
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	_ = resp.Body.Close()
	if err != nil && resp.StatusCode == http.StatusOK {
		err = nil // an accepted push has nothing to say
	}
	if err != nil {
		return nil, err
	}
	got.read(resp, body)
	resp.Body = io.NopCloser(bytes.NewReader([]byte("{}")))
	return resp, nil
}

func (got *apnsAnswer) read(resp *http.Response, body []byte) {
	got.status, got.header = resp.StatusCode, resp.Header
	if resp.StatusCode == http.StatusOK {
		return
	}
	var said struct {
		Reason    string `json:"reason"`
		Timestamp int64  `json:"timestamp"` // milliseconds
	}
	if json.Unmarshal(body, &said) != nil || !word(said.Reason) {
		got.reason = reasonUnreadable
		return
	}
	got.reason = said.Reason
	if said.Timestamp > 0 {
		got.timestamp = time.UnixMilli(said.Timestamp)
	}
}

// word reports whether reason looks like one of Apple's: it ends up in logs
// and in the names of counters.
func word(reason string) bool {
	const longest = 64
	const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
	return reason != "" && len(reason) <= longest && strings.Trim(reason, letters) == ""
}
