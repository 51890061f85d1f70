package main

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"path/filepath"

	"golang.org/x/sync/errgroup"

	"regulars/models"
	"regulars/passes/barcode"
	"regulars/templates"
)

type demoCommand struct {
	Addr    string `help:"Address to listen on." default:"127.0.0.1:8080" env:"REGULARS_ADDR"`
	BaseURL string `help:"Address that the links and codes carry; the listening address when left out." name:"base-url" placeholder:"URL" env:"REGULARS_BASE_URL"`
	Data    string `help:"Folder for the demo's data; a second start goes on with them." default:"data/demo" type:"path" env:"REGULARS_DATA"`
}

// demoPassword opens the demo, on loopback alone: anywhere else it would open
// a server to whoever reads these lines.
const demoPassword = "regulars-demo"

// demoUsers are the demo's sign-ins.
var demoUsers = []models.User{
	{Email: "owner@demo.example", Name: "Olivia Owner", Role: models.Owner, Program: demoProgram},
	{Email: "marketer@demo.example", Name: "Mark Marketer", Role: models.Marketer, Program: demoProgram},
	{Email: "staff@demo.example", Name: "Sam Staff", Role: models.StaffRole, Program: demoProgram, Location: "Corner"},
}

// Run fills the data folder at the first start, and serves.
func (c *demoCommand) Run(ctx context.Context) error {
	log := newLog(slog.LevelWarn)
	ln, err := listen(ctx, c.Addr)
	if err != nil {
		return err
	}
	defer ln.Close() //nolint:errcheck // closed by the server by then
	local := isLoopback(ln.Addr())
	passwords := map[string]string{}
	var shown []templates.SignIn
	for _, u := range demoUsers {
		passwords[u.Email] = demoPassword
		if !local {
			passwords[u.Email] = newPassword()
			continue
		}
		shown = append(shown, templates.SignIn{Role: string(u.Role), Email: u.Email, Password: demoPassword})
	}
	config := serveConfig{Addr: c.Addr, BaseURL: c.BaseURL, database: database{Data: c.Data}, Google: googleConfig{Rate: 20}}
	a, err := assemble(ctx, config, ln.Addr(), log, withSignIns(shown))
	if err != nil {
		return err
	}
	defer a.close()
	if err := a.seed(ctx, filepath.Join(c.Data, devFolder, "seed"), passwords, newProgress("Making a café with members and purchases", " KB")); err != nil {
		return err
	}
	cards, err := a.demoCards(ctx)
	if err != nil {
		return err
	}
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return a.serve(ctx, ln, "", "") })
	g.Go(func() error { return a.demoPhones(ctx, cards, filepath.Join(c.Data, devFolder)) })
	if err := c.greet(a, passwords, cards); err != nil {
		return err
	}
	err = stopped(g.Wait())
	fmt.Println("\nStopped. The data are in " + c.Data + "; the next start goes on with them.")
	return err
}

func isLoopback(addr net.Addr) bool {
	tcp, ok := addr.(*net.TCPAddr)
	return ok && tcp.IP.IsLoopback()
}

// greet prints all that somebody needs who has just started the demo.
func (c *demoCommand) greet(a *app, passwords map[string]string, cards demoCards) error {
	join := a.wallet.BaseURL + "/join/" + string(demoProgram)
	code, err := barcode.Encode(models.QR, join)
	if err != nil {
		return err
	}
	fmt.Printf("\nRegulars demo: %s\n\n", a.wallet.BaseURL)
	fmt.Printf("  customers join   %s\n", join)
	fmt.Printf("  staff sell at    %s/till\n", a.wallet.BaseURL)
	fmt.Printf("  owners look at   %s/console\n\n", a.wallet.BaseURL)
	for _, u := range demoUsers {
		fmt.Printf("  %-9s %-23s %s\n", u.Role, u.Email, passwords[u.Email])
	}
	fmt.Println("\nTwo simulated phones hold a card; scan or type its number at the till and it changes there:")
	for _, phone := range []struct {
		name   string
		member *models.Member
	}{{"iPhone", cards.iPhone}, {"Android", cards.android}} {
		if phone.member != nil {
			fmt.Printf("  card %s (%s) is on the %s\n", barcode.Group(phone.member.Card), phone.member.Name, phone.name)
		}
	}
	fmt.Printf("\n%s\n", code.Terminal())
	fmt.Println("DEVELOPMENT certificates: passes work only on simulated phones.")
	fmt.Println("Ctrl-C stops the demo.")
	return nil
}
