package passes_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"regulars/models"
	"regulars/passes"
	"regulars/passes/apple"
	"regulars/passes/google"
)

// voucher is one with all that there is to say, before any wallet.
type voucher struct {
	p     *models.Program
	v     models.Voucher
	owner models.Member
}

func promised() voucher {
	from, until := time.Date(2027, 2, 1, 0, 0, 0, 0, time.UTC), time.Date(2027, 3, 31, 22, 0, 0, 0, time.UTC)
	p := whole(models.LoyaltyCard).p
	p.Card.Google.Provider, p.Card.Apple.Shared = "The Café", false
	p.Translations = append(p.Translations, models.Translation{Text: "A slice of cake", PL: "Kawałek ciasta"})
	return voucher{p: p, owner: models.Member{ID: "anna", Locale: "en"}, v: models.Voucher{
		ID: "demo/8123456789012341", Program: p.ID, Code: "8123456789012341", Member: "anna", Reason: "Birthday", From: &from, Until: &until,
		Reward: models.Reward{ID: "cake", Name: "A slice of cake", Choose: []string{"Apple", "Cherry"}, By: "Baker Bart"},
	}}
}

// good is when the vouchers of these tests are looked at.
var good = time.Date(2027, 3, 1, 12, 0, 0, 0, time.UTC)

func (v voucher) apple(t *testing.T) given {
	t.Helper()
	d, err := apple.NewDesign(v.p)
	require.NoError(t, err)
	pass, err := d.Coupon(passes.CouponOf(v.p, &v.v, &v.owner, good), apple.Identity{PassTypeID: "pass.x", TeamID: "T", Serial: "s", Token: "0123456789abcdef", WebServiceURL: "https://cards.example/passkit"})
	require.NoError(t, err)
	require.Empty(t, pass.Check(apple.Rules{}))
	return given(document(t, pass))
}

func (v voucher) google(t *testing.T) given {
	t.Helper()
	o := google.Offer{Program: v.p, Voucher: v.v, State: v.v.State(good), ID: "3388.s.v-1", Locale: v.owner.Locale}
	return given{"class": document(t, o.Class("3388", google.ImagesOf(v.p, hosted))), "object": document(t, o.Object("3388"))}
}

// promise is a row: the place of one thing on a coupon and on an offer.
type promise struct {
	name          string
	apple, google place
	without       func(*voucher)
}

const (
	ofTheCard   = "it is of the card"
	ofTheMember = "it asks whose the card is, and not the voucher"
	noNotice    = "no voucher asks for it"
)

// promises are where each thing stands that a voucher may say.
var promises = []promise{
	{"Coupon.Program", nowhere(namesTerms + "; a pass is of no class"), at("object.groupingInfo.groupingId", "demo"), func(v *voucher) { v.p.ID = "other" }},
	{"Coupon.Version", nowhere(namesTerms), nowhere(namesTerms), func(v *voucher) { v.p.Version = 4 }},
	{"Coupon.Code", at("barcodes[0].message", "8123456789012341"), at("object.barcode.value", "8123456789012341"), func(v *voucher) { v.v.Code = "8000000000000000" }},
	{"Coupon.Locale", at("coupon.primaryFields[reward].label", "Voucher"), at("object.textModulesData[reason].header", "What it is for"), func(v *voucher) { v.owner.Locale = "el" }},
	{"Coupon.Reward", at("coupon.primaryFields[reward].value", "A slice of cake"), at("class.localizedTitle.defaultValue.value", "A slice of cake"), func(v *voucher) { v.v.Reward.Name = "Tea" }},
	{"Coupon.Choose", at("coupon.backFields[choose].value", "• Apple\n• Cherry"), at("class.localizedDetails.defaultValue.value", "• Apple\n• Cherry"), func(v *voucher) { v.v.Reward.Choose = nil }},
	{"Coupon.By", at("coupon.backFields[by].value", "Baker Bart"), at("class.localizedDetails.defaultValue.value", "Baker Bart"), func(v *voucher) { v.v.Reward.By = "" }},
	{"Coupon.Reason", at("coupon.backFields[reason].value", "Birthday"), at("object.textModulesData[reason].body", "Birthday"), func(v *voucher) { v.v.Reason = "" }},
	{"Coupon.From", at("coupon.secondaryFields[from].value", "2027-02-01"), at("object.validTimeInterval.start.date", "2027-02-01"), func(v *voucher) { v.v.From = nil }},
	{"Coupon.Until", at("expirationDate", "2027-03-31T22:00:00Z"), at("object.validTimeInterval.end.date", "2027-03-31T23:59:59+02:00"), func(v *voucher) { v.v.Until = nil }},
	{"Coupon.Over", at("coupon.backFields[state].value", "Good once"), at("object.state", "ACTIVE"), func(v *voucher) { v.v.UsedAt = &good }},

	// The owner's choices for cards, as far as they are for vouchers too.
	{"Card.Fields.ID", nowhere(ofTheCard), nowhere(ofTheCard), nil},
	{"Card.Fields.At", nowhere(ofTheCard), nowhere(ofTheCard), nil},
	{"Card.Fields.Label", nowhere(ofTheCard), nowhere(ofTheCard), nil},
	{"Card.Fields.Text", nowhere(ofTheCard), nowhere(ofTheCard), nil},
	{"Card.Fields.Align", nowhere(ofTheCard), nowhere(ofTheCard), nil},
	{"Card.Fallbacks", at("barcodes[1].format", "PKBarcodeFormatAztec"), nowhere(oneCode), nil},
	{"Card.Links.Name", nowhere(ofTheCard), nowhere(ofTheCard), nil},
	{"Card.Links.URL", nowhere(ofTheCard), nowhere(ofTheCard), nil},
	{"Card.Places.At", at("locations[0].latitude", "52.3676"), at("class.merchantLocations[0].latitude", "52.3676"), func(v *voucher) { v.p.Card.Places[0].At = "48.1, 11.5" }},
	{"Card.Places.Text", at("locations[0].relevantText", "Come in"), nowhere("Google words its own notice of a place"), nil},
	{"Card.Near", at("maxDistance", "150"), nowhere("Google decides how near"), nil},
	{"Card.Beacons.At", at("beacons[0].proximityUUID", "E2C56DB5"), nowhere("Google knows no beacons"), func(v *voucher) { v.p.Card.Beacons[0].At = "00000000-DFFB-48D2-B060-D0F5A71096E0" }},
	{"Card.Beacons.Text", at("beacons[0].relevantText", "Hello"), nowhere("Google knows no beacons"), nil},
	{"Card.Expires", nowhere("a voucher has an end of its own"), nowhere("a voucher has an end of its own"), nil},
	{"Card.Apple.Apps", at("associatedStoreIdentifiers", "1234567890"), nowhere(notGoogle), nil},
	{"Card.Apple.Launch", at("appLaunchURL", "cafe://card"), nowhere(notGoogle), nil},
	{"Card.Apple.Shared", at("sharingProhibited", "true"), nowhere(notGoogle), func(v *voucher) { v.p.Card.Apple.Shared = true }},
	{"Card.Apple.NFC", at("nfc.message", "8123456789012341"), nowhere(notGoogle + ": its Google counterpart is SmartTap"), nil},
	{"Card.Apple.SignUp.Ask", nowhere(ofTheMember), nowhere(noForm), nil},
	{"Card.Apple.SignUp.Text", nowhere(ofTheMember), nowhere(noForm), nil},
	{"Card.Apple.SignUp.Terms", nowhere(ofTheMember), nowhere(noForm), nil},
	{"Card.Google.Holders", nowhere(notApple), at("class.multipleDevicesAndHoldersAllowedStatus", "ONE_USER_ONE_DEVICE"), nil},
	{"Card.Google.NoScreenshots", nowhere("no iPhone can forbid them"), at("object.passConstraints.screenshotEligibility", "INELIGIBLE"), nil},
	{"Card.Google.Rotating", nowhere(noNotice), nowhere("its code is good once, and a picture of it no oftener"), nil},
	{"Card.Google.Static", nowhere(noNotice), nowhere("its code is good once"), func(v *voucher) { v.p.Card.Google.Static = models.StaticRefused }},
	{"Card.Google.SmartTap", nowhere(notApple + ": its Apple counterpart is NFC"), at("object.smartTapRedemptionValue", "8123456789012341"), nil},
	{"Card.Google.App", nowhere(notApple), at("class.appLinkData.androidAppLinkInfo.appTarget.packageName", "com.example.cafe"), nil},
	{"Card.Google.Vouchers", nowhere(notApple), nowhere("it says whether there are offers at all"), nil},
	{"Card.Google.Provider", nowhere("an iPhone shows the whole organization"), at("class.provider", "The Café"), nil},
}

func TestBothWalletsSayTheSameOfAVoucher(t *testing.T) {
	var rows []string
	with := promised()
	atApple, atGoogle := with.apple(t), with.google(t)
	for _, row := range promises {
		rows = append(rows, row.name)
		t.Run(row.name, func(t *testing.T) {
			without := promised()
			if row.without != nil {
				row.without(&without)
			} else {
				(&card{p: without.p}).empty(row.name)
			}
			row.apple.shows(t, row.name+" at Apple", atApple, without.apple(t))
			row.google.shows(t, row.name+" at Google", atGoogle, without.google(t))
		})
	}
	closed(t, rows, passes.Coupon{}, models.Card{})
}

// Where the logo spells the name, it stands for it on both phones.
func TestAVouchersWordmark(t *testing.T) {
	v := promised()
	require.NotEmpty(t, v.apple(t).at("logoText"))
	require.Empty(t, v.google(t).at("class.wideTitleImage"))
	v.p.Brand.Logo = painted(300, 100)
	require.Empty(t, v.apple(t).at("logoText"))
	require.Equal(t, "https://cards.example/wide.png", v.google(t).at("class.wideTitleImage.sourceUri.uri"))
}
