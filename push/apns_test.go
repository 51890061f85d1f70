package push

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/stretchr/testify/require"

	"regulars/push/pushtest"
)

const topic = "pass.example.regulars"

// gateway starts a simulator that asks for what o says.
func gateway(t *testing.T, o pushtest.APNsOptions) *pushtest.APNs {
	t.Helper()
	sim, err := pushtest.NewAPNs(o)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, sim.Close()) })
	return sim
}

// sender returns a client of sim with a pass certificate for topic; change
// alters its settings.
func sender(t *testing.T, sim *pushtest.APNs, change ...func(*APNsConfig)) *APNs {
	t.Helper()
	authority, err := pushtest.NewAuthority()
	require.NoError(t, err)
	cert, err := authority.Pass(topic)
	require.NoError(t, err)
	config := APNsConfig{Certificate: &cert, Host: sim.URL(), Roots: sim.Roots(), Log: slog.New(slog.DiscardHandler)}
	for _, c := range change {
		c(&config)
	}
	client, err := NewAPNs(config)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, client.Close()) })
	return client
}

func TestWakeReachesThePhone(t *testing.T) {
	sim := gateway(t, pushtest.APNsOptions{CertificateTopics: true})
	client := sender(t, sim)
	token := sim.IssueToken(topic)
	arriving, cancel := sim.Subscribe(token)
	defer cancel()

	require.Equal(t, Outcome{Result: Sent}, client.Wake(t.Context(), topic, token))
	note := <-arriving
	require.JSONEq(t, `{}`, string(note.Payload))
	require.Equal(t, "background", note.PushType)
	require.Equal(t, 5, note.Priority)
	require.Equal(t, topic, note.Topic)
}

func TestWakeWithPushTypeAlert(t *testing.T) {
	sim := gateway(t, pushtest.APNsOptions{})
	client := sender(t, sim, func(c *APNsConfig) { c.PushType = PushAlert })
	token := sim.IssueToken(topic)
	arriving, cancel := sim.Subscribe(token)
	defer cancel()
	require.Equal(t, Sent, client.Wake(t.Context(), topic, token).Result)
	note := <-arriving
	require.Equal(t, "alert", note.PushType)
	require.Equal(t, 10, note.Priority)
}

// TestEveryReason plays each status and reason of Apple's table to the real
// client and holds what Wake makes of it.
func TestEveryReason(t *testing.T) {
	gone := time.Date(2026, 3, 1, 9, 30, 0, 250e6, time.UTC)
	const later = configurationWait
	rows := make(map[string]bool)
	for _, tt := range []struct {
		name  string
		fault pushtest.Fault
		want  Outcome // Reason is the fault's when empty
	}{
		{"BadCollapseId", pushtest.Fault{Status: 400}, Outcome{Result: Rejected}},
		{"BadExpirationDate", pushtest.Fault{Status: 400}, Outcome{Result: Rejected}},
		{"BadMessageId", pushtest.Fault{Status: 400}, Outcome{Result: Rejected}},
		{"BadPriority", pushtest.Fault{Status: 400}, Outcome{Result: Rejected}},
		{"InvalidPushType", pushtest.Fault{Status: 400}, Outcome{Result: Rejected}},
		{"DuplicateHeaders", pushtest.Fault{Status: 400}, Outcome{Result: Rejected}},
		{"PayloadEmpty", pushtest.Fault{Status: 400}, Outcome{Result: Rejected}},
		{"MissingDeviceToken", pushtest.Fault{Status: 400}, Outcome{Result: Rejected}},
		{"BadDeviceToken", pushtest.Fault{Status: 400}, Outcome{Result: Rejected, After: later, Remedy: remedyDoor}},
		{"DeviceTokenNotForTopic", pushtest.Fault{Status: 400}, Outcome{Result: Rejected, After: later, Remedy: remedyDoor}},
		{"BadTopic", pushtest.Fault{Status: 400}, Outcome{Result: Rejected, After: later, Remedy: remedyTopic}},
		{"MissingTopic", pushtest.Fault{Status: 400}, Outcome{Result: Rejected, After: later, Remedy: remedyTopic}},
		{"TopicDisallowed", pushtest.Fault{Status: 400}, Outcome{Result: Rejected, After: later, Remedy: remedyTopic}},
		{"IdleTimeout", pushtest.Fault{Status: 400}, Outcome{Result: Retry}},
		{"BadCertificate", pushtest.Fault{Status: 403}, Outcome{Result: Rejected, After: later, Remedy: remedyCertificate}},
		{"BadCertificateEnvironment", pushtest.Fault{Status: 403}, Outcome{Result: Rejected, After: later, Remedy: remedyCertificate}},
		{"ExpiredProviderToken", pushtest.Fault{Status: 403}, Outcome{Result: Rejected, After: later, Remedy: remedyClock}},
		{"InvalidProviderToken", pushtest.Fault{Status: 403}, Outcome{Result: Rejected, After: later, Remedy: remedyKey}},
		{"MissingProviderToken", pushtest.Fault{Status: 403}, Outcome{Result: Rejected, After: later, Remedy: remedyCertificate}},
		{"UnrelatedKeyIdInToken", pushtest.Fault{Status: 403}, Outcome{Result: Rejected, After: later, Remedy: remedyKey}},
		{"BadEnvironmentKeyIdInToken", pushtest.Fault{Status: 403}, Outcome{Result: Rejected, After: later, Remedy: remedyKey}},
		{"Forbidden", pushtest.Fault{Status: 403}, Outcome{Result: Rejected, After: later, Remedy: remedyKey}},
		{"BadPath", pushtest.Fault{Status: 404}, Outcome{Result: Rejected}},
		{"MethodNotAllowed", pushtest.Fault{Status: 405}, Outcome{Result: Rejected}},
		{"Unregistered", pushtest.Fault{Status: 410, Timestamp: gone}, Outcome{Result: Gone, Since: gone}},
		{"ExpiredToken", pushtest.Fault{Status: 410, Timestamp: gone}, Outcome{Result: Gone, Since: gone}},
		{"PayloadTooLarge", pushtest.Fault{Status: 413}, Outcome{Result: Rejected}},
		{"TooManyProviderTokenUpdates", pushtest.Fault{Status: 429}, Outcome{Result: Retry, After: time.Minute}},
		{"TooManyRequests", pushtest.Fault{Status: 429}, Outcome{Result: Retry, After: time.Minute}},
		{"TooManyRequests", pushtest.Fault{Status: 429, RetryAfter: 90 * time.Second}, Outcome{Result: Retry, After: 90 * time.Second}},
		{"InternalServerError", pushtest.Fault{Status: 500}, Outcome{Result: Retry}},
		{"InternalServerError", pushtest.Fault{Status: 500, RetryAfter: 15 * time.Minute}, Outcome{Result: Retry, After: 15 * time.Minute}},
		{"ServiceUnavailable", pushtest.Fault{Status: 503, RetryAfter: 5 * time.Second}, Outcome{Result: Retry, After: 5 * time.Second}},
		{"Shutdown", pushtest.Fault{Status: 503}, Outcome{Result: Retry}},

		{"NewIn2031", pushtest.Fault{Status: 400}, Outcome{Result: Rejected}},
		{"NewIn2031", pushtest.Fault{Status: 403}, Outcome{Result: Rejected, After: later, Remedy: remedyCertificate}},
		{"NewIn2031", pushtest.Fault{Status: 410, Timestamp: gone}, Outcome{Result: Gone, Since: gone}},
		{"NewIn2031", pushtest.Fault{Status: 429}, Outcome{Result: Retry, After: time.Minute}},
		{"NewIn2031", pushtest.Fault{Status: 502}, Outcome{Result: Retry}},
		{"a proxy's 502", pushtest.Fault{Status: 502, Body: "<h1>Bad gateway</h1>"}, Outcome{Result: Retry, Reason: reasonUnreadable}},
		{"a log\nline 200", pushtest.Fault{Status: 503}, Outcome{Result: Retry, Reason: reasonUnreadable}},
		{"a proxy's 407", pushtest.Fault{Status: 407, Body: "<h1>Sign in</h1>"}, Outcome{Result: Rejected, After: later, Reason: reasonUnreadable, Remedy: remedyDoor}},
		{"a proxy's 410", pushtest.Fault{Status: 410, Body: "<h1>Moved away</h1>"}, Outcome{Result: Rejected, After: later, Reason: reasonUnreadable, Remedy: remedyDoor}},
	} {
		rows[tt.name] = true
		t.Run(tt.name+" "+http.StatusText(tt.fault.Status), func(t *testing.T) {
			sim := gateway(t, pushtest.APNsOptions{})
			client := sender(t, sim)
			if tt.want.Reason == "" {
				tt.want.Reason = tt.name
			}
			tt.fault.Reason = tt.name
			sim.Faults.Add("", -1, tt.fault)
			got := client.Wake(t.Context(), topic, sim.IssueToken(topic))
			got.Since = got.Since.UTC()
			require.Equal(t, tt.want, got)
		})
	}
	for reason := range apnsRules {
		require.True(t, rows[reason], "%s needs a row above", reason)
	}
}

// A phone can register any text as its token; it must not reach the path.
func TestMalformedTokenIsNotSent(t *testing.T) {
	sim := gateway(t, pushtest.APNsOptions{})
	client := sender(t, sim)
	for _, token := range []string{"", "../device/aa", "aa bb", "aa\r\nx", "é", strings.Repeat("a", 201)} {
		got := client.Wake(t.Context(), topic, token)
		require.Equal(t, Gone, got.Result, "%q", token)
		require.Equal(t, reasonMalformed, got.Reason)
		require.False(t, got.Since.IsZero())
	}
	require.Zero(t, sim.Counts().Requests)
}

// BenchmarkWake is the whole way to a simulated APNs on the same machine.
func BenchmarkWake(b *testing.B) {
	sim, err := pushtest.NewAPNs(pushtest.APNsOptions{})
	require.NoError(b, err)
	authority, err := pushtest.NewAuthority()
	require.NoError(b, err)
	cert, err := authority.Pass(topic)
	require.NoError(b, err)
	client, err := NewAPNs(APNsConfig{Certificate: &cert, Host: sim.URL(), Roots: sim.Roots()})
	require.NoError(b, err)
	token := sim.IssueToken(topic)
	b.SetParallelism(50)
	b.RunParallel(func(p *testing.PB) {
		for p.Next() {
			if out := client.Wake(b.Context(), topic, token); out.Result != Sent {
				b.Error(out.Reason)
			}
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "pushes/s")
	require.NoError(b, client.Close())
	require.NoError(b, sim.Close())
}

func TestGoneSinceIsAppleTimeToTheMillisecond(t *testing.T) {
	sim := gateway(t, pushtest.APNsOptions{})
	client := sender(t, sim)
	token := sim.IssueToken(topic)
	at := time.Now().Add(-time.Hour).Truncate(time.Millisecond)
	require.NoError(t, sim.Unregister(token, at))
	got := client.Wake(t.Context(), topic, token)
	require.Equal(t, Gone, got.Result)
	require.True(t, got.Since.Equal(at), "%s is not %s", got.Since, at)
}

// A 410 without a timestamp must not take a registration that came after it.
func TestGoneWithoutTimestampIsSinceTheAttempt(t *testing.T) {
	sim := gateway(t, pushtest.APNsOptions{})
	client := sender(t, sim)
	sim.Faults.Add("", 1, pushtest.Fault{Status: 410, Reason: "Unregistered"})
	before := time.Now()
	got := client.Wake(t.Context(), topic, sim.IssueToken(topic))
	require.Equal(t, Gone, got.Result)
	require.WithinRange(t, got.Since, before, time.Now())
}

func TestBadDeviceTokenIsBelievedOnlyWhereOthersWork(t *testing.T) {
	sim := gateway(t, pushtest.APNsOptions{})
	client := sender(t, sim)
	stranger := sim.IssueToken("pass.example.another")

	got := client.Wake(t.Context(), topic, stranger)
	require.Equal(t, Rejected, got.Result)
	require.Equal(t, "DeviceTokenNotForTopic", got.Reason)
	require.NotEmpty(t, got.Remedy)

	good := sim.IssueToken(topic)
	require.Equal(t, Sent, client.Wake(t.Context(), topic, good).Result)
	require.Equal(t, Gone, client.Wake(t.Context(), topic, stranger).Result)
	for range trustBears - 1 {
		require.Equal(t, Gone, client.Wake(t.Context(), topic, "abad1dea").Result)
	}
	require.Equal(t, Rejected, client.Wake(t.Context(), topic, "abad1dea").Result, "a flood is a mistake of ours")
	require.Equal(t, Sent, client.Wake(t.Context(), topic, good).Result)
	require.Equal(t, Gone, client.Wake(t.Context(), topic, "abad1dea").Result)
}

// key makes a .p8 file and what Apple knows of it.
func key(t *testing.T) (*APNsToken, *ecdsa.PrivateKey, *pushtest.ProviderKey) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	der, err := x509.MarshalPKCS8PrivateKey(private)
	require.NoError(t, err)
	file := pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})
	return &APNsToken{Key: file, KeyID: "KEY1234567", TeamID: "TEAM123456"}, private,
		&pushtest.ProviderKey{KeyID: "KEY1234567", TeamID: "TEAM123456", Public: &private.PublicKey}
}

func TestWakeWithAKeyOpensOneConnection(t *testing.T) {
	token, _, known := key(t)
	sim := gateway(t, pushtest.APNsOptions{ProviderKey: known})
	client := sender(t, sim, func(c *APNsConfig) { c.Certificate, c.Token = nil, token })
	device := sim.IssueToken(topic)
	var wg sync.WaitGroup
	for range 40 { // one stream is allowed until the first answer
		wg.Go(func() { require.Equal(t, Sent, client.Wake(t.Context(), topic, device).Result) })
	}
	wg.Wait()
	counts := sim.Counts()
	require.Equal(t, 40, counts.Accepted)
	require.Equal(t, 1, counts.Connections)
}

func TestStaleProviderTokenIsRenewedOnce(t *testing.T) {
	token, private, known := key(t)
	sim := gateway(t, pushtest.APNsOptions{ProviderKey: known})
	client := sender(t, sim, func(c *APNsConfig) { c.Certificate, c.Token = nil, token })
	stale := jwt.NewWithClaims(jwt.SigningMethodES256, jwt.MapClaims{"iss": token.TeamID, "iat": time.Now().Add(-2 * time.Hour).Unix()})
	stale.Header["kid"] = token.KeyID
	text, err := stale.SignedString(private)
	require.NoError(t, err)
	client.client.Token.Bearer = text // as after a suspended machine: the library thinks it fresh

	device := sim.IssueToken(topic)
	var wg sync.WaitGroup
	for range 10 {
		wg.Go(func() { require.Equal(t, Sent, client.Wake(t.Context(), topic, device).Result) })
	}
	wg.Wait()
	counts := sim.Counts()
	require.Equal(t, 10, counts.Accepted)
	require.NotZero(t, counts.Refused["ExpiredProviderToken"])
	require.Zero(t, counts.Refused["TooManyProviderTokenUpdates"], "all share the one new token")
}

func TestWakeWithTheWrongKey(t *testing.T) {
	token, _, _ := key(t)
	_, _, another := key(t)
	sim := gateway(t, pushtest.APNsOptions{ProviderKey: another})
	client := sender(t, sim, func(c *APNsConfig) { c.Certificate, c.Token = nil, token })
	got := client.Wake(t.Context(), topic, sim.IssueToken(topic))
	require.Equal(t, Outcome{Result: Rejected, After: configurationWait, Reason: "InvalidProviderToken", Remedy: remedyKey}, got)
}

func TestCertificateOfAnotherPassType(t *testing.T) {
	sim := gateway(t, pushtest.APNsOptions{CertificateTopics: true})
	client := sender(t, sim)
	other := "pass.example.another"
	got := client.Wake(t.Context(), other, sim.IssueToken(other))
	require.Equal(t, "TopicDisallowed", got.Reason)
	require.Equal(t, remedyTopic, got.Remedy)
}

func TestConfigurationMistakesAreNamed(t *testing.T) {
	token, _, _ := key(t)
	authority, err := pushtest.NewAuthority()
	require.NoError(t, err)
	cert, err := authority.Pass(topic)
	require.NoError(t, err)
	for name, config := range map[string]APNsConfig{
		"neither":     {},
		"use one":     {Certificate: &cert, Token: token},
		"push type":   {Certificate: &cert, PushType: "voip"},
		"https://":    {Certificate: &cert, Host: "http://localhost"},
		"not a .p8":   {Token: &APNsToken{Key: []byte("x"), KeyID: "k", TeamID: "t"}},
		"key id":      {Token: &APNsToken{Key: token.Key, TeamID: "t"}},
		"private key": {Certificate: &tls.Certificate{}},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := NewAPNs(config)
			require.ErrorContains(t, err, name)
		})
	}
}

func TestCancelledWakeSaysSo(t *testing.T) {
	sim := gateway(t, pushtest.APNsOptions{})
	client := sender(t, sim)
	sim.Faults.Add("", 1, pushtest.Fault{Hang: true})
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	got := client.Wake(ctx, topic, sim.IssueToken(topic))
	require.Equal(t, Outcome{Result: Retry, Reason: reasonCancelled, Unknown: true}, got)
}
