package models

import (
	"slices"
	"strconv"
)

// MerchantID names a merchant of a coalition, several businesses with one
// program: "bakery".
type MerchantID string

// House is the program itself among its merchants: what happens at none of
// them is its own. It is kept as no merchant at all.
const House MerchantID = ""

// houseID is how statements name the house.
const houseID = "house"

// Merchant is a business of a coalition, with the locations where it sells.
type Merchant struct {
	ID        MerchantID `bson:"id" json:"id"`
	Name      string     `bson:"name" json:"name"`
	Locations []string   `bson:"locations" json:"locations"` // of no other merchant
}

// Rate is what units are worth between merchants: Amount for each Units of
// them. Value is always worth what it says.
type Rate struct {
	Unit   Unit  `bson:"unit" json:"unit"`
	Units  int64 `bson:"units" json:"units"`
	Amount int64 `bson:"amount" json:"amount"` // minor units
}

// Coalition reports whether several merchants share the program.
func (t *Terms) Coalition() bool { return len(t.Merchants) > 0 }

// MerchantAt returns whose location that is; the house's where it is nobody's.
func (t *Terms) MerchantAt(location string) MerchantID {
	if location == "" {
		return House
	}
	for i := range t.Merchants {
		if slices.Contains(t.Merchants[i].Locations, location) {
			return t.Merchants[i].ID
		}
	}
	return House
}

// merchant is whose the event is: of the location where it happens, or whoever
// had what it takes back. What ends is nobody's doing.
func (t *Terms) merchant(event *Event) MerchantID {
	switch event.Kind {
	case EntryReverse:
		return event.Original.Merchant
	case EntryExpire:
		return House
	}
	return t.MerchantAt(event.Location)
}

// MerchantName returns how a merchant is called, and the business for the
// house. One that is no longer in the program goes by its id.
func (t *Terms) MerchantName(id MerchantID) string {
	if id == House || id == houseID {
		return t.Organization
	}
	for i := range t.Merchants {
		if t.Merchants[i].ID == id {
			return t.Merchants[i].Name
		}
	}
	return string(id)
}

// rate returns what a unit is worth between merchants; a zero Rate where
// nothing is said.
func (t *Terms) rate(u Unit) Rate {
	if u == Value {
		return Rate{Unit: Value, Units: 1, Amount: 1}
	}
	for _, r := range t.Settlement {
		if r.Unit == u {
			return r
		}
	}
	return Rate{}
}

// The bounds of a coalition. Each merchant may make lots of its own on every
// account.
const (
	maxMerchants = 200
	maxLocations = 2000 // of all merchants
)

// checkMerchants returns the first thing wrong with the coalition, or nil.
func checkMerchants(t *Terms, bad complain) error {
	if len(t.Merchants) > maxMerchants {
		return bad("merchants", "A program has at most 200 merchants.")
	}
	ids, locations := map[MerchantID]bool{houseID: true}, map[string]bool{}
	for i := range t.Merchants {
		m, field := &t.Merchants[i], "merchants["+strconv.Itoa(i)+"]"
		switch {
		case !ruleID.MatchString(string(m.ID)):
			return bad(field+".id", "An id has 1 to 40 small letters, digits, - and _.")
		case ids[m.ID]:
			return bad(field+".id", "Each merchant needs an id of its own; house is the program itself.")
		case m.Name == "" || len(m.Name) > maxListName:
			return bad(field+".name", "Each merchant needs a name of at most 60 characters.")
		case len(m.Locations) == 0:
			return bad(field+".locations", "Name the locations where this merchant sells.")
		}
		ids[m.ID] = true
		for _, at := range m.Locations {
			if at == "" || len(at) > maxText || locations[at] {
				return bad(field+".locations", "Each location has a name of 1 to 200 characters, and one merchant alone.")
			}
			locations[at] = true
		}
	}
	if len(locations) > maxLocations {
		return bad("merchants", "The merchants have at most 2000 locations together.")
	}
	return checkRates(t, bad)
}

func checkRates(t *Terms, bad complain) error {
	for i, r := range t.Settlement {
		field := "settlement[" + strconv.Itoa(i) + "]"
		switch {
		case !t.Coalition():
			return bad("settlement", "Name the merchants who settle with each other.")
		case r.Unit == Value:
			return bad(field+".unit", "Value is settled at what it is: leave it out.")
		case !t.Counts(r.Unit) || slices.ContainsFunc(t.Settlement[:i], func(o Rate) bool { return o.Unit == r.Unit }):
			return bad(field+".unit", "Say once what a unit that the program counts is worth.")
		case r.Units < 1 || r.Units > maxStep || r.Amount < 0 || r.Amount > maxStep:
			return bad(field+".units", "Say for how many units how much is due, in minor units: 1 to 10000000 for 0 to 10000000.")
		}
	}
	return nil
}
