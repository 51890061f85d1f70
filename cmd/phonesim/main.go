// Command phonesim is everything beyond the server: Apple's and Google's
// services that carry a change to a phone, and the phones themselves.
//
// One process, phonesim serve, runs it all; the other commands talk to it, so
// that a person or a script can add a card, look at it, break something and
// see what happens.
package main

import (
	"context"
	"errors"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"

	"regulars/cmd/internal/commandline"
)

type commands struct {
	Control string `help:"Where phonesim serve is steered." default:"http://127.0.0.1:2190" placeholder:"URL" env:"PHONESIM_CONTROL"`

	Serve   serveCommand   `cmd:"" help:"Run the simulated services and phones."`
	Phone   phoneCommand   `cmd:"" help:"Simulated iPhones."`
	Android androidCommand `cmd:"" help:"Simulated Androids."`
	Fault   faultCommand   `cmd:"" help:"What goes wrong with the services."`
	Counts  countsCommand  `cmd:"" help:"What each service has seen."`
	Load    loadCommand    `cmd:"" help:"Many iPhones, each with a pass of its own."`

	Help commandline.Help `cmd:"" help:"Show how a command is used."`
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

// run carries out a command line and returns the exit status.
func run(ctx context.Context, args []string, out, complaints io.Writer) int {
	var c commands
	program := commandline.Program{Name: "phonesim", Out: out, Complaints: complaints}
	k, status := program.Parse(&c, args,
		kong.Description("Simulated phones, and the services of Apple and Google that reach them."),
		kong.BindTo(ctx, (*context.Context)(nil)), kong.BindTo(out, (*io.Writer)(nil)),
	)
	if k == nil {
		return status
	}
	if err := k.Run(client{c.Control}); err != nil && !errors.Is(err, context.Canceled) {
		return program.Failed(err, k)
	}
	return commandline.Done
}
