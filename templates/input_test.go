package templates

import (
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestParseAmount(t *testing.T) {
	for _, tt := range []struct {
		name   string
		typed  string
		places int
		want   int64
		ok     bool
	}{
		{"whole", "12", 2, 1200, true},
		{"decimal comma", "4,5", 2, 450, true},
		{"decimal point", "4.50", 2, 450, true},
		{"currency sign and spaces", " € 1 234,50 ", 2, 123450, true},
		{"a currency without decimals", "500", 0, 500, true},
		{"three decimals", "1.005", 3, 1005, true},
		{"zero is for the ledger to refuse", "0", 2, 0, true},
		{"thousands or decimals, nobody knows", "1.234", 2, 0, false},
		{"two marks", "1.234,50", 2, 0, false},
		{"decimals where there are none", "5,0", 0, 0, false},
		{"below zero", "-5", 2, 0, false},
		{"exponent", "1e3", 2, 0, false},
		{"mark alone", ",", 2, 0, false},
		{"no digits before the mark", ",50", 2, 0, false},
		{"nothing after the mark", "5,", 2, 0, false},
		{"empty", "", 2, 0, false},
		{"absurdly long", "99999999999999999999", 2, 0, false},
		{"digits of another script", "٣", 2, 0, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			minor, ok := ParseAmount(tt.typed, tt.places)
			require.Equal(t, tt.ok, ok)
			require.Equal(t, tt.want, minor)
		})
	}
}

func TestWalletOfThePhone(t *testing.T) {
	require.Equal(t, "apple", WalletOf("Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X)"))
	require.Equal(t, "google", WalletOf("Mozilla/5.0 (Linux; Android 16; Pixel 9)"))
	require.Empty(t, WalletOf("Mozilla/5.0 (X11; Linux x86_64)"))
}

var brandRule = regexp.MustCompile(`^:root\{--brand:(#[0-9a-f]{6});--brand-ink:(#[0-9a-f]{6});--brand-label:(#[0-9a-f]{6});--accent-light:(#[0-9a-f]{6});--accent-dark:(#[0-9a-f]{6})\}\n$`)

func brandColour(t *testing.T, s string) colour {
	t.Helper()
	c, ok := parseColour(s)
	require.True(t, ok, s)
	return c
}

// Whatever colours a business chooses, its pages can be read.
func TestBrandStaysReadable(t *testing.T) {
	for _, c := range []string{"#000000", "#ffffff", "#ffee00", "#777777", "#ff0000", "#1f5f4a", "#00008b", "nonsense", "red;}body{display:none"} {
		m := brandRule.FindStringSubmatch(string(BrandCSS(c, c, c)))
		require.NotNil(t, m, c)
		back, ink, label, light, dark := brandColour(t, m[1]), brandColour(t, m[2]), brandColour(t, m[3]), brandColour(t, m[4]), brandColour(t, m[5])
		require.GreaterOrEqual(t, contrast(ink, back), readable, c)
		require.GreaterOrEqual(t, contrast(label, back), readable, c)
		require.GreaterOrEqual(t, contrast(light, paper), readable, c)
		require.GreaterOrEqual(t, contrast(dark, night), readable, c)
	}
	require.Contains(t, string(BrandCSS("#1f5f4a", "#ffffff", "#cfe9dd")), "--brand:#1f5f4a;--brand-ink:#ffffff;--brand-label:#cfe9dd")
}
