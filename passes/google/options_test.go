package google_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"regulars/models"
	"regulars/passes"
	"regulars/passes/google"
)

// guarded is a program that uses all that Google alone knows.
func guarded() *models.Program {
	p := cafe()
	p.Card.Places = []models.CardPlace{{At: "52.3676, 4.9041"}, {At: "0, 9.45"}} // the second on the equator
	p.Card.Expires = "2027-03-28"                                                // a day of 23 hours
	p.Card.Google = models.GoogleCard{
		Holders: models.OneDevice, NoScreenshots: true, Rotating: true, SmartTap: []string{"20712345"}, App: "com.example.cafe",
	}
	return p
}

func TestCardSaysWhatItsOwnerChoseAtGoogle(t *testing.T) {
	p := guarded()
	images := google.Images{Logo: "https://cafe.example/a/logo-1.png"}
	golden(t, "class-options.json", google.Class(p, issuer, images, ""))

	rotating := func(p *models.Program, s passes.State) any {
		o := google.Object(p, s, google.ObjectID{Issuer: issuer, Serial: "k3Xv_9"}, "")
		google.Rotate(o, p, s, rfcKey)
		return o
	}
	golden(t, "object-options.json", rotating(p, holding(p, models.State{})))
	p.Card.Google.Static = models.StaticRefused
	golden(t, "object-rotating-only.json", rotating(p, holding(p, models.State{})))
	golden(t, "object-rotating-voided.json", rotating(p, passes.State{Program: "demo", Version: 3, Voided: true}))
}

// What a program no longer wants is taken away from the cards that have it.
func TestWhatIsNoLongerChosenIsTakenAway(t *testing.T) {
	p := cafe()
	o := google.Object(p, member(), google.ObjectID{Issuer: issuer, Serial: "s"}, "")
	google.Rotate(o, p, member(), rfcKey)
	raw, err := json.Marshal(o)
	require.NoError(t, err)
	for _, field := range []string{"rotatingBarcode", "passConstraints", "validTimeInterval", "smartTapRedemptionValue"} {
		require.Contains(t, string(raw), `"`+field+`":null`)
	}
	raw, err = json.Marshal(google.Class(p, issuer, google.Images{}, ""))
	require.NoError(t, err)
	for _, field := range []string{`"appLinkData":null`, `"merchantLocations":null`, `"redemptionIssuers":null`, `"enableSmartTap":false`} {
		require.Contains(t, string(raw), field)
	}
}

// A card without a key yet, such as one that is drawn for a preview, has the
// code that does not change.
func TestCardWithoutAKeyDoesNotRotate(t *testing.T) {
	p := guarded()
	p.Card.Google.Static = models.StaticRefused
	o := google.Object(p, member(), google.ObjectID{Issuer: issuer, Serial: "s"}, "")
	google.Rotate(o, p, member(), nil)
	require.Nil(t, o.RotatingBarcode)
	require.Equal(t, "71234567890123456784", o.Barcode.Value)
}

func TestChangingCodeIsDrawnInEitherSymbology(t *testing.T) {
	for _, symbology := range []models.Symbology{models.QR, models.PDF417} {
		p := guarded()
		p.Barcode = symbology
		o := google.Object(p, member(), google.ObjectID{Issuer: issuer, Serial: "s"}, "")
		google.Rotate(o, p, member(), rfcKey)
		require.Equal(t, o.Barcode.Type, o.RotatingBarcode.Type)
		require.Less(t, len(strings.ReplaceAll(o.RotatingBarcode.ValuePattern, "{totp_value_0}", "12345678")), 30, "short enough for any scanner")
	}
}
