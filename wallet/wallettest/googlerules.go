package wallettest

import (
	"encoding/hex"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// placeholders are what a changing barcode may hold of what changes.
var placeholders = regexp.MustCompile(`\{[^}]*\}`)

// checkRotating checks a barcode that changes by itself.
func checkRotating(v map[string]any) *apiError {
	invalid := func(format string, args ...any) *apiError {
		return refusal(http.StatusBadRequest, "invalid", "rotatingBarcode: "+format, args...)
	}
	pattern := text(v["valuePattern"])
	if v["type"] == nil || pattern == "" {
		return refusal(http.StatusBadRequest, "required", "rotatingBarcode needs a type and a valuePattern")
	}
	totp, _ := v["totpDetails"].(map[string]any)
	parameters, _ := totp["parameters"].([]any)
	if n, err := strconv.ParseInt(text(totp["periodMillis"]), 10, 64); totp != nil && (err != nil || n <= 0) {
		return invalid("periodMillis is a number above zero")
	}
	if totp != nil && (text(totp["algorithm"]) != "TOTP_SHA1" || len(parameters) == 0) {
		return invalid("totpDetails needs the algorithm TOTP_SHA1 and parameters")
	}
	for i, p := range parameters {
		key, err := hex.DecodeString(text(at(p, "key")))
		digits, _ := at(p, "valueLength").(float64)
		if err != nil || len(key) == 0 || digits < 1 || digits > 10 {
			return invalid("parameter %d needs a key in base 16 and a length of 1 to 10", i)
		}
	}
	for _, p := range placeholders.FindAllString(pattern, -1) {
		n, numbered := strings.CutPrefix(strings.Trim(p, "{}"), "totp_value_")
		which, err := strconv.Atoi(n)
		switch {
		case p == "{totp_timestamp_millis}", p == "{totp_timestamp_seconds}":
		case !numbered || err != nil || which < 0 || which >= len(parameters):
			return invalid("there is nothing for %s", p)
		}
	}
	return nil
}

// checkDate checks the start or the end of an interval: ISO 8601, with or without
// an offset.
func checkDate(path string, v map[string]any) *apiError {
	date := text(v["date"])
	for _, form := range []string{time.RFC3339Nano, "2006-01-02T15:04:05", "2006-01-02T15:04", time.DateOnly} {
		if _, err := time.Parse(form, date); err == nil {
			return nil
		}
	}
	return refusal(http.StatusBadRequest, "invalid", "%s.date is no date and time: %q", path, date)
}

// checkTap checks what terminals read: Smart Tap carries nothing but ASCII, and
// goes to redemption issuers alone.
func checkTap(r resource) *apiError {
	value := text(r["smartTapRedemptionValue"])
	if strings.ContainsFunc(value, func(c rune) bool { return c > unicode.MaxASCII }) {
		return refusal(http.StatusBadRequest, "invalid", "smartTapRedemptionValue must be ASCII")
	}
	if on, _ := r["enableSmartTap"].(bool); on && r["redemptionIssuers"] == nil {
		return refusal(http.StatusBadRequest, "required", "A class with Smart Tap needs redemptionIssuers")
	}
	return nil
}

// checkLinks checks what an object is linked to. The caller holds g.mu.
func (g *GoogleWallet) checkLinks(r resource) *apiError {
	offers, _ := r["linkedOfferIds"].([]any)
	for _, id := range offers {
		if refused := g.checkID(text(id)); refused != nil {
			return refused
		}
		if g.resources["offerObject"][text(id)] == nil {
			return refusal(http.StatusBadRequest, "invalid", "There is no offer object %v to link to.", id)
		}
	}
	others, _ := r["linkedObjectIds"].([]any)
	for _, id := range others {
		_, linked := g.object(text(id))
		switch {
		case id == r["id"]:
			return refusal(http.StatusBadRequest, "invalid", "An object can't be linked to itself.")
		case linked == nil:
			return refusal(http.StatusBadRequest, "invalid", "There is no object %v to link to.", id)
		case linked["linkedObjectIds"] != nil:
			return refusal(http.StatusBadRequest, "invalid", "%v is linked to others itself.", id)
		}
	}
	return nil
}

// link is modifyLinkedOfferObjects, which loyalty objects alone have.
func (g *GoogleWallet) link(k kind, c call) (any, error) {
	if k.name != "loyaltyObject" {
		return nil, refusal(http.StatusNotFound, "notFound", "%s has no linked offers.", k.name)
	}
	r, err := g.find(k, c.id)
	if err != nil {
		return nil, err
	}
	var body struct {
		Change struct {
			Add    []string `json:"addLinkedOfferObjectIds"`
			Remove []string `json:"removeLinkedOfferObjectIds"`
		} `json:"linkedOfferObjectIds"`
	}
	if err := decodeStrict(c.body, &body); err != nil {
		return nil, refusal(http.StatusBadRequest, "badRequest", "Invalid JSON payload received.")
	}
	gone := map[any]bool{}
	for _, id := range body.Change.Remove {
		gone[id] = true
	}
	old, _ := r["linkedOfferIds"].([]any)
	var linked []any
	for _, id := range old {
		if !gone[id] {
			linked = append(linked, id)
		}
	}
	for _, id := range body.Change.Add {
		linked = append(linked, id)
	}
	r["linkedOfferIds"] = linked
	if refused := g.checkLinks(r); refused != nil {
		return nil, refused
	}
	return g.store(k, c.id, r), nil
}
