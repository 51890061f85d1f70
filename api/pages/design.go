package pages

import (
	"net/http"
	"strconv"

	"github.com/gin-gonic/gin"

	"regulars/api/auth"
	"regulars/api/problem"
	"regulars/models"
)

const designPath = "/console/design"

// design shows the card in force, to be changed.
func (p *Pages) design(c *gin.Context, who auth.Identity) error {
	program, err := p.Wallet.Stores.Programs.Current(c.Request.Context(), who.Program)
	if err != nil {
		return err
	}
	d := newDraft(program)
	d.lay()
	page, err := p.designPage(c, program, d)
	if err != nil {
		return err
	}
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
	if err := p.edit(c, d); err != nil {
		return err
	}
	if d.do != "publish" || fragment(c) || d.fault != nil {
		return p.drafted(c, program, d)
	}
	seen, err := strconv.Atoi(c.PostForm("version"))
	if err != nil || seen < 1 {
		seen = program.Version
	}
	_, err = p.Wallet.Publish(c.Request.Context(), program.ID, d.Terms, seen, who.User)
	if fault, ok := asError(err); ok && fault.Kind != models.Internal && fault.Kind != models.Unavailable {
		d.fault = fault
		return p.drafted(c, program, d)
	}
	if err != nil {
		return err
	}
	c.Redirect(http.StatusSeeOther, designPath+"?saved=1")
	return nil
}

// drafted shows a draft. Only who wanted it published is refused for what is wrong
// with it: whoever looks or adds a row is not done yet.
func (p *Pages) drafted(c *gin.Context, program *models.Program, d *draft) error {
	page, err := p.designPage(c, program, d)
	if err != nil {
		return err
	}
	status := http.StatusOK
	if d.fault != nil && d.do == "publish" && !fragment(c) {
		status = problem.Of(d.fault).Status
	}
	return p.page(c, status, page)
}

// designURL leads to the design of the card; empty for those who may not change it.
func designURL(who auth.Identity) string {
	if who.May(bosses...) {
		return designPath
	}
	return ""
}
