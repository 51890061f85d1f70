package pages

import (
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"

	"regulars/api/auth"
	"regulars/api/problem"
	"regulars/models"
	"regulars/passes"
	"regulars/passes/art"
	"regulars/passes/barcode"
	"regulars/templates"
	"regulars/wallet"
)

// promotions are the purposes that a member agrees to separately, each free.
var promotions = []models.Purpose{models.ConsentWallet, models.ConsentEmail, models.ConsentTelephone}

func (p *Pages) program(c *gin.Context) (*models.Program, error) {
	return p.Wallet.Stores.Programs.Current(c.Request.Context(), models.ProgramID(c.Param("program")))
}

func (p *Pages) joinForm(c *gin.Context) error {
	program, err := p.program(c)
	if err != nil {
		return err
	}
	page := p.joinPage(c, program)
	if page.Values.Invitation != "" && p.joins.Take("invitation "+auth.Network(c.ClientIP())) == 0 {
		// Better now than when all is typed; whoever guesses codes is told no faster.
		if err := p.Wallet.MayJoin(c.Request.Context(), program, page.Values.Invitation); err != nil {
			return p.joinAgain(c, program, err)
		}
	}
	return p.page(c, http.StatusOK, page)
}

func (p *Pages) joinPage(c *gin.Context, program *models.Program) templates.Join {
	t := texts(c)
	program = program.In(t.Lang)
	page := templates.Join{
		Frame: p.frame(c, program), Name: program.Name, Organization: program.Organization,
		Offer: offer(t, program), Action: "/join/" + string(program.ID) + friend(c) + home(c), Key: newKey(), Contact: program.Contact.Email,
	}
	if page.InvitedOnly = program.InvitedOnly; page.InvitedOnly {
		page.Values.Invitation = shown(c)
	}
	page.NameLater = nameLater(c, program)
	for _, purpose := range promotions {
		page.Consents = append(page.Consents, templates.Choice{Purpose: string(purpose), Wording: wording(t, program, purpose)})
	}
	return page
}

// friend is the query with the invitation that somebody came with.
func friend(c *gin.Context) string {
	for _, key := range []string{"friend", "invitation"} {
		if code := c.Query(key); code != "" && c.Query("household") == "" {
			return "?" + key + "=" + url.QueryEscape(code)
		}
	}
	return ""
}

// shown is the invitation that was typed, or that somebody came with.
func shown(c *gin.Context) string {
	for _, code := range []string{c.PostForm("invitation"), c.Query("household"), c.Query("friend"), c.Query("invitation")} {
		if code = strings.TrimSpace(code); code != "" {
			return code
		}
	}
	return ""
}

// invitation is the one that somebody came with. One that leads nowhere any more
// keeps nobody from joining, where no invitation is needed.
func (p *Pages) invitation(c *gin.Context, program *models.Program) (string, error) {
	if program.InvitedOnly {
		return shown(c), nil
	}
	code := c.Query("friend")
	if code == "" {
		return "", nil
	}
	_, err := p.Wallet.Invites(c.Request.Context(), program.ID, code)
	if models.CodeOf(err) == "unknown_referral" {
		return "", nil
	}
	return code, err
}

// earns says how a member earns, a line each.
func earns(t *templates.Texts, program *models.Program) []string {
	var lines []string
	for i := range program.Rules {
		lines = append(lines, why(t, program, program.Rules[i].ID))
	}
	for _, b := range program.Bonuses {
		lines = append(lines, b.Name)
	}
	return lines
}

// offer says how a member earns and what for.
func offer(t *templates.Texts, program *models.Program) []string {
	lines := earns(t, program)
	for _, r := range program.Rewards {
		if r.Cost > 0 {
			lines = append(lines, t.RewardOffer(r.Name, unit(program, r.Unit), r.Cost))
		}
	}
	return lines
}

func wording(t *templates.Texts, program *models.Program, purpose models.Purpose) string {
	return t.Say("consent."+string(purpose), templates.Args{"Organization": program.Organization})
}

// chosen are the consents of a form: each promotion that was asked for, given
// or not, with the words that the person read.
func chosen(c *gin.Context, t *templates.Texts, program *models.Program) []models.Consent {
	var out []models.Consent
	given := map[string]bool{}
	for _, purpose := range c.PostFormArray("consent") {
		given[purpose] = true
	}
	for _, purpose := range promotions {
		out = append(out, models.Consent{Purpose: purpose, Given: given[string(purpose)], Wording: wording(t, program, purpose)})
	}
	return out
}

// join enrols whoever sent the form. Whatever stands in the way, the form
// comes back with all that was typed.
func (p *Pages) join(c *gin.Context) error {
	program, err := p.program(c)
	if err != nil {
		return err
	}
	if c.PostForm("speak") != "" || c.PostForm("again") != "" {
		return p.joinEdit(c, program)
	}
	if wait := p.joins.Take(auth.Network(c.ClientIP())); wait > 0 {
		return p.joinAgain(c, program, auth.TooMany(wait))
	}
	if wrong := p.mistakes(c, program); len(wrong) > 0 {
		return p.joinAgain(c, program, wrong...)
	}
	invitation, err := p.invitation(c, program)
	if err != nil {
		return p.joinAgain(c, program, err)
	}
	t := texts(c)
	consents := append([]models.Consent{{
		Purpose: models.ConsentProgram, Given: true, Wording: wording(t, program, models.ConsentProgram),
	}}, chosen(c, t, program)...)
	m, err := p.Wallet.Enrol(c.Request.Context(), wallet.Enrolment{
		Program: program.ID, Name: c.PostForm("name"), Phone: c.PostForm("phone"), Email: c.PostForm("email"),
		Locale: t.Lang, Consents: consents, Referral: invitation, Self: true, Source: "join page", Key: c.PostForm("key"),
	})
	if models.CodeOf(err) == "already_member" {
		// The same page whoever it is that has the card.
		return p.page(c, http.StatusOK, templates.Found{Join: p.joinTyped(c, program)})
	}
	if err != nil {
		return p.joinAgain(c, program, err)
	}
	if code := home(c); code != "" { // the invitation is to be accepted on the page
		c.Redirect(http.StatusSeeOther, "/m/"+m.Page+code+"#household")
		return nil
	}
	c.Redirect(http.StatusSeeOther, "/m/"+m.Page+"?new=1")
	return nil
}

// nameLater reports whether the phone asks for the name, which is then no must on the
// page. Only iPhones do.
func nameLater(c *gin.Context, program *models.Program) bool {
	return program.Card.Apple.SignUp.On() && templates.WalletOf(c.GetHeader("User-Agent")) == "apple"
}

// mistakes are what is wrong with the fields of the form, all of them at once.
func (p *Pages) mistakes(c *gin.Context, program *models.Program) []error {
	var wrong []error
	_, name := models.CleanName(c.PostForm("name"))
	if c.PostForm("name") == "" && nameLater(c, program) {
		name = nil
	}
	_, phone := models.CleanPhone(c.PostForm("phone"), program.Country)
	_, email := models.CleanEmail(c.PostForm("email"))
	var invitation error
	if program.InvitedOnly && shown(c) == "" { // of any other the enrolment tells: a double tap is one member
		invitation = p.Wallet.MayJoin(c.Request.Context(), program, "")
	}
	for _, err := range []error{name, phone, email, invitation} {
		if err != nil {
			wrong = append(wrong, err)
		}
	}
	return wrong
}

// joinEdit shows the form with what was typed, to go on with it: in another
// language, or after somebody looked whether they have a card.
func (p *Pages) joinEdit(c *gin.Context, program *models.Program) error {
	page := p.joinTyped(c, program)
	ticked := slices.ContainsFunc(page.Consents, func(choice templates.Choice) bool { return choice.Given })
	if page.Values == (templates.JoinValues{}) && !ticked { // nothing to keep: a page that can be reloaded
		c.Redirect(http.StatusSeeOther, "/join/"+string(program.ID)+"?lang="+texts(c).Lang+strings.Replace(friend(c)+home(c), "?", "&", 1))
		return nil
	}
	return p.page(c, http.StatusOK, page)
}

// joinTyped is the form with what was typed.
func (p *Pages) joinTyped(c *gin.Context, program *models.Program) templates.Join {
	page := p.joinPage(c, program)
	page.Values.Name, page.Values.Phone, page.Values.Email = c.PostForm("name"), c.PostForm("phone"), c.PostForm("email")
	if key := c.PostForm("key"); key != "" {
		page.Key = key
	}
	for i, choice := range chosen(c, texts(c), program) {
		page.Consents[i].Given = choice.Given
	}
	return page
}

// joinAgain shows the form with what was typed and what stands in the way: next
// to a field what is wrong with it, above all else the rest.
func (p *Pages) joinAgain(c *gin.Context, program *models.Program, faults ...error) error {
	page, t := p.joinTyped(c, program), texts(c)
	page.Errors = map[string]string{}
	status := 0
	for _, err := range faults {
		d := problem.Log(c.Request.Context(), p.Log, c.FullPath(), err)
		status = d.Status
		for name, values := range d.GetHeaders() {
			c.Writer.Header()[name] = values
		}
		switch {
		case page.Has(d.Field):
			page.Errors[d.Field] = t.Explain(d.Code, d.Detail)
			continue
		case d.Code == "key_reused" || d.Code == "erased_member":
			page.Fault, page.Key = t.Say("join.used"), newKey()
		case d.Field == "Idempotency-Key":
			page.Fault, page.Key = t.Say("join.resend"), newKey()
		default:
			page.Fault, page.Reference = t.Explain(d.Code, d.Detail), d.Reference
		}
	}
	return p.page(c, status, page)
}

// qr draws a text as QR code in SVG; empty when it can't be drawn.
func qr(text string) template.HTML {
	m, err := barcode.Encode(models.QR, text)
	if err != nil {
		return ""
	}
	return template.HTML(m.SVG()) //nolint:gosec // drawn by us, holds no text
}

func (p *Pages) card(t *templates.Texts, program *models.Program, m *models.Member, s models.State) (templates.Card, error) {
	code, err := barcode.Encode(program.Barcode, string(m.Card))
	if err != nil {
		return templates.Card{}, err
	}
	card := templates.Card{
		Program: program.Name, Organization: program.Organization, Member: m.Name, Number: barcode.Group(m.Card),
		Balances: balances(program, s), Tier: program.Say(s.Tier, t.Lang), Barcode: template.HTML(code.SVG()), //nolint:gosec // drawn by us
		Wide: program.Barcode == models.PDF417 || program.Barcode == models.Code128,
	}
	if len(program.Brand.Logo) > 0 {
		card.LogoURL = artURL(program, "logo")
	}
	look := passes.Of(program, m, s, "", p.Wallet.Stores.Clock.Now()).Look(program)
	if look != (art.Look{}) {
		card.StripURL = artURL(program, "hero-"+look.String())
	}
	return card, nil
}

func (p *Pages) wallets(c *gin.Context, m *models.Member) templates.Wallets {
	w := templates.Wallets{AppleURL: p.Wallet.DownloadURL(m), First: templates.WalletOf(c.GetHeader("User-Agent"))}
	if p.Wallet.Google.Issues(m.Program) {
		w.GoogleURL = p.Wallet.SaveURL(m)
	}
	return w
}

// home is the front page: where customers join and staff sign in.
func (p *Pages) home(c *gin.Context) error {
	for program, err := range p.Wallet.Stores.Programs.All(c.Request.Context()) {
		if err != nil {
			return err
		}
		url := p.Wallet.BaseURL + "/join/" + string(program.ID)
		return p.page(c, http.StatusOK, templates.Home{
			Frame: p.frame(c, program), Name: program.Name, JoinURL: url, JoinQR: qr(url), SignIns: p.SignIns,
		})
	}
	return problem.New(http.StatusNotFound, "no_program", "", "There is no program here yet. Make one with: regulars program init")
}
