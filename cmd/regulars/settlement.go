package main

import (
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"
	"text/tabwriter"

	"regulars/cmd/internal/commandline"
	"regulars/models"
	"regulars/templates"
	"regulars/wallet"
)

// daysFlags say for which days books are made up.
type daysFlags struct {
	database
	ID    string `arg:"" help:"The program."`
	Month string `help:"A month." placeholder:"2026-11" xor:"days"`
	From  string `help:"Or the first day." placeholder:"2026-11-01" xor:"days"`
	To    string `help:"And the last one; the first when left out." placeholder:"2026-11-30"`
	CSV   bool   `name:"csv" help:"Write CSV, with amounts in minor units."`
}

func (c *daysFlags) days() (models.Days, error) {
	if c.Month == "" && c.From == "" {
		return models.Days{}, commandline.Mistakef("say for which days: --month 2026-11, or --from and --to")
	}
	if c.Month != "" {
		if c.To != "" {
			return models.Days{}, commandline.Mistakef("--to goes with --from")
		}
		return models.MonthOf(c.Month)
	}
	days := models.Days{From: c.From, To: c.To}
	if days.To == "" {
		days.To = days.From
	}
	return days, days.Check()
}

type settlementCommand struct {
	daysFlags
}

// Run tells who owes whom among the merchants of a coalition.
func (c *settlementCommand) Run(ctx context.Context) error {
	days, err := c.days()
	if err != nil {
		return err
	}
	return withWallet(ctx, c.database, func(w *wallet.Service) error {
		s, err := w.Settle(ctx, models.ProgramID(c.ID), days)
		switch {
		case err != nil:
			return missingProgram(err, c.ID)
		case c.CSV:
			return settlementCSV(os.Stdout, s)
		}
		return tellSettlement(os.Stdout, s)
	})
}

// settlementCSV writes each debt as a row, and then each merchant.
func settlementCSV(out io.Writer, s *wallet.SettlementReport) error {
	w := csv.NewWriter(out)
	rows := [][]string{{"row", "from", "to", "merchant", "other", "unit", "units", "owed", "due", "net", "currency"}}
	for _, d := range s.Debts {
		rows = append(rows, []string{"debt", s.From, s.To, string(d.Issuer), string(d.Redeemer), string(d.Unit), number(d.Units), number(d.Amount), "", "", s.Currency})
	}
	for _, m := range s.Merchants {
		rows = append(rows, []string{"merchant", s.From, s.To, string(m.Merchant), "", "", "", number(m.Owed), number(m.Due), number(m.Net), s.Currency})
	}
	return w.WriteAll(rows)
}

func tellSettlement(out io.Writer, s *wallet.SettlementReport) error {
	t := templates.For("en")
	tellDays(out, "Settlement", s.Program, s.Days, s.Closed)
	w := tabwriter.NewWriter(out, 0, 0, 3, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "merchant\tissued\tredeemed\texpired\towes\tis due\tnet\t")
	for _, m := range s.Merchants {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t\n", m.Name, someUnits(t, m.Issued, s.Currency), someUnits(t, m.Redeemed, s.Currency), someUnits(t, m.Expired, s.Currency),
			money(m.Owed, s.Currency), money(m.Due, s.Currency), money(m.Net, s.Currency))
	}
	if err := w.Flush(); err != nil || len(s.Debts) == 0 {
		return err
	}
	names := map[models.MerchantID]string{}
	for _, m := range s.Merchants {
		names[m.Merchant] = m.Name
	}
	fmt.Fprintln(out)
	for _, d := range s.Debts {
		fmt.Fprintf(out, "%s owes %s %s for %s.\n", names[d.Issuer], names[d.Redeemer], money(d.Amount, s.Currency), someUnits(t, map[models.Unit]int64{d.Unit: d.Units}, s.Currency))
	}
	return nil
}

func tellDays(out io.Writer, what string, id models.ProgramID, days models.Days, closed bool) {
	fmt.Fprintf(out, "%s of %s for what was recorded from %s to %s", what, id, days.From, days.To)
	if !closed {
		fmt.Fprint(out, ", so far: these days are not over")
	}
	fmt.Fprint(out, ".\n\n")
}

// someUnits writes units for whoever reads a terminal: "30 points, €12.00".
func someUnits(t *templates.Texts, all map[models.Unit]int64, currency string) string {
	var texts []string
	for _, u := range slices.Sorted(maps.Keys(all)) {
		if u == models.Value {
			texts = append(texts, money(all[u], currency))
		} else {
			texts = append(texts, t.Number(all[u])+" "+string(u))
		}
	}
	if len(texts) == 0 {
		return "-"
	}
	return strings.Join(texts, ", ")
}

type donationsCommand struct {
	daysFlags
}

// Run tells what each charity was given.
func (c *donationsCommand) Run(ctx context.Context) error {
	days, err := c.days()
	if err != nil {
		return err
	}
	return withWallet(ctx, c.database, func(w *wallet.Service) error {
		d, err := w.Donations(ctx, models.ProgramID(c.ID), days)
		switch {
		case err != nil:
			return missingProgram(err, c.ID)
		case c.CSV:
			return donationsCSV(os.Stdout, d)
		}
		return tellDonations(os.Stdout, d)
	})
}

func donationsCSV(out io.Writer, d *wallet.DonationReport) error {
	w := csv.NewWriter(out)
	rows := [][]string{{"from", "to", "charity", "gifts", "from_rewards", "from_sales", "total", "currency"}}
	for _, g := range d.Charities {
		rows = append(rows, []string{d.From, d.To, harmless(g.Charity), number(g.Gifts), number(g.FromRewards), number(g.FromSales), number(g.Total), d.Currency})
	}
	return w.WriteAll(rows)
}

func tellDonations(out io.Writer, d *wallet.DonationReport) error {
	tellDays(out, "Donations", d.Program, d.Days, d.Closed)
	if len(d.Charities) == 0 {
		fmt.Fprintln(out, "Nothing was given.")
		return nil
	}
	w := tabwriter.NewWriter(out, 0, 0, 3, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "charity\tgifts\tfrom rewards\tfrom sales\ttotal\t")
	for _, g := range d.Charities {
		fmt.Fprintf(w, "%s\t%d\t%s\t%s\t%s\t\n", g.Charity, g.Gifts, money(g.FromRewards, d.Currency), money(g.FromSales, d.Currency), money(g.Total, d.Currency))
	}
	fmt.Fprintf(w, "all\t\t\t\t%s\t\n", money(d.Total, d.Currency))
	return w.Flush()
}
