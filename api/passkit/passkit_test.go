package passkit_test

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"regulars/api/apitest"
	"regulars/api/passkit"
	"regulars/models"
	"regulars/models/store"
	"regulars/models/store/storetest"
	"regulars/wallet"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// holder is a phone that speaks the web service by hand.
type holder struct {
	*apitest.Server
	m    *models.Member
	pass models.Pass
}

func each(t *testing.T, test func(t *testing.T, h *holder)) {
	t.Helper()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s := apitest.Start(t, db, apitest.Options{Idle: true})
		test(t, hold(t, s, "Ada"))
	})
}

// hold downloads a new member's pass.
func hold(t *testing.T, s *apitest.Server, name string) *holder {
	t.Helper()
	h := &holder{Server: s, m: s.Enrol(name)}
	got := s.Do("GET", "/p/"+h.m.Download+".pkpass", nil)
	require.Equal(t, 200, got.Status)
	h.load(t)
	return h
}

func (h *holder) load(t *testing.T) {
	t.Helper()
	var err error
	h.pass, err = h.Stores.Passes.Of(t.Context(), h.m.ID, models.Apple)
	require.NoError(t, err)
}

// book books a purchase and has the pass changed.
func (h *holder) book(t *testing.T, amount int64) {
	t.Helper()
	before := h.pass.Version
	h.Earn(h.m, amount)
	h.Work()
	h.Quiet()
	h.Rest()
	h.load(t)
	require.Greater(t, h.pass.Version, before)
}

func (h *holder) token() apitest.Header {
	return apitest.Header{Name: "Authorization", Value: "ApplePass " + h.pass.Token}
}

func (h *holder) registration(device string) string {
	return "/passkit/v1/devices/" + device + "/registrations/" + h.pass.Type + "/" + string(h.pass.Serial)
}

func (h *holder) register(device, pushToken string) int {
	return h.Do("POST", h.registration(device), map[string]string{"pushToken": pushToken}, h.token()).Status
}

func (h *holder) list(device, tag string) (int, []string, string) {
	query := ""
	if tag != "" {
		query = "?passesUpdatedSince=" + tag
	}
	got := h.Do("GET", "/passkit/v1/devices/"+device+"/registrations/"+h.pass.Type+query, nil)
	var body struct {
		SerialNumbers []string `json:"serialNumbers"`
		LastUpdated   string   `json:"lastUpdated"`
	}
	if got.Status == 200 {
		require.NoError(h.TB, json.Unmarshal(got.Body, &body), "lastUpdated is a text")
	}
	return got.Status, body.SerialNumbers, body.LastUpdated
}

func (h *holder) path() string {
	return "/passkit/v1/passes/" + h.pass.Type + "/" + string(h.pass.Serial)
}

func (h *holder) rows(t *testing.T) int {
	t.Helper()
	all, err := h.Stores.Passes.Registrations(t.Context(), h.pass.Serial)
	require.NoError(t, err)
	return len(all)
}

// The status codes of Apple's tables, one by one.
func TestRegistrations(t *testing.T) {
	each(t, func(t *testing.T, h *holder) {
		require.Equal(t, 201, h.register("d1", "aa11"))
		require.Equal(t, 200, h.register("d1", "aa11"), "again")
		require.Equal(t, 200, h.register("d1", "bb22"), "another push token")
		all, err := h.Stores.Passes.Registrations(t.Context(), h.pass.Serial)
		require.NoError(t, err)
		require.Len(t, all, 1)
		d, err := h.Stores.Passes.Device(t.Context(), all[0].Device)
		require.NoError(t, err)
		require.Equal(t, "bb22", d.PushToken)
		require.NotEqual(t, "d1", d.ID, "the id is a secret and kept as a hash")
		require.Equal(t, 201, h.register("d2", "bb22"), "a second id of one phone")

		gone := func(device string) int { return h.Do("DELETE", h.registration(device), nil, h.token()).Status }
		require.Equal(t, 200, gone("d2"))
		require.Equal(t, 200, gone("d2"), "again")
		require.Equal(t, 200, gone("never"), "one that was none")
		require.Equal(t, 1, h.rows(t))
	})
}

func TestTheTokenOpensItsOwnPassOnly(t *testing.T) {
	each(t, func(t *testing.T, h *holder) {
		other := hold(t, h.Server, "Bob")
		long := strings.Repeat("x", 4000)
		for name, header := range map[string]apitest.Header{
			"no token":       {Name: "Authorization", Value: ""},
			"another pass's": other.token(),
			"empty":          {Name: "Authorization", Value: "ApplePass"},
			"a bearer's":     h.As(apitest.Owner),
			"almost":         {Name: "Authorization", Value: "ApplePass " + h.pass.Token[1:]},
			"long":           {Name: "Authorization", Value: "ApplePass " + long},
			"no scheme":      {Name: "Authorization", Value: h.pass.Token},
		} {
			for _, method := range []string{"POST", "DELETE"} {
				got := h.Do(method, h.registration("d1"), map[string]string{"pushToken": "aa"}, header)
				require.Equal(t, 401, got.Status, "%s %s", method, name)
			}
			for _, method := range []string{"GET", "HEAD"} {
				require.Equal(t, 401, h.Do(method, h.path(), nil, header).Status, "%s %s", method, name)
			}
		}
		require.Zero(t, h.rows(t))
		for name, path := range map[string]string{
			"a serial that is none": "/passkit/v1/passes/" + h.pass.Type + "/nothing",
			"another pass type":     "/passkit/v1/passes/pass.com.example.other/" + string(h.pass.Serial),
		} {
			require.Equal(t, 401, h.Do("GET", path, nil, h.token()).Status, name)
		}
		require.Equal(t, 401, h.Do("POST", "/passkit/v1/devices/d/registrations/"+h.pass.Type+"/nothing", map[string]string{"pushToken": "aa"}, h.token()).Status)
		require.Equal(t, 404, h.Do("GET", "/passkit/v1/passes/"+h.pass.Type+"/"+strings.Repeat("s", 10_000), nil, h.token()).Status)

		lower := apitest.Header{Name: "Authorization", Value: "applepass  " + h.pass.Token}
		require.Equal(t, 200, h.Do("GET", h.path(), nil, lower).Status, "the word's case and a space don't matter")
		escaped := strings.ReplaceAll(h.path(), ".", "%2E")
		require.Equal(t, 200, h.Do("GET", escaped, nil, h.token()).Status, "paths are percent-decoded")
	})
}

func TestRegistrationBodies(t *testing.T) {
	each(t, func(t *testing.T, h *holder) {
		for name, tt := range map[string]struct {
			body   string
			status int
		}{
			"no hex":          {`{"pushToken":"xyz"}`, 400},
			"odd hex":         {`{"pushToken":"abc"}`, 400},
			"empty":           {`{"pushToken":""}`, 400},
			"none":            {`{}`, 400},
			"too long":        {`{"pushToken":"` + strings.Repeat("ab", 101) + `"}`, 400},
			"no JSON":         {`pushToken=ab`, 400},
			"a number":        {`{"pushToken":12}`, 400},
			"nothing":         {``, 400},
			"a few kilobytes": {`{"pushToken":"` + strings.Repeat("ab", 4000) + `"}`, 413},
		} {
			got := h.Do("POST", h.registration("d1"), tt.body, h.token())
			require.Equal(t, tt.status, got.Status, name)
			require.Equal(t, "application/problem+json", got.Header.Get("Content-Type"), name)
			require.NotContains(t, string(got.Body), "xyz", "the input is not echoed")
		}
		require.Zero(t, h.rows(t))
	})
}

func TestListOfChanges(t *testing.T) {
	each(t, func(t *testing.T, h *holder) {
		status, _, _ := h.list("unknown", "")
		require.Equal(t, 204, status, "a device that we don't know has nothing new")
		h.register("d1", "aa11")
		status, serials, tag := h.list("d1", "")
		require.Equal(t, 200, status)
		require.Equal(t, []string{string(h.pass.Serial)}, serials)
		require.NotEmpty(t, tag)
		require.NotContains(t, tag, "+")
		status, _, _ = h.list("d1", tag)
		require.Equal(t, 204, status)

		h.book(t, 100)
		h.book(t, 100) // within one second
		status, serials, next := h.list("d1", tag)
		require.Equal(t, 200, status)
		require.Len(t, serials, 1)
		require.NotEqual(t, tag, next)
		status, _, _ = h.list("d1", next)
		require.Equal(t, 204, status)

		for _, garbage := range []string{"0", "abc", "-1", "99999999999999999999", "1.99999999999999999", "2026-01-01T00:00:00%2B02:00", "%00", "1.", ".1", "2" + next} {
			status, serials, again := h.list("d1", garbage)
			require.Equal(t, 200, status, garbage)
			require.Len(t, serials, 1, garbage)
			require.Equal(t, next, again, "%s: a tag that is not ours is as good as none", garbage)
		}
		h.Wallet.Epoch++ // a restore from a backup
		status, _, raised := h.list("d1", next)
		require.Equal(t, 200, status)
		require.NotEqual(t, next, raised)

		require.Equal(t, 200, h.Do("DELETE", h.registration("d1"), nil, h.token()).Status)
		status, _, _ = h.list("d1", "")
		require.Equal(t, 204, status, "no passes are left")
	})
}

func TestListHoldsTheDevicesOwnPassesOfTheType(t *testing.T) {
	each(t, func(t *testing.T, h *holder) {
		bob, eve := hold(t, h.Server, "Bob"), hold(t, h.Server, "Eve")
		h.register("d1", "aa11")
		bob.register("d1", "aa11")
		eve.register("d2", "ee11")
		_, serials, tag := h.list("d1", "")
		require.ElementsMatch(t, []string{string(h.pass.Serial), string(bob.pass.Serial)}, serials)
		eve.book(t, 100)
		status, _, _ := h.list("d1", tag)
		require.Equal(t, 204, status)
		h.book(t, 100)
		bob.book(t, 100)
		_, serials, next := h.list("d1", tag)
		require.Len(t, serials, 2, "every change, not the newest alone")
		h.book(t, 100)
		_, serials, _ = h.list("d1", next)
		require.Equal(t, []string{string(h.pass.Serial)}, serials)
		got := h.Do("GET", "/passkit/v1/devices/d1/registrations/pass.com.example.other", nil)
		require.Equal(t, 204, got.Status)
	})
}

func TestConditionalFetch(t *testing.T) {
	each(t, func(t *testing.T, h *holder) {
		got := h.Do("GET", h.path(), nil, h.token())
		require.Equal(t, 200, got.Status)
		require.Equal(t, passkit.ContentType, got.Header.Get("Content-Type"))
		require.Equal(t, fmt.Sprint(len(got.Body)), got.Header.Get("Content-Length"))
		require.Equal(t, "no-store", got.Header.Get("Cache-Control"))
		require.Empty(t, got.Header.Get("Content-Encoding"))
		modified := got.Header.Get("Last-Modified")
		at, err := http.ParseTime(modified)
		require.NoError(t, err)
		require.True(t, at.Equal(h.pass.ChangedAt))
		require.True(t, strings.HasSuffix(modified, "GMT"))

		since := func(value string) apitest.Reply {
			return h.Do("GET", h.path(), nil, h.token(), apitest.Header{Name: "If-Modified-Since", Value: value})
		}
		same := since(modified)
		require.Equal(t, 304, same.Status)
		require.Empty(t, same.Body)
		require.Equal(t, 200, since(at.Add(time.Hour).Format(http.TimeFormat)).Status, "a copy from after the backup that we were restored from")
		require.Equal(t, 200, since(at.Add(-time.Second).Format(http.TimeFormat)).Status)
		for _, odd := range []string{"0", "yesterday", fmt.Sprint(at.Unix()), at.Format(time.RFC3339)} {
			require.Equal(t, 200, since(odd).Status, odd)
		}
		again := h.Do("GET", h.path(), nil, h.token())
		require.Equal(t, got.Body, again.Body, "a version is signed once")

		h.book(t, 100)
		first := since(modified)
		require.Equal(t, 200, first.Status)
		h.book(t, 100)
		require.Equal(t, 200, since(first.Header.Get("Last-Modified")).Status, "two changes in one second are two")

		head := h.Do("HEAD", h.path(), nil, h.token())
		full := h.Do("GET", h.path(), nil, h.token())
		require.Equal(t, 200, head.Status)
		require.Empty(t, head.Body)
		for _, name := range []string{"Content-Type", "Content-Length", "Last-Modified", "Cache-Control", "Content-Disposition"} {
			require.Equal(t, full.Header.Get(name), head.Header.Get(name), name)
		}
	})
}

// What a phone has is known from the web service alone: the link on the card's
// page is followed by browsers too, and HEAD is but a look.
func TestOnlyAPhoneCountsAsFetched(t *testing.T) {
	each(t, func(t *testing.T, h *holder) {
		fetched := func() int64 { h.load(t); return h.pass.Fetched }
		stage := func() wallet.Stage {
			status, err := h.Wallet.Status(t.Context(), h.m.ID)
			require.NoError(t, err)
			require.Len(t, status, 1)
			return status[0].Stage
		}
		require.EqualValues(t, 1, h.pass.Given)
		require.Zero(t, h.pass.Fetched, "downloaded, by whatever it was")
		require.Equal(t, 201, h.register("d1", "aa11"))
		require.EqualValues(t, 1, fetched(), "a phone has what was just downloaded")
		require.Equal(t, wallet.Delivered, stage())

		h.book(t, 100)
		require.Equal(t, 200, h.Do("GET", "/p/"+h.m.Download+".pkpass", nil).Status)
		head := h.Do("HEAD", h.path(), nil, h.token())
		require.Equal(t, 200, head.Status)
		current := apitest.Header{Name: "If-Modified-Since", Value: head.Header.Get("Last-Modified")}
		require.Equal(t, 304, h.Do("HEAD", h.path(), nil, h.token(), current).Status)
		require.Equal(t, 401, h.Do("GET", h.path(), nil, current).Status)
		require.EqualValues(t, 1, fetched())
		require.EqualValues(t, 2, h.pass.Given)
		require.NotEqual(t, wallet.Delivered, stage())
		require.Equal(t, 304, h.Do("GET", h.path(), nil, h.token(), current).Status)
		require.EqualValues(t, 2, fetched(), "it says that it has it")
		require.Equal(t, wallet.Delivered, stage())

		h.book(t, 100)
		require.NotEqual(t, wallet.Delivered, stage())
		require.Equal(t, 200, h.Do("GET", h.path(), nil, h.token()).Status)
		require.EqualValues(t, 3, fetched())
		require.EqualValues(t, 2, h.pass.Given)
		require.Equal(t, 201, h.register("d2", "bb22"))
		require.NotNil(t, h.device(t, "bb22").PushDue, "what was last downloaded is not what there is now")
	})
}

// device returns the device with a push token.
func (h *holder) device(t *testing.T, pushToken string) models.Device {
	t.Helper()
	all, err := h.Stores.Passes.Registrations(t.Context(), h.pass.Serial)
	require.NoError(t, err)
	for _, r := range all {
		d, err := h.Stores.Passes.Device(t.Context(), r.Device)
		require.NoError(t, err)
		if d.PushToken == pushToken {
			return d
		}
	}
	require.Fail(t, "no such device")
	return models.Device{}
}

// A line has 2^64 addresses of IPv6; they count as one.
func TestNetworkThatAsksTooOftenHasToWait(t *testing.T) {
	each(t, func(t *testing.T, h *holder) {
		for _, route := range []struct{ method, path string }{
			{"GET", h.path()},
			{"HEAD", h.path()},
			{"GET", "/passkit/v1/devices/d1/registrations/" + h.pass.Type},
			{"POST", h.registration("d1")},
			{"DELETE", h.registration("d1")},
			{"POST", h.path() + "/personalize"},
			{"POST", "/passkit/v1/log"},
		} {
			r := gin.New()
			require.NoError(t, r.SetTrustedProxies([]string{"192.0.2.1"}))
			(&passkit.API{Wallet: h.Wallet, Log: slog.New(slog.DiscardHandler)}).MountTight(r.Group("/passkit"), 2)
			from := func(address string) *httptest.ResponseRecorder {
				w := httptest.NewRecorder()
				request := httptest.NewRequest(route.method, route.path, strings.NewReader("{}"))
				request.RemoteAddr = "192.0.2.1:443" // the proxy
				request.Header.Set("X-Forwarded-For", address)
				r.ServeHTTP(w, request)
				return w
			}
			what := route.method + " " + route.path
			require.NotEqual(t, 429, from("2001:db8:1:2::1").Code, what)
			require.NotEqual(t, 429, from("2001:db8:1:2:3::2").Code, what)
			refused := from("2001:db8:1:2:ffff::3")
			require.Equal(t, 429, refused.Code, what)
			require.Equal(t, "application/problem+json", refused.Header().Get("Content-Type"), what)
			wait, err := strconv.Atoi(refused.Header().Get("Retry-After"))
			require.NoError(t, err, what)
			require.Positive(t, wait, what)
			require.NotEqual(t, 429, from("2001:db8:1:3::1").Code, what)
			require.NotEqual(t, 429, from("203.0.113.7").Code, what)
		}
	})
}

// A push wakes all phones of a carrier at once, and they may have one address.
func TestPhonesBehindOneAddressAreAllAnswered(t *testing.T) {
	each(t, func(t *testing.T, h *holder) {
		for i := range 500 {
			for _, path := range []string{fmt.Sprint("/passkit/v1/devices/d", i, "/registrations/", h.pass.Type), h.path()} {
				w := httptest.NewRecorder()
				h.Handler.ServeHTTP(w, httptest.NewRequest("GET", path, nil))
				require.Contains(t, []int{204, 401}, w.Code)
			}
		}
	})
}

// A device's document holds all its serials; it must not grow without end.
func TestDeviceHoldsSoManyPassesAndNoMore(t *testing.T) {
	each(t, func(t *testing.T, h *holder) {
		require.Equal(t, 201, h.register("d1", "aa11"))
		id := h.device(t, "aa11").ID
		var other models.Serial
		for i := 1; i < store.MaxSerials; i++ {
			other = models.Serial(fmt.Sprint("other", i))
			_, err := h.Stores.Passes.Register(t.Context(), models.Device{ID: id, PushToken: "aa11"}, &models.Pass{Serial: other, Program: "demo"}, time.Now())
			require.NoError(t, err)
		}
		before := h.device(t, "aa11")
		bob := hold(t, h.Server, "Bob")
		got := bob.Do("POST", bob.registration("d1"), map[string]string{"pushToken": "bb22"}, bob.token())
		require.Equal(t, 409, got.Status)
		require.Equal(t, "too_many_passes", got.Code())
		require.Zero(t, bob.rows(t))
		require.Equal(t, before, h.device(t, "aa11"))
		require.Equal(t, 200, h.register("d1", "cc33"), "what it holds it may register anew")
		require.Equal(t, 201, bob.register("d2", "bb22"), "another device may")
		require.NoError(t, h.Stores.Passes.Unregister(t.Context(), id, other))
		require.Equal(t, 201, bob.register("d1", "cc33"))
	})
}

// contents reads pass.json out of a bundle.
func contents(t *testing.T, bundle []byte) map[string]any {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(bundle), int64(len(bundle)))
	require.NoError(t, err)
	f, err := z.Open("pass.json")
	require.NoError(t, err)
	defer f.Close() //nolint:errcheck // a file in memory
	var pass map[string]any
	require.NoError(t, json.NewDecoder(f).Decode(&pass))
	return pass
}

// The pass of somebody who left stays in the phone until they remove it: it
// is served, empty and voided.
func TestPassOfAMemberWhoLeft(t *testing.T) {
	each(t, func(t *testing.T, h *holder) {
		h.register("d1", "aa11")
		_, _, tag := h.list("d1", "")
		before := contents(t, h.Do("GET", h.path(), nil, h.token()).Body)
		require.NoError(t, h.Wallet.Erase(t.Context(), "demo", h.m.ID))
		h.Work()
		h.Quiet()
		h.Rest()
		status, serials, _ := h.list("d1", tag)
		require.Equal(t, 200, status)
		require.Len(t, serials, 1)
		got := h.Do("GET", h.path(), nil, h.token())
		require.Equal(t, 200, got.Status)
		after := contents(t, got.Body)
		require.Equal(t, true, after["voided"])
		require.Equal(t, before["serialNumber"], after["serialNumber"])
		require.Equal(t, before["authenticationToken"], after["authenticationToken"])
		require.NotContains(t, string(mustJSON(t, after)), "Ada")
		require.NotContains(t, string(mustJSON(t, after)), string(h.m.Card))
		require.Equal(t, 1, h.rows(t), "the registration stays until the phone ends it")
		require.Equal(t, 404, h.Do("GET", "/p/"+h.m.Download+".pkpass", nil).Status, "the link leads nowhere")
	})
}

func mustJSON(t *testing.T, v any) []byte {
	t.Helper()
	b, err := json.Marshal(v)
	require.NoError(t, err)
	return b
}

func TestPhonesLog(t *testing.T) {
	each(t, func(t *testing.T, h *holder) {
		send := func(body string) int { return h.Do("POST", "/passkit/v1/log", body).Status }
		line := "[2026-11-22 10:00:00 +0000] get pass task (for " + string(h.pass.Serial) + ") failed: " + h.pass.Token + "\r\n\x1b[31mforged line <script>"
		require.Equal(t, 200, send(string(mustJSON(t, map[string][]string{"logs": {line, strings.Repeat("é", 900)}}))))
		logged := h.Log.String()
		require.Contains(t, logged, "get pass task")
		require.NotContains(t, logged, string(h.pass.Serial))
		require.NotContains(t, logged, h.pass.Token)
		require.NotContains(t, logged, `\u001b`)
		require.NotContains(t, logged, `\r`)
		require.Equal(t, 200, send(`{}`))
		require.Equal(t, 400, send(`nonsense`))
		require.Equal(t, 400, send(`{"logs":"text"}`))
		require.Equal(t, 413, send(`{"logs":["`+strings.Repeat("x", 64<<10)+`"]}`))

		many := make([]string, 100)
		for i := range many {
			many[i] = fmt.Sprint("line number ", i, " of a flood")
		}
		require.Equal(t, 200, send(string(mustJSON(t, map[string][]string{"logs": many}))))
		require.Equal(t, 20, strings.Count(h.Log.String(), "of a flood"))
		refused := 0
		for range 30 {
			if send(`{"logs":["flood"]}`) == 429 {
				refused++
			}
		}
		require.Positive(t, refused)
	})
}

// What a phone says about a card stands with its member, and what names no card
// on the first page; neither shows what opens a pass, or runs as a script.
func TestPhonesComplaintsReachTheConsole(t *testing.T) {
	each(t, func(t *testing.T, h *holder) {
		bob := hold(t, h.Server, "Bob")
		require.Equal(t, 200, h.Do("POST", "/passkit/v1/log", map[string][]string{"logs": {
			"Get pass task (serial number " + string(h.pass.Serial) + ", token " + h.pass.Token + ") failed: <script>",
			"Get serial #s task failed: <img>",
		}}).Status)
		see := h.console(t, apitest.Owner)
		card := see("/console/members/" + string(h.m.ID))
		require.Contains(t, card, "Get pass task (serial number …, token …) failed: &lt;script&gt;")
		require.NotContains(t, card, "Get serial #s task")
		first := see("/console")
		require.Contains(t, first, "Get serial #s task failed: &lt;img&gt;")
		require.NotContains(t, first, "Get pass task")
		require.NotContains(t, see("/console/members/"+string(bob.m.ID)), "task")

		require.NoError(t, h.Wallet.Erase(t.Context(), "demo", h.m.ID))
		require.NotContains(t, see("/console/members/"+string(h.m.ID)), "Get pass task")
	})
}

// console signs in and returns what reads a page.
func (h *holder) console(t *testing.T, email string) func(path string) string {
	t.Helper()
	form := url.Values{"email": {email}, "password": {apitest.Password}}
	in := h.Do("POST", "/login", form.Encode(), apitest.Header{Name: "Content-Type", Value: "application/x-www-form-urlencoded"})
	require.Equal(t, 303, in.Status)
	var jar []string
	for _, line := range in.Header.Values("Set-Cookie") {
		c, err := http.ParseSetCookie(line)
		require.NoError(t, err)
		jar = append(jar, c.Name+"="+c.Value)
	}
	return func(path string) string {
		got := h.Do("GET", path, nil, apitest.Header{Name: "Cookie", Value: strings.Join(jar, "; ")})
		require.Equal(t, 200, got.Status, path)
		return string(got.Body)
	}
}

// Download links are opened by scanners and previews too.
func TestDownloadLink(t *testing.T) {
	each(t, func(t *testing.T, h *holder) {
		bob := h.Enrol("Bob")
		link := "/p/" + bob.Download + ".pkpass"
		got := h.Do("HEAD", link, nil)
		require.Equal(t, 200, got.Status)
		require.Equal(t, passkit.ContentType, got.Header.Get("Content-Type"))
		_, err := h.Stores.Passes.Of(t.Context(), bob.ID, models.Apple)
		require.Equal(t, models.NotFound, models.KindOf(err), "a look issues nothing")
		got = h.Do("GET", link, nil)
		require.Equal(t, 200, got.Status)
		require.Contains(t, got.Header.Get("Content-Disposition"), ".pkpass")
		for _, path := range []string{"/p/" + bob.Download, "/p/nothing.pkpass", "/p/.pkpass", "/p/" + strings.Repeat("x", 5000) + ".pkpass", "/p/..%2f..%2fetc.pkpass", "/p/%00.pkpass"} {
			require.Equal(t, 404, h.Do("GET", path, nil).Status, path)
		}
	})
}

// A phone that keeps to the protocol finds nothing to complain about, from the
// first download to the removal.
func TestPhoneFromEndToEnd(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s := apitest.Start(t, db, apitest.Options{})
		m, other := s.Enrol("Ada"), s.Enrol("Bob")
		phone, serial := s.Hold(m)
		card, err := phone.Add(t.Context(), s.Wallet.DownloadURL(other))
		require.NoError(t, err)
		for i := range 5 {
			s.Earn(m, 100)
			s.Shows(phone, serial, fmt.Sprint(i+1))
		}
		s.Earn(other, 700)
		s.Shows(phone, card.Serial, "7")
		require.NoError(t, phone.Refresh(t.Context()))
		require.NoError(t, phone.ChangeToken(t.Context()))
		s.Earn(m, 100)
		s.Shows(phone, serial, "6")
		require.NoError(t, phone.Remove(t.Context(), serial))
		require.NoError(t, phone.Remove(t.Context(), card.Serial))
		require.Empty(t, phone.Complaints())
		require.Zero(t, phone.Stats().Failures)
		held, err := s.Stores.Passes.Held(t.Context(), "demo")
		require.NoError(t, err)
		require.Zero(t, held)
	})
}

// A crowd of phones that asks for one version costs one signature.
func TestAVersionIsSignedOnce(t *testing.T) {
	each(t, func(t *testing.T, h *holder) {
		signed := func() string {
			for line := range strings.Lines(string(h.Do("GET", "/metrics", nil).Body)) {
				if count, ok := strings.CutPrefix(line, "regulars_pass_signatures_total "); ok {
					return strings.TrimSpace(count)
				}
			}
			return "none"
		}
		require.Equal(t, "1", signed(), "the download")
		h.book(t, 100)
		require.Equal(t, "1", signed(), "nobody asked yet")
		var crowd sync.WaitGroup
		bodies := make([]string, 16)
		for i := range bodies {
			crowd.Go(func() {
				r := httptest.NewRequest("GET", h.path(), nil)
				r.Header.Set("Authorization", h.token().Value)
				w := httptest.NewRecorder()
				h.Handler.ServeHTTP(w, r)
				bodies[i] = w.Body.String()
			})
		}
		crowd.Wait()
		for _, body := range bodies {
			require.NotEmpty(t, body)
			require.Equal(t, bodies[0], body)
		}
		require.Equal(t, "2", signed())
	})
}

// What phones may call stands in docs/api.md, each call and no other.
func TestEveryCallIsDocumented(t *testing.T) {
	gin.SetMode(gin.TestMode)
	engine := gin.New()
	(&passkit.API{}).Mount(engine.Group("/passkit"))
	var calls []string
	for _, r := range engine.Routes() {
		if r.Method != http.MethodHead { // it stands beside its GET
			calls = append(calls, r.Method+" "+r.Path)
		}
	}
	text, err := os.ReadFile("../../docs/api.md")
	require.NoError(t, err)
	var told []string
	for _, row := range regexp.MustCompile("(?m)^\\| `([A-Z]+ /passkit/[^`]*)` \\|").FindAllSubmatch(text, -1) {
		told = append(told, string(row[1]))
	}
	require.ElementsMatch(t, calls, told)
	operating, err := os.ReadFile("../../docs/operating.md")
	require.NoError(t, err)
	require.Contains(t, string(operating), "`POST /passkit/v1/passes/:type/:serial/personalize`")
}
