package pages

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"regulars/api/auth"
	"regulars/api/problem"
	"regulars/models"
	"regulars/models/store"
	"regulars/passes/barcode"
	"regulars/templates"
	"regulars/wallet"
)

// The lengths of the console's lists.
const (
	memberLines = 50
	entryLines  = 30
)

// consoleRoles are who may look into the console.
var consoleRoles = []models.Role{models.Owner, models.Manager, models.Marketer}

func (p *Pages) mountConsole(r *gin.Engine) {
	console := func(h func(*gin.Context, auth.Identity) error) gin.HandlerFunc {
		return p.signedIn(h, consoleRoles...)
	}
	r.GET("/console", console(p.overview))
	r.GET("/console/poster", console(p.poster))
	r.GET(designPath, p.signedIn(p.design, bosses...))
	r.POST(designPath, p.signedIn(p.designed, bosses...))
	r.GET(designPath+"/pictures/:name", p.signedIn(p.designDrawn, bosses...))
	r.GET("/console/books", p.signedIn(p.books, bookRoles...))
	r.GET("/console/vouchers", console(p.batches))
	r.POST("/console/vouchers", console(p.makeVouchers))
	r.GET("/console/vouchers/:batch", console(p.voucherSheet))
	r.GET("/console/vouchers/:batch/codes.csv", console(p.voucherCodes))
	r.POST("/console/vouchers/:batch/cancellations", console(p.cancelVouchers))
	r.GET("/console/members", console(p.members))
	r.POST("/console/members", console(p.members))
	r.GET("/console/members/:id", console(p.detail))
	r.POST("/console/members/:id/tags", console(p.tag))
	r.GET("/console/members/:id/reversals", console(p.askTakeBack))
	r.POST("/console/members/:id/reversals", console(p.takeBack))
	r.POST("/console/members/:id/moves", console(p.move))
	r.GET("/console/members/:id/merges", p.signedIn(p.askMerge, bosses...))
	r.POST("/console/members/:id/merges", p.signedIn(p.merge, bosses...))
	r.GET("/console/members/:id/merges/reversals", p.signedIn(p.askPart, bosses...))
	r.POST("/console/members/:id/merges/reversals", p.signedIn(p.unmerge, bosses...))
	r.GET("/console/approvals", p.signedIn(p.approvals, bosses...))
	r.POST("/console/approvals/:id/grants", p.signedIn(p.grant, bosses...))
	r.POST("/console/approvals/:id/refusals", p.signedIn(p.refuse, bosses...))
}

func asError(err error) (*models.Error, bool) { return errors.AsType[*models.Error](err) }

func (p *Pages) overview(c *gin.Context, who auth.Identity) error {
	ctx := c.Request.Context()
	program, err := p.Wallet.Stores.Programs.Current(ctx, who.Program)
	if err != nil {
		return err
	}
	o, err := p.figures.overview(ctx, program.ID, count(p.Wallet, program))
	if err != nil {
		return err
	}
	held, err := p.Wallet.Stores.Passes.Held(ctx, program.ID)
	if err != nil {
		return err
	}
	waiting, err := p.Wallet.Stores.Refreshes.Count(ctx, program.ID)
	if err != nil {
		return err
	}
	stray, err := p.Wallet.StrayComplaints(ctx)
	if err != nil {
		return err
	}
	approvals, err := p.toDecide(c, who)
	if err != nil {
		return err
	}
	pilot, err := p.pilot(ctx, program.ID)
	if err != nil {
		return err
	}
	join := p.Wallet.BaseURL + "/join/" + string(program.ID)
	return p.page(c, http.StatusOK, templates.Overview{
		Frame: p.frame(c, program), Members: o.members, NewMembers: o.fresh, Visits: o.visitors, Outstanding: balances(program, models.State{Balances: o.units}),
		Passes: held, Waiting: waiting, JoinURL: join, JoinQR: qr(join), Pilot: pilot, Endings: p.endings(who, program), Approvals: approvals,
		Reports: reports(stray, program), BooksURL: booksURL(who, program), DesignURL: designURL(who),
	})
}

// pilot is what the overview says of a pilot; nil when there is none.
func (p *Pages) pilot(ctx context.Context, id models.ProgramID) (*templates.Pilot, error) {
	pilot, err := p.Wallet.Stores.Programs.Pilot(ctx, id)
	if models.CodeOf(err) == "no_pilot" {
		return nil, nil //nolint:nilnil // mostly there is none
	}
	if err != nil {
		return nil, err
	}
	n, err := p.Wallet.Stores.Members.CountTagged(ctx, id, pilot.Tag)
	return &templates.Pilot{Tag: listOf(pilot.Tag), Version: pilot.Version, Members: n}, err
}

// listOf is a tag with the list of those who bear it.
func listOf(tag string) templates.Tag {
	return templates.Tag{Name: tag, URL: "/console/members?tag=" + tag}
}

// reports are in the phones' own words.
func reports(all []models.Complaint, p *models.Program) []templates.Report {
	var out []templates.Report
	for _, c := range all {
		out = append(out, templates.Report{At: c.At.In(p.Zone()), Text: c.Text})
	}
	return out
}

// members lists people. A search is posted: what is searched for, a phone number
// maybe, stays out of addresses, histories and logs.
func (p *Pages) members(c *gin.Context, who auth.Identity) error {
	ctx := c.Request.Context()
	program, err := p.Wallet.Stores.Programs.Current(ctx, who.Program)
	if err != nil {
		return err
	}
	query, cursor := c.PostForm("q"), c.DefaultPostForm("cursor", c.Query("cursor"))
	tag := c.Query("tag")
	found, err := p.Wallet.Search(ctx, wallet.Search{Program: program.ID, Query: query, Tag: tag, Cursor: cursor, Limit: memberLines})
	if err != nil {
		return err
	}
	page := templates.Members{Frame: p.frame(c, program), Query: query, Tag: tag, Start: cursor == "", Next: found.Next}
	if units := program.Units(); len(units) == 1 {
		only := unit(program, units[0])
		page.Unit = &only
	}
	for _, l := range found.Members {
		own, err := p.Wallet.Stores.Programs.For(ctx, &l.Member)
		if err != nil {
			return err
		}
		page.Rows = append(page.Rows, row(l, own))
	}
	return p.page(c, http.StatusOK, page)
}

func row(l wallet.Listed, p *models.Program) templates.MemberRow {
	m := &l.Member
	r := templates.MemberRow{
		URL: memberURL(m.ID), Name: called(m), Card: barcode.Group(m.Card),
		Tier: l.State.Tier, Balances: balances(p, l.State),
	}
	if m.Head.LastVisitAt != nil {
		r.LastVisit = m.Head.LastVisitAt.In(p.Zone())
	}
	return r
}

// lookUp returns a member of the signed-in person's program.
func (p *Pages) lookUp(c *gin.Context, who auth.Identity, id string) (*wallet.Identified, error) {
	m, err := p.Wallet.Member(c.Request.Context(), who.Program, models.MemberID(id))
	if err != nil {
		return nil, err
	}
	return p.Wallet.Look(c.Request.Context(), *m)
}

func (p *Pages) detail(c *gin.Context, who auth.Identity) error {
	found, err := p.lookUp(c, who, c.Param("id"))
	if err != nil {
		return err
	}
	return p.showMember(c, who, found, nil)
}

// tag keeps the tags of a member as they were typed.
func (p *Pages) tag(c *gin.Context, who auth.Identity) error {
	tags := models.SplitTags(c.PostForm("tags"))
	m, err := p.Wallet.Amend(c.Request.Context(), wallet.Amendment{
		Program: who.Program, Member: models.MemberID(c.Param("id")), Tags: &tags, Source: "console",
	})
	if fault, ok := asError(err); ok && fault.Kind == models.Invalid {
		found, err := p.lookUp(c, who, c.Param("id"))
		if err != nil {
			return err
		}
		return p.showMember(c, who, found, fault)
	}
	if err != nil {
		return err
	}
	c.Redirect(http.StatusSeeOther, "/console/members/"+string(m.ID))
	return nil
}

// showMember is all about one person, with the fault of the tags that were typed,
// if there is one.
func (p *Pages) showMember(c *gin.Context, who auth.Identity, found *wallet.Identified, fault *models.Error) error {
	before, err := strconv.ParseInt(c.DefaultQuery("before", "0"), 10, 64)
	if err != nil {
		return wallet.InvalidCursor()
	}
	ledger, err := p.Wallet.Stores.Ledger.Newest(c.Request.Context(), found.Member.Account, before, entryLines+1)
	if err != nil {
		return err
	}
	undone, err := p.Wallet.Stores.Ledger.Reversals(c.Request.Context(), found.Member.Account)
	if err != nil {
		return err
	}
	phones, err := p.Wallet.Status(c.Request.Context(), found.Member.ID)
	if err != nil {
		return err
	}
	said, err := p.Wallet.Complaints(c.Request.Context(), found.Member.ID)
	if err != nil {
		return err
	}
	t, m := texts(c), &found.Member
	page := templates.MemberDetail{
		Frame: p.frame(c, found.Program), Name: called(m), Card: barcode.Group(m.Card), Phone: m.Phone, Email: m.Email,
		Joined: m.JoinedAt.In(found.Program.Zone()), Erased: m.ErasedAt != nil, Tier: found.State.Tier,
		Balances: balances(found.Program, found.State), PageURL: p.Wallet.PageURL(m), Passes: troubled(t, found.Program, phones),
		Reports: reports(said, found.Program), TagsAction: memberURL(m.ID) + "/tags", TagsKey: newKey(), TagsTyped: strings.Join(m.Tags, " "),
	}
	page.Postcode = m.Postcode
	if up := m.SignedUp; up != nil {
		page.SignedUp = up.At.In(found.Program.Zone())
		page.PhoneLeft, page.EmailLeft = slices.Contains(up.Left, models.AskPhone), slices.Contains(up.Left, models.AskEmail)
	}
	for _, tag := range m.Tags {
		page.Tags = append(page.Tags, listOf(tag))
	}
	status := http.StatusOK
	if fault != nil {
		status, page.TagsTyped, page.TagsError = problem.Of(fault).Status, c.PostForm("tags"), t.Explain(fault.Code, fault.Msg)
	}
	if err := p.cards(c, who, found, &page); err != nil {
		return err
	}
	for _, consent := range m.Consents {
		if consent.Purpose != models.ConsentProgram {
			page.Consents = append(page.Consents, templates.Choice{
				Purpose: string(consent.Purpose), Wording: wording(t, found.Program, consent.Purpose), Given: consent.Given,
			})
		}
	}
	if len(ledger) > entryLines {
		page.NextURL = memberURL(m.ID) + "?before=" + strconv.FormatInt(ledger[entryLines-1].Seq, 10)
		ledger = ledger[:entryLines]
	}
	if page.Entries, err = p.booked(c, found.Program, ledger, undone); err != nil {
		return err
	}
	now := p.Wallet.Stores.Clock.Now()
	page.Dates = append(memberships(t, found.Program, found.State, now), dates(t, found.Program, found.State, now)...)
	for i, e := range ledger {
		may := wallet.MayReverse(who.Role, wallet.Actor{User: who.User, Location: who.Location}, &e, now) == nil
		if may && e.Kind != models.EntryReverse && e.Kind != models.EntryExpire && e.Kind != models.EntryTransfer && !page.Entries[i].Undone {
			page.Entries[i].ReverseURL = takeBackURL(&e)
		}
	}
	return p.page(c, status, page)
}

// booked are lines of a ledger with who booked them, where, and who else had it
// done.
func (p *Pages) booked(c *gin.Context, program *models.Program, ledger []models.Entry, undone map[models.EntryID]models.Undone) ([]templates.Entry, error) {
	t, lines := texts(c), p.entries(c, program, ledger, undone)
	names := map[models.UserID]string{"": ""} // a system, or the import
	name := func(id models.UserID) (string, error) {
		if _, known := names[id]; !known {
			u, err := p.Wallet.Stores.Users.User(c.Request.Context(), id)
			if err != nil && !errors.Is(err, store.ErrNotFound) {
				return "", err
			}
			names[id] = u.Name
		}
		return names[id], nil
	}
	for i := range ledger {
		e := &ledger[i]
		by, err := name(e.Staff)
		if err != nil {
			return nil, err
		}
		if e.Automatic() {
			by = t.Say("entry.automatic")
		}
		all := []string{by, e.Location}
		if e.By != "" {
			other, err := name(e.By)
			if err != nil {
				return nil, err
			}
			key := "entry.approved"
			if e.MovedFrom != "" {
				key = "entry.moved"
			}
			all = append(all, t.Say(key, templates.Args{"Name": other}))
		}
		lines[i].By = strings.Join(slices.DeleteFunc(all, func(text string) bool { return text == "" }), ", ")
	}
	return lines, nil
}
