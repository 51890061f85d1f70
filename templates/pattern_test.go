package templates

import (
	"encoding/json"
	"io/fs"
	"regexp"
	"testing"

	"github.com/nicksnyder/go-i18n/v2/i18n"
	"github.com/stretchr/testify/require"
)

// Texts are looked up by the library once and filled in here. In every language
// each comes out as the library itself would say it.
func TestTextsAreSaidAsTheLibrarySaysThem(t *testing.T) {
	data := Args{}
	for _, name := range regexp.MustCompile(`{{\.(\w+)}}`).FindAllStringSubmatch(everything(t), -1) {
		data[name[1]] = "<" + name[1] + ">"
	}
	for _, lang := range Languages {
		texts := For(lang)
		for key, counts := range keys(t, lang) {
			want, err := texts.loc.Localize(&i18n.LocalizeConfig{MessageID: key, TemplateData: data})
			require.NoError(t, err, key)
			require.Equal(t, want, texts.Say(key, data))
			if !counts {
				continue
			}
			for _, n := range []int64{-22, -1, 0, 1, 2, 4, 5, 11, 12, 14, 21, 22, 25, 101, 111, 112, 1_000_000, 10_000_001} {
				with := merge(data, Args{"Count": texts.Number(n)})
				want, err := texts.loc.Localize(&i18n.LocalizeConfig{MessageID: key, TemplateData: with, PluralCount: int(n)})
				require.NoError(t, err, key)
				require.Equal(t, want, texts.Count(key, n, data), "%s in %s for %d", key, lang, n)
			}
		}
	}
}

func merge(all ...Args) Args {
	data := Args{}
	for _, a := range all {
		for k, v := range a {
			data[k] = v
		}
	}
	return data
}

// Nothing else stands between braces: it would be read aloud.
func TestTextsOnlyFillIn(t *testing.T) {
	rest := regexp.MustCompile(`{{\.\w+}}`).ReplaceAllString(everything(t), "")
	require.NotContains(t, rest, "{{")
	require.Equal(t, "⟦Name⟧ 3", newPattern("{{.Name}} {{.Count}}").fill("3", nil), "what is missing is seen")
	require.Equal(t, "2 of 7", newPattern("{{.A}} of {{.B}}").fill("", []Args{{"A": 1, "B": int64(7)}, {"A": 2}}), "the last one holds")
	require.Equal(t, "{{.", newPattern("{{.").fill("", nil))
}

func files(t *testing.T, pattern string) (all []string) {
	t.Helper()
	names, err := fs.Glob(languages, pattern)
	require.NoError(t, err)
	for _, name := range names {
		b, err := fs.ReadFile(languages, name)
		require.NoError(t, err)
		all = append(all, string(b))
	}
	return all
}

// everything is the text of all catalogues.
func everything(t *testing.T) (all string) {
	for _, file := range files(t, "lang/*.json") {
		all += file
	}
	return all
}

// keys are the keys of a language, and whether their texts count.
func keys(t *testing.T, lang string) map[string]bool {
	all := map[string]bool{}
	for _, file := range files(t, "lang/*."+lang+".json") {
		texts := map[string]any{}
		require.NoError(t, json.Unmarshal([]byte(file), &texts))
		for key, text := range texts {
			_, all[key] = text.(map[string]any)
		}
	}
	return all
}
