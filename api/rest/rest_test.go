package rest_test

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"regulars/api/apitest"
	"regulars/models/store"
	"regulars/models/store/storetest"
	"regulars/wallet"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func each(t *testing.T, test func(t *testing.T, s *apitest.Server)) {
	t.Helper()
	storetest.Each(t, func(t *testing.T, db *store.DB) { test(t, apitest.Start(t, db, apitest.Options{Idle: true})) })
}

// one is a test of the edge alone, where the engine makes no difference.
func one(t *testing.T) *apitest.Server {
	t.Helper()
	return apitest.Start(t, storetest.SQLite(t), apitest.Options{Idle: true})
}

func str(m map[string]any, path ...string) string {
	for _, p := range path[:len(path)-1] {
		m, _ = m[p].(map[string]any)
	}
	s, _ := m[path[len(path)-1]].(string)
	return s
}

func TestFromEnrolmentToReversal(t *testing.T) {
	each(t, func(t *testing.T, s *apitest.Server) {
		staff, owner := s.As(apitest.Staff), s.As(apitest.Owner)
		got := s.Do("POST", "/api/v1/programs/demo/members", map[string]any{"name": "Ada", "phone": "06 12345678",
			"consents": []map[string]any{{"purpose": "program", "given": true, "wording": "yes"}}}, staff, apitest.Key("enrol"))
		require.Equal(t, 201, got.Status, string(got.Body))
		m := got.JSON()
		id := str(m, "id")
		require.Equal(t, "+31612345678", str(m, "phone"))
		require.Contains(t, str(m, "passes", "apple_url"), "/p/")
		require.Contains(t, str(m, "passes", "google_url"), "/g/")
		require.Contains(t, str(m, "page_url"), "/m/")
		require.EqualValues(t, 0, m["balances"].(map[string]any)["points"])

		bought := s.Do("POST", "/api/v1/members/"+id+"/purchases", `{"amount": 6150, "receipt": "r1"}`, staff, apitest.Key("p1"))
		require.Equal(t, 201, bought.Status, string(bought.Body))
		e := bought.JSON()
		require.Equal(t, "earn", str(e, "kind"))
		require.EqualValues(t, 1, e["seq"])
		require.EqualValues(t, 61, e["balances"].(map[string]any)["points"])
		require.Equal(t, "Corner", str(e, "location"), "staff book where they work")
		require.Equal(t, bought.Body, s.Do("POST", "/api/v1/members/"+id+"/purchases", `{"receipt": "r1", "amount": 6150}`, staff, apitest.Key("p1")).Body)
		reused := s.Do("POST", "/api/v1/members/"+id+"/purchases", `{"amount": 6151, "receipt": "r1"}`, staff, apitest.Key("p1"))
		require.Equal(t, 409, reused.Status)
		require.Equal(t, "key_reused", reused.Code())

		for _, code := range []string{str(m, "card"), "0612345678", "  " + str(m, "card") + "\r\n"} {
			scan := s.Do("POST", "/api/v1/programs/demo/scans", map[string]string{"code": code}, staff)
			require.Equal(t, 200, scan.Status, string(scan.Body))
			require.Equal(t, id, str(scan.JSON(), "member", "id"))
			require.Empty(t, str(scan.JSON(), "member", "phone"), "a till needs no phone number")
			require.Len(t, scan.JSON()["rewards"], 2)
			require.Len(t, scan.JSON()["notices"], 1)
		}
		taken := s.Do("POST", "/api/v1/members/"+id+"/redemptions", `{"reward": "coffee"}`, staff, apitest.NewKey())
		require.Equal(t, 201, taken.Status)
		require.Equal(t, 409, s.Do("POST", "/api/v1/members/"+id+"/redemptions", `{"reward": "coffee"}`, staff, apitest.NewKey()).Status)
		back := s.Do("POST", "/api/v1/entries/"+str(taken.JSON(), "id")+"/reversals", `{"reason": "cold"}`, staff, apitest.NewKey())
		require.Equal(t, 201, back.Status)
		require.Equal(t, str(taken.JSON(), "id"), str(back.JSON(), "reverses"))
		given := s.Do("POST", "/api/v1/members/"+id+"/adjustments", `{"unit":"points","delta":-11,"reason":"sorry"}`, owner, apitest.NewKey())
		require.Equal(t, 201, given.Status)
		require.EqualValues(t, 50, given.JSON()["balances"].(map[string]any)["points"])

		page := s.Do("GET", "/api/v1/members/"+id+"/entries?limit=3", nil, owner)
		require.Len(t, page.JSON()["entries"], 3)
		rest := s.Do("GET", "/api/v1/members/"+id+"/entries?limit=3&cursor="+str(page.JSON(), "next_cursor"), nil, owner)
		require.Len(t, rest.JSON()["entries"], 1)
		require.Empty(t, str(rest.JSON(), "next_cursor"))

		require.Equal(t, 204, s.Do("DELETE", "/api/v1/members/"+id, nil, owner).Status)
		require.Equal(t, 409, s.Do("POST", "/api/v1/members/"+id+"/purchases", `{"amount": 1}`, staff, apitest.NewKey()).Status)
		left := s.Do("GET", "/api/v1/members/"+id, nil, owner)
		require.Equal(t, true, left.JSON()["erased"])
		require.Empty(t, str(left.JSON(), "name"))
	})
}

func TestEditsNeedTheRevisionThatWasSeen(t *testing.T) {
	each(t, func(t *testing.T, s *apitest.Server) {
		owner := s.As(apitest.Owner)
		m := s.Enrol("Ada")
		path := "/api/v1/members/" + string(m.ID)
		tag := s.Do("GET", path, nil, owner).Header.Get("ETag")
		changed := s.Do("PATCH", path, `{"name":"Ada L"}`, owner, apitest.Header{Name: "If-Match", Value: tag})
		require.Equal(t, 200, changed.Status, string(changed.Body))
		require.NotEqual(t, tag, changed.Header.Get("ETag"))
		late := s.Do("PATCH", path, `{"name":"Eve"}`, owner, apitest.Header{Name: "If-Match", Value: tag})
		require.Equal(t, 409, late.Status)
		require.Equal(t, 422, s.Do("PATCH", path, `{"name":"Eve"}`, owner, apitest.Header{Name: "If-Match", Value: "yesterday"}).Status)
		require.Equal(t, "Ada L", str(s.Do("GET", path, nil, owner).JSON(), "name"))

		program := s.Do("GET", "/api/v1/programs/demo", nil, owner)
		terms := program.JSON()["terms"].(map[string]any)
		terms["name"] = "New name"
		put := s.Do("PUT", "/api/v1/programs/demo", terms, owner, apitest.Header{Name: "If-Match", Value: program.Header.Get("ETag")})
		require.Equal(t, 200, put.Status, string(put.Body))
		require.EqualValues(t, 2, put.JSON()["version"])
		require.Equal(t, 409, s.Do("PUT", "/api/v1/programs/demo", terms, owner, apitest.Header{Name: "If-Match", Value: program.Header.Get("ETag")}).Status)
		rule := terms["rules"].([]any)[0].(map[string]any)
		rule["give"] = 0
		bad := s.Do("PUT", "/api/v1/programs/demo", terms, owner)
		require.Equal(t, 422, bad.Status)
		require.Equal(t, "rules[0].give", str(bad.JSON(), "field"))
		rule["give"] = 1
		terms["brand"].(map[string]any)["logo"] = []byte("no picture")
		bad = s.Do("PUT", "/api/v1/programs/demo", terms, owner)
		require.Equal(t, 422, bad.Status, string(bad.Body))
		require.Equal(t, "unreadable_picture", bad.Code())
	})
}

func TestMembersList(t *testing.T) {
	each(t, func(t *testing.T, s *apitest.Server) {
		owner := s.As(apitest.Owner)
		for i := range 7 {
			s.Enrol(fmt.Sprintf("Member %c", 'G'-rune(i)))
		}
		ann, err := s.Wallet.Enrol(t.Context(), wallet.Enrolment{Program: "demo", Name: "Zoë (a+)+$ .*", Email: "zoe@example.com", Source: "api", Key: "z"})
		require.NoError(t, err)
		var names []string
		cursor := ""
		for range 5 {
			got := s.Do("GET", "/api/v1/programs/demo/members?limit=3&cursor="+cursor, nil, owner)
			require.Equal(t, 200, got.Status)
			for _, m := range got.JSON()["members"].([]any) {
				names = append(names, m.(map[string]any)["name"].(string))
			}
			if cursor = str(got.JSON(), "next_cursor"); cursor == "" {
				break
			}
		}
		require.Equal(t, []string{"Member A", "Member B", "Member C", "Member D", "Member E", "Member F", "Member G", "Zoë (a+)+$ .*"}, names)
		for query, want := range map[string]int{"zoe": 1, "ZO%C3%8B": 1, ".*": 0, "(a%2B)%2B$": 0, "member": 7, "nobody": 0, string(ann.Card): 1, "zoe%20(a%2B)%2B$": 1, "ZOE@example.com": 1, "a%2B)": 1, "f": 1} {
			got := s.Do("GET", "/api/v1/programs/demo/members?q="+query, nil, owner)
			require.Len(t, got.JSON()["members"], want, query)
			for _, m := range got.JSON()["members"].([]any) {
				require.Contains(t, m, "tier", "also where nothing was booked yet")
			}
		}
		for _, bad := range []string{"limit=0", "limit=201", "limit=x", "q=" + strings.Repeat("x", 255)} {
			got := s.Do("GET", "/api/v1/programs/demo/members?"+bad, nil, owner)
			require.Equal(t, 422, got.Status, bad)
			require.Equal(t, "application/problem+json", got.Header.Get("Content-Type"))
		}
		for _, path := range []string{"/api/v1/programs/demo/members", "/api/v1/members/" + string(ann.ID) + "/entries"} {
			for _, bad := range []string{"garbage", "%25%25", "-1", "bWVtYmVyIGEAeA", strings.Repeat("x", 5000)} {
				got := s.Do("GET", path+"?cursor="+bad, nil, owner)
				require.Equal(t, 400, got.Status, "%s %s: %s", path, bad, got.Body)
				require.Equal(t, "invalid_cursor", got.Code())
				require.Equal(t, "cursor", str(got.JSON(), "field"))
			}
		}
	})
}

// Who may do what; a program of somebody else does not exist.
func TestRoles(t *testing.T) {
	s := one(t)
	m := s.Enrol("Ada")
	entry := s.Earn(m, 1000)
	id := string(m.ID)
	all := []string{apitest.Owner, apitest.Manager, apitest.Marketer, apitest.Staff}
	for _, tt := range []struct {
		method, path, body string
		allowed            []string
	}{
		{"POST", "/programs/demo/members", `{"name":"A"}`, []string{apitest.Owner, apitest.Manager, apitest.Staff}},
		{"GET", "/programs/demo/members", "", []string{apitest.Owner, apitest.Manager, apitest.Marketer}},
		{"GET", "/members/" + id, "", []string{apitest.Owner, apitest.Manager, apitest.Marketer}},
		{"GET", "/members/" + id + "/entries", "", []string{apitest.Owner, apitest.Manager, apitest.Marketer}},
		{"PATCH", "/members/" + id, `{"name":"B"}`, []string{apitest.Owner, apitest.Manager, apitest.Staff}},
		{"POST", "/programs/demo/scans", `{"code":"` + string(m.Card) + `"}`, []string{apitest.Owner, apitest.Manager, apitest.Staff}},
		{"POST", "/members/" + id + "/purchases", `{"amount":100}`, []string{apitest.Owner, apitest.Manager, apitest.Staff}},
		{"POST", "/members/" + id + "/purchases", `{"amount":100,"at":"` + time.Now().UTC().Format(time.RFC3339) + `"}`, []string{apitest.Owner, apitest.Manager}},
		{"POST", "/members/" + id + "/purchases", `{"amount":100,"location":"Elsewhere"}`, []string{apitest.Owner, apitest.Manager}},
		{"POST", "/members/" + id + "/redemptions", `{"reward":"none"}`, []string{apitest.Owner, apitest.Manager, apitest.Staff}},
		{"POST", "/members/" + id + "/adjustments", `{"unit":"points","delta":1,"reason":"x"}`, []string{apitest.Owner, apitest.Manager}},
		{"POST", "/entries/none/reversals", `{"reason":"x"}`, []string{apitest.Owner, apitest.Manager, apitest.Staff}},
		{"GET", "/programs/demo", "", all},
		{"PUT", "/programs/demo", `{}`, []string{apitest.Owner, apitest.Manager}},
		{"DELETE", "/members/none", "", []string{apitest.Owner, apitest.Manager}},
	} {
		var body any
		if tt.body != "" {
			body = tt.body
		}
		for _, who := range all {
			got := s.Do(tt.method, "/api/v1"+tt.path, body, s.As(who), apitest.NewKey())
			if contains(tt.allowed, who) {
				require.NotEqual(t, 403, got.Status, "%s %s %s", who, tt.method, tt.path)
				continue
			}
			require.Equal(t, 403, got.Status, "%s %s %s: %s", who, tt.method, tt.path, got.Body)
		}
		before := len(s.Entries(m))
		stranger := s.Do(tt.method, "/api/v1"+tt.path, body, s.As(apitest.OtherOwner), apitest.NewKey())
		if tt.body != "{}" {
			require.Equal(t, 404, stranger.Status, "%s %s: %s", tt.method, tt.path, stranger.Body)
		}
		require.Len(t, s.Entries(m), before)
		require.Equal(t, 401, s.Do(tt.method, "/api/v1"+tt.path, body, apitest.NewKey()).Status, "%s %s", tt.method, tt.path)
	}
	stranger := s.Do("POST", "/api/v1/entries/"+string(entry.ID)+"/reversals", `{"reason":"x"}`, s.As(apitest.OtherOwner), apitest.NewKey())
	require.Equal(t, 404, stranger.Status)
	terms, err := json.Marshal(apitest.Terms())
	require.NoError(t, err)
	require.Equal(t, 404, s.Do("PUT", "/api/v1/programs/demo", terms, s.As(apitest.OtherOwner)).Status)
}

func contains(all []string, s string) bool {
	for _, a := range all {
		if a == s {
			return true
		}
	}
	return false
}

func TestOpenAPIAndItsPage(t *testing.T) {
	s := one(t)
	got := s.Do("GET", "/api/openapi.json", nil)
	require.Equal(t, 200, got.Status)
	doc := got.JSON()
	require.True(t, strings.HasPrefix(str(doc, "openapi"), "3.1"))
	var refs func(v any)
	refs = func(v any) {
		switch v := v.(type) {
		case map[string]any:
			if ref, ok := v["$ref"].(string); ok {
				at := any(doc)
				for _, part := range strings.Split(strings.TrimPrefix(ref, "#/"), "/") {
					at, ok = at.(map[string]any)[part]
					require.True(t, ok, "%s leads nowhere", ref)
				}
			}
			for _, part := range v {
				refs(part)
			}
		case []any:
			for _, part := range v {
				refs(part)
			}
		}
	}
	refs(doc)
	ids := map[string]bool{}
	for path, item := range doc["paths"].(map[string]any) {
		for method, o := range item.(map[string]any) {
			id := str(o.(map[string]any), "operationId")
			require.NotEmpty(t, id)
			require.False(t, ids[id], id)
			ids[id] = true
			require.NotEmpty(t, o.(map[string]any)["responses"], "%s %s", method, path)
		}
	}
	require.Greater(t, len(ids), 15)
	page := s.Do("GET", "/api/docs", nil)
	require.Equal(t, 200, page.Status)
	require.Contains(t, page.Header.Get("Content-Type"), "text/html")
	require.NotContains(t, string(page.Body), "://", "nothing from another host")
	require.NotContains(t, string(page.Body), "<script")
	for id := range ids {
		require.Contains(t, string(page.Body), `id="`+id+`"`)
	}
	for _, m := range regexp.MustCompile(`href="#([^"]+)"`).FindAllStringSubmatch(string(page.Body), -1) {
		require.Contains(t, string(page.Body), `id="`+m[1]+`"`, "a link that leads nowhere")
	}
	require.NotRegexp(t, "InBody|OutBody", string(page.Body), "names that mean nothing to a reader")
	_, style, _ := strings.Cut(string(page.Body), `rel="stylesheet" href="`)
	style, _, _ = strings.Cut(style, `"`)
	require.Equal(t, 200, s.Do("GET", style, nil).Status)
}

// What a caller has to know stands with each operation: who may, what to send,
// what comes back.
func TestDocumentSaysWhatToSend(t *testing.T) {
	s := one(t)
	doc, page := s.Do("GET", "/api/openapi.json", nil).JSON(), string(s.Do("GET", "/api/docs", nil).Body)
	section := func(id string) string {
		_, rest, found := strings.Cut(page, `<section id="`+id+`">`)
		require.True(t, found, id)
		text, _, _ := strings.Cut(rest, "</section>")
		return text
	}
	for _, tt := range []struct {
		id    string
		keyed bool
		roles string
		says  []string
	}{
		{"login", false, "anybody", []string{"Body", "password", "Answer 200", "access_token"}},
		{"enrol", true, "owner, manager, staff", []string{"<code>name</code> (string, required)", "list of", "#shape-Choice", "Answer 201", "#shape-Member"}},
		{"list-members", false, "owner, manager, marketer", []string{"cursor", "next_cursor", "#shape-Member"}},
		{"get-member", false, "owner, manager, marketer", []string{"#shape-Member"}},
		{"amend-member", false, "owner, manager, marketer, staff", []string{"birthday", "If-Match"}},
		{"erase-member", false, "owner, manager", []string{"Answer 204", "Nothing"}},
		{"scan", false, "owner, manager, staff", []string{"<code>code</code> (string, required)", "#shape-Scan"}},
		{"purchase", true, "owner, manager, staff", []string{"<code>amount</code> (integer, required)", "#shape-Item", "#shape-Entry"}},
		{"redemption", true, "owner, manager, staff", []string{"reward", "#shape-Entry"}},
		{"adjustment", true, "owner, manager, staff", []string{"delta", "#shape-Adjusted"}},
		{"grant-approval", false, "owner, manager", []string{"#shape-Approval"}},
		{"reversal", true, "owner, manager, staff", []string{"reason", "within a day"}},
		{"publish-program", false, "owner, manager", []string{"#shape-Terms", "#shape-Program"}},
	} {
		text := section(tt.id)
		require.Contains(t, text, "For: "+tt.roles+".", tt.id)
		for _, want := range tt.says {
			require.Contains(t, text, want, tt.id)
		}
		require.Equal(t, tt.keyed, strings.Contains(text, "<code>Idempotency-Key</code> (header, required)"), tt.id)
	}
	require.Contains(t, section("shape-Problem"), "<code>field</code> (string)")
	require.Contains(t, section("shape-Entry"), "<code>tier</code> (string, required)")
	for _, item := range doc["paths"].(map[string]any) {
		for _, o := range item.(map[string]any) {
			parameters, _ := o.(map[string]any)["parameters"].([]any)
			for _, p := range parameters {
				if p := p.(map[string]any); p["name"] == "Idempotency-Key" {
					require.Equal(t, true, p["required"], o.(map[string]any)["operationId"])
				}
			}
			if id := str(o.(map[string]any), "operationId"); id != "login" {
				require.NotEmpty(t, o.(map[string]any)["x-roles"], id)
			}
		}
	}
}

func TestFailuresAreProblemsEverywhere(t *testing.T) {
	s := one(t)
	for _, tt := range []struct {
		method, path string
		status       int
	}{
		{"GET", "/api/v1/nothing", 404}, {"GET", "/nothing", 404}, {"DELETE", "/api/v1/programs/demo", 405},
		{"PUT", "/api/v1/auth/login", 405}, {"GET", "/passkit/v1/log", 405}, {"POST", "/healthz", 405},
	} {
		got := s.Do(tt.method, tt.path, nil)
		require.Equal(t, tt.status, got.Status, tt.path)
		require.Equal(t, "application/problem+json", got.Header.Get("Content-Type"), tt.path)
		require.NotEmpty(t, got.Code())
	}
	require.Equal(t, "ready\n", string(s.Do("GET", "/readyz", nil).Body))
	require.Contains(t, string(s.Do("GET", "/metrics", nil).Body), "regulars_http_request_seconds")
	require.NotContains(t, string(s.Do("GET", "/metrics", nil).Body), "/api/v1/nothing", "paths are no labels")
}

// The error of a database is for the log.
func TestDatabaseErrorsAreNotShown(t *testing.T) {
	s := one(t)
	owner := s.As(apitest.Owner)
	require.Equal(t, 200, s.Do("GET", "/api/v1/programs/demo", nil, owner).Status)
	require.NoError(t, s.Stores.DB.Close())
	got := s.Do("POST", "/api/v1/programs/demo/members", `{"name":"Ada Canary"}`, owner, apitest.NewKey())
	require.GreaterOrEqual(t, got.Status, 500)
	require.NotContains(t, strings.ToLower(string(got.Body)), "sql")
	require.NotEmpty(t, str(got.JSON(), "reference"))
	require.Contains(t, s.Log.String(), str(got.JSON(), "reference"))
	require.NotContains(t, s.Log.String(), "Canary")
	require.Equal(t, 503, s.Do("GET", "/readyz", nil).Status)
}

// Staff take back what they or their location booked within a day; owners anything.
func TestReversalsAtTheirOwnLocation(t *testing.T) {
	each(t, func(t *testing.T, s *apitest.Server) {
		m := s.Enrol("Ada")
		book := func(who, location string) string {
			body := map[string]any{"amount": 1000}
			if location != "" {
				body["location"] = location
			}
			e := s.Do("POST", "/api/v1/members/"+string(m.ID)+"/purchases", body, s.As(who), apitest.NewKey())
			require.Equal(t, 201, e.Status, string(e.Body))
			return str(e.JSON(), "id")
		}
		reverse := func(who, entry string) apitest.Reply {
			return s.Do("POST", "/api/v1/entries/"+entry+"/reversals", `{"reason":"wrong amount"}`, s.As(who), apitest.NewKey())
		}
		elsewhere := book(apitest.Owner, "Market")
		refused := reverse(apitest.Staff, elsewhere)
		require.Equal(t, 403, refused.Status)
		require.Equal(t, "reversal_not_yours", refused.Code())
		require.Contains(t, str(refused.JSON(), "detail"), "owner or manager")
		require.Equal(t, 403, reverse(apitest.Marketer, elsewhere).Status)
		require.EqualValues(t, 10, s.Balance(m))
		require.Equal(t, 201, reverse(apitest.Manager, elsewhere).Status)
		require.Equal(t, 201, reverse(apitest.Staff, book(apitest.Owner, "Corner")).Status, "a colleague's")
		require.Equal(t, 201, reverse(apitest.Staff, book(apitest.Staff, "")).Status, "their own")
		require.Zero(t, s.Balance(m))
	})
}

// Lines come back one by one, and the answer says which.
func TestReversalByLine(t *testing.T) {
	s := apitest.Start(t, storetest.SQLite(t), apitest.Options{Idle: true})
	m := s.Enrol("Ada")
	items := []map[string]any{{"name": "Coffee", "quantity": 2, "amount": 700}, {"name": "Cake", "quantity": 1, "amount": 500}}
	bought := s.Do("POST", "/api/v1/members/"+string(m.ID)+"/purchases", map[string]any{"amount": 1200, "items": items}, s.As(apitest.Staff), apitest.Key("k1"))
	require.Equal(t, 201, bought.Status, string(bought.Body))
	back := func(key string, line, quantity int) apitest.Reply {
		return s.Do("POST", "/api/v1/entries/"+str(bought.JSON(), "id")+"/reversals",
			map[string]any{"items": []map[string]any{{"line": line, "quantity": quantity}}, "reason": "returned"}, s.As(apitest.Manager), apitest.Key(key))
	}
	first := back("k2", 0, 1)
	require.Equal(t, 201, first.Status, string(first.Body))
	require.Contains(t, string(first.Body), `"items":[{"line":0,"quantity":1}]`)
	require.Contains(t, string(first.Body), `"amount":350`)
	require.Contains(t, string(back("k3", 0, 2).Body), "more_than_left")
	require.Contains(t, string(back("k4", 2, 1).Body), "unknown_line")
	require.Equal(t, 422, back("k4", 0, 0).Status)
	require.EqualValues(t, 9, s.Balance(m))
}

// Both entries of a move are answered, each with the other.
func TestMoveAnswersWithBothEntries(t *testing.T) {
	s := apitest.Start(t, storetest.SQLite(t), apitest.Options{Idle: true})
	wrong, right := s.Enrol("Ada"), s.Enrol("Bob")
	e := s.Earn(wrong, 1200)
	move := func(email, key string, body map[string]any) apitest.Reply {
		return s.Do("POST", "/api/v1/entries/"+string(e.ID)+"/moves", body, s.As(email), apitest.Key(key))
	}
	body := map[string]any{"member": right.ID, "reason": "wrong card"}
	require.Equal(t, 403, move(apitest.Marketer, "k", body).Status)
	require.Equal(t, 404, move(apitest.OtherOwner, "k", body).Status)
	require.Equal(t, "no_reason", move(apitest.Owner, "k", map[string]any{"member": right.ID, "reason": " "}).Code())
	done := move(apitest.Staff, "k", body)
	require.Equal(t, 201, done.Status, string(done.Body))
	out := done.JSON()
	require.Equal(t, string(right.ID), str(out, "reversal", "moved_to"))
	require.Equal(t, str(out, "reversal", "id"), str(out, "purchase", "moved_from"))
	require.Equal(t, []string{"u-staff", "u-staff", "wrong card"}, []string{str(out, "purchase", "staff"), str(out, "purchase", "by"), str(out, "purchase", "reason")})
	require.Equal(t, done.Body, move(apitest.Staff, "k", body).Body)
	require.EqualValues(t, 12, s.Balance(right))
}
