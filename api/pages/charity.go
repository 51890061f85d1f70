package pages

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"regulars/templates"
	"regulars/wallet"
)

// charities are those to choose from; none where the program gives to none.
func charities(t *templates.Texts, found *wallet.Identified) (name string, all []templates.Choice) {
	chosen := found.Program.CharityOf(found.Member.Charity)
	for _, c := range found.Program.Giving.Charities {
		all = append(all, templates.Choice{Purpose: c, Wording: found.Program.Say(c, t.Lang), Given: c == chosen})
	}
	return found.Program.Giving.Name, all
}

// charity keeps whom the member's purchases give to from now on.
func (p *Pages) charity(c *gin.Context) error {
	found, err := p.known(c)
	if err != nil {
		return err
	}
	to := c.PostForm("charity")
	_, err = p.Wallet.Amend(c.Request.Context(), wallet.Amendment{
		Program: found.Program.ID, Member: found.Member.ID, Charity: &to, Source: "member page",
	})
	if err != nil {
		return err
	}
	c.Redirect(http.StatusSeeOther, "/m/"+found.Member.Page+"?saved=1")
	return nil
}
