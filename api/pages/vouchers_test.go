package pages_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"regulars/api/apitest"
	"regulars/models"
	"regulars/models/store/storetest"
	"regulars/passes/barcode"
	"regulars/wallet"
)

// Vouchers are made once for a form that is sent twice, printed with their codes,
// and cancelled all at once.
func TestVouchersAreMadePrintedAndCancelled(t *testing.T) {
	s := apitest.Start(t, storetest.SQLite(t), apitest.Options{Idle: true})
	b := open(s)
	b.login(apitest.Marketer)
	list := b.get("/console/vouchers")
	require.Equal(t, 200, list.Status, string(list.Body))
	form := url.Values{"key": {field(t, list, "key")}, "reward": {"coffee"}, "count": {"30"}, "until": {"2099-12-31"}, "reason": {"Opening"}}
	made := b.send("POST", "/console/vouchers", form)
	require.Equal(t, 303, made.Status, string(made.Body))
	at := made.Header.Get("Location")
	require.Equal(t, at, b.send("POST", "/console/vouchers", form).Header.Get("Location"), "a double click is one batch")

	sheet := string(b.get(at).Body)
	require.Equal(t, 30, strings.Count(sheet, `<p class="code">8`))
	require.Contains(t, sheet, "31 December 2099")
	codes := string(b.get(at + "/codes.csv").Body)
	require.Equal(t, 31, strings.Count(codes, "\n"))
	require.Contains(t, codes, ",Coffee,2099-12-31,good\n")
	require.Contains(t, string(b.get("/console/vouchers").Body), at)

	cancel := url.Values{"key": {"k"}, "reason": {" "}}
	require.Equal(t, 422, b.send("POST", at+"/cancellations", cancel).Status)
	cancel.Set("reason", "a leak")
	for range 2 {
		require.Equal(t, 303, b.send("POST", at+"/cancellations", cancel).Status)
	}
	sheet = string(b.get(at).Body)
	require.Equal(t, 30, strings.Count(sheet, `class="gone"`))
	require.NotContains(t, sheet, "/cancellations")

	form.Set("count", "5001")
	form.Set("key", "another")
	wrong := b.send("POST", "/console/vouchers", form)
	require.Equal(t, 422, wrong.Status)
	require.Contains(t, string(wrong.Body), "Make 1 to 5000 vouchers at once.")
	require.Equal(t, 404, b.get("/console/vouchers/none").Status)
	for email, want := range map[string]int{apitest.Staff: 403, apitest.OtherOwner: 404} {
		other := open(s)
		other.login(email)
		require.Equal(t, want, other.get(at).Status, email)
		require.Equal(t, want, other.get(at+"/codes.csv").Status, email)
		require.Equal(t, want, other.send("POST", at+"/cancellations", cancel).Status, email)
	}
}

// A member's page puts each voucher into the phone, and all with the card at once
// where phones take that.
func TestVouchersGoIntoThePhoneFromTheMembersPage(t *testing.T) {
	s := apitest.Start(t, storetest.SQLite(t), apitest.Options{Idle: true})
	m := s.Enrol("Ada")
	page := func(agent string) string {
		got := s.Do("GET", "/m/"+m.Page, nil, apitest.Header{Name: "User-Agent", Value: agent})
		require.Equal(t, 200, got.Status)
		return string(got.Body)
	}
	const iPhone, android = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X)", "Mozilla/5.0 (Linux; Android 15)"
	require.NotContains(t, page(iPhone), ".pkpasses", "there is the card alone")
	all, err := s.Wallet.IssueVouchers(t.Context(), wallet.Issue{Program: "demo", Reward: "coffee", Member: m.ID, Key: "k"})
	require.NoError(t, err)
	require.Contains(t, page(iPhone), s.Wallet.VoucherURL(&all[0]))
	require.Contains(t, page(iPhone), s.Wallet.AllURL(m))
	require.NotContains(t, page(android), ".pkpasses")

	got := s.Do("GET", "/api/v1/programs/demo/vouchers?member="+string(m.ID), nil, s.As(apitest.Owner)).JSON()
	require.Equal(t, s.Wallet.VoucherURL(&all[0]), got["vouchers"].([]any)[0].(map[string]any)["apple_url"])
}

// On the paper stands the way into an iPhone too, after the voucher's own code: it
// holds nothing but a link, which says no code, and leads to the pass of that voucher.
// What is good no more has none.
func TestPrintedVoucherLeadsIntoAWallet(t *testing.T) {
	s := apitest.Start(t, storetest.SQLite(t), apitest.Options{Idle: true})
	all, err := s.Wallet.IssueVouchers(t.Context(), wallet.Issue{Program: "demo", Reward: "coffee", Count: 2, Key: "k"})
	require.NoError(t, err)
	drawn := func(text string) string {
		code, err := barcode.Encode(models.QR, text)
		require.NoError(t, err)
		return code.SVG()
	}
	b := open(s)
	b.login(apitest.Marketer)
	at := "/console/vouchers/" + string(all[0].Batch)
	sheet := string(b.get(at).Body)
	for i := range all {
		link := s.Wallet.VoucherURL(&all[i])
		require.NotContains(t, link, string(all[i].Code))
		own, way := strings.Index(sheet, drawn(string(all[i].Code))), strings.Index(sheet, drawn(link))
		require.Positive(t, own)
		require.Greater(t, way, own)
		pass := s.Do("GET", link[strings.Index(link, "/p/"):], nil)
		require.Equal(t, 200, pass.Status)
		require.Equal(t, "application/vnd.apple.pkpass", pass.Header.Get("Content-Type"))
	}
	require.Equal(t, 303, b.send("POST", at+"/cancellations", url.Values{"key": {"k"}, "reason": {"a leak"}}).Status)
	require.NotContains(t, string(b.get(at).Body), `class="keep"`)
}
