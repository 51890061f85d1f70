package pushtest

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func startFCM(t *testing.T, o FCMOptions) *FCM {
	t.Helper()
	f, err := NewFCM(o)
	require.NoError(t, err)
	t.Cleanup(func() {
		http.DefaultClient.CloseIdleConnections()
		require.NoError(t, f.Close())
	})
	return f
}

type fcmSaid struct {
	Name  string
	Error struct {
		Code    int
		Status  string
		Details []struct {
			ErrorCode       string
			FieldViolations []struct{ Field string }
		}
	}
}

func post(t *testing.T, url, body string) (int, fcmSaid, http.Header) {
	t.Helper()
	resp, err := http.Post(url, "application/json", strings.NewReader(body))
	require.NoError(t, err)
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	var said fcmSaid
	require.NoError(t, json.Unmarshal(raw, &said), "%s", raw)
	return resp.StatusCode, said, resp.Header
}

func TestMessagesAreJudgedAsFCMDoes(t *testing.T) {
	f := startFCM(t, FCMOptions{})
	token, foreign, dead := f.IssueToken("demo"), f.IssueToken("another"), f.IssueToken("demo")
	require.NoError(t, f.Unregister(dead))
	for _, tt := range []struct {
		name, body   string
		status       int
		word, code   string
		field        string
		otherProject bool
	}{
		{name: "good", body: `{"message":{"token":"` + token + `","notification":{"title":"x"}}}`, status: 200},
		{name: "topic", body: `{"message":{"topic":"news"}}`, status: 200},
		{name: "only checked", body: `{"validate_only":true,"message":{"token":"` + token + `"}}`, status: 200},
		{name: "no JSON", body: `{`, status: 400, word: "INVALID_ARGUMENT"},
		{name: "no target", body: `{"message":{}}`, status: 400, word: "INVALID_ARGUMENT", code: "INVALID_ARGUMENT", field: "message"},
		{name: "two targets", body: `{"message":{"token":"a","topic":"b"}}`, status: 400, word: "INVALID_ARGUMENT", code: "INVALID_ARGUMENT", field: "message"},
		{name: "number in data", body: `{"message":{"token":"` + token + `","data":{"n":1}}}`, status: 400, word: "INVALID_ARGUMENT", code: "INVALID_ARGUMENT", field: "message.data"},
		{name: "reserved key", body: `{"message":{"token":"` + token + `","data":{"from":"x"}}}`, status: 400, word: "INVALID_ARGUMENT", code: "INVALID_ARGUMENT", field: "message.data"},
		{name: "five weeks", body: `{"message":{"token":"` + token + `","android":{"ttl":"3024000s"}}}`, status: 400, word: "INVALID_ARGUMENT", code: "INVALID_ARGUMENT", field: "message.android.ttl"},
		{name: "urgent", body: `{"message":{"token":"` + token + `","android":{"priority":"urgent"}}}`, status: 400, word: "INVALID_ARGUMENT", code: "INVALID_ARGUMENT", field: "message.android.priority"},
		{name: "too big", body: `{"message":{"token":"` + token + `","notification":{"body":"` + strings.Repeat("x", 4097) + `"}}}`, status: 400, word: "INVALID_ARGUMENT", code: "INVALID_ARGUMENT", field: "message"},
		{name: "never issued", body: `{"message":{"token":"zzz"}}`, status: 400, word: "INVALID_ARGUMENT", code: "INVALID_ARGUMENT", field: "message.token"},
		{name: "of another project", body: `{"message":{"token":"` + foreign + `"}}`, status: 403, word: "PERMISSION_DENIED", code: "SENDER_ID_MISMATCH"},
		{name: "uninstalled", body: `{"message":{"token":"` + dead + `"}}`, status: 404, word: "NOT_FOUND", code: "UNREGISTERED"},
		{name: "wrong address", body: `{"message":{"token":"` + token + `"}}`, otherProject: true, status: 404, word: "NOT_FOUND"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			project := "demo"
			if tt.otherProject {
				project = "mistyped"
			}
			status, said, _ := post(t, f.Endpoint()+"/projects/"+project+"/messages:send", tt.body)
			require.Equal(t, tt.status, status)
			require.Equal(t, tt.word, said.Error.Status)
			var code, field string
			for _, d := range said.Error.Details {
				code += d.ErrorCode
				for _, v := range d.FieldViolations {
					field += v.Field
				}
			}
			require.Equal(t, tt.code, code)
			require.Equal(t, tt.field, field)
			if status == 200 {
				require.True(t, strings.HasPrefix(said.Name, "projects/demo/messages/"))
			}
		})
	}
	require.Zero(t, f.Delivered(token), "nobody listened")
}

func TestMessagesWaitAndCollapse(t *testing.T) {
	now := time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC)
	f := startFCM(t, FCMOptions{Now: func() time.Time { return now }})
	token := f.IssueToken("demo")
	send := func(title, android string) {
		status, _, _ := post(t, f.Endpoint()+"/projects/demo/messages:send",
			`{"message":{"token":"`+token+`","notification":{"title":"`+title+`"},"android":{`+android+`}}}`)
		require.Equal(t, 200, status)
	}
	send("old balance", `"collapse_key":"balance"`)
	send("offer", ``)
	send("over soon", `"ttl":"60s"`)
	send("new balance", `"collapse_key":"balance"`)
	now = now.Add(2 * time.Minute)
	arriving, cancel := f.Subscribe(token)
	defer cancel()
	require.Equal(t, "offer", (<-arriving).Title)
	require.Equal(t, "new balance", (<-arriving).Title)
	require.Empty(t, arriving)
}

func TestAccessTokenIsAskedForAndEnds(t *testing.T) {
	now := time.Now()
	f := startFCM(t, FCMOptions{Credentials: true, Now: func() time.Time { return now }})
	f.access["ya29.good"] = now.Add(time.Minute)
	send := func(bearer string) int {
		r, err := http.NewRequest(http.MethodPost, f.Endpoint()+"/projects/demo/messages:send", strings.NewReader(`{"message":{"topic":"x"}}`))
		require.NoError(t, err)
		r.Header.Set("Authorization", bearer)
		resp, err := http.DefaultClient.Do(r)
		require.NoError(t, err)
		require.NoError(t, resp.Body.Close())
		return resp.StatusCode
	}
	require.Equal(t, 401, send(""))
	require.Equal(t, 401, send("Bearer ya29.bad"))
	require.Equal(t, 200, send("Bearer ya29.good"))
	now = now.Add(2 * time.Minute)
	require.Equal(t, 401, send("Bearer ya29.good"))

	resp, err := http.PostForm(f.URL()+"/token", nil)
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	require.Equal(t, 400, resp.StatusCode)
	open := startFCM(t, FCMOptions{})
	_, err = open.ServiceAccount()
	require.Error(t, err)
}

func TestFaultsOverPlainHTTP(t *testing.T) {
	f := startFCM(t, FCMOptions{})
	token := f.IssueToken("demo")
	_, cancel := f.Subscribe(token)
	defer cancel()
	url, body := f.Endpoint()+"/projects/demo/messages:send", `{"message":{"token":"`+token+`"}}`

	f.Faults.Add(token, 1, Fault{Status: 429, Reason: "QUOTA_EXCEEDED", RetryAfter: time.Minute})
	status, said, headers := post(t, url, body)
	require.Equal(t, 429, status)
	require.Equal(t, "RESOURCE_EXHAUSTED", said.Error.Status)
	require.Equal(t, "QUOTA_EXCEEDED", said.Error.Details[0].ErrorCode)
	require.Equal(t, "60", headers.Get("Retry-After"))

	lose := func(fault Fault) {
		f.Faults.Add(token, 1, fault)
		resp, err := http.Post(url, "application/json", strings.NewReader(body))
		if err == nil {
			resp.Body.Close()
		}
		require.Error(t, err)
	}
	for _, fault := range []Fault{{Close: true}, {Reset: true}, {GoAway: true}} {
		lose(fault)
	}
	require.Zero(t, f.Delivered(token))
	lose(Fault{Close: true, Taken: true})
	require.Equal(t, 1, f.Delivered(token))
}
