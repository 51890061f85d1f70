package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"time"

	"regulars/cmd/internal/commandline"
	"regulars/models"
	"regulars/models/store"
	"regulars/models/termsfile"
	"regulars/templates"
	"regulars/wallet"
)

type programCommand struct {
	Init       programInitCommand       `cmd:"" help:"Make a program with terms to begin with."`
	Designs    programDesignsCommand    `cmd:"" help:"List the ready designs that a program can begin with."`
	Export     programExportCommand     `cmd:"" help:"Write the terms in force as YAML."`
	Import     programImportCommand     `cmd:"" help:"Publish the terms of a file, as export writes it, as the next version."`
	EndPilot   programEndPilotCommand   `cmd:"" help:"Give those in the pilot what everybody has, or everybody what those have."`
	Unschedule programUnscheduleCommand `cmd:"" help:"Take back the version that is to come into force."`
	DryRun     programDryRunCommand     `cmd:"" help:"Play the terms of a file against the last weeks, and tell what they would have changed."`
}

type programExportCommand struct {
	database
	ID      string `arg:"" help:"The program."`
	File    string `arg:"" help:"File to write; - for standard output." default:"-"`
	Version int    `help:"Another version than the one in force." placeholder:"N"`
	Pilot   bool   `help:"The version that is piloted."`
}

// Run writes terms as a file to be read, kept or changed.
func (c *programExportCommand) Run(ctx context.Context) error {
	return withWallet(ctx, c.database, func(w *wallet.Service) error {
		p, err := w.Stores.Programs.Current(ctx, models.ProgramID(c.ID))
		if err != nil {
			return missingProgram(err, c.ID)
		}
		if c.Pilot {
			pilot, err := w.Stores.Programs.Pilot(ctx, p.ID)
			if err != nil {
				return err
			}
			p = pilot.Program
		} else if c.Version != 0 {
			last := p.Version
			if p, err = w.Stores.Programs.Version(ctx, p.ID, c.Version); models.CodeOf(err) == "unknown_program" {
				return fmt.Errorf("program %s has no version %d; version %d is in force", c.ID, c.Version, last)
			}
			if err != nil {
				return err
			}
		}
		about, err := aboutTerms(ctx, w, p)
		if err != nil {
			return err
		}
		var b bytes.Buffer
		if err := termsfile.Write(&b, about, &p.Terms); err != nil {
			return err
		}
		if c.File == "-" {
			_, err = os.Stdout.Write(b.Bytes())
			return err
		}
		return os.WriteFile(c.File, b.Bytes(), 0o644) //nolint:gosec // no secret is in it: customers read these terms
	})
}

// aboutTerms is what stands above terms in a file.
func aboutTerms(ctx context.Context, w *wallet.Service, p *models.Program) ([]string, error) {
	about := []string{fmt.Sprintf("Terms of the program %s: version %d, of %s.", p.ID, p.Version, when(p.CreatedAt, p))}
	next, err := w.Stores.Programs.Scheduled(ctx, p.ID)
	switch {
	case models.CodeOf(err) == "nothing_scheduled":
	case err != nil:
		return nil, err
	case next.Version == p.Version:
		about = append(about, "It comes into force on "+when(*p.StartsAt, p)+".")
	default:
		about = append(about, fmt.Sprintf("Version %d comes into force on %s.", next.Version, when(*next.StartsAt, p)))
	}
	pilot, err := w.Stores.Programs.Pilot(ctx, p.ID)
	switch {
	case models.CodeOf(err) == "no_pilot":
	case err != nil:
		return nil, err
	case pilot.Version == p.Version:
		about = append(about, "It is in force for members with the tag "+pilot.Tag+".")
	default:
		about = append(about, fmt.Sprintf("Version %d is in force for members with the tag %s.", pilot.Version, pilot.Tag))
	}
	return append(about,
		"Amounts are in minor units: 100 is "+money(100, p.Currency)+". docs/programs.md says what each key means.",
		"After a change: regulars program import "+string(p.ID)+" FILE",
	), nil
}

type programImportCommand struct {
	database
	ID       string `arg:"" help:"The program."`
	File     string `arg:"" help:"YAML or JSON file with the terms; - for standard input."`
	StartsAt string `help:"When they come into force: a day, 2027-01-01, which begins in the program's time zone, or a moment, 2027-01-01T09:00:00+01:00. At once when left out." name:"starts-at" placeholder:"TIME" xor:"when"`
	Pilot    string `help:"Put them into force for those members alone who bear this tag." placeholder:"TAG" xor:"when"`
}

// Run publishes the terms of a file, or schedules them.
func (c *programImportCommand) Run(ctx context.Context) error {
	f, err := readTerms(c.File)
	if err != nil {
		return err
	}
	return withWallet(ctx, c.database, func(w *wallet.Service) error {
		before, err := w.Stores.Programs.Current(ctx, models.ProgramID(c.ID))
		if err != nil {
			return missingProgram(err, c.ID)
		}
		p, err := c.publish(ctx, w, before, f.Terms)
		switch {
		case err != nil:
			return f.At(err)
		case c.Pilot != "":
			n, err := w.Stores.Members.CountTagged(ctx, p.ID, c.Pilot)
			if err != nil {
				return err
			}
			fmt.Printf("Version %d of %s is in force for %s with the tag %s. To end that: regulars program end-pilot %s\n",
				p.Version, p.ID, commandline.Count(n, "member", "members"), c.Pilot, p.ID)
		case p.Version == before.Version:
			fmt.Printf("Nothing changed: version %d of %s says the same and stays in force.\n", p.Version, p.ID)
		case c.StartsAt != "":
			fmt.Printf("Version %d of %s comes into force on %s. To take it back before: regulars program unschedule %s\n", p.Version, p.ID, when(*p.StartsAt, p), p.ID)
		default:
			fmt.Printf("Version %d of %s is in force.\n", p.Version, p.ID)
		}
		return nil
	})
}

func (c *programImportCommand) publish(ctx context.Context, w *wallet.Service, before *models.Program, t models.Terms) (*models.Program, error) {
	if c.Pilot != "" {
		return w.Pilot(ctx, before.ID, t, c.Pilot, -1, "")
	}
	if c.StartsAt == "" {
		return w.Publish(ctx, before.ID, t, -1, "")
	}
	at, err := time.Parse(time.RFC3339, c.StartsAt)
	if err != nil {
		if _, err = time.Parse(time.DateOnly, c.StartsAt); err != nil {
			return nil, commandline.Mistakef("--starts-at is a day such as 2027-01-01, or a moment such as 2027-01-01T09:00:00+01:00, and not %q", c.StartsAt)
		}
		at = before.DayBegins(c.StartsAt, 0)
	}
	return w.Schedule(ctx, before.ID, t, at, -1, "")
}

// when writes a moment as the program's clocks show it.
func when(t time.Time, p *models.Program) string {
	return t.In(p.Zone()).Format("2 January 2006, 15:04")
}

type programUnscheduleCommand struct {
	database
	ID string `arg:"" help:"The program."`
}

// Run takes back the version that is to come into force.
func (c *programUnscheduleCommand) Run(ctx context.Context) error {
	return withWallet(ctx, c.database, func(w *wallet.Service) error {
		p, err := w.Stores.Programs.Scheduled(ctx, models.ProgramID(c.ID))
		if err == nil {
			err = w.Stores.Programs.Unschedule(ctx, p.ID)
		}
		if err != nil {
			return missingProgram(err, c.ID)
		}
		fmt.Printf("Version %d of %s will not come into force.\n", p.Version, p.ID)
		return nil
	})
}

type programEndPilotCommand struct {
	database
	ID      string `arg:"" help:"The program."`
	Publish bool   `help:"Publish the terms of the pilot for everybody."`
}

// Run ends the pilot, for all tills at once.
func (c *programEndPilotCommand) Run(ctx context.Context) error {
	return withWallet(ctx, c.database, func(w *wallet.Service) error {
		pilot, err := w.Stores.Programs.Pilot(ctx, models.ProgramID(c.ID))
		if err != nil {
			return missingProgram(err, c.ID)
		}
		var p *models.Program
		if c.Publish {
			p, err = w.Publish(ctx, pilot.ID, pilot.Terms, -1, "")
		} else {
			p, err = w.EndPilot(ctx, pilot.ID, -1, "")
		}
		if err != nil {
			return err
		}
		fmt.Printf("The pilot has ended: version %d of %s is in force for everybody.\n", p.Version, p.ID)
		return nil
	})
}

// money writes an amount of minor units for whoever reads a terminal.
func money(minor int64, currency string) string {
	places, _ := models.CurrencyDigits(currency)
	return templates.For("en").Money(minor, currency, places)
}

// readTerms reads terms as export writes them.
func readTerms(name string) (termsfile.File, error) {
	in, _, err := openInput(name)
	if err != nil {
		return termsfile.File{}, err
	}
	defer in.Close()
	return termsfile.Read(in)
}

// named puts the field at fault before what is said of it.
func named(err error) error {
	e, ok := errors.AsType[*models.Error](err)
	if !ok || e.Kind != models.Invalid || e.Field == "" || strings.HasPrefix(e.Msg, e.Field) {
		return err
	}
	return errors.New(e.Field + ": " + e.Msg)
}

// missingProgram says which program there is not, and how to make it.
func missingProgram(err error, id string) error {
	if models.CodeOf(err) != "unknown_program" {
		return err
	}
	return fmt.Errorf("there is no program %q. Make it first: regulars program init %s", id, id)
}

// withWallet runs do with the wallet's verbs over a database that is there.
func withWallet(ctx context.Context, d database, do func(*wallet.Service) error) error {
	return withStores(ctx, d, existingStores, do)
}

// withStores runs do over the database that open opens, without issuers: what
// changes reaches the phones by the server.
func withStores(
	ctx context.Context, d database, open func(context.Context, database) (*store.Stores, error), do func(*wallet.Service) error,
) error {
	stores, err := open(ctx, d)
	if err != nil {
		return err
	}
	defer stores.DB.Close() //nolint:errcheck // all that was asked for is committed
	settings, err := stores.Settings.Server(ctx)
	if err != nil {
		return err
	}
	return do(wallet.New(stores, settings, "", slog.New(slog.DiscardHandler)))
}

type restoredCommand struct {
	database
}

// Run has every card that the backup knows carried to its phones anew: phones
// may have seen changes that the backup has not.
func (c *restoredCommand) Run(ctx context.Context) error {
	return withWallet(ctx, c.database, func(w *wallet.Service) error {
		due, err := w.Restored(ctx)
		if err != nil {
			return err
		}
		fmt.Printf("Epoch %d. Once the server runs, cards are carried to the phones anew: to %s by a push, to Google as %s.\n",
			w.Epoch, commandline.Count(due.Devices, "Apple device", "Apple devices"), commandline.Count(due.Objects, "object", "objects"))
		fmt.Println("Cards, phones and changes from after the backup are not known and can't be reached.")
		return nil
	})
}
