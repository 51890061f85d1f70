// Package passes holds what a pass says, before any wallet's format: one
// State, mapped once to Apple's pass (passes/apple) and once to Google's
// object (passes/google), so that both phones say the same.
//
// It knows no store, no clock and no network. What changes per member is in
// State; what all members share comes from the program's version.
package passes

import (
	"encoding/json"
	"fmt"
	"time"

	"regulars/models"
)

// State is what one member's card says at one moment. Two equal states make
// equal passes: only a difference here makes a new version of a pass.
type State struct {
	Program  models.ProgramID  `json:"program"`
	Version  int               `json:"version"` // of the program: design, texts and rewards
	Card     models.CardNumber `json:"card"`
	Name     string            `json:"name,omitempty"`
	Locale   string            `json:"locale,omitempty"` // BCP 47; the program's when empty
	Balance  int64             `json:"balance"`          // points
	Tier     string            `json:"tier,omitempty"`
	JoinedAt time.Time         `json:"joined_at"`
	Page     string            `json:"page,omitempty"`    // absolute URL of the member's own page
	Message  string            `json:"message,omitempty"` // the promotion in force, the one text that may show on a lock screen
	Voided   bool              `json:"voided,omitempty"`  // the card is no longer good; no barcode
}

// Of returns what the card of m says under p, with the ledger's state s.
// page is the absolute URL of the member's own page.
func Of(p *models.Program, m *models.Member, s models.State, page string) State {
	if m.ErasedAt != nil {
		return State{Program: p.ID, Version: p.Version, JoinedAt: m.JoinedAt.UTC(), Voided: true}
	}
	return State{
		Program: p.ID, Version: p.Version, Card: m.Card, Name: m.Name, Locale: m.Locale,
		Balance: s.Balance(models.Points), Tier: s.Tier, JoinedAt: m.JoinedAt.UTC(), Page: page,
	}
}

// Encode returns s as it is kept; equal states give equal bytes.
func (s State) Encode() []byte {
	b, err := json.Marshal(s)
	if err != nil {
		panic(err) // no field can fail to encode
	}
	return b
}

// Decode reads what Encode wrote.
func Decode(b []byte) (State, error) {
	var s State
	if err := json.Unmarshal(b, &s); err != nil {
		return State{}, fmt.Errorf("decode pass state: %w", err)
	}
	return s, nil
}

// Ready returns the rewards of p that the balance covers, and the cheapest
// one that it does not, nil when it covers all.
func (s State) Ready(p *models.Program) (ready []models.Reward, next *models.Reward) {
	return models.State{Balances: map[models.Unit]int64{models.Points: s.Balance}}.Rewards(p, time.Time{})
}
