// Package problem turns a failure into an answer: the one place that maps an
// error to a status, decides what a stranger may read of it, and logs it.
package problem

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"strconv"
	"time"

	"regulars/api/auth"
	"regulars/models"
)

// ContentType is that of a problem (RFC 9457).
const ContentType = "application/problem+json"

// Details is a failure as the API answers it.
type Details struct {
	Type      string `json:"type"`
	Title     string `json:"title" doc:"the status in words"`
	Status    int    `json:"status"`
	Code      string `json:"code" doc:"stable name of the failure, for programs"`
	Detail    string `json:"detail" doc:"what is wrong and what to do, for people"`
	Field     string `json:"field,omitempty" doc:"the input at fault"`
	Reference string `json:"reference,omitempty" doc:"finds the failure in the server's log"`

	RetryAfter time.Duration `json:"-"`
}

// Error is the code.
func (d *Details) Error() string { return d.Code }

// GetStatus is the HTTP status.
func (d *Details) GetStatus() int { return d.Status }

// ContentType replaces the type that is negotiated for answers that succeed.
func (d *Details) ContentType(string) string { return ContentType }

// GetHeaders are the headers that go with the status.
func (d *Details) GetHeaders() http.Header {
	h := http.Header{}
	if d.RetryAfter > 0 {
		h.Set("Retry-After", strconv.Itoa(int(d.RetryAfter.Seconds())+1))
	}
	return h
}

var statuses = map[models.Kind]int{
	models.Invalid:     http.StatusUnprocessableEntity,
	models.Denied:      http.StatusForbidden,
	models.NotFound:    http.StatusNotFound,
	models.Conflict:    http.StatusConflict,
	models.TooMany:     http.StatusTooManyRequests,
	models.Unavailable: http.StatusServiceUnavailable,
	models.Internal:    http.StatusInternalServerError,
}

// KeyHeader is at fault when the request could not even be read for what it
// asks, hence 400 rather than 422. So it is with a cursor that is none of ours.
const KeyHeader = "Idempotency-Key"

// New returns a problem with a status of the caller's choice.
func New(status int, code, field, detail string) *Details {
	return &Details{Type: "about:blank", Title: http.StatusText(status), Status: status, Code: code, Field: field, Detail: detail}
}

// Of returns what a stranger may read of a failure.
func Of(err error) *Details {
	if d, ok := errors.AsType[*Details](err); ok {
		return d
	}
	if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
		err = models.Fail(models.Unavailable, "too_slow", "", "That took too long. Please try again; with the same key nothing is booked twice.")
	}
	e, ok := errors.AsType[*models.Error](err)
	if !ok || e.Kind == models.Internal {
		return New(http.StatusInternalServerError, "internal", "", "Something went wrong on our side.")
	}
	status := statuses[e.Kind]
	switch {
	case (e.Field == KeyHeader || e.Code == "invalid_cursor") && e.Kind == models.Invalid:
		status = http.StatusBadRequest
	case e.Code == "signed_out" || e.Code == "wrong_password" || e.Code == "not_your_pass":
		status = http.StatusUnauthorized
	}
	d := New(status, e.Code, e.Field, e.Msg)
	if wait, ok := errors.AsType[*auth.TooManyError](err); ok {
		d.RetryAfter = wait.After
	}
	if status == http.StatusServiceUnavailable {
		d.RetryAfter = 2 * time.Second
	}
	return d
}

// Log notes a failure of ours under a reference that the answer carries too.
// What the caller did wrong is answered, not logged.
func Log(ctx context.Context, log *slog.Logger, route string, err error) *Details {
	d := Of(err)
	if d.Status < http.StatusInternalServerError {
		return d
	}
	d.Reference = rand.Text()[:8]
	level := slog.LevelError
	if errors.Is(err, context.Canceled) && ctx.Err() != nil {
		level = slog.LevelDebug // the caller hung up; nothing of ours failed
	}
	log.LogAttrs(ctx, level, "request failed", slog.String("ref", d.Reference),
		slog.String("route", route), slog.Int("status", d.Status), slog.Any("err", err))
	return d
}

// Write answers with a problem.
func Write(w http.ResponseWriter, d *Details) {
	b, err := json.Marshal(d)
	if err != nil {
		panic(err) // strings and numbers only
	}
	for name, values := range d.GetHeaders() {
		w.Header()[name] = values
	}
	w.Header().Set("Content-Type", ContentType)
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(d.Status)
	_, _ = w.Write(b) // the caller has gone; there is nobody to tell
}
