package templates

import "strings"

// Unit is what a balance counts, as people call it.
type Unit struct {
	Kind string // "points", "visits", "stamps" or "value"
	Name string // of its own, such as that of a stamp card; empty when it has none
	Size int64  // stamps of a full card; 0 when there is no such card
	// Among says that the program has others of the kind, so that a number has
	// to say of which it is.
	Among bool
	// Currency and Places are those of stored value, which counts minor units;
	// empty for all else.
	Currency string
	Places   int
}

// Plain reports whether a bare number says how many there are.
func (u Unit) Plain() bool { return u.Size == 0 && u.Currency == "" }

// number writes so many of a unit without saying of what.
func (t *Texts) number(u Unit, n int64) string {
	if u.Currency != "" {
		return t.Money(n, u.Currency, u.Places)
	}
	return t.Number(n)
}

// Balance is how many of a unit somebody has.
type Balance struct {
	Unit   Unit
	Amount int64
}

// Change is what an entry did to a balance.
type Change struct {
	Unit   Unit
	Amount int64 // below zero when units were taken
	After  int64 // the balance after it
}

// Gain is units that something gave.
type Gain struct {
	Unit   Unit
	Amount int64
	Why    string // the reason as the customer reads it; empty when there is none
}

// Label is the unit's name over a number: Points, or that of a stamp card.
func (t *Texts) Label(u Unit) string {
	if u.Name != "" {
		return u.Name
	}
	return t.Say("unit.label." + u.Kind)
}

// Units writes so many of a unit: 3 stamps.
func (t *Texts) Units(u Unit, n int64) string {
	if u.Currency != "" {
		return t.number(u, n)
	}
	return u.which(t.Count("unit.count."+u.Kind, n))
}

// Short writes so many of a unit by its own name, where it needs one: 3 Lunches.
func (t *Texts) Short(u Unit, n int64) string {
	if u.Among && u.Name != "" {
		return t.Number(n) + " " + u.Name
	}
	return t.Units(u, n)
}

// ToGo says how many are missing: 3 stamps to go.
func (t *Texts) ToGo(u Unit, n int64) string { return u.which(t.Count("unit.togo."+u.Kind, n)) }

// RewardOffer says what a reward costs: Coffee for 10 stamps.
func (t *Texts) RewardOffer(name string, u Unit, cost int64) string {
	return u.which(t.Count("unit.offer."+u.Kind, cost, Args{"Reward": name}))
}

// Ends says when units end: 40 points end on 31 December 2026.
func (t *Texts) Ends(u Unit, n int64, day string) string {
	if u.Currency != "" {
		return t.Say("unit.ends.value", Args{"Held": t.number(u, n), "Day": day})
	}
	return u.which(t.Count("unit.ends."+u.Kind, n, Args{"Day": day}))
}

// UsableFrom says from when units can be used.
func (t *Texts) UsableFrom(u Unit, n int64, day string) string {
	if u.Currency != "" {
		return t.Say("unit.usable.value", Args{"Held": t.number(u, n), "Day": day})
	}
	return u.which(t.Count("unit.usable."+u.Kind, n, Args{"Day": day}))
}

// Standing is a balance in as few signs as possible: 128, or 3 / 10 of a stamp
// card.
func (t *Texts) Standing(u Unit, n int64) string {
	if u.Size == 0 {
		return t.number(u, n)
	}
	return t.Number(u.On(n)) + " / " + t.Number(u.Size)
}

// Held is a balance in words: 128 points, or 3 of 10 stamps.
func (t *Texts) Held(u Unit, n int64) string {
	if u.Size == 0 {
		return t.Units(u, n)
	}
	return u.which(t.Count("unit.card", u.Size, Args{"Held": t.Number(u.On(n))}))
}

// FullCards says how many full stamp cards there are beside the one that is
// being filled, or nothing.
func (t *Texts) FullCards(u Unit, n int64) string {
	if u.Full(n) == 0 {
		return ""
	}
	return t.Count("unit.card.full", u.Full(n))
}

// YouHave tells somebody a balance in a sentence. held stands in place of the
// number, unless it is empty.
func (t *Texts) YouHave(u Unit, n int64, held string) string {
	if u.Size > 0 {
		return t.Count("unit.card.have", u.Size, Args{"Held": t.Number(u.On(n))})
	}
	if held == "" {
		held = t.number(u, n)
	}
	if u.Currency != "" {
		return t.Say("unit.have.value", Args{"Held": held})
	}
	return t.Count("unit.have."+u.Kind, n, Args{"Held": held})
}

// which adds the unit's name where a text without it could be of another.
func (u Unit) which(text string) string {
	if !u.Among || u.Name == "" {
		return text
	}
	return text + " (" + u.Name + ")"
}

// On is how many stamps are on the card that is being filled. A card that has
// just been filled stays until the next stamp.
func (u Unit) On(n int64) int64 { return n - u.Full(n)*u.Size }

// Full is how many full cards there are before that one.
func (u Unit) Full(n int64) int64 {
	if u.Size == 0 || n <= 0 {
		return 0
	}
	return (n - 1) / u.Size
}

// Holding is all that somebody has, in words: 128 points, 3 of 10 stamps.
func (t *Texts) Holding(all []Balance) string {
	var words []string
	for _, b := range all {
		words = append(words, t.Held(b.Unit, b.Amount))
	}
	return strings.Join(words, ", ")
}

// Given is what an entry gave, in words, those of one kind together: 12 points,
// 2 stamps.
func (t *Texts) Given(changes []Change) string {
	var kinds []Unit
	sum := map[string]int64{}
	for _, c := range changes {
		if c.Amount <= 0 {
			continue
		}
		if sum[c.Unit.Kind] == 0 {
			kinds = append(kinds, Unit{Kind: c.Unit.Kind, Currency: c.Unit.Currency, Places: c.Unit.Places})
		}
		sum[c.Unit.Kind] += c.Amount
	}
	words := make([]string, len(kinds))
	for i, kind := range kinds {
		words[i] = t.Units(kind, sum[kind.Kind])
	}
	return strings.Join(words, ", ")
}
