package pages

import (
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"

	"regulars/api/auth"
	"regulars/templates"
)

// poster is the join page's code to be printed, in the language of the program:
// customers read it, whatever the language of whoever prints it.
func (p *Pages) poster(c *gin.Context, who auth.Identity) error {
	program, err := p.Wallet.Stores.Programs.Current(c.Request.Context(), who.Program)
	if err != nil {
		return err
	}
	theirs := templates.For(program.Locale)
	join := p.Wallet.BaseURL + "/join/" + string(program.ID)
	_, address, _ := strings.Cut(join, "://")
	return p.page(c, http.StatusOK, templates.Poster{
		Frame: p.frame(c, program), Lang: theirs.Lang, Name: program.Name, Organization: program.Organization,
		Offer: offer(theirs, program), Address: address, JoinQR: qr(join),
	})
}
