package apple

import (
	"fmt"
	"strings"
	"time"

	"regulars/models"
	"regulars/passes"
	"regulars/passes/barcode"
	"regulars/templates"
)

// Coupon returns the pass of a voucher, in the language of whoever has it or, where
// that is anybody, in all: the program's look, what it is for, until when, and its
// code. The phone itself shows it as expired when its time is over; one that is
// worthless otherwise has no code, and says why on the lock screen.
func (d *Design) Coupon(c passes.Coupon, id Identity) (Pass, error) {
	return d.said(c.Locale, func(w *wording) (Pass, error) { return w.coupon(&c, id) })
}

func (w *wording) coupon(c *passes.Coupon, id Identity) (Pass, error) {
	p := w.program
	if c.Program != p.ID || c.Version != p.Version {
		return Pass{}, fmt.Errorf("make a coupon of %s: it is of %s", models.ProgramKey(p.ID, p.Version), models.ProgramKey(c.Program, c.Version))
	}
	reward, said := p.Say(c.Reward, w.texts.Lang), templates.Args{"Organization": p.Organization}
	said["Reward"] = reward
	pass := w.pass(Coupon, id)
	pass.Description = w.texts.Say("coupon.description", said)
	state := text("state", w.texts.Say("coupon.state"), w.texts.Say("coupon.state.good"))
	if c.Over != "" {
		pass.Voided = true
		state.Value = w.texts.Say("coupon.state."+string(c.Over), said)
		if c.Over != models.VoucherExpired { // the phone knew
			state.ChangeMessage = "%@"
		}
	} else {
		pass.Barcodes = barcodes(p, string(c.Code), barcode.Group(c.Code))
		w.options.on(&pass, string(c.Code))
	}
	pass.ExpirationDate = Date{}
	if c.Until != nil {
		pass.ExpirationDate = Date{*c.Until}
	}
	pass.Fields.Primary = []Field{text("reward", w.texts.Say("coupon.label"), reward)}
	pass.Fields.Secondary = w.term(c)
	pass.Fields.Back = append(append(pass.Fields.Back, state), w.promised(c)...)
	if c.Reason != "" {
		pass.Fields.Back = append(pass.Fields.Back, text("reason", w.texts.Say("coupon.reason"), p.Say(c.Reason, w.texts.Lang)))
	}
	if c.Code != "" {
		pass.Fields.Back = append(pass.Fields.Back, text("code", w.texts.Say("coupon.code"), barcode.Group(c.Code)))
	}
	pass.Fields.Back = append(pass.Fields.Back, text("contact", w.texts.Say("passContact"), contact(p)),
		text("terms", w.texts.Say("passTerms"), w.texts.Say("coupon.terms", said)))
	return pass, nil
}

// promised is what there is to choose, and which partner gives it.
func (w *wording) promised(c *passes.Coupon) []Field {
	var fields []Field
	if len(c.Choose) > 0 {
		var lines []string
		for _, choice := range c.Choose {
			lines = append(lines, "• "+w.program.Say(choice, w.texts.Lang))
		}
		fields = append(fields, text("choose", w.texts.Say("coupon.choose"), strings.Join(lines, "\n")))
	}
	if c.By != "" {
		fields = append(fields, text("by", w.texts.Say("coupon.by"), c.By))
	}
	return fields
}

// term is from when until when a coupon is good: the program's local days, which
// the phone writes in its own way.
func (w *wording) term(c *passes.Coupon) []Field {
	zone := w.program.Zone()
	day := func(key, label string, at time.Time) Field {
		return Field{Key: key, Label: label, Value: Date{at.In(zone)}, DateStyle: DateMedium, TimeStyle: DateNone, IgnoresTimeZone: true}
	}
	var fields []Field
	if c.From != nil {
		fields = append(fields, day("from", w.texts.Say("coupon.from"), *c.From))
	}
	if c.Until != nil {
		fields = append(fields, day("until", w.texts.Say("coupon.until"), c.Until.Add(-time.Second))) // its last one
	}
	return fields
}
