package models

import (
	"cmp"
	"maps"
	"math/bits"
	"slices"
)

// Holding is units of one kind that one merchant gave.
type Holding struct {
	Issuer MerchantID
	Unit   Unit
}

// Holdings returns whose units are on the account. The house's are those that no
// merchant gave; what members owe is the house's too, below zero.
func (s State) Holdings() map[Holding]int64 { return holdings(maps.All(s.Balances), s.Lots) }

// Holdings returns what the entry changed of whose units.
func (e *Entry) Holdings() map[Holding]int64 {
	return holdings(func(yield func(Unit, int64) bool) {
		for _, d := range e.Deltas {
			if !yield(d.Unit, d.Amount) {
				return
			}
		}
	}, e.Lots)
}

func holdings(sums func(func(Unit, int64) bool), lots []Lot) map[Holding]int64 {
	out := map[Holding]int64{}
	for u, n := range sums {
		out[Holding{House, u}] += n
	}
	for _, l := range lots {
		out[Holding{House, l.Unit}] -= l.Amount
		out[Holding{l.Issuer, l.Unit}] += l.Amount
	}
	maps.DeleteFunc(out, func(_ Holding, n int64) bool { return n == 0 })
	return out
}

// Settlement adds up entries of a coalition: who gave units and where they were
// used. Whoever gave units owes what they are worth to the merchant where they
// are used: for a reward, as money, or in place of others that a reversal or an
// adjustment takes away. So it does not matter to any merchant whose units a
// member brings, and all debts together are zero.
//
// Units that change hands are still their issuer's, also on their way from one
// account to another. A member's debt is the house's: whoever's units repay it owe
// the house.
type Settlement struct {
	flows  map[flow]int64
	sums   map[Holding]*unitSums
	moving map[Holding]int64 // let go by one account and not yet taken by another
}

// flow is units on their way from whoever gave them to where they were used.
type flow struct {
	issuer, redeemer MerchantID
	unit             Unit
	rate             Rate // of the version that the entry was made under
}

type unitSums struct{ issued, redeemed, expired int64 }

// NewSettlement returns one of no entries.
func NewSettlement() *Settlement {
	return &Settlement{flows: map[flow]int64{}, sums: map[Holding]*unitSums{}, moving: map[Holding]int64{}}
}

// Add counts an entry in. What takes another back is as that: kind and version are
// those of the original, so that what was owed is owed back.
func (s *Settlement) Add(version *Program, e *Entry, kind EntryKind) {
	switch kind {
	case EntryEarn, EntryRedeem, EntryLoad, EntryOpen, EntryAdjust:
	case EntryExpire:
		for h, n := range e.Holdings() {
			s.sum(h).expired -= n
		}
		return
	case EntryTransfer:
		if e.Transfer != nil { // as in all books that nobody has been at
			s.pass(version, e)
		}
		return
	default:
		return
	}
	for _, d := range e.Deltas {
		sum := s.sum(Holding{e.Merchant, d.Unit})
		gave := d.Amount > 0 != (e.Kind == EntryReverse)
		if gave || kind != EntryEarn && kind != EntryRedeem {
			sum.issued += d.Amount
		} else {
			sum.redeemed -= d.Amount
		}
	}
	for h, n := range e.Holdings() {
		if h.Issuer != e.Merchant {
			s.flows[flow{h.Issuer, e.Merchant, h.Unit, version.rate(h.Unit)}] -= n
		}
	}
}

// pass counts one side of a transfer in: what is gone from the account and not on
// its way, or is on it for what came, has repaid a debt. Where a merge is undone,
// that comes back.
func (s *Settlement) pass(version *Program, e *Entry) {
	changed := e.Holdings()
	for h, n := range e.passes() {
		changed[h] += n
		s.moving[h] += n
	}
	for h, n := range changed {
		if h.Issuer != House && n != 0 {
			s.flows[flow{h.Issuer, House, h.Unit, version.rate(h.Unit)}] -= n
		}
	}
}

// passes returns whose units a side of a transfer lets go; below zero those that it
// takes.
func (e *Entry) passes() map[Holding]int64 {
	lots := e.Transfer.Lots
	if !e.Transfer.Out {
		lots = nil
		for _, l := range e.Lots {
			if l.Amount > 0 { // the others repay a debt
				l.Amount = -l.Amount
				lots = append(lots, l)
			}
		}
	}
	return holdings(func(yield func(Unit, int64) bool) {
		for _, d := range e.Deltas {
			if !yield(d.Unit, -d.Amount) {
				return
			}
		}
	}, lots)
}

func (s *Settlement) sum(h Holding) *unitSums {
	sum := s.sums[h]
	if sum == nil {
		sum = &unitSums{}
		s.sums[h] = sum
	}
	return sum
}

// Outstanding returns whose units members have if nothing came before, on accounts
// or on the way between two: what a merchant gave, less what was used there, more
// what it paid for of others' and less what others paid for of its own.
func (s *Settlement) Outstanding() map[Holding]int64 {
	out := map[Holding]int64{}
	for h, sum := range s.sums {
		out[h] += sum.issued - sum.redeemed - sum.expired
	}
	for f, n := range s.flows {
		out[Holding{f.redeemer, f.unit}] += n
		out[Holding{f.issuer, f.unit}] -= n
	}
	maps.DeleteFunc(out, func(_ Holding, n int64) bool { return n == 0 })
	return out
}

// Held returns those of the outstanding units that have to be on the accounts: all
// but what is on its way between two.
func (s *Settlement) Held() map[Holding]int64 {
	out := s.Outstanding()
	for h, n := range s.moving {
		out[h] -= n
	}
	maps.DeleteFunc(out, func(_ Holding, n int64) bool { return n == 0 })
	return out
}

// Statement is a settlement as merchants read it.
type Statement struct {
	Merchants []Standing `json:"merchants"` // in the order of the program, the house last
	Debts     []Debt     `json:"debts"`
}

// Standing is where a merchant stands. Those of all add up to zero.
type Standing struct {
	Merchant MerchantID     `json:"merchant"` // "house" for the program itself
	Name     string         `json:"name"`
	Issued   map[Unit]int64 `json:"issued"`   // given here, less what was taken back
	Redeemed map[Unit]int64 `json:"redeemed"` // used here, whoever gave them
	Expired  map[Unit]int64 `json:"expired"`  // of those given here
	Owed     int64          `json:"owed"`     // to others, in minor units
	Due      int64          `json:"due"`      // from others
	Net      int64          `json:"net"`      // Due less Owed
}

// Debt is what one merchant owes another for units of one kind. It is below zero
// where more was taken back than used.
type Debt struct {
	Issuer   MerchantID `json:"issuer"` // who owes
	Redeemer MerchantID `json:"redeemer"`
	Unit     Unit       `json:"unit"`
	Units    int64      `json:"units"`
	Amount   int64      `json:"amount"` // minor units, rounded to the nearest
}

// Statement writes the settlement down, with the merchants of p and those that
// were.
func (s *Settlement) Statement(p *Program) Statement {
	st := Statement{Debts: s.debts()}
	at := map[MerchantID]int{}
	for _, id := range s.parties(p) {
		at[id] = len(st.Merchants)
		st.Merchants = append(st.Merchants, Standing{
			Merchant: cmp.Or(id, houseID), Name: p.MerchantName(id),
			Issued: map[Unit]int64{}, Redeemed: map[Unit]int64{}, Expired: map[Unit]int64{},
		})
	}
	for h, sum := range s.sums {
		m := &st.Merchants[at[h.Issuer]]
		putUnits(m.Issued, h.Unit, sum.issued)
		putUnits(m.Redeemed, h.Unit, sum.redeemed)
		putUnits(m.Expired, h.Unit, sum.expired)
	}
	for i := range st.Debts {
		d := &st.Debts[i]
		st.Merchants[at[d.Issuer]].Owed += d.Amount
		st.Merchants[at[d.Redeemer]].Due += d.Amount
		d.Issuer, d.Redeemer = cmp.Or(d.Issuer, houseID), cmp.Or(d.Redeemer, houseID)
	}
	for i := range st.Merchants {
		m := &st.Merchants[i]
		m.Net = m.Due - m.Owed
	}
	return st
}

func putUnits(into map[Unit]int64, u Unit, n int64) {
	if n != 0 {
		into[u] = n
	}
}

// parties are all who have a part in it.
func (s *Settlement) parties(p *Program) []MerchantID {
	var ids, gone []MerchantID
	for i := range p.Merchants {
		ids = append(ids, p.Merchants[i].ID)
	}
	add := func(id MerchantID) {
		if id != House && !slices.Contains(ids, id) && !slices.Contains(gone, id) {
			gone = append(gone, id)
		}
	}
	for h := range s.sums {
		add(h.Issuer)
	}
	for f := range s.flows {
		add(f.issuer)
		add(f.redeemer)
	}
	slices.Sort(gone)
	return append(append(ids, gone...), House)
}

// debts are the flows at their rates, from one merchant to another, each rounded
// once for each rate.
func (s *Settlement) debts() []Debt {
	type pair struct {
		issuer, redeemer MerchantID
		unit             Unit
	}
	sums := map[pair]Debt{}
	for f, n := range s.flows {
		p := pair{f.issuer, f.redeemer, f.unit}
		d := sums[p]
		sums[p] = Debt{Issuer: f.issuer, Redeemer: f.redeemer, Unit: f.unit, Units: d.Units + n, Amount: d.Amount + f.rate.of(n)}
	}
	all := []Debt{}
	for _, d := range sums {
		if d.Units != 0 || d.Amount != 0 {
			all = append(all, d)
		}
	}
	slices.SortFunc(all, func(a, b Debt) int {
		return cmp.Or(cmp.Compare(a.Issuer, b.Issuer), cmp.Compare(a.Redeemer, b.Redeemer), cmp.Compare(a.Unit, b.Unit))
	})
	return all
}

// of is what so many units are worth, in minor units, rounded to the nearest,
// and a half away from zero: as much is owed as is owed back.
func (r Rate) of(n int64) int64 {
	if n < 0 {
		return -r.of(-n)
	}
	if r.Units == 0 {
		return 0
	}
	high, low := bits.Mul64(uint64(n), uint64(r.Amount))
	low, carry := bits.Add64(low, uint64(r.Units)/2, 0)
	if high += carry; high >= uint64(r.Units) {
		return maxWorth
	}
	q, _ := bits.Div64(high, low, uint64(r.Units))
	return int64(min(q, maxWorth))
}

// maxWorth bounds what is owed, far above all the money there is, so that no sum
// can overflow.
const maxWorth = 1 << 53
