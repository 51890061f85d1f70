package pushtest

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"
)

// serve answers one request, with whatever fault is due.
func (a *APNs) serve(st *h2Stream) {
	path, _ := st.field(":path")
	fault, _ := a.Faults.Next(strings.TrimPrefix(path, devicePath))
	if fault.unprocessed() {
		a.turnAway(st, fault)
		return
	}
	if !st.process() {
		return
	}
	a.countRequest()
	if !pause(fault.Delay, st.done, a.server.closing) {
		return
	}
	note, refusal := a.judge(st)
	if refusal == nil && (fault.Taken || !fault.lost() && !fault.Refuses()) {
		a.accept(st, note)
	}
	if fault.lost() {
		a.lose(st, fault)
		return
	}
	if fault.Refuses() {
		refusal = &apnsRefusal{status: fault.Status, Reason: fault.Reason}
		if !fault.Timestamp.IsZero() {
			refusal.Timestamp = fault.Timestamp.UnixMilli()
		}
	}
	a.reply(st, fault, note.ID, refusal)
	if fault.GoAway {
		st.leave(goAwayReason(fault))
	}
}

func (a *APNs) turnAway(st *h2Stream, fault Fault) {
	if !pause(fault.Delay, st.done, a.server.closing) {
		return
	}
	if fault.Refuse {
		st.refuse()
		return
	}
	st.disown(goAwayReason(fault))
}

// lose ends a request without an answer.
func (a *APNs) lose(st *h2Stream, fault Fault) {
	switch {
	case fault.Freeze:
		st.freeze()
		hang(st.conn.closed, a.server.closing)
	case fault.Hang:
		hang(st.done, a.server.closing)
	case fault.Close:
		if fault.GoAway {
			st.leave(goAwayReason(fault))
		}
		st.conn.drop()
	default:
		st.conn.reset(st.id, http2.ErrCodeInternal)
	}
}

func (a *APNs) reply(st *h2Stream, fault Fault, id string, refusal *apnsRefusal) {
	headers := []hpack.HeaderField{{Name: "apns-id", Value: id}}
	if fault.RetryAfter > 0 {
		headers = append(headers, hpack.HeaderField{Name: "retry-after", Value: strconv.Itoa(fault.retrySeconds())})
	}
	status, body := http.StatusOK, []byte(nil)
	if refusal != nil {
		a.countRefusal(refusal.Reason)
		status = refusal.status
		body, _ = json.Marshal(refusal) // a string and a number
		headers = append(headers, hpack.HeaderField{Name: "content-type", Value: "application/json"})
	}
	if fault.Body != "" {
		body = []byte(fault.Body)
	}
	st.answer(status, headers, body)
}

func (a *APNs) accept(st *h2Stream, note Notification) {
	st.conn.promote(a.options.MaxConcurrentStreams)
	listened := a.hub.deliver(note.Token, parcel[Notification]{item: note, expires: note.Expiration})
	a.mu.Lock()
	defer a.mu.Unlock()
	a.counts.Accepted++
	if listened {
		a.counts.Delivered++
	}
}

// promote lifts the limit of a connection that has proved who it is.
func (c *h2Conn) promote(limit uint32) {
	c.mu.Lock()
	higher := c.limit < limit
	c.mu.Unlock()
	if higher {
		c.allow(limit)
	}
}

func (a *APNs) countRequest() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.counts.Requests++
}

func (a *APNs) countRefusal(reason string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.counts.Refused[reason]++
}

// goAwayReason is the debug data of Apple's GOAWAY.
func goAwayReason(fault Fault) []byte {
	reason := fault.Reason
	if reason == "" {
		reason = "Shutdown"
	}
	body, _ := json.Marshal(apnsRefusal{Reason: reason})
	return body
}
