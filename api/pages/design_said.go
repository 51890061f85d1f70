package pages

import (
	"cmp"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/gin-gonic/gin"

	"regulars/models"
	"regulars/templates"
)

// saidIn is where a translation has a language.
func saidIn(x *models.Translation, lang string) *string {
	switch lang {
	case "en":
		return &x.EN
	case "nl":
		return &x.NL
	case "pl":
		return &x.PL
	case "nb":
		return &x.NB
	}
	return &x.EL
}

// translations reads the table of the languages. A text that was changed in the same
// form takes its translations along.
func (d *draft) translations(c *gin.Context) {
	d.said = d.Translations
	texts, places := c.PostFormArray("said"), c.PostFormArray("said_at")
	if c.PostForm("whole") == "" || len(texts) != len(places) {
		return
	}
	d.said = nil
	said := map[string][]string{}
	for _, lang := range templates.Languages {
		said[lang] = c.PostFormArray("said_" + lang)
	}
	for i := range min(len(texts), 500) {
		x := models.Translation{Text: strings.ReplaceAll(texts[i], "\r\n", "\n")} // forms send the ends of lines otherwise than they stand
		for lang, all := range said {
			if i < len(all) {
				*saidIn(&x, lang) = lines(all[i])
			}
		}
		if now := d.typed(places[i]); now != "" && now != x.Text {
			moved := x
			moved.Text = now
			d.said = append(d.said, moved)
		}
		d.said = append(d.said, x)
	}
}

// typed is the text that stands now where a text of the table stood: fields-2-label,
// or the name of an input.
func (d *draft) typed(place string) string {
	if is, ok := d.words()[place]; ok {
		return *is
	}
	list, rest, _ := strings.Cut(place, "-")
	number, part, _ := strings.Cut(rest, "-")
	i, err := strconv.Atoi(number)
	switch {
	case err != nil || i < 0:
	case list == "fields" && i < len(d.fields) && part == "label":
		return d.fields[i].Label
	case list == "fields" && i < len(d.fields):
		return d.fields[i].Text
	case list == "links" && i < len(d.links):
		return d.links[i].Name
	case list == "places" && i < len(d.places):
		return d.places[i].Text
	case list == "beacons" && i < len(d.beacons):
		return d.beacons[i].Text
	}
	return ""
}

// prune leaves the translations of texts that the program has, in the order in which
// they were.
func (d *draft) prune() {
	stands := map[string]bool{}
	d.Texts(func(_, text string) { stands[text] = text != "" })
	byText := map[string]models.Translation{}
	var order []string
	for _, x := range d.Translations {
		order = append(order, x.Text)
	}
	for _, x := range d.said {
		if _, twice := byText[x.Text]; twice || !stands[x.Text] || x.EN+x.NL+x.PL+x.NB+x.EL == "" {
			continue
		}
		byText[x.Text] = x
		order = append(order, x.Text)
	}
	d.Translations = nil
	for _, text := range order {
		if x, ok := byText[text]; ok {
			d.Translations = append(d.Translations, x)
			delete(byText, text)
		}
	}
}

// table shows the texts of the card, and of the rest of the program, in all languages
// but the program's own.
func (d *draft) table() templates.DesignSaid {
	var out templates.DesignSaid
	own := templates.For(d.Locale).Lang
	for _, lang := range templates.Languages {
		if lang != own {
			out.Langs = append(out.Langs, templates.DesignLang{Lang: lang, Name: templates.LanguageName(lang)})
		}
	}
	seen := map[string]bool{"": true}
	add := func(to *[]templates.DesignText, text, place string) {
		said := slices.IndexFunc(d.Translations, func(x models.Translation) bool { return x.Text == text })
		if seen[text] || said < 0 && !needsWords(text) {
			return
		}
		seen[text] = true
		row := templates.DesignText{Text: text, At: place}
		x := models.Translation{}
		if said >= 0 {
			x = d.Translations[said]
		}
		row.Own, row.OwnLang = *saidIn(&x, own), own
		for i := range out.Langs {
			is := *saidIn(&x, out.Langs[i].Lang)
			row.Said = append(row.Said, is)
			if is == "" {
				out.Langs[i].Missing++
			}
		}
		*to = append(*to, row)
	}
	d.Texts(func(field, text string) {
		if strings.HasPrefix(field, "card.") {
			add(&out.Card, text, d.placeOf(field))
		}
	})
	d.Texts(func(_, text string) { add(&out.Rest, text, "") })
	return out
}

var formText = map[string]string{"card.apple.sign_up.text": "sign_up_text", "card.apple.sign_up.terms": "sign_up_terms"}

var cardText = regexp.MustCompile(`^card\.(fields|links|places|beacons)\[([0-9]+)\]\.(label|text|name)$`)

// placeOf is the row or the input of the form in which a text of the card stands.
func (d *draft) placeOf(field string) string {
	if place, ok := formText[field]; ok {
		return place
	}
	m := cardText.FindStringSubmatch(field)
	if m == nil {
		return ""
	}
	i, err := strconv.Atoi(m[2])
	if from := d.from[m[1]]; err == nil && i < len(from) {
		return m[1] + "-" + strconv.Itoa(from[i]) + "-" + m[3]
	}
	return ""
}

var named = regexp.MustCompile(`{{[^|}]*\|?([^}]*)}}`)

// needsWords reports whether a text is more than values, numbers and signs.
func needsWords(text string) bool {
	return strings.ContainsFunc(named.ReplaceAllString(text, "$1"), unicode.IsLetter)
}

// saidRow is the row and the language of the table that a fault in a translation is
// about.
func (d *draft) saidRow(page *templates.CardDesign, field string) string {
	m := regexp.MustCompile(`^translations\[([0-9]+)\]\.?([a-z]*)$`).FindStringSubmatch(field)
	if m == nil {
		return ""
	}
	i, err := strconv.Atoi(m[1])
	if err != nil || i >= len(d.Translations) {
		return ""
	}
	all := slices.Concat(page.Said.Card, page.Said.Rest)
	row := slices.IndexFunc(all, func(x templates.DesignText) bool { return x.Text == d.Translations[i].Text })
	return "said-" + strconv.Itoa(row) + "-" + cmp.Or(m[2], "nl")
}
