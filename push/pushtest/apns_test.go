package pushtest

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

const topic = "pass.example.regulars"

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func startAPNs(t *testing.T, o APNsOptions) *APNs {
	t.Helper()
	a, err := NewAPNs(o)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, a.Close()) })
	return a
}

// provider is a plain HTTP/2 client, so that what is tested is the protocol
// and not one library's idea of it.
func provider(t *testing.T, a *APNs, certs ...tls.Certificate) *http.Client {
	t.Helper()
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: a.Roots(), Certificates: certs}, ForceAttemptHTTP2: true}
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport, Timeout: 5 * time.Second}
}

// push sends one notification; edit changes the request first.
func push(t *testing.T, c *http.Client, url, body string, edit func(*http.Request)) (int, apnsRefusal, http.Header) {
	t.Helper()
	r, err := http.NewRequest(http.MethodPost, url, strings.NewReader(body))
	require.NoError(t, err)
	r.Header.Set("apns-topic", topic)
	r.Header.Set("apns-push-type", "background")
	r.Header.Set("apns-priority", "5")
	if edit != nil {
		edit(r)
	}
	resp, err := c.Do(r)
	require.NoError(t, err)
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	var said apnsRefusal
	if resp.StatusCode != http.StatusOK {
		require.NoError(t, json.Unmarshal(raw, &said), "%s", raw)
	} else {
		require.Empty(t, raw)
	}
	return resp.StatusCode, said, resp.Header
}

func header(name, value string) func(*http.Request) {
	return func(r *http.Request) { r.Header.Set(name, value) }
}

func TestRequestsAreJudgedAsAppleDoes(t *testing.T) {
	a := startAPNs(t, APNsOptions{})
	client := provider(t, a)
	token, other := a.IssueToken(topic), a.IssueToken("pass.example.another")
	for _, tt := range []struct {
		name, path, body string
		edit             func(*http.Request)
		status           int
		reason           string
	}{
		{name: "good", status: 200},
		{name: "no push type", edit: func(r *http.Request) { r.Header.Del("apns-push-type") }, status: 200},
		{name: "largest payload", body: `{"a":"` + strings.Repeat("x", 4096-8) + `"}`, status: 200},
		{name: "one byte more", body: `{"a":"` + strings.Repeat("x", 4096-7) + `"}`, status: 413, reason: "PayloadTooLarge"},
		{name: "GET", edit: func(r *http.Request) { r.Method = http.MethodGet }, status: 405, reason: "MethodNotAllowed"},
		{name: "another path", path: "/3/devices/x", status: 404, reason: "BadPath"},
		{name: "below the device", path: "/3/device/" + token + "/x", status: 404, reason: "BadPath"},
		{name: "no device", path: "/3/device/", status: 400, reason: "MissingDeviceToken"},
		{name: "not hexadecimal", path: "/3/device/xyz", status: 400, reason: "BadDeviceToken"},
		{name: "never issued", path: "/3/device/" + strings.Repeat("ab", 32), status: 400, reason: "BadDeviceToken"},
		{name: "of another topic", path: "/3/device/" + other, status: 400, reason: "DeviceTokenNotForTopic"},
		{name: "no topic", edit: func(r *http.Request) { r.Header.Del("apns-topic") }, status: 400, reason: "MissingTopic"},
		{name: "no topic's form", edit: header("apns-topic", "pass example"), status: 400, reason: "BadTopic"},
		{name: "unknown push type", edit: header("apns-push-type", "wallet"), status: 400, reason: "InvalidPushType"},
		{name: "background at 10", edit: header("apns-priority", "10"), status: 400, reason: "BadPriority"},
		{name: "background without priority", edit: func(r *http.Request) { r.Header.Del("apns-priority") }, status: 400, reason: "BadPriority"},
		{name: "priority 3", edit: header("apns-priority", "3"), status: 400, reason: "BadPriority"},
		{name: "alert at 10", edit: func(r *http.Request) {
			r.Header.Set("apns-push-type", "alert")
			r.Header.Set("apns-priority", "10")
		}, status: 200},
		{name: "expiration is no number", edit: header("apns-expiration", "soon"), status: 400, reason: "BadExpirationDate"},
		{name: "id is no UUID", edit: header("apns-id", "1"), status: 400, reason: "BadMessageId"},
		{name: "long collapse id", edit: header("apns-collapse-id", strings.Repeat("x", 65)), status: 400, reason: "BadCollapseId"},
		{name: "topic twice", edit: func(r *http.Request) { r.Header.Add("apns-topic", topic) }, status: 400, reason: "DuplicateHeaders"},
		{name: "no payload", body: "-", status: 400, reason: "PayloadEmpty"},
		{name: "null", body: "null", status: 400, reason: "PayloadEmpty"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if tt.path == "" {
				tt.path = "/3/device/" + token
			}
			body := map[string]string{"": "{}", "-": ""}[tt.body] + strings.TrimPrefix(tt.body, "-")
			status, said, headers := push(t, client, a.URL()+tt.path, body, tt.edit)
			require.Equal(t, tt.status, status)
			require.Equal(t, tt.reason, said.Reason)
			require.True(t, validID(headers.Get("apns-id")))
		})
	}
}

func TestNotificationKeepsTheSendersID(t *testing.T) {
	a := startAPNs(t, APNsOptions{})
	id := "7f1c1b3e-0d3b-4a63-9a43-9a3d2b0a7c11"
	_, _, headers := push(t, provider(t, a), a.URL()+"/3/device/"+a.IssueToken(topic), "{}", header("apns-id", id))
	require.Equal(t, id, headers.Get("apns-id"))
}

func TestUnregisteredTokenIsGoneSince(t *testing.T) {
	a := startAPNs(t, APNsOptions{})
	token := a.IssueToken(topic)
	at := time.UnixMilli(1767225600123)
	require.NoError(t, a.Unregister(token, at))
	status, said, _ := push(t, provider(t, a), a.URL()+"/3/device/"+token, "{}", nil)
	require.Equal(t, 410, status)
	require.Equal(t, "Unregistered", said.Reason)
	require.Equal(t, at.UnixMilli(), said.Timestamp)

	a.Adopt(topic, token) // the phone registered again
	status, _, _ = push(t, provider(t, a), a.URL()+"/3/device/"+token, "{}", nil)
	require.Equal(t, 200, status)
	require.Error(t, a.Unregister("unknown", at))
}

func TestOnlyTheNewestWaitsForAPhone(t *testing.T) {
	a := startAPNs(t, APNsOptions{})
	client, token := provider(t, a), a.IssueToken(topic)
	url := a.URL() + "/3/device/" + token
	for i := range 3 {
		push(t, client, url, fmt.Sprintf(`{"n":%d}`, i), nil)
	}
	push(t, client, url, `{"n":"too late"}`, header("apns-expiration", "1")) // one attempt, not stored

	arriving, cancel := a.Subscribe(token)
	note := <-arriving
	require.JSONEq(t, `{"n":2}`, string(note.Payload))
	require.Empty(t, arriving)
	push(t, client, url, `{"n":4}`, nil)
	require.JSONEq(t, `{"n":4}`, string((<-arriving).Payload))
	cancel()
	cancel()
	_, open := <-arriving
	require.False(t, open)
	require.Equal(t, 2, a.Delivered(token))
}

func TestSlowPhoneLosesItsOldest(t *testing.T) {
	h := newHub[int](1, time.Now)
	ch, cancel := h.subscribe("a")
	defer cancel()
	for i := range backlog + 5 {
		require.True(t, h.deliver("a", parcel[int]{item: i}))
	}
	require.Equal(t, 5, <-ch)
	require.Len(t, ch, backlog-1)
}

func TestCertificateIsForItsTopicAlone(t *testing.T) {
	apple, err := NewAuthority()
	require.NoError(t, err)
	a := startAPNs(t, APNsOptions{CertificateTopics: true, ClientCAs: apple.Roots()})
	pass, err := apple.Pass(topic)
	require.NoError(t, err)
	other, err := apple.Pass("pass.example.another")
	require.NoError(t, err)
	url := a.URL() + "/3/device/" + a.IssueToken(topic)

	status, _, _ := push(t, provider(t, a, pass), url, "{}", nil)
	require.Equal(t, 200, status)
	status, _, _ = push(t, provider(t, a, pass), url, "{}", func(r *http.Request) { r.Header.Del("apns-topic") })
	require.Equal(t, 200, status, "a certificate with one topic needs no header")
	_, said, _ := push(t, provider(t, a, other), url, "{}", nil)
	require.Equal(t, "TopicDisallowed", said.Reason)
	_, said, _ = push(t, provider(t, a), url, "{}", nil)
	require.Equal(t, "MissingProviderToken", said.Reason)

	stranger, err := NewAuthority()
	require.NoError(t, err)
	forged, err := stranger.Pass(topic)
	require.NoError(t, err)
	r, err := http.NewRequest(http.MethodPost, url, bytes.NewReader([]byte("{}")))
	require.NoError(t, err)
	resp, err := provider(t, a, forged).Do(r)
	if err == nil {
		resp.Body.Close()
	}
	require.Error(t, err, "another authority's certificate ends the handshake")
}

// TestProviderTokenIsFreshAndRarelyChanged holds Apple's 20 and 60 minutes.
func TestProviderTokenIsFreshAndRarelyChanged(t *testing.T) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	now := time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC)
	a := startAPNs(t, APNsOptions{Now: func() time.Time { return now },
		ProviderKey: &ProviderKey{KeyID: "KEY1234567", TeamID: "TEAM123456", Public: &key.PublicKey}})
	client := provider(t, a)
	url := a.URL() + "/3/device/" + a.IssueToken(topic)
	bearer := func(kid, team string, at time.Time) func(*http.Request) {
		token := jwt.NewWithClaims(jwt.SigningMethodES256, jwt.MapClaims{"iss": team, "iat": at.Unix()})
		token.Header["kid"] = kid
		text, err := token.SignedString(key)
		require.NoError(t, err)
		return header("authorization", "bearer "+text)
	}
	good := func(at time.Time) func(*http.Request) { return bearer("KEY1234567", "TEAM123456", at) }
	first := good(now.Add(-30 * time.Minute))
	for _, tt := range []struct {
		name   string
		edit   func(*http.Request)
		status int
		reason string
	}{
		{"none", nil, 403, "MissingProviderToken"},
		{"garbage", header("authorization", "bearer x.y.z"), 403, "InvalidProviderToken"},
		{"another key", bearer("KEY7654321", "TEAM123456", now), 403, "InvalidProviderToken"},
		{"another team", bearer("KEY1234567", "TEAM654321", now), 403, "InvalidProviderToken"},
		{"61 minutes old", good(now.Add(-61 * time.Minute)), 403, "ExpiredProviderToken"},
		{"from the future", good(now.Add(5 * time.Minute)), 403, "ExpiredProviderToken"},
		{"30 minutes old", first, 200, ""},
		{"the same again", first, 200, ""},
		{"changed after 19 minutes", good(now.Add(-11 * time.Minute)), 429, "TooManyProviderTokenUpdates"},
		{"changed after 20 minutes", good(now.Add(-10 * time.Minute)), 200, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			status, said, _ := push(t, client, url, "{}", tt.edit)
			require.Equal(t, tt.status, status)
			require.Equal(t, tt.reason, said.Reason)
		})
	}
	require.Equal(t, 1, a.Counts().Connections)
}

func TestFaultsAreAnsweredAsScripted(t *testing.T) {
	a := startAPNs(t, APNsOptions{})
	client, token := provider(t, a), a.IssueToken(topic)
	url := a.URL() + "/3/device/" + token
	a.Faults.Add(token, 1, Fault{Status: 429, Reason: "TooManyRequests", RetryAfter: time.Minute})
	status, said, headers := push(t, client, url, "{}", nil)
	require.Equal(t, 429, status)
	require.Equal(t, "TooManyRequests", said.Reason)
	require.Equal(t, "60", headers.Get("Retry-After"))

	status, _, _ = push(t, client, url, "{}", nil)
	require.Equal(t, 200, status)
	counts := a.Counts()
	require.Equal(t, 2, counts.Requests)
	require.Equal(t, 1, counts.Accepted)
	require.Equal(t, 1, counts.Faults)
	require.Equal(t, map[string]int{"TooManyRequests": 1}, counts.Refused)
}

// TestCloseEndsWhatHangs: goleak, in TestMain, sees whatever would stay.
func TestCloseEndsWhatHangs(t *testing.T) {
	a, err := NewAPNs(APNsOptions{})
	require.NoError(t, err)
	token := a.IssueToken(topic)
	arriving, _ := a.Subscribe(token)
	client := provider(t, a)
	a.Faults.Add("", 2, Fault{Hang: true})
	a.Faults.Add("", 1, Fault{Delay: time.Hour})
	var wg sync.WaitGroup
	for range 3 {
		wg.Go(func() {
			r, err := http.NewRequest(http.MethodPost, a.URL()+"/3/device/"+token, strings.NewReader("{}"))
			require.NoError(t, err)
			resp, err := client.Do(r)
			if err == nil {
				resp.Body.Close()
			}
			require.Error(t, err)
		})
	}
	require.Eventually(t, func() bool { return a.Counts().Requests == 3 }, 5*time.Second, time.Millisecond)
	require.NoError(t, a.Close())
	require.NoError(t, a.Close(), "twice is fine")
	wg.Wait()
	_, open := <-arriving
	require.False(t, open)
	require.Zero(t, a.Counts().Open)
}

func TestClientsThatSpeakNoHTTP2AreTurnedAway(t *testing.T) {
	a := startAPNs(t, APNsOptions{})
	conn, err := tls.Dial("tcp", strings.TrimPrefix(a.URL(), "https://"), &tls.Config{RootCAs: a.Roots()})
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.Close() })
	_, err = io.WriteString(conn, "GET / HTTP/1.1\r\nHost: x\r\n\r\n")
	require.NoError(t, err)
	answer, _ := io.ReadAll(conn) // how it ends depends on what the close overtakes
	require.Empty(t, answer)
	require.Zero(t, a.Counts().Connections)
}
