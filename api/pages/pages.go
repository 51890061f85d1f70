// Package pages serves what people see in a browser: the customer's join page
// and card, the till, the console. A handler fills a page of package templates
// and decides nothing; everything it does goes through the wallet.
package pages

import (
	"cmp"
	"crypto/rand"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"regulars/api/auth"
	"regulars/api/problem"
	"regulars/models"
	"regulars/templates"
	"regulars/wallet"
)

// Pages are the pages of one server.
type Pages struct {
	Wallet  *wallet.Service
	Auth    *auth.Auth
	Log     *slog.Logger
	Dev     bool               // development certificates: says so on every page
	SignIns []templates.SignIn // the demo's, shown on the front page; nil otherwise

	Certificates func() []Certificate // their ends are warned of in the console

	joins    *auth.Limiter
	pictures pictures
	figures  figures
}

// maxForm is the largest form, in bytes.
const maxForm = 64 << 10

// Mount adds the pages to a router.
func (p *Pages) Mount(r *gin.Engine) {
	p.joins = auth.NewLimiter(30, 20*time.Second)
	r.GET("/assets/*file", gin.WrapH(templates.Assets()))
	r.HEAD("/assets/*file", gin.WrapH(templates.Assets()))
	r.GET("/", p.handle(p.home))
	r.GET("/brand/:file", p.handle(p.brand))
	r.GET("/art/:program/:version/:file", p.handle(p.art))
	r.HEAD("/art/:program/:version/:file", p.handle(p.art))

	r.GET("/join/:program", p.handle(p.joinForm))
	r.POST("/join/:program", p.handle(p.join))
	r.GET("/m/:token", p.handle(p.member))
	r.POST("/m/:token", p.handle(p.consent))
	r.POST("/m/:token/charity", p.handle(p.charity))
	r.POST("/m/:token/household", p.handle(p.share))
	r.POST("/m/:token/transfers", p.handle(p.give))
	r.GET("/p/:token", p.handle(p.download))
	r.HEAD("/p/:token", p.handle(p.downloadable))
	r.GET("/g/:token", p.handle(p.save))

	r.GET("/login", p.handle(p.loginForm))
	r.POST("/login", p.handle(p.login))
	r.POST("/logout", p.handle(p.logout))
	p.mountTill(r)
	p.mountConsole(r)
}

// handle adapts a handler that returns an error: the failure gets a page that
// says what to do.
func (p *Pages) handle(h func(*gin.Context) error) gin.HandlerFunc {
	return func(c *gin.Context) {
		most := int64(maxForm)
		if c.FullPath() == designPath { // which brings pictures
			most = maxDesign
		}
		c.Request.Body = http.MaxBytesReader(c.Writer, c.Request.Body, most)
		c.Set(secureKey, strings.HasPrefix(p.Wallet.BaseURL, "https://"))
		if err := h(c); err != nil {
			p.fail(c, err)
		}
	}
}

// Refuse answers where no page of ours does, with one that says what went wrong
// and leads on.
func (p *Pages) Refuse(c *gin.Context, err error) {
	p.handle(func(*gin.Context) error { return err })(c)
}

func (p *Pages) fail(c *gin.Context, err error) {
	d := problem.Log(c.Request.Context(), p.Log, c.FullPath(), err)
	t := texts(c)
	page := templates.Failed{Frame: p.frame(c, nil), Status: d.Status, Reference: d.Reference}
	if d.Status != http.StatusInternalServerError { // that one is said by the page itself
		page.Message = t.Explain(d.Code, d.Detail)
	}
	for name, values := range d.GetHeaders() {
		c.Writer.Header()[name] = values
	}
	if err := p.draw(c, d.Status, t, page); err != nil {
		p.Log.ErrorContext(c.Request.Context(), "draw a failure", "err", err)
		c.Status(http.StatusInternalServerError)
	}
}

// page answers with a page in the visitor's language.
func (p *Pages) page(c *gin.Context, status int, page templates.Page) error {
	return p.draw(c, status, texts(c), page)
}

func (p *Pages) draw(c *gin.Context, status int, t *templates.Texts, page templates.Page) error {
	var b strings.Builder
	render := templates.Render
	if fragment(c) {
		render = templates.RenderFragment
	}
	if err := render(&b, t, page); err != nil {
		return err
	}
	c.Header("Content-Security-Policy", templates.Policy(page))
	c.Header("Cache-Control", "no-store")
	c.Header("Vary", "HX-Request, Accept-Language")
	c.Data(status, "text/html; charset=utf-8", []byte(b.String()))
	return nil
}

// fragment reports whether the till asks for a part of the page.
func fragment(c *gin.Context) bool { return c.GetHeader("HX-Request") == "true" }

const languageCookie = "regulars_lang"

// secureKey says on a request that its cookies may travel over HTTPS alone: by
// the public address, because a proxy may have taken the encryption off.
const secureKey = "secure"

// textsKey holds the texts on a request.
const textsKey = "texts"

// texts are in the language that the visitor chose on a page, by a link or with
// a form, or else in the one that the browser asks for. The language that a
// form was drawn in counts where cookies are not kept.
func texts(c *gin.Context) *templates.Texts {
	if t, ok := c.Get(textsKey); ok {
		return t.(*templates.Texts)
	}
	chosen, _ := c.Cookie(languageCookie) // absent: the browser's choice
	if lang := cmp.Or(c.Query("lang"), c.PostForm("speak")); lang != "" {
		chosen = templates.For(lang).Lang
		setCookie(c, languageCookie, chosen, 365*24*time.Hour)
	}
	t := templates.For(chosen, c.PostForm("lang"), c.GetHeader("Accept-Language"))
	c.Set(textsKey, t)
	return t
}

func setCookie(c *gin.Context, name, value string, age time.Duration) {
	http.SetCookie(c.Writer, &http.Cookie{
		Name: name, Value: value, Path: "/", MaxAge: int(age.Seconds()),
		Secure: c.GetBool(secureKey), HttpOnly: true, SameSite: http.SameSiteLaxMode,
	})
}

// frame is what stands around a page of a program; nil for none.
func (p *Pages) frame(c *gin.Context, program *models.Program) templates.Frame {
	f := templates.Frame{Dev: p.Dev, Now: p.Wallet.Stores.Clock.Now()}
	if c.FullPath() != "" { // a made-up address is nothing to link to: //evil.example is another host
		f.Path = c.Request.URL.Path
	}
	if program != nil {
		f.Program, f.Business, f.Now = string(program.ID), program.Organization, f.Now.In(program.Zone())
	}
	if who, ok := c.Get(identityKey); ok {
		who := who.(auth.Identity)
		f.Person, f.Till, f.Console = who.Name, who.May(tillRoles...), who.May(consoleRoles...)
	}
	return f
}

// newKey is the idempotency key of a form, drawn with the page: a form that is
// sent twice counts once.
func newKey() string { return rand.Text() }

// money writes an amount of the program.
func money(t *templates.Texts, p *models.Program, minor int64) string {
	places, _ := models.CurrencyDigits(p.Currency)
	return t.Money(minor, p.Currency, places)
}

// price is money without the decimals of a round sum: € 1 rather than € 1,00.
func price(t *templates.Texts, p *models.Program, minor int64) string {
	places, _ := models.CurrencyDigits(p.Currency)
	whole := int64(1)
	for range places {
		whole *= 10
	}
	if minor%whole != 0 {
		return money(t, p, minor)
	}
	return t.Money(minor/whole, p.Currency, 0)
}

// entries are lines of a ledger as a page shows them, newest first.
// undone tells which have been taken back.
func (p *Pages) entries(c *gin.Context, program *models.Program, all []models.Entry, undone map[models.EntryID]models.Undone) []templates.Entry {
	t := texts(c)
	var out []templates.Entry
	for _, e := range all {
		then := p.terms(c.Request.Context(), program, &e).In(t.Lang)
		line := templates.Entry{
			Kind: kind(&e), Changes: changes(then, &e), Why: reasons(t, then, &e),
			At: e.At.In(program.Zone()), Note: reason(t, e.Reason), Undone: undone[e.ID].Whole(&e),
		}
		switch {
		case e.Purchase != nil:
			line.Amount = money(t, program, e.Purchase.Amount)
		case e.Load != nil:
			line.Amount = money(t, program, e.Load.Amount)
		case e.Undo > 0:
			line.Amount = money(t, program, e.Undo)
		}
		if r, ok := then.Reward(e.Reward); ok {
			line.Note = r.Name
		}
		if terms := paidFor(t, then, &e); len(terms) > 0 {
			line.Why = append(line.Why, terms...)
		}
		if g := gave(t, program, &e); g != "" {
			line.Why = append(line.Why, g)
		}
		out = append(out, line)
	}
	return out
}

// kind says what was done: an earning is a purchase unless it says otherwise.
func kind(e *models.Entry) string {
	switch {
	case e.Transfer != nil && e.Transfer.Why == models.Gift && !e.Transfer.Out:
		return "received"
	case e.Transfer != nil:
		return string(e.Transfer.Why)
	case e.Kind != models.EntryEarn || e.Activity == "" || e.Activity == models.OnPurchase:
		return string(e.Kind)
	case slices.Contains(deeds, e.Activity):
		return string(e.Activity)
	}
	return "bonus"
}

func passStatus(p *models.Program, all []wallet.PassStatus) []templates.Pass {
	var out []templates.Pass
	for _, s := range all {
		out = append(out, templates.Pass{
			Platform: string(s.Platform), Stage: templates.Stage(s.Stage), At: s.At.In(p.Zone()), Saved: s.SavedAt.In(p.Zone()), Devices: int64(s.Devices),
		})
	}
	return out
}

// troubled is passStatus for the console, with why a phone was not reached.
func troubled(t *templates.Texts, p *models.Program, all []wallet.PassStatus) []templates.Pass {
	out := passStatus(p, all)
	for i, s := range all {
		out[i].Trouble, out[i].Since = t.Explain(s.Trouble, s.Trouble), s.Since.In(p.Zone())
	}
	return out
}
