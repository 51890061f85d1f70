package apple

import (
	"fmt"
	"image/color"
	"strings"

	"regulars/models"
	"regulars/passes"
	"regulars/passes/art"
	"regulars/templates"
)

// wording is what the cards of a program say and look like in one language,
// whoever's they are.
type wording struct {
	program *models.Program
	texts   *templates.Texts

	background, foreground, label string // rgb(r, g, b)
	logoText                      string

	ready, readyCount, next, name, tier, cardNumber, page, balances, ending, dates, vouchers string // labels

	units map[models.Unit]templates.Unit // that the program counts

	options cardOptions

	noNews, void Field
	shared       []Field  // the end of the back
	own          ownAreas // what the owner designed
	roomy        bool     // leaves out nothing for want of room
}

func newWording(p *models.Program, texts *templates.Texts) *wording {
	p = p.In(texts.Lang)
	palette := art.PaletteOf(p.Brand)
	organization := templates.Args{"Organization": p.Organization}
	w := &wording{
		program: p, texts: texts,
		background: rgb(palette.Background), foreground: rgb(palette.Foreground), label: rgb(palette.Label),
		ready: texts.Say("passReady"), readyCount: texts.Say("passReadyCount"), next: texts.Say("passNext"),
		name: texts.Say("passName"), tier: texts.Say("passTier"), cardNumber: texts.Say("passCard"), page: texts.Say("passPage"),
		balances: texts.Say("passBalances"), ending: texts.Say("passEnding"), dates: texts.Say("passDates"), vouchers: texts.Say("voucher.title"),
		units: map[models.Unit]templates.Unit{}, options: optionsOf(p),
		noNews: text("message", texts.Say("passNews"), texts.Say("passNoNews")),
		void:   text("void", texts.Say("passVoid"), texts.Say("passVoidText", organization)),
	}
	for _, u := range p.Units() {
		w.units[u] = passes.UnitOf(&p.Terms, u)
	}
	if !art.Wordmark(p.Brand) {
		w.logoText = p.Name
	}
	w.own = newOwnAreas(&p.Terms)
	for _, f := range []Field{
		text("earn", texts.Say("passEarn"), w.earn()), text("rewards", texts.Say("passRewards"), w.rewards()), text("contact", texts.Say("passContact"), contact(p)),
		text("terms", texts.Say("passTerms"), texts.Say("passTermsText", organization)),
	} {
		if f.Value != "" && !w.own.back.has(f.Key) {
			w.shared = append(w.shared, f)
		}
	}
	w.shared = append(w.shared, linkFields(p.Card.Links)...)
	return w
}

// unit returns what people call a unit. One of an older version of the program,
// of which there may still be some, is called by what it is.
func (w *wording) unit(u models.Unit) templates.Unit {
	if known, ok := w.units[u]; ok {
		return known
	}
	return passes.UnitOf(&w.program.Terms, u)
}

func (w *wording) earn() string {
	p := w.program
	places, _ := models.CurrencyDigits(p.Currency)
	var lines []string
	for _, r := range p.Rules {
		line := r.Name
		if r.Simple() {
			line = w.texts.Say("passEarnText", templates.Args{
				"Points": w.texts.Units(w.unit(r.Unit), r.Give),
				"Amount": w.texts.Money(r.Amount, p.Currency, places),
			})
		}
		lines = append(lines, line)
	}
	for _, b := range p.Bonuses {
		lines = append(lines, b.Name)
	}
	return strings.Join(lines, "\n")
}

// rewards lists what units buy, one to a line.
func (w *wording) rewards() string {
	var lines []string
	for _, r := range w.program.Rewards {
		if r.Cost > 0 {
			lines = append(lines, r.Name+": "+w.texts.Units(w.unit(r.Unit), r.Cost))
		}
	}
	return strings.Join(lines, "\n")
}

// contact is who issued the card and how to reach them, which Apple asks for
// on the back. Phones make links of it.
func contact(p *models.Program) string {
	lines := []string{p.Organization}
	for _, line := range []string{p.Contact.Address, p.Contact.Phone, p.Contact.Email, p.Contact.Website} {
		if line != "" {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "\n")
}

func rgb(c color.RGBA) string { return fmt.Sprintf("rgb(%d, %d, %d)", c.R, c.G, c.B) }
