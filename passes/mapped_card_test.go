package passes_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"regulars/models"
	"regulars/passes"
	"regulars/passes/apple"
	"regulars/passes/art"
	"regulars/passes/google"
)

// card is one member's card, before any wallet.
type card struct {
	p *models.Program
	s passes.State
}

// whole is a card with all that there is to say, of a program of points, or of one
// that holds money and nothing else.
func whole(kind models.CardKind) card {
	unit := models.Points
	p := version(func(t *models.Terms) {
		t.Country, t.Brand.Shows = "NL", models.ShowsProgress
		t.Brand.Logo, t.Brand.Strip = painted(100, 100), painted(375, 144)
		t.Tiers = []models.Tier{{Name: "Regular"}, {Name: "Gold", From: 100, Discount: 5, Perks: []string{"Free wifi"}}}
		t.Memberships = []models.Membership{{ID: "club", Name: "Book club", Price: 1, Months: 1}}
		t.Offers = []models.VoucherOffer{{ID: "birthday", Name: "Birthday", On: models.OnBirthday, Reward: "coffee", Days: 14}}
		t.Translations = []models.Translation{{Text: "Gold", PL: "Złoto"}}
		t.Card = models.Card{
			Fields:    []models.CardField{{ID: "since", At: models.Back, Label: "Since", Text: "With us from {{.joined}}"}},
			Fallbacks: []models.Symbology{models.Aztec},
			Links:     []models.CardLink{{Name: "The menu", URL: "https://demo.example/menu"}},
			Places:    []models.CardPlace{{At: "52.3676, 4.9041", Text: "Come in"}}, Near: 150,
			Beacons: []models.CardPlace{{At: "E2C56DB5-DFFB-48D2-B060-D0F5A71096E0/7/9", Text: "Hello"}},
			Expires: "2027-12-31",
			Apple:   models.AppleCard{Apps: []string{"1234567890"}, Launch: "cafe://card", Shared: true, NFC: readers},
			Google: models.GoogleCard{Holders: models.OneDevice, NoScreenshots: true, Rotating: true, SmartTap: []string{"3388000000000000001"},
				App: "com.example.cafe", Vouchers: true, Provider: "Café"},
		}
		if kind == models.GiftCard {
			unit = models.Value
			t.Rules, t.Value = nil, models.ValueTerms{Most: 20_000}
			t.TierBy = models.TierBySpend
			for i := range t.Rewards {
				t.Rewards[i].Unit, t.Rewards[i].Cost = "", 0
			}
		}
	})
	if kind == models.LoyaltyCard {
		p.Rules = append(p.Rules, models.Rule{ID: "visit", Name: "A visit each day", Unit: models.Visits, Give: 1, Per: models.PerPurchase})
	}
	s := passes.State{
		Program: p.ID, Version: p.Version, Card: "70000000000000000011", Name: "Anna Kowalska", Locale: "en",
		Balances: []passes.Balance{{Unit: unit, Amount: 137, Usable: 123}},
		Ready:    []passes.Ready{{Reward: "coffee", Times: 2}}, Next: "lunch",
		Ending: &passes.Due{Unit: unit, Amount: 31, Day: "2027-02-03"}, Waiting: []passes.Due{{Unit: unit, Amount: 17, Day: "2027-04-05"}},
		Tier: "Gold", Memberships: []passes.Membership{{ID: "club", Day: "2027-06-07", Renew: true}},
		Vouchers: []passes.Voucher{{Name: "Birthday cake", Day: "2027-08-09"}},
		JoinedAt: time.Date(2026, 1, 15, 12, 0, 0, 0, time.UTC), Page: "https://cards.example/m/x", Message: "Today: soup",
	}
	if kind == models.GiftCard {
		s.Ready, s.Next = nil, "" // money buys no rewards
	} else {
		s.Balances = append(s.Balances, passes.Balance{Unit: models.Visits, Amount: 11, Usable: 11})
	}
	return card{p, s}
}

// readers is the public key of NFC readers: a point of P-256, compressed.
var readers = base64.StdEncoding.EncodeToString([]byte("\x30\x39\x30\x13\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07\x03\x22\x00" +
	"\x03\x6b\x17\xd1\xf2\xe1\x2c\x42\x47\xf8\xbc\xe6\xe5\x63\xa4\x40\xf2\x77\x03\x7d\x81\x2d\xeb\x33\xa0\xf4\xa1\x39\x45\xd8\x98\xc2\x96"))

func painted(w, h int) []byte {
	img := image.NewNRGBA(image.Rect(0, 0, w, h))
	for i := range w * h {
		img.SetNRGBA(i%w, i/w, color.NRGBA{R: 0x20, G: 0x60, B: 0x90, A: 0xff})
	}
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		panic(err) // a buffer takes all
	}
	return b.Bytes()
}

// fingerprint tells pictures apart.
func fingerprint(file []byte) string { return fmt.Sprintf("%x", sha256.Sum256(file)) }

// designed is a card whose owner designed what is above the back.
func designed(kind models.CardKind) card {
	c := whole(kind)
	c.p.Card.Fields = []models.CardField{
		{ID: "who", At: models.Secondary, Label: "Guest", Text: "{{.first_name}}!", Align: models.AlignCenter},
		{ID: "level", At: models.Auxiliary, Label: "Level", Text: "{{.tier}}"},
	}
	return c
}

// spelt is a card whose logo spells the program's name.
func spelt(kind models.CardKind) card {
	c := whole(kind)
	c.p.Brand.Logo = painted(300, 100)
	return c
}

// stamped is a card whose strip shows stamps.
func stamped(kind models.CardKind) card {
	c := whole(kind)
	c.p.StampCards = []models.StampCard{{ID: "lunches", Name: "Lunches", Unit: "stamps:lunch", Size: 6}, {ID: "cups", Name: "Cups", Unit: "stamps:cup", Size: 9}}
	c.p.Brand.Shows = models.ShowsStamps
	c.p.Brand.Stamps = models.StampArt{Card: "cups", Shape: models.SquareStamps, Icon: "cup", Free: "leaf"}
	c.s.Balances = append(c.s.Balances, passes.Balance{Unit: "stamps:cup", Amount: 4, Usable: 4}, passes.Balance{Unit: "stamps:lunch", Amount: 1, Usable: 1})
	return c
}

// asking is the card of somebody who gave no name, whom an iPhone asks.
func asking(kind models.CardKind) card {
	c := whole(kind)
	c.p.Card.Apple.SignUp = models.SignUp{Ask: []models.Asked{models.AskName}, Text: "So that we know you", Terms: "Be kind."}
	c.s.Name, c.s.SignUp = "", []models.Asked{models.AskName}
	return c
}

// apple is what an iPhone is given.
func (c card) apple(t *testing.T) given {
	t.Helper()
	file, err := apple.Unsigned(c.p, c.s, apple.Identity{PassTypeID: "pass.x", TeamID: "T", Serial: "s", Token: "0123456789abcdef", WebServiceURL: "https://cards.example/passkit"})
	require.NoError(t, err)
	opened, err := apple.Open(file)
	require.NoError(t, err)
	out, pictures := given(document(t, opened.Files["pass.json"])), map[string]any{}
	for name, file := range opened.Files {
		if strings.HasSuffix(name, ".png") {
			pictures[strings.TrimSuffix(name, ".png")] = fingerprint(file)
		}
	}
	out["pictures"] = pictures
	if form := opened.Files["personalization.json"]; form != nil {
		out["form"] = document(t, form)
	}
	return out
}

// google is what Google is given: the class and the object of that kind, and the
// pictures that they name.
func (c card) google(t *testing.T, kind models.CardKind) given {
	t.Helper()
	hero := ""
	look := c.s.Look(c.p)
	if look != (art.Look{}) {
		hero = "https://cards.example/hero-look.png"
	}
	one := google.Card{Kind: kind, Program: c.p, State: c.s, ID: google.ObjectID{Issuer: "3388", Serial: "s"}, Hero: hero, Key: []byte("0123456789")}
	if c.p.Card.Google.Vouchers { // package wallet sees to what stands there
		one.Offers = []string{"3388.s.v-1"}
	}
	images := google.ImagesOf(c.p, hosted)
	logo, err := art.Square(c.p.Name, c.p.Brand, 66)
	require.NoError(t, err)
	banner, err := art.Banner(c.p.Name, c.p.Brand, look, 516, 168)
	require.NoError(t, err)
	return given{
		"class": document(t, google.CardClass(kind, c.p, "3388", images, "https://cards.example/google/callback")), "object": document(t, one.Object()),
		"pictures": map[string]any{"logo": fingerprint(logo), "hero": fingerprint(banner)},
	}
}

// hosted is where Google would fetch a picture.
func hosted(name string) string { return "https://cards.example/" + name + ".png" }

// field is a row: the place of one thing on an iPhone, on a loyalty card at Google,
// and on a gift card where that is another place.
type field struct {
	name                string
	of                  string // another row of a field: which of its values is meant
	apple, google, gift place
	card                func(models.CardKind) card // whole when nil
	without             func(*card)                // when it is not enough to take it away
}

func TestBothWalletsSayTheSame(t *testing.T) {
	var rows []string
	wholes := map[models.CardKind][2]given{}
	for _, kind := range []models.CardKind{models.LoyaltyCard, models.GiftCard} {
		c := whole(kind)
		right(t, c.p)
		require.Equal(t, kind, c.p.CardKind())
		decoded, err := passes.Decode(c.s.Encode())
		require.NoError(t, err)
		require.Equal(t, c.s, decoded)
		wholes[kind] = [2]given{c.apple(t), c.google(t, kind)}
	}
	for _, row := range cardFields {
		if row.of == "" {
			rows = append(rows, row.name)
		}
		t.Run(row.name+row.of, func(t *testing.T) { row.test(t, wholes) })
	}
	closed(t, rows, passes.State{}, models.Card{}, models.Brand{}, models.Contact{})
}

// right fails for terms that no owner could have.
func right(t *testing.T, p *models.Program) {
	t.Helper()
	if e, wrong := errors.AsType[*models.Error](models.CheckTerms(&p.Terms)); wrong {
		require.Fail(t, e.Field, e.Msg)
	}
}

// test judges the row on cards of both kinds.
func (row *field) test(t *testing.T, wholes map[models.CardKind][2]given) {
	for _, kind := range []models.CardKind{models.LoyaltyCard, models.GiftCard} {
		if kind == models.GiftCard && row.gift.never {
			continue
		}
		with, pair := whole(kind), wholes[kind]
		if row.card != nil {
			with = row.card(kind)
			if kind == models.LoyaltyCard {
				right(t, with.p)
			}
			pair = [2]given{with.apple(t), with.google(t, kind)}
		}
		without := card{p: copied(with.p), s: copied(with.s)}
		if row.without != nil {
			row.without(&without)
		} else {
			without.empty(row.name)
		}
		there, said := row.google, without.google(t, kind)
		if kind == models.GiftCard && row.gift != (place{}) {
			there = row.gift
		}
		there.shows(t, row.name+" of "+string(kind)+" at Google", pair[1], said)
		if kind == models.LoyaltyCard { // Apple knows one kind
			row.apple.shows(t, row.name+" at Apple", pair[0], without.apple(t))
		}
	}
}

func (c *card) empty(name string) {
	of, rest, _ := strings.Cut(name, ".")
	switch of {
	case "State":
		empty(reflect.ValueOf(&c.s), rest)
	default:
		empty(reflect.ValueOf(&c.p.Terms), name)
	}
}
