package pages

import (
	"net/http"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"

	"regulars/api/passkit"
	"regulars/api/problem"
	"regulars/models"
	"regulars/templates"
	"regulars/wallet"
)

// historyLines is how much of the ledger a member's page shows.
const historyLines = 20

// known returns the member of a page token.
func (p *Pages) known(c *gin.Context) (*wallet.Identified, error) {
	m, err := p.Wallet.Stores.Members.ByPage(c.Request.Context(), c.Param("token"))
	if err == nil && m.ErasedAt != nil {
		err = unknownLink()
	}
	if err != nil {
		return nil, ofLink(err)
	}
	return p.Wallet.Look(c.Request.Context(), m)
}

func unknownLink() error {
	return models.Fail(models.NotFound, "unknown_link", "", "This link leads nowhere any more.")
}

// ofLink says of a link what would otherwise be said of a member: whoever
// follows it knows nothing of members.
func ofLink(err error) error {
	if models.CodeOf(err) == "unknown_member" {
		return unknownLink()
	}
	return err
}

func (p *Pages) member(c *gin.Context) error {
	found, err := p.known(c)
	if err != nil {
		return err
	}
	// Whoever has the link sees the card: keep it out of other sites' logs and
	// of search engines.
	c.Header("Referrer-Policy", "no-referrer")
	c.Header("X-Robots-Tag", "noindex, nofollow")
	found = inLanguage(texts(c), found)
	card, err := p.card(texts(c), found.Program, &found.Member, found.State)
	if err != nil {
		return err
	}
	if c.Query("new") != "" {
		page := p.Wallet.PageURL(&found.Member)
		return p.page(c, http.StatusOK, templates.Joined{
			Frame: p.frame(c, found.Program), Card: card, Wallets: p.wallets(c, &found.Member), PageURL: page, PageQR: qr(page),
		})
	}
	return p.memberPage(c, found, card, nil, nil)
}

// memberPage shows the page, with what stands in the way of sharing the card or of
// giving units.
func (p *Pages) memberPage(c *gin.Context, found *wallet.Identified, card templates.Card, household, giving *models.Error) error {
	t := texts(c)
	newest, err := p.Wallet.Stores.Ledger.Newest(c.Request.Context(), found.Member.Account, 0, historyLines)
	if err != nil {
		return err
	}
	undone, err := p.Wallet.Stores.Ledger.Reversals(c.Request.Context(), found.Member.Account)
	if err != nil {
		return err
	}
	status, err := p.Wallet.Status(c.Request.Context(), found.Member.ID)
	if err != nil {
		return err
	}
	page := templates.Member{
		Frame: p.frame(c, found.Program), Card: card, Wallets: p.wallets(c, &found.Member),
		Entries: p.entries(c, found.Program, newest, undone), Passes: passStatus(found.Program, status),
		Action: "/m/" + found.Member.Page, Key: newKey(), Saved: c.Query("saved") != "",
	}
	page.Level = level(t, found.Program, found.State, page.Now)
	now := p.Wallet.Stores.Clock.Now()
	page.Dates = append(memberships(t, found.Program, found.State, now), dates(t, found.Program, found.State, now)...)
	page.Earn = earns(t, found.Program)
	for i := range found.Program.Rewards {
		// Hours, places and the like are left to the till.
		anywhere := found.Program.Rewards[i]
		anywhere.When = models.When{Dates: anywhere.When.Dates, Tiers: anywhere.When.Tiers, Memberships: anywhere.When.Memberships}
		if anywhere.Cost > 0 {
			page.Rewards = append(page.Rewards, progress(t, found.Program, found.State, &anywhere, models.Event{At: now}))
		}
	}
	page.Vouchers = p.memberVouchers(c, found, now)
	if len(page.Vouchers) > 0 && page.Wallets.First != "google" {
		page.AllURL = p.Wallet.AllURL(&found.Member)
	}
	page.Challenges = challenges(t, found.Program, found.State, now)
	if page.InviteURL, err = p.inviteURL(c, &found.Member); err != nil {
		return err
	}
	if page.Household, err = p.household(c, found, household); err != nil {
		return err
	}
	page.Handing = p.handing(c, found, giving)
	if done := c.Query("done"); slices.Contains([]string{"given", "invited", "withdrawn", "joined", "left", "removed"}, done) {
		page.Done = done
	}
	page.Giving, page.Charities = charities(t, found)
	for _, purpose := range promotions {
		page.Consents = append(page.Consents, templates.Choice{
			Purpose: string(purpose), Wording: wording(t, found.Program, purpose), Given: agreed(&found.Member, purpose),
		})
	}
	for _, fault := range []*models.Error{household, giving} {
		if fault != nil {
			return p.page(c, problem.Of(fault).Status, page)
		}
	}
	return p.page(c, http.StatusOK, page)
}

// inLanguage returns what the member reads of their program, in t's language.
func inLanguage(t *templates.Texts, found *wallet.Identified) *wallet.Identified {
	said := *found
	said.Program = found.Program.In(t.Lang)
	return &said
}

func agreed(m *models.Member, purpose models.Purpose) bool {
	for _, c := range m.Consents {
		if c.Purpose == purpose {
			return c.Given
		}
	}
	return false
}

// consent keeps what the member chose.
func (p *Pages) consent(c *gin.Context) error {
	found, err := p.known(c)
	if err != nil {
		return err
	}
	_, err = p.Wallet.Amend(c.Request.Context(), wallet.Amendment{
		Program: found.Program.ID, Member: found.Member.ID, Consents: chosen(c, texts(c), found.Program), Source: "member page",
	})
	if err != nil {
		return err
	}
	c.Redirect(http.StatusSeeOther, "/m/"+found.Member.Page+"?saved=1")
	return nil
}

// download hands out the Apple pass of a member, or of a voucher, or the member's
// card and vouchers in one file. Mail scanners and previews ask with HEAD first;
// that issues nothing.
func (p *Pages) download(c *gin.Context) error {
	ctx := c.Request.Context()
	if token, ok := strings.CutSuffix(c.Param("token"), ".pkpasses"); ok {
		all, err := p.Wallet.DownloadAll(ctx, token)
		if err != nil {
			return ofLink(err)
		}
		passkit.ServeAll(c, all)
		return nil
	}
	token, ok := strings.CutSuffix(c.Param("token"), ".pkpass")
	if !ok {
		return models.Fail(models.NotFound, "unknown_pass", "", "There is no such pass.")
	}
	fetch := p.Wallet.Download
	if wallet.IsVoucherLink(token) {
		fetch = p.Wallet.DownloadVoucher
	}
	f, err := fetch(ctx, token)
	if err != nil {
		return ofLink(err)
	}
	passkit.Serve(c, f)
	return nil
}

func (p *Pages) downloadable(c *gin.Context) error {
	ctx, kind := c.Request.Context(), passkit.ContentType
	token, several := strings.CutSuffix(c.Param("token"), ".pkpasses")
	if several {
		kind = passkit.SeveralType
	}
	token, _ = strings.CutSuffix(token, ".pkpass")
	var err error
	if wallet.IsVoucherLink(token) {
		_, err = p.Wallet.Linked(ctx, token)
	} else {
		_, err = p.Wallet.Stores.Members.ByDownload(ctx, token)
	}
	if err != nil {
		return err
	}
	c.Header("Content-Type", kind)
	c.Header("Cache-Control", "no-store")
	c.Status(http.StatusOK)
	return nil
}

// save sends an Android phone on to Google, where the card is saved.
func (p *Pages) save(c *gin.Context) error {
	link, err := p.Wallet.Save(c.Request.Context(), c.Param("token"))
	if err != nil {
		return ofLink(err)
	}
	c.Header("Cache-Control", "no-store")
	c.Header("Referrer-Policy", "no-referrer")
	c.Redirect(http.StatusFound, link)
	return nil
}
