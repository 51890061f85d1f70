package pages

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"regulars/api/auth"
	"regulars/models"
	"regulars/templates"
)

// The cookies of a signed-in browser. Neither can be read by a script.
const (
	accessCookie  = "regulars_access"
	refreshCookie = "regulars_refresh"
	cookieAge     = 30 * 24 * time.Hour

	identityKey = "identity"
)

// loginForm asks for e-mail and password, and says once what came of the try
// before.
func (p *Pages) loginForm(c *gin.Context) error {
	page := templates.Login{Frame: p.frame(c, nil), Action: "/login", Next: next(c.Query("next"))}
	status := http.StatusOK
	if kept, err := c.Cookie(refusedCookie); err == nil {
		setCookie(c, refusedCookie, "", -time.Second)
		v, _ := url.ParseQuery(kept) // ours, or else of no account
		if s, ok := refusals[v.Get("code")]; ok {
			status, page.Email, page.Error = s, v.Get("email"), texts(c).Say("fault."+v.Get("code"))
		}
	}
	return p.page(c, status, page)
}

// refusedCookie carries a sign-in that failed to the page that says so. Drawn
// in answer to the form itself, that page would stand in the browser's history
// as something to be sent again: "back" from the console would end there.
const refusedCookie = "regulars_refused"

// refusals are the ways in which a sign-in can fail, with the status of the
// page that says so.
var refusals = map[string]int{"wrong_password": http.StatusUnauthorized, "too_many": http.StatusTooManyRequests}

func refuse(c *gin.Context, code, email, to string) {
	if len(email) > 254 { // no address is longer, and a cookie has bounds
		email = ""
	}
	setCookie(c, refusedCookie, url.Values{"code": {code}, "email": {email}}.Encode(), time.Minute)
	c.Redirect(http.StatusSeeOther, loginURL(to))
}

// loginURL is where to sign in to go on to a path.
func loginURL(to string) string {
	if to == "" {
		return "/login"
	}
	return "/login?next=" + strings.ReplaceAll(url.QueryEscape(to), "%2F", "/")
}

// next is where to go after signing in: a path of ours, never another host.
func next(path string) string {
	strange := func(r rune) bool { return r <= ' ' || r == 0x7f || r == '\\' } // browsers drop some of these
	if !strings.HasPrefix(path, "/") || strings.HasPrefix(path, "//") || strings.ContainsFunc(path, strange) {
		return ""
	}
	return path
}

func (p *Pages) login(c *gin.Context) error {
	email, to := c.PostForm("email"), next(c.PostForm("next"))
	t, err := p.Auth.Login(c.Request.Context(), email, c.PostForm("password"))
	if err != nil {
		code := models.CodeOf(err)
		if _, ok := refusals[code]; !ok {
			return err
		}
		refuse(c, code, email, to)
		return nil
	}
	remember(c, t)
	if !opens(t.User.Role, to) {
		to = homeOf(t.User.Role)
	}
	c.Redirect(http.StatusSeeOther, to)
	return nil
}

// homeOf is the page on which a role begins.
func homeOf(role models.Role) string {
	if slices.Contains(consoleRoles, role) {
		return "/console"
	}
	return "/till"
}

// opens reports whether a role may go on to a path after signing in: to a page
// that it would be refused, or to none, it is not sent.
func opens(role models.Role, path string) bool {
	path, _, _ = strings.Cut(path, "?")
	in := func(area string) bool { return path == area || strings.HasPrefix(path, area+"/") }
	return path != "" && (!in("/till") || slices.Contains(tillRoles, role)) && (!in("/console") || slices.Contains(consoleRoles, role))
}

func remember(c *gin.Context, t auth.Tokens) {
	setCookie(c, accessCookie, t.Access, t.ExpiresIn)
	if t.Refresh != "" {
		setCookie(c, refreshCookie, t.Refresh, cookieAge)
	}
}

func (p *Pages) logout(c *gin.Context) error {
	who, err := p.identity(c)
	if err == nil {
		err = p.Auth.Logout(c.Request.Context(), who.Session)
	}
	if err != nil && models.CodeOf(err) != "signed_out" {
		return err
	}
	setCookie(c, accessCookie, "", -time.Second)
	setCookie(c, refreshCookie, "", -time.Second)
	c.Redirect(http.StatusSeeOther, "/login")
	return nil
}

// identity returns who is signed in, renewing the short token by the long one
// when it has run out.
func (p *Pages) identity(c *gin.Context) (auth.Identity, error) {
	access, _ := c.Cookie(accessCookie)
	who, err := p.Auth.Identify(c.Request.Context(), access)
	if err == nil || models.CodeOf(err) != "signed_out" {
		return who, err
	}
	refresh, missing := c.Cookie(refreshCookie)
	if missing != nil {
		return who, err
	}
	t, err := p.Auth.Renew(c.Request.Context(), refresh)
	if err != nil {
		return who, err
	}
	remember(c, t)
	return p.Auth.Identify(c.Request.Context(), t.Access)
}

// signedIn runs h for people with one of the roles; others are sent to sign
// in, and come back to the page they wanted.
func (p *Pages) signedIn(h func(*gin.Context, auth.Identity) error, roles ...models.Role) gin.HandlerFunc {
	return p.handle(func(c *gin.Context) error {
		who, err := p.identity(c)
		if models.CodeOf(err) == "signed_out" {
			p.toLogin(c)
			return nil
		}
		if err != nil {
			return err
		}
		c.Set(identityKey, who)
		if !who.May(roles...) {
			return models.Fail(models.Denied, "not_allowed", "", "Your role does not allow this. Ask the owner.")
		}
		return h(c, who)
	})
}

// toLogin sends somebody to sign in who then goes on with the page they wanted,
// or with the till or the console where it was a step that can't be repeated.
func (p *Pages) toLogin(c *gin.Context) {
	to := c.Request.URL.RequestURI()
	if c.Request.Method != http.MethodGet || fragment(c) {
		area, _, _ := strings.Cut(c.Request.URL.Path[1:], "/")
		to = "/" + area
	}
	if fragment(c) {
		c.Header("HX-Redirect", loginURL(to))
		c.Status(http.StatusUnauthorized)
		return
	}
	c.Redirect(http.StatusSeeOther, loginURL(to))
}
