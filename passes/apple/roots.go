package apple

import (
	"crypto/x509"
	_ "embed"
	"sync"
)

// Apple's own roots, from https://www.apple.com/certificateauthority/: Apple
// Root CA, under which passes are issued today (by the intermediate G4), and its
// successor on a curve, Apple Root CA - G3. Systems other than Apple's do not
// bring them.
//
//go:embed roots.pem
var rootsPEM []byte

// Roots returns the pool that a real phone goes by.
var Roots = sync.OnceValue(func() *x509.CertPool {
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(rootsPEM) {
		panic("roots.pem is damaged") // embedded: seen by every test
	}
	return pool
})
