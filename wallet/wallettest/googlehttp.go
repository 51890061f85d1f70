package wallettest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
)

const (
	apiPath  = "/walletobjects/v1/"
	savePath = "/gp/v/save/"
	maxJSON  = 1 << 20
)

// apiError is a refusal in Google's words.
type apiError struct {
	code    int
	reason  string // errors[].reason, what a program goes by
	message string
}

func (e *apiError) Error() string { return e.reason + ": " + e.message }

func refusal(code int, reason, format string, args ...any) *apiError {
	return &apiError{code, reason, fmt.Sprintf(format, args...)}
}

// statuses are the names of gRPC's codes that Google adds to HTTP's.
var statuses = map[int]string{
	400: "INVALID_ARGUMENT", 401: "UNAUTHENTICATED", 403: "PERMISSION_DENIED", 404: "NOT_FOUND", 409: "ALREADY_EXISTS",
	412: "FAILED_PRECONDITION", 413: "INVALID_ARGUMENT", 429: "RESOURCE_EXHAUSTED", 500: "INTERNAL", 502: "UNAVAILABLE", 503: "UNAVAILABLE", 504: "DEADLINE_EXCEEDED",
}

func (e *apiError) write(w http.ResponseWriter) {
	answer(w, e.code, map[string]any{"error": map[string]any{
		"code": e.code, "message": e.message, "status": statuses[e.code],
		"errors": []map[string]string{{"message": e.message, "domain": "global", "reason": e.reason}},
	}})
}

func answer(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json; charset=UTF-8")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v) // a client that left is none of our business
}

// call is one request, taken apart.
type call struct {
	kind   string // "loyaltyObject"
	method string // "insert", "get", "patch", "update", "list", "addMessage"
	id     string
	body   []byte
}

func (g *GoogleWallet) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /token", func(w http.ResponseWriter, r *http.Request) {
		g.faulty(w, r, "token", g.token)
	})
	mux.HandleFunc("GET "+KeysPath, func(w http.ResponseWriter, r *http.Request) {
		g.faulty(w, r, "keys", g.publish)
	})
	mux.HandleFunc("GET "+savePath+"{token}", g.savePage)
	for pattern, method := range map[string]string{
		"POST " + apiPath + "{kind}": "insert", "GET " + apiPath + "{kind}": "list", "GET " + apiPath + "{kind}/{id}": "get",
		"PATCH " + apiPath + "{kind}/{id}": "patch", "PUT " + apiPath + "{kind}/{id}": "update",
		"POST " + apiPath + "{kind}/{id}/addMessage": "addMessage", "POST " + apiPath + "{kind}/{id}/modifyLinkedOfferObjects": "link",
	} {
		mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) { g.api(w, r, method) })
	}
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		refusal(http.StatusNotFound, "notFound", "The requested URL %s was not found on this server.", r.URL.Path).write(w)
	})
	return mux
}

func (g *GoogleWallet) api(w http.ResponseWriter, r *http.Request, method string) {
	c := call{kind: r.PathValue("kind"), method: method, id: r.PathValue("id")}
	var err error
	if c.body, err = io.ReadAll(http.MaxBytesReader(w, r.Body, maxJSON)); err != nil {
		refusal(http.StatusRequestEntityTooLarge, "uploadTooLarge", "The request is too large.").write(w)
		return
	}
	key := c.id
	if method == "insert" {
		var named struct{ ID string }
		_ = json.Unmarshal(c.body, &named) // what is wrong with it is said later
		key = named.ID
	}
	seen := &statusWriter{ResponseWriter: w}
	defer func() { g.count(c, seen.status) }()
	g.faulty(seen, r, key, func(w http.ResponseWriter, r *http.Request) {
		result, err := g.serve(r, c)
		if e, ok := errors.AsType[*apiError](err); ok {
			e.write(w)
			return
		}
		answer(w, http.StatusOK, result)
	})
}

func (g *GoogleWallet) serve(r *http.Request, c call) (any, error) {
	switch {
	case !g.authorised(r):
		return nil, refusal(http.StatusUnauthorized, "authError", "Request had invalid authentication credentials.")
	case g.limiter != nil && !g.limiter.AllowN(g.opts.Now(), 1):
		return nil, refusal(http.StatusTooManyRequests, "rateLimitExceeded", "Quota exceeded for quota metric 'Requests' of service 'walletobjects.googleapis.com'.")
	}
	k, ok := kinds[c.kind]
	if !ok {
		return nil, refusal(http.StatusNotFound, "notFound", "There is no resource %s.", c.kind)
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	switch c.method {
	case "insert":
		return g.insert(k, c.body)
	case "get":
		return g.find(k, c.id)
	case "list":
		return g.list(k, r.URL.Query())
	case "addMessage":
		return g.addMessage(k, c)
	case "link":
		return g.link(k, c)
	}
	return g.change(k, c)
}

// faulty lets the request meet the fault that the script has for key.
func (g *GoogleWallet) faulty(w http.ResponseWriter, r *http.Request, key string, next http.HandlerFunc) {
	fault, met := g.Faults.Next(key)
	if !met {
		next(w, r)
		return
	}
	if fault.Taken {
		next(nowhere{}, r)
	}
	if fault.Play(w, r, g.closing) {
		return
	}
	if fault.Status == 0 {
		next(w, r)
		return
	}
	reason := fault.Reason
	if reason == "" {
		reason = "backendError"
	}
	refusal(fault.Status, reason, "%s", reason).write(w)
}

// statusWriter remembers the status of an answer; 0 when there was none.
type statusWriter struct {
	http.ResponseWriter
	status int
}

func (w *statusWriter) WriteHeader(status int) {
	w.status = status
	w.ResponseWriter.WriteHeader(status)
}

// nowhere takes an answer that gets lost.
type nowhere struct{}

func (nowhere) Header() http.Header         { return http.Header{} }
func (nowhere) Write(b []byte) (int, error) { return len(b), nil }
func (nowhere) WriteHeader(int)             {}

func (g *GoogleWallet) count(c call, status int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.counts[c.kind+"."+c.method+" "+strconv.Itoa(status)]++
}

// savePage is what stands behind a save link: opening it saves the card, and
// shows it as the phone would.
func (g *GoogleWallet) savePage(w http.ResponseWriter, r *http.Request) {
	id, err := g.Save(r.URL.Path)
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	if err != nil {
		w.WriteHeader(http.StatusBadRequest)
		fmt.Fprintln(w, "Something went wrong. Please try again.")
		return
	}
	fmt.Fprint(w, g.Text(id))
}

// decodeStrict reads b into v and refuses names that v does not have.
func decodeStrict(b []byte, v any) error {
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		return err
	}
	if d.More() {
		return errors.New("more than one JSON value")
	}
	return nil
}
