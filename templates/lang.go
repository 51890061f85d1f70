// Package templates holds what people read: pages, pass texts and the five
// languages they come in, all embedded. It knows nothing of the domain.
package templates

import (
	"embed"
	"encoding/json"
	"io/fs"
	"strconv"
	"strings"
	"sync"

	"github.com/nicksnyder/go-i18n/v2/i18n"
	"github.com/nicksnyder/go-i18n/v2/i18n/template"
	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"
)

//go:embed lang
var languages embed.FS

// Languages are the tags of the languages that everything is available in;
// the first is the one used when no other fits.
var Languages = []string{"en", "nl", "pl", "nb", "el"}

// Args are the values that a text names.
type Args map[string]any

// Texts says things in one language. It looks a text up once and keeps its
// pattern: a card has twenty of them, and a signature is made in the time that
// a hundred take to be looked up.
type Texts struct {
	Lang string // the tag that was chosen, one of Languages
	tag  language.Tag
	loc  *i18n.Localizer

	mu       sync.RWMutex
	patterns map[phrase]pattern
}

// phrase is one text, for texts that count in one plural form.
type phrase struct {
	key  string
	form plural.Form
}

var catalogue = sync.OnceValue(func() *i18n.Bundle {
	bundle := i18n.NewBundle(language.English)
	bundle.RegisterUnmarshalFunc("json", json.Unmarshal)
	files, err := fs.Glob(languages, "lang/*.json")
	if err != nil {
		panic(err)
	}
	for _, f := range files {
		if _, err := bundle.LoadMessageFileFS(languages, f); err != nil {
			panic(err) // embedded: broken at build, seen by every test
		}
	}
	return bundle
})

var matcher = sync.OnceValue(func() language.Matcher {
	tags := make([]language.Tag, len(Languages))
	for i, l := range Languages {
		tags[i] = language.Make(l)
	}
	return language.NewMatcher(tags)
})

// For returns the texts in the first of the preferences that we speak, each a
// BCP 47 tag or an Accept-Language header; English when there is none.
func For(preferences ...string) *Texts {
	for _, p := range preferences {
		tags, _, err := language.ParseAcceptLanguage(p)
		if err != nil || len(tags) == 0 {
			continue
		}
		if _, i, confidence := matcher().Match(tags...); confidence > language.Low {
			return inLanguage(Languages[i])
		}
	}
	return inLanguage(Languages[0])
}

var spoken = sync.OnceValue(func() map[string]*Texts {
	all := map[string]*Texts{}
	for _, lang := range Languages {
		all[lang] = &Texts{Lang: lang, tag: language.Make(lang), loc: i18n.NewLocalizer(catalogue(), lang), patterns: map[phrase]pattern{}}
	}
	return all
})

func inLanguage(tag string) *Texts { return spoken()[tag] }

// Say returns the text with that key. A key that no language has is a mistake
// in the program and comes back in ⟦brackets⟧, which a test looks for.
func (t *Texts) Say(key string, args ...Args) string {
	return t.pattern(phrase{key: key}, nil).fill("", args)
}

// Count returns the text with that key in the plural form for n; the text
// names n as {{.Count}}.
func (t *Texts) Count(key string, n int64, args ...Args) string {
	form := plural.Cardinal.MatchPlural(t.tag, int(max(n, -n)), 0, 0, 0, 0)
	return t.pattern(phrase{key, form}, int(n)).fill(t.Number(n), args)
}

// pattern returns a phrase's pattern; count is one of the numbers that take its
// form, or nil.
func (t *Texts) pattern(of phrase, count any) pattern {
	t.mu.RLock()
	p, known := t.patterns[of]
	t.mu.RUnlock()
	if known {
		return p
	}
	source, err := t.loc.Localize(&i18n.LocalizeConfig{MessageID: of.key, PluralCount: count, TemplateParser: template.IdentityParser{}})
	if err != nil && source == "" {
		return pattern{words: []string{"⟦" + of.key + "⟧"}} // not kept: there may be any number of them
	}
	p = newPattern(source)
	t.mu.Lock()
	t.patterns[of] = p
	t.mu.Unlock()
	return p
}

// separators are the grouping and decimal marks of each language.
var separators = map[string][2]string{
	"en": {",", "."}, "nl": {".", ","}, "pl": {"\u00a0", ","}, "nb": {"\u00a0", ","}, "el": {".", ","},
}

// Number writes n with the language's grouping: 12,345.
func (t *Texts) Number(n int64) string {
	s, sign := digitsOf(n)
	return sign + t.numberOf(s)
}

// symbols are the currencies whose sign people know; all else shows its code.
var symbols = map[string]string{"EUR": "€", "USD": "$", "GBP": "£", "PLN": "zł", "NOK": "kr", "SEK": "kr", "DKK": "kr", "JPY": "¥"}

// Money writes an amount of minor units, with so many decimal places, as the
// language writes money: €1,234.50, 1 234,50 zł.
func (t *Texts) Money(minor int64, currency string, places int) string {
	s, sign := digitsOf(minor)
	for len(s) <= places {
		s = "0" + s
	}
	whole := t.numberOf(s[:len(s)-places])
	if places > 0 {
		whole += separators[t.Lang][1] + s[len(s)-places:]
	}
	symbol, known := symbols[currency]
	switch {
	case t.Lang == "en" && known && symbol != "zł" && symbol != "kr":
		return sign + symbol + whole
	case t.Lang == "nl" && known && symbol != "zł" && symbol != "kr":
		return symbol + "\u00a0" + sign + whole
	case known:
		return sign + whole + "\u00a0" + symbol
	}
	return sign + whole + "\u00a0" + currency
}

// numberOf groups a run of digits.
func (t *Texts) numberOf(digits string) string {
	mark := separators[t.Lang][0]
	var b strings.Builder
	for i, d := range digits {
		if i > 0 && (len(digits)-i)%3 == 0 {
			b.WriteString(mark)
		}
		b.WriteRune(d)
	}
	return b.String()
}

func digitsOf(n int64) (digits, sign string) {
	s := strconv.FormatInt(n, 10)
	if rest, negative := strings.CutPrefix(s, "-"); negative {
		return rest, "-"
	}
	return s, ""
}
