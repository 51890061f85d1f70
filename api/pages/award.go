package pages

import (
	"cmp"
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"

	"regulars/api/auth"
	"regulars/models"
	"regulars/templates"
	"regulars/wallet"
)

// bosses decide what staff may not.
var bosses = []models.Role{models.Owner, models.Manager}

// tillAward is what may be given by hand at the till; nil for nothing.
func tillAward(p *models.Program) *templates.TillAward {
	if len(p.Manual.Limits) == 0 {
		return nil
	}
	out := &templates.TillAward{Reasons: p.Manual.Reasons, Key: newKey()}
	for _, l := range p.Manual.Limits {
		out.Units = append(out.Units, templates.TillUnit{ID: string(l.Unit), Unit: unit(p, l.Unit)})
	}
	return out
}

// award gives by hand what somebody may give, or asks for it.
func (p *Pages) award(c *gin.Context, who auth.Identity) error {
	found, err := p.lookUp(c, who, c.PostForm("member"))
	if err != nil {
		return err
	}
	a := wallet.Adjustment{
		Program: who.Program, Member: found.Member.ID, Key: c.PostForm("key"), Actor: wallet.Actor{User: who.User, Location: who.Location},
		Delta:  models.Delta{Unit: models.Unit(c.PostForm("unit"))},
		Reason: cmp.Or(strings.TrimSpace(c.PostForm("other")), c.PostForm("reason")),
	}
	places := 0
	if a.Delta.Unit == models.Value {
		places, _ = models.CurrencyDigits(found.Program.Currency)
	}
	var ok bool
	if a.Delta.Amount, ok = templates.ParseAmount(c.PostForm("units"), places); !ok || a.Delta.Amount == 0 {
		return models.Fail(models.Invalid, "zero_delta", "units", "Say how many to give.")
	}
	if who.May(bosses...) {
		e, err := p.Wallet.Adjust(c.Request.Context(), a)
		if err != nil {
			return err
		}
		return p.page(c, http.StatusOK, p.done(c, found, e))
	}
	e, asked, err := p.Wallet.Award(c.Request.Context(), a)
	switch {
	case err != nil:
		return err
	case e != nil:
		return p.page(c, http.StatusOK, p.done(c, found, e))
	case asked.State(p.Wallet.Stores.Clock.Now()) != models.ApprovalWaits:
		return models.Fail(models.Conflict, "request_refused", "", "This was asked for before, and not granted.")
	}
	page := p.done(c, found, &models.Entry{State: found.State})
	page.Kind = "asked"
	return p.page(c, http.StatusAccepted, page)
}

// approvalLines is how many requests the console lists.
const approvalLines = 100

func (p *Pages) waitingApprovals(c *gin.Context, program models.ProgramID) ([]models.Approval, error) {
	since := p.Wallet.Stores.Clock.Now().Add(-models.ApprovalTime)
	return p.Wallet.Stores.Awards.Approvals(c.Request.Context(), program, models.ApprovalWaits, since, approvalLines)
}

// approvals lists what waits for somebody above.
func (p *Pages) approvals(c *gin.Context, who auth.Identity) error {
	program, err := p.Wallet.Stores.Programs.Current(c.Request.Context(), who.Program)
	if err != nil {
		return err
	}
	all, err := p.waitingApprovals(c, program.ID)
	if err != nil {
		return err
	}
	page := templates.Approvals{Frame: p.frame(c, program)}
	for i := range all {
		row, err := p.approvalRow(c, who, program, &all[i])
		if err != nil {
			return err
		}
		page.Rows = append(page.Rows, row)
	}
	return p.page(c, http.StatusOK, page)
}

func (p *Pages) approvalRow(c *gin.Context, who auth.Identity, program *models.Program, a *models.Approval) (templates.ApprovalRow, error) {
	m, err := p.Wallet.Stores.Members.Member(c.Request.Context(), a.Member)
	if err != nil {
		return templates.ApprovalRow{}, err
	}
	asked := models.Entry{Staff: a.AskedBy, Location: a.Location, Kind: models.EntryAdjust, Program: program.ID, Version: program.Version, Deltas: []models.Delta{a.Delta}}
	lines, err := p.booked(c, program, []models.Entry{asked}, nil)
	if err != nil {
		return templates.ApprovalRow{}, err
	}
	path := "/console/approvals/" + string(a.ID)
	return templates.ApprovalRow{
		Name: called(&m), MemberURL: memberURL(m.ID), Changes: lines[0].Changes, Reason: a.Reason, By: lines[0].By,
		At: a.AskedAt.In(program.Zone()), Own: a.AskedBy == who.User, Grant: path + "/grants", Refuse: path + "/refusals", Key: newKey(),
	}, nil
}

func (p *Pages) grant(c *gin.Context, who auth.Identity) error {
	return p.decide(c, wallet.Decision{Program: who.Program, Grant: true, Actor: wallet.Actor{User: who.User}})
}

func (p *Pages) refuse(c *gin.Context, who auth.Identity) error {
	return p.decide(c, wallet.Decision{Program: who.Program, Reason: c.PostForm("other"), Actor: wallet.Actor{User: who.User}})
}

func (p *Pages) decide(c *gin.Context, d wallet.Decision) error {
	d.Approval = models.ApprovalID(c.Param("id"))
	if _, err := p.Wallet.Decide(c.Request.Context(), d); err != nil {
		return err
	}
	c.Redirect(http.StatusSeeOther, "/console/approvals")
	return nil
}

// toDecide is how many requests wait for the reader, as far as they are counted.
func (p *Pages) toDecide(c *gin.Context, who auth.Identity) (int64, error) {
	if !who.May(bosses...) {
		return 0, nil
	}
	all, err := p.waitingApprovals(c, who.Program)
	return int64(len(all)), err
}
