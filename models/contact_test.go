package models_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"regulars/models"
)

func TestCleanName(t *testing.T) {
	for _, tt := range []struct{ name, in, want, code string }{
		{"as typed", "Ada Lovelace", "Ada Lovelace", ""},
		{"single spaces", "  Ada \t\n Lovelace ", "Ada Lovelace", ""},
		{"composed form", "Zoe\u0308", "Zoë", ""},
		{"no control characters", "A\x00d\x1ba", "Ada", ""},
		{"a line separator is a space", "Ada\u2028Lovelace", "Ada Lovelace", ""},
		{"no direction marks", "Ada\u202e", "Ada", ""},
		{"any script", "Ελένη", "Ελένη", ""},
		{"markup is a name like any other", "</script>", "</script>", ""},
		{"nothing", "", "", "blank"},
		{"spaces only", " \t\u00a0", "", "blank"},
		{"zero-width spaces only", "\u200b\u200b", "", "blank"},
		{"64 letters", strings.Repeat("é", 64), strings.Repeat("é", 64), ""},
		{"65 letters", strings.Repeat("a", 65), "", "too_long"},
		{"ten thousand marks on one letter", "a" + strings.Repeat("\u0301", 10_000), "", "too_long"},
		{"not Unicode", "a\xff", "", "invalid_text"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := models.CleanName(tt.in)
			if tt.code != "" {
				require.Equal(t, tt.code, models.CodeOf(err))
				require.Equal(t, models.Invalid, models.KindOf(err))
				return
			}
			require.NoError(t, err)
			require.Equal(t, tt.want, got)
		})
	}
}

func TestCleanPhone(t *testing.T) {
	for _, tt := range []struct{ name, in, want, code string }{
		{"none", "  ", "", ""},
		{"as dialled in the country", "06 12345678", "+31612345678", ""},
		{"with the country", "+31 (0)6-1234 5678", "+31612345678", ""},
		{"from abroad", "+48 512 345 678", "+48512345678", ""},
		{"too short", "0612", "", "invalid_phone"},
		{"a spreadsheet's number", "4.91E+11", "", "invalid_phone"},
		{"far too long", strings.Repeat("1", 41), "", "invalid_phone"},
		{"words", "call me", "", "invalid_phone"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := models.CleanPhone(tt.in, "NL")
			if tt.code != "" {
				require.Equal(t, tt.code, models.CodeOf(err))
				return
			}
			require.NoError(t, err)
			require.Equal(t, tt.want, got)
		})
	}
}

func TestCleanEmail(t *testing.T) {
	for _, tt := range []struct{ name, in, want, code string }{
		{"none", "", "", ""},
		{"lower case", " Ada@Example.COM ", "ada@example.com", ""},
		{"a domain of other letters", "ada@bücher.example", "ada@xn--bcher-kva.example", ""},
		{"one form of an accent", "zoe\u0308@example.com", "zoë@example.com", ""},
		{"a look-alike is another address", "ada@ex\u0430mple.com", "ada@xn--exmple-4nf.com", ""},
		{"no domain", "ada@", "", "invalid_email"},
		{"no dot", "ada@localhost", "", "invalid_email"},
		{"a name around it", "Ada <ada@example.com>", "", "invalid_email"},
		{"two addresses", "a@example.com,b@example.com", "", "invalid_email"},
		{"a line break", "ada@example.com\r\nBcc: b@example.com", "", "invalid_email"},
		{"too long", strings.Repeat("a", 250) + "@example.com", "", "invalid_email"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := models.CleanEmail(tt.in)
			if tt.code != "" {
				require.Equal(t, tt.code, models.CodeOf(err))
				return
			}
			require.NoError(t, err)
			require.Equal(t, tt.want, got)
		})
	}
}

func TestCheckBirthday(t *testing.T) {
	for in, good := range map[string]bool{
		"": true, "1990-12-31": true, "2000-02-29": true, "--02-29": true, "--12-31": true,
		"2026-02-30": false, "2023-02-29": false, "0000-01-01": false, "1899-12-31": false, "10000-01-01": false,
		"1990-1-1": false, "31.12.1990": false, "--02-30": false, "45231": false, "1990-12-31T00:00:00Z": false,
	} {
		require.Equal(t, good, models.CheckBirthday(in) == nil, in)
	}
}

func TestFoldFindsAName(t *testing.T) {
	require.Equal(t, "zoe muller", models.Fold(" Zoë   MÜLLER"))
	require.Equal(t, models.Fold("STRASSE"), models.Fold("straße"))
}

func TestFold(t *testing.T) {
	for in, want := range map[string]string{
		"Zoë": "zoe", "  ADA  Lovelace ": "ada lovelace", "Łukasz": "lukasz", "Søren Ødegård": "soren odegard", "Straße": "strasse",
		"Ægir": "aegir", "ΣΊΣΥΦΟΣ": "σισυφοσ", "Σίσυφος": "σισυφοσ", "Đorđe": "dorde",
	} {
		require.Equal(t, want, models.Fold(in), in)
	}
}

func TestWordKeys(t *testing.T) {
	for _, tt := range []struct {
		name string
		want []string
	}{
		{"Ada", nil},
		{"Ada Lovelace", []string{"lovelace"}},
		{"Jan van der Berg", []string{"van der berg", "der berg", "berg"}},
		{"Anne-Marie O’Brien", []string{"marie o’brien", "o’brien", "brien"}},
		{"Ada Ada", []string{"ada"}},
		{"(Bob)", []string{"bob)"}},
		{"Zoë 3 .*", []string{"3 .*"}},
		{"Ελένη Ψαρά", []string{"ψαρα"}},
	} {
		var want []string
		for _, w := range tt.want {
			want = append(want, w+"\x00m1")
		}
		require.Equal(t, want, models.WordKeys(models.SearchKey(tt.name, "m1")), tt.name)
	}
}
