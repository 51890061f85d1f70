package models

import (
	"slices"
	"strconv"
	"time"
)

// Manual says what staff may give by hand. Owners and managers may give and take
// anything; staff nothing of a unit that is not here.
type Manual struct {
	Limits  []ManualLimit `bson:"limits,omitempty" json:"limits,omitempty"`
	Reasons []string      `bson:"reasons,omitempty" json:"reasons,omitempty"` // to choose from at the till
}

// ManualLimit is how much of a unit one of the staff may give without asking.
// What is beyond it waits for an owner or manager.
type ManualLimit struct {
	Unit Unit  `bson:"unit" json:"unit"`
	Once int64 `bson:"once" json:"once"` // 0: all of it waits
	Day  int64 `bson:"day" json:"day"`   // in one local day, to all members together
}

// IsZero reports whether staff may give nothing.
func (m Manual) IsZero() bool { return len(m.Limits)+len(m.Reasons) == 0 }

// ManualLimit returns what staff may give of a unit.
func (t *Terms) ManualLimit(u Unit) (ManualLimit, bool) {
	i := slices.IndexFunc(t.Manual.Limits, func(l ManualLimit) bool { return l.Unit == u })
	if i < 0 {
		return ManualLimit{}, false
	}
	return t.Manual.Limits[i], true
}

func (m *Manual) check(t *Terms, bad complain) error {
	seen := map[Unit]bool{}
	for i, l := range m.Limits {
		field := "manual.limits[" + strconv.Itoa(i) + "]"
		switch {
		case !t.Counts(l.Unit) || seen[l.Unit]:
			return bad(field+".unit", "Name each unit that rules give once.")
		case l.Once < 0 || l.Day < l.Once || l.Day > MaxBalance:
			return bad(field+".day", "Say how many may be given at once, and in a day: no less than that.")
		}
		seen[l.Unit] = true
	}
	if len(m.Reasons) > maxPerks || slices.ContainsFunc(m.Reasons, func(text string) bool { return text == "" || len(text) > maxText }) {
		return bad("manual.reasons", "There are at most 10 reasons to choose from, each of 1 to 200 characters.")
	}
	return nil
}

// ApprovalID names a request that waits for somebody above.
type ApprovalID string

// ApprovalState is what became of a request.
type ApprovalState string

// The states of a request.
const (
	ApprovalWaits   ApprovalState = "waiting"
	ApprovalGranted ApprovalState = "granted"
	ApprovalRefused ApprovalState = "refused"
	ApprovalLapsed  ApprovalState = "lapsed"
)

// ApprovalTime is how long a request waits.
const ApprovalTime = 30 * 24 * time.Hour

// Approval is units that somebody wants to give by hand, beyond what they may give
// without asking. Once granted they are booked with the key of the request, so
// that it counts once, whoever repeats what.
type Approval struct {
	ID        ApprovalID    `bson:"_id"`
	Rev       int64         `bson:"rev"`
	Program   ProgramID     `bson:"program"`
	Member    MemberID      `bson:"member"`
	Account   AccountID     `bson:"account"`
	Delta     Delta         `bson:"delta"`
	Reason    string        `bson:"reason"`
	Location  string        `bson:"location,omitempty"`
	AskedBy   UserID        `bson:"asked_by"`
	AskedAt   time.Time     `bson:"asked_at"`
	Key       string        `bson:"key"` // of the entry
	Hash      string        `bson:"hash"`
	Decided   ApprovalState `bson:"decided"` // waiting, granted or refused; see State
	DecidedBy UserID        `bson:"decided_by,omitempty"`
	DecidedAt *time.Time    `bson:"decided_at,omitempty"`
	Why       string        `bson:"why,omitempty"`        // it was refused
	Entry     EntryID       `bson:"entry,omitempty"`      // granted, and booked
	OpenSince *time.Time    `bson:"open_since,omitempty"` // granted, and to be booked
}

// State returns what has become of the request at a moment.
func (a *Approval) State(at time.Time) ApprovalState {
	if a.Decided == ApprovalWaits && at.Sub(a.AskedAt) >= ApprovalTime {
		return ApprovalLapsed
	}
	return a.Decided
}

// Decidable returns nil when somebody may grant or refuse the request at a moment,
// or a Denied or Conflict Error.
func (a *Approval) Decidable(by UserID, at time.Time) error {
	switch {
	case by == a.AskedBy:
		return Fail(Denied, "own_request", "approval", "You asked for this yourself. Another owner or manager decides.")
	case a.State(at) == ApprovalLapsed:
		return Fail(Conflict, "approval_lapsed", "approval", "This waited for more than 30 days. It has to be asked for again.")
	case a.Decided != ApprovalWaits:
		return Fail(Conflict, "decided_before", "approval", "This was decided before.")
	}
	return nil
}
