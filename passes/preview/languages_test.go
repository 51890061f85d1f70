package preview

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"howett.net/plist"

	"regulars/models"
	"regulars/passes/apple"
	"regulars/passes/google"
	"regulars/templates"
)

// walk tells of each text in JSON, with its path, and of each object.
func walk(v any, path string, text func(path, text string), object func(path string, o map[string]any)) {
	switch v := v.(type) {
	case string:
		text(path, v)
	case []any:
		for i, one := range v {
			walk(one, path+"."+strconv.Itoa(i), text, object)
		}
	case map[string]any:
		object(path, v)
		for name, one := range v {
			walk(one, path+"."+name, text, object)
		}
	}
}

func tree(t *testing.T, v any) any {
	t.Helper()
	raw, ok := v.([]byte)
	if !ok {
		var err error
		raw, err = json.Marshal(v)
		require.NoError(t, err)
	}
	var out any
	require.NoError(t, json.Unmarshal(raw, &out))
	return out
}

// Whatever Google is given in several languages it has in all: the program's own as
// the one for everybody else, and each other once.
func TestGoogleHasEachTextOfTheDesignsInAllLanguages(t *testing.T) {
	images := google.Images{Logo: hostedAt("logo"), Hero: hostedAt("hero")}
	for _, d := range templates.Designs() {
		for _, lang := range templates.Languages {
			p := designed(t, d.Name, lang)
			given := []any{google.Class(p, "0", images, ""), google.CardClass(models.GiftCard, p, "0", images, "")}
			for _, r := range p.Rewards {
				o := google.Offer{Program: p, Voucher: models.Voucher{Reward: r}}
				given = append(given, o.Class("0", images))
			}
			for _, class := range given {
				localized := 0
				walk(tree(t, class), d.Name+" in "+lang, func(path, text string) {
					require.NotContains(t, text, "⟦", path)
				}, func(path string, o map[string]any) {
					first, is := o["defaultValue"].(map[string]any)
					if !is {
						return
					}
					require.Equal(t, lang, first["language"], path)
					require.NotEmpty(t, first["value"], path)
					languages := []string{lang}
					others, _ := o["translatedValues"].([]any)
					for _, other := range others {
						languages = append(languages, other.(map[string]any)["language"].(string))
						require.NotEmpty(t, other.(map[string]any)["value"], path)
					}
					if strings.HasSuffix(path, ".contentDescription") { // the owner's own words, as far as they were translated
						return
					}
					localized++
					require.ElementsMatch(t, templates.Languages, languages, path)
				})
				require.Positive(t, localized)
			}
		}
	}
}

// A pass of each ready design for somebody whose language is not known says in each
// language what that language's own pass says, as an independent reader of property
// lists reads its texts. Where a word took more room in another language than in the
// program's, its text there was once empty.
func TestPassesOfTheDesignsSpeakEachLanguage(t *testing.T) {
	id := apple.Identity{PassTypeID: "pass.preview", TeamID: "PREVIEW", Serial: "preview"}
	for _, d := range templates.Designs() {
		p := designed(t, d.Name, "en")
		for _, sample := range []SampleName{RewardReady, LongNames} { // who have most to say
			pass := func(locale string) apple.Contents {
				s, err := Sample(p, sample, "en", noon)
				require.NoError(t, err)
				s.Locale = locale
				file, err := apple.Unsigned(p, s, id)
				require.NoError(t, err)
				c, err := apple.Open(file)
				require.NoError(t, err)
				return c
			}
			unknown := pass("")
			said := shownTexts(t, unknown)
			var keys []string
			for _, lang := range templates.Languages {
				words := map[string]string{}
				_, err := plist.Unmarshal(unknown.Files[lang+".lproj/pass.strings"], &words)
				require.NoError(t, err, "%s in %s", d.Name, lang)
				var these []string
				for key, text := range words {
					require.NotEmpty(t, text, key)
					these = append(these, key)
				}
				slices.Sort(these)
				if keys == nil {
					keys = these
				}
				require.NotEmpty(t, these)
				require.Equal(t, keys, these, "%s in %s", d.Name, lang)
				own := shownTexts(t, pass(lang))
				for place, text := range said {
					if shown, ok := words[text]; ok {
						text = shown
					}
					// In their own language a shorter word may leave room for one more field.
					if want, ok := own[place]; ok {
						require.Equal(t, want, text, "%s, %s, in %s: %s", d.Name, sample, lang, place)
					}
				}
			}
		}
	}
}

// shownTexts are the texts of a pass that phones look up, by the key of their field.
func shownTexts(t *testing.T, c apple.Contents) map[string]string {
	t.Helper()
	all := map[string]string{}
	walk(tree(t, c.Files["pass.json"]), "", func(string, string) {}, func(path string, o map[string]any) {
		key, field := o["key"].(string)
		for _, name := range []string{"label", "value", "changeMessage", "attributedValue", "description", "logoText"} {
			if text, ok := o[name].(string); ok && (field || path == "") {
				all[key+"/"+name] = text
			}
		}
	})
	require.Greater(t, len(all), 10)
	return all
}
