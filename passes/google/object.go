package google

import (
	"slices"

	"google.golang.org/api/walletobjects/v1"

	"regulars/models"
	"regulars/passes"
	"regulars/passes/barcode"
	"regulars/templates"
)

// barcodeTypes are Google's names of our symbologies.
var barcodeTypes = map[models.Symbology]string{
	models.QR: "QR_CODE", models.PDF417: "PDF_417", models.Aztec: "AZTEC", models.Code128: "CODE_128",
}

// Object returns the card of one member, in the member's language. A voided
// card is inactive and blank: Google keeps objects for ever, so what was
// personal is overwritten.
// hero is where Google finds the picture across the card, if it shows something of
// the member; else the class has it.
func Object(p *models.Program, s passes.State, id ObjectID, hero string) *walletobjects.LoyaltyObject {
	o := &walletobjects.LoyaltyObject{Id: id.String(), ClassId: ClassID(id.Issuer, p.ID), State: "ACTIVE", HeroImage: image(p, hero)}
	if s.Voided {
		o.State = "INACTIVE"
	} else {
		fill(o, p, s)
	}
	nullEmpty(&o.NullFields, map[string]bool{
		"AccountId": o.AccountId == "", "AccountName": o.AccountName == "", "Barcode": o.Barcode == nil,
		"LoyaltyPoints": o.LoyaltyPoints == nil, "SecondaryLoyaltyPoints": o.SecondaryLoyaltyPoints == nil,
		"TextModulesData": len(o.TextModulesData) == 0, "LinksModuleData": o.LinksModuleData == nil,
		"Messages": s.Voided, "HeroImage": o.HeroImage == nil,
	})
	objectOptions(o, p, s)
	return o
}

func fill(o *walletobjects.LoyaltyObject, p *models.Program, s passes.State) {
	t := templates.For(s.Locale, p.Locale)
	p = p.In(t.Lang)
	number := barcode.Group(s.Card)
	// Google shows 20 characters of an account: the number without its spaces.
	o.AccountId, o.AccountName = string(s.Card), s.Name
	o.Barcode = &walletobjects.Barcode{Type: barcodeTypes[p.Barcode], Value: string(s.Card), AlternateText: number}
	o.LoyaltyPoints = points(t, p, s.Primary())
	if s.Tier != "" {
		// rewardsTier belongs to the class, where all members share it.
		o.SecondaryLoyaltyPoints = &walletobjects.LoyaltyPoints{
			Label: t.Say("googleTier"), Balance: &walletobjects.LoyaltyPointsBalance{String: p.Say(s.Tier, t.Lang)},
		}
	}
	v := passes.Values{Texts: t, Program: p, State: s, Unit: func(u models.Unit) templates.Unit { return passes.UnitOf(&p.Terms, u) }}
	rest := ownBalances(o, &v)
	o.TextModulesData = shown(objectTexts(&v, rest))
	if s.Page != "" {
		o.LinksModuleData = links([]*walletobjects.Uri{{Id: "page", Uri: s.Page, Description: t.Say("googlePage")}})
	}
}

// points shows a balance. What Google has of an older version of the program, a
// number for a stamp card or the other way round, is taken away: it wants one
// of the two.
func points(t *templates.Texts, p *models.Program, b passes.Balance) *walletobjects.LoyaltyPoints {
	u := passes.UnitOf(&p.Terms, b.Unit)
	shown := &walletobjects.LoyaltyPoints{Label: t.Label(u)}
	if u.Currency != "" { // nine letters are shown
		shown.Label = t.Say("googleSum")
	}
	if !u.Plain() {
		shown.Balance = &walletobjects.LoyaltyPointsBalance{String: t.Standing(u, b.Amount), NullFields: []string{"Int"}}
		return shown
	}
	// The client drops a zero unless told not to, and a phone would go on
	// showing the points that were just spent.
	shown.Balance = &walletobjects.LoyaltyPointsBalance{Int: b.Amount, ForceSendFields: []string{"Int"}, NullFields: []string{"String"}}
	return shown
}

// objectTexts says what is in force, what there is beside the first balance,
// what it buys, how far the next reward is, and which dates to know.
// The owner's fields take the place of what follows from the program below the strip,
// and rest is what of the header is not a balance.
func objectTexts(v *passes.Values, rest []models.CardField) []*walletobjects.TextModuleData {
	t, p, s := v.Texts, v.Program, v.State
	var list []*walletobjects.TextModuleData
	add := func(id, header string, lines ...string) {
		if len(lines) > 0 {
			list = append(list, &walletobjects.TextModuleData{Id: id, Header: header, Body: fit(lines)})
		}
	}
	if s.Message != "" {
		list = append(list, &walletobjects.TextModuleData{Id: "message", Header: t.Say("googleNews"), Body: s.Message})
	}
	add("balances", t.Say("googleBalances"), balances(t, v.Unit, s)...)
	own := front(&p.Card)
	_, each := backOf(p)
	list = append(list, ownModules(slices.Concat(own, rest, each), v)...)
	var ready []models.Reward
	for _, have := range s.Ready {
		if r, ok := p.Reward(have.Reward); ok {
			if have.Times > 1 {
				r.Name = t.Number(have.Times) + " × " + r.Name
			}
			ready = append(ready, r)
		}
	}
	if len(own) == 0 {
		add("ready", t.Say("googleReady"), priceList(t, p, ready)...)
	}
	add("memberships", t.Say("membership.title"), passes.Memberships(t, p, s)...)
	add("vouchers", t.Say("voucher.title"), passes.Vouchers(t, p, s)...)
	if next := s.Reward(p); next != nil && len(own) == 0 {
		add("next", t.Say("googleNext"), next.Name+": "+t.ToGo(v.Unit(next.Unit), s.Missing(next)))
	}
	var dates []string
	if d := s.Ending; d != nil {
		dates = append(dates, t.Ends(v.Unit(d.Unit), d.Amount, t.Date(d.Date())))
	}
	for _, d := range s.Waiting {
		dates = append(dates, t.UsableFrom(v.Unit(d.Unit), d.Amount, t.Date(d.Date())))
	}
	add("dates", t.Say("googleDates"), dates...)
	add("perks", p.Say(s.Tier, t.Lang), passes.Perks(t, p, s)...)
	return list
}

// balances are a line each, where there are more than the one in the corner.
func balances(t *templates.Texts, unit func(models.Unit) templates.Unit, s passes.State) []string {
	var lines []string
	for i, b := range s.Balances {
		u := unit(b.Unit)
		full := t.FullCards(u, b.Amount)
		if i == 0 && full == "" {
			continue
		}
		u.Among = false // its name comes first
		line := t.Label(u) + ": " + t.Standing(u, b.Amount)
		if u.Size > 0 {
			line = t.Label(u) + ": " + t.Held(u, b.Amount)
		}
		if full != "" {
			line += " + " + full
		}
		lines = append(lines, line)
	}
	return lines
}
