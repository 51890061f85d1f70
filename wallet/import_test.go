package wallet_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"regulars/models"
	"regulars/models/store"
	"regulars/models/store/storetest"
	"regulars/wallet"
)

const shop models.ProgramID = "shop"

// newShop returns the wallet over a database with a program that gives 1 point
// for each euro.
func newShop(t *testing.T, db *store.DB) *wallet.Service {
	t.Helper()
	stores, err := store.OpenStores(t.Context(), db)
	require.NoError(t, err)
	settings, err := stores.Settings.Server(t.Context())
	require.NoError(t, err)
	s := wallet.New(stores, settings, "", slog.New(slog.DiscardHandler))
	_, err = s.Publish(t.Context(), shop, shopTerms(), 0, "")
	require.NoError(t, err)
	return s
}

func shopTerms() models.Terms {
	return models.Terms{
		Name: "Shop", Organization: "Shop", Description: "Shop card",
		TimeZone: "Europe/Amsterdam", Currency: "EUR", Country: "NL", Locale: "en",
		Brand:   models.Brand{Background: "#1f4d3f", Foreground: "#ffffff", Label: "#d8e8df"},
		Barcode: models.QR, Rules: []models.Rule{models.SpendRule(1, 100)},
		Rewards: []models.Reward{{ID: "coffee", Name: "Coffee", Unit: models.Points, Cost: 5}},
		Tiers:   []models.Tier{{Name: "Silver", From: 20}},
		Refunds: models.AllowNegative, MaxPurchase: 1_000_000,
	}
}

func purchases(text string) wallet.Import {
	return wallet.Import{
		Program: shop, Kind: wallet.ImportPurchases, Text: strings.NewReader(text),
		Delimiter: wallet.Blanks, Columns: []string{"customer", "date", "items", "amount"}, DateLayout: "YYYYMMDD",
	}
}

func members(text string) wallet.Import {
	return wallet.Import{Program: shop, Kind: wallet.ImportMembers, Text: strings.NewReader(text), Delimiter: ',', Header: true}
}

// bring imports and returns what became of it, and "line: code" of each bad
// line.
func bring(t *testing.T, s *wallet.Service, in wallet.Import) (wallet.ImportReport, []string) {
	t.Helper()
	var bad []string
	in.Bad = func(b wallet.BadLine) { bad = append(bad, fmt.Sprintf("%d: %s", b.Line, b.Why.Code)) }
	in.Workers = 4
	report, err := s.Import(t.Context(), in)
	require.NoError(t, err)
	require.EqualValues(t, len(bad), report.Bad)
	return report, bad
}

// totals returns "customer purchases amount points" of each member.
func totals(t *testing.T, s *wallet.Service) []string {
	t.Helper()
	all, err := s.Totals(t.Context(), shop)
	require.NoError(t, err)
	var out []string
	for _, x := range all {
		out = append(out, fmt.Sprintln(x.Customer, x.Purchases, x.Amount, x.Units[models.Points]))
	}
	return out
}

// faults verifies the books and returns the codes of what is wrong.
func faults(t *testing.T, s *wallet.Service) []string {
	t.Helper()
	var codes []string
	report, err := s.Verify(t.Context(), wallet.Verification{Fault: func(f wallet.Fault) { codes = append(codes, f.Code) }})
	require.NoError(t, err)
	require.EqualValues(t, len(codes), report.Faults)
	return codes
}

const threeLines = " 00001 20210101  1   11.77\n 00002 20210112  1   12.00\n 00002 20210112  5   77.00\n"

func TestImportOfTheSameFileTwiceCountsOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s := newShop(t, db)
		report, bad := bring(t, s, purchases(threeLines))
		require.Empty(t, bad)
		require.EqualValues(t, 2, report.Members)
		require.EqualValues(t, 3, report.Booked)
		require.EqualValues(t, 1177+1200+7700, report.Amount)
		want := totals(t, s)
		require.Equal(t, []string{"00001 1 1177 11\n", "00002 2 8900 89\n"}, want)

		report, bad = bring(t, s, purchases(threeLines))
		require.Empty(t, bad)
		require.EqualValues(t, wallet.ImportReport{Lines: 3, Bytes: int64(len(threeLines)), Known: 3}, report)
		require.Equal(t, want, totals(t, s))
		require.Empty(t, faults(t, s))
	})
}

func TestImportKnowsALineWhereverItStands(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s := newShop(t, db)
		twice := "7 20210101 1 5.00\n7 20210101 1 5.00\n"
		report, _ := bring(t, s, purchases(twice))
		require.EqualValues(t, 2, report.Booked, "equal lines are two purchases")
		report, _ = bring(t, s, purchases("8 20210101 1 1.00\n7 20210101 1 5.00\n7 20200101 1 9.00\n7 20210101 1 5.0\n7 20210101 1 5.00\n"))
		require.EqualValues(t, 2, report.Known)
		require.EqualValues(t, 3, report.Booked, "one before, one between, and a third of the equal ones")
		require.Equal(t, []string{"7 4 2400 24\n", "8 1 100 1\n"}, totals(t, s))
		require.Empty(t, faults(t, s))
	})
}

func TestImportOfAReceiptThatSaysSomethingElseIsRefused(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s := newShop(t, db)
		in := func(text string) wallet.Import {
			in := purchases("customer,receipt,date,amount\n" + text)
			in.Delimiter, in.Header, in.Columns, in.DateLayout = ',', true, nil, ""
			return in
		}
		report, bad := bring(t, s, in("1,r1,2021-01-01,5.00\n1,r1,2021-01-01,5.00\n1,r1,2021-01-01,6.00\n2,r1,2021-01-01,5\n"))
		require.Equal(t, []string{"4: imported_before"}, bad)
		require.EqualValues(t, 2, report.Booked)
		require.EqualValues(t, 1, report.Known)
		_, bad = bring(t, s, in("1,r1,2021-01-02,5.00\n"))
		require.Equal(t, []string{"2: imported_before"}, bad)
	})
}

// cut ends the import from within, after so many bytes of the file.
type cut struct {
	text io.Reader
	left int
	stop context.CancelFunc
}

func (c *cut) Read(p []byte) (int, error) {
	if c.left <= 0 {
		c.stop()
	}
	n, err := c.text.Read(p[:min(len(p), 64)])
	c.left -= n
	return n, err
}

func TestImportCutOffAnywhereGoesOn(t *testing.T) {
	const lines = 400
	var text strings.Builder
	for i := range lines { // longer than what is looked at before the first is booked
		fmt.Fprintf(&text, "c%02d 202101%02d %d %d.%02d%s\n", i%37, i%28+1, i%5, i%90, i%100, strings.Repeat(" ", 500))
	}
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s := newShop(t, db)
		booked := int64(0)
		for _, left := range []int{0, 70_000, 100_000, 130_000, 160_000, 190_000} {
			ctx, stop := context.WithCancel(t.Context())
			in := purchases("")
			in.Text, in.Workers = &cut{text: strings.NewReader(text.String()), left: left, stop: stop}, 1
			report, err := s.Import(ctx, in)
			require.ErrorIs(t, err, context.Canceled)
			booked += report.Booked
			stop()
		}
		require.Positive(t, booked)
		require.Less(t, booked, int64(lines))
		report, bad := bring(t, s, purchases(text.String()))
		require.Empty(t, bad)
		require.EqualValues(t, lines, report.Booked+report.Known)
		require.GreaterOrEqual(t, report.Known, booked, "what was under way at the cut may be booked too")
		cutOff := totals(t, s)
		require.Empty(t, faults(t, s))

		fresh := newShop(t, storetest.SQLite(t))
		bring(t, fresh, purchases(text.String()))
		require.Equal(t, totals(t, fresh), cutOff)
	})
}

func TestTwoImportsOfOneFileAtOnceCountOnce(t *testing.T) {
	var text strings.Builder
	for i := range 200 {
		fmt.Fprintf(&text, "c%d 202101%02d 1 %d.50\n", i%11, i%28+1, i)
	}
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s := newShop(t, db)
		done := make(chan error)
		for range 2 {
			go func() {
				_, err := s.Import(t.Context(), purchases(text.String()))
				done <- err
			}()
		}
		require.NoError(t, errors.Join(<-done, <-done))
		require.Empty(t, faults(t, s))
		all, err := s.Totals(t.Context(), shop)
		require.NoError(t, err)
		var n int64
		for _, x := range all {
			n += x.Purchases
		}
		require.Len(t, all, 11)
		require.EqualValues(t, 200, n)
	})
}

func TestImportReachesListsAndPhones(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s := newShop(t, db)
		bring(t, s, purchases(threeLines))
		for m, err := range s.Stores.Members.All(t.Context(), shop) {
			require.NoError(t, err)
			last, err := s.Stores.Ledger.Last(t.Context(), m.Account)
			require.NoError(t, err)
			require.Equal(t, last.Seq, m.Head.Seq)
			require.Equal(t, last.State, m.Head.State)
			_, err = s.Stores.Refreshes.Of(t.Context(), m.ID)
			require.ErrorIs(t, err, store.ErrNotFound, "there is no pass to refresh")
			issued(t, s.Stores, m.ID)
		}
		bring(t, s, purchases(strings.ReplaceAll(threeLines, "2021", "2022")))
		for m, err := range s.Stores.Members.All(t.Context(), shop) {
			require.NoError(t, err)
			mark, err := s.Stores.Refreshes.Of(t.Context(), m.ID)
			require.NoError(t, err)
			require.Equal(t, models.PriorityImport, mark.Priority)
			require.Equal(t, m.Head.Seq, mark.Awaits)
		}
	})
}

func TestImportMembers(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s := newShop(t, db)
		file := "customer,name,phone,email,birthday,joined,balance\n" +
			"1,Ada,06 12345678,ada@example.com,--12-10,2020-05-01,120\n" +
			"2,=HYPERLINK(0),,,,,0\n" +
			",Dora,,,,,7\n" +
			"1,Ada,,,,,120\n"
		report, bad := bring(t, s, members(file))
		require.Empty(t, bad)
		require.EqualValues(t, 3, report.Members)
		require.EqualValues(t, 2, report.Booked)
		require.EqualValues(t, 127, report.Opened[models.Points])
		require.Equal(t, []string{" 0 0 7\n", "1 0 0 120\n", "2 0 0 0\n"}, totals(t, s))
		two, err := s.Stores.Members.ByContact(t.Context(), shop, store.ByCustomer, "2")
		require.NoError(t, err)
		require.Equal(t, "=HYPERLINK(0)", two.Name)
		ada, err := s.Stores.Members.ByContact(t.Context(), shop, store.ByPhone, "+31612345678")
		require.NoError(t, err)
		require.Equal(t, "2020-04-30T22:00:00Z", ada.JoinedAt.Format(time.RFC3339))
		require.Empty(t, ada.Consents, "nobody agreed to anything by being imported")

		again, _ := bring(t, s, members(file))
		require.EqualValues(t, 0, again.Members+again.Booked)
		require.EqualValues(t, 4, again.Existing)
		_, bad = bring(t, s, members("customer,name,phone\n3,Cleo,+31 6 12345678\n4,Dan,\n")) // Ada's phone
		require.Equal(t, []string{"2: already_member"}, bad)
		_, bad = bring(t, s, members("customer,name,balance\n1,Ada,121\n"))
		require.Equal(t, []string{"2: imported_before"}, bad)
		require.Empty(t, faults(t, s))
	})
}

func TestImportOfMembersFillsInWhatPurchasesLacked(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s := newShop(t, db)
		bring(t, s, purchases(threeLines))
		report, bad := bring(t, s, members("customer,name,email\n00001,Ada,ada@example.com\n00001,Bea,bea@example.com\n"))
		require.Empty(t, bad)
		require.EqualValues(t, 2, report.Existing)
		m, err := s.Stores.Members.ByContact(t.Context(), shop, store.ByCustomer, "00001")
		require.NoError(t, err)
		require.Equal(t, "Ada", m.Name)
		require.Equal(t, "ada@example.com", m.Email)
	})
}

func TestAnErasedPersonIsNotImportedAgain(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s := newShop(t, db)
		bring(t, s, purchases("1 20210101 1 5.00\n"))
		m, err := s.Stores.Members.ByContact(t.Context(), shop, store.ByCustomer, "1")
		require.NoError(t, err)
		require.NoError(t, s.Erase(t.Context(), shop, m.ID))
		for _, dry := range []bool{true, false, true} {
			in := purchases("1 20210101 1 5.00\n1 20210102 1 5.00\n")
			in.DryRun = dry
			_, bad := bring(t, s, in)
			require.Equal(t, []string{"1: erased_member", "2: erased_member"}, bad)
		}
		_, err = s.Stores.Members.ByContact(t.Context(), shop, store.ByCustomer, "1")
		require.Equal(t, models.NotFound, models.KindOf(err))
		require.Empty(t, faults(t, s))
	})
}

func TestADryRunSaysWhatTheImportWouldDoAndWritesNothing(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s := newShop(t, db)
		bring(t, s, purchases("00001 20210101 1 11.77\n"))
		text := threeLines + "00003 20210230 1 1.00\n00003 20210301 1 2.00\n"
		before := totals(t, s)
		dry := purchases(text)
		dry.DryRun = true
		would, bad := bring(t, s, dry)
		require.Equal(t, before, totals(t, s))
		require.Equal(t, []string{"4: invalid_date"}, bad)
		did, bad := bring(t, s, purchases(text))
		require.Equal(t, did, would)
		require.Equal(t, []string{"4: invalid_date"}, bad)
	})
}

func TestImportOfPurchasesByCardAndPhone(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s := newShop(t, db)
		bring(t, s, members("name,phone\nAda,0612345678\n"))
		m, err := s.Stores.Members.ByContact(t.Context(), shop, store.ByPhone, "+31612345678")
		require.NoError(t, err)
		in := purchases("who;phone;Betrag;Tag;Uhr\n" + string(m.Card) + ";;1,50;01.02.2021;\n;'+31612345678;0,50;02.02.2021;\n;0611111111;1;02.02.2021;\n;4.91E+11;1;02.02.2021;\n")
		in.Delimiter, in.Header, in.Columns, in.Decimal, in.DateLayout = ';', true, nil, ',', "DD.MM.YYYY"
		in.Map = map[string]string{"card": "who", "phone": "2", "amount": "betrag", "date": "Tag"}
		_, bad := bring(t, s, in)
		require.ElementsMatch(t, []string{"4: unknown_phone", "5: cut_short"}, bad)
		require.Equal(t, []string{" 2 200 2\n"}, totals(t, s))
	})
}
