package wallettest

import (
	"crypto/x509"
	"slices"
	"time"

	"regulars/passes/apple"
)

// SignedBy returns the check of a phone that trusts roots, for PhoneOptions.
// roots nil follows a pass's chain up to the intermediate inside it.
//
// A web service at a plain http address is not held against a pass: phones
// with the developer's switch take one, and where it is allowed the phone
// decides itself.
func SignedBy(roots *x509.CertPool, now func() time.Time) func(bundle []byte) error {
	return func(bundle []byte) error {
		faults := slices.DeleteFunc(apple.Verify(bundle, roots, now()).Errors(), func(f apple.Fault) bool { return f.Code == apple.BadURL })
		if len(faults) > 0 {
			return faults
		}
		return nil
	}
}

// ProvenBy returns the check of the answer to a form, as SignedBy does that of a
// pass.
func ProvenBy(roots *x509.CertPool, now func() time.Time) func(passType, token string, signed []byte) error {
	return func(passType, token string, signed []byte) error {
		return apple.VerifyToken(token, signed, passType, roots, now())
	}
}
