package google

import (
	"slices"
	"strings"
	"unicode/utf8"

	"google.golang.org/api/walletobjects/v1"

	"regulars/models"
	"regulars/passes"
	"regulars/templates"
)

// maxBody is how many characters of a text module every screen shows.
const maxBody = 500

// phrase is a text that exists in every language.
type phrase func(*templates.Texts) string

func say(key string) phrase { return func(t *templates.Texts) string { return t.Say(key) } }

// everywhere returns the phrase in all languages, the program's own first:
// a class is read by every member, whatever their phone speaks.
func everywhere(p *models.Program, text phrase) *walletobjects.LocalizedString {
	own := templates.For(p.Locale)
	s := &walletobjects.LocalizedString{DefaultValue: translated(own, text)}
	for _, lang := range templates.Languages {
		if lang != own.Lang {
			s.TranslatedValues = append(s.TranslatedValues, translated(templates.For(lang), text))
		}
	}
	return s
}

// inAll returns a text of the program in all languages, or nil when it was not
// translated into any.
func inAll(p *models.Program, text string) *walletobjects.LocalizedString {
	own := templates.For(p.Locale)
	s := &walletobjects.LocalizedString{DefaultValue: &walletobjects.TranslatedString{Language: own.Lang, Value: text}}
	for _, lang := range templates.Languages {
		if said := p.Say(text, lang); lang != own.Lang && said != text {
			s.TranslatedValues = append(s.TranslatedValues, &walletobjects.TranslatedString{Language: lang, Value: said})
		}
	}
	if len(s.TranslatedValues) == 0 {
		return nil
	}
	return s
}

func translated(t *templates.Texts, text phrase) *walletobjects.TranslatedString {
	return &walletobjects.TranslatedString{Language: t.Lang, Value: text(t)}
}

func localized(p *models.Program, id string, header, body phrase) *walletobjects.TextModuleData {
	return &walletobjects.TextModuleData{Id: id, LocalizedHeader: everywhere(p, header), LocalizedBody: everywhere(p, body)}
}

// priceList names rewards and what they cost, a line each.
func priceList(t *templates.Texts, p *models.Program, rewards []models.Reward) []string {
	var lines []string
	for _, r := range rewards {
		if r.Cost > 0 {
			lines = append(lines, r.Name+": "+t.Units(passes.UnitOf(&p.Terms, r.Unit), r.Cost))
		}
	}
	return lines
}

// fit joins lines until the text is as long as every screen shows.
func fit(lines []string) string {
	text := ""
	for i, l := range lines {
		next := l
		if i > 0 {
			next = text + "\n" + l
		}
		if utf8.RuneCountInString(next) > maxBody {
			return strings.TrimSpace(text + "\n…")
		}
		text = next
	}
	return text
}

// nullEmpty notes the fields to send as null, in a fixed order.
func nullEmpty(fields *[]string, empty map[string]bool) {
	for name, yes := range empty {
		if yes && !slices.Contains(*fields, name) {
			*fields = append(*fields, name)
		}
	}
	slices.Sort(*fields)
}
