package models

import "slices"

// CardKind is what a card is to Google Wallet, which has a form of its own for
// each. A card keeps the kind that it was issued as.
type CardKind string

// The kinds of cards. Every program counts something, so that a generic one, which
// Google has too, is of no use.
const (
	LoyaltyCard CardKind = ""          // counts points, stamps or visits
	GiftCard    CardKind = "gift_card" // holds money, and nothing else
)

// CardKind is what a card that is issued under these terms is.
func (t *Terms) CardKind() CardKind {
	if slices.Equal(t.Units(), []Unit{Value}) {
		return GiftCard
	}
	return LoyaltyCard
}
