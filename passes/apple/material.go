package apple

import (
	"crypto"
	"crypto/x509"
	"encoding/pem"
	"errors"

	"software.sslmate.com/src/go-pkcs12"

	"regulars/models"
)

// parts is what the files of a Material hold.
type parts struct {
	certificates []*x509.Certificate
	key          crypto.Signer
}

func read(m Material) (parts, error) {
	var p parts
	if len(m.Certificate) == 0 {
		return p, invalid("no_certificate", "certificate", "There is no pass certificate. Give the .cer, .pem or .p12 file that Apple or Keychain made.")
	}
	if err := p.certificate(m); err != nil {
		return p, err
	}
	switch {
	case m.Signer != nil:
		if err := prove(m.Signer); err != nil {
			return p, wrapped(err, "no_signature", "signer", "The signer does not sign: "+err.Error()+". Look at its settings and what its key may be used for.")
		}
		p.key = m.Signer
	case len(m.Key) > 0:
		key, err := readKey(m.Key)
		if err != nil {
			return p, err
		}
		p.key = key
	}
	if p.key == nil {
		return p, invalid("no_key", "key", "There is no private key. Give the key that the signing request was made with, or export certificate and key together as a .p12 file.")
	}
	for _, file := range m.Intermediates {
		found, err := readCertificates(file)
		if err != nil {
			return p, invalid("unreadable_intermediate", "intermediates", "An intermediate certificate can't be read. Give the .cer or .pem file as Apple publishes it.")
		}
		p.certificates = append(p.certificates, found...)
	}
	return p, nil
}

// certificate reads m.Certificate in whichever form it has.
func (p *parts) certificate(m Material) error {
	found, err := readCertificates(m.Certificate)
	if err == nil {
		p.certificates = found
		// One PEM file often holds the key too.
		if key, err := readKey(m.Certificate); err == nil {
			p.key = key
		}
		return nil
	}
	key, leaf, chain, err := pkcs12.DecodeChain(m.Certificate, m.Password)
	switch {
	case errors.Is(err, pkcs12.ErrIncorrectPassword):
		return invalid("wrong_password", "password", "The password does not open the .p12 file. Give the one that was set when it was exported.")
	case err != nil:
		return wrapped(err, "unreadable_certificate", "certificate", "The pass certificate can't be read. Give a .pem, .cer or .p12 file.")
	}
	signer, ok := key.(crypto.Signer)
	if !ok {
		return invalid("wrong_key", "key", "The key in the .p12 file can't sign. Export the pass certificate with its own key.")
	}
	p.certificates, p.key = append([]*x509.Certificate{leaf}, chain...), signer
	return nil
}

// leaf returns the certificate that the key belongs to.
func (p parts) leaf() (*x509.Certificate, error) {
	public, ok := p.key.Public().(interface{ Equal(crypto.PublicKey) bool })
	for _, c := range p.certificates {
		if ok && !c.IsCA && public.Equal(c.PublicKey) {
			return c, nil
		}
	}
	return nil, invalid("wrong_key", "key", "The key does not belong to the certificate. Use the key that the signing request for this certificate was made with.")
}

// readCertificates reads all certificates of a PEM file, or the one of a DER
// file.
func readCertificates(file []byte) ([]*x509.Certificate, error) {
	var found []*x509.Certificate
	for rest := file; ; {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			break
		}
		if block.Type != "CERTIFICATE" {
			continue
		}
		c, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return nil, err
		}
		found = append(found, c)
	}
	if len(found) > 0 {
		return found, nil
	}
	c, err := x509.ParseCertificate(file)
	if err != nil {
		return nil, err
	}
	return []*x509.Certificate{c}, nil
}

// readKey reads the first private key of a PEM file, or that of a DER file.
func readKey(file []byte) (crypto.Signer, error) {
	for rest := file; ; {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			break
		}
		switch {
		case block.Type == "ENCRYPTED PRIVATE KEY" || block.Headers["DEK-Info"] != "":
			return nil, lockedKey()
		case block.Type == "PRIVATE KEY" || block.Type == "RSA PRIVATE KEY" || block.Type == "EC PRIVATE KEY":
			return parseKey(block.Bytes)
		}
	}
	return parseKey(file)
}

func parseKey(der []byte) (crypto.Signer, error) {
	if key, err := x509.ParsePKCS8PrivateKey(der); err == nil {
		if signer, ok := key.(crypto.Signer); ok {
			return signer, nil
		}
	}
	if key, err := x509.ParsePKCS1PrivateKey(der); err == nil {
		return key, nil
	}
	key, err := x509.ParseECPrivateKey(der)
	if err != nil {
		return nil, unreadableKey(err)
	}
	return key, nil
}

func lockedKey() error {
	return invalid("locked_key", "key", "The key is locked with a password. Unlock it with: openssl pkey -in pass.key -out pass-unlocked.key")
}

func unreadableKey(err error) error {
	return wrapped(err, "unreadable_key", "key", "The private key can't be read. Give it as PEM or DER, as openssl or Keychain writes it.")
}

func wrapped(err error, code, field, msg string) error {
	return &models.Error{Kind: models.Invalid, Code: code, Field: field, Msg: msg, Err: err}
}
