package apple

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"howett.net/plist"

	"regulars/models"
	"regulars/passes"
	"regulars/templates"
)

// unspoken is a member whose language nobody knows, and who has all that cards tell.
func unspoken() (*models.Program, passes.State) {
	p := cafe()
	p.Rewards[0].Name = `A "small" coffee \ tea`
	p.Card.Fields = []models.CardField{{ID: "hours", At: models.Back, Label: "Open", Text: "Ναι\n😀 {{.points_words}}"}}
	p.Card.Places = []models.CardPlace{{At: "52.1, 4.9", Text: "Come in"}}
	p.Translations = []models.Translation{{Text: "Come in", EL: "Περάστε"}, {Text: p.Rewards[0].Name, PL: `"Mała" kawa \ herbata`}}
	s := holding(p, models.State{Balances: map[models.Unit]int64{models.Points: 1234}})
	s.Locale = ""
	return p, s
}

func TestPhoneChoosesTheLanguageOfAMemberWhoseIsNotKnown(t *testing.T) {
	_, c := development(t)
	p, s := unspoken()
	d, err := NewDesign(p)
	require.NoError(t, err)
	pass, err := d.Card(s, identity(c))
	require.NoError(t, err)
	b, err := NewBuilder(c)
	require.NoError(t, err)
	out, err := b.Build(d, &pass, noon)
	require.NoError(t, err)
	again, err := b.Build(d, &pass, noon)
	require.NoError(t, err)
	require.Equal(t, out.Bytes(), again.Bytes())
	require.Empty(t, Verify(out.Bytes(), c.Roots(), noon))
	files := unzip(t, out.Bytes())
	for _, language := range templates.Languages {
		theirs := s
		theirs.Locale = language
		want, err := d.Card(theirs, identity(c))
		require.NoError(t, err)
		require.Empty(t, want.spoken, "the language is known")
		// An independent reader of property lists reads the file.
		words := map[string]string{}
		_, err = plist.Unmarshal(files[language+".lproj/pass.strings"], &words)
		require.NoError(t, err, language)
		ours, err := readStrings(files[language+".lproj/pass.strings"])
		require.NoError(t, err)
		require.Len(t, words, len(ours))
		for _, pair := range ours {
			require.Equal(t, pair.text, words[pair.key])
		}
		shown := func(text string) string {
			if said, ok := words[text]; ok {
				return said
			}
			return text
		}
		said := want.texts()
		for i, t2 := range pass.texts() {
			require.Equal(t, said[i].text, shown(t2.text), "%s in %s", t2.place, language)
		}
	}
	require.Empty(t, unzip(t, file(t, anna()))["nl.lproj/pass.strings"], "whose language is known has no other")
}

func TestAllLanguagesHaveTheSameKeys(t *testing.T) {
	p, s := unspoken()
	pass, err := Card(p, s, Identity{})
	require.NoError(t, err)
	require.Len(t, pass.spoken, len(templates.Languages))
	var first []string
	for i, file := range pass.spoken {
		pairs, err := readStrings(file.text)
		require.NoError(t, err)
		var keys []string
		for _, pair := range pairs {
			keys = append(keys, pair.key)
		}
		require.Len(t, slices.Compact(slices.Sorted(slices.Values(keys))), len(keys))
		if i == 0 {
			first = keys
		}
		require.Equal(t, first, keys)
	}
}

func TestVoidCardOfAnUnknownSpeakerSpeaks(t *testing.T) {
	pass, err := Card(cafe(), passes.State{Program: "demo", Version: 3, Voided: true}, Identity{})
	require.NoError(t, err)
	require.Len(t, pass.spoken, len(templates.Languages))
}
