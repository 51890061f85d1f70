package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"

	"regulars/cmd/internal/commandline"
	"regulars/models"
	"regulars/models/store"
	"regulars/wallet"
)

type programCommand struct {
	Init    programInitCommand    `cmd:"" help:"Make a program with terms to begin with."`
	Show    programShowCommand    `cmd:"" help:"Print the version in force as JSON."`
	Publish programPublishCommand `cmd:"" help:"Publish terms, as show prints them, as the next version."`
}

// starter are the terms of a new program: enough to begin with, made to be
// changed.
func starter(name string) models.Terms {
	return models.Terms{
		Name: name, Organization: name, Description: name + " loyalty card",
		TimeZone: "Europe/Amsterdam", Currency: "EUR", Country: "NL", Locale: "en",
		Brand:   models.Brand{Background: "#1f4d3f", Foreground: "#ffffff", Label: "#d8e8df"},
		Barcode: models.QR,
		Rules:   []models.Rule{models.SpendRule(1, 100)},
		Rewards: []models.Reward{{ID: "reward", Name: "A treat on the house", Unit: models.Points, Cost: 50}},
		Refunds: models.AllowNegative, MaxPurchase: 1_000_000,
	}
}

type programInitCommand struct {
	database
	ID       string `arg:"" help:"Short name, as it stands in addresses: my-shop."`
	Name     string `help:"Name on the card." placeholder:"TEXT"`
	Currency string `help:"ISO 4217 code." default:"EUR"`
	TimeZone string `help:"IANA name, decides what a day is." default:"Europe/Amsterdam" name:"time-zone"`
	Country  string `help:"ISO 3166-1 code, for phone numbers typed without +." default:"NL"`
	Locale   string `help:"Language." default:"en"`
}

// Run makes version 1 of a program that does not exist yet.
func (c *programInitCommand) Run(ctx context.Context) error {
	name := c.Name
	if name == "" {
		name = c.ID
	}
	t := starter(name)
	t.Currency, t.TimeZone, t.Country, t.Locale = c.Currency, c.TimeZone, c.Country, c.Locale
	// Looked at before a database is made for it.
	if err := errors.Join(models.CheckProgramID(models.ProgramID(c.ID)), models.CheckTerms(&t)); err != nil {
		return named(err)
	}
	return withStores(ctx, c.database, openStores, func(w *wallet.Service) error {
		p, err := w.Publish(ctx, models.ProgramID(c.ID), t, 0, "")
		if models.CodeOf(err) == "changed_meanwhile" {
			return models.Fail(models.Conflict, "program_exists", "id", "There is a program of that name already. Change it with: regulars program publish")
		}
		if err != nil {
			return named(err)
		}
		fmt.Printf("Program %s is in force. Read its terms with: regulars program show %s\n", p.ID, p.ID)
		return nil
	})
}

type programShowCommand struct {
	database
	ID string `arg:"" help:"The program."`
}

// Run prints the terms in force.
func (c *programShowCommand) Run(ctx context.Context) error {
	return withWallet(ctx, c.database, func(w *wallet.Service) error {
		p, err := w.Stores.Programs.Current(ctx, models.ProgramID(c.ID))
		if err != nil {
			return missingProgram(err, c.ID)
		}
		out := json.NewEncoder(os.Stdout)
		out.SetIndent("", "  ")
		return out.Encode(p.Terms)
	})
}

type programPublishCommand struct {
	database
	ID   string `arg:"" help:"The program."`
	File string `arg:"" help:"JSON file with the terms; - for standard input." default:"-"`
}

// Run publishes the terms of a file.
func (c *programPublishCommand) Run(ctx context.Context) error {
	in, _, err := openInput(c.File)
	if err != nil {
		return err
	}
	defer in.Close()
	t, err := readTerms(in)
	if err != nil {
		return err
	}
	return withWallet(ctx, c.database, func(w *wallet.Service) error {
		before, err := w.Stores.Programs.Current(ctx, models.ProgramID(c.ID))
		if err != nil {
			return missingProgram(err, c.ID)
		}
		p, err := w.Publish(ctx, models.ProgramID(c.ID), t, -1, "")
		switch {
		case err != nil:
			return named(err)
		case p.Version == before.Version:
			fmt.Printf("Nothing changed: version %d of %s says the same and stays in force.\n", p.Version, p.ID)
		default:
			fmt.Printf("Version %d of %s is in force.\n", p.Version, p.ID)
		}
		return nil
	})
}

// readTerms reads terms as show prints them.
func readTerms(in io.Reader) (models.Terms, error) {
	var t models.Terms
	b, err := io.ReadAll(in)
	if err != nil {
		return t, err
	}
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	err = d.Decode(&t)
	if err == nil {
		if _, rest := d.Token(); errors.Is(rest, io.EOF) {
			return t, nil
		}
		return t, errors.New("the file has something behind the terms. It is one JSON object, as regulars program show prints it")
	}
	wrong, isType := errors.AsType[*json.UnmarshalTypeError](err)
	syntax, isSyntax := errors.AsType[*json.SyntaxError](err)
	unknown, isUnknown := strings.CutPrefix(err.Error(), "json: unknown field ")
	switch {
	case len(bytes.TrimSpace(b)) == 0:
		err = errors.New("the file is empty. It is one JSON object, as regulars program show prints it")
	case isUnknown:
		err = fmt.Errorf("the terms of a program have no field %s", unknown)
	case isType && wrong.Field == "":
		err = errors.New("the file is not one JSON object, as regulars program show prints it")
	case isType:
		err = fmt.Errorf("%s is a %s in the file, and another kind of value is needed", wrong.Field, wrong.Value)
	case isSyntax:
		err = fmt.Errorf("the file is not JSON: see line %d", 1+bytes.Count(b[:min(int(syntax.Offset), len(b))], []byte("\n")))
	case errors.Is(err, io.ErrUnexpectedEOF):
		err = errors.New("the file ends in the middle of the JSON")
	}
	return t, err
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
