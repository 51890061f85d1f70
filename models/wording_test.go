package models_test

import (
	"errors"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"regulars/models"
)

var someNames = []string{"name", "points", "stamps:lunch", "tier"}

func TestWordingIsFilled(t *testing.T) {
	values := func(name string) string {
		return map[string]string{"name": "Anna", "points": "7", "stamps:lunch": "3"}[name]
	}
	for text, want := range map[string]string{
		"":                                "",
		"Plain words":                     "Plain words",
		"{{.points}}":                     "7",
		"{{.points}} to your next coffee": "7 to your next coffee",
		"Ανέστη, {{ .name }}: {{.points}}.": "Ανέστη, Anna: 7.",
		"{{.stamps:lunch}} lunches":         "3 lunches",
		"{{.tier | no level yet}}":          "no level yet",
		"{{.tier|}}!":                       "!",
		"{{.name|friend}}":                  "Anna",
		"a { b } c":                         "a { b } c",
	} {
		w, err := models.ParseWording(text, someNames)
		require.NoError(t, err, text)
		got, whole := w.Fill(values)
		require.True(t, whole, text)
		require.Equal(t, want, got)
	}
	w, err := models.ParseWording("You are {{.tier}}", someNames)
	require.NoError(t, err)
	_, whole := w.Fill(values)
	require.False(t, whole, "half a sentence is worse than none")
}

func TestFaultOfAWordingIsPointedAt(t *testing.T) {
	for text, says := range map[string]string{
		"Γεια {{.pionts}}":       "at character 6: There is no pionts here; points may be meant. There are name, points, stamps:lunch, tier.",
		"{{.secret_key}}":        "at character 1: There is no secret_key here. There are",
		"{{points}}":             "at character 1: A name begins with a dot, such as {{.name}}.",
		"{{}}":                   "at character 1: A name begins with a dot",
		"ab {{.points":           "at character 4: This {{ has no }} after it.",
		"ab }} {{.points}}":      "at character 4: There is no {{ before this }}.",
		"{{.points}} }}":         "at character 13: There is no {{ before this }}.",
		"{{{.points}}}":          "at character 1: Braces stand in pairs",
		"{{.points {{.points}}}": "at character 1: Braces stand in pairs",
		"{{printf .points}}":     "at character 1: A name begins with a dot",
	} {
		_, err := models.ParseWording(text, someNames)
		require.ErrorContains(t, err, says, text)
	}
}

func TestNameAloneIsKnown(t *testing.T) {
	for text, want := range map[string]string{"{{.points}}": "points", " {{.points}}": "", "{{.points|none}}": "", "points": "", "": ""} {
		w, err := models.ParseWording(text, someNames)
		require.NoError(t, err)
		name, alone := w.Alone()
		require.Equal(t, want, name, text)
		require.Equal(t, want != "", alone)
	}
}

func FuzzWording(f *testing.F) {
	for _, seed := range []string{"{{.points}}", "{{.tier|{{", "}}{{", "{{.name | x}} y {{.points}}", "\xff{{.name}}"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		w, err := models.ParseWording(text, someNames)
		if err != nil {
			require.Contains(t, err.Error(), "at character ")
			return
		}
		got, whole := w.Fill(func(string) string { return "v" })
		require.True(t, whole)
		require.Equal(t, len(w.Names()), strings.Count(text, "{{"))
		if len(w.Names()) == 0 {
			require.Equal(t, text, got)
		}
	})
}

// Whoever says it in another language, or shows the place, needs no sentence of ours.
func TestWhatIsMiswordedNamesItsPlace(t *testing.T) {
	for _, tt := range []struct {
		text, marked, nearest string
		fault                 models.WordingFault
	}{
		{"Γεια {{.nome}} σου", "{{.nome}}", "name", models.NoSuchName},
		{"Γεια {{.zzzzzz}}", "{{.zzzzzz}}", "", models.NoSuchName},
		{"Γεια {{.name", "{{.name", "", models.Unclosed},
		{"Γεια .name}}!", "}}", "", models.Unopened},
		{"ab {{{.name}}", "{{{.name}}", "", models.Unpaired},
		{"ab {{name}}", "{{name}}", "", models.Undotted},
	} {
		_, err := models.ParseWording(tt.text, someNames)
		wrong, ok := errors.AsType[*models.Misworded](err)
		require.True(t, ok, tt.text)
		require.Equal(t, tt.fault, wrong.Fault, tt.text)
		require.Equal(t, tt.marked, wrong.Text[wrong.From:wrong.To], tt.text)
		require.Equal(t, tt.nearest, wrong.Nearest, tt.text)
		require.Equal(t, utf8.RuneCountInString(tt.text[:wrong.From])+1, wrong.Character(), tt.text)
	}
}
