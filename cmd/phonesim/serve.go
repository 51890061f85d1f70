package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sync/errgroup"

	"regulars/wallet/wallettest"
)

type serveCommand struct {
	APNs    string  `help:"Address of the simulated APNs." name:"apns" default:"127.0.0.1:2191" placeholder:"ADDR"`
	FCM     string  `help:"Address of the simulated FCM." name:"fcm" default:"127.0.0.1:2192" placeholder:"ADDR"`
	Google  string  `help:"Address of the simulated Google Wallet." default:"127.0.0.1:2193" placeholder:"ADDR"`
	Steer   string  `help:"Address to steer it all by. It asks for no password: keep it on loopback." default:"127.0.0.1:2190" placeholder:"ADDR"`
	State   string  `help:"Folder for addresses, certificates, the service account and the phones." default:"phonesim" type:"path" placeholder:"DIR"`
	Issuer  string  `help:"Google's number of the issuer." default:"3388000000012345678" placeholder:"NUMBER"`
	Rate    float64 `help:"Requests a second that Google takes; 0 is no limit." default:"20"`
	Workers int     `help:"Requests that the phones of a load have under way." default:"32"`

	ClientCertificates bool   `help:"Let APNs ask for the pass certificate, as Apple does." default:"true" negatable:""`
	PassRoots          string `help:"Certificates that passes must be signed under; without, any issuer will do." type:"existingfile" placeholder:"FILE"`
	ServerCA           string `help:"Who may have issued the server's certificate, if not a public authority." name:"server-ca" type:"existingfile" placeholder:"FILE"`
}

const worldFile = "world.json"

// Run serves until the context ends, and keeps the phones for the next time.
func (s serveCommand) Run(ctx context.Context, out io.Writer) (err error) {
	options, err := s.options()
	if err != nil {
		return err
	}
	world, err := wallettest.NewWorld(options)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, world.Close()) }()
	defer func() { err = errors.Join(err, s.write(worldFile, world.State())) }()
	ln, err := (&net.ListenConfig{}).Listen(ctx, "tcp", s.Steer)
	if err != nil {
		return fmt.Errorf("listen to be steered: %w", err)
	}
	if err := s.announce(world, ln.Addr().String(), out); err != nil {
		return errors.Join(err, ln.Close())
	}
	fleet := world.NewFleet("load-", s.Workers)
	defer fleet.Close()
	return serve(ctx, ln, newControl(world, fleet))
}

// serve answers until ctx ends; requests under way may finish.
func serve(ctx context.Context, ln net.Listener, h http.Handler) error {
	work, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	server := &http.Server{Handler: h, ReadHeaderTimeout: 10 * time.Second, BaseContext: func(net.Listener) context.Context { return work }}
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error {
		if err := server.Serve(ln); !errors.Is(err, http.ErrServerClosed) {
			return err
		}
		return nil
	})
	g.Go(func() error {
		<-ctx.Done()
		end, stop := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
		defer stop()
		if err := server.Shutdown(end); err != nil {
			cancel() // a load that takes long is broken off
			return server.Close()
		}
		return nil
	})
	return g.Wait()
}

func (s serveCommand) options() (wallettest.WorldOptions, error) {
	roots, err := pool(s.PassRoots)
	if err != nil {
		return wallettest.WorldOptions{}, err
	}
	server, err := pool(s.ServerCA)
	if err != nil {
		return wallettest.WorldOptions{}, err
	}
	if err := os.MkdirAll(s.State, 0o700); err != nil {
		return wallettest.WorldOptions{}, fmt.Errorf("make the state folder: %w", err)
	}
	before, err := os.ReadFile(filepath.Join(s.State, worldFile))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return wallettest.WorldOptions{}, fmt.Errorf("read the phones of the last run: %w", err)
	}
	return wallettest.WorldOptions{
		APNsAddr: s.APNs, FCMAddr: s.FCM, GoogleAddr: s.Google, CertificateTopics: s.ClientCertificates,
		GoogleRate: s.Rate, Issuer: s.Issuer, State: before,
		Phones: wallettest.PhoneOptions{
			Client: &http.Client{Transport: wallettest.PhoneTransport(&tls.Config{RootCAs: server}), Timeout: 30 * time.Second},
			Verify: wallettest.SignedBy(roots, time.Now), Proof: wallettest.ProvenBy(roots, time.Now),
		},
	}, nil
}

// pool reads certificates from a PEM file; no file is no pool.
func pool(file string) (*x509.CertPool, error) {
	if file == "" {
		return nil, nil //nolint:nilnil // nil is what TLS and the check of passes take for "the usual"
	}
	b, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	p := x509.NewCertPool()
	if !p.AppendCertsFromPEM(b) {
		return nil, fmt.Errorf("%s holds no certificate in PEM form", file)
	}
	return p, nil
}

// addresses are what a server has to be pointed at, written to services.json.
type addresses struct {
	Control     string `json:"control"`
	APNs        string `json:"apns"`
	FCM         string `json:"fcm"`
	FCMProject  string `json:"fcm_project"`
	Google      string `json:"google"`
	Issuer      string `json:"issuer"`
	CA          string `json:"ca"`          // file
	Credentials string `json:"credentials"` // file
}

// announce writes what a server needs, and prints the flags for it.
func (s serveCommand) announce(w *wallettest.World, steer string, out io.Writer) error {
	a := addresses{
		Control: "http://" + steer, APNs: w.APNs.URL(), FCM: w.FCM.Endpoint(), FCMProject: w.FCMProject(), Google: w.Google.URL(), Issuer: w.Google.Issuer(),
		CA: filepath.Join(s.State, "ca.pem"), Credentials: filepath.Join(s.State, "google.json"),
	}
	list, err := json.MarshalIndent(a, "", "  ")
	if err != nil {
		return err
	}
	err = errors.Join(s.write("ca.pem", w.RootsPEM()), s.write("google.json", w.Google.ServiceAccountJSON()), s.write("services.json", list))
	if err != nil {
		return err
	}
	fmt.Fprintf(out, `Simulated phones and services run until Ctrl-C. Point a server at them:

  regulars serve \
    --apns-host %s --apns-ca %s \
    --google-endpoint %s --google-ca %s \
    --google-issuer %s --google-credentials %s

Steer them with phonesim --control %s (phone, android, fault, counts, load).
`, a.APNs, a.CA, a.Google, a.CA, a.Issuer, a.Credentials, a.Control)
	return nil
}

// write replaces a file of the state folder, whole or not at all.
func (s serveCommand) write(name string, b []byte) error {
	path := filepath.Join(s.State, name)
	if err := os.WriteFile(path+".new", b, 0o600); err != nil {
		return err
	}
	return os.Rename(path+".new", path)
}
