package push_test

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"google.golang.org/api/walletobjects/v1"

	"regulars/models"
	"regulars/passes"
	"regulars/passes/google"
	"regulars/push"
	"regulars/push/pushtest"
	"regulars/wallet/wallettest"
)

// googleWallet starts a simulated Google and a sender that signs in to it, as
// to the real one, over TLS.
func googleWallet(t *testing.T, o wallettest.GoogleOptions, change func(*push.GoogleConfig)) (*wallettest.GoogleWallet, *push.GoogleWallet) {
	t.Helper()
	authority, err := pushtest.NewAuthority()
	require.NoError(t, err)
	o.Authority = authority
	sim, err := wallettest.NewGoogleWallet(o)
	require.NoError(t, err)
	client := sim.Client()
	t.Cleanup(func() {
		client.CloseIdleConnections()
		require.NoError(t, sim.Close())
	})
	config := push.GoogleConfig{
		CredentialsJSON: sim.ServiceAccountJSON(), Endpoint: sim.URL(), HTTPClient: client,
		RequestsPerSecond: 10_000, Timeout: 5 * time.Second,
	}
	if change != nil {
		change(&config)
	}
	g, err := push.NewGoogleWallet(t.Context(), config)
	require.NoError(t, err)
	return sim, g
}

func googleProgram() *models.Program {
	return &models.Program{ID: "demo", Version: 1, Terms: models.Terms{
		Name: "Corner Café Regulars", Organization: "Corner Café", Description: "Loyalty card", Locale: "en", Country: "NL", Currency: "EUR",
		Barcode: models.QR, Brand: models.Brand{Background: "#4a2c2a"}, Rules: []models.Rule{models.SpendRule(1, 100)},
		Rewards: []models.Reward{{ID: "coffee", Name: "Coffee", Unit: models.Points, Cost: 50}},
	}}
}

func googleClass(sim *wallettest.GoogleWallet) *walletobjects.LoyaltyClass {
	return google.Class(googleProgram(), sim.Issuer(), google.Images{Logo: "https://cafe.example/logo.png"}, "")
}

func googleObject(sim *wallettest.GoogleWallet, s passes.State) *walletobjects.LoyaltyObject {
	return google.Object(googleProgram(), s, google.ObjectID{Issuer: sim.Issuer(), Serial: "s1"}, "")
}

func card(balance int64) passes.State {
	return passes.State{Program: "demo", Version: 1, Card: "71234567890123456784", Name: "Anna", Balances: points(balance), Tier: "Gold", Page: "https://cafe.example/m/x"}
}

func TestClassAndObjectArePutWhetherOrNotTheyExist(t *testing.T) {
	sim, g := googleWallet(t, wallettest.GoogleOptions{}, nil)
	sent := push.Outcome{Result: push.Sent, Reason: "ok"}

	out := g.PutObject(t.Context(), googleObject(sim, card(5)))
	require.Equal(t, push.Outcome{Result: push.Retry, Reason: push.ReasonNoClass}, out, "an object without its class")
	for range 2 {
		require.Equal(t, sent, g.PutClass(t.Context(), googleClass(sim)))
	}
	for _, balance := range []int64{5, 0} {
		require.Equal(t, sent, g.PutObject(t.Context(), googleObject(sim, card(balance))))
		o, ok := sim.Resource("loyaltyObject", sim.Issuer()+".s1")
		require.True(t, ok)
		require.InEpsilon(t, float64(balance)+1, o["loyaltyPoints"].(map[string]any)["balance"].(map[string]any)["int"].(float64)+1, 1e-9)
	}
	c, _ := sim.Resource("loyaltyClass", sim.Issuer()+".demo")
	require.Equal(t, "APPROVED", c["reviewStatus"])
	require.Equal(t, 1, sim.Counts()["loyaltyClass.insert 409"])
	require.Equal(t, 1, sim.Counts()["loyaltyObject.insert 200"])
}

func TestErasedMembersCardIsBlankAtGoogle(t *testing.T) {
	sim, g := googleWallet(t, wallettest.GoogleOptions{}, nil)
	require.Equal(t, push.Sent, g.PutClass(t.Context(), googleClass(sim)).Result)
	s := card(5)
	s.Message = "Cake for Anna"
	require.Equal(t, push.Sent, g.PutObject(t.Context(), googleObject(sim, s)).Result)
	require.Equal(t, push.Sent, g.PutObject(t.Context(), googleObject(sim, passes.State{Program: "demo", Version: 1, Voided: true})).Result)
	o, _ := sim.Resource("loyaltyObject", sim.Issuer()+".s1")
	require.Equal(t, map[string]any{"id": sim.Issuer() + ".s1", "classId": sim.Issuer() + ".demo", "state": "INACTIVE"}, o)
}

func TestEachAnswerOfGoogleHasItsReaction(t *testing.T) {
	sim, g := googleWallet(t, wallettest.GoogleOptions{}, nil)
	require.Equal(t, push.Sent, g.PutClass(t.Context(), googleClass(sim)).Result)
	require.Equal(t, push.Sent, g.PutObject(t.Context(), googleObject(sim, card(1))).Result)
	for _, tt := range []struct {
		name   string
		fault  pushtest.Fault
		result push.Result
		reason string
		after  time.Duration
		remedy string // a word of it
	}{
		{"content refused", pushtest.Fault{Status: 400, Reason: "invalid"}, push.Rejected, "invalid", 0, ""},
		{"picture out of reach", pushtest.Fault{Status: 400, Reason: "imageNotFound"}, push.Rejected, "imageNotFound", 15 * time.Minute, "public URL"},
		{"token refused twice", pushtest.Fault{Status: 401, Reason: "authError"}, push.Rejected, "authError", 15 * time.Minute, "clock"},
		{"not a user of the issuer", pushtest.Fault{Status: 403, Reason: "permissionDenied"}, push.Rejected, "permissionDenied", 15 * time.Minute, "issuer"},
		{"quota with 403", pushtest.Fault{Status: 403, Reason: "quotaExceeded"}, push.Retry, "quotaExceeded", 0, ""},
		{"user rate with 403", pushtest.Fault{Status: 403, Reason: "userRateLimitExceeded"}, push.Retry, "userRateLimitExceeded", 0, ""},
		{"always exists and never", pushtest.Fault{Status: 409, Reason: "existingResource"}, push.Retry, "existingResource", 0, ""},
		{"old ETag", pushtest.Fault{Status: 412, Reason: "conditionNotMet"}, push.Retry, "conditionNotMet", 0, ""},
		{"rate", pushtest.Fault{Status: 429, Reason: "rateLimitExceeded", RetryAfter: 7 * time.Second}, push.Retry, "rateLimitExceeded", 7 * time.Second, ""},
		{"internal", pushtest.Fault{Status: 500}, push.Retry, "backendError", 0, ""},
		{"unavailable", pushtest.Fault{Status: 503, RetryAfter: 30 * time.Second}, push.Retry, "backendError", 30 * time.Second, ""},
		{"a proxy's page", pushtest.Fault{Status: 502, Body: "<html>Bad gateway</html>"}, push.Retry, "502", 0, ""},
		{"a captive portal's page", pushtest.Fault{Status: 200, Body: "<html>Welcome</html>"}, push.Retry, "unreadable", 0, ""},
		{"connection lost", pushtest.Fault{Close: true}, push.Retry, "unreachable", 0, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			sim.Faults.Add(sim.Issuer()+".s1", -1, tt.fault)
			t.Cleanup(sim.Faults.Clear)
			out := g.PutObject(t.Context(), googleObject(sim, card(2)))
			require.Equal(t, tt.result, out.Result)
			require.Equal(t, tt.reason, out.Reason)
			require.Equal(t, tt.after, out.After)
			require.Equal(t, tt.remedy == "", out.Remedy == "")
			require.Contains(t, out.Remedy, tt.remedy)
		})
	}
}

func TestRevokedAccessTokenIsReplacedOnce(t *testing.T) {
	sim, g := googleWallet(t, wallettest.GoogleOptions{}, nil)
	require.Equal(t, push.Sent, g.PutClass(t.Context(), googleClass(sim)).Result)
	sim.RevokeTokens()
	require.Equal(t, push.Sent, g.PutObject(t.Context(), googleObject(sim, card(1))).Result)
	require.Equal(t, 1, sim.Counts()["loyaltyObject.patch 401"])
}

func TestTokenEndpointsTroubleIsToldApart(t *testing.T) {
	for _, tt := range []struct {
		name   string
		fault  pushtest.Fault
		result push.Result
		reason string
	}{
		{"away", pushtest.Fault{Status: 503}, push.Retry, "token 503"},
		{"busy", pushtest.Fault{Status: 429}, push.Retry, "token 429"},
		{"key refused", pushtest.Fault{Status: 400, Body: "{}"}, push.Rejected, "token 400"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			sim, g := googleWallet(t, wallettest.GoogleOptions{}, nil)
			sim.Faults.Add("token", 1, tt.fault)
			out := g.PutClass(t.Context(), googleClass(sim))
			require.Equal(t, tt.result, out.Result)
			require.Equal(t, tt.reason, out.Reason)
			require.Equal(t, push.Sent, g.PutClass(t.Context(), googleClass(sim)).Result, "the next attempt asks for a token again")
		})
	}
}

func TestKeyOfAnotherAccountIsRefusedWithARemedy(t *testing.T) {
	other, _ := googleWallet(t, wallettest.GoogleOptions{}, nil)
	sim, g := googleWallet(t, wallettest.GoogleOptions{}, func(c *push.GoogleConfig) {
		endpoint := c.Endpoint
		c.CredentialsJSON = []byte(strings.ReplaceAll(string(other.ServiceAccountJSON()), other.URL(), endpoint))
	})
	out := g.PutClass(t.Context(), googleClass(sim))
	require.Equal(t, push.Rejected, out.Result)
	require.Equal(t, "invalid_grant", out.Reason)
	require.Contains(t, out.Remedy, "Google credentials")
}

func TestAnotherIssuersObjectIsDenied(t *testing.T) {
	sim, g := googleWallet(t, wallettest.GoogleOptions{}, nil)
	out := g.PutClass(t.Context(), google.Class(googleProgram(), "1111", google.Images{Logo: "https://cafe.example/logo.png"}, ""))
	require.Equal(t, push.Rejected, out.Result)
	require.Equal(t, "permissionDenied", out.Reason)
	require.Equal(t, 1, sim.Counts()["loyaltyClass.insert 403"])
}

func TestHangingGoogleEndsInTime(t *testing.T) {
	sim, g := googleWallet(t, wallettest.GoogleOptions{}, func(c *push.GoogleConfig) { c.Timeout = time.Second })
	for _, key := range []string{"token", sim.Issuer() + ".demo"} {
		sim.Faults.Add(key, 1, pushtest.Fault{Hang: true})
		out := g.PutClass(t.Context(), googleClass(sim))
		require.Equal(t, push.Outcome{Result: push.Retry, Reason: "timeout", Unknown: true}, out, key)
	}
}

func TestCallersEndIsNotGooglesFault(t *testing.T) {
	sim, g := googleWallet(t, wallettest.GoogleOptions{}, nil)
	sim.Faults.Add("", -1, pushtest.Fault{Hang: true})
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(50*time.Millisecond, cancel)
	require.Equal(t, push.Outcome{Result: push.Retry, Reason: "cancelled", Unknown: true}, g.PutClass(ctx, googleClass(sim)))

	ctx, cancel = context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	require.Equal(t, push.Outcome{Result: push.Retry, Reason: "timeout", Unknown: true}, g.PutClass(ctx, googleClass(sim)), "no answer in the caller's time")
}

func TestSenderKeepsToGooglesRate(t *testing.T) {
	sim, g := googleWallet(t, wallettest.GoogleOptions{RequestsPerSecond: 20}, func(c *push.GoogleConfig) { c.RequestsPerSecond = 0 })
	require.Equal(t, push.Sent, g.PutClass(t.Context(), googleClass(sim)).Result)
	var wg sync.WaitGroup
	start := time.Now()
	for range 30 {
		wg.Go(func() { g.PutObject(t.Context(), googleObject(sim, card(1))) })
	}
	wg.Wait()
	require.GreaterOrEqual(t, time.Since(start), 1400*time.Millisecond, "30 requests at 20 a second")
	for name, n := range sim.Counts() {
		require.NotContains(t, name, "429", "%d refused", n)
	}
}

func TestGoogleSenderNeedsAServiceAccount(t *testing.T) {
	for name, credentials := range map[string]string{"none": "", "not JSON": "x", "of a person": `{"type":"authorized_user"}`} {
		_, err := push.NewGoogleWallet(t.Context(), push.GoogleConfig{CredentialsJSON: []byte(credentials), HTTPClient: &http.Client{}})
		require.ErrorContains(t, err, "google:", name)
	}
}

func points(n int64) []passes.Balance {
	return []passes.Balance{{Unit: models.Points, Amount: n, Usable: n}}
}
