package google

import (
	"slices"
	"strconv"

	"google.golang.org/api/walletobjects/v1"

	"regulars/models"
	"regulars/passes"
	"regulars/templates"
)

// The owner's fields at Google: those of the header are the two balances, those
// below the strip are text modules that the class puts into rows of the card, and
// those of the back are text modules among the details. What is the same for all
// members is the class's, and so in all languages.

// moduleID names the text module of a field. Google takes no dot in it.
func moduleID(f *models.CardField) string { return "own-" + string(f.ID) }

// front returns the owner's fields below the strip, in their order.
func front(c *models.Card) []models.CardField {
	return slices.Concat(c.In(models.Primary), c.In(models.Secondary), c.In(models.Auxiliary))
}

// ownBalances puts the owner's header into the places of the balances, and returns
// what finds none there.
func ownBalances(o *walletobjects.LoyaltyObject, v *passes.Values) (rest []models.CardField) {
	header := v.Program.Card.In(models.Header)
	if len(header) == 0 {
		return nil
	}
	o.LoyaltyPoints, o.SecondaryLoyaltyPoints = nil, nil
	for i := range header {
		points := ownPoints(&header[i], v)
		switch {
		case points == nil:
		case o.LoyaltyPoints == nil:
			o.LoyaltyPoints = points
		case o.SecondaryLoyaltyPoints == nil:
			o.SecondaryLoyaltyPoints = points
		default:
			rest = append(rest, header[i])
		}
	}
	return rest
}

// ownPoints is a field as a balance: a number where its text is nothing else. What
// Google has of the other kind is taken away: it wants one of the two.
func ownPoints(f *models.CardField, v *passes.Values) *walletobjects.LoyaltyPoints {
	label, text, ok := ownTexts(f, v)
	if !ok {
		return nil
	}
	points := &walletobjects.LoyaltyPoints{Label: label, Balance: &walletobjects.LoyaltyPointsBalance{String: text, NullFields: []string{"Int"}}}
	if w, err := models.ParseWording(f.Text, v.Program.CardNames()); err == nil {
		if name, alone := w.Alone(); alone {
			if n, number := v.Number(name); number {
				points.Balance = &walletobjects.LoyaltyPointsBalance{Int: n, ForceSendFields: []string{"Int"}, NullFields: []string{"String"}}
			}
		}
	}
	return points
}

// ownTexts returns a field's label and text; false where the text lacks a value.
func ownTexts(f *models.CardField, v *passes.Values) (label, text string, ok bool) {
	names := v.Program.CardNames()
	if w, err := models.ParseWording(f.Label, names); err == nil {
		label, _ = w.Fill(v.Of)
	}
	w, err := models.ParseWording(f.Text, names) // CheckTerms lets no other through
	if err != nil {
		return "", "", false
	}
	text, ok = w.Fill(v.Of)
	return label, text, ok && text != ""
}

// ownModules are the text modules of fields for one member.
func ownModules(fields []models.CardField, v *passes.Values) []*walletobjects.TextModuleData {
	var list []*walletobjects.TextModuleData
	for i := range fields {
		if label, text, ok := ownTexts(&fields[i], v); ok {
			list = append(list, &walletobjects.TextModuleData{Id: moduleID(&fields[i]), Header: label, Body: fit([]string{text})})
		}
	}
	return list
}

// same reports whether a field says the same to all members.
func same(f *models.CardField, names []string) bool {
	label, badLabel := models.ParseWording(f.Label, names)
	text, badText := models.ParseWording(f.Text, names)
	return badLabel == nil && badText == nil && len(label.Names())+len(text.Names()) == 0
}

// maxShared is how many of them the class has, beside how to earn, rewards, address
// and what is good to know.
const maxShared = maxModules - 4

// backOf returns the owner's fields of the back that are the same for all, as far as
// the class has room for them, and all others.
func backOf(p *models.Program) (shared, each []models.CardField) {
	names := p.CardNames()
	for _, f := range p.Card.In(models.Back) {
		if same(&f, names) && len(shared) < maxShared {
			shared = append(shared, f)
		} else {
			each = append(each, f)
		}
	}
	return shared, each
}

// replaced reports whether the owner says a part of the back in other words, or
// leaves it out.
func replaced(p *models.Program, id models.RuleID) bool {
	return slices.ContainsFunc(p.Card.In(models.Back), func(f models.CardField) bool { return f.ID == id })
}

// ownClassTexts are the owner's fields that all cards share, in all languages.
func ownClassTexts(p *models.Program) []*walletobjects.TextModuleData {
	var list []*walletobjects.TextModuleData
	shared, _ := backOf(p)
	for _, f := range shared {
		if f.Text == "" {
			continue
		}
		inLanguage := func(text string) phrase {
			return func(t *templates.Texts) string { return p.Say(text, t.Lang) }
		}
		list = append(list, localized(p, moduleID(&f), inLanguage(f.Label), func(t *templates.Texts) string { return fit([]string{p.Say(f.Text, t.Lang)}) }))
	}
	return list
}

// ownTemplate puts the owner's fields on the front of the card; nil where there are
// none, and Google's own arrangement stands.
func ownTemplate(p *models.Program) *walletobjects.ClassTemplateInfo {
	fields := front(&p.Card)
	if len(fields) == 0 {
		return nil
	}
	rows := []*walletobjects.CardRowTemplateInfo{rowOf([]*walletobjects.TemplateItem{
		item("object.loyaltyPoints.balance"), item("object.secondaryLoyaltyPoints.balance"),
	})}
	var items []*walletobjects.TemplateItem
	for i := range fields {
		it := item("object.textModulesData['" + moduleID(&fields[i]) + "']")
		if fields[i].At == models.Primary {
			rows = append(rows, rowOf([]*walletobjects.TemplateItem{it}))
			continue
		}
		items = append(items, it)
	}
	if len(items) == 4 { // a row has room for three
		rows = append(rows, rowOf(items[:2]))
		items = items[2:]
	}
	if len(items) > 0 {
		rows = append(rows, rowOf(items))
	}
	return &walletobjects.ClassTemplateInfo{CardTemplateOverride: &walletobjects.CardTemplateOverride{CardRowTemplateInfos: rows}}
}

func item(path string) *walletobjects.TemplateItem {
	return &walletobjects.TemplateItem{FirstValue: &walletobjects.FieldSelector{Fields: []*walletobjects.FieldReference{{FieldPath: path}}}}
}

func rowOf(items []*walletobjects.TemplateItem) *walletobjects.CardRowTemplateInfo {
	switch len(items) {
	case 1:
		return &walletobjects.CardRowTemplateInfo{OneItem: &walletobjects.CardRowOneItem{Item: items[0]}}
	case 2:
		return &walletobjects.CardRowTemplateInfo{TwoItems: &walletobjects.CardRowTwoItems{StartItem: items[0], EndItem: items[1]}}
	}
	return &walletobjects.CardRowTemplateInfo{ThreeItems: &walletobjects.CardRowThreeItems{StartItem: items[0], MiddleItem: items[1], EndItem: items[2]}}
}

// maxModules is how many text modules of a class or an object are shown.
const maxModules = 10

// shown puts modules that there is no room for under the last one that there is, so
// that nothing is lost.
func shown(list []*walletobjects.TextModuleData) []*walletobjects.TextModuleData {
	if len(list) <= maxModules {
		return list
	}
	kept := slices.Clone(list[:maxModules])
	last := *kept[maxModules-1]
	lines := []string{last.Body}
	for _, m := range list[maxModules:] {
		lines = append(lines, m.Header+": "+m.Body)
	}
	last.Body = fit(lines)
	kept[maxModules-1] = &last
	return kept
}

// ownLinks are the owner's links.
func ownLinks(p *models.Program) []*walletobjects.Uri {
	var list []*walletobjects.Uri
	for i, l := range p.Card.Links {
		list = append(list, &walletobjects.Uri{Id: "own-" + strconv.Itoa(i), Uri: l.URL, LocalizedDescription: everywhere(p, func(t *templates.Texts) string { return p.Say(l.Name, t.Lang) })})
	}
	return list
}
