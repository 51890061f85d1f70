package termsfile_test

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"regulars/models"
	"regulars/models/termsfile"
)

const shop = `# what a person would write
name: Yes
organization: 1984
description: "The card of: us"
time_zone: Europe/Amsterdam
currency: EUR
country: NO
locale: no
brand: {background: "#1f4d3f", foreground: '#ffffff', label: "#d8e8df", logo: cG5n}
barcode: qr
rules:
  - {id: spend, name: A point for each €1, unit: points, give: 1, per: amount, amount: 100}
  - id: check-in
    name: |
      A visit
    on: check_in
    unit: stamps:lunch
    give: 2
    when: {hours: [{from: 11:30, until: 14:00}], dates: [{from: 2026-11-28, to: 2026-12-01}], days: [mon, sun]}
    what: {skus: [0123, 4006381333931, 1e3]}
stacking: {multiply: true}
rewards:
# - {id: coffee}
tiers: []
leap_day: 03-01
max_purchase: 1000000
contact:
  phone: 0612345678
`

// What looks like a boolean, a date or a number of YAML 1.1 is the text that
// stands there.
func TestReadsWhatIsWritten(t *testing.T) {
	f, err := termsfile.Read(strings.NewReader(shop))
	require.NoError(t, err)
	require.Equal(t, models.Terms{
		Name: "Yes", Organization: "1984", Description: "The card of: us", TimeZone: "Europe/Amsterdam", Currency: "EUR",
		Country: "NO", Locale: "no", Barcode: models.QR,
		Brand: models.Brand{Background: "#1f4d3f", Foreground: "#ffffff", Label: "#d8e8df", Logo: []byte("png")},
		Rules: []models.Rule{
			{ID: "spend", Name: "A point for each €1", Unit: "points", Give: 1, Per: "amount", Amount: 100},
			{
				ID: "check-in", Name: "A visit\n", On: "check_in", Unit: "stamps:lunch", Give: 2,
				When: models.When{
					Hours: []models.Hours{{From: "11:30", Until: "14:00"}}, Dates: []models.Dates{{From: "2026-11-28", To: "2026-12-01"}},
					Days: []string{"mon", "sun"},
				},
				What: models.Goods{SKUs: []string{"0123", "4006381333931", "1e3"}},
			},
		},
		Stacking: models.Stacking{Multiply: true}, Tiers: []models.Tier{}, LeapDay: "03-01", MaxPurchase: 1_000_000,
		Contact: models.Contact{Phone: "0612345678"},
	}, f.Terms)
	b, err := json.Marshal(f.Terms)
	require.NoError(t, err)
	again, err := termsfile.Read(bytes.NewReader(b))
	require.NoError(t, err, "JSON is YAML")
	require.True(t, f.Terms.Equal(again.Terms))
	for _, other := range []string{"\ufeff" + shop, strings.ReplaceAll(shop, "\n", "\r\n"), "---\n" + shop + "...\n"} {
		again, err = termsfile.Read(strings.NewReader(other))
		require.NoError(t, err)
		again.Terms.Rules[1].Name = f.Terms.Rules[1].Name
		require.True(t, f.Terms.Equal(again.Terms), other[:10])
	}
}

func TestMistakesNameTheLine(t *testing.T) {
	for _, tt := range []struct{ name, text, says string }{
		{"nothing", " \n", "the file is empty"},
		{"comments alone", "# no\n# terms\n", "the file is empty"},
		{"a list", "- name: a", "line 1: the file is not the terms of a program"},
		{"a word", "hello", "line 1: the file is not the terms of a program"},
		{"not text", "name: \xff\xfe", "not text in UTF-8"},
		{"a quote that is not closed", "name: a\nlocale: \"en\n", "line 2: this can't be read as YAML"},
		{"a tab", "name: a\ncontact:\n\temail: b", "line 3: this can't be read as YAML"},
		{"cut off", "name: a\nrules: [{id: a", "can't be read as YAML"},
		{"two documents", "name: a\n---\nname: b\n", "line 3: a second document begins here"},
		{"something behind it", "{\"name\": \"a\"}\n{}", "line 2"},
		{"a key twice", "name: a\nlocale: en\nname: b", "line 3: name stands there twice, the first time on line 1"},
		{"a key twice in JSON", `{"name": "a", "name": "b"}`, "line 1: name stands there twice"},
		{"a misspelt key", "name: a\nrules:\n  - id: a\n    unti: points", `line 4: rules[0]: there is no key "unti"; is it unit?`},
		{"a key of another case", "Name: a", `line 1: the terms of a program: there is no key "Name"; is it name?`},
		{"a strange key", "shape: round", `line 1: the terms of a program: there is no key "shape"`},
		{"a merged key", "name: a\n<<: {locale: en}", "line 2: a key is a word"},
		{"a key of several lines", "? name\n: a", "line"},
		{"an anchor", "name: &a x\norganization: *a", "line 1: name has an anchor"},
		{"a tag", "brand: {logo: !!binary abc}", "line 1: brand.logo has an anchor, an alias or a tag"},
		{"a text for a number", "max_purchase: \"1\"", `line 1: max_purchase is "1", and a whole number in digits alone, without quotes, is needed`},
		{"thousands", "max_purchase: 1,000", `line 1: max_purchase is "1,000"`},
		{"thousands in a line", "rules: [{give: 1,000}]", `line 1: rules[0]: there is no key "000"`},
		{"an exponent", "max_purchase: 1e3", `line 1: max_purchase is "1e3"`},
		{"a fraction", "max_purchase: 1.0", `line 1: max_purchase is "1.0"`},
		{"octal", "max_purchase: 010", `line 1: max_purchase is "010"`},
		{"hexadecimal", "max_purchase: 0x10", `line 1: max_purchase is "0x10"`},
		{"underscores", "max_purchase: 1_000", `line 1: max_purchase is "1_000"`},
		{"a plus", "max_purchase: +1", `line 1: max_purchase is "+1"`},
		{"too large", "max_purchase: 99999999999999999999", "line 1: max_purchase is a number that is too large"},
		{"a word for yes", "stacking: {multiply: on}", `line 1: stacking.multiply is "on", and true or false`},
		{"a text for yes", "stacking: {multiply: \"true\"}", `line 1: stacking.multiply is "true", and true or false`},
		{"a list for a text", "name: [a]", "line 1: name is a list, and one text is needed"},
		{"keys for a text", "name: {a: b}", "line 1: name is a group of keys, and one text is needed"},
		{"keys for a number", "max_purchase: {a: b}", "line 1: max_purchase is a group of keys"},
		{"keys for a list", "rules:\n  id: a", "line 1: rules is a group of keys, and a list is needed"},
		{"a text for a list", "rules: none", `line 1: rules is "none", and a list is needed`},
		{"a text for keys", "contact: none", `line 1: contact is "none", and a group of keys`},
		{"an empty item", "rules:\n  -\n", "rules[0] is empty"},
		{"no picture", "brand: {logo: \"%\"}", "line 1: brand.logo is not a picture in base64"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := termsfile.Read(strings.NewReader(tt.text))
			require.ErrorContains(t, err, tt.says)
		})
	}
}

func TestBadTermsNameTheLine(t *testing.T) {
	f, err := termsfile.Read(strings.NewReader(shop))
	require.NoError(t, err)
	bad := func(field string) error { return models.Fail(models.Invalid, "invalid_program", field, "A sentence.") }
	require.EqualError(t, f.At(bad("rules[1].give")), "line 18: rules[1].give: A sentence.")
	require.EqualError(t, f.At(bad("rules[1].most")), "line 13: rules[1].most: A sentence.", "what is not there is missing where it belongs")
	require.EqualError(t, f.At(bad("refunds")), "refunds: A sentence.")
	require.EqualError(t, f.At(models.Fail(models.Invalid, "x", "country", "country is a code.")), "line 7: country is a code.")
	away := models.Fail(models.NotFound, "x", "name", "Away.")
	require.Equal(t, away, f.At(away))
}

// Whatever terms say, a file of them says the same.
func TestWrittenTermsAreReadAsTheyWere(t *testing.T) {
	text := rapid.OneOf(
		rapid.SampledFrom([]string{"", "on", "No", "~", "null", "1", "1e3", "0x1", "2026-11-28", "11:30", "a: b", "- a", "# a", "a #b", " a", "a ", "&a", "*a", "!a", "%", "@", "`", "[a]", "{a", "a, b", "'", "\"", "\\", "a\nb", "\t", "\r\n", "---", "...", "?", "-", "=", "<<", "€", "😀", "\u0085", "\u2028", "\ufeff", "\x7f", "\x01"}),
		rapid.StringN(-1, 30, -1),
	)
	texts := rapid.MakeConfig{Kinds: map[reflect.Kind]*rapid.Generator[any]{reflect.String: text.AsAny()}}
	rules, rewards, brand := rapid.MakeCustom[models.Rule](texts), rapid.MakeCustom[models.Reward](texts), rapid.MakeCustom[models.Brand](texts)
	rapid.Check(t, func(t *rapid.T) { // of each list a few: the race detector makes this slow
		want := models.Terms{
			Name: text.Draw(t, "name"), MaxPurchase: rapid.Int64().Draw(t, "most"), Brand: brand.Draw(t, "brand"),
			Rules: rapid.SliceOfN(rules, 0, 1).Draw(t, "rules"), Rewards: rapid.SliceOfN(rewards, 0, 1).Draw(t, "rewards"),
			Stacking: models.Stacking{Multiply: rapid.Bool().Draw(t, "multiply")},
		}
		var b bytes.Buffer
		require.NoError(t, termsfile.Write(&b, []string{"Terms."}, &want))
		require.True(t, utf8.Valid(b.Bytes()))
		got, err := termsfile.Read(&b)
		require.NoError(t, err, b.String())
		require.True(t, want.Equal(got.Terms), b.String())
	})
}

func TestAFileIsMadeToBeRead(t *testing.T) {
	f, err := termsfile.Read(strings.NewReader(shop))
	require.NoError(t, err)
	var b bytes.Buffer
	require.NoError(t, termsfile.Write(&b, []string{"Terms of a shop.", ""}, &f.Terms))
	require.Equal(t, `# Terms of a shop.
#

name: "Yes"
organization: "1984"
description: "The card of: us"
time_zone: Europe/Amsterdam
currency: EUR
country: "NO"
locale: "no"
brand:
  background: "#1f4d3f"
  foreground: "#ffffff"
  label: "#d8e8df"
  logo: cG5n
barcode: qr
rules:
  - {id: spend, name: A point for each €1, unit: points, give: 1, per: amount, amount: 100}
  - id: check-in
    name: "A visit\n"
    "on": check_in
    unit: "stamps:lunch"
    give: 2
    what: {skus: ["0123", "4006381333931", "1e3"]}
    when:
      days: [mon, sun]
      hours: [{from: "11:30", until: "14:00"}]
      dates: [{from: "2026-11-28", to: "2026-12-01"}]
stacking:
  multiply: true
leap_day: "03-01"
rewards: []
tiers: []
refunds: ""
max_purchase: 1000000
contact:
  phone: "0612345678"
`, b.String())
}
