package wallettest

import (
	"encoding/json"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

var (
	idSuffix  = regexp.MustCompile(`^[A-Za-z0-9._-]+$`)
	hexColour = regexp.MustCompile(`^#([0-9a-fA-F]{3}|[0-9a-fA-F]{6})$`)
)

// decode reads a body strictly: names that the resource does not have and
// values of another type are refused, as Google's front end does.
func decode(k kind, body []byte) (resource, *apiError) {
	if err := decodeStrict(body, k.typed()); err != nil {
		return nil, refusal(http.StatusBadRequest, "badRequest", "Invalid JSON payload received. %v", err)
	}
	r := resource{}
	if err := json.Unmarshal(body, &r); err != nil {
		return nil, refusal(http.StatusBadRequest, "badRequest", "Invalid JSON payload received. %v", err)
	}
	for _, f := range platformFields {
		delete(r, f)
	}
	return r, nil
}

func (g *GoogleWallet) checkID(id string) *apiError {
	issuer, suffix, ok := strings.Cut(id, ".")
	switch {
	case !ok || !idSuffix.MatchString(suffix):
		return refusal(http.StatusBadRequest, "invalidResource", "Invalid resource ID: %s", id)
	case issuer != g.opts.Issuer:
		return refusal(http.StatusForbidden, "permissionDenied", "The service account has no access to issuer %s.", issuer)
	}
	return nil
}

// check refuses a resource that Google would not keep. r is the whole of it,
// after a change was merged.
func check(k kind, r resource) *apiError {
	for _, f := range k.required {
		if v, ok := r[f]; !ok || v == "" {
			return refusal(http.StatusBadRequest, "required", "Missing required field: %s", f)
		}
	}
	if c, ok := r["hexBackgroundColor"].(string); ok && !hexColour.MatchString(c) {
		return refusal(http.StatusBadRequest, "invalid", "Invalid colour: %s", c)
	}
	for f, most := range limits {
		if list, ok := r[f].([]any); ok && len(list) > most {
			return refusal(http.StatusBadRequest, "invalid", "Too many entries in %s: %d of at most %d", f, len(list), most)
		}
	}
	if refused := checkTap(r); refused != nil {
		return refused
	}
	return checkTree("", r)
}

// checkTree checks what depends on a field's place in the resource alone.
func checkTree(path string, v any) *apiError {
	switch v := v.(type) {
	case []any:
		for _, e := range v {
			if err := checkTree(path, e); err != nil {
				return err
			}
		}
	case map[string]any:
		if err := checkParts(path, v); err != nil {
			return err
		}
		for name, e := range v {
			if err := checkTree(strings.TrimPrefix(path+"."+name, "."), e); err != nil {
				return err
			}
		}
	case string:
		return checkEnum(path, v)
	}
	return nil
}

func checkEnum(path, v string) *apiError {
	allowed, ok := enums[path]
	if !ok {
		allowed = enums[path[strings.LastIndexByte(path, '.')+1:]]
	}
	if path == "reviewStatus" {
		return nil // the caller's words are checked before Google's are merged
	}
	if len(allowed) > 0 && !slices.Contains(allowed, v) {
		return refusal(http.StatusBadRequest, "invalid", "Invalid value at '%s': %q", path, v)
	}
	return nil
}

// checkParts checks the parts that come again in many resources.
func checkParts(path string, v map[string]any) *apiError {
	name := path[strings.LastIndexByte(path, '.')+1:]
	switch {
	case name == "balance" && len(v) != 1 && v["micros"] == nil:
		return refusal(http.StatusBadRequest, "invalid", "%s must hold exactly one of string, int, double and money", path)
	case name == "textModulesData" && strings.Contains(text(v["id"]), "."):
		return refusal(http.StatusBadRequest, "invalid", "The id of a text module must not hold dots: %s", v["id"])
	case strings.HasSuffix(strings.ToLower(name), "barcode") && (v["type"] == nil || v["value"] == nil && v["valuePattern"] == nil):
		return refusal(http.StatusBadRequest, "required", "%s needs a type and a value", path)
	case name == "rotatingBarcode":
		return checkRotating(v)
	case name == "start" || name == "end":
		return checkDate(path, v)
	case name == "callbackOptions" && !reachable(text(v["url"])):
		return refusal(http.StatusBadRequest, "invalid", "%s.url must be an https address: %q", path, text(v["url"]))
	}
	if _, described := v["contentDescription"]; described || v["sourceUri"] != nil || v["privateImageId"] != nil {
		return checkImage(path, v)
	}
	return nil
}

// reachable reports whether Google would go to an address. Plain http is taken
// from nearby only, so that a trial without a domain works.
func reachable(address string) bool {
	u, err := url.Parse(address)
	return err == nil && u.Host != "" && (u.Scheme == "https" || u.Scheme == "http" && nearby(u.Hostname()))
}

// checkImage refuses what Google could not fetch.
func checkImage(path string, v map[string]any) *apiError {
	source, _ := v["sourceUri"].(map[string]any)
	if (source != nil) == (v["privateImageId"] != nil) {
		return refusal(http.StatusBadRequest, "invalid", "%s needs exactly one of sourceUri and privateImageId", path)
	}
	if source == nil {
		return nil
	}
	if reachable(text(source["uri"])) {
		return nil
	}
	return refusal(http.StatusBadRequest, "imageNotFound", "Image cannot be loaded at %s: %q", path, text(source["uri"]))
}

// nearby reports whether a host is this machine or on its own network.
func nearby(host string) bool {
	ip := net.ParseIP(host)
	if host == "localhost" || ip.IsLoopback() || ip.IsPrivate() || ip.IsLinkLocalUnicast() {
		return true
	}
	own, _ := net.InterfaceAddrs() // without them it is not nearby
	return slices.ContainsFunc(own, func(a net.Addr) bool {
		n, ok := a.(*net.IPNet)
		return ok && ip != nil && n.IP.Equal(ip)
	})
}

func text(v any) string {
	s, _ := v.(string)
	return s
}
