package wallet_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"regulars/models"
	"regulars/models/store/storetest"
	"regulars/wallet"
)

func TestBadLinesAreToldByNumberAndReason(t *testing.T) {
	s := newShop(t, storetest.SQLite(t))
	for _, tt := range []struct {
		name, line string
		code       string // empty: the line is good
	}{
		{"amount of zero is a visit", "1,2021-01-01,0.00,", ""},
		{"negative amount", "1,2021-01-01,-1.00,", "negative_amount"},
		{"a tenth of a cent", "1,2021-01-01,1.001,", "too_precise"},
		{"noughts behind the cents", "1,2021-01-01,1.000,", ""},
		{"thousands separator", `1,2021-01-01,"1,000.00",`, "invalid_number"},
		{"currency sign", "1,2021-01-01,€5,", "invalid_number"},
		{"exponent", "1,2021-01-01,1e3,", "invalid_number"},
		{"no amount", "1,2021-01-01,,", "invalid_number"},
		{"a point alone", "1,2021-01-01,.,", "invalid_number"},
		{"more than a purchase may be", "1,2021-01-01,10000.01,", "amount_too_large"},
		{"more than fits a number", "1,2021-01-01,99999999999999999999,", "too_large"},
		{"30 February", "1,2021-02-30,1,", "invalid_date"},
		{"a spreadsheet's day", "1,45231,1,", "invalid_date"},
		{"year 0", "1,0000-01-01,1,", "invalid_date"},
		{"a leap second", "1,2016-12-31T23:59:60,1,", "invalid_date"},
		{"tomorrow", "1," + time.Now().Add(48*time.Hour).Format(time.DateOnly) + ",1,", "in_the_future"},
		{"no customer", ",2021-01-01,1,", "blank"},
		{"customer too long", strings.Repeat("9", 65) + ",2021-01-01,1,", "too_long"},
		{"half an item", "1,2021-01-01,1,0.5", "invalid_number"},
		{"decimal comma makes a cell more", "1,2021-01-01,1,50,2", "cell_count"},
		{"a cell less", "1,2021-01-01", "cell_count"},
		{"empty cells at the end", "1,2021-01-01,1,1,,,", ""},
		{"quoted", `"1","2021-01-01","1.00","1"`, ""},
		{"quote not closed", `"1,2021-01-01,1,1`, "open_quote"},
		{"text behind a quote", `"1"x,2021-01-01,1,1`, "stray_quote"},
		{"NUL", "1\x00,2021-01-01,1,1", "nul"},
		{"another control character", "1\x1b,2021-01-01,1,1", "control_character"},
		{"Latin-1", "caf\xe9,2021-01-01,1,1", "not_utf_8"},
		{"formula is a text", "=cmd|' /C calc'!A0,2021-01-01,1,1", ""},
		{"line of 64 KB", strings.Repeat("9", 70_000) + ",2021-01-01,1,1", "line_too_long"},
		{"CR LF", "1,2021-01-01,1,1\r", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			in := purchases("customer,date,amount,items\n" + tt.line + "\n9,2021-01-01,1,1\n9,2021-01-01,1\n")
			in.Delimiter, in.Header, in.Columns, in.DateLayout, in.DryRun = ',', true, nil, "", true
			want := []string{"4: cell_count"} // the lines behind it are read as they are
			if tt.code != "" {
				want = append([]string{"2: " + tt.code}, want...)
			}
			report, bad := bring(t, s, in)
			require.Equal(t, want, bad)
			require.EqualValues(t, 3, report.Lines)
		})
	}
}

// A quoted cell may run over lines, and a receipt number or a place may not.
func TestReceiptsAndPlacesAreOneLine(t *testing.T) {
	s := newShop(t, storetest.SQLite(t))
	for _, tt := range []struct{ name, line, code string }{
		{"good", `1,2021-01-01,1,R 1/7,Corner Café`, ""},
		{"64 characters", "1,2021-01-01,1," + strings.Repeat("x", 64) + "," + strings.Repeat("y", 64), ""},
		{"long receipt", "1,2021-01-01,1," + strings.Repeat("x", 65) + ",", "too_long"},
		{"long location", "1,2021-01-01,1,," + strings.Repeat("x", 65), "too_long"},
		{"line break in a receipt", "1,2021-01-01,1,\"R1\nR2\",", "control_character"},
		{"tab in a receipt", "1,2021-01-01,1,R\t1,", "control_character"},
		{"line break in a location", "1,2021-01-01,1,,\"Corner\nShop\"", "control_character"},
		{"Unicode's line break", "1,2021-01-01,1,,Corner\u2028Shop", "control_character"},
		{"a control character of Latin-1", "1,2021-01-01,1,R\u00851,", "control_character"},
		{"line break in a customer number", "\"1\n2\",2021-01-01,1,,", "control_character"},
		{"another control character", "1,2021-01-01,1,R\x1b1,", "control_character"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			in := purchases("customer,date,amount,receipt,location\n" + tt.line + "\n")
			in.Delimiter, in.Header, in.Columns, in.DateLayout, in.DryRun = ',', true, nil, "", true
			report, bad := bring(t, s, in)
			require.EqualValues(t, 1, report.Lines)
			if tt.code == "" {
				require.Empty(t, bad)
			} else {
				require.Equal(t, []string{"2: " + tt.code}, bad)
			}
		})
	}
}

func TestBadMembersAreToldByNumberAndReason(t *testing.T) {
	s := newShop(t, storetest.SQLite(t))
	for _, tt := range []struct{ name, line, code string }{
		{"good", "1,Ada,0612345678,a@example.com,--02-29,nl-NL,10", ""},
		{"no name", "1,,,,,,", "blank"},
		{"name of 65 letters", "1," + strings.Repeat("x", 65) + ",,,,,", "too_long"},
		{"no phone number", "1,Ada,12,,,,", "invalid_phone"},
		{"phone cut short by a spreadsheet", "1,Ada,4.91E+11,,,,", "cut_short"},
		{"no e-mail address", "1,Ada,,ada@,,,", "invalid_email"},
		{"30 February", "1,Ada,,,1990-02-30,,", "invalid_birthday"},
		{"a language that is none", "1,Ada,,,,<b>,", "invalid_locale"},
		{"negative balance", "1,Ada,,,,,-1", "negative_balance"},
		{"half a point", "1,Ada,,,,,1.5", "too_precise"},
		{"more points than a card can hold", "1,Ada,,,,,1000000000001", "balance_cap"},
		{"name over two lines", "1,\"Ada\nKing\",,,,,", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			in := members("customer,name,phone,email,birthday,locale,balance\n" + tt.line + "\n")
			in.DryRun = true
			_, bad := bring(t, s, in)
			if tt.code == "" {
				require.Empty(t, bad)
			} else {
				require.Equal(t, []string{"2: " + tt.code}, bad)
			}
		})
	}
}

func TestFilesThatCannotBeReadAreRefusedWithAHint(t *testing.T) {
	s := newShop(t, storetest.SQLite(t))
	utf16 := func(text string) string {
		var b strings.Builder
		for _, c := range text {
			b.WriteRune(c)
			b.WriteByte(0)
		}
		return b.String()
	}
	for _, tt := range []struct {
		name, text string
		change     func(*wallet.Import)
		code       string
	}{
		{"UTF-16 with a mark", "\xff\xfe" + utf16("customer,date,amount\n"), nil, "utf_16"},
		{"UTF-16 without one", utf16("customer,date,amount\n"), nil, "utf_16"},
		{"workbook renamed", "PK\x03\x04rest", nil, "workbook"},
		{"compressed", "\x1f\x8b\x08rest", nil, "compressed"},
		{"lines that end with CR", "customer,date,amount\r1,2021-01-01,1\r", nil, "cr_only"},
		{"semicolons", "customer;date;amount\n1;2021-01-01;1\n", nil, "missing_column"},
		{"a header longer than a line may be", strings.Repeat("x", 70_000) + "\n", nil, "line_too_long"},
		{"a column that sets what it may not", "x\n", func(in *wallet.Import) { in.Map = map[string]string{"tier": "x"} }, "unknown_field"},
		{"a column that is not there", "customer,date\n", func(in *wallet.Import) { in.Map = map[string]string{"amount": "total"} }, "unknown_column"},
		{"two columns for one field", "a,b\n", func(in *wallet.Import) { in.Columns = []string{"date", "date"} }, "column_twice"},
		{"another currency", "customer,date,amount\n", func(in *wallet.Import) { in.Currency = "USD" }, "wrong_currency"},
		{"no such program", "customer,date,amount\n", func(in *wallet.Import) { in.Program = "nowhere" }, "unknown_program"},
		{"a layout that is none", "customer,date,amount\n", func(in *wallet.Import) { in.DateLayout = "day" }, "unknown_layout"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			in := purchases(tt.text)
			in.Delimiter, in.Header, in.Columns, in.DateLayout = ',', true, nil, ""
			if tt.change != nil {
				tt.change(&in)
			}
			_, err := s.Import(t.Context(), in)
			require.Equal(t, tt.code, models.CodeOf(err), "%v", err)
		})
	}
}

func TestAMarkOfUTF8IsNoPartOfTheHeader(t *testing.T) {
	s := newShop(t, storetest.SQLite(t))
	report, bad := bring(t, s, members("\xef\xbb\xbfname\nAda\n"))
	require.Empty(t, bad)
	require.EqualValues(t, 1, report.Members)
}

func TestImportedTimesAreThoseOfTheProgramsWallClock(t *testing.T) {
	for _, tt := range []struct{ name, date, at, day string }{
		{"winter", "2021-01-01", "2020-12-31T23:00:00Z", "2021-01-01"},
		{"summer", "2021-07-01 12:30", "2021-07-01T10:30:00Z", "2021-07-01"},
		{"skipped in spring: the first moment after", "2021-03-28 02:30", "2021-03-28T01:00:00Z", "2021-03-28"},
		{"twice in autumn: the first", "2021-10-31 02:30", "2021-10-31T00:30:00Z", "2021-10-31"},
		{"just before it comes twice", "2021-10-31 01:59", "2021-10-30T23:59:00Z", "2021-10-31"},
		{"just after", "2021-10-31 03:00", "2021-10-31T02:00:00Z", "2021-10-31"},
		{"with a zone of its own", "2021-06-30T23:30:00Z", "2021-06-30T23:30:00Z", "2021-07-01"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := newShop(t, storetest.SQLite(t))
			in := purchases("1;" + tt.date + ";1;1\n")
			in.Delimiter, in.DateLayout = ';', "iso"
			_, bad := bring(t, s, in)
			require.Empty(t, bad)
			for e, err := range s.Stores.Ledger.All(t.Context()) {
				require.NoError(t, err)
				require.Equal(t, tt.at, e.At.Format(time.RFC3339))
				require.Equal(t, tt.day, e.Day)
			}
			require.Empty(t, faults(t, s))
		})
	}
}
