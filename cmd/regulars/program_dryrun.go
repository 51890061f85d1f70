package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"slices"
	"text/tabwriter"

	"regulars/cmd/internal/commandline"
	"regulars/models"
	"regulars/templates"
	"regulars/wallet"
)

type programDryRunCommand struct {
	database
	ID    string `arg:"" help:"The program."`
	File  string `arg:"" help:"YAML or JSON file with the draft; - for standard input."`
	Weeks int    `help:"How many weeks to look back, 1 to 52." default:"8"`
}

// Run plays a draft against the last weeks and tells what it would have changed.
func (c *programDryRunCommand) Run(ctx context.Context) error {
	if c.Weeks < 1 || c.Weeks > wallet.MaxDryRunWeeks {
		return commandline.Mistakef("--weeks is 1 to %d, and not %d", wallet.MaxDryRunWeeks, c.Weeks)
	}
	f, err := readTerms(c.File)
	if err != nil {
		return err
	}
	return withWallet(ctx, c.database, func(w *wallet.Service) error {
		show := newProgress("dry run", " entries")
		r, err := w.DryRun(ctx, wallet.DryRun{
			Program: models.ProgramID(c.ID), Terms: f.Terms, Weeks: c.Weeks,
			Progress: func(done, total int64) { show.at(int(done), int(total)) },
		})
		if err != nil {
			return f.At(missingProgram(err, c.ID))
		}
		fmt.Printf("Nothing was booked or changed. This is what the draft would have done in the place of version %d of %s,\nfrom %s to %s: %s by %s, %s in all.\n",
			r.Version, c.ID, r.From.Format("2 January 2006"), r.To.Format("2 January 2006"),
			commandline.Count(r.Purchases, "purchase", "purchases"), commandline.Count(r.Members, "member", "members"), money(r.Amount, r.Currency))
		return tellDryRun(os.Stdout, r)
	})
}

// tellDryRun writes the figures as tables.
func tellDryRun(out io.Writer, r *wallet.DryRunReport) error {
	t := templates.For("en")
	for i := range r.Units {
		u := &r.Units[i]
		w := tabwriter.NewWriter(out, 0, 0, 3, ' ', tabwriter.AlignRight)
		fmt.Fprintf(w, "\n%-34s\tnow\tdraft\tchange\t\n", u.Unit)
		for _, line := range []struct {
			what       string
			now, draft int64
		}{
			{"given for purchases and activities", u.Current.Given, u.Draft.Given}, {"used for rewards", u.Current.Used, u.Draft.Used},
			{"ended", u.Current.Ended, u.Draft.Ended}, {"members have at the end", u.Current.Outstanding, u.Draft.Outstanding},
		} {
			fmt.Fprintf(w, "%-34s\t%s\t%s\t%s\t\n", line.what, t.Number(line.now), t.Number(line.draft), changed(line.now, line.draft))
		}
		fmt.Fprintf(w, "%-34s\t%s\t%s\t\t\n", "what was given costs you", costs(u.Current.Cost, r.Currency), costs(u.Draft.Cost, r.Currency))
		if err := w.Flush(); err != nil {
			return err
		}
		tellShifts(out, "most more", u.Gains)
		tellShifts(out, "most fewer", u.Losses)
	}
	if slices.ContainsFunc(r.Units, func(u wallet.UnitReport) bool { return u.Draft.Cost == nil && u.Draft.Given > 0 }) {
		fmt.Fprintln(out, "\nWhat is given has a known cost once a reward for it says what one costs you: expense, in minor units.")
	}
	fmt.Fprintf(out, "\n%s would have more, %d fewer, %d as much as now", commandline.Count(r.More, "member", "members"), r.Fewer, r.Same)
	if r.Mixed > 0 {
		fmt.Fprintf(out, ", and %d more of one and fewer of another", r.Mixed)
	}
	fmt.Fprintln(out, ".")
	for _, tier := range r.Tiers {
		name := tier.Tier
		if name == "" {
			name = "no level"
		}
		fmt.Fprintf(out, "%s: %s of them, now %s.\n", name, t.Number(tier.Draft), t.Number(tier.Current))
	}
	for _, refusal := range r.Refused {
		what := string(refusal.Kind)
		if refusal.Reward != "" {
			what += " " + string(refusal.Reward)
		}
		fmt.Fprintf(out, "The draft would have refused %s %s: %s\n", commandline.Count(refusal.Times, "time", "times"), what, refusal.Detail)
	}
	return nil
}

func tellShifts(out io.Writer, what string, shifts []wallet.UnitShift) {
	t := templates.For("en")
	for i, s := range shifts {
		if i > 0 {
			what = ""
		}
		fmt.Fprintf(out, "%12s  %s  %s, now %s\n", what, s.Member, t.Number(s.Draft), t.Number(s.Current))
	}
}

// changed is how much more or less that is.
func changed(now, draft int64) string {
	if now == draft {
		return "-"
	}
	says := templates.For("en").Number(draft - now)
	if draft > now {
		says = "+" + says
	}
	if now > 0 {
		says += fmt.Sprintf(" (%+.0f %%)", 100*float64(draft-now)/float64(now))
	}
	return says
}

func costs(c *wallet.UnitCost, currency string) string {
	switch {
	case c == nil:
		return "not known"
	case c.Least == c.Most:
		return money(c.Least, currency)
	}
	return money(c.Least, currency) + " to " + money(c.Most, currency)
}
