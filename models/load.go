package models

import (
	"slices"
	"strconv"
	"time"
)

// Value is stored money: a gift card, a prepaid balance, cash back. It counts
// minor units of the program's currency, and is used to pay, never for rewards.
const Value Unit = "value"

// ValueTerms say whether cards hold stored value; not when Most is zero.
type ValueTerms struct {
	Most    int64 `bson:"most,omitempty" json:"most,omitempty"`         // that a card may hold after a load, in minor units
	MinLoad int64 `bson:"min_load,omitempty" json:"min_load,omitempty"` // at once
	MaxLoad int64 `bson:"max_load,omitempty" json:"max_load,omitempty"` // at once; Most when 0
	Earns   bool  `bson:"earns,omitempty" json:"earns,omitempty"`       // what is paid with value earns like other money
}

// Product is units that are sold ahead: ten visits, value with something on top.
type Product struct {
	ID    RuleID `bson:"id" json:"id"` // of one space with rules
	Name  string `bson:"name" json:"name"`
	Unit  Unit   `bson:"unit" json:"unit"`
	Give  int64  `bson:"give" json:"give"`
	Price int64  `bson:"price" json:"price"` // minor units
}

// Load is units, or time, that a member paid for.
type Load struct {
	Product RuleID `bson:"product,omitempty" json:"product,omitempty"`
	Amount  int64  `bson:"amount" json:"amount"` // minor units that were paid: the value to load when there is no Product
}

// Product returns the product with that id.
func (t *Terms) Product(id RuleID) (Product, bool) {
	i := slices.IndexFunc(t.Products, func(x Product) bool { return x.ID == id })
	if i < 0 {
		return Product{}, false
	}
	return t.Products[i], true
}

// Price returns what a product or a membership costs, in minor units.
func (t *Terms) Price(id RuleID) (int64, bool) {
	if m, ok := t.Membership(id); ok {
		return m.Price, true
	}
	x, ok := t.Product(id)
	return x.Price, ok
}

// load puts what was paid for on the account. It earns nothing.
func (p *Program) load(s State, l *Load, at time.Time) (Change, error) {
	if l == nil {
		return Change{}, Fail(Invalid, "no_amount", "amount", "Say what to load.")
	}
	d := Delta{Unit: Value, Amount: l.Amount}
	if l.Product != "" {
		switch price, ok := p.Price(l.Product); {
		case !ok:
			return Change{}, Fail(Invalid, "unknown_product", "product", "This program sells no such thing.")
		case l.Amount != price:
			return Change{}, Fail(Invalid, "wrong_price", "amount", "The price is another one. Leave the amount out, or send the price.")
		}
		if m, ok := p.Membership(l.Product); ok {
			return p.enter(&s, &m, at)
		}
		x, _ := p.Product(l.Product)
		d = Delta{Unit: x.Unit, Amount: x.Give, Rule: x.ID}
	}
	if d.Unit != Value {
		return Change{Deltas: []Delta{d}}, nil
	}
	v := p.Value
	switch {
	case v.Most == 0:
		return Change{}, Fail(Invalid, "no_value", "amount", "Cards of this program hold no money.")
	case l.Amount <= 0:
		return Change{}, Fail(Invalid, "zero_amount", "amount", "The amount must be more than zero.")
	case l.Product == "" && (l.Amount < v.MinLoad || v.MaxLoad > 0 && l.Amount > v.MaxLoad):
		return Change{}, Fail(Invalid, "load_bounds", "amount", "That is less or more than may be loaded at once.")
	case s.Balance(Value)+d.Amount > v.Most:
		return Change{}, Fail(Conflict, "value_full", "amount", "The card would hold more than a card of this program may.")
	}
	return Change{Deltas: []Delta{d}}, nil
}

// payWithValue takes the part of a purchase that is paid with stored value.
func (e *earning) payWithValue(event *Event) error {
	switch {
	case e.b.Value == 0:
		return nil
	case e.p.Value.Most == 0:
		return Fail(Invalid, "no_value", "value", "Cards of this program hold no money.")
	case e.s.Usable(Value, event.At) < e.b.Value:
		return Fail(Conflict, "not_enough_value", "value", "The card does not hold that much money.")
	}
	e.add(Value, -e.b.Value, "")
	return nil
}

// checkLoads returns the first thing wrong with what is loaded, or nil.
func checkLoads(t *Terms, named func(field string, id RuleID, name string) error, bad complain) error {
	v := t.Value
	if v.Most < 0 || v.Most > MaxBalance || v.MinLoad < 0 || v.MaxLoad < 0 || v.MaxLoad > v.Most || v.MinLoad > max(v.MaxLoad, v.Most) || v.Most == 0 && v != (ValueTerms{}) {
		return bad("value", "Say how much money a card may hold at most, and at least and at most how much is loaded at once: no more than that.")
	}
	if len(t.Products) > maxListed {
		return bad("products", "A program sells at most 50 products.")
	}
	for i := range t.Products {
		x, field := &t.Products[i], "products["+strconv.Itoa(i)+"]"
		if err := named(field, x.ID, x.Name); err != nil {
			return err
		}
		switch {
		case !unitName.MatchString(string(x.Unit)) || x.Unit == Value && v.Most == 0:
			return bad(field+".unit", `unit is points, visits, stamps, "stamps:" and a name, or value where cards hold money.`)
		case x.Give <= 0 || x.Give > MaxBalance || x.Unit == Value && x.Give > v.Most:
			return bad(field+".give", "A product gives at least 1, and no more money than a card may hold.")
		case x.Price <= 0 || x.Price > MaxBalance:
			return bad(field+".price", "Say what it costs, in minor units.")
		}
	}
	if err := checkMemberships(t, named, bad); err != nil {
		return err
	}
	return checkOffers(t, named, bad)
}
