package preview

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"regulars/models"
	"regulars/passes"
)

// cutOff returns the warnings of that face about texts that are cut off, by field.
func cutOff(sheet Sheet, face FaceName) map[string]Warning {
	found := map[string]Warning{}
	for _, w := range sheet.Warnings {
		if w.Code == CutOff && w.Face == face {
			found[w.Field] = w
		}
	}
	return found
}

// A text ends exactly where its place does: one character more would not have room.
func TestTextIsCutWhereThePlaceEnds(t *testing.T) {
	for _, text := range []string{"Παναγιώτα Παπαχριστοδουλοπούλου", "Aleksandra Wiśniewska-Brzęczyszczykiewicz", "Żółć gęślą jaźń, chrząszcz brzmi w trzcinie"} {
		for _, s := range []style{iphone(18), iphoneBold(11), droid(22)} {
			for room := 25.0; room < s.width(text); room += 7 {
				shown, fits := s.fit(text, room)
				require.LessOrEqual(t, s.width(shown), room)
				head := strings.TrimSuffix(shown, ellipsis)
				require.NotEqual(t, head, shown)
				require.True(t, strings.HasPrefix(text, head))
				require.Equal(t, head, strings.TrimRight(string([]rune(text)[:fits]), " "))
				require.Greater(t, s.width(string([]rune(text)[:fits+1])+ellipsis), room, "%q has room for more", shown)
			}
			shown, fits := s.fit(text, s.width(text))
			require.Equal(t, text, shown)
			require.Equal(t, utf8.RuneCountInString(text), fits)
		}
	}
}

// Long Greek and Polish names are shown cut off, each with a warning that says where,
// how many characters fit and what to do; and what fits has none.
func TestLongNamesAreWarnedOf(t *testing.T) {
	for _, lang := range []string{"el", "pl"} {
		p := designed(t, "bakery-points", lang)
		p.Card.Fields = []models.CardField{ // where an owner wants the name, it stands, however long it is
			{ID: "who", At: models.Secondary, Label: "—", Text: "{{.name}}"}, {ID: "since", At: models.Auxiliary, Label: "—", Text: "{{.joined}}"},
			{ID: "far", At: models.Auxiliary, Label: "—", Text: "{{.reward_progress}}"},
		}
		sheet := drawn(t, p, LongNames, Options{Sides: []Side{Front}})
		cut := cutOff(sheet, AppleFront)
		name := cut["storeCard.secondaryFields[0].value"]
		require.Equal(t, people[lang][1], name.Text)
		require.True(t, strings.HasSuffix(name.Shown, ellipsis), name.Shown)
		require.Positive(t, name.Fits)
		require.Less(t, name.Fits, utf8.RuneCountInString(name.Text))
		require.Contains(t, name.Message, people[lang][1])
		require.Contains(t, name.Remedy, "move it to the back")
		words := sheet.Faces[0].Words()
		require.Contains(t, words, name.Shown)
		require.NotContains(t, words, name.Text)
		require.Empty(t, cutOff(drawn(t, designed(t, "salon-visits", lang), NewMember, Options{Sides: []Side{Front}}), AppleFront))
	}
}

// Whatever fits in all warnings' number of characters is not cut off.
func TestWarningTellsHowManyCharactersFit(t *testing.T) {
	long := strings.Repeat("ν", 60)
	draw := func(value string) map[string]Warning {
		file := packed(t, stranger("storeCard", o{"secondaryFields": fields("who", value)}, nil), nil)
		sheet, err := File(file, Options{Now: noon, Sides: []Side{Front}})
		require.NoError(t, err)
		return cutOff(sheet, AppleFront)
	}
	const at = "storeCard.secondaryFields[0].value"
	w := draw(long)[at]
	require.Greater(t, w.Fits, 20)
	require.NotContains(t, draw(string([]rune(long)[:w.Fits])), at)
}

// Google shows so many characters, whatever room there is.
func TestGooglesLimits(t *testing.T) {
	p := designed(t, "restaurant-tiers", "en")
	p.Name, p.Organization = "Friends of the House by the Sea", "The House by the Sea"
	s, err := Sample(p, HalfWay, "", noon)
	require.NoError(t, err)
	s.Tier, s.Name = "Grand commander", "Alexandra Featherstonehaugh"
	s.Balances = []passes.Balance{{Unit: models.Points, Amount: 12_345_678}}
	sheet, err := Of(p, s, Options{Now: noon, Platforms: []models.Platform{models.Google}})
	require.NoError(t, err)
	front := cutOff(sheet, GoogleFront)
	require.Equal(t, 20, front["class.programName"].Fits)
	require.Equal(t, "Friends of the House…", front["class.programName"].Shown)
	require.NotContains(t, front, "class.issuerName")
	require.Equal(t, 7, front["object.loyaltyPoints.value"].Fits)
	require.Equal(t, 7, front["object.secondaryLoyaltyPoints.value"].Fits)
	require.Equal(t, 20, cutOff(sheet, GoogleBack)["object.accountName"].Fits)

	object := map[string]any{"textModulesData": []o{}}
	var modules []o
	for range 12 {
		modules = append(modules, o{"header": strings.Repeat("h", 36), "body": strings.Repeat("word ", 101)})
	}
	object["textModulesData"] = modules
	direct, err := Google(o{"programName": "x"}, object, nil, Options{Sides: []Side{Back}})
	require.NoError(t, err)
	cut := cutOff(direct, GoogleBack)
	require.Equal(t, 35, cut["object.textModulesData[0].header"].Fits)
	require.Equal(t, 500, cut["object.textModulesData[9]"].Fits)
	left := 0
	for _, w := range direct.Warnings {
		if w.Code == LeftOut {
			left++
		}
	}
	require.Equal(t, 2, left, "of twelve, ten are shown")
}

// Fields for which there is no place are named.
func TestFieldsWithoutAPlace(t *testing.T) {
	file := packed(t, stranger("storeCard", o{
		"headerFields": fields("a", "1", "b", "2", "c", "3", "d", "4"), "primaryFields": fields("e", "5", "f", "6"),
		"secondaryFields": fields("g", "7", "h", "8", "i", "9"), "auxiliaryFields": fields("j", "10", "k", "11"),
	}, nil), nil)
	sheet, err := File(file, Options{Now: noon, Sides: []Side{Front}})
	require.NoError(t, err)
	var left []string
	for _, w := range sheet.Warnings {
		if w.Code == LeftOut {
			left = append(left, w.Field)
		}
	}
	require.Equal(t, []string{"storeCard.headerFields[3]", "storeCard.primaryFields[1]", "storeCard.auxiliaryFields[1]"}, left)
}

func TestHardToReadColours(t *testing.T) {
	for ink, warned := range map[string]bool{"rgb(255,255,255)": false, "rgb(30, 60, 90)": true} {
		file := packed(t, stranger("storeCard", o{"primaryFields": fields("a", "b")}, o{"foregroundColor": ink}), nil)
		sheet, err := File(file, Options{Now: noon, Sides: []Side{Front}})
		require.NoError(t, err)
		found := false
		for _, w := range sheet.Warnings {
			found = found || w.Code == HardToRead && w.Field == "foregroundColor"
		}
		require.Equal(t, warned, found, ink)
	}
}

func TestWrapKeepsEveryWord(t *testing.T) {
	const text = "Η κάρτα ισχύει σε όλα τα καταστήματα.\n\nKarta jest ważna we wszystkich sklepach i na https://very.long.example/" + "konstantynopolitanczykowianeczka"
	for room := 40.0; room < 400; room += 30 {
		lines := iphone(16).wrap(text, room)
		for _, l := range lines {
			require.LessOrEqual(t, iphone(16).width(l), room)
		}
		squeeze := strings.NewReplacer(" ", "", "\n", "")
		require.Equal(t, squeeze.Replace(text), squeeze.Replace(strings.Join(lines, "")))
	}
}
