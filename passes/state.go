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
	Program     models.ProgramID  `json:"program"`
	Version     int               `json:"version"` // of the program: design, texts and rewards
	Card        models.CardNumber `json:"card"`
	Name        string            `json:"name,omitempty"`
	Locale      string            `json:"locale,omitempty"`   // BCP 47; the program's when empty
	Balances    []Balance         `json:"balances,omitempty"` // of every unit that the program counts, in its order
	Ready       []Ready           `json:"ready,omitempty"`    // the rewards that the member may have
	Next        models.RewardID   `json:"next,omitempty"`     // the reward to come; empty when there is none beyond
	Ending      *Due              `json:"ending,omitempty"`   // what ends next
	Waiting     []Due             `json:"waiting,omitempty"`  // what can't be used yet, and from when it can
	Tier        string            `json:"tier,omitempty"`
	Memberships []Membership      `json:"memberships,omitempty"`
	Vouchers    []Voucher         `json:"vouchers,omitempty"` // where the program gives some by itself
	JoinedAt    time.Time         `json:"joined_at"`
	Page        string            `json:"page,omitempty"`    // absolute URL of the member's own page
	Message     string            `json:"message,omitempty"` // the promotion in force, the one text that may show on a lock screen
	SignUp      []models.Asked    `json:"sign_up,omitempty"` // what an iPhone asks the holder, who gave no name
	Voided      bool              `json:"voided,omitempty"`  // the card is no longer good; no barcode
}

// Balance is how many of a unit the member has, and how many of those can be
// used.
type Balance struct {
	Unit   models.Unit `json:"unit"`
	Amount int64       `json:"amount"`
	Usable int64       `json:"usable"`
}

// Ready is a reward that the member may have: once, or for each full stamp card.
type Ready struct {
	Reward models.RewardID `json:"reward"`
	Times  int64           `json:"times"`
}

// Due is units to which something happens on a local day, 2006-01-02.
type Due struct {
	Unit   models.Unit `json:"unit"`
	Amount int64       `json:"amount"`
	Day    string      `json:"day"`
}

// maxWaiting is how many waiting lots a card tells of.
const maxWaiting = 3

// Date is the day as a time, to be written as a date.
func (d Due) Date() time.Time {
	at, err := time.Parse(time.DateOnly, d.Day)
	if err != nil {
		panic(err) // written by Of
	}
	return at
}

// Of returns what the card of m says under p at a moment, with the ledger's
// state s. page is the absolute URL of the member's own page.
func Of(p *models.Program, m *models.Member, s models.State, page string, now time.Time) State {
	if m.ErasedAt != nil {
		return State{Program: p.ID, Version: p.Version, JoinedAt: m.JoinedAt.UTC(), Voided: true}
	}
	out := State{
		Program: p.ID, Version: p.Version, Card: m.Card, Name: m.Name, Locale: m.Locale,
		Tier: s.Tier, JoinedAt: m.JoinedAt.UTC(), Page: page, SignUp: p.AsksOf(m),
	}
	out.Memberships = membershipsOf(p, &s, now)
	for _, u := range p.Units() {
		out.Balances = append(out.Balances, Balance{Unit: u, Amount: s.Balance(u), Usable: s.Usable(u, now)})
	}
	ready, next := s.Rewards(p, now)
	for _, r := range ready {
		times := int64(1)
		if _, card := p.StampCard(r.Unit); card && r.Most.Times == 0 { // each full card is a reward that waits
			times = s.Usable(r.Unit, now) / max(r.Cost, 1)
		}
		out.Ready = append(out.Ready, Ready{Reward: r.ID, Times: times})
	}
	if next != nil {
		out.Next = next.ID
	}
	if ending := s.Ending(now); len(ending) > 0 {
		out.Ending = &Due{Unit: ending[0].Unit, Amount: ending[0].Amount, Day: p.LastDay(ending[0].At)}
	}
	for i, d := range s.Waiting(now) {
		if i < maxWaiting {
			out.Waiting = append(out.Waiting, Due{Unit: d.Unit, Amount: d.Amount, Day: p.Day(d.At)})
		}
	}
	return out
}

// Primary is the balance that stands where everybody looks.
func (s State) Primary() Balance {
	if len(s.Balances) == 0 {
		return Balance{Unit: models.Points}
	}
	return s.Balances[0]
}

// Usable is how many of a unit can be used.
func (s State) Usable(u models.Unit) int64 {
	for _, b := range s.Balances {
		if b.Unit == u {
			return b.Usable
		}
	}
	return 0
}

// Reward returns the reward to come, nil when there is none beyond.
func (s State) Reward(p *models.Program) *models.Reward {
	if r, ok := p.Reward(s.Next); ok {
		return &r
	}
	return nil
}

// Missing is how many units are missing for a reward.
func (s State) Missing(r *models.Reward) int64 { return max(r.Cost-s.Usable(r.Unit), 0) }

// Encode returns s as it is kept; equal states give equal bytes.
func (s State) Encode() []byte {
	b, err := json.Marshal(s)
	if err != nil {
		panic(err) // no field can fail to encode
	}
	return b
}

// Decode reads what Encode wrote, also when it knew no unit but points: such a
// pass is served until its member's next change.
func Decode(b []byte) (State, error) {
	var s struct {
		State
		Points int64 `json:"balance"`
	}
	if err := json.Unmarshal(b, &s); err != nil {
		return State{}, fmt.Errorf("decode pass state: %w", err)
	}
	if s.Balances == nil && !s.Voided {
		s.Balances = []Balance{{Unit: models.Points, Amount: s.Points, Usable: s.Points}}
	}
	return s.State, nil
}
