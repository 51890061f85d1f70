package pages

import (
	"context"
	"errors"
	"maps"
	"net/http"
	"slices"
	"time"

	"github.com/gin-gonic/gin"

	"regulars/api/auth"
	"regulars/models"
	"regulars/templates"
)

// bookRoles are who may see what merchants owe and charities were given.
var bookRoles = []models.Role{models.Owner, models.Manager}

const booksPath = "/console/books"

// booksTime is how long a month may take to be added up: less than the server
// waits with an answer.
const booksTime = 50 * time.Second

// booksURL is where the console leads to its books; empty where there are none.
func booksURL(who auth.Identity, p *models.Program) string {
	if !who.May(bookRoles...) || !p.Coalition() && !p.Gives() {
		return ""
	}
	return booksPath
}

// books shows the settlement and the donations of a month, this one if none is
// asked for.
func (p *Pages) books(c *gin.Context, who auth.Identity) error {
	ctx, cancel := context.WithTimeout(c.Request.Context(), booksTime)
	defer cancel()
	program, err := p.Wallet.Stores.Programs.Current(ctx, who.Program)
	if err != nil {
		return err
	}
	today := program.Day(p.Wallet.Stores.Clock.Now())
	days, err := models.MonthOf(c.DefaultQuery("month", today[:7]))
	if err != nil {
		return err
	}
	from, to := program.DayBegins(days.From, 0).In(program.Zone()), program.DayBegins(days.To, 0).In(program.Zone())
	page := templates.Books{
		Frame: p.frame(c, program), From: from, To: to, Open: today <= days.To, Gives: program.Gives(),
		BeforeURL: monthURL(models.DayAfter(days.From, -1)),
	}
	if next := models.DayAfter(days.To, 1); next <= today {
		page.AfterURL = monthURL(next)
	}
	if err = p.settled(ctx, texts(c), program, days, &page); err == nil {
		err = p.donated(ctx, texts(c), program, days, &page)
	}
	switch {
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		return models.Fail(models.Unavailable, "ledger_too_large", "", "There is too much to add up while you wait. On the server: regulars settlement, regulars donations")
	case err != nil:
		return err
	}
	return p.page(c, http.StatusOK, page)
}

func monthURL(day string) string { return booksPath + "?month=" + day[:7] }

// settled adds what merchants owe each other, where there are any.
func (p *Pages) settled(ctx context.Context, t *templates.Texts, program *models.Program, days models.Days, page *templates.Books) error {
	s, err := p.Wallet.Settle(ctx, program.ID, days)
	if err != nil || len(s.Merchants) == 1 { // the house alone
		return err
	}
	names := map[models.MerchantID]string{}
	for _, m := range s.Merchants {
		names[m.Merchant] = m.Name
		page.Merchants = append(page.Merchants, templates.MerchantRow{
			Name: m.Name, Issued: amounts(t, program, m.Issued), Redeemed: amounts(t, program, m.Redeemed), Expired: amounts(t, program, m.Expired),
			Owed: money(t, program, m.Owed), Due: money(t, program, m.Due), Net: money(t, program, m.Net), Behind: m.Net < 0,
		})
	}
	for _, d := range s.Debts {
		row := templates.DebtRow{Issuer: names[d.Issuer], Redeemer: names[d.Redeemer], Amount: money(t, program, d.Amount)}
		if d.Unit != models.Value {
			row.Units = t.Units(unit(program, d.Unit), d.Units)
		}
		page.Debts = append(page.Debts, row)
	}
	return nil
}

// amounts are units of each kind.
func amounts(t *templates.Texts, p *models.Program, all map[models.Unit]int64) []string {
	var out []string
	for _, u := range slices.Sorted(maps.Keys(all)) {
		out = append(out, t.Units(unit(p, u), all[u]))
	}
	return out
}

// donated adds what charities were given.
func (p *Pages) donated(ctx context.Context, t *templates.Texts, program *models.Program, days models.Days, page *templates.Books) error {
	d, err := p.Wallet.Donations(ctx, program.ID, days)
	if err != nil {
		return err
	}
	page.Total, page.Gives = money(t, program, d.Total), page.Gives || len(d.Charities) > 0
	for _, g := range d.Charities {
		page.Charities = append(page.Charities, templates.CharityRow{
			Name: g.Charity, Gifts: g.Gifts, FromRewards: money(t, program, g.FromRewards), FromSales: money(t, program, g.FromSales), Total: money(t, program, g.Total),
		})
	}
	return nil
}

// gave says what an entry gave to a charity, empty where it is nothing.
func gave(t *templates.Texts, p *models.Program, e *models.Entry) string {
	if e.Given == nil || e.Given.Amount == 0 {
		return ""
	}
	return t.Say("giving.given", templates.Args{"Amount": money(t, p, e.Given.Amount), "Charity": e.Given.Charity})
}
