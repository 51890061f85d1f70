// Command regulars runs the loyalty program of a shop: the server, its demo,
// and the tools around it.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"

	_ "time/tzdata" // a bare machine has no time zones

	"regulars/cmd/internal/commandline"
)

// commands is the command line. Every flag can be set in the environment as
// REGULARS_… or in a JSON file named by --config; a flag beats the
// environment, and the environment beats the file.
type commands struct {
	Config kong.ConfigFlag `help:"A JSON file with flags by name." type:"existingfile" placeholder:"FILE"`

	Serve       serveCommand       `cmd:"" help:"Run the server."`
	Demo        demoCommand        `cmd:"" help:"Run a café with members, purchases and two simulated phones."`
	Pass        passCommand        `cmd:"" help:"Look at pass files."`
	Program     programCommand     `cmd:"" help:"Make, read or publish a program."`
	User        userCommand        `cmd:"" help:"Add somebody who may sign in."`
	Credentials credentialsCommand `cmd:"" help:"Certificates and accounts that businesses issue cards with."`
	Secrets     secretsCommand     `cmd:"" help:"The key that those are kept under."`
	Import      importCommand      `cmd:"" help:"Bring in members or purchases from another system."`
	Export      exportCommand      `cmd:"" help:"Write members, entries or totals as CSV to standard output."`
	Ledger      ledgerCommand      `cmd:"" help:"Prove that the books are right."`
	Settlement  settlementCommand  `cmd:"" help:"Who owes whom among the merchants of a coalition, for some days."`
	Donations   donationsCommand   `cmd:"" help:"What each charity was given on some days."`
	Restored    restoredCommand    `cmd:"" help:"To be run once after a backup was restored."`
	Doctor      doctorCommands     `cmd:"" help:"Check the configuration and say what to do."`

	Help commandline.Help `cmd:"" help:"Show how a command is used."`
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(run(ctx, os.Args[1:]))
}

// run carries out a command line and returns the exit status. Being told to
// stop is no failure of a server.
func run(ctx context.Context, args []string) int {
	var c commands
	program := commandline.Program{Name: "regulars", Out: os.Stdout, Complaints: os.Stderr}
	k, status := program.Parse(&c, args,
		kong.Description("A small shop's loyalty card in its customers' phone wallets."),
		kong.DefaultEnvars("REGULARS"), kong.Configuration(readSettings), kong.BindTo(ctx, (*context.Context)(nil)),
	)
	if k == nil {
		return status
	}
	switch err := k.Run(); {
	case errors.Is(err, context.Canceled):
		fmt.Fprintln(os.Stderr, "regulars: interrupted before it was done")
		return commandline.Interrupted
	case err != nil:
		return program.Failed(err, k)
	}
	return commandline.Done
}
