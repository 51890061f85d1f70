package apple

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"regulars/models"
	"regulars/passes"
	"regulars/templates"
)

// freeCoffee is a voucher of the café, good until the night after 31 December in
// Amsterdam.
func freeCoffee() models.Voucher {
	from := time.Date(2026, 11, 30, 23, 0, 0, 0, time.UTC)
	until := time.Date(2026, 12, 31, 23, 0, 0, 0, time.UTC)
	return models.Voucher{
		ID: "demo/8123456789012345", Program: "demo", Code: "8123456789012345", Reward: models.Reward{ID: "coffee", Name: "Free coffee"},
		Reason: "Happy birthday", From: &from, Until: &until,
	}
}

// coupons are vouchers of each kind by the golden file that holds their pass.
func coupons() map[string]passes.Coupon {
	p := cafe()
	of := func(change func(*models.Voucher), owner *models.Member, at time.Time) passes.Coupon {
		v := freeCoffee()
		change(&v)
		return passes.CouponOf(p, &v, owner, at)
	}
	used := func(v *models.Voucher) { v.UsedAt = &noon }
	erased := &models.Member{ErasedAt: &noon}
	return map[string]passes.Coupon{
		"coupon.json":           of(func(*models.Voucher) {}, nil, noon),
		"coupon-plain.json":     of(func(v *models.Voucher) { v.From, v.Until, v.Reason = nil, nil, "" }, &models.Member{Locale: "pl"}, noon),
		"coupon-used.json":      of(used, &models.Member{Locale: "nl"}, noon),
		"coupon-cancelled.json": of(func(v *models.Voucher) { v.CancelledAt = &noon }, nil, noon),
		"coupon-expired.json":   of(func(*models.Voucher) {}, nil, noon.AddDate(1, 0, 0)),
		"coupon-erased.json":    of(func(*models.Voucher) {}, erased, noon),
	}
}

func couponPass(t *testing.T, c passes.Coupon, id Identity) Pass {
	t.Helper()
	d, err := designOnce()
	require.NoError(t, err)
	again, err := passes.DecodeCoupon(c.Encode())
	require.NoError(t, err)
	require.Equal(t, c, again)
	pass, err := d.Coupon(again, id)
	require.NoError(t, err)
	sameAsTheLibrary(t, &pass)
	return pass
}

func TestCouponGolden(t *testing.T) {
	for name, c := range coupons() {
		b, err := json.MarshalIndent(couponPass(t, c, Identity{PassTypeID: "pass.example", TeamID: "ABCDE12345", Serial: "serial", Token: "0123456789abcdef", WebServiceURL: "https://cards.example/passkit"}), "", "  ")
		require.NoError(t, err)
		golden(t, name, append(b, '\n'))
	}
}

// Not even advice is to be given on a coupon of ours, in any language or in all; and
// what it says is in that language.
func TestOurCouponsHaveNoFault(t *testing.T) {
	_, c := development(t)
	b, err := NewBuilder(c)
	require.NoError(t, err)
	d, err := designOnce()
	require.NoError(t, err)
	seen := map[string]string{}
	for name, coupon := range coupons() {
		for _, coupon.Locale = range append([]string{""}, templates.Languages...) {
			pass := couponPass(t, coupon, identity(c))
			file, err := b.Build(d, &pass, noon)
			require.NoError(t, err)
			require.Empty(t, Verify(file.Bytes(), c.Roots(), noon), "%s in %s", name, coupon.Locale)
			if name == "coupon-used.json" && coupon.Locale != "" {
				said := pass.Fields.Back[0].Value.(string)
				require.Empty(t, seen[said], "%s and %s say the same", coupon.Locale, seen[said])
				seen[said] = coupon.Locale
				require.NotContains(t, said, "⟦")
			}
		}
	}
}

// The phone itself ends a coupon at the instant when the till would refuse it, and
// shows the last day on which it is good.
func TestCouponEndsWithItsVoucher(t *testing.T) {
	for _, zone := range []string{"Europe/Amsterdam", "America/New_York", "Australia/Lord_Howe"} {
		p := cafe()
		p.TimeZone = zone
		for _, day := range []string{"2026-03-28", "2026-03-29", "2026-10-03", "2026-10-24", "2026-10-25", "2026-11-01", "2026-12-31"} {
			until := p.DayBegins(day, 1)
			v := freeCoffee()
			v.From, v.Until = nil, &until
			d, err := NewDesign(p)
			require.NoError(t, err)
			pass, err := d.Coupon(passes.CouponOf(p, &v, nil, until.Add(-time.Second)), Identity{})
			require.NoError(t, err)
			require.False(t, pass.Voided)
			require.True(t, pass.ExpirationDate.Equal(until))
			shown := pass.Fields.Secondary[0]
			require.Equal(t, "until", shown.Key)
			require.Equal(t, day, shown.Value.(Date).Format(time.DateOnly), "%s, with the offset that the pass carries", zone)
			require.True(t, shown.IgnoresTimeZone)
			over, err := d.Coupon(passes.CouponOf(p, &v, nil, until), Identity{})
			require.NoError(t, err)
			require.True(t, over.Voided)
			require.Empty(t, over.Barcodes)
		}
	}
}

func TestCouponOfSomebodyErasedSaysNothing(t *testing.T) {
	b, err := json.Marshal(couponPass(t, coupons()["coupon-erased.json"], Identity{}))
	require.NoError(t, err)
	require.NotContains(t, string(b), "8123")
	require.NotContains(t, string(b), "birthday")
}

// A card and coupons in one file are each what they are alone, and OpenSSL agrees
// about each signature.
func TestCardAndCouponsInOneFile(t *testing.T) {
	dev, c := development(t)
	b, err := NewBuilder(c)
	require.NoError(t, err)
	d, err := designOnce()
	require.NoError(t, err)
	card, err := d.Card(anna(), identity(c))
	require.NoError(t, err)
	file, err := b.Build(d, &card, noon)
	require.NoError(t, err)
	all := []Bundle{file}
	for n := range MaxPasses - 1 {
		id := identity(c)
		id.Serial += models.Serial(strconv.Itoa(n))
		pass := couponPass(t, coupons()["coupon.json"], id)
		file, err := b.Build(d, &pass, noon)
		require.NoError(t, err)
		all = append(all, file)
	}
	several, err := Several(all)
	require.NoError(t, err)
	verdict := Judge(several.Bytes(), c.Roots(), noon)
	require.Empty(t, verdict.All())
	require.Len(t, verdict.Passes, MaxPasses)
	require.Equal(t, "storeCard", verdict.Passes[0].Summary.Style)
	require.Equal(t, "coupon", verdict.Passes[1].Summary.Style)

	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "wwdr.pem"), dev.WWDR, 0o600))
	for name, pass := range unzip(t, several.Bytes()) {
		inner := unzip(t, pass)
		require.NoError(t, os.WriteFile(filepath.Join(dir, "manifest.json"), inner["manifest.json"], 0o600))
		require.NoError(t, os.WriteFile(filepath.Join(dir, "signature"), inner["signature"], 0o600))
		run := exec.CommandContext(t.Context(), "openssl", "cms", "-verify", "-binary", "-inform", "DER", "-in", "signature",
			"-content", "manifest.json", "-CAfile", "wwdr.pem", "-out", "verified", "-attime", strconv.FormatInt(noon.Unix(), 10))
		run.Dir = dir
		out, err := run.CombinedOutput()
		require.NoError(t, err, "%s: %s", name, out)
	}
	_, err = Several(append(all, file))
	require.ErrorContains(t, err, "phones take 10")
}
