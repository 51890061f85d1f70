package pages

import (
	"slices"

	"regulars/templates"
	"regulars/wallet"
)

// undoneAtTill is why an entry was taken back at the till, as the ledger keeps
// it.
const undoneAtTill = "undone at the till"

// givenReasons are those for which something is taken back or moved.
var givenReasons = []offeredReason{
	{"amount", "wrong amount"},
	{"card", "wrong card"},
	{"returned", "goods returned"},
}

// mergeReasons are those for which two cards become one, and partReasons those for
// which that is undone.
var (
	mergeReasons = []offeredReason{{"same", "same person"}, {"lost", "lost card or new phone"}}
	partReasons  = []offeredReason{{"others", "two people"}}
)

// offeredReason is a reason to choose: its name in the form and the words that the ledger
// keeps.
type offeredReason struct{ name, stored string }

// reasonKeys are the texts for what the ledger keeps; the last was written
// before the console asked why.
var reasonKeys = map[string]string{
	undoneAtTill:                "reason.till",
	"wrong amount":              "reason.amount",
	"wrong card":                "reason.card",
	"goods returned":            "reason.returned",
	"same person":               "reason.same",
	"lost card or new phone":    "reason.lost",
	"two people":                "reason.others",
	wallet.ReasonReferral:       "reason.referral",
	"taken back in the console": "reason.console",
}

// storedReason returns what the ledger keeps for a reason of the form; empty
// when it is none of ours.
func storedReason(name string) string {
	for _, r := range slices.Concat(givenReasons, mergeReasons, partReasons) {
		if r.name == name {
			return r.stored
		}
	}
	return ""
}

// reason says in the reader's language why an entry was booked. What somebody
// wrote in their own words stays as it is.
func reason(t *templates.Texts, stored string) string {
	if key, ok := reasonKeys[stored]; ok {
		return t.Say(key)
	}
	return stored
}
