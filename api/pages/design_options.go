package pages

import (
	"slices"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"regulars/models"
)

// options reads what is rarely set. A form says that it has them, because a box that
// is not ticked says nothing.
func (d *draft) options(c *gin.Context) {
	if c.PostForm("whole") == "" {
		return
	}
	card := &d.Card
	for name, to := range d.words() {
		if value, ok := c.GetPostForm(name); ok {
			*to = lines(value)
		}
	}
	for name, to := range map[string]*[]string{"apps": &card.Apple.Apps, "smart_tap": &card.Google.SmartTap} {
		if value, ok := c.GetPostForm(name); ok {
			*to = strings.FieldsFunc(value, func(r rune) bool { return r == ',' || r == ' ' || r == ';' })
		}
	}
	for name, to := range d.ticks() {
		*to = c.PostForm(name) != ""
	}
	card.Google.Static = models.StaticTaken
	if c.PostForm("static") != "" {
		card.Google.Static = models.StaticRefused
	}
	card.Fallbacks = ordered(card.Fallbacks, symbologies, c.PostFormArray("fallback"))
	if _, ok := c.GetPostForm("sign_up_text"); ok { // a page from before an update has no such part
		form := &card.Apple.SignUp
		form.Ask = ordered(form.Ask, asked, c.PostFormArray("sign_up_ask"))
	}
	d.near, card.Near = strings.TrimSpace(c.PostForm("near")), 0
	if d.near != "" {
		n, err := strconv.ParseInt(d.near, 10, 64)
		if card.Near = n; err != nil {
			card.Near = -1 // which the check refuses
		}
	}
}

// words are the options that are a text or one of a few.
func (d *draft) words() map[string]*string {
	a, g := &d.Card.Apple, &d.Card.Google
	return map[string]*string{
		"expires": &d.Card.Expires, "launch": &a.Launch, "nfc": &a.NFC, "sign_up_text": &a.SignUp.Text, "sign_up_terms": &a.SignUp.Terms,
		"holders": (*string)(&g.Holders), "app": &g.App, "provider": &g.Provider,
	}
}

// ticks are the options that are on or off.
func (d *draft) ticks() map[string]*bool {
	a, g := &d.Card.Apple, &d.Card.Google
	return map[string]*bool{"shared": &a.Shared, "no_screenshots": &g.NoScreenshots, "rotating": &g.Rotating, "vouchers": &g.Vouchers}
}

// ordered are the chosen ones of those that there are, in the order in which they
// were, and new ones behind.
func ordered[T ~string](were, there []T, chosen []string) []T {
	var all []T
	for _, v := range append(slices.Clone(were), there...) {
		if slices.Contains(chosen, string(v)) && !slices.Contains(all, v) {
			all = append(all, v)
		}
	}
	return all
}

var symbologies = []models.Symbology{models.QR, models.PDF417, models.Aztec, models.Code128}

// asked are what an iPhone can ask.
var asked = []models.Asked{models.AskName, models.AskPhone, models.AskEmail, models.AskPostcode}
