package wallettest

import (
	"maps"
	"slices"
)

// GoogleState is what Google has: each collection's resources by id.
type GoogleState map[string]map[string]map[string]any

// State returns a copy of everything that Google has.
func (g *GoogleWallet) State() GoogleState {
	g.mu.Lock()
	defer g.mu.Unlock()
	return copyState(g.resources)
}

func (g *GoogleWallet) restore(s GoogleState) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.resources = copyState(s)
}

func copyState(s GoogleState) GoogleState {
	c := GoogleState{}
	for kind, resources := range s {
		c[kind] = map[string]resource{}
		for id, r := range resources {
			c[kind][id] = merge(nil, r)
		}
	}
	return c
}

// AndroidState is what an Android keeps when it is switched off.
type AndroidState struct {
	Name  string   `json:"name"`
	Token string   `json:"token"`
	Saved []string `json:"saved"`
}

// State returns what the phone keeps.
func (a *Android) State() AndroidState {
	return AndroidState{Name: a.Name, Token: a.Token, Saved: a.Saved()}
}

// Objects are the ids of the cards at Google, in order.
func (g *GoogleWallet) Objects() []string {
	g.mu.Lock()
	defer g.mu.Unlock()
	cards := slices.Concat(slices.Collect(maps.Keys(g.resources["loyaltyObject"])), slices.Collect(maps.Keys(g.resources["giftCardObject"])))
	slices.Sort(cards)
	return cards
}
