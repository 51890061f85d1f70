package wallettest_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/stretchr/testify/require"

	"regulars/wallet/wallettest"
)

const (
	offerClass = `{"id":"33.o","issuerName":"a","provider":"b","redemptionChannel":"INSTORE","title":"c","reviewStatus":"UNDER_REVIEW"}`
	offer      = `{"id":"33.o1","classId":"33.o","state":"ACTIVE"}`
	rotating   = `{"rotatingBarcode":{"type":"QR_CODE","valuePattern":"7{totp_value_0}","totpDetails":{"algorithm":"TOTP_SHA1",
		"periodMillis":"3000","parameters":[{"key":"3132333435363738393031323334353637383930","valueLength":8}]}}}`
)

func TestGoogleRefusesOptionsThatItWouldRefuse(t *testing.T) {
	c := openConsole(t, wallettest.GoogleOptions{})
	c.fill()
	for _, tt := range []struct{ path, body string }{{"offerClass", offerClass}, {"offerObject", offer}} {
		status, reason, _ := c.do("POST", tt.path, tt.body)
		require.Equal(t, 200, status, reason)
	}
	status, reason, _ := c.do("PATCH", "loyaltyObject/33.s1", rotating)
	require.Equal(t, 200, status, reason)
	for name, change := range map[string]string{
		"a symbology that can't rotate": strings.Replace(rotating, "QR_CODE", "CODE_128", 1),
		"another algorithm":             strings.Replace(rotating, "TOTP_SHA1", "TOTP_SHA256", 1),
		"no period":                     strings.Replace(rotating, `"3000"`, `"0"`, 1),
		"a key in base 32":              strings.Replace(rotating, "3132", "GEZD", 1),
		"no digits":                     strings.Replace(rotating, `"valueLength":8`, `"valueLength":0`, 1),
		"a code that is not there":      strings.Replace(rotating, "totp_value_0", "totp_value_1", 1),
		"a placeholder of nothing":      strings.Replace(rotating, "totp_value_0", "totp", 1),
		"screenshots perhaps":           `{"passConstraints":{"screenshotEligibility":"MAYBE"}}`,
		"what terminals can't read":     `{"smartTapRedemptionValue":"café"}`,
		"a date that is none":           `{"validTimeInterval":{"end":{"date":"31-12-2027"}}}`,
		"an offer that is not there":    `{"linkedOfferIds":["33.o1","33.o2"]}`,
		"another issuer's offer":        `{"linkedOfferIds":["34.o1"]}`,
		"a link to itself":              `{"linkedObjectIds":["33.s1"]}`,
		"a link to nothing":             `{"linkedObjectIds":["33.s9"]}`,
	} {
		status, _, answer := c.do("PATCH", "loyaltyObject/33.s1", change)
		require.Contains(t, []int{400, 403}, status, "%s: %v", name, answer)
	}
	status, _, _ = c.do("PATCH", "loyaltyClass/33.demo", `{"reviewStatus":"UNDER_REVIEW","enableSmartTap":true}`)
	require.Equal(t, 400, status, "for no issuer's terminals")
	status, _, _ = c.do("PATCH", "loyaltyClass/33.demo", `{"reviewStatus":"UNDER_REVIEW","enableSmartTap":true,"redemptionIssuers":["33"]}`)
	require.Equal(t, 200, status)
}

func TestOffersAreLinkedAndUnlinked(t *testing.T) {
	c := openConsole(t, wallettest.GoogleOptions{})
	c.fill()
	for _, tt := range []struct{ path, body string }{
		{"offerClass", offerClass}, {"offerObject", offer}, {"offerObject", strings.Replace(offer, "33.o1", "33.o2", 1)},
	} {
		status, reason, _ := c.do("POST", tt.path, tt.body)
		require.Equal(t, 200, status, reason)
	}
	linked := func(change string) any {
		_, _, answer := c.do("POST", "loyaltyObject/33.s1/modifyLinkedOfferObjects", `{"linkedOfferObjectIds":`+change+`}`)
		return answer["linkedOfferIds"]
	}
	require.Equal(t, []any{"33.o1", "33.o2"}, linked(`{"addLinkedOfferObjectIds":["33.o1","33.o2"]}`))
	require.Equal(t, []any{"33.o2"}, linked(`{"removeLinkedOfferObjectIds":["33.o1"]}`))
	require.Nil(t, linked(`{"addLinkedOfferObjectIds":["33.o3"]}`), "refused")
	status, _, _ := c.do("POST", "offerObject/33.o1/modifyLinkedOfferObjects", `{}`)
	require.Equal(t, 404, status)
}

// The phone shows the code of the moment: the test vectors of RFC 6238 and of
// Google's guide, by arithmetic that is not the server's.
func TestPhoneShowsTheCodeOfTheMoment(t *testing.T) {
	c := openConsole(t, wallettest.GoogleOptions{})
	c.fill()
	_, reason, _ := c.do("PATCH", "loyaltyObject/33.s1", rotating)
	require.Empty(t, reason)
	phone := wallettest.NewAndroid("Andy", c.GoogleWallet, "")
	_, err := phone.Code("33.s1", time.UnixMilli(59_000))
	require.Error(t, err, "a card that it does not have")
	_, err = phone.Save(c.link("loyaltyObjects", `{"id":"33.s1"}`))
	require.NoError(t, err)
	code, err := phone.Code("33.s1", time.UnixMilli(59_000))
	require.NoError(t, err)
	require.Equal(t, "721578337", code)
	_, reason, _ = c.do("PATCH", "loyaltyObject/33.s1", strings.Replace(rotating, `"3000"`, `"30000"`, 1))
	require.Empty(t, reason)
	code, err = phone.Code("33.s1", time.UnixMilli(59_000))
	require.NoError(t, err)
	require.Equal(t, "794287082", code)
}

func TestKeyOfAChangingBarcodeIsInNoLink(t *testing.T) {
	c := openConsole(t, wallettest.GoogleOptions{})
	c.fill()
	_, err := c.Save(c.link("loyaltyObjects", strings.Replace(object, "33.s1", "33.s2", 1)))
	require.NoError(t, err, "without one a link may carry the object")
	_, err = c.Save(c.link("loyaltyObjects", strings.Replace(object, `"id":"33.s1"`, `"id":"33.s3",`+strings.Trim(rotating, "{}")+"}}", 1)))
	require.ErrorContains(t, err, "key of the changing barcode")
}

// link is a save link that carries what a list has.
func (c *console) link(list, content string) string {
	token, err := jwt.NewWithClaims(jwt.SigningMethodRS256, jwt.MapClaims{
		"iss": c.account.Email, "aud": "google", "typ": "savetowallet", "iat": c.clock.Now().Unix(),
		"payload": map[string]any{list: []any{json.RawMessage(content)}},
	}).SignedString(c.account.Key)
	require.NoError(c.t, err)
	return "https://pay.google.com/gp/v/save/" + token
}
