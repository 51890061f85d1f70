package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"log/slog"
	"time"

	"regulars/api/pages"
	"regulars/cmd/internal/commandline"
	"regulars/wallet"
)

// certificatesOf returns a list of the certificates that a server works with and
// somebody has to renew, as it is whenever it is asked for.
func certificatesOf(c serveConfig, w *wallet.Service) (func() []pages.Certificate, error) {
	var website []pages.Certificate
	if c.TLSCert != "" {
		leaf, err := tlsLeaf(c)
		if err != nil {
			return nil, err
		}
		website = append(website, pages.Certificate{Name: pages.TLSCertificate, NotAfter: leaf.NotAfter})
	}
	return func() []pages.Certificate {
		var all []pages.Certificate
		for _, e := range w.Apple.Endings(w.Stores.Clock.Now()) {
			all = append(all, pages.Certificate{Name: pages.AppleCertificate, Of: e.Type, Program: e.Program, NotAfter: e.At})
		}
		return append(all, website...)
	}, nil
}

// tlsLeaf returns the certificate that the server shows to browsers.
func tlsLeaf(c serveConfig) (*x509.Certificate, error) {
	pair, err := tls.LoadX509KeyPair(c.TLSCert, c.TLSKey)
	if err != nil {
		return nil, commandline.Mistakef("--tls-cert and --tls-key are no pair of a certificate and its private key in PEM form (%s).", commandline.Sentence(err))
	}
	return pair.Leaf, nil
}

// warnEvery is how often a certificate that ends is told of in the log.
const warnEvery = 24 * time.Hour

// watchCertificates warns of the certificates that end soon or have ended, at
// once and then daily, until ctx ends.
func watchCertificates(ctx context.Context, all func() []pages.Certificate, log *slog.Logger) error {
	daily := time.NewTicker(warnEvery)
	defer daily.Stop()
	for {
		now := time.Now()
		for _, c := range all() {
			switch {
			case !now.Before(c.NotAfter):
				log.ErrorContext(ctx, "a certificate has ended", "certificate", c.Name, "of", c.Of, "program", c.Program, "ended_at", c.NotAfter)
			case c.Ending(now):
				log.WarnContext(ctx, "a certificate ends soon", "certificate", c.Name, "of", c.Of, "program", c.Program, "ends_at", c.NotAfter, "days_left", int(c.NotAfter.Sub(now).Hours()/24))
			}
		}
		select {
		case <-ctx.Done():
			return nil
		case <-daily.C:
		}
	}
}
