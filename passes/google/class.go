package google

import (
	"strings"

	"google.golang.org/api/walletobjects/v1"

	"regulars/models"
	"regulars/passes/art"
	"regulars/templates"
)

// Images are the absolute https URLs from which Google fetches a program's
// pictures. Google keeps what it fetched: a changed picture needs a new URL.
type Images struct {
	Logo string // square, 660 px or more, cut to a circle; Google refuses a class without
	Wide string // 1280 by 400, which takes the place of the logo; optional
	Hero string // 1032 by 336, over the full width; optional
}

// ImagesOf returns the pictures that a program has, each at the address of its name.
// Only a logo that spells a name stands wide: another would leave its place empty.
func ImagesOf(p *models.Program, address func(name string) string) Images {
	images := Images{Logo: address("logo"), Hero: address("hero")}
	if art.Wordmark(p.Brand) {
		images.Wide = address("wide")
	}
	return images
}

// Class returns what all cards of p share. It always asks for review: Google
// approves such a write by itself and refuses one that says APPROVED. callback is
// the https URL where Google tells who saves and removes a card; empty for none.
func Class(p *models.Program, issuer string, images Images, callback string) *walletobjects.LoyaltyClass {
	c := &walletobjects.LoyaltyClass{
		Id:                        ClassID(issuer, p.ID),
		IssuerName:                p.Organization,
		ProgramName:               p.Name,
		ProgramLogo:               image(p, images.Logo),
		WideProgramLogo:           image(p, images.Wide),
		HeroImage:                 image(p, images.Hero),
		HexBackgroundColor:        p.Brand.Background,
		CountryCode:               p.Country,
		ReviewStatus:              "UNDER_REVIEW",
		LocalizedAccountIdLabel:   everywhere(p, say("googleCard")),
		AccountIdLabel:            templates.For(p.Locale).Say("googleCard"),
		LocalizedAccountNameLabel: everywhere(p, say("googleName")),
		AccountNameLabel:          templates.For(p.Locale).Say("googleName"),
		TextModulesData:           classTexts(p),
		ClassTemplateInfo:         ownTemplate(p),
	}
	classOptions(c, p)
	if p.Contact.Website != "" {
		c.HomepageUri = &walletobjects.Uri{Uri: p.Contact.Website, LocalizedDescription: everywhere(p, say("googleWebsite")), Id: "website"}
	}
	if name := inAll(p, p.Name); name != nil {
		c.LocalizedProgramName = name
	}
	c.LinksModuleData = links(append(contacts(p), ownLinks(p)...))
	if callback != "" {
		c.CallbackOptions = &walletobjects.CallbackOptions{Url: callback}
	}
	nullEmpty(&c.NullFields, map[string]bool{
		"WideProgramLogo": c.WideProgramLogo == nil, "HeroImage": c.HeroImage == nil,
		"HomepageUri": c.HomepageUri == nil, "LinksModuleData": c.LinksModuleData == nil,
		"CallbackOptions": c.CallbackOptions == nil, "ClassTemplateInfo": c.ClassTemplateInfo == nil,
		"LocalizedProgramName": c.LocalizedProgramName == nil,
	})
	return c
}

func classTexts(p *models.Program) []*walletobjects.TextModuleData {
	earn := func(t *templates.Texts) string {
		p := p.In(t.Lang)
		places, _ := models.CurrencyDigits(p.Currency)
		var lines []string
		for _, r := range p.Rules {
			line := r.Name
			if r.Simple() {
				line = t.Count("googleEarnBody", r.Give, templates.Args{"Amount": t.Money(r.Amount, p.Currency, places)})
			}
			lines = append(lines, line)
		}
		for _, b := range p.Bonuses {
			lines = append(lines, b.Name)
		}
		return strings.Join(lines, "\n")
	}
	var list []*walletobjects.TextModuleData
	if len(p.Rules)+len(p.Bonuses) > 0 && !replaced(p, "earn") {
		list = append(list, localized(p, "earn", say("googleEarn"), earn))
	}
	prices := func(t *templates.Texts) string {
		p := p.In(t.Lang)
		return fit(priceList(t, p, p.Rewards))
	}
	if prices(templates.For(p.Locale)) != "" && !replaced(p, "rewards") {
		list = append(list, localized(p, "rewards", say("googleRewards"), prices))
	}
	if p.Contact.Address != "" {
		list = append(list, localized(p, "address", say("googleAddress"), func(*templates.Texts) string { return p.Contact.Address }))
	}
	if !replaced(p, "terms") {
		list = append(list, localized(p, "terms", say("passTerms"), func(t *templates.Texts) string {
			return t.Say("passTermsText", templates.Args{"Organization": p.In(t.Lang).Organization})
		}))
	}
	return append(list, ownClassTexts(p)...)
}

func contacts(p *models.Program) []*walletobjects.Uri {
	var list []*walletobjects.Uri
	for _, c := range []struct{ id, scheme, value, key string }{
		{"website", "", p.Contact.Website, "googleWebsite"},
		{"email", "mailto:", p.Contact.Email, "googleEmail"},
		{"phone", "tel:", p.Contact.Phone, "googleCall"},
	} {
		if c.value != "" {
			list = append(list, &walletobjects.Uri{Id: c.id, Uri: c.scheme + c.value, LocalizedDescription: everywhere(p, say(c.key))})
		}
	}
	return list
}

func links(list []*walletobjects.Uri) *walletobjects.LinksModuleData {
	if len(list) == 0 {
		return nil
	}
	return &walletobjects.LinksModuleData{Uris: list}
}

func image(p *models.Program, url string) *walletobjects.Image {
	if url == "" {
		return nil
	}
	description := inAll(p, p.Description)
	if description == nil {
		description = &walletobjects.LocalizedString{DefaultValue: translated(templates.For(p.Locale), func(*templates.Texts) string { return p.Description })}
	}
	return &walletobjects.Image{SourceUri: &walletobjects.ImageUri{Uri: url}, ContentDescription: description}
}
