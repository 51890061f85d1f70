package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"log/slog"
	"time"

	"regulars/api/pages"
	"regulars/cmd/internal/commandline"
	"regulars/passes/apple"
)

// certificatesOf are the certificates that a server works with and somebody has
// to renew. Those made here for development are of no use to real phones anyway.
func certificatesOf(c serveConfig, credentials *apple.Credentials) ([]pages.Certificate, error) {
	var all []pages.Certificate
	if !credentials.Development {
		all = append(all, pages.Certificate{Name: pages.AppleCertificate, NotAfter: credentials.NotAfter})
	}
	if c.TLSCert != "" {
		leaf, err := tlsLeaf(c)
		if err != nil {
			return nil, err
		}
		all = append(all, pages.Certificate{Name: pages.TLSCertificate, NotAfter: leaf.NotAfter})
	}
	return all, nil
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
func watchCertificates(ctx context.Context, all []pages.Certificate, log *slog.Logger) error {
	daily := time.NewTicker(warnEvery)
	defer daily.Stop()
	for {
		now := time.Now()
		for _, c := range all {
			switch {
			case !now.Before(c.NotAfter):
				log.ErrorContext(ctx, "a certificate has ended", "certificate", c.Name, "ended_at", c.NotAfter)
			case c.Ending(now):
				log.WarnContext(ctx, "a certificate ends soon", "certificate", c.Name, "ends_at", c.NotAfter, "days_left", int(c.NotAfter.Sub(now).Hours()/24))
			}
		}
		select {
		case <-ctx.Done():
			return nil
		case <-daily.C:
		}
	}
}
