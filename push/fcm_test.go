package push

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"regulars/push/pushtest"
)

// firebaseOf starts a simulator and a client of it, over TLS and HTTP/2.
func firebaseOf(t *testing.T, o pushtest.FCMOptions, change ...func(*FCMConfig)) (*pushtest.FCM, *FCM) {
	t.Helper()
	o.TLS = true
	sim, err := pushtest.NewFCM(o)
	require.NoError(t, err)
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.TLSClientConfig.RootCAs = sim.Roots()
	config := FCMConfig{ProjectID: "demo", Endpoint: sim.Endpoint(), HTTPClient: &http.Client{Transport: transport},
		Log: slog.New(slog.DiscardHandler)}
	if o.Credentials {
		config.CredentialsJSON, err = sim.ServiceAccount()
		require.NoError(t, err)
	}
	for _, c := range change {
		c(&config)
	}
	client, err := NewFCM(t.Context(), config)
	require.NoError(t, err)
	t.Cleanup(func() {
		client.Close()
		require.NoError(t, sim.Close())
	})
	return sim, client
}

func TestMessageReachesTheApp(t *testing.T) {
	sim, client := firebaseOf(t, pushtest.FCMOptions{Credentials: true})
	token := sim.IssueToken("demo")
	arriving, cancel := sim.Subscribe(token)
	defer cancel()
	sent := Message{Token: token, Title: "A coffee for you", Body: "Until Sunday", Data: map[string]string{"campaign": "c1"},
		CollapseKey: "c1", TTL: 90 * time.Minute}
	require.Equal(t, Outcome{Result: Sent}, client.Send(t.Context(), sent))
	got := <-arriving
	require.Equal(t, "A coffee for you", got.Title)
	require.Equal(t, "Until Sunday", got.Body)
	require.Equal(t, map[string]string{"campaign": "c1"}, got.Data)
	require.Equal(t, "c1", got.CollapseKey)
	require.Equal(t, "high", got.Priority)
	require.Equal(t, 90*time.Minute, got.TTL)
	require.Equal(t, "c1", got.APNSHeaders["apns-collapse-id"])

	require.Equal(t, Sent, client.Send(t.Context(), sent).Result)
	require.Equal(t, 1, sim.Counts().Logins, "one access token serves many messages")
}

func TestSilentMessageDoesNotWakeAtOnce(t *testing.T) {
	sim, client := firebaseOf(t, pushtest.FCMOptions{})
	token := sim.IssueToken("demo")
	arriving, cancel := sim.Subscribe(token)
	defer cancel()
	require.Equal(t, Sent, client.Send(t.Context(), Message{Token: token, Data: map[string]string{"balance": "changed"}}).Result)
	got := <-arriving
	require.Equal(t, "normal", got.Priority)
	require.Equal(t, "5", got.APNSHeaders["apns-priority"])
	require.Equal(t, "background", got.APNSHeaders["apns-push-type"])
}

// TestEveryFCMCode plays each answer of FCM's to the real client. One request
// each: the library's own repetition must not show.
func TestEveryFCMCode(t *testing.T) {
	const later = configurationWait
	for _, tt := range []struct {
		name  string
		fault pushtest.Fault
		want  Outcome
	}{
		{"unregistered", pushtest.Fault{Status: 404, Reason: "UNREGISTERED"}, Outcome{Result: Gone, Reason: "UNREGISTERED"}},
		{"sender mismatch", pushtest.Fault{Status: 403, Reason: "SENDER_ID_MISMATCH"}, Outcome{Result: Rejected, After: later, Reason: "SENDER_ID_MISMATCH", Remedy: remedyFCMProject}},
		{"bad message", pushtest.Fault{Status: 400, Reason: "INVALID_ARGUMENT@message.data"}, Outcome{Result: Rejected, Reason: "INVALID_ARGUMENT"}},
		{"bad token", pushtest.Fault{Status: 400, Reason: "INVALID_ARGUMENT@message.token"}, Outcome{Result: Rejected, After: later, Reason: "INVALID_ARGUMENT", Remedy: remedyFCMProject}},
		{"apple key in firebase", pushtest.Fault{Status: 401, Reason: "THIRD_PARTY_AUTH_ERROR"}, Outcome{Result: Rejected, After: later, Reason: "THIRD_PARTY_AUTH_ERROR", Remedy: remedyFCMApple}},
		{"quota", pushtest.Fault{Status: 429, Reason: "QUOTA_EXCEEDED"}, Outcome{Result: Retry, After: time.Minute, Reason: "QUOTA_EXCEEDED"}},
		{"quota with time", pushtest.Fault{Status: 429, Reason: "QUOTA_EXCEEDED", RetryAfter: 2 * time.Minute}, Outcome{Result: Retry, After: 2 * time.Minute, Reason: "QUOTA_EXCEEDED"}},
		{"internal", pushtest.Fault{Status: 500, Reason: "INTERNAL"}, Outcome{Result: Retry, After: fcmFirstWait, Reason: "INTERNAL"}},
		{"unavailable", pushtest.Fault{Status: 503, Reason: "UNAVAILABLE"}, Outcome{Result: Retry, After: fcmFirstWait, Reason: "UNAVAILABLE"}},
		{"unavailable with time", pushtest.Fault{Status: 503, Reason: "UNAVAILABLE", RetryAfter: 30 * time.Second}, Outcome{Result: Retry, After: 30 * time.Second, Reason: "UNAVAILABLE"}},
		{"unspecified", pushtest.Fault{Status: 500, Reason: "UNSPECIFIED_ERROR"}, Outcome{Result: Retry, After: fcmFirstWait, Reason: "UNSPECIFIED_ERROR"}},

		{"plain 400", pushtest.Fault{Status: 400}, Outcome{Result: Rejected, Reason: "INVALID_ARGUMENT"}},
		{"plain 401", pushtest.Fault{Status: 401}, Outcome{Result: Rejected, After: later, Reason: "UNAUTHENTICATED", Remedy: remedyFCMAccount}},
		{"plain 403", pushtest.Fault{Status: 403}, Outcome{Result: Rejected, After: later, Reason: "PERMISSION_DENIED", Remedy: remedyFCMRights}},
		{"plain 404 is no dead token", pushtest.Fault{Status: 404}, Outcome{Result: Rejected, After: later, Reason: "NOT_FOUND", Remedy: remedyFCMProject}},
		{"plain 429", pushtest.Fault{Status: 429}, Outcome{Result: Retry, After: time.Minute, Reason: "RESOURCE_EXHAUSTED"}},
		{"plain 503", pushtest.Fault{Status: 503}, Outcome{Result: Retry, After: fcmFirstWait, Reason: "UNAVAILABLE"}},
		{"new code", pushtest.Fault{Status: 400, Reason: "NEW_IN_2031"}, Outcome{Result: Rejected, Reason: "NEW_IN_2031"}},
		{"a proxy's page", pushtest.Fault{Status: 502, Body: "<h1>Bad gateway</h1>"}, Outcome{Result: Retry, After: fcmFirstWait, Reason: reasonUnreadable}},

		{"closed", pushtest.Fault{Close: true, Taken: true}, Outcome{Result: Retry, After: fcmFirstWait, Reason: reasonUnreachable, Unknown: true}},
		{"hangs", pushtest.Fault{Hang: true}, Outcome{Result: Retry, After: fcmFirstWait, Reason: reasonTimeout, Unknown: true}},
		{"goaway after the answer", pushtest.Fault{Status: 200, GoAway: true}, Outcome{Result: Sent}},
		{"slow", pushtest.Fault{Delay: 50 * time.Millisecond}, Outcome{Result: Sent}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			sim, client := firebaseOf(t, pushtest.FCMOptions{}, func(c *FCMConfig) { c.Timeout = 500 * time.Millisecond })
			token := sim.IssueToken("demo")
			sim.Faults.Add(token, 1, tt.fault)
			before := time.Now()
			got := client.Send(t.Context(), Message{Token: token, Title: "Hello"})
			if got.Result == Gone {
				require.WithinRange(t, got.Since, before, time.Now())
				got.Since = time.Time{}
			}
			require.Equal(t, tt.want, got)
			require.Equal(t, 1, sim.Counts().Requests)
		})
	}
}

func TestDeadAppIsForgotten(t *testing.T) {
	sim, client := firebaseOf(t, pushtest.FCMOptions{})
	token := sim.IssueToken("demo")
	require.NoError(t, sim.Unregister(token))
	require.Equal(t, Gone, client.Send(t.Context(), Message{Token: token, Title: "x"}).Result)
}

func TestForeignTokensAreBelievedOnlyWhereOthersWork(t *testing.T) {
	sim, client := firebaseOf(t, pushtest.FCMOptions{})
	foreign := Message{Token: sim.IssueToken("another"), Title: "x"}
	nonsense := Message{Token: "nonsense", Title: "x"}
	require.Equal(t, Rejected, client.Send(t.Context(), foreign).Result)
	require.Equal(t, Rejected, client.Send(t.Context(), nonsense).Result)
	require.Equal(t, Sent, client.Send(t.Context(), Message{Token: sim.IssueToken("demo"), Title: "x"}).Result)
	require.Equal(t, Gone, client.Send(t.Context(), foreign).Result)
	require.Equal(t, Gone, client.Send(t.Context(), nonsense).Result)
}

func TestMessagesThatAreWrong(t *testing.T) {
	sim, client := firebaseOf(t, pushtest.FCMOptions{})
	token := sim.IssueToken("demo")
	for name, m := range map[string]Message{
		"no target":    {Title: "x"},
		"too big":      {Token: token, Body: strings.Repeat("x", 4097)},
		"reserved key": {Token: token, Data: map[string]string{"google.x": "1"}},
	} {
		t.Run(name, func(t *testing.T) {
			got := client.Send(t.Context(), m)
			require.Equal(t, Rejected, got.Result)
			require.Empty(t, got.Remedy)
			require.NotEmpty(t, got.Reason)
		})
	}
}

func TestAnotherProject(t *testing.T) {
	sim, client := firebaseOf(t, pushtest.FCMOptions{}, func(c *FCMConfig) { c.ProjectID = "mistyped" })
	got := client.Send(t.Context(), Message{Token: sim.IssueToken("demo"), Title: "x"})
	require.Equal(t, Outcome{Result: Rejected, After: configurationWait, Reason: "NOT_FOUND", Remedy: remedyFCMProject}, got)
}

func TestCredentialsThatAreRefused(t *testing.T) {
	_, client := firebaseOf(t, pushtest.FCMOptions{Credentials: true}, func(c *FCMConfig) {
		stranger, err := pushtest.NewFCM(pushtest.FCMOptions{Credentials: true})
		require.NoError(t, err)
		other, err := stranger.ServiceAccount()
		require.NoError(t, err)
		require.NoError(t, stranger.Close())
		var mine, theirs map[string]string
		require.NoError(t, json.Unmarshal(c.CredentialsJSON, &mine))
		require.NoError(t, json.Unmarshal(other, &theirs))
		mine["private_key"] = theirs["private_key"]
		c.CredentialsJSON, err = json.Marshal(mine)
		require.NoError(t, err)
	})
	got := client.Send(t.Context(), Message{Token: "x", Title: "x"})
	require.Equal(t, Outcome{Result: Rejected, After: configurationWait, Reason: "invalid_grant", Remedy: remedyFCMAccount}, got)
}

func TestFCMIsAway(t *testing.T) {
	sim, client := firebaseOf(t, pushtest.FCMOptions{})
	require.NoError(t, sim.Close())
	began := time.Now()
	got := client.Send(t.Context(), Message{Token: "x", Title: "x"})
	require.Equal(t, Outcome{Result: Retry, After: fcmFirstWait, Reason: reasonUnreachable}, got)
	require.Less(t, time.Since(began), time.Second, "the library's own repetition takes seven")
}

func TestCancelledSendSaysSo(t *testing.T) {
	sim, client := firebaseOf(t, pushtest.FCMOptions{})
	sim.Faults.Add("", 1, pushtest.Fault{Hang: true})
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	got := client.Send(ctx, Message{Token: sim.IssueToken("demo"), Title: "x"})
	require.Equal(t, Outcome{Result: Retry, Reason: reasonCancelled, Unknown: true}, got)
}

func TestFCMConfigurationMistakesAreNamed(t *testing.T) {
	for name, config := range map[string]FCMConfig{
		"project id":          {Endpoint: "http://localhost/v1"},
		"credentials are":     {ProjectID: "demo"},
		"not the JSON key":    {ProjectID: "demo", CredentialsJSON: []byte(`{"type":"x"}`)},
		"of a service accoun": {ProjectID: "demo", CredentialsJSON: []byte(`secret`)},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := NewFCM(t.Context(), config)
			require.ErrorContains(t, err, name)
			require.NotContains(t, err.Error(), "secret")
		})
	}
}
