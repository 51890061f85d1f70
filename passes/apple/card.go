package apple

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"regulars/models"
	"regulars/passes"
	"regulars/passes/barcode"
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
// language, or in all where that is not known. A Design does the same faster.
//
// A change is shown on the lock screen only through a field's change message,
// and only if a single such field changed. So while a promotion is in force
// its field alone speaks, and else one of the balance: the number in the corner
// where it is all there is, or else a sentence on the back that tells of every
// unit, as one purchase may change several. The promotion's field is always
// there, since a field that comes and goes is no change of value.
func Card(p *models.Program, s passes.State, id Identity) (Pass, error) {
	d := Design{program: p, wordings: wordingsOf(p)}
	return d.Card(s, id)
}

// card returns the pass of s in w's language.
func (w *wording) card(s passes.State, id Identity) (Pass, error) {
	p := w.program
	if s.Program != p.ID || s.Version != p.Version {
		return Pass{}, fmt.Errorf("make the card of %s: its state is of %s", models.ProgramKey(p.ID, p.Version), models.ProgramKey(s.Program, s.Version))
	}
	pass := w.pass(StoreCard, id)
	if s.Voided {
		pass.Voided = true
		pass.Fields.Back = []Field{w.void}
		return pass, nil
	}
	pass.Barcodes, pass.look = barcodes(p, string(s.Card), barcode.Group(s.Card)), s.Look(p)
	w.options.on(&pass, string(s.Card))
	pass.Personalization = w.form(s.SignUp)
	pass.Fields.Header = []Field{w.balance(s)}
	first := w.primary(s)
	if !pass.look.Shows.Fills() {
		pass.Fields.Primary, first = first, nil
	}
	w.fill(&pass.Fields, s, first)
	return pass, nil
}

// pass returns what all passes of the program have in common.
func (w *wording) pass(style Style, id Identity) Pass {
	p := w.program
	return Pass{
		FormatVersion: 1, Style: style, PassTypeIdentifier: id.PassTypeID, TeamIdentifier: id.TeamID,
		SerialNumber: string(id.Serial), AuthenticationToken: id.Token, WebServiceURL: id.WebServiceURL,
		OrganizationName: p.Organization, Description: p.Description, SharingProhibited: true, LogoText: w.logoText,
		BackgroundColor: w.background, ForegroundColor: w.foreground, LabelColor: w.label,
	}
}

// alone reports whether the balance in the corner says all there is to say.
func (w *wording) alone(s passes.State) bool {
	return len(w.own.header) == 0 && len(s.Balances) <= 1 && len(s.Memberships) == 0 && w.unit(s.Primary().Unit).Plain()
}

func (w *wording) balance(s passes.State) Field {
	b := s.Primary()
	u := w.unit(b.Unit)
	f := Field{Key: "balance", Label: w.texts.Label(u), TextAlignment: AlignRight}
	if u.Plain() {
		f.Value, f.NumberStyle = b.Amount, NumberDecimal
	} else {
		f.Value = w.texts.Standing(u, b.Amount)
	}
	if s.Message == "" && w.alone(s) {
		f.ChangeMessage = w.texts.YouHave(u, b.Amount, "%@")
	}
	return f
}

// primary shows what the member may have now, or what comes next.
func (w *wording) primary(s passes.State) []Field {
	if best, times := w.dearest(s); best != nil {
		name := best.Name
		if times > 1 {
			name = w.texts.Number(times) + " × " + name
		}
		return []Field{text("reward", w.ready, name)}
	}
	if next := s.Reward(w.program); next != nil {
		return []Field{text("reward", w.texts.ToGo(w.unit(next.Unit), s.Missing(next)), next.Name)}
	}
	return nil
}

// fill puts what there is below the strip and on the back, after first, and what
// the owner designed in its place.
func (w *wording) fill(f *Fields, s passes.State, first []Field) {
	var rest []Field
	v := passes.Values{Texts: w.texts, Program: w.program, State: s, Unit: w.unit}
	if w.own.row() {
		f.Secondary, f.Auxiliary = w.own.secondary.fields(&v), w.own.auxiliary.fields(&v)
	} else {
		f.Secondary, f.Auxiliary, rest = w.row(s, first)
	}
	if len(w.own.header) > 0 {
		f.Header = w.own.header.fields(&v)
	}
	if len(w.own.primary) > 0 {
		f.Primary = w.own.primary.fields(&v)
	}
	f.Back = w.back(s, &v, rest)
}

// maxRow is how many fields phones draw below the large one.
const maxRow = 4

// space is what is left of the row below the strip.
type space struct{ fields, letters int }

// rowLetters is how many letters a row of fields shows beside the gaps, of rowGap
// letters each: phones cut off what is beyond. Package preview measures it in a face.
const (
	rowLetters = 42
	rowGap     = 2
)

// take reports whether there is room for a field, and makes it the field's.
func (r *space) take(f *Field) bool {
	value, _ := f.Value.(string)
	if n, ok := f.Value.(int64); ok {
		value = strconv.FormatInt(n, 10)
	}
	letters := rowGap + max(utf8.RuneCountInString(f.Label), utf8.RuneCountInString(value))
	if r.fields == 0 || letters > r.letters {
		return false
	}
	r.fields--
	r.letters -= letters
	return true
}

// row is what stands below the large field: as much as phones show whole. What finds
// no room is for the back; what that says anyway is left out.
func (w *wording) row(s passes.State, first []Field) (secondary, auxiliary, rest []Field) {
	room := space{maxRow, rowLetters}
	if w.roomy {
		room = space{math.MaxInt, math.MaxInt}
	}
	for i := range first { // the one that must be there
		room.take(&first[i])
	}
	progress, ready := w.progress(s)
	for i := range progress {
		room.take(&progress[i])
	}
	secondary, auxiliary = first, progress
	add := func(to *[]Field, f Field) bool {
		fits := f.Value != "" && room.take(&f)
		if fits {
			*to = append(*to, f)
		}
		return fits
	}
	for i, b := range s.Balances {
		if i > 0 {
			u := w.unit(b.Unit)
			add(&auxiliary, text("balance-"+string(b.Unit), w.texts.Label(u), w.texts.Standing(u, b.Amount)))
		}
	}
	for _, f := range []Field{text("name", w.name, s.Name), text("tier", w.tier, w.program.Say(s.Tier, w.texts.Lang))} {
		if !add(&secondary, f) && f.Value != "" {
			rest = append(rest, f)
		}
	}
	for _, m := range s.Memberships {
		add(&secondary, text("membership-"+string(m.ID), w.program.Why(m.ID), w.texts.Term(w.texts.Date(m.Date()), m.Lapsed)))
	}
	for _, f := range ready {
		add(&auxiliary, f)
	}
	if d := s.Ending; d != nil {
		add(&auxiliary, text("ending", w.ending, w.texts.Units(w.unit(d.Unit), d.Amount)+", "+w.texts.Date(d.Date())))
	}
	return secondary, auxiliary, rest
}

// progress shows how far the next reward is, or how many are ready when there
// is none beyond. A stamp card in the corner shows that itself.
func (w *wording) progress(s passes.State) (far, ready []Field) {
	next := s.Reward(w.program)
	switch {
	case next != nil && next.Cost == w.unit(next.Unit).Size:
		return nil, nil
	case next != nil:
		label := w.next
		if len(s.Ready) > 0 { // the large field names another one
			label = next.Name
		}
		f := text("progress", label, w.texts.Number(max(0, s.Usable(next.Unit)))+" / "+w.texts.Number(next.Cost))
		f.TextAlignment = AlignRight
		return []Field{f}, nil
	case len(s.Ready) > 0:
		return nil, []Field{{Key: "progress", Label: w.readyCount, Value: int64(len(s.Ready)), TextAlignment: AlignRight}}
	}
	return nil, nil
}

func (w *wording) back(s passes.State, v *passes.Values, rest []Field) []Field {
	news := w.noNews
	if s.Message != "" {
		news.Value, news.ChangeMessage = s.Message, "%@"
	}
	fields := make([]Field, 0, 7+len(rest)+len(w.own.back)+len(w.shared))
	fields = append(fields, news)
	if !w.alone(s) {
		f := text("balances", w.balances, w.sentence(s))
		if s.Message == "" {
			f.ChangeMessage = "%@"
		}
		fields = append(fields, f)
	}
	fields = append(fields, w.own.back.fields(v)...)
	if lines := passes.Vouchers(w.texts, w.program, s); len(lines) > 0 { // without a word on the lock screen: nobody asked for it
		fields = append(fields, text("vouchers", w.vouchers, strings.Join(lines, "\n")))
	}
	if lots := w.lots(s); lots != "" {
		fields = append(fields, text("lots", w.dates, lots))
	}
	if perks := passes.Perks(w.texts, w.program, s); len(perks) > 0 {
		fields = append(fields, text("perks", w.program.Say(s.Tier, w.texts.Lang), strings.Join(perks, "\n")))
	}
	fields = append(fields, rest...)
	fields = append(fields, text("card", w.cardNumber, barcode.Group(s.Card)))
	if s.Page != "" {
		fields = append(fields, text("page", w.page, s.Page))
	}
	return append(fields, w.shared...)
}

// sentence tells all balances and memberships, and changes when one of them does.
func (w *wording) sentence(s passes.State) string {
	var all []string
	for i, b := range s.Balances {
		u := w.unit(b.Unit)
		line := ""
		switch {
		case i == 0 && !u.Among:
			line = strings.TrimSuffix(w.texts.YouHave(u, b.Amount, ""), ".")
		case u.Size > 0:
			u.Among = false // its name comes first
			line = w.texts.Label(u) + ": " + w.texts.Held(u, b.Amount)
		default:
			line = w.texts.Label(u) + ": " + w.texts.Standing(u, b.Amount)
		}
		if full := w.texts.FullCards(u, b.Amount); full != "" {
			line += " + " + full
		}
		all = append(all, line+".")
	}
	return strings.Join(append(all, passes.Memberships(w.texts, w.program, s)...), "\n")
}

// lots tells what ends next and what can't be used yet.
func (w *wording) lots(s passes.State) string {
	var lines []string
	if d := s.Ending; d != nil {
		lines = append(lines, w.texts.Ends(w.unit(d.Unit), d.Amount, w.texts.Date(d.Date())))
	}
	for _, d := range s.Waiting {
		lines = append(lines, w.texts.UsableFrom(w.unit(d.Unit), d.Amount, w.texts.Date(d.Date())))
	}
	return strings.Join(lines, "\n")
}

// dearest returns the reward that costs most of those that the member may have,
// and how many times, if there is one.
func (w *wording) dearest(s passes.State) (best *models.Reward, times int64) {
	for _, ready := range s.Ready {
		if r, ok := w.program.Reward(ready.Reward); ok && (best == nil || r.Cost > best.Cost) {
			best, times = &r, ready.Times
		}
	}
	return best, times
}

// formats are Apple's names of the symbologies.
var formats = map[models.Symbology]string{
	models.QR: formatQR, models.PDF417: formatPDF417, models.Aztec: formatAztec, models.Code128: formatCode128,
}

// barcodes returns the program's code and those that the owner wants after it.
// Where that leaves none that a watch can draw, a QR code ends the list.
func barcodes(p *models.Program, message, shown string) []Barcode {
	symbologies := make([]models.Symbology, 0, 5) // all there are
	symbologies = append(append(symbologies, p.Barcode), p.Card.Fallbacks...)
	if !slices.ContainsFunc(symbologies, func(s models.Symbology) bool { return s != models.Code128 }) {
		symbologies = append(symbologies, models.QR)
	}
	codes := make([]Barcode, len(symbologies))
	for i, s := range symbologies {
		codes[i] = Barcode{Format: formats[s], Message: message, MessageEncoding: "iso-8859-1", AltText: shown}
	}
	return codes
}

func text(key, label, value string) Field { return Field{Key: key, Label: label, Value: value} }
