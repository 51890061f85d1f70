package pages

import (
	"cmp"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/gin-gonic/gin"

	"regulars/models"
	"regulars/passes/art"
)

// maxDesign is the largest form of a design: three pictures, and three more that were
// uploaded before.
const maxDesign = 36 << 20

// maxRows is more rows of a kind than a card takes.
const maxRows = 60

// draft is a program as a form would make it, with what was typed.
type draft struct {
	models.Program
	base     *models.Program // that it was made from
	do       string
	fields   []models.CardField // as they were typed, with the empty ones
	links    []models.CardLink
	places   []models.CardPlace
	beacons  []models.CardPlace
	from     map[string][]int // the row of each field, link, place and beacon of the card
	near     string
	own      bool              // the colours of the texts are the owner's own
	kept     map[string][]byte // pictures that were uploaded, or are of another design
	none     map[string]bool   // pictures to do without
	said     []models.Translation
	fault    *models.Error // the first thing that is wrong; nil if nothing is
	laid     string        // the design that was laid out, by the key of its words
	laidArgs map[string]any
	focus    string // where the typing goes on
}

func newDraft(program *models.Program) *draft {
	return &draft{Program: *program, base: program, from: map[string][]int{}, kept: map[string][]byte{}, none: map[string]bool{}}
}

// lay makes the rows of the card, as a form begins.
func (d *draft) lay() {
	c := &d.Card
	d.fields, d.links, d.places, d.beacons = slices.Clone(c.Fields), slices.Clone(c.Links), slices.Clone(c.Places), slices.Clone(c.Beacons)
	d.near = ""
	if c.Near > 0 {
		d.near = strconv.FormatInt(c.Near, 10)
	}
	dressed, ok := art.Dress(d.Brand, d.Brand.Background)
	d.own = ok && (!strings.EqualFold(dressed.Foreground, d.Brand.Foreground) || !strings.EqualFold(dressed.Label, d.Brand.Label))
	d.collect()
}

// draftOf reads the form. What is wrong with the terms is in the draft; the error is
// about the request.
func draftOf(c *gin.Context, program *models.Program) (*draft, error) {
	if err := c.Request.ParseMultipartForm(maxDesign); err != nil && !errors.Is(err, http.ErrNotMultipart) {
		return nil, models.Fail(models.Invalid, "upload_too_large", "", "These pictures are larger than 5 MB each. Make them smaller and upload them again.")
	}
	d := newDraft(program)
	d.do = c.PostForm("do")
	d.lay()
	d.colours(c)
	if shows, ok := c.GetPostForm("shows"); ok {
		d.Brand.Shows = models.Shows(shows)
	}
	for name, to := range map[string]*string{
		"shape": (*string)(&d.Brand.Stamps.Shape), "icon": (*string)(&d.Brand.Stamps.Icon), "free": (*string)(&d.Brand.Stamps.Free), "barcode": (*string)(&d.Barcode),
	} {
		if value, ok := c.GetPostForm(name); ok {
			*to = value
		}
	}
	d.rows(c)
	d.options(c)
	d.Card.Fallbacks = slices.DeleteFunc(slices.Clone(d.Card.Fallbacks), func(s models.Symbology) bool { return s == d.Barcode })
	for _, name := range pictureNames {
		if err := d.picture(c, name); err != nil {
			return nil, err
		}
	}
	d.translations(c)
	return d, nil
}

// colours reads those of the card. Without the owner's own, those of the texts follow
// from its ground.
func (d *draft) colours(c *gin.Context) {
	b := &d.Brand
	colour := cmp.Or(c.PostForm("colour"), b.Background)
	changed := !strings.EqualFold(colour, b.Background)
	if changed {
		b.Background = colour
	}
	_, whole := c.GetPostForm("foreground")
	was := d.own
	d.own = d.own && !changed
	if whole {
		d.own = c.PostForm("own") != ""
	}
	switch {
	case whole && d.own:
		// Browsers write colours in small letters, which changes nothing.
		for name, to := range map[string]*string{"foreground": &b.Foreground, "labels": &b.Label} {
			if value := c.PostForm(name); !strings.EqualFold(value, *to) {
				*to = value
			}
		}
	case !d.own && (changed || was):
		*b, _ = art.Dress(*b, colour) // what is no colour is told of by the check
	}
}

// rows reads the lists of the form.
func (d *draft) rows(c *gin.Context) {
	if at := c.PostFormArray("at"); len(at) > 0 {
		d.fields = fieldRows(c, at, d.Card.Fields)
	}
	if names, urls := c.PostFormArray("link_name"), c.PostFormArray("link_url"); len(names) > 0 {
		d.links = nil
		for i := range min(len(names), len(urls), maxRows) {
			d.links = append(d.links, models.CardLink{Name: strings.TrimSpace(names[i]), URL: strings.TrimSpace(urls[i])})
		}
	}
	for name, to := range map[string]*[]models.CardPlace{"place": &d.places, "beacon": &d.beacons} {
		at, text := c.PostFormArray(name+"_at"), c.PostFormArray(name+"_text")
		if len(at) == 0 {
			continue
		}
		*to = nil
		for i := range min(len(at), len(text), maxRows) {
			*to = append(*to, models.CardPlace{At: strings.TrimSpace(at[i]), Text: strings.TrimSpace(text[i])})
		}
	}
}

// inPlaceOf stands before the id of a part of the back that a field takes the place of.
const inPlaceOf = "back:"

// fieldRows reads the fields as they were typed.
func fieldRows(c *gin.Context, at []string, before []models.CardField) []models.CardField {
	ids, labels, texts, aligns := c.PostFormArray("id"), c.PostFormArray("label"), c.PostFormArray("text"), c.PostFormArray("align")
	var rows []models.CardField
	for i := range min(len(ids), len(at), len(labels), len(texts), maxRows) {
		f := models.CardField{ID: models.RuleID(ids[i]), At: models.Area(at[i]), Label: strings.TrimSpace(labels[i]), Text: lines(texts[i])}
		if len(aligns) == len(ids) {
			f.Align = models.Align(aligns[i])
		} else if was := slices.IndexFunc(before, func(o models.CardField) bool { return o.ID == f.ID }); was >= 0 {
			f.Align = before[was].Align
		}
		if f.At == models.Primary || f.At == models.Back {
			f.Align = ""
		}
		part, ours := strings.CutPrefix(at[i], inPlaceOf)
		switch {
		case ours:
			f.ID, f.At, f.Align = models.RuleID(part), models.Back, ""
		case slices.Contains(models.BackParts, f.ID) && (f.Text != "" || f.At != models.Back):
			f.ID = "" // it stood in the place of ours, and does no longer
		}
		rows = append(rows, f)
	}
	return rows
}

// lines are a text as it was typed, which forms send with the ends of lines that
// terminals once needed.
func lines(s string) string { return strings.TrimSpace(strings.ReplaceAll(s, "\r\n", "\n")) }

// hides reports whether a field leaves out a part of ours.
func hides(f models.CardField) bool {
	return f.At == models.Back && f.Text == "" && slices.Contains(models.BackParts, f.ID)
}

// collect makes the card's lists of the rows. An empty row is nothing.
func (d *draft) collect() {
	c := &d.Card
	c.Fields, d.from["fields"] = nil, nil
	for i, f := range d.fields {
		if f.Text == "" && f.Label == "" && !hides(f) {
			continue
		}
		if f.ID == "" {
			f.ID = d.idFor(cmp.Or(f.Label, string(f.At)))
		}
		c.Fields, d.from["fields"] = append(c.Fields, f), append(d.from["fields"], i)
	}
	c.Links, d.from["links"] = filled(d.links)
	c.Places, d.from["places"] = filled(d.places)
	c.Beacons, d.from["beacons"] = filled(d.beacons)
}

// filled are the rows in which something stands, and which they are.
func filled[T comparable](rows []T) (some []T, from []int) {
	var empty T
	for i, row := range rows {
		if row != empty {
			some, from = append(some, row), append(from, i)
		}
	}
	return some, from
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
	if base = base[:min(len(base), 30)]; base == "" || slices.Contains(models.BackParts, models.RuleID(base)) {
		base = "field"
	}
	id := models.RuleID(base)
	taken := func(f models.CardField) bool { return f.ID == id }
	for n := 2; slices.ContainsFunc(d.Card.Fields, taken) || slices.ContainsFunc(d.fields, taken); n++ {
		id = models.RuleID(base + "-" + strconv.Itoa(n))
	}
	return id
}
