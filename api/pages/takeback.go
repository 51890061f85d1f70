package pages

import (
	"cmp"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"regulars/api/auth"
	"regulars/api/problem"
	"regulars/models"
	"regulars/templates"
	"regulars/wallet"
)

// takeBackURL is where somebody is asked whether an entry shall be taken back.
func takeBackURL(e *models.Entry) string {
	return takeBackPath(e.Member) + "?" + url.Values{"entry": {string(e.ID)}}.Encode()
}

func takeBackPath(m models.MemberID) string { return memberURL(m) + "/reversals" }

// ofMember returns an entry of the member.
func (p *Pages) ofMember(c *gin.Context, m *models.Member, id string) (*models.Entry, error) {
	e, err := p.Wallet.Stores.Ledger.Entry(c.Request.Context(), models.EntryID(id))
	if err == nil && e.Member != m.ID {
		err = models.Fail(models.NotFound, "unknown_entry", "entry", "There is no such entry.")
	}
	return &e, err
}

// askTakeBack shows what would be taken back, and asks why.
func (p *Pages) askTakeBack(c *gin.Context, who auth.Identity) error {
	found, err := p.lookUp(c, who, c.Param("id"))
	if err != nil {
		return err
	}
	e, err := p.ofMember(c, &found.Member, c.Query("entry"))
	if err != nil {
		return err
	}
	if err := wallet.MayReverse(who.Role, wallet.Actor{User: who.User, Location: who.Location}, e, p.Wallet.Stores.Clock.Now()); err != nil {
		return err
	}
	undone, err := p.Wallet.Stores.Ledger.Reversals(c.Request.Context(), found.Member.Account)
	if err != nil {
		return err
	}
	switch {
	case undone[e.ID].Whole(e):
		return models.Fail(models.Conflict, "already_reversed", "entry", "This entry was reversed already.")
	case e.Kind == models.EntryReverse:
		return models.Fail(models.Invalid, "reversal_of_reversal", "entry", "A reversal can't be reversed. Book the purchase again.")
	}
	page, err := p.takeBackPage(c, found, e)
	if err != nil {
		return err
	}
	return p.page(c, http.StatusOK, page)
}

func (p *Pages) takeBackPage(c *gin.Context, found *wallet.Identified, e *models.Entry) (templates.TakeBack, error) {
	lines, err := p.booked(c, found.Program, []models.Entry{*e}, nil)
	if err != nil {
		return templates.TakeBack{}, err
	}
	page := templates.TakeBack{
		Frame: p.frame(c, found.Program), Name: called(&found.Member), MemberURL: memberURL(found.Member.ID),
		Line: lines[0], Action: takeBackPath(found.Member.ID),
		Entry: string(e.ID), Key: cmp.Or(c.PostForm("key"), newKey()), Other: c.PostForm("other"),
	}
	if page.Lines, err = p.returnable(c, found, e); err != nil {
		return templates.TakeBack{}, err
	}
	if e.Kind == models.EntryEarn && e.Purchase != nil {
		page.Move, page.Code = movePath(found.Member.ID), strings.TrimSpace(c.PostForm("code"))
	}
	page.Path = "" // a change of language would lose the entry
	page.Reasons = choices(c, givenReasons)
	return page, nil
}

// choices are the reasons to choose from.
func choices(c *gin.Context, of []offeredReason) []templates.Choice {
	var all []templates.Choice
	for _, r := range of {
		all = append(all, templates.Choice{Purpose: r.name, Wording: reason(texts(c), r.stored), Given: r.name == c.PostForm("reason")})
	}
	return all
}

// takeBack reverses an entry, or lines of it, with the reason that was given.
func (p *Pages) takeBack(c *gin.Context, who auth.Identity) error {
	found, err := p.lookUp(c, who, c.Param("id"))
	if err != nil {
		return err
	}
	e, err := p.ofMember(c, &found.Member, c.PostForm("entry"))
	if err != nil {
		return err
	}
	lines, err := returned(c, e)
	if err == nil {
		_, err = p.Wallet.Reverse(c.Request.Context(), wallet.Reversal{
			Program: who.Program, Entry: e.ID, Lines: lines, Reason: givenReason(c),
			Key: c.PostForm("key"), Actor: wallet.Actor{User: who.User, Location: who.Location}, Role: who.Role,
		})
	}
	if fault, ok := asError(err); ok && (fault.Field == "reason" || fault.Field == "items") {
		page, err := p.takeBackPage(c, found, e)
		if err != nil {
			return err
		}
		if said := texts(c).Explain(fault.Code, fault.Msg); fault.Field == "items" {
			page.LineError = said
		} else {
			page.Error = said
		}
		return p.page(c, problem.Of(fault).Status, page)
	}
	if err != nil {
		return err
	}
	c.Redirect(http.StatusSeeOther, "/console/members/"+string(found.Member.ID))
	return nil
}

// givenReason is in words of one's own, or else one of ours.
func givenReason(c *gin.Context) string {
	return cmp.Or(strings.TrimSpace(c.PostForm("other")), storedReason(c.PostForm("reason")))
}

func lineField(at int) string { return "line-" + strconv.Itoa(at) }

// returnable are the lines of a purchase of which something is left; none where
// some of it was taken back by amount.
func (p *Pages) returnable(c *gin.Context, found *wallet.Identified, e *models.Entry) ([]templates.ReturnLine, error) {
	if e.Purchase == nil || len(e.Purchase.Items) == 0 {
		return nil, nil
	}
	undone, err := p.Wallet.Stores.Ledger.Undone(c.Request.Context(), e.ID)
	if err != nil || undone.Times > 0 && len(undone.Lines) == 0 {
		return nil, err
	}
	var all []templates.ReturnLine
	for i, item := range e.Purchase.Items {
		if left := item.Quantity - undone.Lines[i]; left > 0 {
			all = append(all, templates.ReturnLine{
				Field: lineField(i), Name: item.Name, Price: money(texts(c), found.Program, item.Amount), Left: left, Back: c.PostForm(lineField(i)),
			})
		}
	}
	return all, nil
}

// returned are the lines that came back, as the form says.
func returned(c *gin.Context, e *models.Entry) ([]models.Returned, error) {
	if e.Purchase == nil {
		return nil, nil
	}
	var all []models.Returned
	for i := range e.Purchase.Items {
		typed := strings.TrimSpace(c.PostForm(lineField(i)))
		if typed == "" || typed == "0" {
			continue
		}
		n, err := strconv.ParseInt(typed, 10, 64)
		if err != nil {
			return nil, models.Fail(models.Invalid, "no_quantity", "items", "Say how many pieces of the line came back.")
		}
		all = append(all, models.Returned{Line: i, Quantity: n})
	}
	return all, nil
}
