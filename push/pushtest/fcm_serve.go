package pushtest

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/google/uuid"
)

// maxFCMRequest is far above any message; more is cut off and found too large.
const maxFCMRequest = 64 << 10

func (f *FCM) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /v1/projects/{project}/{send}", f.send)
	mux.HandleFunc("POST /token", f.login)
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) {
		f.refuse(w, &fcmRefusal{http: http.StatusNotFound, status: "NOT_FOUND", message: "There is nothing here."})
	})
	return mux
}

// send answers POST /v1/projects/{project}/messages:send, with whatever fault
// is due.
func (f *FCM) send(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(io.LimitReader(r.Body, maxFCMRequest))
	if err != nil {
		panic(http.ErrAbortHandler) // the client left
	}
	var in fcmRequest
	malformed := json.Unmarshal(body, &in) != nil
	fault, _ := f.Faults.Next(in.Message.Token)
	f.count(func(c *FCMCounts) { c.Requests++ })
	refusal := f.judge(r, &in, malformed)
	name := "projects/" + f.options.ProjectID + "/messages/" + uuid.NewString()
	if refusal == nil && fault.Taken {
		f.accept(name, &in)
	}
	if fault.Play(w, r, f.closing) {
		return
	}
	if fault.Refuses() {
		refusal = refusalOf(fault)
	}
	if refusal != nil {
		f.refuse(w, refusal)
		return
	}
	if !fault.Taken {
		f.accept(name, &in)
	}
	writeJSON(w, http.StatusOK, map[string]string{"name": name})
}

// accept hands the message to the app, unless it was only to be checked.
// Topics and conditions reach nobody here.
func (f *FCM) accept(name string, in *fcmRequest) {
	f.count(func(c *FCMCounts) { c.Accepted++ })
	if in.ValidateOnly || in.Message.Token == "" {
		return
	}
	m := in.Message.delivered(name)
	listened := f.hub.deliver(m.Token, parcel[FCMMessage]{item: m, collapse: m.CollapseKey, expires: f.options.Now().Add(m.TTL)})
	if listened {
		f.count(func(c *FCMCounts) { c.Delivered++ })
	}
}

// fcmRefusal is an answer other than 200: google.rpc.Status with details.
type fcmRefusal struct {
	http    int
	status  string // "INVALID_ARGUMENT"
	code    string // FcmError's; empty for a refusal that is not FCM's own
	field   string // the field at fault, if one is
	message string
}

// grpcStatus has Google's status words for the codes that differ from them.
var grpcStatus = map[int]string{400: "INVALID_ARGUMENT", 401: "UNAUTHENTICATED", 403: "PERMISSION_DENIED",
	404: "NOT_FOUND", 429: "RESOURCE_EXHAUSTED", 500: "INTERNAL", 503: "UNAVAILABLE"}

// refusalOf spells a scripted fault. A reason of the form "CODE@field" names
// the field at fault too.
func refusalOf(fault Fault) *fcmRefusal {
	code, field, _ := strings.Cut(fault.Reason, "@")
	status := grpcStatus[fault.Status]
	if status == "" {
		status = "UNKNOWN"
	}
	return &fcmRefusal{http: fault.Status, status: status, code: code, field: field, message: "A fault was asked for."}
}

func (f *FCM) refuse(w http.ResponseWriter, refusal *fcmRefusal) {
	counted := refusal.code
	if counted == "" {
		counted = refusal.status
	}
	f.count(func(c *FCMCounts) { c.Refused[counted]++ })
	details := []any{}
	if refusal.code != "" {
		details = append(details, map[string]string{
			"@type": "type.googleapis.com/google.firebase.fcm.v1.FcmError", "errorCode": refusal.code})
	}
	if refusal.field != "" {
		details = append(details, map[string]any{"@type": "type.googleapis.com/google.rpc.BadRequest",
			"fieldViolations": []map[string]string{{"field": refusal.field, "description": refusal.message}}})
	}
	writeJSON(w, refusal.http, map[string]any{"error": map[string]any{
		"code": refusal.http, "message": refusal.message, "status": refusal.status, "details": details}})
}

func (f *FCM) count(add func(*FCMCounts)) {
	f.mu.Lock()
	defer f.mu.Unlock()
	add(&f.counts)
}

func writeJSON(w http.ResponseWriter, status int, value any) {
	w.Header().Set("Content-Type", "application/json; charset=UTF-8")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(value) // a client that left is none of our business
}

// delivered is the message as the app gets it.
func (m *fcmInput) delivered(name string) FCMMessage {
	out := FCMMessage{Name: name, Token: m.Token, Title: m.Notification.Title, Body: m.Notification.Body,
		CollapseKey: m.Android.CollapseKey, Priority: strings.ToLower(m.Android.Priority), TTL: longestTTL,
		APNSHeaders: m.APNS.Headers, Data: make(map[string]string)}
	if m.Android.TTL != "" {
		ttl, _ := time.ParseDuration(m.Android.TTL) // judged before
		out.TTL = ttl.Truncate(time.Second)
	}
	for k, v := range m.Data {
		out.Data[k], _ = v.(string) // judged before
	}
	return out
}
