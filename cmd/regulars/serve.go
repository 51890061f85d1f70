package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"time"

	"golang.org/x/sync/errgroup"

	"regulars/models"
)

// serveConfig is all that a running server is told.
type serveConfig struct {
	Addr    string   `help:"Address to listen on." default:"127.0.0.1:8080" env:"REGULARS_ADDR"`
	BaseURL string   `help:"Public address, which passes carry for ever: https://cards.example.com. The listening address when left out." name:"base-url" placeholder:"URL" env:"REGULARS_BASE_URL"`
	TLSCert string   `help:"Certificate to serve HTTPS with, when no proxy does." name:"tls-cert" type:"existingfile" placeholder:"FILE" env:"REGULARS_TLS_CERT"`
	TLSKey  string   `help:"Its private key." name:"tls-key" type:"existingfile" placeholder:"FILE" env:"REGULARS_TLS_KEY"`
	Proxies []string `help:"Proxies whose X-Forwarded-For is believed: addresses or networks." placeholder:"ADDR" env:"REGULARS_PROXIES"`

	database
	Apple  appleConfig  `embed:"" prefix:"apple-"`
	APNs   apnsConfig   `embed:"" prefix:"apns-"`
	Google googleConfig `embed:"" prefix:"google-"`

	Secrets secretsConfig `embed:"" prefix:"secrets-"`
}

type serveCommand struct {
	serveConfig
}

// Run serves until it is told to stop.
func (c *serveCommand) Run(ctx context.Context) error {
	if err := c.check(); err != nil {
		return err
	}
	log := newLog(slog.LevelInfo)
	ln, err := listen(ctx, c.Addr)
	if err != nil {
		return err
	}
	defer ln.Close() //nolint:errcheck // closed by the server by then
	a, err := assemble(ctx, c.serveConfig, ln.Addr(), log)
	if err != nil {
		return err
	}
	defer a.close()
	if a.simulated() {
		fmt.Fprintln(os.Stderr, "DEVELOPMENT: no Apple certificate is configured. Passes are signed with certificates made here"+
			" and work only on simulated phones. See \"going live\" in the README.")
	}
	if any, err := a.stores.Users.Any(ctx); err != nil {
		return err
	} else if !any {
		fmt.Fprintln(os.Stderr, "Nobody can sign in yet. Make a program and its owner:\n"+
			"  regulars program init my-shop\n  regulars user add --program my-shop --role owner --email you@example.com")
	}
	log.InfoContext(ctx, "listening", "addr", ln.Addr().String(), "base_url", a.wallet.BaseURL, "database", a.stores.DB.Engine())
	return stopped(a.serve(ctx, ln, c.TLSCert, c.TLSKey))
}

// stopped makes nothing of being told to stop, which is how a server ends.
func stopped(err error) error {
	if errors.Is(err, context.Canceled) {
		return nil
	}
	return err
}

// The bounds of a connection.
const (
	headerTime = 5 * time.Second
	readTime   = 30 * time.Second
	writeTime  = 60 * time.Second
	idleTime   = 2 * time.Minute
	grace      = 10 * time.Second
	maxHeader  = 32 << 10
)

// serve answers requests and carries changes to the phones until ctx ends;
// then requests under way are finished, and nothing of ours is left running.
// The first part that fails stops the others.
func (a *app) serve(ctx context.Context, ln net.Listener, cert, key string) error {
	server := &http.Server{
		Handler: a.handler, ReadHeaderTimeout: headerTime, ReadTimeout: readTime, WriteTimeout: writeTime,
		IdleTimeout: idleTime, MaxHeaderBytes: maxHeader, TLSConfig: &tls.Config{MinVersion: tls.VersionTLS12},
		ErrorLog: slog.NewLogLogger(a.log.Handler(), slog.LevelDebug),
	}
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error {
		var err error
		if cert != "" {
			err = server.ServeTLS(ln, cert, key)
		} else {
			err = server.Serve(ln)
		}
		if errors.Is(err, http.ErrServerClosed) {
			return nil
		}
		return err
	})
	g.Go(func() error { return a.wallet.Run(ctx) })
	g.Go(func() error { return a.auth.Run(ctx) })
	g.Go(func() error { return watchCertificates(ctx, a.certificates, a.log) })
	g.Go(func() error {
		<-ctx.Done()
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), grace)
		defer cancel()
		if err := server.Shutdown(ctx); err != nil {
			return server.Close()
		}
		return nil
	})
	return g.Wait()
}

type userCommand struct {
	Add userAddCommand `cmd:"" help:"Add a user, or change one who has that e-mail address."`
}

type userAddCommand struct {
	database
	Program  string `help:"The program." required:"" placeholder:"ID"`
	Email    string `help:"E-mail address to sign in with." required:"" placeholder:"ADDRESS"`
	Name     string `help:"Name." placeholder:"TEXT"`
	Role     string `help:"owner, manager, marketer or staff." enum:"owner,manager,marketer,staff" required:""`
	Location string `help:"The shop that staff are bound to." placeholder:"NAME"`
	Password string `help:"Password; made and printed when left out." env:"REGULARS_NEW_PASSWORD" placeholder:"TEXT"`
}

// Run keeps the user and ends whatever sessions the address had.
func (c *userAddCommand) Run(ctx context.Context) error {
	stores, err := existingStores(ctx, c.database)
	if err != nil {
		return err
	}
	defer stores.DB.Close() //nolint:errcheck // nothing is left to be written
	if _, err := stores.Programs.Current(ctx, models.ProgramID(c.Program)); err != nil {
		return missingProgram(err, c.Program)
	}
	password := c.Password
	if password == "" {
		password = newPassword()
	}
	u, err := putUser(ctx, stores, models.User{
		Email: c.Email, Name: c.Name, Role: models.Role(c.Role), Program: models.ProgramID(c.Program), Location: c.Location,
	}, password)
	if err != nil {
		return err
	}
	fmt.Printf("%s signs in as %s", u.Email, u.Role)
	if c.Password == "" {
		fmt.Printf(" with the password %s", password)
	}
	fmt.Println()
	return nil
}
