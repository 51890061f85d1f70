package pages

import (
	"cmp"
	"encoding/base64"
	"html/template"
	"slices"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"regulars/models"
	"regulars/passes/preview"
	"regulars/templates"
)

// designPage is the form with how phones show the card.
func (p *Pages) designPage(c *gin.Context, program *models.Program, d *draft) (templates.CardDesign, error) {
	t := texts(c)
	_, stamps := withStamps(d.Terms).ShownCard()
	speak := templates.For(c.PostForm("shown_in"), d.Locale).Lang
	b := &d.Brand
	page := templates.CardDesign{
		Frame: p.frame(c, program), Version: program.Version, Key: newKey(), Whole: !fragment(c), Focus: d.focus,
		Colour: strings.ToLower(b.Background), Foreground: strings.ToLower(b.Foreground), Labels: strings.ToLower(b.Label), Own: d.own,
		Stamps: stamps, Names: d.CardNames(), Pictures: designPictures(d, program, stamps),
		Shows:     options(t, "design.shows.", shownBy(d, stamps), b.Shows),
		Shapes:    options(t, "design.shape.", []models.StampShape{models.RoundStamps, models.SquareStamps, models.BareStamps}, cmp.Or(b.Stamps.Shape, models.RoundStamps)),
		Icons:     options(t, "design.icon.", models.Icons, cmp.Or(b.Stamps.Icon, "tick")),
		Free:      options(t, "design.icon.", models.Icons, cmp.Or(b.Stamps.Free, "gift")),
		Barcodes:  options(t, "design.barcode.", symbologies, d.Barcode),
		Fallbacks: fallbackChoices(t, d),
		Asked:     askedChoices(t, d),
		Holders:   options(t, "design.holders.", []models.Holders{models.OnePerson, models.OneDevice, models.Anybody}, d.Card.Google.Holders),
		Samples:   options(t, "design.sample.", preview.SampleNames, sampleOf(c)),
		Rows:      designRows(t, d), Values: d.values(), Ticks: d.ticked(), Said: d.table(),
		Links: []templates.DesignPair{}, Wrong: map[string]templates.DesignFault{}, Ready: ready(t, program),
		Changed: !d.Equal(program.Terms),
	}
	for _, l := range spare(d.links) {
		page.Links = append(page.Links, templates.DesignPair{First: l.Name, Second: l.URL})
	}
	page.Places, page.Beacons = pairs(d.places), pairs(d.beacons)
	for _, lang := range templates.Languages {
		page.Speaks = append(page.Speaks, templates.Choice{Purpose: lang, Wording: templates.LanguageName(lang), Given: lang == speak})
	}
	if d.laid != "" {
		page.Laid = t.Say(d.laid, d.laidArgs)
	}
	var err error
	if page.Earlier, err = p.earlier(c.Request.Context(), t, program); err != nil {
		return page, err
	}
	blame(t, &page, d)
	if d.fault == nil {
		p.show(t, &page, d, sampleOf(c), speak)
	}
	return page, nil
}

// shownBy is what the strip of the program can show.
func shownBy(d *draft, stamps bool) []models.Shows {
	shows := []models.Shows{models.ShowsNothing}
	if stamps {
		shows = append(shows, models.ShowsStamps)
	}
	if len(d.Rewards) > 0 {
		shows = append(shows, models.ShowsProgress)
	}
	if len(d.Tiers) > 0 {
		shows = append(shows, models.ShowsTier)
	}
	return shows
}

// withStamps are terms that show stamps, if they have any to show.
func withStamps(t models.Terms) *models.Terms {
	t.Brand.Shows = models.ShowsStamps
	return &t
}

func sampleOf(c *gin.Context) preview.SampleName {
	if name := preview.SampleName(c.PostForm("sample")); slices.Contains(preview.SampleNames, name) {
		return name
	}
	return preview.HalfWay
}

// options are values with their words, whose keys begin with a prefix; that of an
// empty value ends with none.
func options[T ~string](t *templates.Texts, prefix string, all []T, chosen T) []templates.Choice {
	var out []templates.Choice
	for _, v := range all {
		out = append(out, templates.Choice{Purpose: string(v), Wording: t.Say(prefix + cmp.Or(string(v), "none")), Given: v == chosen})
	}
	return out
}

func fallbackChoices(t *templates.Texts, d *draft) []templates.Choice {
	var out []templates.Choice
	for _, s := range symbologies {
		if s != d.Barcode {
			out = append(out, templates.Choice{Purpose: string(s), Wording: t.Say("design.barcode." + string(s)), Given: slices.Contains(d.Card.Fallbacks, s)})
		}
	}
	return out
}

func askedChoices(t *templates.Texts, d *draft) []templates.Choice {
	words := map[models.Asked]string{
		models.AskName: t.Say("field.name"), models.AskPhone: t.Say("field.phone"), models.AskEmail: t.Say("field.email"), models.AskPostcode: t.Say("signup.postcode"),
	}
	var out []templates.Choice
	for _, a := range asked {
		out = append(out, templates.Choice{Purpose: string(a), Wording: words[a], Given: slices.Contains(d.Card.Apple.SignUp.Ask, a)})
	}
	return out
}

// values are the options that are texts, as they were typed.
func (d *draft) values() map[string]string {
	all := map[string]string{"near": d.near, "apps": strings.Join(d.Card.Apple.Apps, ", "), "smart_tap": strings.Join(d.Card.Google.SmartTap, ", ")}
	for name, is := range d.words() {
		all[name] = *is
	}
	return all
}

func (d *draft) ticked() map[string]bool {
	all := map[string]bool{"static": d.Card.Google.Static != models.StaticTaken}
	for name, is := range d.ticks() {
		all[name] = *is
	}
	return all
}

// spare are the rows with an empty one to fill in at their end.
func spare[T comparable](rows []T) []T {
	var empty T
	if len(rows) == 0 || rows[len(rows)-1] != empty {
		return append(slices.Clone(rows), empty)
	}
	return rows
}

func pairs(places []models.CardPlace) []templates.DesignPair {
	var out []templates.DesignPair
	for _, p := range spare(places) {
		out = append(out, templates.DesignPair{First: p.At, Second: p.Text})
	}
	return out
}

// areas are where a field can stand.
var areas = []models.Area{
	models.Header, models.Primary, models.Secondary, models.Auxiliary, models.Back, inPlaceOf + "earn", inPlaceOf + "rewards", inPlaceOf + "terms",
}

// designRows are the fields, and one to fill in.
func designRows(t *templates.Texts, d *draft) []templates.DesignRow {
	var rows []templates.DesignRow
	typed := d.fields
	if n := len(typed); n == 0 || typed[n-1].Text+typed[n-1].Label != "" || typed[n-1].ID != "" {
		typed = append(slices.Clone(typed), models.CardField{At: models.Back})
	}
	for _, f := range typed {
		at := f.At
		if at == models.Back && slices.Contains(models.BackParts, f.ID) {
			at = inPlaceOf + models.Area(f.ID)
		}
		rows = append(rows, templates.DesignRow{ID: string(f.ID), Label: f.Label, Text: f.Text, Align: string(f.Align), Areas: options(t, "design.area.", areas, at)})
	}
	return rows
}

// show draws the card on both phones.
func (p *Pages) show(t *templates.Texts, page *templates.CardDesign, d *draft, sample preview.SampleName, speak string) {
	now := p.Wallet.Stores.Clock.Now()
	state, err := preview.Sample(&d.Program, sample, speak, now)
	if err == nil {
		var sheet preview.Sheet
		if sheet, err = preview.Of(&d.Program, state, preview.Options{Locale: speak, Now: now}); err == nil {
			for i := range sheet.Faces {
				f := &sheet.Faces[i]
				page.Faces = append(page.Faces, templates.DesignFace{
					Name: string(f.Name), Words: f.Words(),
					Image: template.URL("data:image/svg+xml;base64," + base64.StdEncoding.EncodeToString(f.SVG())), //nolint:gosec // drawn by us
				})
			}
			page.Warnings = warnings(t, sheet.Warnings)
		}
	}
	if err != nil {
		p.Log.Error("draw a design", "program", d.ID, "err", err)
		page.Undrawn = true
	}
}

// rowOf is the row of the form from which an entry of the card's lists came.
func (d *draft) rowOf(list, number string) string {
	i, err := strconv.Atoi(number)
	if from := d.from[list]; err == nil && i < len(from) {
		return strconv.Itoa(from[i])
	}
	return "0"
}
