package main

import (
	"context"
	"crypto/x509"
	"fmt"
	"os"

	"regulars/cmd/internal/commandline"
	"regulars/models"
	"regulars/wallet"
)

type credentialsCommand struct {
	Add    credentialsAddCommand    `cmd:"" help:"Add a certificate, an account or a key, beside those that are there."`
	List   credentialsListCommand   `cmd:"" help:"List them, without what is secret."`
	Remove credentialsRemoveCommand `cmd:"" help:"Take one out of use, and its secret out of the database."`
}

type credentialsAddCommand struct {
	Apple  credentialsAppleCommand  `cmd:"" help:"Add a pass type ID certificate: for another business, or a renewed one."`
	Google credentialsGoogleCommand `cmd:"" help:"Add an issuer of Google Wallet with its service account."`
	APNs   credentialsAPNsCommand   `cmd:"" name:"apns" help:"Add a team's key (.p8) for Apple's push service, instead of its certificates."`
}

// adding is what all of them take.
type adding struct {
	database
	Secrets secretsConfig `embed:"" prefix:"secrets-"`
	Program []string      `help:"Whose it is, several times for several; for all programs that have none of their own when left out." sep:"none" placeholder:"ID"`
}

func (c *adding) add(ctx context.Context, n wallet.NewCredential, prepare func(*wallet.Service)) error {
	s, done, err := vault(ctx, c.database, c.Secrets)
	if err != nil {
		return err
	}
	defer done()
	if prepare != nil {
		prepare(s)
	}
	programs := c.Program
	if len(programs) == 0 {
		programs = []string{""}
	}
	for _, program := range programs {
		n.Program = models.ProgramID(program)
		kept, err := s.AddCredential(ctx, n)
		if err != nil {
			return missingProgram(err, program)
		}
		fmt.Println(lineOf(&kept))
	}
	fmt.Println("Running servers take it up within a minute.")
	return nil
}

type credentialsAppleCommand struct {
	adding
	Files        []string `arg:"" help:"The certificate (.p12, .cer or .pem), its key unless the .p12 holds it or “doctor apple --csr --keep” made it, and Apple's intermediate certificates." type:"existingfile"`
	PasswordFile string   `help:"File with the password of the .p12; else it is in REGULARS_P12_PASSWORD." type:"existingfile" placeholder:"FILE"`
	Roots        string   `help:"Who may have issued it, if not Apple: a certificate in PEM form, for a try." type:"existingfile" placeholder:"FILE"`
}

// Run keeps the certificate with its key, once all is judged.
func (c *credentialsAppleCommand) Run(ctx context.Context) error {
	files, err := readAll(c.Files)
	if err != nil {
		return err
	}
	password, err := secretText(c.PasswordFile, "REGULARS_P12_PASSWORD")
	if err != nil {
		return err
	}
	var roots *x509.CertPool
	if roots, err = poolOrNil(c.Roots); err != nil {
		return err
	}
	return c.add(ctx, wallet.NewCredential{Kind: models.AppleCredential, Files: files, Password: password}, func(s *wallet.Service) { s.Roots = roots })
}

type credentialsGoogleCommand struct {
	adding
	Issuer string `help:"Issuer id from Google's Pay & Wallet console." required:"" placeholder:"NUMBER"`
	File   string `arg:"" help:"Key file of the service account, as JSON." type:"existingfile"`
}

// Run keeps the account's key file.
func (c *credentialsGoogleCommand) Run(ctx context.Context) error {
	files, err := readAll([]string{c.File})
	if err != nil {
		return err
	}
	return c.add(ctx, wallet.NewCredential{Kind: models.GoogleCredential, Files: files, Issuer: c.Issuer}, nil)
}

type credentialsAPNsCommand struct {
	adding
	KeyID  string `help:"The key's ten-character id." name:"key-id" required:"" placeholder:"ID"`
	TeamID string `help:"The key's team." name:"team-id" required:"" placeholder:"ID"`
	File   string `arg:"" help:"The .p8 file." type:"existingfile"`
}

// Run keeps the key.
func (c *credentialsAPNsCommand) Run(ctx context.Context) error {
	files, err := readAll([]string{c.File})
	if err != nil {
		return err
	}
	return c.add(ctx, wallet.NewCredential{Kind: models.APNsCredential, Files: files, KeyID: c.KeyID, TeamID: c.TeamID}, nil)
}

func readAll(names []string) ([][]byte, error) {
	files := make([][]byte, len(names))
	for i, name := range names {
		var err error
		if files[i], err = os.ReadFile(name); err != nil {
			return nil, err
		}
		if len(files[i]) == 0 {
			return nil, commandline.Mistakef("%s is empty.", name)
		}
	}
	return files, nil
}
