package wallettest_test

import (
	"bytes"
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/stretchr/testify/require"

	"regulars/models"
	"regulars/passes/google"
	"regulars/push/pushtest"
	"regulars/wallet/wallettest"
)

// console talks to the simulator as a program without Google's library does.
type console struct {
	*wallettest.GoogleWallet
	t       *testing.T
	account google.ServiceAccount
	token   string
	clock   *clock
}

// accountKey spares each test the making of a key.
var accountKey = sync.OnceValue(func() *rsa.PrivateKey {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return key
})

func openConsole(t *testing.T, o wallettest.GoogleOptions) *console {
	t.Helper()
	c := &console{t: t, clock: &clock{now: time.Now()}}
	o.Issuer, o.Now = "33", c.clock.Now
	if o.Key == nil {
		o.Key = accountKey()
	}
	sim, err := wallettest.NewGoogleWallet(o)
	require.NoError(t, err)
	t.Cleanup(func() {
		http.DefaultClient.CloseIdleConnections()
		require.NoError(t, sim.Close())
	})
	c.GoogleWallet = sim
	c.account, err = google.ParseServiceAccount(sim.ServiceAccountJSON())
	require.NoError(t, err)
	status, answer := c.signIn(nil)
	require.Equal(t, 200, status)
	c.token = answer["access_token"].(string)
	return c
}

// signIn exchanges an assertion, whose claims change overrides.
func (c *console) signIn(change jwt.MapClaims) (int, map[string]any) {
	now := c.clock.Now()
	claims := jwt.MapClaims{
		"iss": c.account.Email, "aud": c.account.TokenURI, "iat": now.Unix(), "exp": now.Add(time.Hour).Unix(),
		"scope": "https://www.googleapis.com/auth/wallet_object.issuer",
	}
	for k, v := range change {
		claims[k] = v
	}
	assertion, err := jwt.NewWithClaims(jwt.SigningMethodRS256, claims).SignedString(c.account.Key)
	require.NoError(c.t, err)
	resp, err := http.PostForm(c.account.TokenURI, url.Values{"grant_type": {"urn:ietf:params:oauth:grant-type:jwt-bearer"}, "assertion": {assertion}})
	require.NoError(c.t, err)
	return read(c.t, resp)
}

func read(t *testing.T, resp *http.Response) (int, map[string]any) {
	t.Helper()
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	v := map[string]any{}
	require.NoError(t, json.Unmarshal(body, &v), string(body))
	return resp.StatusCode, v
}

// do makes a call and returns the status and the reason of a refusal.
func (c *console) do(method, path, body string) (int, string, map[string]any) {
	r, err := http.NewRequestWithContext(c.t.Context(), method, c.URL()+"walletobjects/v1/"+path, bytes.NewBufferString(body))
	require.NoError(c.t, err)
	r.Header.Set("Authorization", "Bearer "+c.token)
	resp, err := http.DefaultClient.Do(r)
	require.NoError(c.t, err)
	status, answer := read(c.t, resp)
	reason := ""
	if e, ok := answer["error"].(map[string]any); ok {
		require.InEpsilon(c.t, status, e["code"], 0)
		reason = e["errors"].([]any)[0].(map[string]any)["reason"].(string)
	}
	return status, reason, answer
}

const (
	class = `{"id":"33.demo","issuerName":"Café","programName":"Regulars","reviewStatus":"UNDER_REVIEW",
		"programLogo":{"sourceUri":{"uri":"https://cafe.example/logo.png"}}}`
	object = `{"id":"33.s1","classId":"33.demo","state":"ACTIVE","accountName":"Anna",
		"loyaltyPoints":{"label":"Points","balance":{"int":5}},"barcode":{"type":"QR_CODE","value":"7"}}`
)

func (c *console) fill() {
	for path, body := range map[string]string{"loyaltyClass": class} {
		status, reason, _ := c.do("POST", path, body)
		require.Equal(c.t, 200, status, reason)
	}
	status, reason, _ := c.do("POST", "loyaltyObject", object)
	require.Equal(c.t, 200, status, reason)
}

func TestGoogleRefusesWhatItWouldRefuse(t *testing.T) {
	c := openConsole(t, wallettest.GoogleOptions{})
	c.fill()
	draft := strings.NewReplacer("33.demo", "33.draft", "UNDER_REVIEW", "DRAFT").Replace(class)
	status, _, answer := c.do("POST", "loyaltyClass", draft)
	require.Equal(t, 200, status)
	require.Equal(t, "DRAFT", answer["reviewStatus"])
	with := func(s, old, with string) string { return strings.Replace(s, old, with, 1) }
	other := with(object, "33.s1", "33.s2")
	for _, tt := range []struct {
		name, method, path, body string
		status                   int
		reason                   string
	}{
		{"class that exists", "POST", "loyaltyClass", class, 409, "existingResource"},
		{"object that exists", "POST", "loyaltyObject", object, 409, "existingResource"},
		{"class said to be approved", "PATCH", "loyaltyClass/33.demo", `{"reviewStatus":"APPROVED"}`, 400, "invalid"},
		{"approved class without asking for review", "PATCH", "loyaltyClass/33.demo", `{"programName":"x"}`, 400, "required"},
		{"class back to draft", "PATCH", "loyaltyClass/33.demo", `{"reviewStatus":"DRAFT"}`, 400, "invalid"},
		{"object of a draft", "POST", "loyaltyObject", with(other, "33.demo", "33.draft"), 400, "invalid"},
		{"object without its class", "POST", "loyaltyObject", with(other, "33.demo", "33.none"), 404, "classNotFound"},
		{"object moved to another class", "PATCH", "loyaltyObject/33.s1", `{"classId":"33.draft"}`, 400, "invalid"},
		{"class without a logo", "POST", "loyaltyClass", `{"id":"33.x","issuerName":"a","programName":"b","reviewStatus":"UNDER_REVIEW"}`, 400, "required"},
		{"logo out of reach", "POST", "loyaltyClass", with(with(class, "33.demo", "33.x"), "https://cafe.example", "http://cafe.example"), 400, "imageNotFound"},
		{"logo with two sources", "POST", "loyaltyClass", with(with(class, "33.demo", "33.x"), `{"sourceUri"`, `{"privateImageId":"1","sourceUri"`), 400, "invalid"},
		{"id without an issuer", "POST", "loyaltyObject", with(object, "33.s1", "s1"), 400, "invalidResource"},
		{"id with a space", "POST", "loyaltyObject", with(object, "33.s1", "33.s 1"), 400, "invalidResource"},
		{"another issuer's id", "POST", "loyaltyObject", with(object, "33.s1", "34.s1"), 403, "permissionDenied"},
		{"another issuer's object", "GET", "loyaltyObject/34.s1", "", 403, "permissionDenied"},
		{"object that is not there", "PATCH", "loyaltyObject/33.none", `{}`, 404, "resourceNotFound"},
		{"class that is not there", "GET", "loyaltyClass/33.none", "", 404, "classNotFound"},
		{"no such collection", "GET", "stampClass/33.none", "", 404, "notFound"},
		{"unknown field", "POST", "loyaltyObject", with(other, "accountName", "acountName"), 400, "badRequest"},
		{"text for a number", "POST", "loyaltyObject", with(other, `"int":5`, `"int":"5"`), 400, "badRequest"},
		{"two balances in one", "POST", "loyaltyObject", with(other, `"int":5`, `"int":5,"string":"5"`), 400, "invalid"},
		{"old spelling of a type", "POST", "loyaltyObject", with(other, "QR_CODE", "qrCode"), 400, "invalid"},
		{"unknown state", "POST", "loyaltyObject", with(other, "ACTIVE", "GONE"), 400, "invalid"},
		{"no state", "POST", "loyaltyObject", with(other, `"state":"ACTIVE",`, ""), 400, "required"},
		{"dot in a module's id", "PATCH", "loyaltyObject/33.s1", `{"textModulesData":[{"id":"a.b","body":"x"}]}`, 400, "invalid"},
		{"eleven places", "PATCH", "loyaltyObject/33.s1", `{"merchantLocations":[{},{},{},{},{},{},{},{},{},{},{}]}`, 400, "invalid"},
		{"colour by name", "PATCH", "loyaltyClass/33.demo", `{"reviewStatus":"UNDER_REVIEW","hexBackgroundColor":"red"}`, 400, "invalid"},
		{"list of no class", "GET", "loyaltyObject", "", 400, "required"},
		{"not JSON", "POST", "loyaltyObject", `{`, 400, "badRequest"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			status, reason, answer := c.do(tt.method, tt.path, tt.body)
			require.Equal(t, tt.status, status, answer)
			require.Equal(t, tt.reason, reason, answer)
		})
	}
	before, _ := c.Resource("loyaltyObject", "33.s1")
	require.Equal(t, "Anna", before["accountName"], "a refused change changes nothing")
}

func TestPatchMergesAndPutReplaces(t *testing.T) {
	c := openConsole(t, wallettest.GoogleOptions{})
	c.fill()
	_, _, got := c.do("PATCH", "loyaltyObject/33.s1", `{"loyaltyPoints":{"balance":{"int":0}},"accountName":null}`)
	require.Equal(t, map[string]any{"label": "Points", "balance": map[string]any{"int": 0.0}}, got["loyaltyPoints"])
	require.NotContains(t, got, "accountName")
	_, _, got = c.do("PUT", "loyaltyObject/33.s1", `{"classId":"33.demo","state":"INACTIVE"}`)
	require.Equal(t, map[string]any{"id": "33.s1", "classId": "33.demo", "state": "INACTIVE"}, got)
}

func TestOtherKindsOfCardsAreKeptToo(t *testing.T) {
	c := openConsole(t, wallettest.GoogleOptions{})
	text := `{"defaultValue":{"language":"en","value":"x"}}`
	for _, tt := range []struct{ path, body string }{
		{"offerClass", `{"id":"33.o","issuerName":"a","provider":"b","redemptionChannel":"INSTORE","title":"c","reviewStatus":"UNDER_REVIEW"}`},
		{"offerObject", `{"id":"33.o1","classId":"33.o","state":"ACTIVE"}`},
		{"giftCardClass", `{"id":"33.g","issuerName":"a","reviewStatus":"UNDER_REVIEW"}`},
		{"giftCardObject", `{"id":"33.g1","classId":"33.g","state":"ACTIVE","cardNumber":"1","balance":{"micros":"1000000","currencyCode":"EUR"}}`},
		{"genericClass", `{"id":"33.c"}`},
		{"genericObject", `{"id":"33.c1","classId":"33.c","cardTitle":` + text + `,"header":` + text + `}`},
	} {
		status, reason, answer := c.do("POST", tt.path, tt.body)
		require.Equal(t, 200, status, "%s %s %v", tt.path, reason, answer)
	}
}

func TestListComesInPages(t *testing.T) {
	c := openConsole(t, wallettest.GoogleOptions{})
	c.fill()
	for i := range 4 {
		status, _, _ := c.do("POST", "loyaltyObject", strings.Replace(object, "33.s1", fmt.Sprintf("33.t%d", i), 1))
		require.Equal(t, 200, status)
	}
	var ids []string
	for token := ""; ; {
		_, _, page := c.do("GET", "loyaltyObject?classId=33.demo&maxResults=2&token="+token, "")
		for _, r := range page["resources"].([]any) {
			ids = append(ids, r.(map[string]any)["id"].(string))
		}
		next, ok := page["pagination"].(map[string]any)["nextPageToken"].(string)
		if !ok {
			break
		}
		token = next
	}
	require.Equal(t, []string{"33.s1", "33.t0", "33.t1", "33.t2", "33.t3"}, ids)
}

func TestThreeNotificationsADayAndNoMore(t *testing.T) {
	c := openConsole(t, wallettest.GoogleOptions{TokenLife: 100 * time.Hour})
	c.fill()
	message := func(kind string) (int, string) {
		status, reason, _ := c.do("POST", "loyaltyObject/33.s1/addMessage", `{"message":{"header":"h","body":"b","messageType":"`+kind+`"}}`)
		return status, reason
	}
	points := func(n int) int {
		status, _, _ := c.do("PATCH", "loyaltyObject/33.s1", fmt.Sprintf(`{"notifyPreference":"NOTIFY_ON_UPDATE","loyaltyPoints":{"balance":{"int":%d}}}`, n))
		return status
	}
	for i := range 3 {
		status, _ := message("TEXT_AND_NOTIFY")
		require.Equal(t, 200, status)
		require.Equal(t, 200, points(100+i), "counted apart")
	}
	status, reason := message("TEXT_AND_NOTIFY")
	require.Equal(t, 403, status)
	require.Equal(t, "quotaExceeded", reason)
	require.Equal(t, 403, points(200))
	require.Equal(t, 200, points(102), "an update that changes nothing notifies nobody")
	status, _ = message("TEXT")
	require.Equal(t, 200, status)
	require.Equal(t, 6, c.Notified("33.s1"))
	r, _ := c.Resource("loyaltyObject", "33.s1")
	require.NotContains(t, r, "notifyPreference", "it is good for one update")

	c.clock.pass(24 * time.Hour)
	status, _ = message("TEXT_AND_NOTIFY")
	require.Equal(t, 200, status)
}

func TestRateAboveTheLimitIsRefused(t *testing.T) {
	c := openConsole(t, wallettest.GoogleOptions{RequestsPerSecond: 20})
	for range 20 {
		status, _, _ := c.do("GET", "loyaltyObject/33.s1", "")
		require.Equal(t, 404, status)
	}
	status, reason, _ := c.do("GET", "loyaltyObject/33.s1", "")
	require.Equal(t, 429, status)
	require.Equal(t, "rateLimitExceeded", reason)
	c.clock.pass(time.Second)
	status, _, _ = c.do("GET", "loyaltyObject/33.s1", "")
	require.Equal(t, 404, status)
}

func TestOnlyTheServiceAccountGetsIn(t *testing.T) {
	c := openConsole(t, wallettest.GoogleOptions{})
	for name, change := range map[string]jwt.MapClaims{
		"another account":  {"iss": "robot@else.example"},
		"another endpoint": {"aud": "https://else.example/token"},
		"an old assertion": {"exp": c.clock.Now().Add(-time.Hour).Unix()},
		"a long assertion": {"exp": c.clock.Now().Add(3 * time.Hour).Unix()},
		"another scope":    {"scope": "https://www.googleapis.com/auth/firebase.messaging"},
	} {
		status, answer := c.signIn(change)
		require.Equal(t, 400, status, name)
		require.Contains(t, answer["error"], "invalid_", name)
	}
	c.clock.pass(2 * time.Hour)
	status, reason, _ := c.do("GET", "loyaltyObject/33.s1", "")
	require.Equal(t, 401, status, "an access token lives an hour")
	require.Equal(t, "authError", reason)
}

func TestAnswerCanGetLostAfterTheWorkIsDone(t *testing.T) {
	c := openConsole(t, wallettest.GoogleOptions{})
	status, _, _ := c.do("POST", "loyaltyClass", class)
	require.Equal(t, 200, status)
	c.Faults.Add("33.s1", 1, pushtest.Fault{Status: 503, Taken: true})
	status, _, _ = c.do("POST", "loyaltyObject", object)
	require.Equal(t, 503, status)
	status, _, _ = c.do("POST", "loyaltyObject", object)
	require.Equal(t, 409, status)
	require.Equal(t, map[string]int{"loyaltyClass.insert 200": 1, "loyaltyObject.insert 503": 1, "loyaltyObject.insert 409": 1}, c.Counts())
}

func TestAndroidShowsWhatGoogleHas(t *testing.T) {
	c := openConsole(t, wallettest.GoogleOptions{})
	c.fill()
	link, err := google.SaveLink(models.LoyaltyCard, "33.s1", "33.demo", c.account.Key, c.account.Email, c.clock.Now())
	require.NoError(t, err)
	phone := wallettest.NewAndroid("bob", c.GoogleWallet, "")
	for range 2 { // a second tap changes nothing
		id, err := phone.Save(link)
		require.NoError(t, err)
		require.Equal(t, "33.s1", id)
	}
	require.Equal(t, []string{"33.s1"}, phone.Saved())

	shop := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/g/s1" {
			http.Redirect(w, r, link, http.StatusFound)
		}
	}))
	t.Cleanup(shop.Close)
	carol := wallettest.NewAndroid("carol", c.GoogleWallet, "")
	id, err := carol.Open(t.Context(), http.DefaultClient, shop.URL+"/g/s1")
	require.NoError(t, err)
	require.Equal(t, "33.s1", id)
	_, err = carol.Open(t.Context(), http.DefaultClient, shop.URL+"/g/none")
	require.ErrorContains(t, err, "no save link")
	r, _ := c.Resource("loyaltyObject", "33.s1")
	require.Equal(t, true, r["hasUsers"])
	for _, want := range []string{"Café", "Regulars", "Points", "5", "Anna", "[QR_CODE]"} {
		require.Contains(t, phone.Text(), want)
	}
	changes := make(chan string, 1)
	cancel := c.Watch(changes)
	defer cancel()
	c.do("PATCH", "loyaltyObject/33.s1", `{"loyaltyPoints":{"balance":{"int":123456}}}`)
	require.Equal(t, "33.s1", <-changes)
	require.Contains(t, phone.Text(), "123456")
	r, _ = c.Resource("loyaltyObject", "33.s1")
	require.Equal(t, true, r["hasUsers"], "Google's own fields survive a write")
}

func TestBadSaveLinksSaveNothing(t *testing.T) {
	c := openConsole(t, wallettest.GoogleOptions{})
	c.fill()
	another, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	sign := func(change jwt.MapClaims) string {
		claims := jwt.MapClaims{
			"iss": c.account.Email, "aud": "google", "typ": "savetowallet", "iat": c.clock.Now().Unix(),
			"payload": map[string]any{"loyaltyObjects": []map[string]string{{"id": "33.s1"}}},
		}
		for k, v := range change {
			claims[k] = v
		}
		s, err := jwt.NewWithClaims(jwt.SigningMethodRS256, claims).SignedString(c.account.Key)
		require.NoError(t, err)
		return google.SaveURL + s
	}
	_, err = c.Save(sign(nil))
	require.NoError(t, err)
	forged, err := google.SaveLink(models.LoyaltyCard, "33.s1", "33.demo", another, c.account.Email, c.clock.Now())
	require.NoError(t, err)
	for name, link := range map[string]string{
		"no link": "https://pay.google.com/", "another key": forged, "another issuer": sign(jwt.MapClaims{"iss": "x"}),
		"audience in a list": sign(jwt.MapClaims{"aud": []string{"google"}}), "another audience": sign(jwt.MapClaims{"aud": "apple"}),
		"another type": sign(jwt.MapClaims{"typ": "savetoandroidpay"}), "no date": sign(jwt.MapClaims{"iat": nil}),
		"no object":              sign(jwt.MapClaims{"payload": map[string]any{}}),
		"object not at Google":   sign(jwt.MapClaims{"payload": map[string]any{"loyaltyObjects": []map[string]string{{"id": "33.none", "classId": "33.demo"}}}}),
		"token cut by a browser": sign(nil)[:500],
	} {
		_, err := c.Save(link)
		require.Error(t, err, name)
	}
}
