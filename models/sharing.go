package models

import "strconv"

// Sharing says what members may do together. Nothing where it is left out.
type Sharing struct {
	Transfers []Transferable `bson:"transfers,omitempty" json:"transfers,omitempty"` // the units that members may give each other
	Household int            `bson:"household,omitempty" json:"household,omitempty"` // how many people may share one account, the first included
}

// Transferable is a unit that a member may give to another.
type Transferable struct {
	Unit    Unit  `bson:"unit" json:"unit"`
	Most    int64 `bson:"most,omitempty" json:"most,omitempty"`         // at once
	MostDay int64 `bson:"most_day,omitempty" json:"most_day,omitempty"` // on one local day
}

// IsZero reports whether members do nothing together.
func (s Sharing) IsZero() bool { return len(s.Transfers) == 0 && s.Household == 0 }

// Transferable returns how units of a kind may be given, and whether they may.
func (t *Terms) Transferable(u Unit) (Transferable, bool) {
	for _, x := range t.Sharing.Transfers {
		if x.Unit == u {
			return x, true
		}
	}
	return Transferable{}, false
}

// maxHousehold bounds how many people one change of a balance has to be told to.
const maxHousehold = 20

func (s *Sharing) check(t *Terms, bad complain) error {
	seen := map[Unit]bool{}
	for i, x := range s.Transfers {
		field := "sharing.transfers[" + strconv.Itoa(i) + "]"
		switch {
		case !t.Counts(x.Unit) || seen[x.Unit]:
			return bad(field+".unit", "Name each unit that the program counts once.")
		case x.Most < 0 || x.Most > MaxBalance || x.MostDay < 0 || x.MostDay > MaxBalance:
			return bad(field+".most", "A limit is above zero; leave it out where there is none.")
		case x.MostDay > 0 && x.Most > x.MostDay:
			return bad(field+".most_day", "What may be given on a day is no less than what may be given at once.")
		}
		seen[x.Unit] = true
	}
	if s.Household != 0 && (s.Household < 2 || s.Household > maxHousehold) {
		return bad("sharing.household", "A household is of 2 to 20 people.")
	}
	return nil
}
