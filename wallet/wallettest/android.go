package wallettest

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// Android is a phone with Google Wallet. It holds no copies: what it shows is
// what Google has, so a PATCH is on its screen at once.
type Android struct {
	Name  string // of the phone, and of its owner's account at Google
	Token string // registration token for the companion app's messages; empty without the app

	google *GoogleWallet
	mu     sync.Mutex
	saved  []string
}

// NewAndroid returns a phone signed in to that Google Wallet. token is its
// FCM registration token, empty when the phone has no app of ours.
func NewAndroid(name string, g *GoogleWallet, token string) *Android {
	return &Android{Name: name, Token: token, google: g}
}

// Save opens a save link and returns the id of the object saved.
func (a *Android) Save(link string) (string, error) {
	id, err := a.google.save(link, a.Name)
	if err != nil {
		return "", err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if !slices.Contains(a.saved, id) {
		a.saved = append(a.saved, id)
	}
	return id, nil
}

// Remove takes a card out of the phone's wallet.
func (a *Android) Remove(id string) error {
	if err := a.google.remove(id, a.Name); err != nil {
		return err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.saved = slices.DeleteFunc(a.saved, func(s string) bool { return s == id })
	return nil
}

// Open follows a link as the phone's browser does, up to the save link that it
// leads to, and saves that. client has to trust the server behind the link.
func (a *Android) Open(ctx context.Context, client *http.Client, link string) (string, error) {
	browser := *client
	browser.CheckRedirect = func(next *http.Request, _ []*http.Request) error {
		if strings.Contains(next.URL.Path, savePath) {
			return http.ErrUseLastResponse
		}
		return nil
	}
	for !strings.Contains(link, savePath) {
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, link, nil)
		if err != nil {
			return "", fmt.Errorf("open link: %w", err)
		}
		resp, err := browser.Do(r)
		if err != nil {
			return "", fmt.Errorf("open link: %w", err)
		}
		if err := resp.Body.Close(); err != nil {
			return "", fmt.Errorf("open link: %w", err)
		}
		if link = resp.Header.Get("Location"); link == "" {
			return "", fmt.Errorf("open link: status %d and no save link", resp.StatusCode)
		}
	}
	return a.Save(link)
}

// Saved lists the ids of the objects on the phone, oldest first.
func (a *Android) Saved() []string {
	a.mu.Lock()
	defer a.mu.Unlock()
	return slices.Clone(a.saved)
}

// Text shows the cards on the phone as text.
func (a *Android) Text() string {
	text := ""
	for _, id := range a.Saved() {
		text += a.google.Text(id)
	}
	return text
}

// Text shows an object of any kind, with its class, as a phone does; and the offers
// that are linked to it.
func (g *GoogleWallet) Text(id string) string {
	g.mu.Lock()
	k, object := g.object(id)
	object, class := merge(nil, object), merge(nil, g.resources[k.class][text(object["classId"])])
	g.mu.Unlock()
	if k.class == "" {
		return "no such card\n"
	}
	shown := draw(object, class)
	offers, _ := object["linkedOfferIds"].([]any)
	for _, o := range offers {
		shown += g.Text(text(o))
	}
	return shown
}

// draw is one object.
func draw(object, class resource) string {
	d := &drawing{}
	for _, title := range []string{"programName", "merchantName", "title"} {
		if class[title] != nil {
			d.pair(text(class["issuerName"]), text(class[title]))
		}
	}
	if object["state"] != "ACTIVE" {
		d.text("(" + text(object["state"]) + ", among the expired cards)")
	}
	d.rule()
	for _, points := range []string{"loyaltyPoints", "secondaryLoyaltyPoints"} {
		d.field(text(at(object, points+".label")), balance(at(object, points+".balance")))
	}
	d.field("", balance(map[string]any{"money": object["balance"]}))
	d.field(localised(class["localizedAccountNameLabel"], text(class["accountNameLabel"])), text(object["accountName"]))
	d.field(localised(class["localizedAccountIdLabel"], text(class["accountIdLabel"])), text(object["accountId"]))
	d.field(localised(class["localizedCardNumberLabel"], text(class["cardNumberLabel"])), text(object["cardNumber"]))
	if kind := text(at(object, "rotatingBarcode.type")); kind != "" {
		d.rule()
		d.centre("[" + kind + ", a new one every moment]")
	}
	if kind := text(at(object, "barcode.type")); kind != "" {
		d.rule()
		d.centre("[" + kind + "]")
		d.centre(text(at(object, "barcode.value")))
		d.centre(text(at(object, "barcode.alternateText")))
	}
	if details := localised(class["localizedDetails"], text(class["details"])); details != "" {
		d.rule()
		d.text(details)
	}
	for _, r := range []resource{object, class} {
		modules(d, r)
	}
	return d.String()
}

func modules(d *drawing, r resource) {
	list, _ := r["textModulesData"].([]any)
	messages, _ := r["messages"].([]any)
	for _, m := range append(list, messages...) {
		d.rule()
		d.text(localised(at(m, "localizedHeader"), text(at(m, "header"))))
		d.text(localised(at(m, "localizedBody"), text(at(m, "body"))))
	}
	uris, _ := at(r, "linksModuleData.uris").([]any)
	for _, u := range uris {
		d.rule()
		d.text(localised(at(u, "localizedDescription"), text(at(u, "description"))))
		d.text(text(at(u, "uri")))
	}
}

// localised is the default of a text in many languages, or plain.
func localised(v any, plain string) string {
	if s := text(at(v, "defaultValue.value")); s != "" {
		return s
	}
	return plain
}

func balance(v any) string {
	b, _ := v.(map[string]any)
	switch {
	case b["string"] != nil:
		return text(b["string"])
	case b["int"] != nil:
		n, _ := b["int"].(float64)
		return strconv.FormatFloat(n, 'f', -1, 64)
	case b["double"] != nil:
		return fmt.Sprint(b["double"])
	case b["money"] != nil:
		return text(at(b, "money.micros")) + " micros " + text(at(b, "money.currencyCode"))
	}
	return ""
}
