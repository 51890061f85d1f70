package main

import (
	"cmp"
	"context"
	"crypto"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"regulars/cmd/internal/commandline"
	"regulars/models"
	"regulars/passes/apple"
)

// doctorAppleCommand makes what Apple's portal asks for when it makes a
// certificate. No Mac and no openssl is needed.
type doctorAppleCommand struct {
	database
	Secrets secretsConfig `embed:"" prefix:"secrets-"`

	CSR        bool   `help:"Make a private key and the signing request for it, to upload at Apple." name:"csr" required:""`
	Key        string `help:"File that the key is written to: a new one, for you alone to read. pass.key unless --keep is given." type:"path" placeholder:"FILE"`
	Out        string `help:"File that the request is written to, a new one; else it is printed." type:"path" placeholder:"FILE"`
	CommonName string `help:"The name in the request, for people." default:"Regulars" placeholder:"TEXT"`
	P256       bool   `help:"A key on the curve P-256 instead of RSA with 2048 bits." name:"p256"`
	Keep       bool   `help:"Keep the key sealed in the database, where “credentials add apple” finds it."`
	Program    string `help:"With --keep, whose the certificate will be; for all programs that have none of their own when left out." placeholder:"ID"`
}

// Run makes a key and its request. Nothing that is there is written over, and a key
// that could not be kept as it was asked for is not left behind.
func (c *doctorAppleCommand) Run(ctx context.Context) error {
	if c.Program != "" && !c.Keep {
		return commandline.Mistakef("--program needs --keep, for it says whose key is kept.")
	}
	if c.Key == "" && !c.Keep {
		c.Key = "pass.key"
	}
	kind := apple.RSA2048
	if c.P256 {
		kind = apple.P256
	}
	key, err := apple.NewKey(kind)
	if err != nil {
		return err
	}
	request, err := apple.SigningRequest(key, c.CommonName)
	if err != nil {
		return err
	}
	if err := c.save(ctx, key, request); err != nil {
		return err
	}
	c.next(os.Stderr) // so that what is printed can be put into a file
	return nil
}

func (c *doctorAppleCommand) save(ctx context.Context, key crypto.Signer, request []byte) (err error) {
	secret, err := apple.KeyPEM(key)
	if err != nil {
		return err
	}
	var made []string
	defer func() {
		for _, name := range made {
			if err != nil {
				err = errors.Join(err, os.Remove(name))
			}
		}
	}()
	for _, file := range []struct {
		flag, name string
		content    []byte
		mode       fs.FileMode
	}{{"--key", c.Key, secret, 0o600}, {"--out", c.Out, request, 0o644}} {
		if file.name == "" {
			continue
		}
		written, err := writeNew(file.name, file.content, file.mode)
		if written {
			made = append(made, file.name)
		}
		if errors.Is(err, fs.ErrExist) {
			return commandline.Mistakef("%s is there, and is not written over. Name another file with %s.", file.name, file.flag)
		}
		if err != nil {
			return err
		}
	}
	if c.Keep {
		if err := c.keep(ctx, secret); err != nil {
			return err
		}
	}
	if c.Out == "" {
		_, err = os.Stdout.Write(request)
	}
	return err
}

func (c *doctorAppleCommand) keep(ctx context.Context, key []byte) error {
	s, done, err := vault(ctx, c.database, c.Secrets)
	if err != nil {
		return err
	}
	defer done()
	_, err = s.KeepKey(ctx, models.ProgramID(c.Program), key, "")
	return missingProgram(err, c.Program)
}

// writeNew makes a file that is not there yet, and says whether it did.
func writeNew(name string, content []byte, mode fs.FileMode) (bool, error) {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return false, err
	}
	_, err = f.Write(content)
	return true, errors.Join(err, f.Sync(), f.Close())
}

// next tells people what to do with what was made.
func (c *doctorAppleCommand) next(to io.Writer) {
	where, add := "The key is in "+c.Key+". Keep it: without it the certificate is of no use.", "regulars credentials add apple pass.cer "+c.Key+" AppleWWDRCAG4.cer"
	if c.Keep {
		where, add = "The key is kept sealed in the database.", "regulars credentials add apple pass.cer AppleWWDRCAG4.cer"
		if c.Key != "" {
			where += " A copy is in " + c.Key + "."
		}
	}
	if c.Program != "" {
		add += " --program " + c.Program
	}
	fmt.Fprintf(to, `%s Now:
1. At developer.apple.com, under Certificates, Identifiers & Profiles, make a pass type ID
   such as pass.com.example.card. To renew a certificate, take the one that the cards have.
2. Choose Create Certificate for it, and upload %s.
3. Download the certificate, pass.cer, and Apple's intermediate certificate:
   https://www.apple.com/certificateauthority/AppleWWDRCAG4.cer
4. %s
`, where, cmp.Or(c.Out, "the request, saved to a file that ends with .certSigningRequest"), add)
	if !c.Keep {
		fmt.Fprintf(to, "   Or give them to the server: --apple-certificate pass.cer --apple-key %s --apple-intermediate AppleWWDRCAG4.cer\n", c.Key)
	}
}
