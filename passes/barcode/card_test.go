package barcode

import (
	"bytes"
	"crypto/rand"
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"regulars/models"
)

// example is the number that eight zero bytes and then a one make.
const example = "70000000000000000011"

func fresh(t testing.TB) models.CardNumber {
	t.Helper()
	n, err := New(rand.Reader)
	require.NoError(t, err)
	return n
}

func TestNewIsTwentyDigitsThatParse(t *testing.T) {
	seen := map[models.CardNumber]bool{}
	for range 1000 {
		n := fresh(t)
		require.Regexp(t, `^7\d{19}$`, string(n))
		require.False(t, seen[n], "the same number twice")
		seen[n] = true
		got, err := Parse(string(n))
		require.NoError(t, err)
		require.Equal(t, n, got)
	}
}

func TestNewTakesItsNumberFromTheRandomSource(t *testing.T) {
	n, err := New(bytes.NewReader([]byte{0, 0, 0, 0, 0, 0, 0, 1}))
	require.NoError(t, err)
	require.Equal(t, models.CardNumber(example), n)
}

func TestNewSkipsDrawsThatWouldFavourLowNumbers(t *testing.T) {
	high := bytes.Repeat([]byte{0xff}, 8)
	n, err := New(bytes.NewReader(append(high, 0, 0, 0, 0, 0, 0, 0, 1)))
	require.NoError(t, err)
	require.Equal(t, models.CardNumber(example), n)
}

func TestNewFailsWithItsRandomSource(t *testing.T) {
	_, err := New(strings.NewReader("short"))
	require.Error(t, err)
}

func TestCheckDigitOfThePublishedExample(t *testing.T) {
	require.Equal(t, byte('4'), check("572"))
}

func TestParseForgivesWhatScannersAndPeopleDo(t *testing.T) {
	for name, text := range map[string]string{
		"plain":                     "70000000000000000011",
		"enter after the scan":      "70000000000000000011\r\n",
		"tab after the scan":        "70000000000000000011\t",
		"in groups":                 "7000 0000 0000 0000 0011",
		"in groups with hyphens":    "7000-0000-0000-0000-0011",
		"copied from a page":        "7000\u00a00000\u00a00000\u00a00000\u00a00011",
		"QR prefix":                 "]Q170000000000000000011",
		"Code 128 prefix":           "]C070000000000000000011",
		"PDF417 prefix in caps off": "]l070000000000000000011",
		"Aztec prefix":              "]z370000000000000000011",
		"letters for digits":        "7ooo OOOO 0000 0000 00l1",
	} {
		t.Run(name, func(t *testing.T) {
			n, err := Parse(text)
			require.NoError(t, err)
			require.Equal(t, models.CardNumber(example), n)
		})
	}
}

func TestParseRefuses(t *testing.T) {
	for _, tt := range []struct {
		name, text, code string
		kind             models.Kind
	}{
		{"nothing", "", "unknown_card", models.NotFound},
		{"only a prefix", "]Q1", "unknown_card", models.NotFound},
		{"one digit short", example[:19], "unknown_card", models.NotFound},
		{"one digit more", example + "1", "unknown_card", models.NotFound},
		{"another kind of number", "80000000000000000011", "unknown_card", models.NotFound},
		{"a product's barcode", "4006381333931", "unknown_card", models.NotFound},
		{"a link", "https://example.com/m/abc", "unknown_card", models.NotFound},
		{"digits of another script", "７００００００００００００００００００１１", "unknown_card", models.NotFound},
		{"a wrong digit", "70000000000000000025", "check_digit", models.Invalid},
		{"a wrong check digit", "70000000000000000012", "check_digit", models.Invalid},
		{"a double scan", example + example, "two_codes", models.Invalid},
		{"a double scan with a prefix", "]Q1" + example + example, "two_codes", models.Invalid},
		{"NUL", "7000000000\x000000000011", "unreadable_code", models.Invalid},
		{"ESC", "\x1b" + example, "unreadable_code", models.Invalid},
		{"FNC1 as GS", "\x1d" + example, "unreadable_code", models.Invalid},
		{"two scans on two lines", example + "\r\n" + example, "unreadable_code", models.Invalid},
		{"not UTF-8", "\xff\xfe" + example, "unreadable_code", models.Invalid},
		{"a whole leaflet", strings.Repeat("7", 2900), "code_too_long", models.Invalid},
	} {
		t.Run(tt.name, func(t *testing.T) {
			n, err := Parse(tt.text)
			require.Empty(t, n)
			e, ok := errors.AsType[*models.Error](err)
			require.True(t, ok, "%v is not for people", err)
			require.Equal(t, tt.code, e.Code)
			require.Equal(t, tt.kind, e.Kind)
			require.NotEmpty(t, e.Msg)
			if len(tt.text) > 4 {
				require.NotContains(t, e.Msg, tt.text, "an error must not repeat its input")
			}
		})
	}
}

func TestEachWrongDigitAndEachSwapIsNoticed(t *testing.T) {
	for range 50 {
		n := []byte(fresh(t))
		for i := 1; i < len(n); i++ {
			for d := byte('0'); d <= '9'; d++ {
				bad := bytes.Clone(n)
				bad[i] = d
				_, err := Parse(string(bad))
				require.Equal(t, d != n[i], err != nil, "digit %d of %s made %c", i, n, d)
			}
			swapped := bytes.Clone(n)
			swapped[i-1], swapped[i] = n[i], n[i-1]
			_, err := Parse(string(swapped))
			require.Equal(t, n[i-1] != n[i], err != nil, "digits %d and %d of %s swapped", i-1, i, n)
		}
	}
}

func TestGroupsOfFour(t *testing.T) {
	require.Equal(t, "7000 0000 0000 0000 0011", Group(example))
	require.Equal(t, "123", Group("123"))
	require.Equal(t, "1234", Group("1234"))
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{"", example, "]Q1" + example, example + example, "7000-0000 0000", "\x1d", "ﬀ\u2011"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		n, err := Parse(text)
		if err != nil {
			e, ok := errors.AsType[*models.Error](err)
			require.True(t, ok)
			require.NotEmpty(t, e.Code)
			require.Empty(t, n)
			return
		}
		require.Regexp(t, `^7\d{19}$`, string(n))
		again, err := Parse(Group(n))
		require.NoError(t, err, "what Parse returns, written for people, parses")
		require.Equal(t, n, again)
	})
}
