//go:build !pkcs11 || !cgo

package apple

// PKCS11 reports that this build speaks to no hardware module.
func PKCS11(Token) (Signer, error) {
	return nil, invalid("no_pkcs11", "signer", "This build can't sign with a PKCS #11 module. Build it with: go build -tags pkcs11, where a C compiler is installed.")
}
