package pages

import (
	"cmp"
	"net/http"

	"github.com/gin-gonic/gin"

	"regulars/api/auth"
	"regulars/api/problem"
	"regulars/models"
	"regulars/passes/barcode"
	"regulars/templates"
	"regulars/wallet"
)

func movePath(m models.MemberID) string { return memberURL(m) + "/moves" }

// move books a purchase for another member: whom somebody found by a card or phone
// number is shown first, and who and why is asked.
func (p *Pages) move(c *gin.Context, who auth.Identity) error {
	found, err := p.lookUp(c, who, c.Param("id"))
	if err != nil {
		return err
	}
	e, err := p.ofMember(c, &found.Member, c.PostForm("entry"))
	if err != nil {
		return err
	}
	if c.PostForm("to") == "" {
		return p.findMoveTo(c, who, found, e)
	}
	to, err := p.lookUp(c, who, c.PostForm("to"))
	if err != nil {
		return err
	}
	_, _, err = p.Wallet.Move(c.Request.Context(), wallet.Move{
		Program: who.Program, Entry: e.ID, Member: to.Member.ID, Reason: givenReason(c), Key: c.PostForm("key"),
		Actor: wallet.Actor{User: who.User, Location: who.Location}, Role: who.Role,
	})
	if fault, ok := asError(err); ok && fault.Field == "reason" {
		return p.moveTo(c, problem.Of(fault).Status, found, e, to, texts(c).Explain(fault.Code, fault.Msg))
	}
	if err != nil {
		return err
	}
	c.Redirect(http.StatusSeeOther, "/console/members/"+string(to.Member.ID))
	return nil
}

// findMoveTo shows whose card or phone number it is.
func (p *Pages) findMoveTo(c *gin.Context, who auth.Identity, found *wallet.Identified, e *models.Entry) error {
	by := wallet.Actor{User: who.User, Location: who.Location}
	if err := wallet.MayReverse(who.Role, by, e, p.Wallet.Stores.Clock.Now()); err != nil {
		return err
	}
	if err := p.Auth.Scan(who.User); err != nil {
		return err
	}
	to, err := p.Wallet.Identify(c.Request.Context(), who.Program, c.PostForm("code"))
	switch {
	case err != nil:
	case to.Member.ID == "":
		err = models.Fail(models.NotFound, "unknown_card", "code", "This is no card.")
	case to.Member.Account == e.Account:
		err = models.Fail(models.Invalid, "same_member", "member", "The purchase is booked for this member already.")
	default:
		return p.moveTo(c, http.StatusOK, found, e, to, "")
	}
	fault, ok := asError(err)
	if !ok || fault.Kind == models.Internal {
		return err
	}
	page, err := p.takeBackPage(c, found, e)
	if err != nil {
		return err
	}
	page.MoveError = texts(c).Explain(fault.Code, fault.Msg)
	return p.page(c, problem.Of(fault).Status, page)
}

func (p *Pages) moveTo(c *gin.Context, status int, found *wallet.Identified, e *models.Entry, to *wallet.Identified, fault string) error {
	lines, err := p.booked(c, found.Program, []models.Entry{*e}, nil)
	if err != nil {
		return err
	}
	page := templates.MoveTo{
		Frame: p.frame(c, found.Program), Name: called(&found.Member), MemberURL: memberURL(found.Member.ID),
		Line: lines[0], Action: movePath(found.Member.ID), Entry: string(e.ID), Key: cmp.Or(c.PostForm("key"), newKey()),
		To: string(to.Member.ID), ToName: called(&to.Member), ToCard: barcode.Group(to.Member.Card),
		Reasons: choices(c, givenReasons), Other: c.PostForm("other"), Error: fault,
	}
	page.Path = "" // a change of language would lose the entry
	return p.page(c, status, page)
}
