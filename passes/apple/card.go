package apple

import (
	"fmt"

	"regulars/models"
	"regulars/passes"
	"regulars/passes/barcode"
	"regulars/templates"
)

// Identity is what makes a pass this one pass. Serial and Token never change
// once it is issued.
type Identity struct {
	PassTypeID    string
	TeamID        string
	Serial        models.Serial
	Token         string // random, at least 16 characters, of this pass alone
	WebServiceURL string // without /v1 and without a slash at its end
}

// Card returns the pass of a member whose card says s under p, in the member's
// language. A Design does the same faster.
//
// A change is shown on the lock screen only through a field's change message,
// and only if a single such field changed. So while a promotion is in force
// its field alone speaks, and else the balance does. The promotion's field is
// always there, since a field that comes and goes is no change of value.
func Card(p *models.Program, s passes.State, id Identity) (Pass, error) {
	return newWording(p, templates.For(s.Locale, p.Locale)).card(s, id)
}

// card returns the pass of s in w's language.
func (w *wording) card(s passes.State, id Identity) (Pass, error) {
	p := w.program
	if s.Program != p.ID || s.Version != p.Version {
		return Pass{}, fmt.Errorf("make the card of %s: its state is of %s", models.ProgramKey(p.ID, p.Version), models.ProgramKey(s.Program, s.Version))
	}
	pass := Pass{
		FormatVersion: 1, PassTypeIdentifier: id.PassTypeID, TeamIdentifier: id.TeamID,
		SerialNumber: string(id.Serial), AuthenticationToken: id.Token, WebServiceURL: id.WebServiceURL,
		OrganizationName: p.Organization, Description: p.Description, SharingProhibited: true, LogoText: w.logoText,
		BackgroundColor: w.background, ForegroundColor: w.foreground, LabelColor: w.label,
	}
	if s.Voided {
		pass.Voided = true
		pass.StoreCard.Back = []Field{w.void}
		return pass, nil
	}
	pass.Barcodes = barcodes(p.Barcode, s.Card)
	pass.StoreCard = Fields{
		Header: []Field{w.balance(s)}, Primary: w.primary(s), Secondary: w.secondary(s), Auxiliary: w.progress(s), Back: w.back(s),
	}
	return pass, nil
}

func (w *wording) balance(s passes.State) Field {
	f := Field{Key: "balance", Label: w.points, Value: s.Balance, NumberStyle: styleDecimal, TextAlignment: alignRight}
	if s.Message == "" {
		f.ChangeMessage = w.texts.Count("passBalanceChanged", s.Balance)
	}
	return f
}

// primary shows what the member may have now, or what comes next.
func (w *wording) primary(s passes.State) []Field {
	ready, next := s.Ready(w.program)
	if best := dearest(ready); best != nil {
		return []Field{text("reward", w.ready, best.Name)}
	}
	if next != nil {
		return []Field{text("reward", w.texts.Count("passToGo", next.Cost-s.Balance), next.Name)}
	}
	return nil
}

func (w *wording) secondary(s passes.State) []Field {
	fields := make([]Field, 0, 2)
	if s.Name != "" {
		fields = append(fields, text("name", w.name, s.Name))
	}
	if s.Tier != "" {
		fields = append(fields, text("tier", w.tier, s.Tier))
	}
	return fields
}

// progress shows how far the next reward is, or how many are ready when there
// is none beyond.
func (w *wording) progress(s passes.State) []Field {
	ready, next := s.Ready(w.program)
	switch {
	case next != nil:
		label := w.next
		if len(ready) > 0 { // the large field names another one
			label = next.Name
		}
		f := text("progress", label, w.texts.Number(max(0, s.Balance))+" / "+w.texts.Number(next.Cost))
		f.TextAlignment = alignRight
		return []Field{f}
	case len(ready) > 0:
		return []Field{{Key: "progress", Label: w.readyCount, Value: int64(len(ready)), TextAlignment: alignRight}}
	}
	return nil
}

func (w *wording) back(s passes.State) []Field {
	news := w.noNews
	if s.Message != "" {
		news.Value, news.ChangeMessage = s.Message, "%@"
	}
	fields := make([]Field, 0, 3+len(w.shared))
	fields = append(fields, news, text("card", w.cardNumber, barcode.Group(s.Card)))
	if s.Page != "" {
		fields = append(fields, text("page", w.page, s.Page))
	}
	return append(fields, w.shared...)
}

// dearest returns the reward that costs most, if there is one.
func dearest(rewards []models.Reward) *models.Reward {
	var best *models.Reward
	for i := range rewards {
		if best == nil || rewards[i].Cost > best.Cost {
			best = &rewards[i]
		}
	}
	return best
}

// formats are Apple's names of the symbologies.
var formats = map[models.Symbology]string{
	models.QR: formatQR, models.PDF417: formatPDF417, models.Aztec: formatAztec, models.Code128: formatCode128,
}

// barcodes returns the program's code, and after a Code 128 a QR code for
// watches, which can't draw it.
func barcodes(sym models.Symbology, card models.CardNumber) []Barcode {
	code := Barcode{Format: formats[sym], Message: string(card), MessageEncoding: "iso-8859-1", AltText: barcode.Group(card)}
	if sym != models.Code128 {
		return []Barcode{code}
	}
	fallback := code
	fallback.Format = formatQR
	return []Barcode{code, fallback}
}

func text(key, label, value string) Field { return Field{Key: key, Label: label, Value: value} }
