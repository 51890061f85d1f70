package google_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"regulars/models"
	"regulars/passes/google"
)

func cake() *google.Offer {
	until := time.Date(2026, 12, 31, 23, 0, 0, 0, time.UTC) // midnight in Amsterdam
	return &google.Offer{
		Program: cafe(), State: models.VoucherGood, Locale: "nl", ID: google.OfferID(google.ObjectID{Issuer: issuer, Serial: "k3Xv_9"}, "0123456789abcdef"),
		Voucher: models.Voucher{
			Program: "demo", Code: "8123456789012341", Until: &until, Reason: "Verjaardag",
			Reward: models.Reward{ID: "cake", Name: "Een stuk taart naar keuze", Choose: []string{"Appel", "Kersen"}, By: "Bakker Bart"},
		},
	}
}

func TestVoucherIsAnOffer(t *testing.T) {
	images := google.Images{Logo: "https://cafe.example/a/logo-1.png", Wide: "https://cafe.example/a/wide-1.png", Hero: "https://cafe.example/a/hero-1.png"}
	golden(t, "offer-class.json", cake().Class(issuer, images))
	golden(t, "offer-object.json", cake().Object(issuer))
	used := cake()
	used.State = models.VoucherUsed
	golden(t, "offer-used.json", used.Object(issuer))
}

func TestOfferIsWhatBecameOfItsVoucher(t *testing.T) {
	for state, want := range map[models.VoucherState]string{
		models.VoucherWaits: "ACTIVE", models.VoucherGood: "ACTIVE", models.VoucherUsed: "COMPLETED",
		models.VoucherCancelled: "INACTIVE", models.VoucherExpired: "EXPIRED",
	} {
		o := cake()
		o.State = state
		object := o.Object(issuer)
		require.Equal(t, want, object.State)
		raw, err := json.Marshal(object)
		require.NoError(t, err)
		require.Equal(t, want == "ACTIVE", strings.Contains(string(raw), "8123456789012341"), "only what is good has a code")
	}
}

func TestTextsOfAnOfferFit(t *testing.T) {
	o := cake()
	o.Program.Organization = "Bakkerij Van der Berg en Zonen"
	o.Voucher.Reward.Name = "Een groot stuk van de taart van de dag met slagroom"
	o.Program.Translations = []models.Translation{{Text: o.Voucher.Reward.Name, EN: "A slice of cake"}}
	c := o.Class(issuer, google.Images{})
	require.Equal(t, "Bakkerij…", c.Provider)
	require.Equal(t, "Een groot stuk van…", c.ShortTitle)
	require.Equal(t, o.Voucher.Reward.Name, c.Title)
	require.Equal(t, "A slice of cake", c.LocalizedShortTitle.TranslatedValues[0].Value)
	o.Program.Card.Google.Provider = "Berg"
	require.Equal(t, "Berg", o.Class(issuer, google.Images{}).Provider)
}

// What was promised stays promised: another promise is another class.
func TestEachPromiseHasAClass(t *testing.T) {
	r := models.Reward{ID: "cake", Name: "Cake", Kind: models.PercentOff, Percent: 10}
	id := google.OfferClassID(issuer, "demo", &r)
	require.Regexp(t, `^3388000000012345678\.demo\.v-cake-[0-9a-f]{10}$`, id)
	r.Stock, r.Expense = 5, 100
	require.Equal(t, id, google.OfferClassID(issuer, "demo", &r), "what is the business's own affair")
	r.Percent = 20
	require.NotEqual(t, id, google.OfferClassID(issuer, "demo", &r))
}
