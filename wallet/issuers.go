package wallet

import (
	"cmp"
	"slices"
	"time"

	"regulars/models"
)

// origin says where a credential in use comes from, and for whom.
type origin struct {
	ID      models.CredentialID // empty for one that the server was started with
	Program models.ProgramID    // empty for all that have none of their own
	AddedAt time.Time           // zero for one that the server was started with
}

func (o origin) from() origin { return o }

// started reports whether the server was started with it.
func (o origin) started() bool { return o.ID == "" }

// chosen returns, among credentials, the one that decides what a program's new
// cards are issued as: of its own the one added last, or else that which the
// server was started with, or else of those for all the one added last. Those
// that are not usable, in the eyes of fit, only count where no other does.
func chosen[T interface{ from() origin }](all []T, program models.ProgramID, fit func(T) bool) (best T, ok bool) {
	rank := func(c T) int {
		o := c.from()
		r := 0
		switch {
		case o.Program == program && program != "":
			r = 4
		case o.Program != "":
			return -1
		case o.started():
			r = 2
		}
		if fit(c) {
			r++
		}
		return r
	}
	for _, c := range all {
		if r := rank(c); r >= 0 && (!ok || r > rank(best) || r == rank(best) && c.from().AddedAt.After(best.from().AddedAt)) {
			best, ok = c, true
		}
	}
	return best, ok
}

// byAge sorts credentials by when they were added, the last first.
func byAge[T interface{ from() origin }](all []T) {
	slices.SortStableFunc(all, func(a, b T) int {
		return cmp.Or(b.from().AddedAt.Compare(a.from().AddedAt), cmp.Compare(a.from().ID, b.from().ID))
	})
}
