package rest

import (
	"time"

	"regulars/models"
)

// ChallengeProgress is how far a member is with a challenge, as the API shows it.
type ChallengeProgress struct {
	ID    models.RuleID `json:"id"`
	Name  string        `json:"name"`
	Done  int64         `json:"done"`
	Goal  int64         `json:"goal" doc:"visits, minor units, pieces, different products, or periods in a row"`
	Won   int64         `json:"won,omitempty" doc:"how often it was won"`
	Until *time.Time    `json:"until,omitempty" doc:"when what is done begins to be lost, or the challenge is over"`
}

// challenges are those that are on; none is an empty list.
func (a *API) challenges(p *models.Program, s models.State) []ChallengeProgress {
	out := []ChallengeProgress{}
	for _, c := range s.Progress(p, a.Wallet.Stores.Clock.Now()) {
		out = append(out, ChallengeProgress(c))
	}
	return out
}
