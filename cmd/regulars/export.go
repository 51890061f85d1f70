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
	Totals  exportTotalsCommand  `cmd:"" help:"Purchases, amount and points of each member, as CSV, sorted by customer number."`
}

// exportFlags say what to export.
type exportFlags struct {
	database
	Program string `help:"The program." required:"" placeholder:"ID"`
}

// export writes a table to standard output. Cells that a spreadsheet would
// take for a formula get a ' before them; imports take it off again. The header
// comes with the first row, so that a failure before it leaves nothing there.
func (c *exportFlags) export(ctx context.Context, header string, rows func(*wallet.Service, func(...string) error) error) error {
	w := csv.NewWriter(bufio.NewWriterSize(os.Stdout, 64<<10))
	begin := sync.OnceValue(func() error { return w.Write(strings.Split(header, ",")) })
	err := withWallet(ctx, c.database, func(s *wallet.Service) error {
		if _, err := s.Stores.Programs.Current(ctx, models.ProgramID(c.Program)); err != nil {
			return missingProgram(err, c.Program)
		}
		err := rows(s, func(cells ...string) error {
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
	const header = "id,customer,card,name,phone,email,birthday,locale,joined,erased"
	return c.export(ctx, header, func(s *wallet.Service, row func(...string) error) error {
		for m, err := range s.Stores.Members.All(ctx, models.ProgramID(c.Program)) {
			if err != nil {
				return err
			}
			erased := ""
			if m.ErasedAt != nil {
				erased = m.ErasedAt.Format(time.RFC3339)
			}
			err := row(string(m.ID), m.Customer, string(m.Card), m.Name, m.Phone, m.Email, m.Birthday, m.Locale, m.JoinedAt.Format(time.RFC3339), erased)
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

// Run exports the ledger, account by account.
func (c *exportEntriesCommand) Run(ctx context.Context) error {
	const header = "id,member,seq,kind,at,day,version,amount,currency,receipt,location,staff,ref,reason,points,balance"
	return c.export(ctx, header, func(s *wallet.Service, row func(...string) error) error {
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
			err := row(string(e.ID), string(e.Member), number(e.Seq), string(e.Kind), e.At.Format(time.RFC3339), e.Day, strconv.Itoa(e.Version),
				amount, currency, receipt, e.Location, string(e.Staff), string(e.Ref), e.Reason,
				number(e.Amount(models.Points)), number(e.State.Balance(models.Points)))
			if err != nil {
				return err
			}
		}
		return nil
	})
}

type exportTotalsCommand struct {
	exportFlags
}

// Run exports what each member's entries come to.
func (c *exportTotalsCommand) Run(ctx context.Context) error {
	return c.export(ctx, "customer,purchases,amount,points", func(s *wallet.Service, row func(...string) error) error {
		totals, err := s.Totals(ctx, models.ProgramID(c.Program))
		if err != nil {
			return err
		}
		for _, t := range totals {
			if err := row(t.Customer, number(t.Purchases), number(t.Amount), number(t.Points)); err != nil {
				return err
			}
		}
		return nil
	})
}

func number(n int64) string { return strconv.FormatInt(n, 10) }
