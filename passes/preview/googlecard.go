package preview

import (
	"encoding/json"
	"fmt"
	"image/color"
	"math"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/text/language"

	"regulars/models"
	"regulars/templates"
)

// googleCard is a class and an object as they are sent to Google, read without
// types, and the pictures by their addresses.
type googleCard struct {
	class, object map[string]any
	pictures      map[string][]byte
	lang          string

	issuer, name pair     // at the top
	large        []pair   // of a generic pass, in the place of the name there: its header, below the picture
	rows         [][]pair // labels and values below the picture, up to three beside each other
	details      []pair
}

// pair is a label and a value, and where they stand.
type pair struct {
	path, label, value     string
	labelLimit, valueLimit int // characters that Google shows
	link                   string
}

// google draws the sides that are wanted of a class and an object of any kind that
// Google Wallet has for shops.
func (s *Sheet) google(class, object any, pictures map[string][]byte, lang string, o Options) error {
	c := &googleCard{pictures: pictures, lang: lang}
	for _, part := range []struct {
		from any
		to   *map[string]any
	}{{class, &c.class}, {object, &c.object}} {
		b, err := json.Marshal(part.from)
		if err != nil {
			return fmt.Errorf("encode Google's card: %w", err)
		}
		d := json.NewDecoder(strings.NewReader(string(b)))
		d.UseNumber()
		if err := d.Decode(part.to); err != nil {
			return fmt.Errorf("read Google's card: %w", err)
		}
	}
	c.read()
	name := clean(c.name.value)
	if o.wants(models.Google, Front) {
		s.add(GoogleFront, name+", as an Android phone shows it", lang, droidWidth, c.drawFront)
	}
	if o.wants(models.Google, Back) {
		s.add(GoogleBack, name+", the details on an Android phone", lang, droidWidth, c.drawDetails)
	}
	return nil
}

// How many characters Google shows (its reference, with each field).
const (
	shownName    = 20
	shownTitle   = 60 // of an offer
	shownLabel   = 9
	shownBalance = 7
	shownHeader  = 35
	shownBody    = 500
	shownModules = 10 // of the class, and as many of the object
)

// read sorts what the card says by where it stands.
func (c *googleCard) read() {
	c.issuer = pair{path: "class.issuerName", value: c.text(c.class, "issuerName"), valueLimit: shownName}
	switch {
	case c.class["programName"] != nil || c.class["localizedProgramName"] != nil: // loyalty
		c.name = pair{path: "class.programName", value: c.text(c.class, "programName"), valueLimit: shownName}
		c.row(c.points("loyaltyPoints"), c.points("secondaryLoyaltyPoints"))
	case c.class["title"] != nil || c.class["localizedTitle"] != nil: // an offer
		c.issuer = pair{path: "class.provider", value: c.text(c.class, "provider"), valueLimit: shownName}
		c.name = pair{path: "class.title", value: c.text(c.class, "title"), valueLimit: shownTitle}
	case c.object["cardNumber"] != nil: // a gift card
		if merchant := c.text(c.class, "merchantName"); merchant != "" {
			c.issuer = pair{path: "class.merchantName", value: merchant, valueLimit: shownName}
		}
		c.name = pair{path: "object.balance", value: c.money(c.object["balance"])}
	default: // generic
		c.issuer = pair{path: "object.cardTitle", value: c.text(c.object, "cardTitle")}
		c.name = pair{path: "object.header", value: c.text(c.object, "header")}
		c.large = []pair{{path: c.name.path, label: c.text(c.object, "subheader"), value: c.name.value}}
	}
	c.arranged()
	c.listed()
}

// row adds what there is of some pairs as a row.
func (c *googleCard) row(pairs ...pair) {
	if pairs = slices.DeleteFunc(pairs, func(p pair) bool { return p.value == "" }); len(pairs) > 0 {
		c.rows = append(c.rows, pairs)
	}
}

// points is a balance as it is shown.
func (c *googleCard) points(key string) pair {
	m, ok := c.object[key].(map[string]any)
	if !ok {
		return pair{}
	}
	value := ""
	balance, _ := m["balance"].(map[string]any)
	switch {
	case balance["string"] != nil:
		value, _ = balance["string"].(string)
	case balance["int"] != nil:
		n, _ := balance["int"].(json.Number)
		value = n.String()
		if v, err := n.Int64(); err == nil {
			value = templates.For(c.lang).Number(v)
		}
	case balance["double"] != nil:
		value = fmt.Sprint(balance["double"])
	case balance["money"] != nil:
		value = c.money(balance["money"])
	}
	return pair{path: "object." + key, label: c.text(m, "label"), value: value, labelLimit: shownLabel, valueLimit: shownBalance}
}

// money writes an amount in millionths.
func (c *googleCard) money(v any) string {
	m, _ := v.(map[string]any)
	currency, _ := m["currencyCode"].(string)
	micros, err := strconv.ParseInt(fmt.Sprint(m["micros"]), 10, 64)
	places, ok := models.CurrencyDigits(currency)
	if err != nil || !ok {
		return ""
	}
	return templates.For(c.lang).Money(int64(math.Round(float64(micros)/math.Pow10(6-places))), currency, places)
}

// text returns a text in the phone's language: the translation where there is one,
// the default of the translations, or the plain one.
func (c *googleCard) text(m map[string]any, key string) string {
	plain, _ := m[key].(string)
	local, ok := m["localized"+strings.ToUpper(key[:1])+key[1:]].(map[string]any)
	if !ok {
		if local, ok = m[key].(map[string]any); !ok {
			return plain
		}
	}
	base := func(tag string) language.Base { b, _ := language.Make(tag).Base(); return b }
	var all []any
	all = append(all, local["defaultValue"])
	more, _ := local["translatedValues"].([]any)
	for _, one := range append(all, more...) {
		t, _ := one.(map[string]any)
		lang, _ := t["language"].(string)
		if value, is := t["value"].(string); is && base(lang) == base(c.lang) {
			return value
		}
	}
	t, _ := local["defaultValue"].(map[string]any)
	value, _ := t["value"].(string)
	return value
}

// listed takes what stands in the details.
func (c *googleCard) listed() {
	both := []struct {
		name string
		from map[string]any
	}{{"object", c.object}, {"class", c.class}}
	for _, part := range both {
		for i, m := range c.list(part.from["messages"]) {
			c.detail(fmt.Sprintf("%s.messages[%d]", part.name, i), c.text(m, "header"), c.text(m, "body"))
		}
	}
	c.account("accountName")
	c.account("accountId")
	for _, key := range []string{"cardNumber", "pin", "eventNumber"} {
		if v, _ := c.object[key].(string); v != "" {
			c.detail("object."+key, c.text(c.class, key+"Label"), v)
		}
	}
	for _, key := range []string{"rewardsTier", "secondaryRewardsTier", "details", "finePrint"} {
		if v := c.text(c.class, key); v != "" {
			c.detail("class."+key, c.text(c.class, key+"Label"), v)
		}
	}
	for _, part := range both {
		for i, m := range c.list(part.from["textModulesData"]) {
			if i < shownModules {
				c.detail(fmt.Sprintf("%s.textModulesData[%d]", part.name, i), c.text(m, "header"), c.text(m, "body"))
			}
		}
	}
	for _, part := range both {
		module, _ := part.from["linksModuleData"].(map[string]any)
		for i, m := range c.list(module["uris"]) {
			uri, _ := m["uri"].(string)
			if i < shownModules {
				c.details = append(c.details, pair{path: fmt.Sprintf("%s.linksModuleData.uris[%d]", part.name, i), value: c.text(m, "description"), link: uri})
			}
		}
	}
}

// account takes one of the two texts that name the member.
func (c *googleCard) account(key string) {
	if v, _ := c.object[key].(string); v != "" {
		c.details = append(c.details, pair{path: "object." + key, label: c.text(c.class, key+"Label"), value: v, valueLimit: shownName})
	}
}

func (c *googleCard) detail(path, header, body string) {
	c.details = append(c.details, pair{path: path, label: header, value: body, labelLimit: shownHeader, valueLimit: shownBody})
}

func (c *googleCard) list(v any) []map[string]any {
	list, _ := v.([]any)
	var all []map[string]any
	for _, one := range list {
		if m, ok := one.(map[string]any); ok {
			all = append(all, m)
		}
	}
	return all
}

// picture returns the picture at a key: the object's before the class's.
func (c *googleCard) picture(key string) (picture, bool) {
	for _, from := range []map[string]any{c.object, c.class} {
		m, _ := from[key].(map[string]any)
		source, _ := m["sourceUri"].(map[string]any)
		uri, _ := source["uri"].(string)
		if file, ok := c.pictures[uri]; ok {
			if p, err := reading(file, 1); err == nil {
				return p, true
			}
		}
	}
	return picture{}, false
}

// ground is the card's colour: the object's before the class's.
func (c *googleCard) ground() color.NRGBA {
	for _, from := range []map[string]any{c.object, c.class} {
		s, _ := from["hexBackgroundColor"].(string)
		if r, g, b, ok := models.ParseColour(s); ok {
			return color.NRGBA{r, g, b, 0xff}
		}
	}
	return color.NRGBA{0x3c, 0x40, 0x43, 0xff}
}

// kinds are the symbologies by Google's names.
var kinds = map[string]models.Symbology{"QR_CODE": models.QR, "PDF_417": models.PDF417, "AZTEC": models.Aztec, "CODE_128": models.Code128}
