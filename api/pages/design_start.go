package pages

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/gin-gonic/gin"

	"regulars/api/auth"
	"regulars/models"
	"regulars/models/termsfile"
	"regulars/passes/preview"
	"regulars/templates"
)

// Designs to begin with are named ready-cafe-stamps; those of earlier versions
// version-3.
const (
	readyDesign   = "ready-"
	versionDesign = "version-"
	useDesign     = "use-" // before the name, on the button
)

// How far back earlier designs are looked for, and how many are offered.
const (
	maxLookBack = 200
	maxEarlier  = 6
)

// readyDesigns are those that programs begin with, as terms.
var readyDesigns = sync.OnceValue(func() map[string]models.Terms {
	all := map[string]models.Terms{}
	for _, d := range templates.Designs() {
		f, err := termsfile.Read(bytes.NewReader(d.Terms))
		if err != nil {
			panic(fmt.Sprintf("design %s: %v", d.Name, err)) // part of the program
		}
		all[d.Name] = f.Terms
	}
	return all
})

// layOut lays another design out in the form, to be looked at and published.
func (p *Pages) layOut(c *gin.Context, d *draft) error {
	name, ok := strings.CutPrefix(d.do, useDesign)
	if !ok {
		return nil
	}
	from, err := p.otherDesign(c.Request.Context(), &d.Program, name)
	if err != nil {
		return err
	}
	d.Terms = from.Terms
	for _, name := range pictureNames {
		is, was := *pictureOf(&d.Brand, name), *pictureOf(&d.base.Brand, name)
		delete(d.kept, name)
		if d.none[name] = len(is) == 0 && len(was) > 0; len(is) > 0 && !bytes.Equal(is, was) {
			d.kept[name] = is
		}
	}
	d.lay()
	d.said = d.Translations
	d.laid = "design.laid.ready"
	if version, ok := strings.CutPrefix(name, versionDesign); ok {
		d.laid, d.laidArgs = "design.laid.version", templates.Args{"Version": version}
	}
	return nil
}

// otherDesign is a program with a ready design, or with that of another version.
func (p *Pages) otherDesign(ctx context.Context, program *models.Program, name string) (*models.Program, error) {
	unknown := models.Fail(models.NotFound, "unknown_picture", "", "There is no such design.")
	out := *program
	if number, ok := strings.CutPrefix(name, versionDesign); ok {
		version, err := strconv.Atoi(number)
		if err != nil || version < 1 {
			return nil, unknown
		}
		old, err := p.Wallet.Stores.Programs.Version(ctx, program.ID, version)
		if err != nil {
			return nil, err
		}
		out.Brand, out.Barcode, out.Card = old.Brand, old.Barcode, old.Card
		out.Translations = slices.Concat(program.Translations, old.Translations)
		return fitting(&out), nil
	}
	ready, ok := readyDesigns()[strings.TrimPrefix(name, readyDesign)]
	if !ok {
		return nil, unknown
	}
	logo, strip, stamp := out.Brand.Logo, out.Brand.Strip, out.Brand.Stamps.Picture
	out.Brand, out.Barcode = ready.Brand, ready.Barcode
	out.Brand.Logo, out.Brand.Strip, out.Brand.Stamps.Picture = logo, strip, stamp
	out.Card.Fields = ready.Card.Fields
	out.Card.Fallbacks = slices.DeleteFunc(slices.Clone(out.Card.Fallbacks), func(s models.Symbology) bool { return s == out.Barcode })
	return fitting(&out), nil
}

// fitting leaves out of a design what the program has not, such as stamps where it
// counts points.
func fitting(p *models.Program) *models.Program {
	shown := p.Brand.Shows
	possible := map[models.Shows]bool{models.ShowsProgress: len(p.Rewards) > 0, models.ShowsTier: len(p.Tiers) > 0}
	if _, ok := p.ShownCard(); ok {
		possible[models.ShowsStamps] = true
	}
	if !possible[shown] {
		p.Brand.Shows = models.ShowsNothing
	}
	names := p.CardNames()
	p.Card.Fields = slices.DeleteFunc(slices.Clone(p.Card.Fields), func(f models.CardField) bool {
		_, text := models.ParseWording(f.Text, names)
		_, label := models.ParseWording(f.Label, names)
		return text != nil || label != nil
	})
	return p
}

// ready are the designs to begin with.
func ready(t *templates.Texts, program *models.Program) []templates.DesignStart {
	var all []templates.DesignStart
	for _, d := range templates.Designs() {
		name := readyDesign + d.Name
		all = append(all, templates.DesignStart{Name: useDesign + name, Title: t.Say("design.ready." + d.Name), Picture: designPicture(program, name)})
	}
	return all
}

// earlier are the designs that the card had, the last first.
func (p *Pages) earlier(ctx context.Context, t *templates.Texts, program *models.Program) ([]templates.DesignStart, error) {
	var all []templates.DesignStart
	after := program
	for v := program.Version - 1; v >= max(1, program.Version-maxLookBack) && len(all) < maxEarlier; v-- {
		old, err := p.Wallet.Stores.Programs.Version(ctx, program.ID, v)
		if models.KindOf(err) == models.NotFound {
			continue
		}
		if err != nil {
			return nil, err
		}
		if !sameDesign(old, after) && !sameDesign(old, program) {
			name := versionDesign + strconv.Itoa(v)
			title := t.Say("design.version", templates.Args{"Version": v, "Day": t.Date(old.CreatedAt.In(program.Zone()))})
			all = append(all, templates.DesignStart{Name: useDesign + name, Title: title, Picture: designPicture(program, name)})
		}
		after = old
	}
	return all, nil
}

func sameDesign(a, b *models.Program) bool {
	return models.Terms{Brand: a.Brand, Barcode: a.Barcode, Card: a.Card}.Equal(models.Terms{Brand: b.Brand, Barcode: b.Barcode, Card: b.Card})
}

// designPicture is the address of how a design looks on an iPhone.
func designPicture(program *models.Program, name string) string {
	return designPath + "/pictures/" + name + "?v=" + strconv.Itoa(program.Version)
}

// designDrawn serves how a design would look, and the pictures that are in force.
func (p *Pages) designDrawn(c *gin.Context, who auth.Identity) error {
	ctx := c.Request.Context()
	program, err := p.Wallet.Stores.Programs.Current(ctx, who.Program)
	if err != nil {
		return err
	}
	name := c.Param("name")
	c.Header("Cache-Control", "private, max-age=3600")
	if slices.Contains(pictureNames, name) {
		file := *pictureOf(&program.Brand, name)
		if len(file) == 0 {
			return noPicture()
		}
		c.Data(http.StatusOK, "image/png", file)
		return nil
	}
	shown, err := p.otherDesign(ctx, program, name)
	if err != nil {
		return err
	}
	now := p.Wallet.Stores.Clock.Now()
	state, err := preview.Sample(shown, preview.HalfWay, shown.Locale, now)
	if err != nil {
		return err
	}
	sheet, err := preview.Of(shown, state, preview.Options{Platforms: []models.Platform{models.Apple}, Sides: []preview.Side{preview.Front}, Now: now})
	if err != nil {
		return err
	}
	c.Header("Content-Security-Policy", "default-src 'none'; img-src data:; style-src 'unsafe-inline'; sandbox")
	c.Data(http.StatusOK, "image/svg+xml", sheet.Faces[0].SVG())
	return nil
}
