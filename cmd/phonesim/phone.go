package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"text/tabwriter"
	"time"

	"regulars/cmd/internal/commandline"
	"regulars/wallet/wallettest"
)

type phoneCommand struct {
	Add       phoneAdd       `cmd:"" help:"Open a pass's link, as Safari does, and add the pass."`
	List      phoneList      `cmd:"" help:"All iPhones and their passes."`
	Show      phoneShow      `cmd:"" help:"The cards of a phone, and what it showed on its lock screen."`
	Refresh   phoneRefresh   `cmd:"" help:"Pull the card down: ask for changes without a push."`
	Remove    phoneRemove    `cmd:"" help:"Take a pass, or all and the phone itself, away."`
	Token     phoneToken     `cmd:"" help:"Give the phone a new push token."`
	Misbehave phoneMisbehave `cmd:"" help:"Do something that phones should not."`
}

type phoneAdd struct {
	URL  string `arg:"" help:"Link of the pass."`
	Name string `help:"Which phone; a new one without." placeholder:"NAME"`
}

func (p phoneAdd) Run(ctx context.Context, c client, out io.Writer) error {
	return show(ctx, c, out, http.MethodPost, "/phones", target(p))
}

type phoneList struct{}

func (phoneList) Run(ctx context.Context, c client, out io.Writer) error {
	var list []phoneView
	if err := c.call(ctx, http.MethodGet, "/phones", nil, &list); err != nil {
		return err
	}
	t := tabwriter.NewWriter(out, 0, 4, 2, ' ', 0)
	fmt.Fprintln(t, "PHONE\tPASS\tOF\tVERSIONS\tCHANGED\tREGISTERED")
	for _, p := range list {
		for _, h := range p.Passes {
			fmt.Fprintf(t, "%s\t%s\t%s\t%d\t%s\t%t\n", p.Name, h.Serial, h.Title, h.Versions, h.UpdatedAt.Format(time.DateTime), h.Registered)
		}
	}
	return t.Flush()
}

// phoneName is the phone that a command is about.
type phoneName struct {
	Name string `arg:"" help:"Name of the phone."`
}

type phoneShow struct{ phoneName }

func (p phoneShow) Run(ctx context.Context, c client, out io.Writer) error {
	return show(ctx, c, out, http.MethodGet, phonePath(p.Name), nil)
}

type phoneRefresh struct{ phoneName }

func (p phoneRefresh) Run(ctx context.Context, c client, out io.Writer) error {
	return show(ctx, c, out, http.MethodPost, phonePath(p.Name)+"/refresh", nil)
}

type phoneRemove struct {
	phoneName
	Serial string `arg:"" optional:"" help:"The pass; without, the phone is removed with all it holds."`
}

func (p phoneRemove) Run(ctx context.Context, c client) error {
	path := phonePath(p.Name)
	if p.Serial != "" {
		path += "/passes/" + url.PathEscape(p.Serial)
	}
	return c.call(ctx, http.MethodDelete, path, nil, nil)
}

type phoneToken struct{ phoneName }

func (p phoneToken) Run(ctx context.Context, c client) error {
	return c.call(ctx, http.MethodPost, phonePath(p.Name)+"/token", nil, nil)
}

type phoneMisbehave struct {
	phoneName
	What   string `arg:"" help:"One of ${enum}." enum:"many-devices,wrong-token,garbage-tag,flood-log,never-ask,ask-again"`
	Serial string `help:"The pass to do it with; the first without." placeholder:"SERIAL"`
	Times  int    `help:"How often." default:"10"`
}

func (p phoneMisbehave) Run(ctx context.Context, c client, out io.Writer) error {
	answers := map[int]int{}
	body := misdeed{wallettest.Misbehaviour(p.What), p.Serial, p.Times}
	if err := c.call(ctx, http.MethodPost, phonePath(p.Name)+"/misbehave", body, &answers); err != nil {
		return err
	}
	for status, n := range answers {
		fmt.Fprintf(out, "answered %d: %s\n", status, commandline.Count(n, "time", "times"))
	}
	return nil
}

// show prints the phone that the call is answered with.
func show(ctx context.Context, c client, out io.Writer, method, path string, body any) error {
	var p phoneView
	if err := c.call(ctx, method, path, body, &p); err != nil {
		return err
	}
	fmt.Fprintln(out, p.Name)
	for _, h := range p.Passes {
		fmt.Fprint(out, h.Text)
	}
	for _, list := range []struct {
		title string
		lines []string
	}{{"Shown on the lock screen:", p.Notices}, {"Complained of to the server:", p.Complaints}} {
		if len(list.lines) > 0 {
			fmt.Fprintln(out, list.title)
		}
		for _, l := range list.lines {
			fmt.Fprintln(out, "  "+l)
		}
	}
	fmt.Fprintln(out, did(p.Stats))
	return nil
}

// did says in words what phones did.
func did(s wallettest.Stats) string {
	return fmt.Sprintf("%s, asked %s, %s fetched, %d unchanged, %s", commandline.Count(s.Pushes, "push", "pushes"),
		commandline.Count(s.Lists, "time", "times"), commandline.Count(s.Fetches, "pass", "passes"), s.Unchanged,
		commandline.Count(s.Failures, "failure", "failures"))
}
