package pages

import (
	"cmp"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"regulars/api/auth"
	"regulars/api/problem"
	"regulars/models"
	"regulars/passes/barcode"
	"regulars/templates"
	"regulars/wallet"
)

// tillRoles are who may sell.
var tillRoles = []models.Role{models.Owner, models.Manager, models.StaffRole}

func (p *Pages) mountTill(r *gin.Engine) {
	till := func(h func(*gin.Context, auth.Identity) error) gin.HandlerFunc {
		return p.signedIn(func(c *gin.Context, who auth.Identity) error {
			err := h(c, who)
			if err == nil {
				return nil
			}
			return p.tillError(c, who, err)
		}, tillRoles...)
	}
	r.GET("/till", till(p.till))
	r.GET("/till/:step", func(c *gin.Context) { c.Redirect(http.StatusSeeOther, "/till") }) // a reloaded step starts anew
	r.POST("/till/scan", till(p.scan))
	r.POST("/till/purchases", till(p.purchase))
	r.POST("/till/redemptions", till(p.redeem))
	r.POST("/till/loads", till(p.load))
	r.POST("/till/activities", till(p.act))
	r.POST("/till/awards", till(p.award))
	r.POST("/till/reversals", till(p.reverse))
}

func (p *Pages) till(c *gin.Context, who auth.Identity) error {
	program, err := p.Wallet.Stores.Programs.Current(c.Request.Context(), who.Program)
	if err != nil {
		return err
	}
	return p.page(c, http.StatusOK, templates.Till{Frame: p.tillFrame(c, program)})
}

// tillFrame gives every step the till's own path, so that a change of language
// leads back to it.
func (p *Pages) tillFrame(c *gin.Context, program *models.Program) templates.Frame {
	f := p.frame(c, program)
	f.Path = "/till"
	return f
}

// tillError says on the till what went wrong. What was scanned does not come
// back: only what somebody typed can be mended. To whoever has no card, one is
// offered.
func (p *Pages) tillError(c *gin.Context, who auth.Identity, err error) error {
	d := problem.Log(c.Request.Context(), p.Log, c.FullPath(), err)
	for name, values := range d.GetHeaders() {
		c.Writer.Header()[name] = values
	}
	page := templates.TillError{Frame: p.tillFrame(c, nil), Message: texts(c).Explain(d.Code, d.Detail), Reference: d.Reference}
	switch d.Code {
	case "check_digit", "unknown_phone", "unknown_number":
		page.Code = strings.TrimSpace(c.PostForm("code"))
	}
	switch d.Code {
	case "unknown_phone", "unknown_number", "unknown_card", "void_card":
		page.JoinURL = p.Wallet.BaseURL + "/join/" + string(who.Program)
		page.JoinQR = qr(page.JoinURL)
	}
	return p.page(c, d.Status, page)
}

func (p *Pages) scan(c *gin.Context, who auth.Identity) error {
	if err := p.Auth.Scan(who.User); err != nil {
		return err
	}
	found, err := p.Wallet.Scan(c.Request.Context(), who.Program, c.PostForm("code"))
	if err != nil {
		return err
	}
	if found.Member.ID == "" {
		return p.page(c, http.StatusOK, templates.TillScannedVoucher{
			Frame: p.tillFrame(c, found.Program), Voucher: tillVoucher(texts(c), found.Program, found.Voucher),
		})
	}
	if code := c.PostForm("voucher"); code != "" { // one for whoever brings it, scanned before the card
		v, err := p.Wallet.FindVoucher(c.Request.Context(), who.Program, code)
		if err == nil {
			err = v.Usable(&found.Member, p.Wallet.Stores.Clock.Now())
		}
		if err != nil {
			return err
		}
		found.Vouchers = append([]models.Voucher{v}, found.Vouchers...)
	}
	return p.customer(c, who, http.StatusOK, found, nil)
}

// customer shows who stands at the till. again is the fault with the amount
// that was typed, if there is one.
func (p *Pages) customer(c *gin.Context, who auth.Identity, status int, found *wallet.Identified, again *models.Error) error {
	t := texts(c)
	places, _ := models.CurrencyDigits(found.Program.Currency)
	now := p.Wallet.Stores.Clock.Now()
	page := templates.TillMember{
		Frame: p.tillFrame(c, found.Program), Member: string(found.Member.ID), Name: firstName(&found.Member),
		Tier: found.State.Tier, Balances: balances(found.Program, found.State), Dates: soonDates(t, found.Program, found.State, now),
		Points:   slices.Equal(found.Program.Units(), []models.Unit{models.Points}),
		Currency: found.Program.Currency, Places: places, Key: newKey(),
	}
	page.Level = level(t, found.Program, found.State, page.Now)
	if found.Member.Head.LastVisitAt != nil {
		page.LastVisit = found.Member.Head.LastVisitAt.In(found.Program.Zone())
	}
	for _, n := range found.Notices {
		if n.Code == "purchase_just_booked" {
			page.Notices = append(page.Notices, t.Say("till.recent", templates.Args{"Ago": t.Ago(n.At, page.Now)}))
		}
	}
	if found.People > 1 {
		page.Notices = append(page.Notices, t.Count("sharing.people", int64(found.People)))
	}
	offers, err := p.Wallet.Offers(c.Request.Context(), found, who.Location)
	if err != nil {
		return err
	}
	page.Rewards, page.Vouchers = tillRewards(t, found, offers, visit(found, who, now)), tillVouchers(t, found, now)
	page.Money, page.Products = tillMoney(t, found, now)
	due, lines, sold := tillMemberships(t, found.Program, found.State, now)
	page.Memberships, page.Products, page.Dates = due, append(page.Products, sold...), append(lines, page.Dates...)
	page.Award = tillAward(found.Program)
	for _, what := range deeds {
		if found.Program.GivesOn(what) {
			page.Deeds = append(page.Deeds, templates.Deed{What: string(what), Key: newKey()})
		}
	}
	if again != nil {
		page.Amount, page.Error = c.PostForm("amount"), t.Explain(again.Code, again.Msg)
		if key := c.PostForm("key"); key != "" {
			page.Key = key
		}
	}
	return p.page(c, status, page)
}

// firstName is all that the till shows of a person.
func firstName(m *models.Member) string {
	return cmp.Or(givenName(m), called(m))
}

// givenName is the first word of a name; empty when there is none.
func givenName(m *models.Member) string {
	first, _, _ := strings.Cut(m.Name, " ")
	return first
}

// called is what stands for a member: the name, or of who gave none the card.
func called(m *models.Member) string { return cmp.Or(m.Name, barcode.Group(m.Card)) }

func (p *Pages) purchase(c *gin.Context, who auth.Identity) error {
	found, err := p.lookUp(c, who, c.PostForm("member"))
	if err != nil {
		return err
	}
	places, _ := models.CurrencyDigits(found.Program.Currency)
	amount, ok := templates.ParseAmount(c.PostForm("amount"), places)
	if !ok {
		return p.customer(c, who, http.StatusUnprocessableEntity, found,
			models.Fail(models.Invalid, "invalid_amount", "amount", "Write the amount with numbers only, such as 12.50."))
	}
	e, err := p.Wallet.Earn(c.Request.Context(), wallet.Sale{
		Program: who.Program, Member: found.Member.ID, Key: c.PostForm("key"),
		Purchase: models.Purchase{Amount: amount, Value: value(c, amount)},
		Actor:    wallet.Actor{User: who.User, Location: who.Location},
	})
	if fault, ok := asError(err); ok && fault.Field == "amount" {
		return p.customer(c, who, http.StatusUnprocessableEntity, found, fault)
	}
	if err != nil {
		return err
	}
	page := p.done(c, found, e)
	page.Amount = money(texts(c), found.Program, amount)
	if e.Purchase.Value > 0 {
		page.Paid = money(texts(c), found.Program, e.Purchase.Value)
	}
	page.Gave = gave(texts(c), found.Program, e)
	p.earned(c, who, &page, found, e)
	return p.page(c, http.StatusOK, page)
}

// earned tells what an entry gave, why, and what can be had for it now.
func (p *Pages) earned(c *gin.Context, who auth.Identity, page *templates.TillDone, found *wallet.Identified, e *models.Entry) {
	t, now := texts(c), p.Wallet.Stores.Clock.Now()
	page.Gains = gains(t, found.Program, e)
	page.Dates = waits(t, found.Program, e.Lots, now)
	page.Carried = len(found.Program.Rules) == 1 && simple(found.Program, found.Program.Rules[0].ID) != nil
	if e.State.Tier != found.State.Tier && e.Credit > 0 {
		page.Tier = e.State.Tier
	}
	for i := range found.Program.Rewards {
		r := &found.Program.Rewards[i]
		if have := progress(t, found.Program, e.State, r, visit(found, who, now)); have.Ready {
			page.Ready = append(page.Ready, have.Waiting(t))
		}
	}
}

// visit is the moment and place at which a member takes a reward.
func visit(found *wallet.Identified, who auth.Identity, now time.Time) models.Event {
	return models.Event{
		Kind: models.EntryRedeem, At: now, Location: who.Location,
		Facts: found.Program.FactsOf(&found.Member, now, found.Program.Zone()),
	}
}

// deeds are what staff can book beside a purchase, where the program gives
// something for it.
var deeds = []models.Occasion{models.OnCheckIn, models.OnSurvey, models.OnReview}

func (p *Pages) act(c *gin.Context, who auth.Identity) error {
	found, err := p.lookUp(c, who, c.PostForm("member"))
	if err != nil {
		return err
	}
	what := models.Occasion(c.PostForm("activity"))
	if !slices.Contains(deeds, what) {
		return models.Fail(models.Invalid, "no_rule", "activity", "This program gives nothing for that.")
	}
	e, err := p.Wallet.Act(c.Request.Context(), wallet.Activity{
		Program: who.Program, Member: found.Member.ID, What: what, Key: c.PostForm("key"),
		Actor: wallet.Actor{User: who.User, Location: who.Location},
	})
	if err != nil {
		return err
	}
	page := p.done(c, found, e)
	p.earned(c, who, &page, found, e)
	page.Carried = false
	return p.page(c, http.StatusOK, page)
}

// done tells what was booked, and lets it be undone until the next scan.
func (p *Pages) done(c *gin.Context, found *wallet.Identified, e *models.Entry) templates.TillDone {
	page := templates.TillDone{
		Frame: p.tillFrame(c, found.Program), Kind: string(e.Kind), Name: firstName(&found.Member),
		Changes: changes(found.Program, e), Balances: balances(found.Program, e.State), Terms: paidFor(texts(c), found.Program, e),
	}
	if e.ID != "" && e.Kind != models.EntryReverse {
		page.Undo = &templates.Undo{Action: "/till/reversals", Entry: string(e.ID), Key: newKey()}
	}
	return page
}

func (p *Pages) reverse(c *gin.Context, who auth.Identity) error {
	e, err := p.Wallet.Reverse(c.Request.Context(), wallet.Reversal{
		Program: who.Program, Entry: models.EntryID(c.PostForm("entry")), Reason: undoneAtTill, Key: c.PostForm("key"),
		Actor: wallet.Actor{User: who.User, Location: who.Location}, Role: who.Role,
	})
	if err != nil {
		return err
	}
	m, err := p.Wallet.Stores.Members.Member(c.Request.Context(), e.Member)
	if err != nil {
		return err
	}
	found, err := p.Wallet.Look(c.Request.Context(), m)
	if err != nil {
		return err
	}
	return p.page(c, http.StatusOK, p.done(c, found, e))
}
