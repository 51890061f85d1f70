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
			*to = strings.TrimSpace(value)
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
	d.fallbacks(c.PostFormArray("fallback"))
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
		"expires": &d.Card.Expires, "launch": &a.Launch, "nfc": &a.NFC, "holders": (*string)(&g.Holders), "app": &g.App, "provider": &g.Provider,
	}
}

// ticks are the options that are on or off.
func (d *draft) ticks() map[string]*bool {
	a, g := &d.Card.Apple, &d.Card.Google
	return map[string]*bool{"shared": &a.Shared, "no_screenshots": &g.NoScreenshots, "rotating": &g.Rotating, "vouchers": &g.Vouchers}
}

// fallbacks keeps the order in which they were, and puts new ones behind.
func (d *draft) fallbacks(chosen []string) {
	var all []models.Symbology
	for _, s := range append(slices.Clone(d.Card.Fallbacks), symbologies...) {
		if slices.Contains(chosen, string(s)) && !slices.Contains(all, s) {
			all = append(all, s)
		}
	}
	d.Card.Fallbacks = all
}

var symbologies = []models.Symbology{models.QR, models.PDF417, models.Aztec, models.Code128}
