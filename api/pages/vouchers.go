package pages

import (
	"cmp"
	"encoding/csv"
	"net/http"
	"strconv"
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

// The lengths of lists of vouchers: what has become of each is counted, and a
// page of the console is 20 of paper.
const (
	batchLines   = 10
	sheetLines   = 240
	vouchersPath = "/console/vouchers"
)

// batches lists the vouchers that were made together, and offers to make more.
func (p *Pages) batches(c *gin.Context, who auth.Identity) error {
	return p.batchList(c, who, http.StatusOK, templates.Vouchers{Values: templates.BatchValues{Count: "24"}, Key: newKey()})
}

func (p *Pages) batchList(c *gin.Context, who auth.Identity, status int, page templates.Vouchers) error {
	ctx, t := c.Request.Context(), texts(c)
	program, err := p.Wallet.Stores.Programs.Current(ctx, who.Program)
	if err != nil {
		return err
	}
	var before time.Time
	if cursor := c.Query("before"); cursor != "" {
		if before, err = time.Parse(time.RFC3339Nano, cursor); err != nil {
			return wallet.InvalidCursor()
		}
	}
	all, err := p.Wallet.Stores.Vouchers.Batches(ctx, program.ID, before, batchLines+1)
	if err != nil {
		return err
	}
	if len(all) > batchLines {
		all = all[:batchLines]
		page.NextURL = vouchersPath + "?before=" + all[batchLines-1].IssuedAt.UTC().Format(time.RFC3339Nano)
	}
	for i := range all {
		line, err := p.batch(c, t, program, &all[i])
		if err != nil {
			return err
		}
		page.Batches = append(page.Batches, line)
	}
	for _, r := range program.Rewards {
		if r.Kind != models.Mystery {
			page.Rewards = append(page.Rewards, templates.Choice{Purpose: string(r.ID), Wording: r.Name, Given: string(r.ID) == c.PostForm("reward")})
		}
	}
	page.Frame = p.frame(c, program)
	return p.page(c, status, page)
}

// batch is a batch as pages show it, in t's language.
func (p *Pages) batch(c *gin.Context, t *templates.Texts, program *models.Program, b *models.Batch) (templates.Batch, error) {
	n, err := p.Wallet.CountBatch(c.Request.Context(), program.ID, b.ID)
	out := templates.Batch{
		URL: vouchersPath + "/" + string(b.ID), Reward: b.Reward.Name, Reason: b.Reason, Made: t.Date(b.IssuedAt.In(program.Zone())),
		Count: int64(b.Count), Used: int64(n.Used), Cancelled: int64(n.Cancelled),
	}
	if b.Until != nil {
		out.Until = lastDay(t, program, *b.Until)
	}
	return out, err
}

// makeVouchers makes a batch. The form may be sent twice.
func (p *Pages) makeVouchers(c *gin.Context, who auth.Identity) error {
	program, err := p.Wallet.Stores.Programs.Current(c.Request.Context(), who.Program)
	if err != nil {
		return err
	}
	all, err := p.issue(c, who, program)
	if fault, ok := asError(err); ok && models.KindOf(err) == models.Invalid && fault.Field != "Idempotency-Key" {
		return p.batchList(c, who, problem.Of(fault).Status, templates.Vouchers{
			Values: templates.BatchValues{Count: c.PostForm("count"), From: c.PostForm("from"), Until: c.PostForm("until"), Reason: c.PostForm("reason")},
			Key:    cmp.Or(c.PostForm("key"), newKey()), Error: texts(c).Explain(fault.Code, fault.Msg),
		})
	}
	if err != nil {
		return err
	}
	c.Redirect(http.StatusSeeOther, vouchersPath+"/"+string(all[0].Batch))
	return nil
}

func (p *Pages) issue(c *gin.Context, who auth.Identity, program *models.Program) ([]models.Voucher, error) {
	i := wallet.Issue{
		Program: program.ID, Reward: models.RewardID(c.PostForm("reward")), Reason: c.PostForm("reason"),
		Key: c.PostForm("key"), Actor: wallet.Actor{User: who.User, Location: who.Location},
	}
	var err error
	if i.Count, err = strconv.Atoi(strings.TrimSpace(c.PostForm("count"))); err != nil || i.Count < 1 {
		return nil, models.Fail(models.Invalid, "wrong_count", "count", "Make 1 to 5000 vouchers at once.")
	}
	if i.From, err = dayTyped(program, c.PostForm("from"), 0); err != nil {
		return nil, err
	}
	if i.Until, err = dayTyped(program, c.PostForm("until"), 1); err != nil {
		return nil, err
	}
	return p.Wallet.IssueVouchers(c.Request.Context(), i)
}

// dayTyped is when a local day begins, or one so many days later; zero where none
// was chosen.
func dayTyped(p *models.Program, day string, later int) (time.Time, error) {
	if day == "" {
		return time.Time{}, nil
	}
	if at, err := time.Parse(time.DateOnly, day); err != nil || at.Year() < 2000 || at.Year() > 2200 {
		return time.Time{}, models.Fail(models.Invalid, "wrong_day", "until", "Choose a day.")
	}
	return p.DayBegins(day, later), nil
}

// voucherSheet is the vouchers of a batch to be printed, in the language of the
// program: customers read them.
func (p *Pages) voucherSheet(c *gin.Context, who auth.Identity) error {
	return p.sheet(c, who, http.StatusOK, "")
}

func (p *Pages) sheet(c *gin.Context, who auth.Identity, status int, fault string) error {
	ctx := c.Request.Context()
	program, b, err := p.oneBatch(c, who)
	if err != nil {
		return err
	}
	above, err := strconv.Atoi(c.DefaultQuery("above", "0"))
	if err != nil || above < 0 {
		return wallet.InvalidCursor()
	}
	all, err := p.Wallet.Stores.Vouchers.Batch(ctx, program.ID, b.ID, above, sheetLines)
	if err != nil {
		return err
	}
	theirs := templates.For(program.Locale)
	page := templates.VoucherSheet{
		Frame: p.frame(c, program), Lang: theirs.Lang, Name: program.Name, Organization: program.Organization, Key: newKey(), Error: fault,
		From: int64(min(above+1, b.Count)), To: int64(above + len(all)),
	}
	if page.Batch, err = p.batch(c, theirs, program, b); err != nil {
		return err
	}
	page.CodesURL = page.Batch.URL + "/codes.csv"
	if page.Batch.Used+page.Batch.Cancelled < page.Batch.Count {
		page.Action = page.Batch.URL + "/cancellations"
	}
	if above > 0 {
		page.PrevURL = page.Batch.URL + "?above=" + strconv.Itoa(max(above-sheetLines, 0))
	}
	if above+len(all) < b.Count && len(all) > 0 {
		page.NextURL = page.Batch.URL + "?above=" + strconv.Itoa(above+len(all))
	}
	now := p.Wallet.Stores.Clock.Now()
	for i := range all {
		one := templates.PrintedVoucher{Code: barcode.Group(all[i].Code), Image: qr(string(all[i].Code))}
		switch all[i].State(now) {
		case models.VoucherUsed:
			one.State = theirs.Say("batch.state.used")
		case models.VoucherCancelled:
			one.State = theirs.Say("batch.state.cancelled")
		case models.VoucherExpired:
			one.State = theirs.Say("batch.state.expired")
		default: // whoever has the paper has the code, so the link tells them nothing new
			one.Wallet = qr(p.Wallet.VoucherURL(&all[i]))
		}
		page.Vouchers = append(page.Vouchers, one)
	}
	return p.page(c, status, page)
}

// oneBatch returns the batch that the path names, of the person's own program.
func (p *Pages) oneBatch(c *gin.Context, who auth.Identity) (*models.Program, *models.Batch, error) {
	program, err := p.Wallet.Stores.Programs.Current(c.Request.Context(), who.Program)
	if err != nil {
		return nil, nil, err
	}
	b, err := p.Wallet.Stores.Vouchers.OneBatch(c.Request.Context(), program.ID, models.BatchID(c.Param("batch")))
	return program, &b, err
}

// cancelVouchers makes those of a batch worthless that were not used.
func (p *Pages) cancelVouchers(c *gin.Context, who auth.Identity) error {
	b, err := p.Wallet.CancelBatch(c.Request.Context(), who.Program, models.BatchID(c.Param("batch")), c.PostForm("reason"), wallet.Actor{User: who.User})
	if fault, ok := asError(err); ok && fault.Field == "reason" {
		return p.sheet(c, who, problem.Of(fault).Status, texts(c).Explain(fault.Code, fault.Msg))
	}
	if err != nil {
		return err
	}
	c.Redirect(http.StatusSeeOther, vouchersPath+"/"+string(b.ID))
	return nil
}

// voucherCodes are the codes of a batch as a file, for a printer's own layout.
func (p *Pages) voucherCodes(c *gin.Context, who auth.Identity) error {
	program, b, err := p.oneBatch(c, who)
	if err != nil {
		return err
	}
	all, err := p.Wallet.Stores.Vouchers.Batch(c.Request.Context(), program.ID, b.ID, 0, b.Count)
	if err != nil {
		return err
	}
	c.Header("Content-Type", "text/csv; charset=utf-8")
	c.Header("Content-Disposition", `attachment; filename="vouchers-`+string(b.ID)+`.csv"`)
	c.Header("Cache-Control", "no-store")
	now, w := p.Wallet.Stores.Clock.Now(), csv.NewWriter(c.Writer)
	_ = w.Write([]string{"number", "code", "reward", "last_day", "state"}) // Flush tells of what fails
	for i := range all {
		v, last := &all[i], ""
		if v.Until != nil {
			last = program.LastDay(*v.Until)
		}
		_ = w.Write([]string{strconv.Itoa(v.Number), string(v.Code), v.Reward.Name, last, string(v.State(now))})
	}
	w.Flush()
	return w.Error()
}
