package push

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptrace"
	"slices"
	"strings"
	"sync/atomic"
)

// maxFCMAnswer bounds what is read of an answer.
const maxFCMAnswer = 64 << 10

// fcmAnswer is what came back for one message, read below the library. Its
// error predicates know neither which field was wrong nor an answer without
// an FCM error code. And it sends again up to four times when FCM is
// unavailable or the connection breaks, seconds apart, though the message may
// have arrived: stop ends that.
type fcmAnswer struct {
	stop   context.CancelFunc
	status int // 0 when no answer came
	header http.Header
	err    error // why no answer came, if anything was tried

	code      string // FCM's error code, else Google's status
	fcm       bool   // the code is FCM's own
	badToken  bool   // the field at fault is the token
	written   atomic.Bool
	tokenOnly bool // it failed before the message was tried: no access token
}

type fcmAnswerKey struct{}

func (got *fcmAnswer) carry(ctx context.Context) context.Context {
	return context.WithValue(ctx, fcmAnswerKey{}, got)
}

// fcmReader reads every answer into the fcmAnswer of its message, and allows
// one attempt.
type fcmReader struct{ next http.RoundTripper }

// RoundTrip leaves the library a body that it can read again.
func (t fcmReader) RoundTrip(r *http.Request) (*http.Response, error) {
	got, ok := r.Context().Value(fcmAnswerKey{}).(*fcmAnswer)
	if !ok {
		return t.next.RoundTrip(r)
	}
	got.tokenOnly = true
	resp, err := t.next.RoundTrip(r)
	var body []byte
	if err == nil {
		body, err = io.ReadAll(io.LimitReader(resp.Body, maxFCMAnswer))
		_ = resp.Body.Close()
	}
	if err != nil {
		got.err = err
		got.stop()
		return nil, err
	}
	got.read(resp, body)
	if resp.StatusCode == http.StatusServiceUnavailable {
		got.stop()
	}
	resp.Body = io.NopCloser(bytes.NewReader(body))
	return resp, nil
}

// fcmWire is below the access token: what passes here is the message.
type fcmWire struct{ base http.RoundTripper }

// RoundTrip notes whether the message left.
func (t fcmWire) RoundTrip(r *http.Request) (*http.Response, error) {
	got, ok := r.Context().Value(fcmAnswerKey{}).(*fcmAnswer)
	if !ok {
		return t.base.RoundTrip(r)
	}
	got.tokenOnly = false
	trace := &httptrace.ClientTrace{WroteHeaders: func() { got.written.Store(true) }}
	return t.base.RoundTrip(r.WithContext(httptrace.WithClientTrace(r.Context(), trace)))
}

// read takes in an error body: google.rpc.Status with FcmError and BadRequest
// details, or something that a proxy made.
func (got *fcmAnswer) read(resp *http.Response, body []byte) {
	got.status, got.header = resp.StatusCode, resp.Header
	if resp.StatusCode/100 == 2 {
		return
	}
	var said struct {
		Error struct {
			Status  string `json:"status"`
			Details []struct {
				ErrorCode       string `json:"errorCode"`
				FieldViolations []struct {
					Field string `json:"field"`
				} `json:"fieldViolations"`
			} `json:"details"`
		} `json:"error"`
	}
	got.code = reasonUnreadable
	if json.Unmarshal(body, &said) != nil || !word(strings.ReplaceAll(said.Error.Status, "_", "")) {
		return
	}
	got.code = said.Error.Status
	for _, d := range said.Error.Details {
		if word(strings.ReplaceAll(d.ErrorCode, "_", "")) {
			got.code, got.fcm = d.ErrorCode, true
		}
		for _, v := range d.FieldViolations {
			got.badToken = got.badToken || slices.Contains([]string{"message.token", "message.fid"}, v.Field)
		}
	}
}
