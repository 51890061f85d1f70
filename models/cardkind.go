package models

import "slices"

// CardKind is what a card is to Google Wallet, which has a form of its own for
// each. A card keeps the kind that it was issued as.
type CardKind string

// The kinds of cards.
const (
	LoyaltyCard CardKind = ""          // counts points, stamps or visits
	GiftCard    CardKind = "gift_card" // holds money, and nothing else
	GenericCard CardKind = "generic"   // counts nothing
)

// CardKind is what a card that is issued under these terms is.
func (t *Terms) CardKind() CardKind {
	switch units := t.Units(); {
	case len(units) == 0:
		return GenericCard
	case !slices.ContainsFunc(units, func(u Unit) bool { return u != Value }):
		return GiftCard
	}
	return LoyaltyCard
}
