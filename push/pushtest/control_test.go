package pushtest

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestControlSteersTheFaults(t *testing.T) {
	var apns, fcm Faults
	h := Control(map[string]Service{
		"apns": {Faults: &apns, Counts: func() any { return APNsCounts{Requests: 7} }},
		"fcm":  {Faults: &fcm, Counts: func() any { return FCMCounts{} }},
	})
	call := func(method, path, body string) *httptest.ResponseRecorder {
		r := httptest.NewRequest(method, path, strings.NewReader(body))
		r.Header.Set("Content-Type", "application/json")
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		return w
	}

	w := call("POST", "/faults", `{"service":"apns","key":"aa","times":2,"fault":{"status":503,"reason":"Shutdown","retry_after":"1m30s","goaway":true}}`)
	require.Equal(t, http.StatusNoContent, w.Code, w.Body.String())
	for range 2 {
		got, ok := apns.Next("aa")
		require.True(t, ok)
		require.Equal(t, Fault{Status: 503, Reason: "Shutdown", RetryAfter: 90 * time.Second, GoAway: true}, got)
	}
	_, ok := apns.Next("aa")
	require.False(t, ok)

	require.Equal(t, http.StatusNoContent, call("POST", "/faults", `{"service":"fcm","rate":1,"seed":4,"fault":{"hang":true}}`).Code)
	require.Equal(t, http.StatusNoContent, call("POST", "/faults", `{"service":"apns","times":-1,"fault":{"hang":true}}`).Code)
	require.Equal(t, http.StatusNoContent, call("DELETE", "/faults?service=fcm", "").Code)
	_, ok = fcm.Next("x")
	require.False(t, ok)
	_, ok = apns.Next("x")
	require.True(t, ok)
	require.Equal(t, http.StatusNoContent, call("DELETE", "/faults", "").Code)
	_, ok = apns.Next("x")
	require.False(t, ok)

	require.Contains(t, call("GET", "/counts", "").Body.String(), `"apns":{"requests":7,`)
}

func TestControlRefusesWhatItDoesNotUnderstand(t *testing.T) {
	var faults Faults
	h := Control(map[string]Service{"apns": {Faults: &faults, Counts: func() any { return 0 }}})
	for _, tt := range []struct {
		name, method, path, kind, body string
		want                           int
	}{
		{"form of a web page", "POST", "/faults", "text/plain", `{"service":"apns","fault":{"hang":true}}`, 400},
		{"unknown field", "POST", "/faults", "application/json", `{"service":"apns","fault":{"hangs":true}}`, 400},
		{"empty fault", "POST", "/faults", "application/json", `{"service":"apns","fault":{}}`, 400},
		{"bad duration", "POST", "/faults", "application/json", `{"service":"apns","fault":{"delay":"5"}}`, 400},
		{"rate above 1", "POST", "/faults", "application/json", `{"service":"apns","rate":2,"fault":{"hang":true}}`, 400},
		{"rate with key", "POST", "/faults", "application/json", `{"service":"apns","rate":0.5,"key":"x","fault":{"hang":true}}`, 400},
		{"unknown service", "POST", "/faults", "application/json", `{"service":"x","fault":{"hang":true}}`, 404},
		{"clearing an unknown service", "DELETE", "/faults?service=x", "", "", 404},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := httptest.NewRequest(tt.method, tt.path, strings.NewReader(tt.body))
			r.Header.Set("Content-Type", tt.kind)
			w := httptest.NewRecorder()
			h.ServeHTTP(w, r)
			require.Equal(t, tt.want, w.Code)
			_, ok := faults.Next("x")
			require.False(t, ok)
		})
	}
}
