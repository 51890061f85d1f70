package main

import (
	"bytes"
	"encoding/json"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"regulars/models/termsfile"
)

// shop makes a program and returns how to reach it, and a file for its terms.
func shop(t *testing.T) (data, file string) {
	t.Helper()
	dir := t.TempDir()
	data, file = "--data="+filepath.Join(dir, "data"), filepath.Join(dir, "terms.yaml")
	mustRun(t, "program", "init", "shop", data)
	return data, file
}

func TestTermsGoOutAndComeIn(t *testing.T) {
	data, file := shop(t)
	mustRun(t, "program", "export", "shop", file, data)
	b, err := os.ReadFile(file)
	require.NoError(t, err)
	terms := string(b)
	require.True(t, strings.HasPrefix(terms, "# Terms of the program shop: version 1, of "), terms)
	require.Contains(t, terms, "100 is €1.00")
	require.Equal(t, terms, mustRun(t, "program", "export", "shop", data), "without a file, on standard output")

	write := func(text string) { require.NoError(t, os.WriteFile(file, []byte(text), 0o600)) }
	require.Contains(t, mustRun(t, "program", "import", "shop", file, data), "Nothing changed: version 1 of shop")
	require.Contains(t, terms, "give: 1,")
	write(strings.Replace(terms, "give: 1,", "give: 2,", 1))
	require.Contains(t, mustRun(t, "program", "import", "shop", file, data), "Version 2 of shop is in force")
	require.Contains(t, mustRun(t, "program", "import", "shop", file, data), "Nothing changed: version 2 of shop")
	require.Contains(t, mustRun(t, "program", "export", "shop", data), "give: 2,")
	require.Equal(t, terms, mustRun(t, "program", "export", "shop", "--version=1", data), "what an earlier version said")
	complains(t, 1, "program shop has no version 3; version 2 is in force", "program", "export", "shop", "--version=3", data)
	complains(t, 1, `there is no program "shoe"`, "program", "export", "shoe", data)
	complains(t, 2, `expected "<file>"`, "program", "import", "shop", data)
}

func TestTermsAreScheduled(t *testing.T) {
	data, file := shop(t)
	terms := mustRun(t, "program", "export", "shop", data)
	require.NoError(t, os.WriteFile(file, []byte(strings.Replace(terms, "give: 1,", "give: 2,", 1)), 0o600))
	day := time.Now().AddDate(0, 1, 0)
	out := mustRun(t, "program", "import", "shop", file, "--starts-at="+day.Format(time.DateOnly), data)
	require.Contains(t, out, "Version 2 of shop comes into force on "+day.Format("2 January 2006")+", 00:00.")
	now := mustRun(t, "program", "export", "shop", data)
	require.Contains(t, now, "version 1, of")
	require.Contains(t, now, "# Version 2 comes into force on "+day.Format("2 January 2006"))
	require.Contains(t, mustRun(t, "program", "export", "shop", "--version=2", data), "# It comes into force on "+day.Format("2 January 2006"))

	require.Contains(t, mustRun(t, "program", "unschedule", "shop", data), "Version 2 of shop will not come into force.")
	complains(t, 1, "No version of this program is to come into force later", "program", "unschedule", "shop", data)
	complains(t, 1, `there is no program "shoe"`, "program", "unschedule", "shoe", data)
	complains(t, 1, "A version starts in the future", "program", "import", "shop", file, "--starts-at=2020-01-01T00:00:00Z", data)
	complains(t, 2, `--starts-at is a day such as 2027-01-01`, "program", "import", "shop", file, "--starts-at=soon", data)
	require.Equal(t, terms, mustRun(t, "program", "export", "shop", data))
}

// What GET of the API answers can be brought in as well, pictures and all.
func TestTermsComeInAsJSONWithAPicture(t *testing.T) {
	data, file := shop(t)
	f, err := termsfile.Read(strings.NewReader(mustRun(t, "program", "export", "shop", data)))
	require.NoError(t, err)
	var logo bytes.Buffer
	require.NoError(t, png.Encode(&logo, image.NewGray(image.Rect(0, 0, 480, 150))))
	f.Terms.Brand.Logo = logo.Bytes()
	b, err := json.MarshalIndent(f.Terms, "", "\t")
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(file, b, 0o600))
	require.Contains(t, mustRun(t, "program", "import", "shop", file, data), "Version 2 of shop is in force")
	mustRun(t, "program", "export", "shop", file, data)
	require.Contains(t, mustRun(t, "program", "import", "shop", file, data), "Nothing changed")
}

func TestTermsThatCannotBeReadAreToldPlainly(t *testing.T) {
	data, file := shop(t)
	terms := mustRun(t, "program", "export", "shop", data)
	for _, tt := range []struct{ name, text, says string }{
		{"empty", " \n", "the file is empty"},
		{"cut off", terms[:strings.Index(terms, "give:")], "can't be read as YAML"},
		{"a field too many", terms + "shape: round\n", `there is no key "shape"`},
		{"a misspelt field", strings.Replace(terms, "give: 1,", "gives: 1,", 1), `rules[0]: there is no key "gives"; is it give?`},
		{"a text for a number", strings.Replace(terms, "give: 1,", `give: "1",`, 1), `line 18: rules[0].give is "1", and a whole number`},
		{"a bad value", strings.Replace(terms, "give: 1,", "give: 0,", 1), "line 18: rules[0].give: A rule gives"},
		{"a bad country", strings.Replace(terms, "country: NL", "country: ZZ", 1), "line 10: country is the ISO"},
		{"what must be there", strings.Replace(terms, "barcode: qr\n", "", 1), "barcode is qr, pdf417"},
		{"no picture", strings.Replace(terms, "brand:\n", "brand:\n  logo: bm8gcGljdHVyZQ==\n", 1), "line 13: brand.logo: "},
	} {
		t.Run(tt.name, func(t *testing.T) {
			require.NoError(t, os.WriteFile(file, []byte(tt.text), 0o600))
			complains(t, 1, tt.says, "program", "import", "shop", file, data)
		})
	}
	complains(t, 1, "there is no file or folder /nowhere/terms", "program", "import", "shop", "/nowhere/terms", data)
	require.NoError(t, os.WriteFile(file, []byte(terms), 0o600))
	complains(t, 1, `there is no program "shoe"`, "program", "import", "shoe", file, data)
	require.Equal(t, terms, mustRun(t, "program", "export", "shop", data), "nothing of it was taken")
}

func TestTermsArePiloted(t *testing.T) {
	data, file := shop(t)
	terms := mustRun(t, "program", "export", "shop", data)
	require.NoError(t, os.WriteFile(file, []byte(strings.Replace(terms, "give: 1,", "give: 2,", 1)), 0o600))
	complains(t, 1, "No version of this program is being piloted", "program", "export", "shop", "--pilot", data)
	pilot := func() {
		t.Helper()
		out := mustRun(t, "program", "import", "shop", file, "--pilot=friends", data)
		require.Contains(t, out, "is in force for 0 members with the tag friends.")
	}
	pilot()
	require.Contains(t, mustRun(t, "program", "export", "shop", data), "# Version 2 is in force for members with the tag friends.")
	require.Contains(t, mustRun(t, "program", "export", "shop", "--pilot", data), "give: 2,")
	complains(t, 1, "A pilot for friends is on", "program", "import", "shop", file, "--pilot=others", data)
	complains(t, 1, "A tag has 1 to 40 small letters", "program", "import", "shop", file, "--pilot=no good", data)
	complains(t, 2, "--pilot", "program", "import", "shop", file, "--pilot=friends", "--starts-at=2099-01-01", data)
	require.Contains(t, mustRun(t, "program", "end-pilot", "shop", data), "version 3 of shop is in force for everybody")
	complains(t, 1, "No version of this program is being piloted", "program", "end-pilot", "shop", data)
	require.Contains(t, mustRun(t, "program", "export", "shop", data), "give: 1,")
	pilot()
	require.Contains(t, mustRun(t, "program", "end-pilot", "shop", "--publish", data), "version 5 of shop is in force for everybody")
	require.Contains(t, mustRun(t, "program", "export", "shop", data), "give: 2,")
}
