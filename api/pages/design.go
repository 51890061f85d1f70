package pages

import (
	"cmp"
	"encoding/base64"
	"errors"
	"html/template"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/gin-gonic/gin"

	"regulars/api/auth"
	"regulars/api/problem"
	"regulars/models"
	"regulars/passes/art"
	"regulars/passes/preview"
	"regulars/templates"
)

// maxDesign is the largest form of a design: two pictures, and two more that were
// uploaded before.
const maxDesign = 24 << 20

// spareRows are how many empty fields the form ends with.
const spareRows = 3

const designPath = "/console/design"

// design shows the card in force, to be changed.
func (p *Pages) design(c *gin.Context, who auth.Identity) error {
	program, err := p.Wallet.Stores.Programs.Current(c.Request.Context(), who.Program)
	if err != nil {
		return err
	}
	d := draft{Program: *program, rows: rowsOf(program.Card.Fields)}
	page := p.designPage(c, program, &d)
	page.Saved = c.Query("saved") != ""
	return p.page(c, http.StatusOK, page)
}

// designed shows what a form would make, or publishes it.
func (p *Pages) designed(c *gin.Context, who auth.Identity) error {
	program, err := p.Wallet.Stores.Programs.Current(c.Request.Context(), who.Program)
	if err != nil {
		return err
	}
	d, err := draftOf(c, program)
	if err != nil {
		return err
	}
	if c.PostForm("do") != "publish" || fragment(c) || d.fault != nil {
		status := http.StatusOK
		if d.fault != nil && !fragment(c) {
			status = problem.Of(d.fault).Status
		}
		return p.page(c, status, p.designPage(c, program, d))
	}
	seen, err := strconv.Atoi(c.PostForm("version"))
	if err != nil || seen < 1 {
		seen = program.Version
	}
	_, err = p.Wallet.Publish(c.Request.Context(), program.ID, d.Terms, seen, who.User)
	if fault, ok := asError(err); ok && fault.Kind != models.Internal && fault.Kind != models.Unavailable {
		d.fault = fault
		return p.page(c, problem.Of(fault).Status, p.designPage(c, program, d))
	}
	if err != nil {
		return err
	}
	c.Redirect(http.StatusSeeOther, designPath+"?saved=1")
	return nil
}

// draft is a program as a form would make it.
type draft struct {
	models.Program
	rows  []models.CardField // as they were typed, with the empty ones
	from  []int              // the row of each field of the card
	kept  map[string][]byte  // pictures that were uploaded
	fault *models.Error      // the first thing that is wrong; nil if nothing is
}

// draftOf reads the form. What is wrong with the terms is in the draft; the error is
// about the request.
func draftOf(c *gin.Context, program *models.Program) (*draft, error) {
	if err := c.Request.ParseMultipartForm(maxDesign); err != nil && !errors.Is(err, http.ErrNotMultipart) {
		return nil, models.Fail(models.Invalid, "too_large", "", "This is more than two pictures of 5 MB.")
	}
	d := &draft{Program: *program, kept: map[string][]byte{}}
	b := &d.Brand
	if colour := c.PostForm("colour"); colour != "" && !strings.EqualFold(colour, b.Background) {
		b.Background = colour
		*b, _ = art.Dress(*b, colour) // what is no colour is told of by the check
	}
	if shows, ok := c.GetPostForm("shows"); ok {
		b.Shows = models.Shows(shows)
	}
	for name, to := range map[string]*string{"shape": (*string)(&b.Stamps.Shape), "icon": (*string)(&b.Stamps.Icon), "free": (*string)(&b.Stamps.Free), "barcode": (*string)(&d.Barcode)} {
		if value, ok := c.GetPostForm(name); ok {
			*to = value
		}
	}
	d.fields(c)
	d.Card.Fallbacks = slices.DeleteFunc(slices.Clone(d.Card.Fallbacks), func(s models.Symbology) bool { return s == d.Barcode })
	for name, to := range map[string]*[]byte{"logo": &b.Logo, "strip": &b.Strip} {
		if err := d.picture(c, name, to); err != nil {
			return nil, err
		}
	}
	if err := models.CheckTerms(&d.Terms); err != nil && d.fault == nil {
		d.fault, _ = asError(err)
	}
	return d, nil
}

// fields reads the rows. An empty one is no field.
func (d *draft) fields(c *gin.Context) {
	ids, at, labels, texts := c.PostFormArray("id"), c.PostFormArray("at"), c.PostFormArray("label"), c.PostFormArray("text")
	if len(at) == 0 {
		d.rows = rowsOf(d.Card.Fields)
		return
	}
	before := d.Card.Fields
	d.Card.Fields = nil
	for i := range min(len(ids), len(at), len(labels), len(texts), 60) {
		f := models.CardField{ID: models.RuleID(ids[i]), At: models.Area(at[i]), Label: strings.TrimSpace(labels[i]), Text: strings.TrimSpace(texts[i])}
		if was := slices.IndexFunc(before, func(o models.CardField) bool { return o.ID == f.ID }); was >= 0 && f.At != models.Primary && f.At != models.Back {
			f.Align = before[was].Align
		}
		d.rows = append(d.rows, f)
		hides := slices.ContainsFunc(before, func(o models.CardField) bool { return o.ID == f.ID && o.Text == "" }) // leaves out a part of ours
		if f.Text == "" && f.Label == "" && !hides {
			continue
		}
		if f.ID == "" {
			f.ID = d.idFor(cmp.Or(f.Label, string(f.At)))
		}
		d.from = append(d.from, len(d.rows)-1)
		d.Card.Fields = append(d.Card.Fields, f)
	}
}

// idFor makes an id of a label that no other field has.
func (d *draft) idFor(label string) models.RuleID {
	base := strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9':
			return r
		case unicode.IsSpace(r):
			return '-'
		}
		return -1
	}, models.Fold(label))
	base = strings.Trim(base, "-")
	if base = base[:min(len(base), 30)]; base == "" {
		base = "field"
	}
	id := models.RuleID(base)
	for n := 2; slices.ContainsFunc(d.Card.Fields, func(f models.CardField) bool { return f.ID == id }); n++ {
		id = models.RuleID(base + "-" + strconv.Itoa(n))
	}
	return id
}

// picture reads an upload, or what was uploaded when the form was drawn last.
func (d *draft) picture(c *gin.Context, name string, to *[]byte) error {
	if c.PostForm(name+"_none") != "" {
		*to = nil
		return nil
	}
	file, err := uploaded(c, name)
	if err != nil {
		return err
	}
	if len(file) == 0 {
		if file, err = base64.StdEncoding.DecodeString(c.PostForm(name + "_kept")); err != nil || len(file) == 0 {
			return nil
		}
	}
	accepted, err := art.Accept("brand."+name, file)
	if fault, ok := asError(err); ok {
		d.fault = fault
		return nil
	}
	*to, d.kept[name] = accepted, accepted
	return err
}

func uploaded(c *gin.Context, name string) ([]byte, error) {
	header, err := c.FormFile(name)
	if err != nil {
		return nil, nil //nolint:nilerr // none was chosen
	}
	f, err := header.Open()
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }() // it was only read
	return io.ReadAll(io.LimitReader(f, maxDesign))
}

func rowsOf(fields []models.CardField) []models.CardField { return slices.Clone(fields) }

// designPage is the form with how phones show the card.
func (p *Pages) designPage(c *gin.Context, program *models.Program, d *draft) templates.CardDesign {
	t := texts(c)
	_, stamps := withStamps(d.Terms).ShownCard()
	page := templates.CardDesign{
		Frame: p.frame(c, program), Version: program.Version, Key: newKey(), Colour: strings.ToLower(d.Brand.Background), Stamps: stamps, Names: d.CardNames(),
		Shapes:   options(t, "design.shape.", []models.StampShape{models.RoundStamps, models.SquareStamps, models.BareStamps}, cmp.Or(d.Brand.Stamps.Shape, models.RoundStamps)),
		Icons:    options(t, "design.icon.", models.Icons, cmp.Or(d.Brand.Stamps.Icon, "tick")),
		Free:     options(t, "design.icon.", models.Icons, cmp.Or(d.Brand.Stamps.Free, "gift")),
		Barcodes: options(t, "design.barcode.", []models.Symbology{models.QR, models.PDF417, models.Aztec, models.Code128}, d.Barcode),
		Samples:  options(t, "design.sample.", preview.SampleNames, sampleOf(c)),
	}
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
	page.Shows = options(t, "design.shows.", shows, d.Brand.Shows)
	speak := templates.For(c.PostForm("speak"), d.Locale).Lang
	for _, lang := range templates.Languages {
		page.Speaks = append(page.Speaks, templates.Choice{Purpose: lang, Wording: templates.LanguageName(lang), Given: lang == speak})
	}
	for name, file := range map[string][]byte{"logo": d.Brand.Logo, "strip": d.Brand.Strip} {
		page.Pictures = append(page.Pictures, templates.DesignPicture{Name: name, Has: len(file) > 0, Kept: base64.StdEncoding.EncodeToString(d.kept[name])})
	}
	slices.SortFunc(page.Pictures, func(a, b templates.DesignPicture) int { return strings.Compare(a.Name, b.Name) })
	page.Rows = designRows(t, d.rows)
	p.blame(t, &page, d)
	if d.fault == nil {
		p.show(t, &page, d, sampleOf(c), speak)
	}
	return page
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

// areas are where a field can stand.
var areas = []models.Area{models.Header, models.Primary, models.Secondary, models.Auxiliary, models.Back}

// designRows are the fields, and some to fill in.
func designRows(t *templates.Texts, fields []models.CardField) []templates.DesignRow {
	var rows []templates.DesignRow
	empty := 0
	for _, f := range fields {
		if f.Text == "" && f.Label == "" && f.ID == "" {
			empty++
		}
		rows = append(rows, templates.DesignRow{ID: string(f.ID), Label: f.Label, Text: f.Text, Areas: options(t, "design.area.", areas, f.At)})
	}
	for ; empty < spareRows; empty++ {
		rows = append(rows, templates.DesignRow{Areas: options(t, "design.area.", areas, models.Back)})
	}
	return rows
}

// blame puts what is wrong next to what it is about.
func (*Pages) blame(t *templates.Texts, page *templates.CardDesign, d *draft) {
	if d.fault == nil {
		return
	}
	msg := t.Explain(d.fault.Code, d.fault.Msg)
	if d.fault.Code == "invalid_program" { // the sentence alone says which of many things it is
		msg = d.fault.Msg
	}
	page.Error = msg
	for i := range page.Pictures {
		if d.fault.Field == "brand."+page.Pictures[i].Name {
			page.Pictures[i].Error = msg
		}
	}
	for field, row := range d.from {
		if strings.HasPrefix(d.fault.Field, "card.fields["+strconv.Itoa(field)+"]") {
			page.Rows[row].Error = msg
		}
	}
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
		page.Error = t.Say("design.undrawn")
	}
}

// warnings are a line each, in the visitor's language.
func warnings(t *templates.Texts, all []preview.Warning) []string {
	var lines []string
	for _, w := range all {
		args := templates.Args{"Face": t.Say("design.face." + string(w.Face)), "Text": cmp.Or(w.Text, w.Field), "Shown": w.Shown}
		line := ""
		switch w.Code {
		case preview.CutOff:
			line = t.Say("design.warning.cut_off", args)
		case preview.LeftOut:
			line = t.Say("design.warning.left_out", args)
		case preview.HardToRead:
			line = t.Say("design.warning.contrast", args)
		default:
			line = w.Message + " " + w.Remedy
		}
		if !slices.Contains(lines, line) {
			lines = append(lines, line)
		}
	}
	return lines
}

// designURL leads to the design of the card; empty for those who may not change it.
func designURL(who auth.Identity) string {
	if who.May(bosses...) {
		return designPath
	}
	return ""
}
