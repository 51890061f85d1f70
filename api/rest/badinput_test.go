package rest_test

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"regulars/api/apitest"
	"regulars/models"
)

// canary stands in every text that is sent where it must not come back.
const canary = "CANARY-7f3a"

// route is one that takes a body.
type route struct {
	name, method, path string
	good               map[string]any
	numbers, texts     []string
	keyed              bool
}

func routes(m *models.Member, e *models.Entry) []route {
	id := "/api/v1/members/" + string(m.ID)
	return []route{
		{"login", "POST", "/api/v1/auth/login", map[string]any{"email": "a@example.com", "password": "x"}, nil, []string{"email", "password"}, false},
		{"enrol", "POST", "/api/v1/programs/demo/members", map[string]any{"name": "Bob"}, nil, []string{"name", "phone", "email", "birthday", "locale", "customer"}, true},
		{"amend", "PATCH", id, map[string]any{"name": "Bob"}, nil, []string{"name", "phone", "email", "birthday", "locale"}, false},
		{"scan", "POST", "/api/v1/programs/demo/scans", map[string]any{"code": "x"}, nil, []string{"code", "location"}, false},
		{"purchase", "POST", id + "/purchases", map[string]any{"amount": 100}, []string{"amount"}, []string{"currency", "receipt", "location", "at"}, true},
		{"redemption", "POST", id + "/redemptions", map[string]any{"reward": "coffee"}, nil, []string{"reward", "location"}, true},
		{"adjustment", "POST", id + "/adjustments", map[string]any{"unit": "points", "delta": 1, "reason": "x"}, []string{"delta"}, []string{"unit", "reason"}, true},
		{"reversal", "POST", "/api/v1/entries/" + string(e.ID) + "/reversals", map[string]any{"reason": "x"}, nil, []string{"reason"}, true},
		{"publish", "PUT", "/api/v1/programs/demo", map[string]any{"name": "x"}, []string{"max_purchase"}, []string{"name"}, false},
	}
}

// with returns the good body with one member written as raw JSON.
func (r route) with(field, raw string) string {
	b := maps.Clone(r.good)
	delete(b, field)
	parts := []string{fmt.Sprintf("%q:%s", field, raw)}
	for _, k := range slices.Sorted(maps.Keys(b)) {
		v, _ := json.Marshal(b[k]) // texts and numbers
		parts = append(parts, fmt.Sprintf("%q:%s", k, v))
	}
	return "{" + strings.Join(parts, ",") + "}"
}

func (r route) plain() string {
	b, _ := json.Marshal(r.good) // texts and numbers
	return string(b)
}

// fingerprint is all that a refused request could have changed.
func fingerprint(t *testing.T, s *apitest.Server, m *models.Member) string {
	t.Helper()
	ctx := context.Background()
	n, err := s.Stores.Members.Count(ctx, "demo")
	require.NoError(t, err)
	now, err := s.Stores.Members.Member(ctx, m.ID)
	require.NoError(t, err)
	p, err := s.Stores.Programs.Current(ctx, "demo")
	require.NoError(t, err)
	return fmt.Sprint(n, now.Name, now.Phone, now.Rev, p.Version, len(s.Entries(m)))
}

func TestBadInputChangesNothing(t *testing.T) {
	s := one(t)
	m := s.Enrol("Ada")
	e := s.Earn(m, 10_000)
	owner := s.As(apitest.Owner)
	before := fingerprint(t, s, m)
	tried := 0
	refuse := func(r route, row, body string, status []int, headers ...apitest.Header) apitest.Reply {
		t.Helper()
		tried++
		got := s.Do(r.method, r.path, body, append([]apitest.Header{owner, apitest.NewKey()}, headers...)...)
		require.Contains(t, status, got.Status, "%s, %s: %s", r.name, row, got.Body)
		require.Equal(t, "application/problem+json", got.Header.Get("Content-Type"), "%s, %s", r.name, row)
		require.NotEmpty(t, got.Code(), "%s, %s", r.name, row)
		require.NotContains(t, string(got.Body), canary, "%s, %s: the input comes back", r.name, row)
		return got
	}
	malformed, wrong := []int{400}, []int{400, 422}
	for _, r := range routes(m, e) {
		first := slices.Sorted(maps.Keys(r.good))[0]
		for row, body := range map[string]string{
			"16 something after the value": r.plain() + " DROP", "16 two values": r.plain() + r.plain(),
			"17 a name twice": strings.TrimSuffix(r.plain(), "}") + fmt.Sprintf(",%q:%s}", first, `"`+canary+`"`),
			"20 null":         "null", "22 not UTF-8": r.with(first, "\"\xff\""), "23 half a character": r.with(first, `"\ud800"`),
			"23 the other half": r.with(first, `"\udc00x"`), "25 deep": strings.Repeat("[", 5000) + strings.Repeat("]", 5000),
			"no JSON": canary, "an open object": r.plain()[:len(r.plain())-1], "nothing": "", "a space": " ",
		} {
			refuse(r, row, body, malformed)
		}
		for row, body := range map[string]string{
			"19 an unknown field": r.with("is_owner", `"`+canary+`"`), "19 a balance": r.with("balance", "1"), "19 a program": r.with("tenant", `"x"`),
			"19 another case": strings.TrimSuffix(r.plain(), "}") + fmt.Sprintf(",%q:%q}", strings.ToUpper(first), canary),
			"26 a list":       "[" + r.plain() + "]", "26 a text": `"` + canary + `"`, "26 a number": "1", "26 true": "true",
		} {
			refuse(r, row, body, wrong)
		}
		for _, f := range r.texts {
			for row, raw := range map[string]string{"26 number for a text": "12", "26 list for a text": `["` + canary + `"]`, "26 object for a text": `{"a":"` + canary + `"}`, "26 true for a text": "true"} {
				refuse(r, row+" "+f, r.with(f, raw), wrong)
			}
		}
		for _, f := range r.numbers {
			for row, raw := range map[string]string{
				"26 text for a number": `"12"`, "26 list for a number": "[1]", "26 null for a number": "null", "31 above 64 bits": "9223372036854775808",
				"31 below 64 bits": "-9223372036854775809", "32 above 2^53": "9007199254740993", "34 leading zero": "01", "34 plus": "+1", "34 hex": "0x10",
				"34 underscore": "1_000", "34 NaN": "NaN", "34 Infinity": "Infinity", "34 huge": "1e400", "an exponent": "1e3", "a fraction": "12.50", "a fraction of none": "12.0", "zero": "0", "largest": "9223372036854775807", "smallest": "-9223372036854775808",
			} {
				refuse(r, row, r.with(f, raw), []int{400, 409, 422})
			}
		}
		if r.keyed {
			for row, keys := range map[string][]apitest.Header{
				"86 no key": {apitest.Key("")}, "86 129 characters": {apitest.Key(strings.Repeat("k", 129))}, "86 a space": {apitest.Key("a b")},
				"86 beyond ASCII": {apitest.Key("ké")}, "86 two keys": {apitest.Key("a"), apitest.Key("b")},
			} {
				tried++
				got := s.Do(r.method, r.path, r.plain(), append([]apitest.Header{owner}, keys...)...)
				require.Equal(t, 400, got.Status, "%s, %s: %s", r.name, row, got.Body)
				require.Equal(t, "Idempotency-Key", str(got.JSON(), "field"))
			}
		}
		for row, kind := range map[string]string{"28 text": "text/plain", "28 a form": "application/x-www-form-urlencoded", "28 none": "", "28 almost": "application/jsonp"} {
			refuse(r, row, r.plain(), []int{415}, apitest.Header{Name: "Content-Type", Value: kind})
		}
		refuse(r, "89 compressed", r.plain(), []int{415}, apitest.Header{Name: "Content-Encoding", Value: "gzip"})
		if r.name != "publish" {
			big := refuse(r, "29 too large", r.with(first, `"`+strings.Repeat(canary, 8000)+`"`), []int{413})
			require.True(t, big.Closed, "%s: the connection is closed after a body that is too large", r.name)
		}
	}
	require.Equal(t, before, fingerprint(t, s, m))
	require.NotContains(t, s.Log.String(), canary)
	t.Logf("%d bad inputs were refused", tried)
}

// What is well formed and still wrong.
func TestWrongValuesAreNamed(t *testing.T) {
	s := one(t)
	m := s.Enrol("Ada")
	e := s.Earn(m, 1000)
	owner := s.As(apitest.Owner)
	before := fingerprint(t, s, m)
	id := "/api/v1/members/" + string(m.ID)
	wrongDigit := string(m.Card[:19]) + string('0'+(m.Card[19]-'0'+1)%10)
	for _, tt := range []struct {
		name, path, body string
		status           int
		code, field      string
	}{
		{"negative", id + "/purchases", `{"amount":-1}`, 422, "negative_amount", "amount"},
		{"zero", id + "/purchases", `{"amount":0}`, 422, "zero_amount", "amount"},
		{"absurd", id + "/purchases", `{"amount":100001}`, 422, "amount_too_large", "amount"},
		{"unknown currency", id + "/purchases", `{"amount":1,"currency":"ZZZ"}`, 422, "unknown_currency", "currency"},
		{"another currency", id + "/purchases", `{"amount":1,"currency":"USD"}`, 422, "wrong_currency", "currency"},
		{"no amount", id + "/purchases", `{}`, 422, "invalid_request", "amount"},
		{"no name of an item", id + "/purchases", `{"amount":1,"items":[{"quantity":1,"amount":1}]}`, 422, "invalid_request", "items[0].name"},
		{"no code", "/api/v1/programs/demo/scans", `{}`, 422, "invalid_request", "code"},
		{"no purpose", "/api/v1/programs/demo/members", `{"name":"x","consents":[{"given":true}]}`, 422, "invalid_request", "consents[0].purpose"},
		{"30 February", id + "/purchases", `{"amount":1,"at":"2026-02-30T10:00:00Z"}`, 422, "invalid_request", "at"},
		{"a leap second", id + "/purchases", `{"amount":1,"at":"2026-02-20T23:59:60Z"}`, 422, "invalid_request", "at"},
		{"year 0", id + "/purchases", `{"amount":1,"at":"0000-01-01T00:00:00Z"}`, 422, "too_old", "at"},
		{"year 9999", id + "/purchases", `{"amount":1,"at":"9999-12-31T00:00:00Z"}`, 422, "in_the_future", "at"},
		{"no such reward", id + "/redemptions", `{"reward":"car"}`, 422, "unknown_reward", "reward"},
		{"not enough", id + "/redemptions", `{"reward":"coffee"}`, 409, "not_enough", "reward"},
		{"no such unit", id + "/adjustments", `{"unit":"stars","delta":1,"reason":"x"}`, 422, "unknown_unit", "unit"},
		{"a blank reason", "/api/v1/entries/" + string(e.ID) + "/reversals", `{"reason":" "}`, 422, "no_reason", "reason"},
		{"no such entry", "/api/v1/entries/none/reversals", `{"reason":"x"}`, 404, "unknown_entry", "entry"},
		{"no such member", "/api/v1/members/none/purchases", `{"amount":1}`, 404, "unknown_member", "member"},
		{"no such program", "/api/v1/programs/none/members", `{"name":"x"}`, 404, "unknown_program", "program"},
		{"a blank name", "/api/v1/programs/demo/members", `{"name":"\u200b "}`, 422, "blank", "name"},
		{"ten thousand marks", "/api/v1/programs/demo/members", `{"name":"a` + strings.Repeat(`\u0301`, 5000) + `"}`, 422, "too_long", "name"},
		{"no phone number", "/api/v1/programs/demo/members", `{"name":"x","phone":"4.91E+11"}`, 422, "invalid_phone", "phone"},
		{"no address", "/api/v1/programs/demo/members", `{"name":"x","email":"x"}`, 422, "invalid_email", "email"},
		{"no birthday", "/api/v1/programs/demo/members", `{"name":"x","birthday":"2026-02-30"}`, 422, "invalid_birthday", "birthday"},
		{"an unknown purpose", "/api/v1/programs/demo/members", `{"name":"x","consents":[{"purpose":"spam","given":true}]}`, 422, "invalid_request", "consents[0].purpose"},
		{"a wrong check digit", "/api/v1/programs/demo/scans", `{"code":"` + wrongDigit + `"}`, 422, "check_digit", "code"},
		{"two codes at once", "/api/v1/programs/demo/scans", `{"code":"` + string(m.Card) + string(m.Card) + `"}`, 422, "two_codes", "code"},
		{"a link", "/api/v1/programs/demo/scans", `{"code":"https://example.com/x"}`, 404, "unknown_card", "code"},
		{"a control character", "/api/v1/programs/demo/scans", `{"code":"12\u001b34"}`, 422, "unreadable_code", "code"},
		{"a whole book", "/api/v1/programs/demo/scans", `{"code":"` + strings.Repeat("1", 2900) + `"}`, 422, "code_too_long", "code"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := s.Do("POST", tt.path, tt.body, owner, apitest.NewKey())
			require.Equal(t, tt.status, got.Status, string(got.Body))
			require.Equal(t, tt.code, got.Code())
			require.Equal(t, tt.field, str(got.JSON(), "field"))
			require.NotEmpty(t, str(got.JSON(), "detail"))
		})
	}
	digit := s.Do("POST", "/api/v1/programs/demo/scans", `{"code":"`+wrongDigit+`"}`, owner)
	require.Contains(t, strings.ToLower(str(digit.JSON(), "detail")), "again", "says to type it again")
	require.Equal(t, before, fingerprint(t, s, m))
}

// Paths that try to lead elsewhere find nothing.
func TestStrangePathsFindNothing(t *testing.T) {
	s := one(t)
	owner := s.As(apitest.Owner)
	for _, id := range []string{"..%2f..%2fetc", "%00", "%252e", "$ne", "a.b", strings.Repeat("x", 10_000), "%27%20OR%201=1", "0123456789abcdef0123456"} {
		for _, path := range []string{"/api/v1/members/" + id, "/api/v1/members/" + id + "/entries", "/api/v1/programs/" + id, "/m/" + id, "/join/" + id, "/art/" + id + "/1/logo.png", "/art/demo/" + id + "/logo.png", "/brand/" + id + ".css"} {
			got := s.Do("GET", path, nil, owner)
			require.Equal(t, 404, got.Status, "%s: %s", path, got.Body)
		}
	}
}
