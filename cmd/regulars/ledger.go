package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"regulars/cmd/internal/commandline"
	"regulars/models"
	"regulars/wallet"
)

type ledgerCommand struct {
	Verify ledgerVerifyCommand `cmd:"" help:"Replay every entry and check that every balance is the sum of its entries."`
}

type ledgerVerifyCommand struct {
	database
	Program string `help:"One program alone." placeholder:"ID"`
}

// Run verifies the books and names each fault.
func (c *ledgerVerifyCommand) Run(ctx context.Context) error {
	return withWallet(ctx, c.database, func(w *wallet.Service) error {
		if c.Program != "" {
			if _, err := w.Stores.Programs.Current(ctx, models.ProgramID(c.Program)); err != nil {
				return missingProgram(err, c.Program)
			}
		}
		show, start := newProgress("verify", " entries"), time.Now()
		report, err := w.Verify(ctx, wallet.Verification{
			Program: models.ProgramID(c.Program),
			Fault: func(f wallet.Fault) {
				where := "member " + string(f.Member)
				switch {
				case f.Entry != "":
					where = "entry " + string(f.Entry) + " of " + where
				case f.Member == "":
					where = "the books"
				}
				fmt.Printf("%s: %s: %s\n", where, f.Code, f.Msg)
			},
			Progress: func(r wallet.VerifyReport) {
				show.at(int(min(r.Entries, r.Total)), int(r.Total)+1) // the line ends with the last of the work, below
			},
		})
		if show.live {
			fmt.Fprintln(os.Stderr)
		}
		if err != nil {
			return err
		}
		fmt.Printf("%s of %s replayed, %s compared, in %s.\n", commandline.Count(report.Entries, "entry", "entries"),
			commandline.Count(report.Accounts, "account", "accounts"), commandline.Count(report.Members, "member", "members"),
			time.Since(start).Round(time.Millisecond))
		if report.Faults > 0 {
			return errors.New(commandline.Count(report.Faults, "fault", "faults") + " found")
		}
		fmt.Println("Every balance is the sum of its entries, and the replay gives the same.")
		return nil
	})
}
