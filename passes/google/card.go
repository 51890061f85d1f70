package google

import (
	"regulars/models"
	"regulars/passes"
)

// Card is one member's card, of whatever kind.
type Card struct {
	Kind    models.CardKind
	Program *models.Program // the version that State is of
	State   passes.State
	ID      ObjectID
	Hero    string   // where Google finds the picture across the card, if it shows something of the member
	Key     []byte   // of its changing barcode; nil for none
	Offers  []string // of a loyalty card: the ids of the offers that stand beside it, which are at Google already
}

// Object returns the card as Google takes it: a *walletobjects.LoyaltyObject or
// a *walletobjects.GiftCardObject.
func (c *Card) Object() any {
	if c.Kind == models.GiftCard {
		return c.giftObject()
	}
	o := Object(c.Program, c.State, c.ID, c.Hero)
	Rotate(o, c.Program, c.State, c.Key)
	o.LinkedOfferIds = c.Offers
	nullEmpty(&o.NullFields, map[string]bool{"LinkedOfferIds": len(c.Offers) == 0})
	return o
}

// CardClass returns what all cards of a kind share, for images and callback as for
// Class.
func CardClass(kind models.CardKind, p *models.Program, issuer string, images Images, callback string) any {
	if kind == models.GiftCard {
		return giftClass(p, issuer, images, callback)
	}
	return Class(p, issuer, images, callback)
}
