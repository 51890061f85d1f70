package wallettest

import (
	"bytes"
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
)

const (
	notifications = 3 // notifying messages per pass in notifyWindow; field updates are counted apart
	notifyWindow  = 24 * time.Hour
	pageSize      = 100
)

func (g *GoogleWallet) insert(k kind, body []byte) (resource, error) {
	r, refused := decode(k, body)
	if refused != nil {
		return nil, refused
	}
	r = merge(nil, r)
	id := text(r["id"])
	if refused := g.checkID(id); refused != nil {
		return nil, refused
	}
	if _, exists := g.resources[k.name][id]; exists {
		return nil, refusal(http.StatusConflict, "existingResource", "Existing resource with ID %s", id)
	}
	if refused := g.checkWhole(k, nil, r); refused != nil {
		return nil, refused
	}
	return g.store(k, id, r), nil
}

// change is PATCH, which merges, and PUT, which replaces.
func (g *GoogleWallet) change(k kind, c call) (resource, error) {
	old, err := g.find(k, c.id)
	if err != nil {
		return nil, err
	}
	said, refused := decode(k, c.body)
	if refused != nil {
		return nil, refused
	}
	r := merge(nil, said)
	if c.method == "patch" {
		r = merge(old, said)
	}
	if id, ok := said["id"]; ok && id != c.id {
		return nil, refusal(http.StatusBadRequest, "invalidResource", "The resource ID can't change.")
	}
	r["id"] = c.id
	if k.reviewed && said["reviewStatus"] == nil {
		delete(r, "reviewStatus") // each change is reviewed anew, and has to say so
	}
	if refused := g.checkWhole(k, old, r); refused != nil {
		return nil, refused
	}
	if r["notifyPreference"] == "NOTIFY_ON_UPDATE" && notifies(k, old, r) {
		if refused := g.notify("update", c.id); refused != nil {
			return nil, refused
		}
	}
	for _, f := range []string{"hasUsers"} {
		if v, ok := old[f]; ok {
			r[f] = v
		}
	}
	return g.store(k, c.id, r), nil
}

// checkWhole checks r, which is to replace old; old is nil for an insert.
func (g *GoogleWallet) checkWhole(k kind, old, r resource) *apiError {
	if k.reviewed {
		status := text(r["reviewStatus"])
		switch {
		case r["reviewStatus"] != nil && !slices.Contains(enums["reviewStatus"], status):
			return refusal(http.StatusBadRequest, "invalid", "Invalid review status %s. Set it to DRAFT or UNDER_REVIEW.", status)
		case status == "DRAFT" && old != nil && old["reviewStatus"] != "DRAFT":
			return refusal(http.StatusBadRequest, "invalid", "A class that left DRAFT can't go back.")
		}
	}
	if refused := check(k, r); refused != nil {
		return refused
	}
	if k.class == "" {
		return nil
	}
	class, ok := g.resources[k.class][text(r["classId"])]
	switch {
	case !ok:
		return refusal(http.StatusNotFound, "classNotFound", "IssuerClassNotFound: %s", text(r["classId"]))
	case class["reviewStatus"] == "DRAFT":
		return refusal(http.StatusBadRequest, "invalid", "The class %s is a draft.", text(r["classId"]))
	case old != nil && old["classId"] != r["classId"]:
		return refusal(http.StatusBadRequest, "invalid", "The class of an object can't change.")
	}
	return g.checkLinks(r)
}

// store keeps r and returns a copy of it, as answered. What was sent for
// review is approved at once, as it is in practice.
func (g *GoogleWallet) store(k kind, id string, r resource) resource {
	delete(r, "notifyPreference")
	if r["reviewStatus"] == "UNDER_REVIEW" {
		r["reviewStatus"] = "APPROVED"
	}
	if g.resources[k.name] == nil {
		g.resources[k.name] = map[string]resource{}
	}
	g.resources[k.name][id] = r
	g.tell(k, id)
	return merge(nil, r)
}

func (g *GoogleWallet) find(k kind, id string) (resource, error) {
	if refused := g.checkID(id); refused != nil {
		return nil, refused
	}
	r, ok := g.resources[k.name][id]
	if !ok {
		reason := "resourceNotFound"
		if k.class == "" {
			reason = "classNotFound"
		}
		return nil, refusal(http.StatusNotFound, reason, "Resource not found for ID: %s", id)
	}
	return merge(nil, r), nil
}

func (g *GoogleWallet) list(k kind, q url.Values) (any, error) {
	field, want := "classId", q.Get("classId")
	if k.class == "" {
		field, want = "issuerId", q.Get("issuerId")
	}
	if want == "" {
		return nil, refusal(http.StatusBadRequest, "required", "Missing required parameter: %s", field)
	}
	most := pageSize
	if n, err := strconv.Atoi(q.Get("maxResults")); err == nil && n > 0 {
		most = min(n, pageSize)
	}
	page, next := []resource{}, ""
	for _, id := range slices.Sorted(maps.Keys(g.resources[k.name])) {
		r := g.resources[k.name][id]
		mine := field == "classId" && r["classId"] == want || field == "issuerId" && strings.HasPrefix(id, want+".")
		if !mine || id <= q.Get("token") {
			continue
		}
		if len(page) == most {
			next = text(page[most-1]["id"])
			break
		}
		page = append(page, merge(nil, r))
	}
	pagination := map[string]any{"kind": "walletobjects#pagination", "resultsPerPage": most}
	if next != "" {
		pagination["nextPageToken"] = next
	}
	return map[string]any{"resources": page, "pagination": pagination}, nil
}

func (g *GoogleWallet) addMessage(k kind, c call) (any, error) {
	r, err := g.find(k, c.id)
	if err != nil {
		return nil, err
	}
	var body struct {
		Message map[string]any `json:"message"`
	}
	if err := decodeStrict(c.body, &body); err != nil || len(body.Message) == 0 {
		return nil, refusal(http.StatusBadRequest, "badRequest", "Invalid JSON payload received.")
	}
	if refused := checkTree("message", body.Message); refused != nil {
		return nil, refused
	}
	if body.Message["messageType"] == "TEXT_AND_NOTIFY" {
		if refused := g.notify("message", c.id); refused != nil {
			return nil, refused
		}
	}
	list, _ := r["messages"].([]any)
	r["messages"] = append(list, body.Message)
	if refused := check(k, r); refused != nil {
		return nil, refused
	}
	return map[string]any{"resource": g.store(k, c.id, r)}, nil
}

// notify counts a notification of a pass's holders against its quota.
func (g *GoogleWallet) notify(quota, id string) *apiError {
	key, now := quota+" "+id, g.opts.Now()
	recent := slices.DeleteFunc(g.notified[key], func(t time.Time) bool { return now.Sub(t) >= notifyWindow })
	if len(recent) >= notifications {
		g.notified[key] = recent
		return refusal(http.StatusForbidden, "quotaExceeded", "QuotaExceededException: %d notifications in 24 hours for %s.", notifications, id)
	}
	g.notified[key] = append(recent, now)
	return nil
}

// notifies reports whether one of the fields changed that may notify.
func notifies(k kind, old, r resource) bool {
	return slices.ContainsFunc(k.notify, func(path string) bool { return !reflect.DeepEqual(at(old, path), at(r, path)) })
}

// at returns the value at a dotted path, nil when there is none.
func at(v any, path string) any {
	for name := range strings.SplitSeq(path, ".") {
		m, _ := v.(map[string]any)
		v = m[name]
	}
	return v
}

// merge returns old with change merged into it, sharing nothing with either:
// null takes a field away, objects merge, lists are replaced whole.
func merge(old, change map[string]any) map[string]any {
	r := map[string]any{}
	for name, v := range old {
		r[name] = clone(v)
	}
	for name, v := range change {
		switch v := v.(type) {
		case nil:
			delete(r, name)
		case map[string]any:
			before, _ := r[name].(map[string]any)
			r[name] = merge(before, v)
		default:
			r[name] = clone(v)
		}
	}
	return r
}

func clone(v any) any {
	switch v.(type) {
	case map[string]any, []any:
		b, err := json.Marshal(v)
		if err != nil {
			panic(err) // it came from JSON
		}
		d := json.NewDecoder(bytes.NewReader(b))
		var c any
		if err := d.Decode(&c); err != nil {
			panic(err)
		}
		return c
	}
	return v
}
