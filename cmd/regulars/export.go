package main

import (
	"bufio"
	"context"
	"encoding/csv"
	"errors"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"

	"regulars/models"
	"regulars/wallet"
)

type exportCommand struct {
	Members exportMembersCommand `cmd:"" help:"The members, as CSV."`
	Entries exportEntriesCommand `cmd:"" help:"Every line of the ledger, as CSV."`
	Totals  exportTotalsCommand  `cmd:"" help:"Purchases, amount and units of each member, as CSV, sorted by customer number."`
}

// exportFlags say what to export.
type exportFlags struct {
	database
	Program string `help:"The program." required:"" placeholder:"ID"`
}

// export writes a table to standard output. Cells that a spreadsheet would
// take for a formula get a ' before them; imports take it off again. The header
// comes with the first row, so that a failure before it leaves nothing there.
// After those of header there are columns for each unit of the program, and then
// the last ones.
func (c *exportFlags) export(ctx context.Context, header string, ofUnit func(i int, u models.Unit) []string, last []string,
	rows func(*wallet.Service, []models.Unit, func(...string) error) error,
) error {
	w := csv.NewWriter(bufio.NewWriterSize(os.Stdout, 64<<10))
	err := withWallet(ctx, c.database, func(s *wallet.Service) error {
		program, err := s.Stores.Programs.Current(ctx, models.ProgramID(c.Program))
		if err != nil {
			return missingProgram(err, c.Program)
		}
		names := strings.Split(header, ",")
		for i, u := range program.Units() {
			names = append(names, ofUnit(i, u)...)
		}
		names = append(names, last...)
		begin := sync.OnceValue(func() error { return w.Write(names) })
		err = rows(s, program.Units(), func(cells ...string) error {
			for i, cell := range cells {
				cells[i] = harmless(cell)
			}
			return errors.Join(begin(), w.Write(cells))
		})
		if err == nil { // without any row, the header alone
			err = begin()
		}
		return err
	})
	w.Flush()
	return errors.Join(err, w.Error())
}

// harmless keeps a spreadsheet from taking a text for a formula. A plain
// number is none.
func harmless(cell string) string {
	if cell == "" || !strings.ContainsRune("=+-@\t\r", rune(cell[0])) {
		return cell
	}
	if _, err := strconv.ParseInt(cell, 10, 64); err == nil && cell[0] == '-' {
		return cell
	}
	return "'" + cell
}

type exportMembersCommand struct {
	exportFlags
}

// Run exports the members. Cards are written as text, since a spreadsheet
// would cut twenty digits short.
func (c *exportMembersCommand) Run(ctx context.Context) error {
	const header = "id,customer,card,name,phone,email,birthday,locale,tags,joined,erased,postcode"
	none := func(int, models.Unit) []string { return nil }
	return c.export(ctx, header, none, nil, func(s *wallet.Service, _ []models.Unit, row func(...string) error) error {
		for m, err := range s.Stores.Members.All(ctx, models.ProgramID(c.Program)) {
			if err != nil {
				return err
			}
			erased := ""
			if m.ErasedAt != nil {
				erased = m.ErasedAt.Format(time.RFC3339)
			}
			err := row(string(m.ID), m.Customer, string(m.Card), m.Name, m.Phone, m.Email, m.Birthday, m.Locale, strings.Join(m.Tags, " "), m.JoinedAt.Format(time.RFC3339), erased, m.Postcode)
			if err != nil {
				return err
			}
		}
		return nil
	})
}

type exportEntriesCommand struct {
	exportFlags
}

// Run exports the ledger, account by account. Each unit has what an entry did
// to it and the balance after it. After those comes what follows an entry further:
// whose it is in a coalition, who approved it, why and with whom units changed
// hands, the entry on the other side or the one that moved it, and the terms of
// memberships and the gift in minor units.
func (c *exportEntriesCommand) Run(ctx context.Context) error {
	const header = "id,member,seq,kind,at,day,version,amount,currency,receipt,location,staff,ref,reason"
	both := func(i int, u models.Unit) []string {
		if i == 0 {
			return []string{string(u), "balance"}
		}
		return []string{string(u), "balance:" + string(u)}
	}
	more := []string{"merchant", "by", "transfer", "with", "from", "moved_to", "moved_from", "paid", "charity", "given"}
	return c.export(ctx, header, both, more, func(s *wallet.Service, units []models.Unit, row func(...string) error) error {
		for e, err := range s.Stores.Ledger.All(ctx) {
			if err != nil {
				return err
			}
			if e.Program != models.ProgramID(c.Program) {
				continue
			}
			amount, currency, receipt := "", "", ""
			if b := e.Purchase; b != nil {
				amount, currency, receipt = number(b.Amount), b.Currency, b.Receipt
			}
			cells := []string{string(e.ID), string(e.Member), number(e.Seq), string(e.Kind), e.At.Format(time.RFC3339), e.Day, strconv.Itoa(e.Version),
				amount, currency, receipt, e.Location, string(e.Staff), string(e.Ref), e.Reason}
			for _, u := range units {
				cells = append(cells, number(e.Amount(u)), number(e.State.Balance(u)))
			}
			if err := row(append(cells, further(&e)...)...); err != nil {
				return err
			}
		}
		return nil
	})
}

// further is what tells more of an entry than what happened to units.
func further(e *models.Entry) []string {
	t, charity, given := models.Transfer{}, "", ""
	if e.Transfer != nil {
		t = *e.Transfer
	}
	if e.Given != nil {
		charity, given = e.Given.Charity, number(e.Given.Amount)
	}
	paid := make([]string, len(e.Paid))
	for i, term := range e.Paid {
		paid[i] = string(term.Membership) + " until " + term.Until.Format(time.RFC3339)
	}
	return []string{string(e.Merchant), string(e.By), string(t.Why), string(t.With), string(t.From), string(e.MovedTo), string(e.MovedFrom), strings.Join(paid, "; "), charity, given}
}

type exportTotalsCommand struct {
	exportFlags
}

// Run exports what each member's entries come to.
func (c *exportTotalsCommand) Run(ctx context.Context) error {
	sum := func(_ int, u models.Unit) []string { return []string{string(u)} }
	return c.export(ctx, "customer,purchases,amount", sum, nil, func(s *wallet.Service, units []models.Unit, row func(...string) error) error {
		totals, err := s.Totals(ctx, models.ProgramID(c.Program))
		if err != nil {
			return err
		}
		for _, t := range totals {
			cells := []string{t.Customer, number(t.Purchases), number(t.Amount)}
			for _, u := range units {
				cells = append(cells, number(t.Units[u]))
			}
			if err := row(cells...); err != nil {
				return err
			}
		}
		return nil
	})
}

func number(n int64) string { return strconv.FormatInt(n, 10) }
