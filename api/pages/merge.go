package pages

import (
	"cmp"
	"net/http"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"

	"regulars/api/auth"
	"regulars/api/problem"
	"regulars/models"
	"regulars/passes/barcode"
	"regulars/templates"
	"regulars/wallet"
)

func memberURL(m models.MemberID) string { return "/console/members/" + string(m) }

func mergePath(m models.MemberID) string { return memberURL(m) + "/merges" }

func partPath(m models.MemberID) string { return mergePath(m) + "/reversals" }

// askMerge asks which other card the person has.
func (p *Pages) askMerge(c *gin.Context, who auth.Identity) error {
	found, err := p.lookUp(c, who, c.Param("id"))
	if err != nil {
		return err
	}
	return p.page(c, http.StatusOK, p.mergePage(c, found, nil))
}

func (p *Pages) mergePage(c *gin.Context, found, to *wallet.Identified) templates.Merge {
	page := templates.Merge{
		Frame: p.frame(c, found.Program), This: cardOf(found), MemberURL: memberURL(found.Member.ID),
		Action: mergePath(found.Member.ID), Key: cmp.Or(c.PostForm("key"), newKey()), Code: strings.TrimSpace(c.PostForm("code")),
		Reasons: choices(c, mergeReasons), Other: c.PostForm("other"),
	}
	if to != nil {
		other := cardOf(to)
		page.To, page.Into = &other, string(to.Member.ID)
	}
	page.Path = "" // a change of language would lose what was typed
	return page
}

func cardOf(found *wallet.Identified) templates.PersonCard {
	return templates.PersonCard{
		Name: found.Member.Name, Card: barcode.Group(found.Member.Card), URL: memberURL(found.Member.ID), Balances: balances(found.Program, found.State),
	}
}

// merge makes the card one of another's, once it was shown whose that is.
func (p *Pages) merge(c *gin.Context, who auth.Identity) error {
	found, err := p.lookUp(c, who, c.Param("id"))
	if err != nil {
		return err
	}
	to, err := p.mergeWith(c, who, found)
	if err == nil && c.PostForm("into") == "" {
		return p.page(c, http.StatusOK, p.mergePage(c, found, to))
	}
	if err == nil {
		_, err = p.Wallet.Merge(c.Request.Context(), wallet.Merging{
			Program: who.Program, Member: found.Member.ID, Into: to.Member.ID, Reason: givenReason(c), Key: c.PostForm("key"),
			Actor: wallet.Actor{User: who.User, Location: who.Location},
		})
	}
	fault, ok := asError(err)
	switch {
	case err == nil:
		c.Redirect(http.StatusSeeOther, memberURL(to.Member.ID))
		return nil
	case !ok || fault.Kind == models.Internal:
		return err
	case fault.Field == "reason":
		page := p.mergePage(c, found, to)
		page.Error = texts(c).Explain(fault.Code, fault.Msg)
		return p.page(c, problem.Of(fault).Status, page)
	}
	page := p.mergePage(c, found, nil)
	page.CodeError = texts(c).Explain(fault.Code, fault.Msg)
	return p.page(c, problem.Of(fault).Status, page)
}

// mergeWith returns whose the other card is, by what was typed or by what was shown
// before.
func (p *Pages) mergeWith(c *gin.Context, who auth.Identity, found *wallet.Identified) (*wallet.Identified, error) {
	if into := c.PostForm("into"); into != "" {
		return p.lookUp(c, who, into)
	}
	if err := p.Auth.Scan(who.User); err != nil {
		return nil, err
	}
	to, err := p.Wallet.Identify(c.Request.Context(), who.Program, c.PostForm("code"))
	switch {
	case err != nil:
		return nil, err
	case to.Member.ID == "":
		return nil, models.Fail(models.NotFound, "unknown_card", "code", "This is no card.")
	case to.Member.Account == found.Member.Account:
		return nil, models.Fail(models.Invalid, "same_account", "code", "Name another card than the one that is to be merged.")
	}
	return to, nil
}

// askPart asks whether a merge shall be undone, and why.
func (p *Pages) askPart(c *gin.Context, who auth.Identity) error {
	found, err := p.lookUp(c, who, c.Param("id"))
	if err != nil {
		return err
	}
	return p.partPage(c, http.StatusOK, found, "")
}

func (p *Pages) partPage(c *gin.Context, status int, found *wallet.Identified, fault string) error {
	page := p.mergePage(c, found, nil)
	page.Action, page.Undo, page.Reasons, page.Error = partPath(found.Member.ID), true, choices(c, partReasons), fault
	if found.Member.Merged != nil {
		into, err := p.Wallet.Stores.Members.Member(c.Request.Context(), found.Member.Merged.Into)
		if err != nil {
			return err
		}
		page.To = &templates.PersonCard{Name: into.Name, Card: barcode.Group(into.Card), URL: memberURL(into.ID)}
	}
	return p.page(c, status, page)
}

// unmerge gives the card an account of its own again.
func (p *Pages) unmerge(c *gin.Context, who auth.Identity) error {
	found, err := p.lookUp(c, who, c.Param("id"))
	if err != nil {
		return err
	}
	_, err = p.Wallet.Unmerge(c.Request.Context(), wallet.Unmerging{
		Program: who.Program, Member: found.Member.ID, Reason: givenReason(c), Key: c.PostForm("key"),
		Actor: wallet.Actor{User: who.User, Location: who.Location},
	})
	if fault, ok := asError(err); ok && fault.Kind != models.Internal {
		return p.partPage(c, problem.Of(fault).Status, found, texts(c).Explain(fault.Code, fault.Msg))
	}
	if err != nil {
		return err
	}
	c.Redirect(http.StatusSeeOther, memberURL(found.Member.ID))
	return nil
}

// cards tells on a member's page which cards are the same person's.
func (p *Pages) cards(c *gin.Context, who auth.Identity, found *wallet.Identified, page *templates.MemberDetail) error {
	m := &found.Member
	boss := slices.Contains(bosses, who.Role)
	switch {
	case m.ErasedAt != nil:
		return nil
	case m.Merged != nil:
		into, err := p.Wallet.Stores.Members.Member(c.Request.Context(), m.Merged.Into)
		if err != nil {
			return err
		}
		page.Merged = &templates.MergedCard{
			PersonCard: templates.PersonCard{Name: into.Name, Card: barcode.Group(into.Card), URL: memberURL(into.ID)},
			At:         m.Merged.At.In(found.Program.Zone()), Why: reason(texts(c), m.Merged.Why),
		}
		if boss {
			page.Merged.UndoURL = partPath(m.ID)
		}
	case boss && m.Own == "" && len(m.Guests()) == 0:
		page.MergeURL = mergePath(m.ID)
	}
	for _, also := range m.Also {
		o, err := p.Wallet.Stores.Members.Member(c.Request.Context(), also.Member)
		if err != nil {
			return err
		}
		page.Also = append(page.Also, templates.PersonCard{Name: o.Name, Card: barcode.Group(o.Card), URL: memberURL(o.ID)})
	}
	for _, tag := range m.AllTags() {
		if !slices.Contains(m.Tags, tag) {
			page.AlsoTags = append(page.AlsoTags, listOf(tag))
		}
	}
	return nil
}
