package apple

import (
	"encoding/binary"
	"fmt"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/stretchr/testify/require"
)

// utf16File returns text as UTF-16, with a mark before it or not.
func utf16File(text string, order binary.AppendByteOrder, mark bool) []byte {
	var b []byte
	if mark {
		b = order.AppendUint16(b, 0xfeff)
	}
	for _, unit := range utf16.Encode([]rune(text)) {
		b = order.AppendUint16(b, unit)
	}
	return b
}

// The expectations follow Apple's String Resources guide and what its systems
// read beyond it: the old style of property lists.
func TestStringsAreReadAsApplesSystemsDo(t *testing.T) {
	for _, tt := range []struct {
		name, file string
		want       []stringsPair
	}{
		{"nothing", "", nil},
		{"comments alone", "/* Points\n in Dutch */ // and more", nil},
		{"a line", `"Points" = "Punten";`, []stringsPair{{"Points", "Punten", 1}}},
		{"without spaces", `"a"="b";"c"="d";`, []stringsPair{{"a", "b", 1}, {"c", "d", 1}}},
		{"over lines", "\n\"a\"\n=\n\"b\"\n;\r\n/* x */\"c\" = \"d\" ;", []stringsPair{{"a", "b", 2}, {"c", "d", 6}}},
		{"comments everywhere", `/*1*/"a"/*2*/=/*3*/"b"/*4*/;//5`, []stringsPair{{"a", "b", 1}}},
		{"what looks like a comment in a text", `"a" = "http://x/*y*/";`, []stringsPair{{"a", "http://x/*y*/", 1}}},
		{"escapes", `"a\"b" = "\\ \n \t \' \q";`, []stringsPair{{`a"b`, "\\ \n \t ' q", 1}}},
		{"codes", `"a" = "\U00e9 \u0142 \101 \Ud83c\Udf70";`, []stringsPair{{"a", "é ł A 🍰", 1}}},
		{"a lone half of a character", `"a" = "\Ud83cx";`, []stringsPair{{"a", "�x", 1}}},
		{"a line end in a text", "\"a\" = \"b\nc\";\"d\"=\"e\";", []stringsPair{{"a", "b\nc", 1}, {"d", "e", 2}}},
		{"words without quotes", `points_label = Punten; "a" = b-1.2;`, []stringsPair{{"points_label", "Punten", 1}, {"a", "b-1.2", 1}}},
		{"single quotes", `'a "b"' = 'c';`, []stringsPair{{`a "b"`, "c", 1}}},
		{"a key alone", `"Points";`, []stringsPair{{"Points", "Points", 1}}},
		{"an empty text", `"a" = "";`, []stringsPair{{"a", "", 1}}},
		{"other alphabets", `"Points" = "Πόντοι 🍰";`, []stringsPair{{"Points", "Πόντοι 🍰", 1}}},
	} {
		for form, raw := range map[string][]byte{
			"UTF-8": []byte(tt.file), "UTF-8 with a mark": []byte("\ufeff" + tt.file),
			"UTF-16LE with a mark": utf16File(tt.file, binary.LittleEndian, true), "UTF-16BE with a mark": utf16File(tt.file, binary.BigEndian, true),
			"UTF-16LE": utf16File(tt.file, binary.LittleEndian, false), "UTF-16BE": utf16File(tt.file, binary.BigEndian, false),
		} {
			t.Run(tt.name+" in "+form, func(t *testing.T) {
				got, err := readStrings(raw)
				require.NoError(t, err)
				require.Equal(t, tt.want, got)
			})
		}
	}
}

func TestStringsThatCannotBeReadNameTheLine(t *testing.T) {
	for file, want := range map[string]string{
		`"a" = "b"`:               "line 1: a semicolon or = is missing",
		"\"a\" = \"b\"\n\"c\";":   "line 2: a semicolon",
		`"a" = "say "hi"";`:       "line 1: a semicolon",
		`"a" "b";`:                "line 1: a semicolon",
		"\n\n\"a\" = ;":           "line 3: a text does not begin with a quote",
		`"a" = "b;`:               "line 1: a text does not end with a quote",
		`"a" = "b\`:               "line 1: a text ends with a backslash",
		`"a" =`:                   "line 1: it ends in the middle",
		`"a" = "\U12";`:           `line 1: \U is not followed by four`,
		"\"a\" = \"b\";\n/* c":    "line 2: a comment does not end",
		"“a” = “b”;":              "line 1: a text does not begin with a quote",
		"\"a\" = \"\xff\";":       "neither UTF-8 nor UTF-16",
		"\xff\xfea":               "half a character",
		"<?xml version=\"1.0\"?>": "a property list",
	} {
		_, err := readStrings([]byte(file))
		require.ErrorContains(t, err, want, file)
	}
}

// FuzzStrings holds that no file makes the reader fail or forget where it is,
// and that what it read it reads again.
func FuzzStrings(f *testing.F) {
	f.Add([]byte(`"a\"b" = "\Ud83c\Udf70\101"; c = d; /* e */ "f";`))
	f.Add([]byte("\xfe\xff\x00\"\x00a\x00\"\x00;"))
	quote := strings.NewReplacer(`\`, `\\`, `"`, `\"`)
	f.Fuzz(func(t *testing.T, raw []byte) {
		pairs, err := readStrings(raw)
		if err != nil {
			return
		}
		var again strings.Builder
		for _, p := range pairs {
			fmt.Fprintf(&again, "\"%s\" = \"%s\";", quote.Replace(p.key), quote.Replace(p.text))
			require.LessOrEqual(t, p.line, len(raw)+1)
		}
		if again.Len() > 1 && again.String()[1] == 0 {
			return // a text with NUL looks like UTF-16
		}
		read, err := readStrings([]byte(again.String()))
		require.NoError(t, err)
		require.Len(t, read, len(pairs))
		for i := range pairs {
			require.Equal(t, pairs[i].key, read[i].key)
			require.Equal(t, pairs[i].text, read[i].text)
		}
	})
}
