package wallettest

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/golang-jwt/jwt/v5"
)

// saveClaims is the content of a save link's token.
type saveClaims struct {
	Issuer   string           `json:"iss"`
	Audience string           `json:"aud"` // a plain string; a list does not decode
	Type     string           `json:"typ"`
	IssuedAt *jwt.NumericDate `json:"iat"`
	Origins  []string         `json:"origins"`

	// Payload is what is saved, by the name of a list of objects.
	Payload map[string][]json.RawMessage `json:"payload"`
}

func (c *saveClaims) GetIssuer() (string, error)  { return c.Issuer, nil }
func (c *saveClaims) GetSubject() (string, error) { return "", nil }
func (c *saveClaims) GetAudience() (jwt.ClaimStrings, error) {
	return jwt.ClaimStrings{c.Audience}, nil
}
func (c *saveClaims) GetExpirationTime() (*jwt.NumericDate, error) { return nil, nil } //nolint:nilnil // the library's words for "none"
func (c *saveClaims) GetNotBefore() (*jwt.NumericDate, error)      { return nil, nil } //nolint:nilnil // the library's words for "none"
func (c *saveClaims) GetIssuedAt() (*jwt.NumericDate, error)       { return c.IssuedAt, nil }

// Save does what Google does when somebody opens a save link: it saves the card
// for somebody who is not told apart from others who do so.
func (g *GoogleWallet) Save(link string) (string, error) { return g.save(link, "somebody") }

// save checks the token's signature and claims, creates the object if the token
// carries one that is missing, never changes one that exists, and returns the
// id of the object that holder now has saved.
func (g *GoogleWallet) save(link, holder string) (string, error) {
	_, token, ok := strings.Cut(link, savePath)
	if !ok {
		return "", fmt.Errorf("save link: no %s in it", savePath)
	}
	claims := &saveClaims{}
	parsed, err := jwt.ParseWithClaims(token, claims, func(*jwt.Token) (any, error) { return &g.opts.Key.PublicKey, nil },
		jwt.WithValidMethods([]string{"RS256"}), jwt.WithTimeFunc(g.opts.Now))
	switch {
	case err != nil:
		return "", fmt.Errorf("save link: %w", err)
	case parsed.Header["typ"] != "JWT":
		return "", fmt.Errorf("save link: header typ is %v, not JWT", parsed.Header["typ"])
	case claims.Issuer != accountEmail:
		return "", fmt.Errorf("save link: iss is not the issuer's service account")
	case claims.Audience != "google":
		return "", fmt.Errorf("save link: aud is %q, not google", claims.Audience)
	case claims.Type != "savetowallet":
		return "", fmt.Errorf("save link: typ is %q, not savetowallet", claims.Type)
	case claims.IssuedAt == nil:
		return "", fmt.Errorf("save link: no iat")
	case len(claims.Payload) != 1:
		return "", fmt.Errorf("save link: %d kinds of things, not one", len(claims.Payload))
	}
	for list, objects := range claims.Payload {
		k, known := kinds[strings.TrimSuffix(list, "s")]
		if !known || k.class == "" || len(objects) != 1 {
			return "", fmt.Errorf("save link: %d of %s, not one object", len(objects), list)
		}
		return g.saveObject(k, objects[0], holder)
	}
	panic("unreachable")
}

func (g *GoogleWallet) saveObject(k kind, raw []byte, holder string) (string, error) {
	var ref struct{ ID string }
	if err := json.Unmarshal(raw, &ref); err != nil {
		return "", fmt.Errorf("save link: %w", err)
	}
	if strings.Contains(string(raw), `"rotatingBarcode"`) {
		return "", fmt.Errorf("save link: whoever opens the link could read the key of the changing barcode")
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if _, exists := g.resources[k.name][ref.ID]; !exists {
		if _, err := g.insert(k, raw); err != nil {
			return "", fmt.Errorf("save link: object %s is not at Google and can't be made: %w", ref.ID, err)
		}
	}
	r := g.resources[k.name][ref.ID]
	if r["state"] != "ACTIVE" {
		return "", fmt.Errorf("save link: object %s is %v", ref.ID, r["state"])
	}
	g.held(ref.ID, holder, true)
	return ref.ID, nil
}

// Resource returns a copy of what Google has under that id in a collection
// such as "loyaltyObject".
func (g *GoogleWallet) Resource(kind, id string) (map[string]any, bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	r, ok := g.resources[kind][id]
	return merge(nil, r), ok
}

// Notified counts the notifications that the holders of an object or class
// got in the last 24 hours.
func (g *GoogleWallet) Notified(id string) int {
	g.mu.Lock()
	defer g.mu.Unlock()
	n, now := 0, g.opts.Now()
	for _, quota := range []string{"message ", "update "} {
		for _, t := range g.notified[quota+id] {
			if now.Sub(t) < notifyWindow {
				n++
			}
		}
	}
	return n
}

// object returns an object of any kind by its id, nil when there is none. The
// caller holds g.mu.
func (g *GoogleWallet) object(id string) (k kind, r resource) {
	for _, k := range kinds {
		if r, ok := g.resources[k.name][id]; ok && k.class != "" {
			return k, r
		}
	}
	return kind{}, nil
}

// Watch sends the id of each object that changes to c until cancel is
// called; ids that c has no room for are dropped.
func (g *GoogleWallet) Watch(c chan<- string) (cancel func()) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.watchers[c] = struct{}{}
	return func() {
		g.mu.Lock()
		defer g.mu.Unlock()
		delete(g.watchers, c)
	}
}

func (g *GoogleWallet) tell(k kind, id string) {
	if k.class == "" {
		return
	}
	for c := range g.watchers {
		select {
		case c <- id:
		default:
		}
	}
}
