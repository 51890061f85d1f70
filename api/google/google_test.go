package google_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"regulars/api/apitest"
	"regulars/models"
	"regulars/models/store"
	"regulars/models/store/storetest"
	"regulars/wallet/wallettest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const path = "/google/callback"

// card is a member's card at Google, and its object there.
func card(t *testing.T, s *apitest.Server) (models.Pass, string) {
	t.Helper()
	m := s.Enrol("Ada")
	_, err := s.Wallet.Save(t.Context(), m.Download)
	require.NoError(t, err)
	p, err := s.Stores.Passes.Of(t.Context(), m.ID, models.Google)
	require.NoError(t, err)
	return p, s.Google.Issuer() + "." + string(p.Serial)
}

func each(t *testing.T, test func(t *testing.T, s *apitest.Server)) {
	t.Helper()
	storetest.Each(t, func(t *testing.T, db *store.DB) { test(t, apitest.Start(t, db, apitest.Options{Idle: true})) })
}

func TestCallbackIsTaken(t *testing.T) {
	each(t, func(t *testing.T, s *apitest.Server) {
		before, object := card(t, s)
		body := s.Google.Callback("save", object)
		for range 3 { // Google repeats what it is not sure of
			r := s.Do("POST", path, body)
			require.Equal(t, http.StatusOK, r.Status, string(r.Body))
			require.Empty(t, r.Body)
		}
		after, err := s.Stores.Passes.Pass(t.Context(), before.Serial)
		require.NoError(t, err)
		require.EqualValues(t, 1, after.Heard)
		require.NotNil(t, after.SavedAt)
		require.NotNil(t, after.HoldersDue)
		r := s.Do("POST", path, body, apitest.Header{Name: "Content-Type", Value: "text/plain"}, apitest.Header{Name: "User-Agent", Value: "Googlebot/2.1"})
		require.Equal(t, http.StatusOK, r.Status, "what it calls its body is Google's affair")
	})
}

// Each is refused with a word for what is wrong, and changes nothing.
func TestCallbackThatIsRefused(t *testing.T) {
	each(t, func(t *testing.T, s *apitest.Server) {
		before, object := card(t, s)
		keys, issuer := s.Google.CallbackKeys(), s.Google.Issuer()
		message := func(change func(*wallettest.CallbackMessage)) wallettest.CallbackMessage {
			m := wallettest.CallbackMessage{Class: issuer + ".demo", Object: object, Event: "del", Expires: time.Now().Add(time.Hour).UnixMilli(), Nonce: "n"}
			if change != nil {
				change(&m)
			}
			return m
		}
		with := func(change func(*wallettest.CallbackKeys)) []byte {
			k := *keys
			change(&k)
			return k.Message(message(nil))
		}
		forger := wallettest.NewCallbackKeys(issuer, time.Now())
		for _, tt := range []struct {
			name   string
			body   []byte
			status int
			code   string
		}{
			{"nothing", nil, 400, "malformed_callback"},
			{"no JSON", []byte("save it"), 400, "malformed_callback"},
			{"deep JSON", []byte(strings.Repeat("[", 16_000)), 400, "malformed_callback"},
			{"huge", []byte(`{"signature":"` + strings.Repeat("A", 17<<10) + `"}`), 413, "too_large"},
			{"of a forger's keys", forger.Message(message(nil)), 403, "bad_signature"},
			{"altered", []byte(strings.Replace(string(keys.Message(message(nil))), `\"del\"`, `\"save\"`, 1)), 403, "bad_signature"},
			{"signed for another", with(func(k *wallettest.CallbackKeys) { k.Recipient = "1" }), 403, "bad_signature"},
			{"of another protocol", with(func(k *wallettest.CallbackKeys) { k.Protocol = "ECv2" }), 403, "wrong_protocol"},
			{"under a key that has ended", with(func(k *wallettest.CallbackKeys) { k.KeyEnds = time.Now().Add(-time.Second) }), 403, "callback_expired"},
			{"too late", keys.Message(message(func(m *wallettest.CallbackMessage) { m.Expires = time.Now().Add(-time.Second).UnixMilli() })), 403, "callback_expired"},
			{"another issuer's", keys.Message(message(func(m *wallettest.CallbackMessage) { m.Class, m.Object = "1.demo", "1.x" })), 403, "wrong_issuer"},
			{"another program's class", keys.Message(message(func(m *wallettest.CallbackMessage) { m.Class = issuer + ".other" })), 403, "unknown_class"},
			{"nobody's class", keys.Message(message(func(m *wallettest.CallbackMessage) { m.Class = issuer + ".nobody" })), 403, "unknown_class"},
			{"an unknown event", keys.Message(message(func(m *wallettest.CallbackMessage) { m.Event = "look" })), 400, "malformed_callback"},
			{"without a nonce", keys.Message(message(func(m *wallettest.CallbackMessage) { m.Nonce = "" })), 400, "malformed_callback"},
		} {
			r := s.Do("POST", path, tt.body, apitest.Header{Name: "Accept", Value: "text/html"})
			require.Equal(t, tt.status, r.Status, "%s: %s", tt.name, r.Body)
			require.Equal(t, tt.code, r.Code(), tt.name)
			require.Equal(t, "application/problem+json", r.Header.Get("Content-Type"), tt.name)
			require.NotContains(t, string(r.Body), string(before.Serial), tt.name)
		}
		after, err := s.Stores.Passes.Pass(t.Context(), before.Serial)
		require.NoError(t, err)
		require.Equal(t, before, after)
		require.NotContains(t, s.Log.String(), string(before.Serial), "no serial is logged")
	})
}

func TestGooglesSideOfTheServer(t *testing.T) {
	s := apitest.Start(t, storetest.SQLite(t), apitest.Options{Idle: true})
	require.Equal(t, 405, s.Do("GET", path, nil).Status)
	require.Equal(t, 404, s.Do("POST", "/google/other", nil).Status)
	robots := string(s.Do("GET", "/robots.txt", nil).Body)
	forGoogle, _, _ := strings.Cut(robots, "\n\n")
	require.Contains(t, forGoogle, "User-agent: Googlebot")
	require.Contains(t, forGoogle, "Allow: "+path)
	require.Equal(t, 403, s.Do("POST", path, []byte("{}"), apitest.Header{Name: "Sec-Fetch-Site", Value: "cross-site"}).Status)

	_, object := card(t, s)
	class, _ := s.Google.Resource("loyaltyClass", s.Google.Issuer()+".demo")
	require.Equal(t, map[string]any{"url": s.URL + path}, class["callbackOptions"], "Google is told where to call")
	body := s.Google.Callback("save", object)
	s.Wallet.Google = nil
	require.Equal(t, "no_google", s.Do("POST", path, body).Code())
}

// From the phone through Google and back to the page that its owner sees.
func TestMemberSeesWhatThePhoneHolds(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s := apitest.Start(t, db, apitest.Options{})
		m := s.Enrol("Ada")
		phone := wallettest.NewAndroid("Andy", s.Google, "")
		object, err := phone.Open(t.Context(), s.Client, s.Wallet.SaveURL(m))
		require.NoError(t, err)
		says := func(text string) {
			t.Helper()
			require.Eventually(t, func() bool {
				return strings.Contains(string(s.Do("GET", "/m/"+m.Page, nil).Body), text)
			}, time.Minute, 20*time.Millisecond, text)
		}
		says("in the phone, saved on")
		require.NoError(t, phone.Remove(object))
		says("Removed from the phone")
		require.NotContains(t, string(s.Do("GET", "/m/"+m.Page, nil).Body), "in the phone, saved on")
		require.Eventually(t, func() bool { return s.Google.Counts()["callback 200"] == 2 }, 10*time.Second, 5*time.Millisecond)
	})
}
