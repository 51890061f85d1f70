package wallet

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"regulars/models"
)

// settledBooks are what the merchants of a coalition come to, in two ways: by
// what the entries say that they moved, and by what is on the accounts.
type settledBooks struct {
	program *models.Program
	entries *models.Settlement
	held    map[models.Holding]int64
}

// settle counts an entry into the settlement of its program, and checks that it
// moved those merchants' units that are gone from the account or new on it.
func (c *verifier) settle(ctx context.Context, e, original *models.Entry, t *versionTerms, gap bool) error {
	if !t.program.Coalition() && !issued(e.Lots) && !issued(c.account.state.Lots) && (e.Transfer == nil || !issued(e.Transfer.Lots)) {
		return nil
	}
	if !gap {
		moved := e.State.Holdings()
		for h, n := range c.account.state.Holdings() {
			moved[h] -= n
		}
		maps.DeleteFunc(moved, func(_ models.Holding, n int64) bool { return n == 0 })
		if says := e.Holdings(); !maps.Equal(moved, says) {
			c.fault(e, "wrong_issuers", fmt.Sprintf("The entry moves %v, and the account before and after it differs by %v.", says, moved))
		}
	}
	books := c.settled[e.Program]
	if books == nil {
		books = &settledBooks{entries: models.NewSettlement(), held: map[models.Holding]int64{}}
		c.settled[e.Program] = books
	}
	if books.program == nil || books.program.Version < t.program.Version {
		books.program = t.program
	}
	version, kind := t.program, e.Kind
	if e.TakesBack() {
		if original == nil {
			return nil // told already
		}
		then, err := c.version(ctx, original)
		if models.KindOf(err) == models.NotFound {
			return nil // so is this
		}
		if err != nil {
			return err
		}
		version, kind = then.program, original.Kind
	}
	books.entries.Add(version, e, kind)
	return nil
}

func issued(lots []models.Lot) bool {
	return slices.ContainsFunc(lots, func(l models.Lot) bool { return l.Issuer != models.House })
}

// hold adds what the account at hand holds in the end to what all hold.
func (c *verifier) hold() {
	if c.account == nil || c.settled[c.account.program] == nil {
		return
	}
	for h, n := range c.account.state.Holdings() {
		c.settled[c.account.program].held[h] += n
	}
}

// settlements checks that what merchants owe each other adds up to zero, and
// that what each gave and nobody has used is what is on the accounts, but for what
// is on its way between two. The house's own includes what was given before there
// were merchants.
func (c *verifier) settlements() {
	c.hold()
	for id, books := range c.settled {
		var net int64
		for _, m := range books.entries.Statement(books.program).Merchants {
			net += m.Net
		}
		if net != 0 {
			c.tell(Fault{Code: "wrong_settlement", Msg: fmt.Sprintf("What the merchants of program %s owe each other adds up to %d, and not to 0.", id, net)})
		}
		says := books.entries.Held()
		for _, all := range []map[models.Holding]int64{says, books.held} {
			maps.DeleteFunc(all, func(h models.Holding, n int64) bool { return h.Issuer == models.House || n == 0 })
		}
		if !maps.Equal(says, books.held) {
			c.tell(Fault{Code: "wrong_settlement", Msg: fmt.Sprintf("By the entries of program %s its merchants' units that are left are %v, and the accounts hold %v.", id, says, books.held)})
		}
	}
}
