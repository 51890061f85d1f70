package main

import (
	"os"
	"strings"

	"regulars/cmd/internal/commandline"
	"regulars/passes/apple"
)

// The values of --apple-signer besides go, which is the default.
const (
	signOpenSSL = "openssl"
	signPKCS11  = "pkcs11"
)

// pinVariable holds the PIN where no file does.
const pinVariable = "REGULARS_APPLE_PKCS11_PIN"

// pkcs11Config says where a hardware module keeps the key. The PIN is no flag:
// those are seen by everybody on the machine.
type pkcs11Config struct {
	Module  string `help:"The PKCS #11 module: its library." type:"existingfile" placeholder:"FILE" env:"REGULARS_APPLE_PKCS11_MODULE"`
	Token   string `help:"Label of the token that has the key." placeholder:"LABEL" env:"REGULARS_APPLE_PKCS11_TOKEN"`
	Key     string `help:"Label of the key." placeholder:"LABEL" env:"REGULARS_APPLE_PKCS11_KEY"`
	PINFile string `help:"File with the token's PIN; else it is in REGULARS_APPLE_PKCS11_PIN." name:"pin-file" type:"existingfile" placeholder:"FILE" env:"REGULARS_APPLE_PKCS11_PIN_FILE"`
}

// checkSigner checks that what signs has what it needs, and nothing else.
func (c *appleConfig) checkSigner() error {
	given := c.PKCS11.Module + c.PKCS11.Token + c.PKCS11.Key + c.PKCS11.PINFile
	lacks := func(flag, what string) error {
		return commandline.Mistakef("--apple-signer=%s needs --apple-%s, %s.", c.Signer, flag, what)
	}
	switch {
	case c.Signer != signPKCS11 && given != "":
		return commandline.Mistakef("The flags --apple-pkcs11-… need --apple-signer=pkcs11 beside them.")
	case c.Signer == signOpenSSL && c.Certificate != "" && c.Key == "":
		return lacks("key", "the file of the private key")
	case c.Signer != signPKCS11:
		return nil
	case c.Certificate == "":
		return lacks("certificate", "the certificate that the key in the module belongs to")
	case c.Key != "":
		return commandline.Mistakef("--apple-key is of no use with --apple-signer=pkcs11: --apple-pkcs11-key names the key in the module.")
	case c.PKCS11.Module == "":
		return lacks("pkcs11-module", "the library that came with the module")
	case c.PKCS11.Token == "":
		return lacks("pkcs11-token", "the label of the token that has the key")
	case c.PKCS11.Key == "":
		return lacks("pkcs11-key", "the label of the key")
	case c.PKCS11.PINFile == "" && os.Getenv(pinVariable) == "":
		return lacks("pkcs11-pin-file", "a file with the token's PIN, or "+pinVariable+" in the environment")
	}
	return nil
}

// openSigner opens what keeps the key; Go signs where there is none.
func (c *appleConfig) openSigner(keyFile string) (signer apple.Signer, ours bool, err error) {
	switch c.Signer {
	case signOpenSSL:
		signer, err = apple.OpenSSL(keyFile)
		return signer, true, err
	case signPKCS11:
		pin := os.Getenv(pinVariable)
		if c.PKCS11.PINFile != "" {
			b, err := os.ReadFile(c.PKCS11.PINFile)
			if err != nil {
				return nil, true, err
			}
			pin = strings.TrimRight(string(b), "\r\n")
		}
		signer, err = apple.PKCS11(apple.Token{Module: c.PKCS11.Module, Label: c.PKCS11.Token, Key: c.PKCS11.Key, PIN: pin})
		return signer, true, err
	}
	return nil, false, nil
}
