package pages

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"regulars/models"
	"regulars/passes/barcode"
	"regulars/templates"
	"regulars/wallet"
)

// household is what a member's page says of sharing the card; nil where the
// program has no households and nobody shares it.
func (p *Pages) household(c *gin.Context, found *wallet.Identified, again *models.Error) (*templates.Household, error) {
	m, program := &found.Member, found.Program
	most := program.Sharing.Household
	if most == 0 && m.Own == "" && len(m.Guests()) == 0 || m.Merged != nil {
		return nil, nil //nolint:nilnil // there is nothing to say
	}
	people, err := p.Wallet.People(c.Request.Context(), m)
	if err != nil {
		return nil, err
	}
	h := &templates.Household{
		Action: "/m/" + m.Page + "/household", Key: newKey(), Guest: m.Own != "", Full: len(people) >= most,
		Joins: most > 0 && len(people) == 1, Typed: c.Query("household"),
	}
	if len(people) > 1 {
		for _, o := range people {
			person := templates.Person{Name: cmp.Or(givenName(&o), "–"), You: o.ID == m.ID}
			if slices.Contains(m.Guests(), o.ID) {
				person.ID = string(o.ID)
			}
			h.People = append(h.People, person)
		}
	}
	now := p.Wallet.Stores.Clock.Now()
	if own := m.Household; own != nil && own.Until != nil && now.Before(*own.Until) && !h.Full {
		h.Code, h.URL = barcode.Group(own.Code), p.Wallet.HouseholdURL(program.ID, own.Code)
		h.Until = texts(c).Date(own.Until.In(program.Zone()))
	}
	if again != nil {
		h.Error, h.Typed = texts(c).Explain(again.Code, again.Msg), c.PostForm("code")
	}
	return h, nil
}

// handing is the form with which a member gives units away; nil where there are
// none that may be.
func (p *Pages) handing(c *gin.Context, found *wallet.Identified, again *models.Error) *templates.Handing {
	h := &templates.Handing{Action: "/m/" + found.Member.Page + "/transfers", Key: newKey()}
	now := p.Wallet.Stores.Clock.Now()
	for _, x := range found.Program.Sharing.Transfers {
		if n := found.State.Usable(x.Unit, now); n > 0 && x.Unit != models.Value {
			h.Units = append(h.Units, templates.Giveable{ID: string(x.Unit), Balance: templates.Balance{Unit: unit(found.Program, x.Unit), Amount: n}})
		}
	}
	if again != nil {
		h.Error, h.Amount, h.Card = texts(c).Explain(again.Code, again.Msg), c.PostForm("amount"), c.PostForm("card")
		return h
	}
	if len(h.Units) == 0 {
		return nil
	}
	return h
}

// give transfers units from whoever's page it is to the card that was typed.
func (p *Pages) give(c *gin.Context) error {
	found, err := p.known(c)
	if err != nil {
		return err
	}
	err = p.handOver(c, found)
	if fault, ok := asError(err); ok && fault.Kind != models.Internal {
		return p.sharingAgain(c, found, nil, fault)
	}
	if err != nil {
		return err
	}
	c.Redirect(http.StatusSeeOther, "/m/"+found.Member.Page+"?done=given")
	return nil
}

func (p *Pages) handOver(c *gin.Context, found *wallet.Identified) error {
	amount, err := strconv.ParseInt(strings.TrimSpace(c.PostForm("amount")), 10, 64)
	if err != nil {
		return models.Fail(models.Invalid, "zero_delta", "amount", "Say how many to give.")
	}
	// Whoever guesses card numbers here is as slow as whoever joins.
	if wait := p.joins.Take("give " + found.Member.Page); wait > 0 {
		return models.Fail(models.TooMany, "too_many", "", "Too many tries. Wait a minute and try again.")
	}
	number, err := barcode.Parse(c.PostForm("card"))
	if err != nil {
		return err
	}
	to, err := p.Wallet.Stores.Members.ByCard(c.Request.Context(), number)
	if err == nil && (to.Program != found.Program.ID || to.ErasedAt != nil) {
		err = models.Fail(models.NotFound, "unknown_card", "card", "This card is not known here.")
	}
	if err != nil {
		return err
	}
	_, err = p.Wallet.Give(c.Request.Context(), wallet.Giving{
		Program: found.Program.ID, From: found.Member.ID, To: to.ID, Unit: models.Unit(c.PostForm("unit")), Amount: amount, Key: c.PostForm("key"),
	})
	return err
}

// share does what whoever's page it is asks of a household. The page's token says
// who they are.
func (p *Pages) share(c *gin.Context) error {
	found, err := p.known(c)
	if err != nil {
		return err
	}
	done, err := p.shared(c, found)
	if fault, ok := asError(err); ok && fault.Kind != models.Internal {
		return p.sharingAgain(c, found, fault, nil)
	}
	if err != nil {
		return err
	}
	c.Redirect(http.StatusSeeOther, "/m/"+found.Member.Page+"?done="+done+"#household")
	return nil
}

// shared does it, and returns what was done.
func (p *Pages) shared(c *gin.Context, found *wallet.Identified) (done string, err error) {
	ctx, m, key := c.Request.Context(), &found.Member, c.PostForm("key")
	switch c.PostForm("do") {
	case "invite":
		_, _, err = p.Wallet.InviteHome(ctx, m)
		return "invited", err
	case "withdraw":
		return "withdrawn", p.Wallet.Uninvite(ctx, m)
	case "join":
		if wait := p.joins.Take("household " + m.Page); wait > 0 {
			return "", models.Fail(models.TooMany, "too_many", "", "Too many tries. Wait a minute and try again.")
		}
		_, err = p.Wallet.JoinHousehold(ctx, wallet.Joining{Program: m.Program, Member: m.ID, Code: c.PostForm("code"), Key: key})
		return "joined", err
	case "leave":
		return "left", p.part(ctx, m.Program, m.ID, key)
	case "remove":
		guest := models.MemberID(c.PostForm("member"))
		if !slices.Contains(m.Guests(), guest) {
			return "", models.Fail(models.Conflict, "no_household", "household", "This card is not a guest of your household.")
		}
		return "removed", p.part(ctx, m.Program, guest, key)
	}
	return "", models.Fail(models.Invalid, "no_household", "do", "Choose what to do.")
}

func (p *Pages) part(ctx context.Context, program models.ProgramID, m models.MemberID, key string) error {
	_, err := p.Wallet.LeaveHousehold(ctx, wallet.Leaving{Program: program, Member: m, Key: key})
	return err
}

// sharingAgain shows the page with what stands in the way.
func (p *Pages) sharingAgain(c *gin.Context, found *wallet.Identified, household, giving *models.Error) error {
	found = inLanguage(texts(c), found)
	card, err := p.card(texts(c), found.Program, &found.Member, found.State)
	if err != nil {
		return err
	}
	return p.memberPage(c, found, card, household, giving)
}

// home is the query with the invitation to a household that somebody came with.
func home(c *gin.Context) string {
	if code := c.Query("household"); code != "" {
		return "?household=" + url.QueryEscape(code)
	}
	return ""
}
