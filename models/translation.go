package models

import (
	"fmt"
	"slices"
	"unicode/utf8"

	"golang.org/x/text/language"
)

// Translation is what a text of the program is in other languages. Where there is
// none, the text itself stands: the program's own language is always complete.
type Translation struct {
	Text string `bson:"text" json:"text"` // as it stands elsewhere in the terms
	EN   string `bson:"en,omitempty" json:"en,omitempty"`
	NL   string `bson:"nl,omitempty" json:"nl,omitempty"`
	PL   string `bson:"pl,omitempty" json:"pl,omitempty"`
	NB   string `bson:"nb,omitempty" json:"nb,omitempty"`
	EL   string `bson:"el,omitempty" json:"el,omitempty"`
}

// In returns the text in a language by its BCP 47 tag; empty when there is none.
func (t *Translation) In(lang string) string {
	switch base, _ := language.Make(lang).Base(); base.String() {
	case "en":
		return t.EN
	case "nl":
		return t.NL
	case "pl":
		return t.PL
	case "nb", "no", "nn":
		return t.NB
	case "el":
		return t.EL
	}
	return ""
}

// Say returns a text of the program in a language by its BCP 47 tag, as far as it
// was translated.
func (t *Terms) Say(text, lang string) string {
	for i := range t.Translations {
		if t.Translations[i].Text != text {
			continue
		}
		if said := t.Translations[i].In(lang); said != "" {
			return said
		}
	}
	return text
}

// In returns the program as customers read it in a language by its BCP 47 tag. It is
// for showing alone. What names something by its text, such as a tier or a charity,
// is left as it is; Say says it.
func (p *Program) In(lang string) *Program {
	if len(p.Translations) == 0 {
		return p
	}
	said := *p
	said.unshare()
	said.texts(func(_ string, text *string) { *text = p.Say(*text, lang) })
	return &said
}

// unshare copies the lists in which texts stand.
func (t *Terms) unshare() {
	t.Rules, t.Bonuses, t.StampCards = slices.Clone(t.Rules), slices.Clone(t.Bonuses), slices.Clone(t.StampCards)
	t.Challenges, t.Products, t.Memberships = slices.Clone(t.Challenges), slices.Clone(t.Products), slices.Clone(t.Memberships)
	t.Offers, t.Rewards, t.Tiers = slices.Clone(t.Offers), slices.Clone(t.Rewards), slices.Clone(t.Tiers)
	for i := range t.Rewards {
		t.Rewards[i].Prizes = slices.Clone(t.Rewards[i].Prizes)
	}
	for i := range t.Tiers {
		t.Tiers[i].Perks = slices.Clone(t.Tiers[i].Perks)
	}
	c := &t.Card
	c.Fields, c.Links = slices.Clone(c.Fields), slices.Clone(c.Links)
	c.Places, c.Beacons = slices.Clone(c.Places), slices.Clone(c.Beacons)
}

// texts gives each text that customers read and that is nothing but a text, with
// where it stands.
func (t *Terms) texts(visit func(field string, text *string)) {
	visit("name", &t.Name)
	visit("description", &t.Description)
	for i := range t.Rules {
		visit(at("rules", i)+".name", &t.Rules[i].Name)
	}
	for i := range t.Bonuses {
		visit(at("bonuses", i)+".name", &t.Bonuses[i].Name)
	}
	for i := range t.StampCards {
		visit(at("stamp_cards", i)+".name", &t.StampCards[i].Name)
	}
	for i := range t.Challenges {
		visit(at("challenges", i)+".name", &t.Challenges[i].Name)
	}
	visit("referral.name", &t.Referral.Name)
	visit("referral.friend_name", &t.Referral.FriendName)
	visit("giving.name", &t.Giving.Name)
	for i := range t.Products {
		visit(at("products", i)+".name", &t.Products[i].Name)
	}
	for i := range t.Memberships {
		visit(at("memberships", i)+".name", &t.Memberships[i].Name)
	}
	for i := range t.Offers {
		visit(at("offers", i)+".name", &t.Offers[i].Name)
	}
	for i := range t.Rewards {
		visit(at("rewards", i)+".name", &t.Rewards[i].Name)
		for j := range t.Rewards[i].Prizes {
			visit(at("rewards", i)+at(".prizes", j)+".name", &t.Rewards[i].Prizes[j].Name)
		}
	}
	for i := range t.Tiers {
		for j := range t.Tiers[i].Perks {
			visit(at("tiers", i)+at(".perks", j), &t.Tiers[i].Perks[j])
		}
	}
	t.Card.texts(visit)
}

// Texts gives each text that customers read, with where it stands; empty for one that
// names something besides, such as a tier. A text may come more than once.
func (t *Terms) Texts(visit func(field, text string)) {
	t.texts(func(field string, text *string) { visit(field, *text) })
	t.names(func(text string) { visit("", text) })
}

func (c *Card) texts(visit func(field string, text *string)) {
	for i := range c.Fields {
		visit(at("card.fields", i)+".label", &c.Fields[i].Label)
		visit(at("card.fields", i)+".text", &c.Fields[i].Text)
	}
	for i := range c.Links {
		visit(at("card.links", i)+".name", &c.Links[i].Name)
	}
	for i := range c.Places {
		visit(at("card.places", i)+".text", &c.Places[i].Text)
	}
	for i := range c.Beacons {
		visit(at("card.beacons", i)+".text", &c.Beacons[i].Text)
	}
	visit("card.apple.sign_up.text", &c.Apple.SignUp.Text)
	visit("card.apple.sign_up.terms", &c.Apple.SignUp.Terms)
}

func at(list string, i int) string { return fmt.Sprintf("%s[%d]", list, i) }

// names are the texts that name something besides being read.
func (t *Terms) names(visit func(text string)) {
	for i := range t.Tiers {
		visit(t.Tiers[i].Name)
	}
	for _, c := range t.Giving.Charities {
		visit(c)
	}
	for i := range t.Rewards {
		for _, choice := range t.Rewards[i].Choose {
			visit(choice)
		}
	}
}

const maxTranslations = 500

// checkTranslations returns the first thing wrong with what was translated. A
// translation may be as long as its text may be, and use the same names.
func checkTranslations(t *Terms, bad complain) error {
	if len(t.Translations) > maxTranslations {
		return bad("translations", "A program has at most 500 translations.")
	}
	stands := map[string]string{}
	t.Texts(func(field, text string) { stands[text] = field })
	delete(stands, "")
	names := t.CardNames()
	seen := map[string]bool{}
	for i := range t.Translations {
		x, field := &t.Translations[i], at("translations", i)
		where, known := stands[x.Text]
		switch {
		case !known:
			return bad(field+".text", "No text of the program that customers read says this, letter for letter. Take this translation out, or correct it.")
		case seen[x.Text]:
			return bad(field+".text", "This text is translated twice.")
		case x.EN+x.NL+x.PL+x.NB+x.EL == "":
			return bad(field, "Say it in at least one of en, nl, pl, nb and el.")
		}
		seen[x.Text] = true
		if err := x.check(field, t.Card.isWording(where), names, bad); err != nil {
			return err
		}
	}
	return nil
}

// isWording reports whether the text of a field may name values.
func (c *Card) isWording(field string) bool {
	for i := range c.Fields {
		if f := at("card.fields", i); field == f+".label" || field == f+".text" {
			return true
		}
	}
	return false
}

func (t *Translation) check(field string, wording bool, names []string, bad complain) error {
	for _, said := range []struct{ lang, text string }{{"en", t.EN}, {"nl", t.NL}, {"pl", t.PL}, {"nb", t.NB}, {"el", t.EL}} {
		// Twice as many characters: some languages are longer than others.
		if utf8.RuneCountInString(said.text) > 2*max(utf8.RuneCountInString(t.Text), 30) {
			return bad(field+"."+said.lang, "This is more than twice as long as the text, and would not fit where that does.")
		}
		if !wording {
			continue
		}
		if _, err := ParseWording(said.text, names); err != nil {
			return misworded(bad, field+"."+said.lang, err)
		}
	}
	return nil
}
