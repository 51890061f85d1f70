package wallettest_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"regulars/models"
	"regulars/passes/google"
	"regulars/push"
	"regulars/wallet/wallettest"
)

// TestWorldCarriesChangesAndSurvivesARestart has a till's change reach an
// iPhone through APNs and an Android through Google, before and after all
// simulators were started anew.
func TestWorldCarriesChangesAndSurvivesARestart(t *testing.T) {
	s := newServer(t)
	options := wallettest.WorldOptions{Phones: wallettest.PhoneOptions{Client: s.Client()}}
	w, err := wallettest.NewWorld(options)
	require.NoError(t, err)
	b := &bench{server: s}

	iphone := w.Phone("")
	_, err = iphone.Add(t.Context(), s.add("s1", 5))
	require.NoError(t, err)
	wake(t, w, s, 6)
	b.shows(t, iphone, "s1", "6")

	account, err := google.ParseServiceAccount(w.Google.ServiceAccountJSON())
	require.NoError(t, err)
	issuer := w.Google.Issuer()
	fillWorld(t, w)
	link, err := google.SaveLink(models.LoyaltyCard, issuer+".s1", issuer+".demo", account.Key, account.Email, time.Now())
	require.NoError(t, err)
	_, err = w.Android("bob").Save(link)
	require.NoError(t, err)

	state := w.State()
	require.NoError(t, w.Close())
	options.State = state
	w, err = wallettest.NewWorld(options)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, w.Close()) })
	iphone, ok := w.Find("iphone-1")
	require.True(t, ok)
	wake(t, w, s, 7)
	b.shows(t, iphone, "s1", "7")
	require.Len(t, s.devices, 1)
	require.Contains(t, w.Android("bob").Text(), "Anna")
	_, err = w.Android("carol").Save(link)
	require.NoError(t, err, "the key is the same")
	requireNoLogs(t, s)
}

// wake changes the balance and sends the push with the real sender.
func wake(t *testing.T, w *wallettest.World, s *server, balance int) {
	t.Helper()
	key := apnsCertificate(t)
	sender, err := push.NewAPNs(push.APNsConfig{Certificate: key, Host: w.APNs.URL(), Roots: w.Roots()})
	require.NoError(t, err)
	defer func() { require.NoError(t, sender.Close()) }()
	for _, token := range s.set("s1", map[string]any{"balance": balance}) {
		require.Equal(t, push.Sent, sender.Wake(t.Context(), topic, token).Result)
	}
}

func fillWorld(t *testing.T, w *wallettest.World) {
	t.Helper()
	client := w.Google.Client()
	defer client.CloseIdleConnections()
	g, err := push.NewGoogleWallet(t.Context(), push.GoogleConfig{
		CredentialsJSON: w.Google.ServiceAccountJSON(), Endpoint: w.Google.URL(), HTTPClient: client,
	})
	require.NoError(t, err)
	p, state := cafe()
	require.Equal(t, push.Sent, g.PutClass(t.Context(), google.Class(p, w.Google.Issuer(), google.Images{Logo: "https://cafe.example/logo.png"}, "")).Result)
	require.Equal(t, push.Sent, g.PutObject(t.Context(), google.Object(p, state, google.ObjectID{Issuer: w.Google.Issuer(), Serial: "s1"}, "")).Result)
}

func TestWorldIsSteeredOverHTTP(t *testing.T) {
	w, err := wallettest.NewWorld(wallettest.WorldOptions{})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, w.Close()) })
	control := httptest.NewServer(w.Control())
	t.Cleanup(control.Close)
	resp, err := http.Post(control.URL+"/faults", "application/json", strings.NewReader(`{"service":"google","fault":{"status":503}}`))
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	require.Equal(t, 204, resp.StatusCode)
	fault, ok := w.Google.Faults.Next("any")
	require.True(t, ok)
	require.Equal(t, 503, fault.Status)

	resp, err = http.Get(control.URL + "/counts")
	require.NoError(t, err)
	defer resp.Body.Close()
	var counts map[string]any
	require.NoError(t, json.NewDecoder(resp.Body).Decode(&counts))
	require.Len(t, counts, 3)
}
