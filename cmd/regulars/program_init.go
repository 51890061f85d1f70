package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"

	"regulars/models"
	"regulars/models/termsfile"
	"regulars/passes/art"
	"regulars/templates"
	"regulars/wallet"
)

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
	Design   string `help:"Ready design to begin with; see regulars program designs." placeholder:"NAME"`
	Colour   string `help:"Colour of the card, for example #1f4d3f." placeholder:"#RRGGBB"`
}

// terms are those that the program begins with.
func (c *programInitCommand) terms(name string) (models.Terms, error) {
	t := starter(name)
	if c.Design != "" {
		var err error
		if t, err = designed(c.Design, t); err != nil {
			return t, err
		}
	}
	t.Currency, t.TimeZone, t.Country, t.Locale = c.Currency, c.TimeZone, c.Country, c.Locale
	if c.Colour != "" {
		var ok bool
		if t.Brand, ok = art.Dress(t.Brand, c.Colour); !ok {
			return t, fmt.Errorf("--colour: a colour is written #rrggbb, such as #1f4d3f")
		}
	}
	return t, nil
}

// designed are the terms of a ready design, with what t says of the business.
func designed(name string, t models.Terms) (models.Terms, error) {
	var names []string
	for _, d := range templates.Designs() {
		if names = append(names, d.Name); d.Name != name {
			continue
		}
		f, err := termsfile.Read(bytes.NewReader(d.Terms))
		if err != nil {
			return t, fmt.Errorf("design %s: %w", name, err)
		}
		out := f.Terms
		out.Name, out.Organization, out.Description = t.Name, t.Organization, t.Description
		return out, nil
	}
	return t, fmt.Errorf("--design: there is no design %q; there are %s", name, strings.Join(names, ", "))
}

type programDesignsCommand struct{}

// Run lists the designs.
func (c *programDesignsCommand) Run() error {
	for _, d := range templates.Designs() {
		fmt.Printf("%-18s %s\n", d.Name, d.About)
	}
	return nil
}

// Run makes version 1 of a program that does not exist yet.
func (c *programInitCommand) Run(ctx context.Context) error {
	name := c.Name
	if name == "" {
		name = c.ID
	}
	t, err := c.terms(name)
	if err != nil {
		return err
	}
	// Looked at before a database is made for it.
	if err := errors.Join(models.CheckProgramID(models.ProgramID(c.ID)), models.CheckTerms(&t)); err != nil {
		return named(err)
	}
	return withStores(ctx, c.database, openStores, func(w *wallet.Service) error {
		p, err := w.Publish(ctx, models.ProgramID(c.ID), t, 0, "")
		if models.CodeOf(err) == "changed_meanwhile" {
			return models.Fail(models.Conflict, "program_exists", "id", "There is a program of that name already. Change it with: regulars program import")
		}
		if err != nil {
			return named(err)
		}
		fmt.Printf("Program %s is in force. Its terms, to read and to change: regulars program export %s\n", p.ID, p.ID)
		return nil
	})
}
